import { z } from "zod";
import type { Order, Override } from "../../plan/index.ts";
import { ORDERS_MAX } from "../limits.ts";
import {
  contentMembers,
  countSchema,
  nameSchema,
  orderIdSchema,
  sentenceSchema,
  timeSchema,
  wordSchema,
} from "./planSchemas.ts";

const asked = {
  id: orderIdSchema,
  endpoint: nameSchema,
  zone: nameSchema,
  actor: wordSchema,
  reason: sentenceSchema,
  atMs: timeSchema,
};

const overrideObject = z.strictObject({
  kind: z.literal("override"),
  ...asked,
  ...contentMembers,
  untilMs: timeSchema,
  direct: z.boolean(),
});

/** Records pinned by a person. What they are is the store's to check (`orderProblem`). */
export const overrideSchema: z.ZodType<Override> = overrideObject;

const orderSchema: z.ZodType<Order> = z.discriminatedUnion("kind", [
  overrideObject,
  z.strictObject({ kind: z.literal("retirement"), ...asked, holdDownMs: timeSchema }),
  z.strictObject({ kind: z.literal("revival"), ...asked, tombstoneId: orderIdSchema }),
  z.strictObject({
    kind: z.literal("rollback"),
    ...asked,
    ...contentMembers,
    toGeneration: countSchema,
  }),
]);

/** Orders in a message. */
export const ordersSchema: z.ZodType<readonly Order[]> = z.array(orderSchema).max(ORDERS_MAX);

/** Ids of orders in a message. */
export const orderIdsSchema: z.ZodType<readonly string[]> = z
  .array(z.string().max(40))
  .max(ORDERS_MAX);
