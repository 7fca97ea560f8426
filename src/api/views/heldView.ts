import { type RRset, rdataText, sameRRset, typeText } from "../../dns/index.ts";
import {
  comparePositions,
  type Fence,
  fenceText,
  type PlanEntry,
  rrsetsOf,
} from "../../plan/index.ts";
import type { HeldView } from "../apiDeps.ts";
import type { HeldRecord } from "../schemas/endpoints.ts";

/** What one zone store holds of an endpoint, held against the newest plan's entry. */
export function heldRecord(
  held: HeldView,
  entry: PlanEntry | undefined,
  nowMs: number,
): HeldRecord {
  const { storeId, reading } = held;
  if (reading.kind === "unreadable") {
    return { storeId, state: "unreadable", records: [], problem: reading.problem };
  }
  const records = reading.rrsets.flatMap(recordLines);
  if (reading.fence.kind === "none") return { storeId, state: "no-fence", records };
  if (reading.fence.kind === "malformed") {
    return { storeId, state: "malformed", records, problem: reading.fence.problem };
  }
  const { fence } = reading.fence;
  const { generation, edition } = fence;
  const facts = { generation, edition, fence: fenceText(fence), ...markOf(fence) };
  const marked = markState(fence, entry, nowMs);
  if (marked !== undefined) return { storeId, state: marked, ...facts, records };
  if (entry === undefined) return { storeId, state: "differs", ...facts, records };
  const order = comparePositions(fence, entry);
  if (order !== 0) return { storeId, state: order < 0 ? "older" : "newer", ...facts, records };
  const same = fence.digest === entry.digest && sameRRsets(reading.rrsets, rrsetsOf(entry));
  return { storeId, state: same ? "current" : "differs", ...facts, records };
}

function markOf({ mark }: Fence): Pick<HeldRecord, "override" | "tombstone"> {
  if (mark === undefined) return {};
  const { id } = mark;
  if (mark.kind === "override") return { override: { id, untilMs: mark.untilMs } };
  return { tombstone: { id, atMs: mark.atMs } };
}

// A mark that the plan has as well is compared like everything else.
function markState(
  { mark }: Fence,
  entry: PlanEntry | undefined,
  nowMs: number,
): HeldRecord["state"] | undefined {
  if (mark === undefined) return undefined;
  if (mark.kind === "tombstone") {
    const planned = entry?.kind === "tombstone" && entry.tombstoneId === mark.id;
    return planned ? undefined : "retired";
  }
  const planned = entry?.kind === "serving" && entry.override?.id === mark.id;
  return planned || mark.untilMs <= nowMs ? undefined : "overridden";
}

function recordLines(rrset: RRset): string[] {
  const type = typeText(rrset.type);
  return rrset.rdata.map((rdata) => `${rrset.ttlSeconds} ${type} ${rdataText(rrset.type, rdata)}`);
}

function sameRRsets(held: readonly RRset[], planned: readonly RRset[]): boolean {
  if (held.length !== planned.length) return false;
  return planned.every((rrset) => held.some((other) => sameRRset(rrset, other)));
}
