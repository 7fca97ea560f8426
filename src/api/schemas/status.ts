import { z } from "zod";
import { GenerationNumber, Millis } from "./fields.ts";
import { FenceOverrideView, OrderView } from "./orders.ts";

/** One process of this instance. */
export const ProcessView = z.object({
  id: z.string(),
  role: z.string(),
  pid: z.number().int().optional(),
  state: z.string(),
  sinceMs: Millis,
  restarts: z.number().int(),
  reportAgeMs: z.number().optional(),
  generation: GenerationNumber.optional().meta({ description: "Newest plan it knows" }),
  lagMs: z
    .number()
    .optional()
    .meta({ description: "Enactors: behind for so long; others: silent for so long" }),
  pending: z.number().int().optional().meta({ description: "Endpoints not yet confirmed" }),
});
export type ProcessView = z.output<typeof ProcessView>;

/** One zone on one of its stores. */
export const ZoneView = z.object({
  zone: z.string(),
  storeId: z.string(),
  gate: z
    .enum(["on", "repairs", "paused", "malformed", "unreadable"])
    .meta({ description: "repairs: paused, but that drift is repaired" }),
  seeded: z.enum(["seeded", "unseeded", "unknown", "not-needed"]),
  problem: z.string().optional(),
});
export type ZoneView = z.output<typeof ZoneView>;

/** An endpoint that answers and is no longer in the configuration. */
export const OrphanView = z.object({
  endpoint: z.string(),
  zone: z.string(),
  sinceMs: Millis.meta({
    description: "When the configuration without it was accepted, at latest",
  }),
  text: z.string(),
});
export type OrphanView = z.output<typeof OrphanView>;

/** An endpoint that an enactor has trouble with, or leaves alone, and why. */
export const TroubleView = z.object({
  endpoint: z.string(),
  storeId: z.string(),
  standing: z.string(),
  why: z.string(),
  by: z.string(),
});
export type TroubleView = z.output<typeof TroubleView>;

/** Counts of endpoints; complete, however many there are. */
export const EndpointCounts = z.object({
  configured: z.number().int(),
  planned: z.number().int(),
  serving: z.number().int(),
  notPlanned: z.number().int(),
  failOpen: z.number().int(),
  failedOver: z.number().int(),
  held: z.number().int(),
  capacityHeld: z.number().int(),
  orphaned: z.number().int(),
  overridden: z.number().int(),
  rolledBack: z.number().int(),
  retiring: z.number().int().meta({ description: "Waiting to stop answering" }),
  retired: z.number().int(),
});
export type EndpointCounts = z.output<typeof EndpointCounts>;

/** Counts of targets. A target under several checks counts by the worst. */
export const TargetCounts = z.object({
  total: z.number().int(),
  up: z.number().int(),
  down: z.number().int(),
  unknown: z.number().int(),
  stale: z.number().int(),
  forced: z.number().int(),
});
export type TargetCounts = z.output<typeof TargetCounts>;

/** Our own nameserver: how it serves, and who copies from it. */
export const NameserverView = z.object({
  udp: z.object({
    by: z.string().meta({ description: "threads, or main thread" }),
    threads: z.number().int(),
    restarts: z.number().int(),
    reason: z.string().optional().meta({ description: "Why no threads serve" }),
  }),
  secondaries: z.array(
    z.object({
      zone: z.string(),
      address: z.string(),
      isCurrent: z.boolean().meta({ description: "It holds the serial served now" }),
      transferredSerial: z.number().int().optional(),
      problem: z.string().optional(),
    }),
  ),
  signedZones: z.array(z.object({ zone: z.string(), stage: z.string() })),
  problems: z.array(z.string()).meta({ description: "Of signing and configuration; sentences" }),
});
export type NameserverView = z.output<typeof NameserverView>;

/** What people asked for about endpoints, and is not over. */
export const OrdersView = z.object({
  overrides: z.number().int().meta({ description: "Those that only DNS knows of included" }),
  retirements: z.number().int(),
  revivals: z.number().int(),
  rollbacks: z.number().int(),
  listed: z.array(OrderView).meta({ description: "The first hundred; /v1/orders has all" }),
  fenceOverrides: z
    .array(FenceOverrideView)
    .meta({ description: "Overrides that only the DNS server knows of; the first hundred" }),
});
export type OrdersView = z.output<typeof OrdersView>;

/** The state of the region, as far as this instance knows it. */
export const StatusView = z
  .object({
    region: z.string(),
    atMs: Millis,
    generation: GenerationNumber,
    plan: z
      .object({
        madeAtMs: Millis,
        ageMs: z.number(),
        actor: z.string(),
        cause: z.string(),
        digest: z.string(),
      })
      .optional(),
    policy: z
      .object({ revision: z.number().int(), acceptedAtMs: Millis, actor: z.string() })
      .optional(),
    endpoints: EndpointCounts,
    failOpen: z.array(z.string()).meta({ description: "Names; the first hundred" }),
    held: z.array(z.string()).meta({ description: "Names; the first hundred" }),
    capacityHeld: z.array(z.string()).meta({ description: "Names; the first hundred" }),
    orphans: z.array(OrphanView).meta({ description: "The first hundred" }),
    orders: OrdersView,
    retiredConfigured: z
      .array(z.string())
      .meta({ description: "Retired, and still in the configuration; the first hundred" }),
    zones: z.array(ZoneView),
    targets: TargetCounts,
    processes: z.array(ProcessView).optional().meta({ description: "Absent: cannot be asked" }),
    nameserver: NameserverView.optional().meta({ description: "Absent: none, or it is silent" }),
    quarantined: z.array(TroubleView).meta({ description: "Left alone until a person looks" }),
    troubles: z.array(TroubleView).meta({ description: "Other endpoints that do not converge" }),
    journalSeq: z.number().int(),
    warnings: z.array(z.string()).meta({ description: "Sentences for people" }),
  })
  .meta({ id: "Status", description: "The state of the region" });
export type StatusView = z.output<typeof StatusView>;

/** Whether the region can be relied upon. */
export const ReadyView = z.object({
  ready: z.boolean(),
  missing: z.array(z.string()).meta({ description: "What is still missing, one sentence each" }),
});
export type ReadyView = z.output<typeof ReadyView>;
