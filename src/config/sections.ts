import type { z } from "zod";
import type { Source } from "./document.ts";
import { type Findings, type Place, within } from "./findings.ts";
import {
  CHECK_SCHEMA,
  type CheckText,
  ENDPOINT_SCHEMA,
  type EndpointText,
  INCLUDED_SHAPE,
  KEY_SCHEMA,
  type KeyText,
  MAIN_SHAPE,
  POOL_SCHEMA,
  type PoolText,
  STORE_SCHEMA,
  type StoreText,
  TARGET_SCHEMA,
  type TargetText,
  ZONE_SCHEMA,
  type ZoneText,
} from "./schema.ts";
import { readShape } from "./shapeFindings.ts";
import { suggestion } from "./suggest.ts";

/** One part of a list, in its right shape, and where it stands. */
export interface Item<Text> {
  readonly text: Text;
  readonly place: Place;
}

/** A list over all files: what is in its right shape, and what the rest calls itself. */
export interface Section<Text> {
  readonly items: readonly Item<Text>[];
  /** Ids and names of parts in a wrong shape, so that who refers to them is not wrong as well. */
  readonly brokenIds: ReadonlySet<string>;
}

type Lists = Readonly<Record<string, unknown>>;

/** All lists of a configuration, each over all files. */
export interface Sections {
  readonly checks: Section<CheckText>;
  readonly targets: Section<TargetText>;
  readonly pools: Section<PoolText>;
  readonly endpoints: Section<EndpointText>;
  readonly stores: Section<StoreText>;
  readonly keys: Section<KeyText>;
  readonly zones: Section<ZoneText>;
}

/** Reads the lists of the main file and of those it includes. */
export function readSections(
  main: Source,
  included: readonly Source[],
  findings: Findings,
): Sections {
  const all = [main, ...included];
  return {
    checks: readList(all, "checks", CHECK_SCHEMA, findings),
    targets: readList(all, "targets", TARGET_SCHEMA, findings),
    pools: readList(all, "pools", POOL_SCHEMA, findings),
    endpoints: readList(all, "endpoints", ENDPOINT_SCHEMA, findings),
    stores: readList([main], "stores", STORE_SCHEMA, findings),
    keys: readList([main], "keys", KEY_SCHEMA, findings),
    zones: readList([main], "zones", ZONE_SCHEMA, findings),
  };
}

/** Reads one key of the main file that is not a list of parts. */
export function readMainKey<Schema extends z.ZodType>(
  main: Source,
  key: keyof typeof MAIN_SHAPE,
  schema: Schema,
  findings: Findings,
): z.output<Schema> | undefined {
  return readShape(schema, groupOf(main)[key], { source: main, path: [key] }, findings);
}

/** Refuses a document that is no group of keys, and keys that are not known. */
export function checkDocument(
  source: Source,
  kind: "main" | "included",
  findings: Findings,
): boolean {
  const place = { source, path: [] };
  const known = Object.keys(kind === "main" ? MAIN_SHAPE : INCLUDED_SHAPE);
  const { data } = source;
  if (typeof data !== "object" || data === null || Array.isArray(data)) {
    const what = data === null ? "it is empty" : "it is something else";
    findings.error(place, `Cannot read the file as it must hold keys: ${what}`, known.join(", "));
    return false;
  }
  for (const key of Object.keys(data)) {
    if (known.includes(key)) continue;
    const where = kind === "main" ? "here" : "in an included file";
    const problem = `Cannot take the key "${key}" as it is not known ${where}`;
    const told = `${problem}${suggestion(key, known)}`;
    findings.error(within(place, key), told, known.join(", "), "key");
  }
  return true;
}

function readList<Schema extends z.ZodType>(
  sources: readonly Source[],
  key: keyof typeof MAIN_SHAPE,
  schema: Schema,
  findings: Findings,
): Section<z.output<Schema>> {
  const items: Item<z.output<Schema>>[] = [];
  const brokenIds = new Set<string>();
  for (const source of sources) {
    const list = groupOf(source)[key];
    const place = { source, path: [key] };
    if (!Array.isArray(list)) {
      readShape(MAIN_SHAPE[key], list, place, findings);
      continue;
    }
    for (const [index, part] of list.entries()) {
      const at = within(place, index);
      const text = readShape(schema, part, at, findings);
      if (text !== undefined) items.push({ text, place: at });
      else for (const id of idsIn(part)) brokenIds.add(id);
    }
  }
  return { items, brokenIds };
}

function groupOf(source: Source): Lists {
  const { data } = source;
  return typeof data === "object" && data !== null ? Object.fromEntries(Object.entries(data)) : {};
}

function idsIn(part: unknown): readonly string[] {
  if (typeof part !== "object" || part === null) return [];
  return Object.entries(part).flatMap(([name, value]: readonly [string, unknown]) => {
    return (name === "id" || name === "name") && typeof value === "string" ? [value] : [];
  });
}
