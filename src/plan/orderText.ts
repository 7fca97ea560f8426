import type { Override, Rollback } from "./order.ts";

/** Longest cause, in characters: one line of a terminal or two. */
const CAUSE_CHARACTERS_MAX = 240;
/** The last moment that a fence can say: it has four digits for the year. */
const WALL_MS_MAX = 253_402_300_799_999;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Whether a wall clock's moment can be said in a fence. */
export function isMoment(wallMs: number): boolean {
  return wallMs >= 0 && wallMs <= WALL_MS_MAX;
}

/** A moment in UTC to the second, as fences say it; what is none, as the number that it is. */
export function momentText(wallMs: number): string {
  // `Date` only converts here: nothing asks it what time it is.
  return isMoment(wallMs) ? `${new Date(wallMs).toISOString().slice(0, 19)}Z` : `${wallMs} ms`;
}

/** A moment cut to whole seconds, which is all that a fence says. */
export function wholeSecondsMs(wallMs: number): number {
  return Math.floor(wallMs / 1000) * 1000;
}

/** How long, by its two largest units: `23 h 59 min`. */
export function durationText(ms: number): string {
  const units = [
    [DAY_MS, "d"],
    [HOUR_MS, "h"],
    [MINUTE_MS, "min"],
    [1000, "s"],
  ] as const;
  // Rounded up: what is over "in 0 s" would be over already.
  let left = Math.ceil(ms / 1000) * 1000;
  const parts: string[] = [];
  for (const [unitMs, unit] of units) {
    const count = Math.floor(left / unitMs);
    left -= count * unitMs;
    if (count > 0) parts.push(`${count} ${unit}`);
    else if (parts.length > 0) break;
  }
  return parts.slice(0, 2).join(" ") || "0 s";
}

/** What an order that pins records does, for people. */
export function pinText(order: Override | Rollback): string {
  if (order.kind === "rollback") {
    return `rolled back to generation ${order.toGeneration} ${byText(order)}`;
  }
  const how = order.direct ? " at the DNS server" : "";
  return `override ${order.id}${how} until ${momentText(order.untilMs)} ${byText(order)}`;
}

/** Who and why: `by operator:ann: maintenance`. */
export function byText({
  actor,
  reason,
}: {
  readonly actor: string;
  readonly reason: string;
}): string {
  return reason === "" ? `by ${actor}` : `by ${actor}: ${reason}`;
}

/** A cause cut to a line or two. */
export function cutCause(text: string): string {
  if (text.length <= CAUSE_CHARACTERS_MAX) return text;
  return `${text.slice(0, CAUSE_CHARACTERS_MAX - 1)}…`;
}
