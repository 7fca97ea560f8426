import { assert } from "../base/index.ts";
import { RRType, typeCode } from "../dns/index.ts";
import {
  comparePositions,
  type EndpointWrite,
  type Fence,
  type PlanEntry,
  type PlannedContent,
  rrsetOf,
  type WriteCondition,
  weightsOf,
} from "../plan/index.ts";
import type { Situation, WriteDecision } from "./decision.ts";
import { endpointRRsets, isForeignType } from "./match.ts";

/**
 * The one write that a decision asks for: records, weights and fence of the entry, or of what an
 * override pins, in place of what was read; on condition that fence and gate (`gate`: its text,
 * undefined where the zone has none) are exactly those that were read.
 */
export function buildWrite(
  entry: PlanEntry,
  decision: WriteDecision,
  situation: Situation,
  gate: string | undefined,
): EndpointWrite {
  const { reading } = situation;
  const { endpoint } = entry;
  assert(reading.fence.kind !== "malformed", "a malformed fence is never written over");
  const found = reading.fence.kind === "fence" ? reading.fence : undefined;
  const content = contentOf(entry, decision);
  const fence = fenceAfter(entry, decision, situation, content);
  check(entry, decision, situation, fence);
  const held = endpointRRsets(reading, entry.zone);
  const isBare = held.length === 0;
  const condition: WriteCondition = {
    fence: found?.text,
    gate,
    nameNotInUse: found === undefined && isBare,
    // Without a fence only the records can say that this is what was read.
    ...(found === undefined && decision.pinned !== undefined ? { records: held } : {}),
  };
  const deleteTypes = typesToDelete(entry, situation, fence);
  const rrsets = (content?.rrsets ?? []).map((planned) => rrsetOf(endpoint, planned));
  const weights = content && weightsOf(content.rrsets, content.answers);
  return { endpoint, condition, deleteTypes, rrsets, weights, fence };
}

/** What is written; nothing for a tombstone, and for nothing else. */
function contentOf(entry: PlanEntry, { pinned }: WriteDecision): PlannedContent | undefined {
  if (pinned !== undefined) return pinned;
  return entry.kind === "tombstone" ? undefined : entry;
}

function fenceAfter(
  entry: PlanEntry,
  decision: WriteDecision,
  { reading, mark }: Situation,
  content: PlannedContent | undefined,
): Fence {
  const found = reading.fence.kind === "fence" ? reading.fence.fence : undefined;
  const edition = Math.max(found?.edition ?? 0, mark?.editionMax ?? 0) + 1;
  const types = (content?.rrsets ?? []).map((rrset) => rrset.type);
  if (decision.pinned !== undefined) {
    const last = found ?? mark?.fence;
    assert(last !== undefined, "what is put back was there below a fence");
    const { epoch, generation, digest } = last;
    return found === undefined
      ? { epoch, generation, edition, types, digest }
      : { ...found, edition };
  }
  const { epoch, generation, digest } = entry;
  return { epoch, generation, edition, types, digest, ...markAfter(entry, found) };
}

function markAfter(entry: PlanEntry, found: Fence | undefined): Pick<Fence, "mark"> {
  if (entry.kind === "tombstone") {
    return { mark: { kind: "tombstone", id: entry.tombstoneId, atMs: entry.retiredAtMs } };
  }
  if (entry.override === undefined) return {};
  const { id } = entry.override;
  const held = found?.mark?.kind === "override" && found.mark.id === id ? found.mark : undefined;
  // A person may have ended it at the server itself: a repair does not take that back.
  const untilMs = Math.min(entry.override.untilMs, held?.untilMs ?? Number.POSITIVE_INFINITY);
  return { mark: { kind: "override", id, untilMs } };
}

/** Checked where it is made: decide() must not let these happen (DESIGN.md, rules 1 and 2). */
function check(
  entry: PlanEntry,
  { pinned }: WriteDecision,
  { reading, mark }: Situation,
  fence: Fence,
): void {
  const { endpoint } = entry;
  const found = reading.fence.kind === "fence" ? reading.fence.fence : undefined;
  const isTombstone = fence.mark?.kind === "tombstone";
  assert(isTombstone === (fence.types.length === 0), `a write of ${endpoint} is never empty`);
  assert(!isTombstone || found !== undefined, "a tombstone is written over a fence only");
  const floor = found ?? mark;
  assert(
    floor === undefined || comparePositions(fence, floor) >= 0,
    `a write of ${endpoint} never lowers its generation`,
  );
  const last = (found ?? mark?.fence)?.mark;
  if (last?.kind === "tombstone" && !isTombstone) {
    const names = entry.kind === "serving" ? (entry.revives ?? []) : [];
    assert(names.includes(last.id), `only its revival brings ${endpoint} back`);
  }
  if (pinned === undefined || found === undefined) return;
  assert(last?.kind === "override", `what is put back at ${endpoint} is an override's`);
}

/**
 * All that the fence says is held, all that is written, and what somebody put between. A CNAME is
 * always deleted, read or not: left in place it would silently swallow the new records (RFC 2136
 * section 3.4.2.2). At a zone's apex there is none.
 */
function typesToDelete(entry: PlanEntry, situation: Situation, after: Fence): readonly number[] {
  const { reading, mark, facts } = situation;
  const fenced = reading.fence.kind === "fence" ? reading.fence.fence : mark?.fence;
  const listed = [...(fenced?.types ?? []), ...after.types];
  const foreign = endpointRRsets(reading, entry.zone)
    .map((rrset) => rrset.type)
    .filter((type) => isForeignType(type, facts.ownsWholeName));
  const alias = entry.endpoint === entry.zone ? [] : [RRType.CNAME];
  const types = new Set([...listed.flatMap((type) => typeCode(type) ?? []), ...foreign, ...alias]);
  return [...types].sort((left, right) => left - right);
}
