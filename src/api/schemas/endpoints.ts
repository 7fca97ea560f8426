import { z } from "zod";
import { GenerationNumber, Millis } from "./fields.ts";
import { OrderView } from "./orders.ts";
import { EntryView, PlanSummaryView } from "./plans.ts";

/** How an endpoint's answer came about. */
export const Mode = z.enum([
  "healthy",
  "fail-open",
  "failed-over",
  "held",
  "capacity-held",
  "overridden",
  "rolled-back",
  "orphaned",
  "retired",
  "not-planned",
]);
export type Mode = z.output<typeof Mode>;

/** One line of a list of endpoints. */
export const EndpointRow = z
  .object({
    endpoint: z.string(),
    zone: z.string(),
    mode: Mode,
    generation: GenerationNumber.optional(),
    addresses: z.record(z.string(), z.number().int()).meta({ description: "Records by RR type" }),
    answers: z.union([z.number().int(), z.literal("all")]).optional(),
    cause: z.string().optional(),
    orders: z
      .array(z.object({ id: z.string(), kind: z.string(), text: z.string() }))
      .optional()
      .meta({ description: "What people asked for about it; absent: nothing" }),
  })
  .meta({ id: "EndpointRow", description: "One line of a list of endpoints" });
export type EndpointRow = z.output<typeof EndpointRow>;

/** A page of endpoints, in order of name. */
export const EndpointsPage = z.object({
  generation: GenerationNumber,
  total: z.number().int().meta({ description: "How many match, on all pages" }),
  endpoints: z.array(EndpointRow),
  next: z.string().optional().meta({ description: "`after` of the next page" }),
});
export type EndpointsPage = z.output<typeof EndpointsPage>;

/** Why one target is in an endpoint's answers, or not. */
export const TargetReason = z.object({
  targetId: z.string(),
  poolId: z.string(),
  in: z.boolean(),
  addresses: z.array(z.string()).meta({ description: "Those that the plan answers with" }),
  weight: z.number().optional(),
  why: z.string(),
  sinceMs: Millis.optional(),
});
export type TargetReason = z.output<typeof TargetReason>;

/** What one zone store holds of an endpoint. */
export const HeldRecord = z.object({
  storeId: z.string(),
  state: z.enum([
    ...["current", "older", "newer", "differs", "overridden", "retired"],
    ...["no-fence", "malformed", "unreadable"],
  ] as const),
  generation: GenerationNumber.optional(),
  edition: z.number().int().optional(),
  fence: z.string().optional(),
  override: z
    .object({ id: z.string(), untilMs: Millis })
    .optional()
    .meta({ description: "The override that it holds" }),
  tombstone: z
    .object({ id: z.string(), atMs: Millis })
    .optional()
    .meta({ description: "The tombstone that it holds: it answers nothing, on purpose" }),
  records: z.array(z.string()).meta({ description: "In presentation format, without the name" }),
  problem: z.string().optional(),
});
export type HeldRecord = z.output<typeof HeldRecord>;

/** Everything there is to say about one endpoint. */
export const EndpointView = z
  .object({
    endpoint: z.string(),
    zone: z.string(),
    inConfiguration: z.boolean(),
    mode: Mode,
    entry: EntryView.optional(),
    plan: PlanSummaryView.optional().meta({ description: "The plan that brought the entry" }),
    targets: z.array(TargetReason),
    notes: z.array(z.string()),
    lines: z.array(z.string()).meta({ description: "All of it for people, a line each" }),
    orders: z.array(OrderView).meta({ description: "What people asked for about it" }),
    held: z.array(HeldRecord),
    text: z.string().optional().meta({ description: "For an orphan: what to do about it" }),
  })
  .meta({ id: "Endpoint", description: "What an endpoint answers, from where, and why" });
export type EndpointView = z.output<typeof EndpointView>;

/** Versions of an endpoint's entry, newest first. */
export const HistoryView = z.object({
  endpoint: z.string(),
  versions: z.array(z.object({ entry: EntryView, plan: PlanSummaryView })),
});
export type HistoryView = z.output<typeof HistoryView>;
