import { assert } from "../../base/index.ts";
import {
  compareSerials,
  decodeSoa,
  encodeSoa,
  makeRRset,
  type Name,
  nextSerial,
  RRType,
} from "../../dns/index.ts";
import type { ZoneCommit } from "../state/commitCodec.ts";
import { type PreparedCommit, prepareCommit } from "../zone/zoneCommit.ts";
import { memoryFull, type ZoneData } from "../zone/zoneData.ts";
import type { ZoneDraft } from "../zone/zoneDraft.ts";
import { rrsetOfType } from "../zone/zoneNode.ts";
import type { ZoneView } from "../zone/zoneView.ts";
import type { ZonesBelow } from "./rules/judgeUpdate.ts";

/** Adds what belongs into a commit besides what was asked for: signatures. */
export interface CommitSigner {
  /**
   * Completes a draft that changes something, its serial raised, in place. `zone` is as it was
   * before the whole commit. What it throws fails every change of the commit.
   */
  complete(draft: ZoneDraft, zone: ZoneData): void;
  /** Signatures of the zone are due: its commit is not empty, whatever was asked for. */
  hasWork(apex: Name): boolean;
  /** Why nothing may change in a zone; undefined where it may. */
  problem(apex: Name): string | undefined;
}

/** What a group makes of one zone. */
export interface GroupDraft {
  readonly draft: ZoneDraft;
  /** The same for all of a group: what is served changes between groups only. */
  readonly zonesBelow: ZonesBelow;
  /** A change brought a serial of its own (RFC 2136 section 3.6). */
  setsSerial: boolean;
  /** The commit's serial is above this one; undefined: the zone is new. */
  serialFloor: number | undefined;
}

/** One zone's part of a group. */
export interface Commit {
  readonly zone: ZoneData;
  readonly draft: ZoneDraft;
  readonly written: ZoneCommit;
}

/**
 * What is to be written: one commit, and one new serial, for each zone that changes.
 *
 * @throws NameserverError, of the signer.
 */
export function commitsOf(
  drafts: ReadonlyMap<ZoneData, GroupDraft>,
  signer: CommitSigner | undefined,
): readonly Commit[] {
  return [...drafts].flatMap(([zone, group]) => {
    const { draft } = group;
    if (!draft.isChanged && signer?.hasWork(zone.apex) !== true) return [];
    if (!group.setsSerial || !isAboveFloor(group)) raiseSerial(group);
    signer?.complete(draft, zone);
    return [{ zone, draft, written: { zone: zone.apex, changes: draft.changes() } }];
  });
}

/** Makes room for all commits before one is written down. Throws NameserverError `memory-full`. */
export function prepareOrThrow(commits: readonly Commit[]): PreparedCommit {
  const prepared = prepareCommit(new Map(commits.map(({ zone, draft }) => [zone, draft])));
  const [first] = commits;
  if (prepared === "full" && first !== undefined) throw memoryFull(first.zone.arena);
  assert(prepared !== "full", "nothing fits every memory");
  return prepared;
}

/**
 * Two steps of 2^31-1, each of them forwards, are one backwards (RFC 1982 section 3.1): secondaries
 * would stay where they are for good.
 */
function isAboveFloor({ draft, serialFloor }: GroupDraft): boolean {
  const serial = serialOf(draft);
  if (serialFloor === undefined || serial === undefined) return true;
  return compareSerials(serial, serialFloor) === "greater";
}

function raiseSerial({ draft, serialFloor }: GroupDraft): void {
  const node = draft.node(draft.apex);
  const soa = rrsetOfType(node, RRType.SOA);
  const [rdata] = soa?.rdata ?? [];
  // A zone without an SOA is being set up: its first serial is in the change.
  if (serialFloor === undefined || soa === undefined || rdata === undefined) return;
  const next = encodeSoa({ ...decodeSoa(rdata), serial: nextSerial(serialFloor) });
  const others = node?.rrsets.filter(({ type }) => type !== RRType.SOA) ?? [];
  draft.set(draft.apex, [makeRRset(draft.apex, RRType.SOA, soa.ttlSeconds, [next]), ...others]);
}

/** The serial that a zone's SOA has; undefined where there is none. */
export function serialOf(view: ZoneView): number | undefined {
  const rdata = soaOf(view);
  return rdata === undefined ? undefined : decodeSoa(rdata).serial;
}

/** RDATA of a zone's SOA: never changed in place, so that another SOA is another object. */
export function soaOf(view: ZoneView): Uint8Array | undefined {
  return rrsetOfType(view.node(view.apex), RRType.SOA)?.rdata[0];
}
