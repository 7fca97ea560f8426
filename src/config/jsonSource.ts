import { errorText } from "../base/index.ts";
import { type Position, positionsIn, type SourceRead } from "./document.ts";
import { type DocumentPath, pathText } from "./documentPath.ts";
import type { Finding } from "./finding.ts";
import { walkJson } from "./jsonWalk.ts";
import { readYamlSource } from "./yamlSource.ts";

/** Reads a JSON document, and refuses keys that come twice. */
export function readJsonSource(file: string, text: string): SourceRead {
  const positionOf = positionsIn(text);
  const parsed = parse(text);
  if (parsed.kind === "malformed")
    return { kind: "broken", findings: [syntax(file, text, parsed)] };
  const findings: Finding[] = [];
  walkJson(text, {
    repeatedKey: (path, offset) => {
      const problem = "Cannot take the key as it stands in its object already";
      findings.push({ file, ...positionOf(offset), path: pathText(path), problem });
    },
  });
  if (findings.length > 0) return { kind: "broken", findings };
  let index: Offsets | undefined;
  const locate = (path: DocumentPath, part: "key" | "value"): Position => {
    index ??= indexOffsets(text);
    for (let length = path.length; length > 0; length -= 1) {
      const found = index.get(pathText(path.slice(0, length)));
      if (found !== undefined) return positionOf(part === "key" ? found.key : found.value);
    }
    return positionOf(index.get("")?.value ?? 0);
  };
  return { kind: "source", source: { file, data: parsed.data, locate } };
}

type Parsed =
  | { readonly kind: "parsed"; readonly data: unknown }
  | { readonly kind: "malformed"; readonly problem: string };

function parse(text: string): Parsed {
  try {
    return { kind: "parsed", data: JSON.parse(text) };
  } catch (error) {
    return { kind: "malformed", problem: errorText(error) };
  }
}

/** Offsets of every value and its key, by path; made only once something is to be shown. */
type Offsets = ReadonlyMap<string, { readonly value: number; readonly key: number }>;

function indexOffsets(text: string): Offsets {
  const offsets = new Map<string, { value: number; key: number }>();
  walkJson(text, {
    value: (path, value, key) => {
      offsets.set(pathText(path), { value, key: key ?? value });
    },
  });
  return offsets;
}

// What is not JSON is mostly not YAML either, whose parser can say where; the engine often cannot.
function syntax(file: string, text: string, { problem }: { readonly problem: string }): Finding {
  const asYaml = readYamlSource(file, text);
  const [first] = asYaml.kind === "broken" ? asYaml.findings : [];
  const { line, column } = first ?? { line: 1, column: 1 };
  return { file, line, column, path: "", problem: `Cannot read the file as JSON: ${problem}` };
}
