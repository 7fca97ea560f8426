/** A zone's switch for automation, stored in the zone and a condition of every automated write. */
export interface Gate {
  /** Rises with every write, so that no gate text ever comes back. */
  readonly edition: number;
  /** `repairs`: paused, but that drift is repaired: nothing new is enacted. */
  readonly automation: "on" | "repairs" | "paused";
}

/** The outcome of reading a gate text. */
export type ParsedGate =
  | { readonly kind: "gate"; readonly gate: Gate }
  | { readonly kind: "malformed"; readonly problem: string };

const GRAMMAR = /^holdfast-gate=1 edition=(0|[1-9][0-9]{0,14}) automation=(on|repairs|paused)$/;

/** Reads a gate text strictly. Automation treats a malformed gate as paused, and says so. */
export function parseGate(text: string): ParsedGate {
  const found = GRAMMAR.exec(text);
  if (found === null) {
    const shown = text.slice(0, 80);
    return { kind: "malformed", problem: `Cannot read the gate "${shown}": not in its grammar` };
  }
  const automation = found[2] === "on" || found[2] === "repairs" ? found[2] : "paused";
  return { kind: "gate", gate: { edition: Number(found[1]), automation } };
}

/** The one text of a gate. */
export function gateText(gate: Gate): string {
  return `holdfast-gate=1 edition=${gate.edition} automation=${gate.automation}`;
}

/** The text of a zone's seed mark: every endpoint of the zone's plan has been put in place. */
export const SEED_TEXT = "holdfast-seed=1";
