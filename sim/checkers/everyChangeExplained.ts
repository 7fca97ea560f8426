import { type Name, RRType, sameRRset, typeText } from "../../src/dns/index.ts";
import {
  comparePositions,
  entryDigest,
  type Fence,
  type PlanEntry,
  type PlannedContent,
  rrsetOf,
  weightsName,
  weightsOf,
  weightsText,
} from "../../src/plan/index.ts";
import { controlRRset } from "../../src/provider/controlText.ts";
import type { WitnessEvent } from "../design.ts";
import type { Ledger } from "../ours/ledger.ts";
import type { ZoneChange } from "../world/dnsServer.ts";
import { type EndpointState, rdataKey } from "../world/zoneState.ts";
import { type Checker, type FenceSeen, fenceSeen } from "./checker.ts";

/** One write that the journal must tell of. */
interface Written {
  readonly by: string;
  readonly life: number;
  readonly endpoint: Name;
  readonly edition: number;
}

/** An endpoint before and after a change. */
interface Turn {
  readonly was: EndpointState | undefined;
  readonly now: EndpointState;
}

/**
 * Every change explained: what automation writes is an entry that a plan store accepted, or what a
 * person pinned, with exactly these records; and the journal says so, unless whoever wrote it died
 * before it could. A write whose reply was lost, and which the next reading does not find, is told
 * as one that may have been.
 */
export class EveryChangeExplained implements Checker {
  readonly invariant = "every-change-explained";
  readonly #ledger: Ledger;
  readonly #lifeOf: (process: string) => number | undefined;
  readonly #written: Written[] = [];

  /** `lifeOf`: which life a process is in; undefined where it does not run. */
  constructor(ledger: Ledger, lifeOf: (process: string) => number | undefined) {
    this.#ledger = ledger;
    this.#lifeOf = lifeOf;
  }

  onChange({ by, before, after }: ZoneChange): string | undefined {
    if (by.kind !== "automation") return undefined;
    let problem: string | undefined;
    for (const [endpoint, now] of after.endpoints) {
      const was = before.endpoints.get(endpoint);
      if (was === now) continue;
      const seen = fenceSeen(now.fence);
      if (seen.kind !== "fence") continue; // another checker's
      problem ??= saidOtherwise(endpoint, fenceSeen(was?.fence), seen.fence);
      if (!this.#isRefenced(was, now, seen.fence, endpoint)) {
        problem ??= this.#judge(endpoint, seen.fence, { was, now }, by.id);
      }
      const { edition } = seen.fence;
      const { id, life } = by;
      this.#written.push({ by: id, life, endpoint, edition });
    }
    return problem;
  }

