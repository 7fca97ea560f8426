import { assert } from "../../src/base/index.ts";
import type { EndpointWrite, WriteOutcome } from "../../src/plan/index.ts";
import { judge } from "./checks.ts";
import { applyWrite, type Held } from "./heldZone.ts";
import { onceForBoth, onceForText } from "./memo.ts";
import type { Broken } from "./model.ts";
import type { Next, Now, Stray } from "./now.ts";

/** What came of a write of the automation that reached the zone. */
export interface Reached<World> {
  readonly now: World;
  readonly outcome: WriteOutcome;
  readonly broken: Broken | undefined;
}

/** A write reaches the zone: it is applied or not, and judged by every checker. */
export function reach<World extends Now>(
  now: World,
  { place, write, knew }: Stray,
): Reached<World> {
  const before = heldAt(now, place);
  const { circumstances } = now;
  const { outcome, held } = applied(before, write, circumstances.gate);
  if (outcome.kind !== "applied") return { now, outcome, broken: undefined };
  const stray = { place, write, knew };
  const { endpoint } = write;
  const broken = judge({ endpoint, before, after: held, stray, circumstances });
  return { now: withHeld(now, place, held), outcome, broken };
}

/** Writes that nobody waits for any more arrive at any time. */
export function strayMoves(now: Now): readonly Next[] {
  return now.strays.map((stray, index) => {
    const { now: next, outcome, broken } = reach(now, stray);
    const strays = now.strays.toSpliced(index, 1);
    const { fence, endpoint } = stray.write;
    return {
      kind: "step",
      now: { ...next, strays },
      tell: () => `a late write of generation ${fence.generation} to ${endpoint}: ${outcome.kind}`,
      broken,
    };
  });
}

/** The world with a write more that may still arrive. */
export function withStray<World extends Now>(now: World, stray: Stray): World {
  return { ...now, strays: [...now.strays, stray] };
}

export function heldAt(now: Now, place: number): Held {
  const held = now.held[place];
  assert(held !== undefined, "each endpoint is held somehow");
  return held;
}

export function withHeld<World extends Now>(now: World, place: number, held: Held): World {
  return { ...now, held: now.held.with(place, held) };
}

const NO_GATE = "no gate";

function applied(held: Held, write: EndpointWrite, gate: string | undefined) {
  return appliedBehind(held, write)(gate ?? NO_GATE);
}

const appliedBehind = onceForBoth((held: Held, write: EndpointWrite) => {
  const of = onceForText((_: Held, gate: string) =>
    applyWrite(held, gate === NO_GATE ? undefined : gate, write),
  );
  return (gate: string) => of(held, gate);
});
