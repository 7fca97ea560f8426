import { z } from "zod";
import type { DemoFault } from "./demoError.ts";

/** Longest delay of an answer: beyond it a prober has long given up. */
export const DELAY_MS_MAX = 600_000;
/** Longest path of a Unix socket that every system takes (the kernels' limits are 104 to 108). */
export const SOCKET_PATH_OCTETS_MAX = 100;

const id = z.string().min(1).max(200);
const selected = z.union([
  z.strictObject({ targets: z.array(id).min(1).max(100_000) }),
  z.strictObject({ zone: id }),
]);

/** Body of POST /v1/fail and POST /v1/heal. */
export const changeRequest = z.strictObject({ select: selected });
/** Body of POST /v1/slow. */
export const slowRequest = z.strictObject({
  select: selected,
  delayMs: z.int().min(0).max(DELAY_MS_MAX),
});

/** Answer to everything that succeeds: the load balancers it was about. */
export const stateReply = z.object({
  targets: z.array(
    z.object({
      id: z.string(),
      availabilityZone: z.string(),
      address: z.string(),
      ports: z.array(z.number()),
      state: z.enum(["serving", "failed"]),
      delayMs: z.number(),
    }),
  ),
});

const text = z.string();
const place = { target: text, address: text, port: z.int().min(0).max(65_535) };
const demoFault: z.ZodType<DemoFault> = z.discriminatedUnion("code", [
  z.object({ code: z.literal("port-in-use"), ...place }),
  z.object({ code: z.literal("address-unusable"), ...place, reason: text }),
  z.object({ code: z.literal("not-loopback"), target: text }),
  z.object({ code: z.literal("https-not-served"), target: text, check: text }),
  z.object({ code: z.literal("unknown-target"), target: text }),
  z.object({ code: z.literal("unknown-zone"), zone: text }),
  z.object({ code: z.literal("malformed"), problem: text }),
  z.object({ code: z.literal("not-running"), socketPath: text }),
  z.object({ code: z.literal("socket-unusable"), socketPath: text, reason: text }),
]);

/** Answer to everything that fails. */
export const faultReply = z.object({ fault: demoFault, message: text });
