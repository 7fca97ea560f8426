import { nameOf } from "../../src/dns/index.ts";

export const REGION = "small";
export const ZONE = nameOf("example.org");
/** Owner names of the endpoints that a small world has: the first, or both. */
export const ENDPOINTS = [nameOf("a.example.org"), nameOf("b.example.org")] as const;
export type EndpointName = (typeof ENDPOINTS)[number];

/** What the wall clock shows: `early`, then (any time) `late`, when all that was timed is over. */
export type Hour = "early" | "late";

/** 2025-10-20, before 07:00 and after. */
const EARLY_MS = Date.UTC(2025, 9, 20, 6, 48);
export const LATE_MS = EARLY_MS + 3_600_000;

export function wallMsAt(hour: Hour): number {
  return hour === "early" ? EARLY_MS : LATE_MS;
}
