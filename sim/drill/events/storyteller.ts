import type { DrillLine } from "../../../src/cli/drills.ts";
import { secondText } from "../replay.ts";

/** Tells one line of a story, at the time that its world shows. */
export type Tell = (who: string, text: string, tone?: DrillLine["tone"]) => void;

/** A teller for a world with this clock. */
export function storyteller(clock: { wallMs(): number }, tell: (line: DrillLine) => void): Tell {
  return (who, text, tone = "plain") => {
    tell({ time: secondText(clock.wallMs()), side: "", who, text, tone });
  };
}
