import { z } from "zod";
import { DURATION_MS_MAX } from "../limits.ts";
import { GenerationNumber, LineText, Millis } from "./fields.ts";
import { Answers, ChangeView, RRsetView } from "./plans.ts";

/** Why a person asks for something; one line, told to everyone who looks. */
const Reason = LineText.meta({ description: "For the journal and for others; one line" });

const OrderHead = {
  id: z.string(),
  endpoint: z.string(),
  zone: z.string(),
  actor: z.string(),
  reason: z.string(),
  atMs: Millis,
  inPlan: z.boolean().meta({ description: "The newest plan carries it out" }),
  problem: z.string().optional().meta({ description: "Why it cannot be carried out now" }),
};

/** What a person asked for about one endpoint, and how far it is. */
export const OrderView = z
  .discriminatedUnion("kind", [
    z.object({
      kind: z.literal("override"),
      ...OrderHead,
      untilMs: Millis,
      answers: Answers,
      rrsets: z.array(RRsetView).min(1),
      direct: z.boolean().meta({ description: "Written straight to DNS, past the planner" }),
    }),
    z.object({
      kind: z.literal("retirement"),
      ...OrderHead,
      holdDownMs: z.number(),
      dueAtMs: Millis.meta({ description: "Earliest moment at which it stops answering" }),
    }),
    z.object({ kind: z.literal("revival"), ...OrderHead, tombstoneId: z.string() }),
    z.object({
      kind: z.literal("rollback"),
      ...OrderHead,
      toGeneration: GenerationNumber,
      answers: Answers,
      rrsets: z.array(RRsetView).min(1),
    }),
  ])
  .meta({ id: "Order", description: "What a person asked for about one endpoint" });
export type OrderView = z.output<typeof OrderView>;

/** An override that a zone store holds and no order explains: written directly, elsewhere. */
export const FenceOverrideView = z
  .object({
    endpoint: z.string(),
    storeId: z.string(),
    id: z.string(),
    untilMs: Millis,
    by: z.string().meta({ description: "The process that saw it" }),
  })
  .meta({ id: "FenceOverride", description: "An override that only the DNS server knows of" });
export type FenceOverrideView = z.output<typeof FenceOverrideView>;

/** A page of orders, in order of id. */
export const OrdersPage = z.object({
  orders: z.array(OrderView),
  next: z.string().optional().meta({ description: "`after` of the next page" }),
  fenceOverrides: z
    .array(FenceOverrideView)
    .meta({ description: "Overrides seen in DNS that are no order here; the first thousand" }),
});
export type OrdersPage = z.output<typeof OrdersPage>;

/** What became of an order. */
export const OrderChanged = z
  .object({
    changed: z.boolean(),
    message: z.string(),
    order: OrderView.optional(),
    warnings: z.array(z.string()).meta({ description: "What stands in its way; sentences" }),
  })
  .meta({ id: "OrderChanged", description: "What became of an order" });
export type OrderChanged = z.output<typeof OrderChanged>;

const DurationMs = z.number().int().min(0).max(DURATION_MS_MAX);

/** Records to pin, for how long, and why. */
export const OverrideRequest = z
  .strictObject({
    rrsets: z
      .array(
        z.strictObject({
          type: z.string().max(16),
          rdata: z.array(z.string().max(4096)).min(1).max(400),
        }),
      )
      .min(1)
      .max(8)
      .meta({ description: "Types that are not named stay as they are" }),
    ttlSeconds: z.number().int().optional(),
    forMs: DurationMs.meta({ description: "How long it lasts" }),
    reason: Reason,
  })
  .meta({ id: "OverrideRequest", description: "Records that a person pins" });
export type OverrideRequest = z.output<typeof OverrideRequest>;

