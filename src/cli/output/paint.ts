import { styleText } from "node:util";

/** What a word's colour says. */
export type Tone = "good" | "bad" | "warn" | "dim" | "plain" | "strong";

const STYLES = {
  good: "green",
  bad: "red",
  warn: "yellow",
  dim: "dim",
  strong: "bold",
} as const;

/** Puts text in a tone, where there are eyes for it. */
export type Paint = (tone: Tone, text: string) => string;

/** A painter for a terminal, or one that leaves everything as it is. */
export function painter(colour: boolean): Paint {
  return (tone, text) => {
    if (!colour || tone === "plain") return text;
    return styleText(STYLES[tone], text, { validateStream: false });
  };
}

const GOOD = new Set(["up", "running", "on", "seeded", "current", "healthy", "accepted"]);
const BAD = new Set([
  ...["down", "ended", "backing-off", "silent", "unreadable", "malformed", "quarantined"],
  ...["fail-open", "differs", "no-fence"],
]);
const WARN = new Set([
  ...["stopped", "paused", "unknown", "unseeded", "starting", "orphaned", "held", "older"],
  ...["failed-over", "capacity-held", "not-planned", "newer", "drain", "repairs"],
  ...["overridden", "rolled-back", "retired"],
]);

/** The tone of a word that says how something is. */
export function toneOf(word: string): Tone {
  if (GOOD.has(word)) return "good";
  if (BAD.has(word)) return "bad";
  return WARN.has(word) ? "warn" : "plain";
}
