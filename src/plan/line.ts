import { sha256 } from "@noble/hashes/sha2.js";
import { base64UrlText, utf8 } from "../base/index.ts";
import type { Name } from "../dns/index.ts";
import type { Plan, PlanDelta, PlanEntry, ServingEntry, TombstoneEntry } from "./plan.ts";
import { PlanError } from "./planError.ts";

/** The plan before the first: nothing is planned, so nothing may be enacted from it. */
export function emptyPlan(region: string): Plan {
  return { region, generation: 0, digest: "", entries: new Map() };
}

/**
 * Digest of a plan: its parent's digest and the changed entries, so that its cost follows the
 * change and one digest stands for the whole line up to it.
 */
export function planDigest(
  region: string,
  parentDigest: string,
  generation: number,
  changed: readonly PlanEntry[],
): string {
  const lines = changed.map(entryLine);
  return base64UrlText(
    sha256(utf8(`${region} ${generation} after ${parentDigest}\n${lines.join("\n")}`)),
  );
}

function entryLine(entry: PlanEntry): string {
  const mark = entry.kind === "tombstone" ? tombstoneLine(entry) : pinLine(entry);
  const position = `${entry.epoch} ${entry.generation}`;
  return `${entry.kind} ${entry.endpoint} ${entry.zone} ${position} ${entry.digest}${mark}`;
}

function tombstoneLine({ tombstoneId, retiredAtMs, ends, revives }: TombstoneEntry): string {
  const carried = revives === undefined ? "" : ` ${JSON.stringify(revives)}`;
  const ended = ends === undefined ? "" : ` ends ${JSON.stringify(ends)}`;
  return ` ${tombstoneId} ${retiredAtMs}${carried}${ended}`;
}

// Nothing for an entry that has none of it: lines of before there were pins still verify.
function pinLine({ override, beneath, ends, revives }: ServingEntry): string {
  if (!override && !beneath && !ends && !revives) return "";
  // As JSON, and not in wire form: what is offered to a store may be anything.
  const rrsets = beneath?.rrsets.map(({ type, ttlSeconds, records }) => [
    type,
    ttlSeconds,
    records.map(({ rdata, weight }) => [rdata, weight]),
  ]);
  const pin = [
    override === undefined ? [] : [override.id, override.untilMs],
    beneath === undefined ? [] : [beneath.answers, rrsets],
    ends ?? [],
    revives ?? [],
  ];
  return ` ${JSON.stringify(pin)}`;
}

/**
 * The plan after `delta`.
 *
 * @throws PlanError `delta-does-not-follow`, `plan-digest-mismatch`: the delta is not a child of
 *   the plan, or not what its digest says. Not to be retried.
 */
export function applyDelta(plan: Plan, delta: PlanDelta): Plan {
  if (delta.parentGeneration !== plan.generation || delta.parentDigest !== plan.digest) {
    throw new PlanError(
      {
        code: "delta-does-not-follow",
        generation: delta.generation,
        parent: delta.parentGeneration,
      },
      `Cannot apply plan ${delta.generation} as its parent must be plan ${plan.generation}: ` +
        `it is ${delta.parentGeneration} ${delta.parentDigest}`,
    );
  }
  const digest = planDigest(delta.region, plan.digest, delta.generation, delta.changed);
  if (digest !== delta.digest) {
    throw new PlanError(
      { code: "plan-digest-mismatch", generation: delta.generation },
      `Cannot apply plan ${delta.generation} as its digest must be ${digest}: ` +
        `it is ${delta.digest}`,
    );
  }
  const entries = new Map<Name, PlanEntry>(plan.entries);
  for (const entry of delta.changed) entries.set(entry.endpoint, entry);
  return { region: delta.region, generation: delta.generation, digest, entries };
}