/** A name that shall stop answering. */
export const RetirementRequest = z
  .strictObject({
    reason: Reason,
    holdDownMs: DurationMs.optional().meta({ description: "How long it waits; 24 h where absent" }),
    confirm: z.string().meta({ description: "The endpoint's full name, once more" }),
    confirmAgain: z
      .string()
      .optional()
      .meta({ description: "And again, where it shall not wait at all" }),
  })
  .meta({ id: "RetirementRequest", description: "A name that shall stop answering" });
export type RetirementRequest = z.output<typeof RetirementRequest>;

/** A retired name that shall answer again. */
export const RevivalRequest = z
  .strictObject({
    reason: Reason,
    tombstoneId: z.string().max(40).optional().meta({ description: "Read from DNS where absent" }),
  })
  .meta({ id: "RevivalRequest", description: "A retired name that shall answer again" });
export type RevivalRequest = z.output<typeof RevivalRequest>;

const Endpoints = z
  .array(z.string().max(1024))
  .min(1)
  .max(2_000)
  .optional()
  .meta({ description: "All where absent" });

/** Which endpoints to look at, and which plan to take their content from. */
export const RollbackPreviewRequest = z
  .strictObject({ toGeneration: GenerationNumber, endpoints: Endpoints })
  .meta({ id: "RollbackPreviewRequest", description: "What a rollback would be about" });
export type RollbackPreviewRequest = z.output<typeof RollbackPreviewRequest>;

/** A rollback as it was looked at before. */
export const RollbackRequest = z
  .strictObject({
    toGeneration: GenerationNumber,
    endpoints: Endpoints,
    digest: z.string().meta({ description: "Of the preview: what was looked at is what is done" }),
    despiteBrakes: z
      .boolean()
      .optional()
      .meta({ description: "A person saw the preview's brakes, and wants it all the same" }),
    reason: Reason,
  })
  .meta({ id: "RollbackRequest", description: "A rollback as it was looked at before" });
export type RollbackRequest = z.output<typeof RollbackRequest>;

/** Which rollbacks to end. */
export const ReleaseRequest = z
  .strictObject({ endpoints: Endpoints, reason: LineText.default("released") })
  .meta({ id: "ReleaseRequest", description: "Rollbacks to end" });
export type ReleaseRequest = z.output<typeof ReleaseRequest>;

/** An endpoint that a rollback leaves alone. */
const LeftAlone = z.object({ endpoint: z.string(), why: z.string() });

/** A limit that would hold an ordinary plan back. */
const BrakeView = z
  .object({
    endpoint: z.string(),
    kind: z.enum(["floor", "capacity", "unusable-target", "unknown-address", "not-configured"]),
    text: z.string().meta({ description: "One line for people" }),
  })
  .meta({ id: "Brake", description: "A limit that would hold an ordinary plan back" });

/** What a rollback would change. */
export const RollbackPreview = z
  .object({
    toGeneration: GenerationNumber,
    fromGeneration: GenerationNumber.meta({ description: "The newest plan" }),
    digest: z.string().meta({ description: "To be sent with the rollback itself" }),
    changesTotal: z.number().int(),
    changes: z.array(ChangeView).meta({ description: "The first thousand" }),
    endpointsTotal: z.number().int().meta({ description: "That answer now" }),
    brakesTotal: z.number().int(),
    brakes: z
      .array(BrakeView)
      .meta({ description: "Limits that an ordinary plan would keep to; the first thousand" }),
    leftAloneTotal: z.number().int(),
    leftAlone: z.array(LeftAlone).meta({ description: "The first thousand" }),
  })
  .meta({ id: "RollbackPreview", description: "What a rollback would change" });
export type RollbackPreview = z.output<typeof RollbackPreview>;

/** What became of a rollback, or of its end. */
export const RollbackChanged = z
  .object({
    changed: z.boolean(),
    message: z.string(),
    endpoints: z.number().int(),
    warnings: z.array(z.string()),
  })
  .meta({ id: "RollbackChanged", description: "What became of a rollback" });
export type RollbackChanged = z.output<typeof RollbackChanged>;