  onWitness(event: WitnessEvent): string | undefined {
    if (event.kind !== "plan" || this.#ledger.wasReplaced) return undefined;
    for (const { endpoint, epoch, generation, digest } of event.entries) {
      const issued = this.#ledger.issuedAt(endpoint, { epoch, generation });
      if (issued.some(({ entry }) => entry.digest !== digest)) {
        const what = `${epoch}/${generation} of ${endpoint}`;
        return `${what} was issued twice, by a store that lost nothing`;
      }
    }
    return undefined;
  }

  atEnd(): string | undefined {
    const told = new Set(
      this.#ledger.events.map(
        ({ actor, subject, facts }) => `${actor} ${subject} ${facts["edition"]}`,
      ),
    );
    const silent = this.#written.find(({ by, life, endpoint, edition }) => {
      return this.#lifeOf(by) === life && !told.has(`${by} ${endpoint} ${edition}`);
    });
    if (silent === undefined) return undefined;
    const { by, endpoint, edition } = silent;
    return `the journal does not know that ${by} wrote ${endpoint}, edition ${edition}`;
  }

  #judge(endpoint: Name, fence: Fence, { was, now }: Turn, by: string): string | undefined {
    const issued = this.#ledger.issuedAt(endpoint, fence);
    const entries = issued.filter(({ entry }) => entry.digest === fence.digest);
    if (entries.some(({ entry }) => isAsPlanned(entry, fence, { was, now }))) return undefined;
    if (this.#isPinned(endpoint, fence, now) || this.#isRaised(endpoint, fence, now)) {
      return undefined;
    }
    const { epoch, generation } = fence;
    const what = `${epoch}/${generation} of ${endpoint}`;
    if (issued.length === 0) return `${by} wrote ${what}, which no plan ever had`;
    return `${by} wrote ${what}, and not as any plan had it`;
  }

  /** A name that is retired next gets its last fence back, over what is there as it stands. */
  #isRefenced(
    was: EndpointState | undefined,
    now: EndpointState,
    fence: Fence,
    endpoint: Name,
  ): boolean {
    if (was === undefined || was.fence !== undefined) return false;
    if (this.#ledger.newest.get(endpoint)?.kind !== "tombstone") return false;
    const isKept =
      was.records.length === now.records.length &&
      was.records.every((rrset) => now.records.some((other) => sameRRset(rrset, other)));
    const held = now.records.map(({ type }) => typeText(type));
    return isKept && typesOf(fence.types) === typesOf(held) && this.#saidBefore(endpoint, fence);
  }

  /** Whether an entry, or what a person pinned straight at the server, had this fence. */
  #saidBefore(endpoint: Name, fence: Fence): boolean {
    if (fence.mark !== undefined) return false;
    const isEntrys = this.#ledger.issuedAt(endpoint, fence).some(({ entry }) => {
      return entry.kind === "serving" && entry.digest === fence.digest;
    });
    return isEntrys || this.#pinsOf(endpoint, fence).length > 0;
  }

  /** Whether it is what a person left in place, who raised its epoch: written again. */
  #isRaised(endpoint: Name, fence: Fence, now: EndpointState): boolean {
    if (fence.mark !== undefined) return false;
    return this.#ledger.acts.some(({ endpoint: at, what, content, position }) => {
      const isThis = at === endpoint && what === "epoch-raise";
      const isThere = isThis && comparePositions(position, fence) === 0;
      return isThere && holdsContent(content, endpoint, fence, now);
    });
  }

  /** Whether it is what a person pinned straight at the server, written again. */
  #isPinned(endpoint: Name, fence: Fence, now: EndpointState): boolean {
    if (fence.mark?.kind !== "override") return false;
    return this.#pinsOf(endpoint, fence).some((pin) => holdsContent(pin, endpoint, fence, now));
  }

  /** What people pinned straight at the server that the fence's digest is of. */
  #pinsOf(endpoint: Name, { digest }: Fence): readonly PlannedContent[] {
    return this.#ledger.acts
      .filter((act) => act.endpoint === endpoint)
      .map(({ content }) => content)
      .filter((content) => entryDigest({ endpoint, ...content }) === digest);
  }
}

/** Two contents of one position: two planners issued it, and neither may win by being later. */
function saidOtherwise(endpoint: Name, was: FenceSeen, now: Fence): string | undefined {
  if (was.kind !== "fence" || was.fence.mark !== undefined || now.mark !== undefined)
    return undefined;
  const { epoch, generation, digest } = was.fence;
  if (epoch !== now.epoch || generation !== now.generation || digest === now.digest)
    return undefined;
  return `${epoch}/${generation} of ${endpoint} says something else than it said`;
}

function recordKeys(state: EndpointState | undefined): string {
  return (state?.records ?? []).map((rrset) => `${rrset.type}:${rdataKey(rrset)}`).join(";");
}

/** Without texts, which stand beside on servers that are not ours alone. */
function typesOf(types: readonly string[]): string {
  return [...types]
    .filter((type) => type !== "TXT")
    .sort()
    .join();
}

function isAsPlanned(entry: PlanEntry, fence: Fence, { was, now }: Turn): boolean {
  if (entry.kind === "serving") return holdsContent(entry, entry.endpoint, fence, now);
  const before = fenceSeen(was?.fence);
  const wasRetired = before.kind === "fence" && before.fence.mark?.kind === "tombstone";
  // What a hand gave a retired name is the hand's, whichever tombstone stands beside it.
  const isKept = wasRetired && recordKeys(was) === recordKeys(now);
  // A tombstone that leaves something else would retire nothing.
  const isBare = now.records.every(({ type }) => type === RRType.TXT);
  return (isBare || isKept) && now.weights === undefined && fence.types.length === 0;
}

/** Exactly these records, but for texts that stand beside; these weights; these types. */
function holdsContent(
  { answers, rrsets }: PlannedContent,
  endpoint: Name,
  fence: Fence,
  now: EndpointState,
): boolean {
  const wanted = rrsets.map((planned) => rrsetOf(endpoint, planned));
  const held = now.records.filter(({ type }) => type !== RRType.TXT);
  const weights = controlRRset(weightsName(endpoint), weightsText(weightsOf(rrsets, answers)));
  return (
    held.length === wanted.length &&
    wanted.every((rrset) => held.some((other) => sameRRset(rrset, other))) &&
    rdataKey(now.weights) === rdataKey(weights) &&
    fence.types.join() === rrsets.map(({ type }) => type).join()
  );
}
