import { z } from "zod";
import type { TargetHealth } from "../../plan/index.ts";
import { operation } from "./operation.ts";
import { orderIdsSchema, ordersSchema } from "./orderSchemas.ts";
import {
  cleanedSchema,
  countSchema,
  deltaSchema,
  entriesSchema,
  entrySchema,
  epochsSchema,
  headSchema,
  nameSchema,
  planMessage,
  planSchema,
  positionSchema,
  rememberedSchema,
  retentionSchema,
  sentenceSchema,
  summarySchema,
  wordSchema,
} from "./planSchemas.ts";
import {
  eventsSchema,
  forcesSchema,
  inventorySchema,
  newEventsSchema,
  newForceSchema,
  policySchema,
  reportSchema,
  revisionSchema,
} from "./wishSchemas.ts";

const nothing = z.strictObject({});
const done = z.undefined();
// Whether a limit is in its range is the store's to say, with a clearer message.
const limit = z.number();

const outcomeSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("accepted"), head: headSchema }),
  z.strictObject({ kind: z.literal("not-a-child"), head: headSchema }),
  z.strictObject({ kind: z.literal("refused"), problem: sentenceSchema }),
]);

const head = operation("head", {
  size: "small",
  request: nothing,
  answer: headSchema,
  run: (store) => store.head(),
});

const append = operation("append", {
  size: "large",
  request: deltaSchema,
  answer: outcomeSchema,
  run: (store, delta) => store.append(delta),
});

const read = operation("read", {
  size: "large",
  request: z.strictObject({ generation: countSchema.exactOptional() }),
  answer: planSchema.optional(),
  run: async (store, { generation }) => {
    const plan = await store.read(generation);
    return plan === undefined ? undefined : planMessage(plan);
  },
});

const changesAfter = operation("changesAfter", {
  size: "large",
  request: z.strictObject({ generation: countSchema }),
  answer: z.strictObject({ head: headSchema, after: countSchema, entries: entriesSchema }),
  run: (store, { generation }) => store.changesAfter(generation),
});

const summaries = operation("summaries", {
  size: "small",
  request: z.strictObject({ limit, before: countSchema.exactOptional() }),
  answer: z.array(summarySchema).readonly(),
  run: (store, { limit, before }) => store.summaries(limit, before),
});

const history = operation("history", {
  size: "large",
  request: z.strictObject({ endpoint: nameSchema, limit }),
  answer: z.array(z.strictObject({ entry: entrySchema, plan: summarySchema })).readonly(),
  run: (store, { endpoint, limit }) => store.history(endpoint, limit),
});

const raiseFloor = operation("raiseFloor", {
  size: "small",
  request: positionSchema,
  answer: done,
  run: (store, seen) => store.raiseFloor(seen),
});

const raiseEpochs = operation("raiseEpochs", {
  size: "small",
  request: epochsSchema,
  answer: done,
  run: (store, seen) => store.raiseEpochs(seen),
});

const remember = operation("remember", {
  size: "large",
  request: rememberedSchema,
  answer: done,
  run: (store, entries) => store.remember(entries),
});

const cleanUp = operation("cleanUp", {
  size: "small",
  request: retentionSchema,
  answer: cleanedSchema,
  run: (store, retention) => store.cleanUp(retention),
});

const policy = operation("policy", {
  size: "large",
  request: nothing,
  answer: revisionSchema.optional(),
  run: (store) => store.policy(),
});

const putPolicy = operation("putPolicy", {
  size: "large",
  request: z.strictObject({ policy: policySchema, actor: wordSchema }),
  answer: revisionSchema,
  run: (store, { policy, actor }) => store.putPolicy(policy, actor),
});

const forces = operation("forces", {
  size: "small",
  request: nothing,
  answer: forcesSchema,
  run: (store) => store.forces(),
});

const putForce = operation("putForce", {
  size: "small",
  request: newForceSchema,
  answer: done,
  run: (store, force) => store.putForce(force),
});

const release = operation("release", {
  size: "small",
  request: z.strictObject({ targetId: wordSchema, actor: wordSchema }),
  answer: z.boolean(),
  run: (store, { targetId, actor }) => store.release(targetId, actor),
});

const orders = operation("orders", {
  size: "large",
  request: nothing,
  answer: ordersSchema,
  run: (store) => store.orders(),
});

const putOrders = operation("putOrders", {
  size: "large",
  request: ordersSchema,
  answer: done,
  run: (store, orders) => store.putOrders(orders),
});

const endOrders = operation("endOrders", {
  size: "small",
  request: z.strictObject({ ids: orderIdsSchema, actor: wordSchema, why: sentenceSchema }),
  answer: orderIdsSchema,
  run: (store, { ids, actor, why }) => store.endOrders(ids, actor, why),
});

const endOverrides = operation("endOverrides", {
  size: "small",
  request: z.strictObject({
    endpoint: nameSchema,
    ids: orderIdsSchema,
    actor: wordSchema,
    why: sentenceSchema,
  }),
  answer: orderIdsSchema,
  run: (store, { endpoint, ids, actor, why }) => store.endOverrides(endpoint, ids, actor, why),
});

const report = operation("report", {
  size: "large",
  request: reportSchema,
  answer: done,
  run: (store, report) => store.report(report),
});

const inventory = operation("inventory", {
  size: "large",
  request: nothing,
  answer: inventorySchema,
  run: async (store): Promise<readonly TargetHealth[]> => {
    const { health } = await store.inventory();
    return [...health.values()];
  },
});

const record = operation("record", {
  size: "small",
  request: newEventsSchema,
  answer: done,
  run: (store, events) => store.record(events),
});

const eventsAfter = operation("eventsAfter", {
  size: "small",
  request: z.strictObject({ after: countSchema, limit }),
  answer: eventsSchema,
  run: (store, { after, limit }) => store.eventsAfter(after, limit),
});

const newestEvents = operation("newestEvents", {
  size: "small",
  request: z.strictObject({ limit, subject: z.string().exactOptional() }),
  answer: eventsSchema,
  run: (store, { limit, subject }) => store.newestEvents(limit, subject),
});

/** Every call of the port, as `POST /v1/<name>`. */
export const OPERATIONS = {
  head,
  append,
  read,
  changesAfter,
  summaries,
  history,
  raiseFloor,
  raiseEpochs,
  remember,
  cleanUp,
  policy,
  putPolicy,
  forces,
  putForce,
  release,
  orders,
  putOrders,
  endOrders,
  endOverrides,
  report,
  inventory,
  record,
  eventsAfter,
  newestEvents,
} as const;
