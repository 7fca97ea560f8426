import type { NewEvent } from "./event.ts";

const TIME_MS_MAX = 8.64e15; // ECMAScript's own limit of what is a time at all

// C0, DEL, C1 and the separators that some terminals break lines at: an event's words may come from
// a server that a probe spoke to, and must not move the cursor of whoever reads them.
const CONTROL = /[\p{Cc}\u2028\u2029]+/gu;

/** An event as one line for people: time (UTC), subject, text. Never holds control characters. */
export function eventLine(event: NewEvent): string {
  const { subject, text } = event;
  // Not twice, where the text itself begins with it: `lb-a1 is up`.
  const isNamed = text.startsWith(subject);
  return `${timeText(event.atMs)} ${isNamed ? text : `${subject}: ${text}`}`.replace(CONTROL, " ");
}

// `Date` only converts here: nothing asks it what time it is.
function timeText(atMs: number): string {
  return Math.abs(atMs) <= TIME_MS_MAX ? new Date(atMs).toISOString() : "(time unknown)";
}
