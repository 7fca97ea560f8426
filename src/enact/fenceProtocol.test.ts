// docs/fence-protocol.md and its vectors, against the code: what a stranger builds by them fits.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { z } from "zod";
import { type Name, nameOf } from "../dns/index.ts";
import {
  entryDigest,
  type Fence,
  fenceText,
  gateText,
  type NonEmpty,
  type PlanEntry,
  type PlannedContent,
  type PlannedRRset,
  parseFence,
  parseGate,
  parseWeights,
  type Reading,
  rrsetOf,
  weightsOf,
  weightsText,
} from "../plan/index.ts";
import { decide } from "./decide.ts";
import { type HighWaterMark, raiseMark } from "./highWaterMark.ts";

const read = (file: string) => readFileSync(new URL(`../../docs/${file}`, import.meta.url), "utf8");
const PAGE = read("fence-protocol.md");

const rrset = z.object({
  type: z.string(),
  ttlSeconds: z.int(),
  records: z
    .tuple([z.object({ rdata: z.string(), weight: z.int() })])
    .rest(z.object({ rdata: z.string(), weight: z.int() })),
});
const content = z.object({
  answers: z.union([z.literal("all"), z.int()]),
  rrsets: z.tuple([rrset]).rest(rrset),
});
const mark = z.object({ id: z.string(), until: z.string() });
const vector = z.strictObject({
  row: z.int(),
  what: z.string(),
  entry: z.strictObject({
    epoch: z.int(),
    generation: z.int(),
    content: z.string().optional(),
    override: mark.optional(),
    ends: z.array(z.string()).optional(),
    revives: z.array(z.string()).optional(),
    tombstone: z.string().optional(),
    digest: z.string().optional(),
  }),
  read: z.union([
    z.literal("unreadable"),
    z.strictObject({ fence: z.array(z.string()), records: z.string().nullable() }),
  ]),
  mark: z.strictObject({ fence: z.string(), pinned: z.string().optional() }).optional(),
  store: z.enum(["unasked", "confirmed", "unavailable"]).optional(),
  decision: z.string(),
});
type Vector = z.output<typeof vector>;
const VECTORS = z
  .strictObject({
    about: z.string(),
    endpoint: z.string(),
    zone: z.string(),
    fences: z.strictObject({
      valid: z.array(z.object({ text: z.string(), fence: z.record(z.string(), z.unknown()) })),
      malformed: z.array(z.object({ text: z.string(), why: z.string() })),
    }),
    gates: z.strictObject({
      valid: z.array(z.object({ text: z.string(), gate: z.unknown() })),
      malformed: z.array(z.string()),
    }),
    weights: z.strictObject({
      valid: z.array(z.object({ text: z.string(), weights: z.unknown() })),
      malformed: z.array(z.string()),
    }),
    digests: z.array(content.extend({ octets: z.string(), digest: z.string() })),
    contents: z.record(z.string(), content.extend({ digest: z.string() })),
    decisions: z.strictObject({
      now: z.string(),
      newestGeneration: z.int(),
      ownsWholeName: z.boolean(),
      vectors: z.array(vector),
    }),
  })
  .parse(JSON.parse(read("fence-vectors.json")));

const ENDPOINT: Name = nameOf(VECTORS.endpoint);
const ZONE: Name = nameOf(VECTORS.zone);
const timeText = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;

/** A fence as the vectors write one. */
function flat({ mark: held, ...fence }: Fence): Record<string, unknown> {
  if (held === undefined) return fence;
  return held.kind === "override"
    ? { ...fence, override: { id: held.id, until: timeText(held.untilMs) } }
    : { ...fence, tombstone: { id: held.id, at: timeText(held.atMs) } };
}

test("fences, gates and weights of the vectors read as they say, and are written so again", () => {
  for (const { text, fence } of VECTORS.fences.valid) {
    const parsed = parseFence(text);
    assert(parsed.kind === "fence", text);
    assert.deepEqual(flat(parsed.fence), fence);
    assert.equal(fenceText(parsed.fence), text);
  }
  for (const { text, gate } of VECTORS.gates.valid) {
    const parsed = parseGate(text);
    assert(parsed.kind === "gate", text);
    assert.deepEqual(parsed.gate, gate);
    assert.equal(gateText(parsed.gate), text);
  }
  for (const { text, weights } of VECTORS.weights.valid) {
    const parsed = parseWeights(text);
    assert(parsed.kind === "weights", text);
    const { answers, byType } = parsed.weights;
    assert.deepEqual({ answers, byType: Object.fromEntries(byType) }, weights);
    assert.equal(weightsText(parsed.weights), text);
  }
});

test("what the vectors call malformed is malformed", () => {
  for (const { text, why } of VECTORS.fences.malformed) {
    assert.equal(parseFence(text).kind, "malformed", why);
  }
  for (const text of VECTORS.gates.malformed) assert.equal(parseGate(text).kind, "malformed", text);
  for (const text of VECTORS.weights.malformed) {
    assert.equal(parseWeights(text).kind, "malformed", text);
  }
});

test("the digests of the vectors are over the octets that they give", () => {
  for (const { octets, digest, ...held } of VECTORS.digests) {
    const hashed = createHash("sha256").update(Buffer.from(octets, "hex")).digest("base64url");
    assert.equal(hashed, digest);
    assert.equal(entryDigest({ endpoint: ENDPOINT, ...planned(held) }), digest);
  }
  for (const { digest, ...held } of Object.values(VECTORS.contents)) {
    assert.equal(entryDigest({ endpoint: ENDPOINT, ...planned(held) }), digest);
  }
});

