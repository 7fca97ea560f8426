import { Rcode } from "../../dns/index.ts";
import { type NameChange, ZoneDraft } from "../zone/zoneDraft.ts";
import type { ZoneView } from "../zone/zoneView.ts";
import type { Evaluated } from "./evaluateUpdate.ts";
import { judgeUpdate, type ZonesBelow } from "./rules/judgeUpdate.ts";
import type { Refusal } from "./rules/refusal.ts";

/**
 * Lays the server's own changes over `draft`. What our rules forbid is left out, name by name, and
 * the first refusal returned: a nameserver put where an endpoint answers must not empty it.
 */
export function evaluateSetup(
  draft: ZoneDraft,
  changes: readonly NameChange[],
  zonesBelow: ZonesBelow,
): Extract<Evaluated, { kind: "refused" }> | undefined {
  if (tryChanges(draft, changes, zonesBelow) === undefined) return undefined;
  let first: Refusal | undefined;
  for (const change of changes) {
    const refused = tryChanges(draft, [change], zonesBelow);
    first ??= refused;
  }
  return first === undefined ? undefined : { kind: "refused", rcode: Rcode.REFUSED, ...first };
}

function tryChanges(
  draft: ZoneDraft,
  changes: readonly NameChange[],
  zonesBelow: ZonesBelow,
): Refusal | undefined {
  const before: ZoneView = draft;
  const trial = new ZoneDraft(before);
  for (const { name, rrsets } of changes) trial.set(name, rrsets);
  const refused = judgeUpdate({ before, after: trial }, trial.changedNames(), zonesBelow);
  if (refused === undefined) draft.merge(trial);
  return refused;
}
