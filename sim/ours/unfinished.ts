import { type Name, type RRset, RRType, sameRRset } from "../../src/dns/index.ts";
import {
  comparePositions,
  type Fence,
  fenceName,
  type PlanEntry,
  parseFence,
  rrsetsOf,
  type ServingEntry,
  type TombstoneEntry,
} from "../../src/plan/index.ts";
import { readControlText } from "../../src/provider/controlText.ts";
import type { ZoneReader } from "../design.ts";
import type { Scene } from "../schedule/act.ts";
import type { Ledger } from "./ledger.ts";

/** Nobody pins anything for so long here: whose end is further off had a clock that was ahead. */
const PINNED_MS_MAX = 60_000;
const ADDRESSES: ReadonlySet<string> = new Set(["A", "AAAA"]);

/** What is still not as the newest plan says, of any endpoint; undefined where all is. */
export function unfinishedIn(
  zone: ZoneReader,
  scene: Scene,
  ledger: Ledger,
  wallMs: number,
): string | undefined {
  if (!zone.speaks) return "the server does not speak for the zone yet";
  for (const { name } of scene.endpoints) {
    const entry = ledger.newest.get(name);
    const problem = entry && unfinished(entry, zone, ledger, wallMs);
    if (problem !== undefined) return `${name}: ${problem}`;
  }
  return undefined;
}

function unfinished(
  entry: PlanEntry,
  zone: ZoneReader,
  ledger: Ledger,
  wallMs: number,
): string | undefined {
  const { endpoint, epoch, generation, digest } = entry;
  const fence = fenceAt(endpoint, zone);
  const isBare = zone.rrsetsAt(endpoint).every(({ type }) => type === RRType.TXT);
  if (entry.kind === "tombstone") {
    // Where a hand took or spoilt a tombstone, the name is as it was meant to be: no answer.
    // A name that never had a fence is its owner's, whatever a plan says of it.
    const isTheirs = isBare || !ledger.lastFences.has(endpoint);
    if (fence === undefined) return isTheirs ? undefined : "it is to be retired, and answers";
    if (isSettled(entry, fence, ledger)) return undefined;
  }
  if (fence === undefined) {
    return isBare && isGone(entry, ledger) ? undefined : "it has no readable fence";
  }
  if (mayLast(entry, fence, ledger, wallMs) && isPinnedYet(entry, fence, wallMs)) return undefined;
  if (fence.mark?.kind === "tombstone" && entry.kind === "serving") {
    const { id } = fence.mark;
    if (ledger.wasReplaced && entry.revives?.includes(id) !== true) return undefined;
    return `the plan serves it, and it is retired still by ${id}`;
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
 * The tombstone is in place; or the zone is ahead of it, as its store is an old copy: a tombstone
 * is never written again above what a zone holds, since it may be of a name that was revived in
 * what was lost. The name stays as it is, and a person brings the two together.
 */
function isSettled(entry: TombstoneEntry, fence: Fence, ledger: Ledger): boolean {
  const order = comparePositions(fence, entry);
  if (order === 0 && fence.mark?.id === entry.tombstoneId) return true;
  return order >= 0 && ledger.wasReplaced;
}

/**
 * A hand or a lost disk took its tombstone, after the plan store had lost it: whoever remembers
 * leaves the name alone until a person revives it.
 */
function isGone(entry: PlanEntry, { wasReplaced, lastFences }: Ledger): boolean {
  const last = lastFences.get(entry.endpoint)?.mark;
  if (!wasReplaced || last?.kind !== "tombstone" || entry.kind !== "serving") return false;
  return entry.revives?.includes(last.id) !== true;
}

/**
 * Whether a plan need not know of an override: a person may have pinned what is retired. Or a clock
 * was ahead for a while: by it the override was over before it was planned, and it lasts by others.
 */
function mayLast(entry: PlanEntry, { mark }: Fence, ledger: Ledger, wallMs: number): boolean {
  if (ledger.wasReplaced) return true;
  if (mark?.kind !== "override" || ledger.overridesCleared.has(mark.id)) return false;
  if (entry.kind === "tombstone" || ledger.overridesToldLate.has(mark.id)) return true;
  return mark.untilMs - wallMs > PINNED_MS_MAX;
}

/** Whether a pin has fewer address types than what is planned: no plan takes one away. */
export function lacksType(pinned: readonly string[], { rrsets }: ServingEntry): boolean {
  if (pinned.includes("CNAME")) return false;
  return rrsets.some(({ type }) => ADDRESSES.has(type) && !pinned.includes(type));
}

/** A plan store that was lost knows of no override: it lasts as long as its fence says. */
function isPinnedYet(entry: PlanEntry, { mark, ...position }: Fence, wallMs: number): boolean {
  if (mark?.kind !== "override" || mark.untilMs <= wallMs) return false;
  if (entry.ends?.includes(mark.id) === true) return false;
  const isPlanned = entry.kind === "serving" && entry.override?.id === mark.id;
  return !isPlanned && comparePositions(entry, position) >= 0;
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
