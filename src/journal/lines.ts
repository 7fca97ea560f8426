import type { NewEvent } from "./event.ts";

const TIME_MS_MAX = 8.64e15; // ECMAScript's own limit of what is a time at all

// C0, DEL, C1 and the separators that some terminals break lines at: an event's words may come from
// a server that a probe spoke to, and must not move the cursor of whoever reads them.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;

/** An event as one line for people: time (UTC), subject, text. Never holds control characters. */
export function eventLine(event: NewEvent): string {
  return `${timeText(event.atMs)} ${event.subject}: ${event.text}`.replace(CONTROL, " ");
}

// `Date` only converts here: nothing asks it what time it is.
function timeText(atMs: number): string {
  return Math.abs(atMs) <= TIME_MS_MAX ? new Date(atMs).toISOString() : "(time unknown)";
}
