import type { ChangeView } from "../../api/index.ts";
import { painter, type Tone } from "./paint.ts";

const SIGNS: Readonly<Record<string, string>> = { created: "+", retired: "-", absent: "-" };

/** One endpoint's move, for people: its name and kind, then what moved. */
export function changeLines(change: ChangeView, colour: boolean): string[] {
  const paint = painter(colour);
  const cause = change.cause === undefined ? "" : paint("dim", `  (${change.cause})`);
  return [
    `${SIGNS[change.kind] ?? "~"} ${paint("strong", change.endpoint)} ${change.kind}${cause}`,
    ...change.lines.map((line) => `    ${paint(toneOfLine(line), line)}`),
  ];
}

function toneOfLine(line: string): Tone {
  if (line.startsWith("+")) return "good";
  return line.startsWith("-") ? "bad" : "warn";
}
