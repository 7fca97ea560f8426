import { z } from "zod";
import { GenerationNumber, Millis } from "./fields.ts";

/** How many addresses an answer has. */
export const Answers = z.union([z.number().int().min(1), z.literal("all")]);

/** One RRset of an entry. */
export const RRsetView = z.object({
  type: z.string(),
  ttlSeconds: z.number().int(),
  records: z.array(z.object({ rdata: z.string(), weight: z.number().int() })).min(1),
});

const EntryHead = {
  endpoint: z.string(),
  zone: z.string(),
  epoch: z.number().int(),
  generation: GenerationNumber,
  digest: z.string(),
  actor: z.string(),
  cause: z.string(),
};

const Content = z.object({ answers: Answers, rrsets: z.array(RRsetView).min(1) });

/** An endpoint's entry in a plan: what it serves, or the mark that it was retired. */
export const EntryView = z
  .discriminatedUnion("kind", [
    z.object({
      kind: z.literal("serving"),
      ...EntryHead,
      answers: Answers,
      rrsets: z.array(RRsetView).min(1),
      override: z
        .object({ id: z.string(), untilMs: Millis })
        .optional()
        .meta({ description: "The override that pins these records" }),
      beneath: Content.optional().meta({ description: "What is planned beneath" }),
      ends: z.array(z.string()).optional().meta({ description: "Overrides that it ends" }),
      revives: z.array(z.string()).optional().meta({ description: "Tombstones that it revives" }),
    }),
    z.object({
      kind: z.literal("tombstone"),
      ...EntryHead,
      tombstoneId: z.string(),
      retiredAtMs: Millis,
      ends: z.array(z.string()).optional().meta({ description: "Overrides that it ends" }),
      revives: z.array(z.string()).optional().meta({ description: "Tombstones revived before" }),
    }),
  ])
  .meta({ id: "Entry", description: "An endpoint's entry in a plan" });
export type EntryView = z.output<typeof EntryView>;

/** A plan without its entries. */
export const PlanSummaryView = z
  .object({
    region: z.string(),
    generation: GenerationNumber,
    parentGeneration: GenerationNumber,
    digest: z.string(),
    parentDigest: z.string(),
    actor: z.string(),
    cause: z.string(),
    madeAtMs: Millis,
    changedCount: z.number().int(),
  })
  .meta({ id: "PlanSummary", description: "A plan without its entries" });
export type PlanSummaryView = z.output<typeof PlanSummaryView>;

/** A page of the line of plans. */
export const PlansPage = z.object({
  plans: z.array(PlanSummaryView),
  next: GenerationNumber.optional().meta({ description: "`before` of the next page" }),
});
export type PlansPage = z.output<typeof PlansPage>;

/** A page of one plan. */
export const PlanPage = z.object({
  region: z.string(),
  generation: GenerationNumber,
  digest: z.string(),
  endpointsTotal: z.number().int(),
  entries: z.array(EntryView),
  next: z.string().optional().meta({ description: "`after` of the next page" }),
});
export type PlanPage = z.output<typeof PlanPage>;

/** One endpoint's move from one plan to another. */
export const ChangeView = z
  .object({
    endpoint: z.string(),
    kind: z.string(),
    lines: z.array(z.string()).meta({ description: "What changed, one line each" }),
    cause: z.string().optional(),
  })
  .meta({ id: "Change", description: "One endpoint's move from one plan to another" });
export type ChangeView = z.output<typeof ChangeView>;

/** Everything that differs between two plans. */
export const PlanDiffView = z.object({
  from: GenerationNumber,
  to: GenerationNumber,
  changes: z.array(ChangeView),
});
export type PlanDiffView = z.output<typeof PlanDiffView>;
