import { assert } from "../base/index.ts";
import { typeCode } from "../dns/index.ts";
import {
  comparePositions,
  type EndpointWrite,
  type Fence,
  rrsetsOf,
  type ServingEntry,
  type WriteCondition,
  weightsOf,
} from "../plan/index.ts";
import type { Situation } from "./decision.ts";
import { endpointRRsets, isForeignType } from "./match.ts";

/**
 * The one write that puts an entry in place of what was read: records, weights and fence, on
 * condition that fence and gate (`gate`: its text, undefined where the zone has none) are exactly
 * those that were read.
 */
export function buildWrite(
  entry: ServingEntry,
  situation: Situation,
  gate: string | undefined,
): EndpointWrite {
  const { reading, mark } = situation;
  assert(reading.fence.kind !== "malformed", "a malformed fence is never written over");
  const found = reading.fence.kind === "fence" ? reading.fence : undefined;
  const held = endpointRRsets(reading, entry.zone);
  const rrsets = rrsetsOf(entry);
  // Checked where it is made: decide() must not let these happen (DESIGN.md, rules 1 and 2).
  assert(rrsets.length > 0, `a write of ${entry.endpoint} is never empty`);
  assert(found?.fence.mark?.kind !== "tombstone", "a tombstone is never written over");
  const floor = found?.fence ?? mark;
  assert(
    floor === undefined || comparePositions(entry, floor) >= 0,
    `a write of ${entry.endpoint} never lowers its generation`,
  );
  const fence: Fence = {
    epoch: entry.epoch,
    generation: entry.generation,
    edition: Math.max(found?.fence.edition ?? 0, mark?.editionMax ?? 0) + 1,
    types: entry.rrsets.map((rrset) => rrset.type),
    digest: entry.digest,
  };
  const condition: WriteCondition = {
    fence: found?.text,
    gate,
    nameNotInUse: found === undefined && held.length === 0,
  };
  const deleteTypes = typesToDelete(entry, situation);
  const weights = weightsOf(entry.rrsets, entry.answers);
  return { endpoint: entry.endpoint, condition, deleteTypes, rrsets, weights, fence };
}

/**
 * All that the fence says is held, all that is written, and what somebody put between: a CNAME left
 * in place would silently swallow the new records (RFC 2136 section 3.4.2.2).
 */
function typesToDelete(entry: ServingEntry, situation: Situation): readonly number[] {
  const { reading, mark, facts } = situation;
  const fenced = reading.fence.kind === "fence" ? reading.fence.fence : mark?.fence;
  const listed = [...(fenced?.types ?? []), ...entry.rrsets.map((rrset) => rrset.type)];
  const foreign = endpointRRsets(reading, entry.zone)
    .map((rrset) => rrset.type)
    .filter((type) => isForeignType(type, facts.ownsWholeName));
  const types = new Set([...listed.flatMap((type) => typeCode(type) ?? []), ...foreign]);
  return [...types].sort((left, right) => left - right);
}
