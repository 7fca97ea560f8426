import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Pair,
  parseDocument,
  type YAMLError,
} from "yaml";
import { errorText } from "../base/index.ts";
import { type Position, positionsIn, type SourceRead } from "./document.ts";
import type { DocumentPath } from "./documentPath.ts";
import type { Finding } from "./finding.ts";

/**
 * Most uses of an anchor, anchors inside anchors multiplied: enough for a pool that every endpoint
 * shares by alias, and ends a document made to grow without bound ("billion laughs").
 */
const ALIAS_USES_MAX = 100_000;

/** Reads a YAML 1.2 document: one per file, keys once each, nothing but plain data. */
export function readYamlSource(file: string, text: string): SourceRead {
  const positionOf = positionsIn(text);
  const broken = (problem: string, offset: number): Finding => {
    return { file, ...positionOf(offset), path: "", problem };
  };
  try {
    const document = parseDocument(text, { version: "1.2", schema: "core", prettyErrors: false });
    const problems: readonly YAMLError[] = [...document.errors, ...document.warnings];
    if (problems.length > 0) {
      const findings = problems.map(({ message, pos }) => {
        return broken(`Cannot read the file as YAML: ${message}`, pos[0]);
      });
      return { kind: "broken", findings };
    }
    const data: unknown = document.toJS({ maxAliasCount: ALIAS_USES_MAX });
    const locate = (path: DocumentPath, part: "key" | "value"): Position => {
      return positionOf(offsetIn(document, path, part));
    };
    return { kind: "source", source: { file, data, locate } };
  } catch (error) {
    // Aliases without an anchor or without bound, and nesting deeper than the parser can go.
    const problem = `Cannot read the file as YAML: ${errorText(error)}`;
    return { kind: "broken", findings: [broken(problem, 0)] };
  }
}

function offsetIn(document: Document, path: DocumentPath, part: "key" | "value"): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const [depth, step] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document);
    const pair = isMap(node)
      ? node.items.find((item) => keyText(item) === String(step))
      : undefined;
    const next: unknown = isSeq(node) ? node.items[Number(step)] : pair?.value;
    const keyOffset = startOf(pair?.key);
    const wantsKey = part === "key" && depth === path.length - 1;
    const found = wantsKey ? (keyOffset ?? startOf(next)) : (startOf(next) ?? keyOffset);
    if (found === undefined) return offset;
    offset = found;
    node = next;
  }
  return offset;
}

function keyText(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : "";
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
