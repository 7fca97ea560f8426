import { z } from "zod";
import { GenerationNumber, Millis } from "./fields.ts";

/** A target's health under one check. */
const HealthView = z.object({
  targetId: z.string(),
  checkId: z.string(),
  state: z.enum(["up", "down", "unknown"]),
  fresh: z
    .boolean()
    .meta({ description: "False: nobody could probe it lately; the state is kept" }),
  sinceMs: Millis,
  detail: z.string(),
});

/** States an operator may force. */
const ForcedState = z.enum(["drain", "up", "down"]);

/** An operator's decision about a target. */
const ForceView = z.object({
  targetId: z.string(),
  state: ForcedState,
  actor: z.string(),
  reason: z.string(),
  sinceMs: Millis,
});

/** A load balancer, with what is known and wanted of it. */
export const TargetView = z
  .object({
    id: z.string(),
    availabilityZone: z.string(),
    ipv4: z.string().optional(),
    ipv6: z.string().optional(),
    capacity: z.number().int(),
    inConfiguration: z.boolean(),
    health: z.array(HealthView),
    force: ForceView.optional(),
    endpoints: z.number().int().meta({ description: "Endpoints whose pools hold this target" }),
  })
  .meta({ id: "Target", description: "A load balancer, what is known and what is wanted of it" });
export type TargetView = z.output<typeof TargetView>;

/** All targets of the region. */
export const TargetsView = z.object({
  targets: z.array(TargetView),
  notes: z.array(z.string()).meta({ description: "Endpoints that do not follow targets just now" }),
});
export type TargetsView = z.output<typeof TargetsView>;

/** What is asked of a target. */
export const ForceRequest = z
  .strictObject({
    state: ForcedState,
    reason: z.string().max(200).default("").meta({ description: "For the journal and for others" }),
  })
  .meta({ id: "ForceRequest", description: "What an operator wants of one target" });

/** What a dry run of the planner needs, besides the configuration. */
export const InventoryView = z.object({
  region: z.string(),
  atMs: Millis,
  generation: GenerationNumber,
  floorGeneration: GenerationNumber,
  health: z.array(HealthView),
  forces: z.array(ForceView),
});
export type InventoryView = z.output<typeof InventoryView>;
