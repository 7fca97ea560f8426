import { type Name, typeCode } from "../../src/dns/index.ts";
import type { Fence } from "../../src/plan/index.ts";
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
  /** What each override pinned, when it was first seen whole: records as text, by type. */
  readonly #pinned = new Map<string, string>();

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  onChange(change: ZoneChange): string | undefined {
    let problem: string | undefined;
    for (const [endpoint, now] of change.after.endpoints) {
      const was = change.before.endpoints.get(endpoint);
      if (was === now) continue;
      if (change.by.kind === "automation" && was !== undefined) {
        problem ??= this.#judge(endpoint, was, now, change);
      }
      this.#note(now);
    }
    return problem;
  }

  #note(now: EndpointState): void {
    const seen = fenceSeen(now.fence);
    const mark = seen.kind === "fence" ? seen.fence.mark : undefined;
    if (mark?.kind !== "override" || this.#pinned.has(mark.id)) return;
    this.#pinned.set(mark.id, contentKey(now));
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
      const same = this.#pinned.get(id) === contentKey(now);
      return same ? undefined : `${by.id} changed what override ${id} pins at ${endpoint}`;
    }
    if (this.#isEndedBy(endpoint, next.fence, id)) return undefined;
    if (!isWhole(held.fence, was)) return undefined;
    return `${by.id} wrote over override ${id} of ${endpoint} before it ended`;
  }

  #isEndedBy(endpoint: Name, fence: Fence, id: string): boolean {
    return this.#ledger.issuedAt(endpoint, fence).some(({ entry }) => {
      return entry.kind === "serving" && entry.ends?.includes(id) === true;
    });
  }
}

/** Whether every type that the fence lists is there. */
function isWhole({ types }: Fence, { records }: EndpointState): boolean {
  return types.every((text) => records.some(({ type }) => type === typeCode(text)));
}

function contentKey({ records }: EndpointState): string {
  return records.map((rrset) => `${rrset.type}:${rdataKey(rrset)}`).join(";");
}
