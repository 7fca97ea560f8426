import { type Name, RRType } from "../../src/dns/index.ts";
import type { Fence } from "../../src/plan/index.ts";
import type { WitnessEvent } from "../design.ts";
import type { Ledger } from "../ours/ledger.ts";
import type { ZoneChange } from "../world/dnsServer.ts";
import { type EndpointState, rdataKey } from "../world/zoneState.ts";
import { type Checker, fenceSeen } from "./checker.ts";

/**
 * Override respected: what a person pinned stays as they pinned it until it expires or is taken
 * back, whoever takes the automation up again. Whether it has expired is asked of the writer's own
 * clock: that is the one thing a clock decides. Where its records are gone, they are written again;
 * if nobody knows them, the newest entry is: empty is worse than overruled.
 */
export class OverrideRespected implements Checker {
  readonly invariant = "override-respected";
  readonly #ledger: Ledger;
  /** What each override pinned, as first seen or written by people: texts of its records. */
  readonly #pinned = new Map<string, Set<string>>();
  /** Overrides that a plan may end: it was asked for, or their time was over. */
  readonly #ended = new Set<string>();
  readonly #plannersWallMs: () => number;

  /** `plannersWallMs`: what the wall clock of a planner says now; of several, the latest. */
  constructor(ledger: Ledger, plannersWallMs: () => number) {
    this.#ledger = ledger;
    this.#plannersWallMs = plannersWallMs;
  }

  onWitness(event: WitnessEvent): string | undefined {
    if (event.kind !== "plan") return undefined;
    for (const { endpoint, ends = [] } of event.entries) {
      const unasked = ends.find((id) => !this.#ended.has(id) && !this.#mayEnd(id));
      for (const id of ends) this.#ended.add(id);
      if (unasked !== undefined)
        return `a plan ends ${unasked} of ${endpoint}, and nobody asked for it`;
    }
    return undefined;
  }

  #mayEnd(id: string): boolean {
    const { overrides, overridesEnded } = this.#ledger;
    const asked = overrides.get(id);
    if (asked === undefined || overridesEnded.has(id)) return true;
    return this.#plannersWallMs() >= asked.untilMs;
  }

  onChange(change: ZoneChange): string | undefined {
    let problem: string | undefined;
    for (const [endpoint, now] of change.after.endpoints) {
      const was = change.before.endpoints.get(endpoint);
      if (was === now) continue;
      if (change.by.kind === "automation" && was !== undefined) {
        problem ??= this.#judge(endpoint, was, now, change);
      }
      this.#note(now, change);
    }
    return problem;
  }

  /**
   * A person whose tool tries once more, after no answer, pins what is there by then; one who
   * raises the epoch of a name that a hand emptied fills it with the plan, below the same mark.
   */
  #note(now: EndpointState, { by }: ZoneChange): void {
    const seen = fenceSeen(now.fence);
    const mark = seen.kind === "fence" ? seen.fence.mark : undefined;
    if (mark?.kind !== "override") return;
    const held = this.#pinned.get(mark.id) ?? new Set<string>();
    if (by.kind === "operator" || held.size === 0) held.add(contentKey(now));
    this.#pinned.set(mark.id, held);
  }

  #judge(
    endpoint: Name,
    was: EndpointState,
    now: EndpointState,
    { by }: ZoneChange,
  ): string | undefined {
    const held = fenceSeen(was.fence);
    const next = fenceSeen(now.fence);
    if (held.kind !== "fence" || held.fence.mark?.kind !== "override") return undefined;
    if (next.kind !== "fence" || by.kind !== "automation") return undefined;
    const { id, untilMs } = held.fence.mark;
    if (by.wallMs >= untilMs) return undefined;
    const { mark } = next.fence;
    if (mark?.kind === "override" && mark.id === id) {
      const same = this.#pinned.get(id)?.has(contentKey(now)) === true;
      return same ? undefined : `${by.id} changed what override ${id} pins at ${endpoint}`;
    }
    if (this.#isEndedBy(endpoint, next.fence, id)) return undefined;
    if (!isWhole(held.fence, was)) return undefined;
    return `${by.id} wrote over override ${id} of ${endpoint} before it ended`;
  }

  #isEndedBy(endpoint: Name, fence: Fence, id: string): boolean {
    return this.#ledger.issuedAt(endpoint, fence).some(({ entry }) => {
      return entry.ends?.includes(id) === true;
    });
  }
}

/** Whether every address type that the fence lists is there, or an alias for all. */
function isWhole({ types }: Fence, { answers, records }: EndpointState): boolean {
  if (records.some(({ type }) => type === RRType.CNAME)) return true;
  return (["A", "AAAA"] as const).every((type) => !types.includes(type) || answers[type] !== "");
}

function contentKey({ records }: EndpointState): string {
  return records.map((rrset) => `${rrset.type}:${rdataKey(rrset)}`).join(";");
}
