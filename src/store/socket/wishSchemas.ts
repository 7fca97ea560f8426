import { z } from "zod";
import { EVENT_KINDS, type JournalEvent, type NewEvent } from "../../journal/index.ts";
import type {
  Force,
  HealthReport,
  Policy,
  PolicyRevision,
  TargetHealth,
} from "../../plan/index.ts";
import {
  ENTRIES_MAX,
  EVENTS_PER_CALL_MAX,
  FORCES_MAX,
  HEALTH_RESULTS_MAX,
  VANTAGES_MAX,
} from "../limits.ts";
import {
  answersSchema,
  countSchema,
  digestSchema,
  nameSchema,
  sentenceSchema,
  timeSchema,
  wordSchema,
} from "./planSchemas.ts";

// Far above any region; only keeps a broken peer from filling the memory of the other.
const ITEMS_MAX = ENTRIES_MAX;

const targetSchema = z.strictObject({
  id: wordSchema,
  availabilityZone: wordSchema,
  ipv4: wordSchema.exactOptional(),
  ipv6: wordSchema.exactOptional(),
  capacity: z.number(),
});

const checkSchema = z.strictObject({
  id: wordSchema,
  kind: z.enum(["http", "https", "tcp"]),
  port: z.int().min(1).max(65_535),
  path: sentenceSchema,
  host: wordSchema.exactOptional(),
  intervalMs: z.number(),
  timeoutMs: z.number(),
  jitterMs: z.number(),
  rise: countSchema,
  fall: countSchema,
});

const poolSchema = z.strictObject({
  id: wordSchema,
  checkId: wordSchema,
  targetIds: z.array(wordSchema).min(1).max(ITEMS_MAX),
});

const endpointSchema = z.strictObject({
  name: nameSchema,
  zone: nameSchema,
  poolIds: z.array(wordSchema).max(ITEMS_MAX),
  types: z.array(z.enum(["A", "AAAA"])).max(2),
  ttlSeconds: countSchema,
  answers: answersSchema,
  floor: countSchema,
  velocity: z.strictObject({ fractionMax: z.number(), windowMs: z.number() }),
});

const zoneSchema = z.strictObject({
  name: nameSchema,
  storeIds: z.array(wordSchema).max(ITEMS_MAX),
});

/** A policy. That its ids refer to something is checked where it is read (config), not here. */
export const policySchema: z.ZodType<Policy> = z.strictObject({
  region: wordSchema,
  zones: z.array(zoneSchema).max(ITEMS_MAX),
  targets: z.array(targetSchema).max(ITEMS_MAX),
  checks: z.array(checkSchema).max(ITEMS_MAX),
  pools: z.array(poolSchema).max(ITEMS_MAX),
  endpoints: z.array(endpointSchema).max(ITEMS_MAX),
});

/** A policy as accepted. */
export const revisionSchema: z.ZodType<PolicyRevision> = z.strictObject({
  revision: countSchema,
  policy: policySchema,
  actor: wordSchema,
  acceptedAtMs: timeSchema,
});

const forceMembers = {
  targetId: wordSchema,
  state: z.enum(["drain", "up", "down"]),
  actor: wordSchema,
  reason: sentenceSchema,
};

/** A force as it is asked for. */
export const newForceSchema: z.ZodType<Omit<Force, "sinceMs">> = z.strictObject(forceMembers);

/** Forces as they are held. */
export const forcesSchema: z.ZodType<readonly Force[]> = z
  .array(z.strictObject({ ...forceMembers, sinceMs: timeSchema }))
  .max(FORCES_MAX);

const healthSchema: z.ZodType<TargetHealth> = z.strictObject({
  targetId: wordSchema,
  checkId: wordSchema,
  state: z.enum(["up", "down", "unknown"]),
  fresh: z.boolean(),
  sinceMs: timeSchema,
  detail: sentenceSchema,
});

/** What a vantage says. */
export const reportSchema: z.ZodType<HealthReport> = z.strictObject({
  vantage: wordSchema,
  changed: z.array(healthSchema).max(HEALTH_RESULTS_MAX),
});

/** What was last seen of the targets, as a list. */
export const inventorySchema: z.ZodType<readonly TargetHealth[]> = z
  .array(healthSchema)
  .max(HEALTH_RESULTS_MAX * VANTAGES_MAX);

/** An endpoint's name may be written with four characters for each of its 255 octets. */
const SUBJECT_CHARACTERS_MAX = 1_100;

const eventMembers = {
  atMs: timeSchema,
  kind: z.enum(EVENT_KINDS),
  actor: wordSchema,
  subject: z.string().max(SUBJECT_CHARACTERS_MAX),
  text: sentenceSchema,
  facts: z.record(wordSchema, z.union([sentenceSchema, z.number(), z.boolean()])),
};

/** Events as they are offered. */
export const newEventsSchema: z.ZodType<readonly NewEvent[]> = z
  .array(z.strictObject(eventMembers))
  .max(EVENTS_PER_CALL_MAX);

/** Events in their places. */
export const eventsSchema: z.ZodType<readonly JournalEvent[]> = z
  .array(
    z.strictObject({
      ...eventMembers,
      seq: countSchema,
      previousDigest: digestSchema,
      digest: digestSchema,
    }),
  )
  .max(EVENTS_PER_CALL_MAX);
