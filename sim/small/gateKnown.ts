import type { GateState } from "../../src/enact/progress.ts";
import { type Gate, gateText, parseGate } from "../../src/plan/index.ts";

const known = new Map<string | undefined, GateState>();

/** What an enactor makes of the gate that it reads; the same object for the same text. */
export function gateKnown(text: string | undefined): GateState {
  const state = known.get(text) ?? gateRead(text);
  known.set(text, state);
  return state;
}

function gateRead(text: string | undefined): GateState {
  if (text === undefined) return { kind: "open", text };
  const parsed = parseGate(text);
  if (parsed.kind === "malformed") return { kind: "closed", why: parsed.problem };
  switch (parsed.gate.automation) {
    case "on":
      return { kind: "open", text };
    case "repairs":
      return { kind: "repairs", text };
    case "paused":
      return { kind: "closed", why: "paused" };
  }
}

/** The next text of a gate: its edition rises. */
export function gateAfter(text: string | undefined, automation: Gate["automation"]): string {
  const parsed = text === undefined ? undefined : parseGate(text);
  const edition = parsed?.kind === "gate" ? parsed.gate.edition : 0;
  return gateText({ edition: edition + 1, automation });
}
