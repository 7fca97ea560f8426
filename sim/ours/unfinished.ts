import { type Name, type RRset, RRType, sameRRset } from "../../src/dns/index.ts";
import {
  comparePositions,
  type Fence,
  fenceName,
  type PlanEntry,
  parseFence,
  rrsetsOf,
  type TombstoneEntry,
} from "../../src/plan/index.ts";
import { readControlText } from "../../src/provider/controlText.ts";
import type { ZoneReader } from "../design.ts";
import type { Scene } from "../schedule/act.ts";
import type { Ledger } from "./ledger.ts";
import type { StoreService } from "./storeHouse.ts";

/** What is still not as the newest plan says, of any endpoint; undefined where all is. */
export function unfinishedIn(
  zone: ZoneReader,
  scene: Scene,
  ledger: Ledger,
  store: StoreService | undefined,
  wallMs: number,
): string | undefined {
  if (store === undefined) return "the plan store is down";
  if (!zone.speaks) return "the server does not speak for the zone yet";
  for (const { name } of scene.endpoints) {
    const entry = ledger.newest.get(name);
    const problem = entry && unfinished(entry, zone, ledger, wallMs);
    if (problem !== undefined) return `${name}: ${problem}`;
  }
  return undefined;
}

/** A name that no plan knows (its store was lost, and the policy does not have it) stays. */
function unfinished(
  entry: PlanEntry,
  zone: ZoneReader,
  ledger: Ledger,
  wallMs: number,
): string | undefined {
  const { endpoint, epoch, generation, digest } = entry;
  const fence = fenceAt(endpoint, zone);
  // Where a hand took or spoilt a tombstone, the name is as it was meant to be: without an answer.
  const isBare = zone.rrsetsAt(endpoint).every(({ type }) => type === RRType.TXT);
  const isForgotten = ledger.wasRetired(endpoint) && isBare;
  const isRetired = entry.kind === "tombstone" || (isForgotten && entry.revives === undefined);
  if (fence === undefined && isRetired) return undefined;
  if (entry.kind === "tombstone" && isSettled(entry, fence, ledger)) return undefined;
  if (fence === undefined) return "it has no readable fence";
  if (isPinnedYet(entry, fence, wallMs)) return undefined;
  if (fence.mark?.kind === "tombstone" && entry.kind === "serving") {
    const { id } = fence.mark;
    const isRevived = entry.revives?.includes(id) === true;
    return isRevived ? `the plan revives it from ${id}, and it is retired still` : undefined;
  }
  if (fence.mark?.kind === "override" && entry.kind === "serving" && entry.override === undefined) {
    return `override ${fence.mark.id} is in place, and the plan has none`;
  }
  if (fence.epoch !== epoch || fence.generation !== generation || fence.digest !== digest) {
    return `it holds ${fence.epoch}/${fence.generation}, planned is ${epoch}/${generation}`;
  }
  const held = zone.rrsetsAt(endpoint).filter(({ type }) => type !== RRType.TXT);
  const wanted = rrsetsOf(entry);
  return sameAll(held, wanted) ? undefined : "its records are not those of its fence";
}

/**
 * A tombstone is in place; or the zone is ahead of it, as the name was revived since, or its store
 * is an old copy: a tombstone is never written again above what a zone holds, since it may be of a
 * name that was revived in what was lost. The name answers, and a person brings the two together.
 */
function isSettled(entry: TombstoneEntry, fence: Fence | undefined, ledger: Ledger): boolean {
  if (fence?.mark?.kind === "tombstone") return true;
  if (fence === undefined) return false;
  return ledger.revivals.has(entry.tombstoneId) || comparePositions(fence, entry) >= 0;
}

/** Ended by a planner whose clock was wrong then: it lasts until it ends by a right one. */
function isPinnedYet(entry: PlanEntry, fence: Fence, wallMs: number): boolean {
  const isPlanned = entry.kind === "serving" && entry.override !== undefined;
  const lasts = fence.mark?.kind === "override" && fence.mark.untilMs > wallMs;
  return lasts && !isPlanned && comparePositions(entry, fence) > 0;
}

function fenceAt(endpoint: Name, zone: ZoneReader): Fence | undefined {
  const found = readControlText(zone.rrset(fenceName(endpoint), RRType.TXT), "one");
  const parsed = found.kind === "text" ? parseFence(found.text) : undefined;
  return parsed?.kind === "fence" ? parsed.fence : undefined;
}

function sameAll(held: readonly RRset[], wanted: readonly RRset[]): boolean {
  return (
    held.length === wanted.length &&
    held.every((rrset, index) => {
      const other = wanted[index];
      return other !== undefined && sameRRset(rrset, other);
    })
  );
}
