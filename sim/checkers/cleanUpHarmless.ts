import type { WitnessEvent } from "../design.ts";
import type { Checker } from "./checker.ts";

/** Clean-up harmless: it leaves the newest plan, and every newest entry, as they were. */
export class CleanUpHarmless implements Checker {
  readonly invariant = "clean-up-harmless";

  onWitness(event: WitnessEvent): string | undefined {
    if (event.kind !== "clean-up") return undefined;
    const { before, after } = event;
    if (before.generation !== after.generation || before.digest !== after.digest) {
      return `clean-up moved the newest plan from ${before.generation} to ${after.generation}`;
    }
    for (const [endpoint, entry] of before.newest) {
      const left = after.newest.get(endpoint);
      if (left !== entry) return `clean-up changed the newest entry of ${endpoint}: ${left}`;
    }
    return undefined;
  }
}
