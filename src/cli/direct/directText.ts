import { fenceText } from "../../plan/index.ts";
import { ExitCode } from "../exitCode.ts";
import type { CliIo } from "../io.ts";
import { painter, type Tone } from "../output/paint.ts";
import { printLines } from "../output/print.ts";
import { tableText } from "../output/table.ts";
import type { DirectOutcome } from "./carryOut.ts";
import { contentLines } from "./content.ts";

const TONES: Readonly<Record<DirectOutcome["outcome"], Tone>> = {
  written: "good",
  already: "good",
  refused: "bad",
  failed: "bad",
  unknown: "warn",
};

/** Whether it is as wanted on a store. */
function isDone({ outcome }: DirectOutcome): boolean {
  return outcome === "written" || outcome === "already";
}

/** Whether a store was changed, or may have been. */
export function mayHaveChanged({ outcome }: DirectOutcome): boolean {
  return outcome === "written" || outcome === "unknown";
}

/** What became of an act on every store; then how many took it, where not all did. */
export function printOutcomes(io: CliIo, outcomes: readonly DirectOutcome[]): void {
  const paint = painter(io.colour);
  const rows = outcomes.map(({ storeId, outcome, text }) => {
    return [storeId, paint(TONES[outcome], outcome), text];
  });
  printLines(io, [tableText(["STORE", "OUTCOME", ""], rows)]);
  // The table's last column may be cut: what a person must do is told whole.
  for (const { storeId, outcome, text } of outcomes) {
    if (outcome === "refused" || outcome === "failed") io.err(`${storeId}: ${text}\n`);
  }
  const done = outcomes.filter(isDone).length;
  if (done === outcomes.length) return;
  const unknown = outcomes.filter(({ outcome }) => outcome === "unknown").length;
  const doubt = unknown === 0 ? "" : ` (${unknown} may have it: run it again to see)`;
  io.err(`Done on ${done} of ${outcomes.length} zone stores${doubt}.\n`);
}

/** The records that were written, once. */
export function writtenLines(outcomes: readonly DirectOutcome[]): readonly string[] {
  const content = outcomes.find((one) => one.content !== undefined)?.content;
  return content === undefined ? [] : contentLines(content).map((line) => `  ${line}`);
}

/** 0 only where every store is as wanted. */
export function exitCodeOf(outcomes: readonly DirectOutcome[]): number {
  return outcomes.length > 0 && outcomes.every(isDone) ? ExitCode.OK : ExitCode.CANNOT;
}

/** What programs are told of each store. */
export function outcomeView({ storeId, outcome, text, write, content }: DirectOutcome): object {
  return {
    ...{ storeId, outcome, text },
    ...(write === undefined ? {} : { fence: fenceText(write.fence) }),
    ...(content === undefined ? {} : { rrsets: content.rrsets }),
  };
}
