import { type Name, RRType, type Update } from "../../src/dns/index.ts";
import { type Fence, fenceName, gateName } from "../../src/plan/index.ts";
import { SERVER_ITSELF, type ZoneChange } from "../world/dnsServer.ts";
import { type EndpointState, rdataKey } from "../world/zoneState.ts";
import {
  type Checker,
  type FenceSeen,
  fenceSeen,
  gateEdition,
  gateSeen,
  isHand,
} from "./checker.ts";

/** Id of the people on duty: their tools ask as automation does, but for the gate. */
const OPERATOR = "operator";

/**
 * Checked at the write: every applied write of automation named fence and gate among its own
 * conditions, both were true in that instant, the gate let it through, and it left a fence text
 * that was never there before (since a hand from outside last had its way with it). People's tools
 * are asked the same, but for the gate. No UPDATE takes a gate away, or puts an older one back.
 */
export class CheckedAtTheWrite implements Checker {
  readonly invariant = "checked-at-the-write";
  readonly #zone: Name;
  readonly #mayForget: (process: string) => boolean;
  readonly #texts = new Map<Name, Set<string>>();
  /** The last fence of each name that could be read, whatever became of it. */
  readonly #last = new Map<Name, Fence>();

  /**
   * `mayForget`: whether a process may know less than there was: a plan store was lost or put back
   * to an old copy, or the process's own disk.
   */
  constructor(zone: Name, mayForget: (process: string) => boolean = () => false) {
    this.#zone = zone;
    this.#mayForget = mayForget;
  }

  onChange(change: ZoneChange): string | undefined {
    const { by, before, after } = change;
    let problem = isHand(by) ? undefined : judgeGate(change);
    for (const [endpoint, now] of after.endpoints) {
      const was = before.endpoints.get(endpoint);
      if (was === now) continue;
      problem ??= this.#judge(endpoint, change);
      const fence = fenceSeen(now.fence);
      // What a hand took away is known to nobody: a text of before may come again.
      if (isHand(by) && rdataKey(was?.fence) !== rdataKey(now.fence)) this.#texts.delete(endpoint);
      if (fence.kind === "fence") {
        const texts = this.#texts.get(endpoint) ?? new Set();
        this.#texts.set(endpoint, texts.add(fence.text));
        this.#last.set(endpoint, fence.fence);
      }
    }
    return problem;
  }

  #judge(endpoint: Name, change: ZoneChange): string | undefined {
    const { by, update, conditionsHeld, before, after } = change;
    if (by.id === SERVER_ITSELF) return `${endpoint} is not what it was before a restart`;
    if (isHand(by) || update === undefined) return undefined;
    const was = fenceSeen(before.endpoints.get(endpoint)?.fence);
    const now = fenceSeen(after.endpoints.get(endpoint)?.fence);
    const isNew = now.kind === "fence" && (was.kind !== "fence" || was.text !== now.text);
    if (isNew && this.#texts.get(endpoint)?.has(now.text) === true) {
      return `${by.id} brought an old fence text of ${endpoint} back: ${now.text}`;
    }
    if (by.kind !== "automation" && by.id !== OPERATOR) return undefined;
    if (!conditionsHeld) return `a write of ${by.id} was made though its condition did not hold`;
    if (!asksOf(update, fenceName(endpoint))) {
      return `${by.id} wrote ${endpoint} without a condition on its fence`;
    }
    if (now.kind !== "fence") return `${by.id} left ${endpoint} without a readable fence`;
    if (!isNew) return `${by.id} changed ${endpoint} and left its fence as it was`;
    return by.kind === "automation"
      ? this.#judgeAutomation(endpoint, was, now.fence, change)
      : undefined;
  }

  #judgeAutomation(
    endpoint: Name,
    was: FenceSeen,
    now: Fence,
    { by, update, before }: ZoneChange,
  ): string | undefined {
    if (update !== undefined && !asksOf(update, gateName(this.#zone))) {
      return `${by.id} wrote ${endpoint} without a condition on the gate`;
    }
    if (was.kind === "malformed") {
      return `${by.id} wrote ${endpoint} over a fence that cannot be read`;
    }
    const gate = gateSeen(before.gate);
    if (gate === "on") return undefined;
    if (gate === "paused") return `${by.id} wrote ${endpoint} though automation is paused`;
    const held = before.endpoints.get(endpoint);
    const mends =
      was.kind === "fence"
        ? isSame(was.fence, now) || (now.mark?.kind !== "tombstone" && lacks(held, was.fence))
        : this.#isRefenced(endpoint, now, by.id);
    if (mends) return undefined;
    return `${by.id} enacted something new at ${endpoint} though only repairs are let through`;
  }

  /**
   * Whether a name that has no fence had one, and goes on as what it was: with answers. A tombstone
   * that the zone lost is known to those alone who saw it, and kept what they saw.
   */
  #isRefenced(endpoint: Name, now: Fence, writer: string): boolean {
    const last = this.#last.get(endpoint);
    const mayServe = last?.mark?.kind !== "tombstone" || this.#mayForget(writer);
    return last !== undefined && mayServe && now.mark?.kind !== "tombstone";
  }
}

/** Whether the fence of a repair says what the one before it said, but for its edition. */
function isSame(was: Fence, now: Fence): boolean {
  const isSamePlace = was.epoch === now.epoch && was.generation === now.generation;
  return isSamePlace && (was.mark === undefined || was.mark.id === now.mark?.id);
}

/** Whether an address type that the fence lists is not there: empty is worse than new. */
function lacks(held: EndpointState | undefined, { types }: Fence): boolean {
  return (["A", "AAAA"] as const).some((type) => {
    return types.includes(type) && (held === undefined || held.answers[type] === "");
  });
}

/** An UPDATE leaves a gate that can be read, and a later one than before. */
function judgeGate({ by, before, after }: ZoneChange): string | undefined {
  if (rdataKey(before.gate) === rdataKey(after.gate)) return undefined;
  if (by.id === SERVER_ITSELF) return "the gate is not what it was before a restart";
  const now = gateEdition(after.gate);
  if (now === undefined) return `${by.id} left no gate that can be read`;
  const was = gateEdition(before.gate);
  if (was === undefined || now > was) return undefined;
  return `${by.id} put gate edition ${now} in the place of ${was}`;
}

/** Whether an update has a condition on the TXT RRset at a name. */
function asksOf({ prerequisites }: Update, name: Name): boolean {
  return prerequisites.some((one) => {
    if (one.kind === "rrset-is") return one.rrset.name === name && one.rrset.type === RRType.TXT;
    return one.kind === "rrset-absent" && one.name === name && one.type === RRType.TXT;
  });
}
