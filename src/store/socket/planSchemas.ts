import { z } from "zod";
import { type Name, parseName } from "../../dns/index.ts";
import {
  CARRIED_IDS_MAX,
  type CleanUpOutcome,
  type EpochSeen,
  type NonEmpty,
  type Plan,
  type PlanDelta,
  type PlanEntry,
  type PlanHead,
  type PlannedContent,
  type PlannedRecord,
  type PlanRetention,
  type PlanSummary,
  type Position,
  RECORDS_PER_TYPE_MAX,
  type ServingEntry,
  WEIGHT_MAX,
} from "../../plan/index.ts";
import { ENDED_OVERRIDES_MAX, ENTRIES_MAX, EPOCHS_SEEN_MAX, REMEMBERED_MAX } from "../limits.ts";

/** Longest word of people or programs (ids, actors) in a message, in characters. */
const WORD_CHARACTERS_MAX = 255;
/** Longest sentence (causes, reasons, details) in a message, in characters: four pages of text. */
const SENTENCE_CHARACTERS_MAX = 16_384;

/** A canonical name: the text must be its own canonical form, or two texts would be one name. */
export const nameSchema = z.custom<Name>((value) => {
  if (typeof value !== "string") return false;
  const parsed = parseName(value);
  return parsed.kind === "parsed" && parsed.name === value;
}, "must be a canonical domain name");

/** 0 or more, exact. */
export const countSchema = z.int().min(0);
/** Milliseconds of a wall clock. */
export const timeSchema = z.number();
/** An id or an actor. */
export const wordSchema = z.string().min(1).max(WORD_CHARACTERS_MAX);
/** One line for people. */
export const sentenceSchema = z.string().max(SENTENCE_CHARACTERS_MAX);
/** A digest; empty text before the first plan. */
export const digestSchema = z.string().max(64);
/** How many addresses an answer has. */
export const answersSchema = z.union([z.literal("all"), z.int().min(1)]);

// Records are nine tenths of a plan: one plain function here halves the cost of reading it.
// Never empty: DESIGN.md, rule 1.
const recordsSchema = z.custom<NonEmpty<PlannedRecord>>((value) => {
  if (!Array.isArray(value)) return false;
  return value.length >= 1 && value.length <= RECORDS_PER_TYPE_MAX && value.every(isRecord);
}, "must be 1 or more records");

function isRecord(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (!("rdata" in value) || !("weight" in value)) return false;
  const { rdata, weight } = value;
  return (
    typeof rdata === "string" &&
    rdata.length >= 1 &&
    rdata.length <= SENTENCE_CHARACTERS_MAX &&
    typeof weight === "number" &&
    Number.isInteger(weight) &&
    weight >= 1 &&
    weight <= WEIGHT_MAX &&
    Object.keys(value).length === 2
  );
}

const rrsetSchema = z.strictObject({
  type: z.string().regex(/^[A-Z][A-Z0-9]{0,9}$/),
  ttlSeconds: countSchema,
  records: recordsSchema,
});

/** What an endpoint answers, in a message. */
export const contentMembers = {
  answers: answersSchema,
  rrsets: z.tuple([rrsetSchema], rrsetSchema),
};
const contentSchema: z.ZodType<PlannedContent> = z.strictObject(contentMembers);

/** The id of an order, as a fence may hold it. */
export const orderIdSchema = z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/);
const carriedIds = z.array(orderIdSchema).max(CARRIED_IDS_MAX).exactOptional();

const entryMembers = {
  endpoint: nameSchema,
  zone: nameSchema,
  epoch: countSchema,
  generation: countSchema,
  digest: digestSchema,
  actor: wordSchema,
  cause: sentenceSchema,
};

const servingSchema = z.strictObject({
  kind: z.literal("serving"),
  ...entryMembers,
  ...contentMembers,
  override: z.strictObject({ id: orderIdSchema, untilMs: timeSchema }).exactOptional(),
  beneath: contentSchema.exactOptional(),
  ends: carriedIds,
  revives: carriedIds,
});

/** One endpoint's entry. */
export const entrySchema: z.ZodType<PlanEntry> = z.discriminatedUnion("kind", [
  servingSchema,
  z.strictObject({
    kind: z.literal("tombstone"),
    ...entryMembers,
    tombstoneId: wordSchema,
    retiredAtMs: timeSchema,
    ends: carriedIds,
    revives: carriedIds,
  }),
]);

/** Entries that enactors remember. */
export const rememberedSchema: z.ZodType<readonly ServingEntry[]> = z
  .array(servingSchema)
  .max(REMEMBERED_MAX);

/** Entries in a message. */
export const entriesSchema = z.array(entrySchema).max(ENTRIES_MAX);

const planMembers = {
  region: wordSchema,
  generation: countSchema,
  parentGeneration: countSchema,
  digest: digestSchema,
  parentDigest: digestSchema,
  actor: wordSchema,
  cause: sentenceSchema,
  madeAtMs: timeSchema,
};

/** A plan as it is offered. */
export const deltaSchema: z.ZodType<PlanDelta> = z.strictObject({
  ...planMembers,
  changed: entriesSchema,
});

/** A plan without its entries. */
export const summarySchema: z.ZodType<PlanSummary> = z.strictObject({
  ...planMembers,
  changedCount: countSchema,
});

/** Epochs that fences hold. */
export const epochsSchema: z.ZodType<readonly EpochSeen[]> = z
  .array(z.strictObject({ endpoint: nameSchema, epoch: countSchema }))
  .max(EPOCHS_SEEN_MAX);

/** The newest plan of the line. */
export const headSchema: z.ZodType<PlanHead> = z.strictObject({
  region: wordSchema,
  generation: countSchema,
  digest: digestSchema,
  floorGeneration: countSchema,
  epochs: epochsSchema,
  endedOverrides: z
    .array(
      z.strictObject({ endpoint: nameSchema, ids: z.array(orderIdSchema).max(CARRIED_IDS_MAX) }),
    )
    .max(ENDED_OVERRIDES_MAX)
    .exactOptional(),
  remembered: rememberedSchema.exactOptional(),
});

/** What of old plans is kept. */
export const retentionSchema: z.ZodType<PlanRetention> = z.strictObject({
  plansMin: countSchema,
  plansMax: countSchema,
  madeAfterMs: timeSchema,
});

/** What a clean-up dropped. */
export const cleanedSchema: z.ZodType<CleanUpOutcome> = z.strictObject({
  plans: countSchema,
  entries: countSchema,
  oldestGeneration: countSchema,
});

/** A place in an endpoint's line. */
export const positionSchema: z.ZodType<Position> = z.strictObject({
  epoch: countSchema,
  generation: countSchema,
});

/** A whole plan as it travels: its entries as a list. */
export interface PlanMessage {
  readonly region: string;
  readonly generation: number;
  readonly digest: string;
  readonly entries: readonly PlanEntry[];
}

/** A whole plan in a message. */
export const planSchema: z.ZodType<PlanMessage> = z.strictObject({
  region: wordSchema,
  generation: countSchema,
  digest: digestSchema,
  entries: entriesSchema,
});

/** A plan as it travels. */
export function planMessage(plan: Plan): PlanMessage {
  return { ...plan, entries: [...plan.entries.values()] };
}

/** A plan as it arrived. */
export function planOf(message: PlanMessage): Plan {
  return { ...message, entries: new Map(message.entries.map((entry) => [entry.endpoint, entry])) };
}
