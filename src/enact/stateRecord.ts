import { z } from "zod";
import { utf8, utf8Text } from "../base/index.ts";
import { type Name, parseName, typeCode } from "../dns/index.ts";
import {
  CARRIED_IDS_MAX,
  type Fence,
  fenceText,
  type Gate,
  gateText,
  type PlanEntry,
  parseFence,
  parseGate,
} from "../plan/index.ts";
import { EnactError } from "./enactError.ts";
import type { HighWaterMark } from "./highWaterMark.ts";

/** The plan store's line up to where this enactor has followed it. */
export interface Cursor {
  readonly generation: number;
  readonly digest: string;
}

/** One fact on an enactor's disk. Later records replace earlier ones about the same thing. */
export type StateRecord =
  | { readonly kind: "entry"; readonly entry: PlanEntry }
  | {
      readonly kind: "mark";
      readonly storeId: string;
      readonly endpoint: Name;
      readonly mark: HighWaterMark;
    }
  /** The gates last seen of a zone, oldest first. */
  | {
      readonly kind: "gates";
      readonly storeId: string;
      readonly zone: Name;
      readonly gates: readonly Gate[];
    }
  | { readonly kind: "cursor"; readonly cursor: Cursor };

const name = z.string().transform((text, context) => {
  const parsed = parseName(text);
  if (parsed.kind === "parsed") return parsed.name;
  context.addIssue(parsed.problem);
  return z.NEVER;
});
const whole = z.int().nonnegative();
const placed = {
  endpoint: name,
  zone: name,
  epoch: whole,
  generation: whole,
  digest: z.string(),
  actor: z.string(),
  cause: z.string(),
};
const nonEmpty = <Item extends z.ZodType>(item: Item) => z.tuple([item], item);
const record = z.object({ rdata: z.string(), weight: z.int().positive() });
const rrset = z.object({
  type: z.string().refine((type) => typeCode(type) !== undefined),
  ttlSeconds: whole,
  records: nonEmpty(record),
});
const content = {
  answers: z.union([z.literal("all"), z.int().positive()]),
  rrsets: nonEmpty(rrset),
};
const carriedIds = z.array(z.string()).max(CARRIED_IDS_MAX).exactOptional();
const entry = z.discriminatedUnion("kind", [
  z.object({
    ...placed,
    ...content,
    kind: z.literal("serving"),
    override: z.object({ id: z.string(), untilMs: z.number() }).exactOptional(),
    beneath: z.object(content).exactOptional(),
    ends: carriedIds,
    revives: carriedIds,
  }),
  z.object({
    ...placed,
    kind: z.literal("tombstone"),
    tombstoneId: z.string(),
    retiredAtMs: z.number(),
    ends: carriedIds,
    revives: carriedIds,
  }),
]);
const fence = z.string().transform((text, context): Fence => {
  const parsed = parseFence(text);
  if (parsed.kind === "fence") return parsed.fence;
  context.addIssue(parsed.problem);
  return z.NEVER;
});
const gate = z.string().transform((text, context): Gate => {
  const parsed = parseGate(text);
  if (parsed.kind === "gate") return parsed.gate;
  context.addIssue(parsed.problem);
  return z.NEVER;
});
const stateRecord = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("entry"), entry }),
  z.object({
    kind: z.literal("mark"),
    storeId: z.string(),
    endpoint: name,
    fence,
    editionMax: whole,
    pinned: z.object(content).exactOptional(),
    beneath: z.array(z.string()).exactOptional(),
  }),
  z.object({ kind: z.literal("gates"), storeId: z.string(), zone: name, gates: z.array(gate) }),
  z.object({
    kind: z.literal("cursor"),
    cursor: z.object({ generation: whole, digest: z.string() }),
  }),
]);

/** A record as octets. */
export function encodeStateRecord(held: StateRecord): Uint8Array {
  if (held.kind === "gates") {
    return utf8(JSON.stringify({ ...held, gates: held.gates.map(gateText) }));
  }
  if (held.kind !== "mark") return utf8(JSON.stringify(held));
  const { kind, storeId, endpoint, mark } = held;
  const { editionMax, pinned, beneath } = mark;
  const text = { kind, storeId, endpoint, fence: fenceText(mark.fence), editionMax };
  return utf8(JSON.stringify({ ...text, pinned, beneath })); // without what is undefined
}

/**
 * Reads a record.
 *
 * @throws EnactError `state-malformed`: whole and checksummed, and still not ours.
 */
export function decodeStateRecord(octets: Uint8Array): StateRecord {
  const parsed = stateRecord.safeParse(jsonOf(octets));
  if (!parsed.success) throw malformed(z.prettifyError(parsed.error));
  const { data } = parsed;
  if (data.kind !== "mark") return data;
  const { kind, storeId, endpoint, editionMax } = data;
  const { epoch, generation } = data.fence;
  const pinned = data.pinned === undefined ? {} : { pinned: data.pinned };
  const beneath = data.beneath === undefined ? {} : { beneath: data.beneath };
  const place = { epoch, generation, fence: data.fence, editionMax };
  const mark: HighWaterMark = { ...place, ...pinned, ...beneath };
  return { kind, storeId, endpoint, mark };
}

function jsonOf(octets: Uint8Array): unknown {
  try {
    return JSON.parse(utf8Text(octets) ?? "");
  } catch (error) {
    throw malformed(String(error));
  }
}

function malformed(problem: string): EnactError {
  return new EnactError(
    { code: "state-malformed", problem },
    `Cannot read the enactor's state as every record must be one of its own: ${problem}`,
  );
}
