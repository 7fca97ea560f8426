import { type Name, RRType, typeCode, type Update } from "../../src/dns/index.ts";
import { type Fence, fenceName, gateName } from "../../src/plan/index.ts";
import type { ZoneChange } from "../world/dnsServer.ts";
import type { EndpointState } from "../world/zoneState.ts";
import { type Checker, fenceSeen, gateSeen } from "./checker.ts";

/**
 * Checked at the write: every applied write of automation named fence and gate among its own
 * conditions, both were true in that instant, the gate let it through, and it left a fence text
 * that was never there before (since a hand from outside last had its way with it).
 */
export class CheckedAtTheWrite implements Checker {
  readonly invariant = "checked-at-the-write";
  readonly #zone: Name;
  readonly #texts = new Map<Name, Set<string>>();

  constructor(zone: Name) {
    this.#zone = zone;
  }

  onChange(change: ZoneChange): string | undefined {
    const { by, before, after } = change;
    let problem: string | undefined;
    for (const [endpoint, now] of after.endpoints) {
      const was = before.endpoints.get(endpoint);
      if (was === now) continue;
      if (by.kind === "automation") problem ??= this.#judge(endpoint, change);
      const fence = fenceSeen(now.fence);
      // What a hand took away is known to nobody: a text of before may come again.
      if (by.kind === "outside") this.#texts.delete(endpoint);
      if (fence.kind === "fence") {
        const texts = this.#texts.get(endpoint) ?? new Set();
        this.#texts.set(endpoint, texts.add(fence.text));
      }
    }
    return problem;
  }

  #judge(endpoint: Name, change: ZoneChange): string | undefined {
    const { by, update, conditionsHeld, before, after } = change;
    if (update === undefined) return undefined;
    if (!conditionsHeld) return `a write of ${by.id} was made though its condition did not hold`;
    if (!asksOf(update, fenceName(endpoint))) {
      return `${by.id} wrote ${endpoint} without a condition on its fence`;
    }
    if (!asksOf(update, gateName(this.#zone))) {
      return `${by.id} wrote ${endpoint} without a condition on the gate`;
    }
    const gate = gateSeen(before.gate);
    if (gate === "paused") return `${by.id} wrote ${endpoint} though automation is paused`;
    const held = before.endpoints.get(endpoint);
    const was = fenceSeen(held?.fence);
    const now = fenceSeen(after.endpoints.get(endpoint)?.fence);
    if (now.kind !== "fence") return `${by.id} left ${endpoint} without a readable fence`;
    const mayRepair = was.kind !== "fence" || lacks(held, was.fence);
    if (gate === "repairs" && !mayRepair && !isRepair(was.fence, now.fence)) {
      return `${by.id} enacted something new at ${endpoint} though only repairs are let through`;
    }
    if (was.kind === "fence" && was.text === now.text) {
      return `${by.id} changed ${endpoint} and left its fence as it was`;
    }
    if (was.kind !== now.kind || was.text !== now.text) {
      if (this.#texts.get(endpoint)?.has(now.text) === true) {
        return `${by.id} brought an old fence text of ${endpoint} back: ${now.text}`;
      }
    }
    return undefined;
  }
}

/** Whether the fence of a repair says what the one before it said, but for its edition. */
function isRepair(was: Fence, now: Fence): boolean {
  return was.epoch === now.epoch && was.generation === now.generation;
}

/** Whether a type that the fence lists is not there: empty is worse than new behind a gate. */
function lacks(held: EndpointState | undefined, { types }: Fence): boolean {
  return types.some((text) => !held?.records.some(({ type }) => type === typeCode(text)));
}

/** Whether an update has a condition on the TXT RRset at a name. */
function asksOf({ prerequisites }: Update, name: Name): boolean {
  return prerequisites.some((one) => {
    if (one.kind === "rrset-is") return one.rrset.name === name && one.rrset.type === RRType.TXT;
    return one.kind === "rrset-absent" && one.name === name && one.type === RRType.TXT;
  });
}
