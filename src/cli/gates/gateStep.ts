import type { Gate, GateFound } from "../../plan/index.ts";

/** What to do next about one gate. */
export type GateStep =
  | { readonly kind: "done" }
  | { readonly kind: "write"; readonly expected: string | undefined; readonly gate: Gate }
  | { readonly kind: "cannot"; readonly problem: string };

/** What brings a gate, as just read, to where a person wants it. */
export function gateStep(found: GateFound, wanted: Gate["automation"], nowMs: number): GateStep {
  switch (found.kind) {
    case "unreadable":
      return { kind: "cannot", problem: found.problem };
    case "none":
      // A zone never paused, or one whose server lost its disk: enactors that saw it paused keep
      // it so until a gate says `on`. Its edition must be above the one that was lost.
      return write(undefined, wanted, editionOf(nowMs));
    case "gate":
      if (found.gate.automation === wanted) return { kind: "done" };
      return write(found.text, wanted, found.gate.edition + 1);
    case "malformed":
      return replaceMalformed(found.texts, wanted, nowMs);
  }
}

function write(
  expected: string | undefined,
  automation: Gate["automation"],
  edition: number,
): GateStep {
  return { kind: "write", expected, gate: { edition, automation } };
}

// Where no gate can be read its edition is unknown: seconds of the clock are above any that was
// ever counted up, and rise by themselves if this happens again.
function editionOf(nowMs: number): number {
  return Math.floor(nowMs / 1000);
}

function replaceMalformed(
  texts: readonly string[],
  wanted: Gate["automation"],
  nowMs: number,
): GateStep {
  const [only, ...others] = texts;
  if (only !== undefined && others.length === 0) {
    return write(only, wanted, editionOf(nowMs));
  }
  const problem = `the gate has ${texts.length} records: delete them by hand (nsupdate) first`;
  return { kind: "cannot", problem };
}
