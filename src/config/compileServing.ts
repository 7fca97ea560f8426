import type { EndpointPolicy } from "../plan/index.ts";
import { TTL_MS_MAX } from "./compileZones.ts";
import { readDuration } from "./durations.ts";
import { type Findings, type Place, within } from "./findings.ts";
import type { ServingText } from "./schema.ts";

const WINDOW_BOUNDS = { minMs: 1000, maxMs: 3_600_000 };
const TTL_BOUNDS = { minMs: 0, maxMs: TTL_MS_MAX, wholeSeconds: true };
/** Over this, in seconds, clients stay with a failed address for minutes. */
const TTL_SECONDS_ADVISED_MAX = 300;

/** How an endpoint is served, as far as `defaults` may say it as well. */
export type Serving = Pick<EndpointPolicy, "ttlSeconds" | "answers" | "floor" | "velocity">;

/** What endpoints have where neither they nor `defaults` say otherwise. */
export const SERVING_DEFAULTS: Serving = {
  ttlSeconds: 5,
  answers: 2,
  floor: 1,
  velocity: { fractionMax: 0.5, windowMs: 10_000 },
};

/** Reads how an endpoint is served; what it does not say, and what is wrong, is as `otherwise`. */
export function compileServing(
  text: ServingText,
  otherwise: Serving,
  place: Place,
  findings: Findings,
): Serving {
  const { ttl, answers = otherwise.answers, floor = otherwise.floor, velocity } = text;
  const ttlMs =
    ttl === undefined ? undefined : readDuration(ttl, place, "ttl", TTL_BOUNDS, findings);
  const ttlSeconds = ttlMs === undefined ? otherwise.ttlSeconds : ttlMs / 1000;
  if (ttlMs !== undefined && ttlSeconds > TTL_SECONDS_ADVISED_MAX) {
    findings.warn(within(place, "ttl"), `Clients may stay with a failed address for ${ttl}`);
  }
  const window = velocity?.window;
  const velocityAt = within(place, "velocity");
  const windowMs =
    window === undefined
      ? undefined
      : readDuration(window, velocityAt, "window", WINDOW_BOUNDS, findings);
  return {
    ttlSeconds,
    answers,
    floor,
    velocity: {
      fractionMax: velocity?.fraction ?? otherwise.velocity.fractionMax,
      windowMs: windowMs ?? otherwise.velocity.windowMs,
    },
  };
}