function planned({ answers, rrsets }: z.output<typeof content>): PlannedContent {
  const [first, ...others] = rrsets.map((one): PlannedRRset => one);
  assert(first !== undefined);
  const all: NonEmpty<PlannedRRset> = [first, ...others];
  return { answers, rrsets: all };
}

function contentOf(name: string): PlannedContent & { readonly digest: string } {
  const held = VECTORS.contents[name];
  assert(held !== undefined, name);
  return { ...planned(held), digest: held.digest };
}

function entryOf({ entry }: Vector): PlanEntry {
  const { epoch, generation, override, ends, revives } = entry;
  const place = { endpoint: ENDPOINT, zone: ZONE, epoch, generation };
  const why = { actor: "planner", cause: "a vector" };
  const pinned =
    override === undefined
      ? {}
      : { override: { id: override.id, untilMs: Date.parse(override.until) } };
  const carried = {
    ...(ends === undefined ? {} : { ends }),
    ...(revives === undefined ? {} : { revives }),
  };
  if (entry.tombstone !== undefined) {
    const dead = { tombstoneId: entry.tombstone, retiredAtMs: 0, digest: entry.digest ?? "" };
    return { kind: "tombstone", ...place, ...why, ...dead, ...carried };
  }
  return {
    kind: "serving",
    ...place,
    ...why,
    ...contentOf(entry.content ?? ""),
    ...pinned,
    ...carried,
  };
}

function readingOf(made: Vector["read"]): Reading {
  if (made === "unreadable") return { kind: "unreadable", endpoint: ENDPOINT, problem: "" };
  const { fence, records } = made;
  const held = records === null ? undefined : contentOf(records);
  const rrsets = (held?.rrsets ?? []).map((one) => rrsetOf(ENDPOINT, one));
  const weights = held === undefined ? {} : { weights: weightsOf(held.rrsets, held.answers) };
  return { kind: "read", endpoint: ENDPOINT, fence: foundOf(fence), rrsets, ...weights };
}

function foundOf(texts: readonly string[]): Extract<Reading, { kind: "read" }>["fence"] {
  const [text, ...others] = texts;
  if (text === undefined) return { kind: "none" };
  const parsed = parseFence(text);
  if (parsed.kind === "malformed" || others.length > 0) {
    return { kind: "malformed", problem: "", texts };
  }
  return { kind: "fence", fence: parsed.fence, text };
}

function markOf(made: Vector["mark"]): HighWaterMark | undefined {
  if (made === undefined) return undefined;
  const parsed = parseFence(made.fence);
  assert(parsed.kind === "fence");
  if (made.pinned === undefined) return raiseMark(undefined, parsed.fence);
  const { answers, rrsets } = contentOf(made.pinned);
  return raiseMark(undefined, parsed.fence, { answers, rrsets });
}

const { now, newestGeneration, ownsWholeName, vectors } = VECTORS.decisions;

for (const made of vectors) {
  test(`row ${made.row} of the decision table, ${made.what}: ${made.decision}`, () => {
    const facts = { wallMs: Date.parse(now), newestGeneration, ownsWholeName };
    const decision = decide(entryOf(made), readingOf(made.read), markOf(made.mark), {
      ...facts,
      newest: made.store ?? "unasked",
    });
    const detail = "why" in decision ? ` ${decision.why}` : "";
    assert.equal(`${decision.kind}${detail}`, made.decision);
  });
}

/** What each row of the page says is to be done, by its number. */
const ROWS = new Map(
  [...PAGE.matchAll(/^\| (\d+) \|.*\| ([^|]+) \|$/gm)].map(([, row, text]) => [Number(row), text]),
);
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/^write (\S+)$/, "*$1*"],
  [/^quarantine .*$/, "quarantine"],
  [/^leave-alone .*$/, "leave alone"],
  [/^not-ours$/, "not yours"],
  [/^confirm-newest$/, "ask the plan store"],
  [/^unknown$/, "read again after a wait"],
];

test("the page's decision table says what its vectors say, and each row has one", () => {
  assert.deepEqual(
    [...ROWS.keys()],
    Array.from({ length: 37 }, (_, index) => index + 1),
  );
  for (const { row, decision } of vectors) {
    if (row === 8) continue; // it refers to other rows
    const word = WORDS.reduce((text, [from, to]) => text.replace(from, to), decision);
    assert(ROWS.get(row)?.includes(word), `row ${row} says "${ROWS.get(row)}", not "${word}"`);
  }
  const covered = new Set(vectors.map(({ row }) => row));
  assert.deepEqual(
    [...ROWS.keys()].filter((row) => !covered.has(row)),
    [],
  );
});

test("the page's examples are what they are called", () => {
  const [, block = ""] = /```\n(holdfast=1[\s\S]*?)```/.exec(PAGE) ?? [];
  const kinds = block
    .trim()
    .split("\n")
    .map((line) => {
      if (line.startsWith("holdfast-gate=")) return parseGate(line).kind;
      return line.startsWith("holdfast-weights=") ? parseWeights(line).kind : parseFence(line).kind;
    });
  assert.deepEqual(kinds, ["fence", "fence", "fence", "gate", "weights"]);
});

test("the page's worked digest is that of the first vector", () => {
  const [, block = ""] = /```digest\n([\s\S]*?)```/.exec(PAGE) ?? [];
  const lines = block.trim().split("\n");
  const digest = lines.at(-1);
  const hex = lines.slice(0, -1).join("").replaceAll(" ", "");
  assert.deepEqual([hex, digest], [VECTORS.digests[0]?.octets, VECTORS.digests[0]?.digest]);
});
