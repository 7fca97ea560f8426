// Which plan an endpoint's records are from, under either design: by its fence, or by its alias.
import { type Name, type RRset, RRType, type Update } from "../../src/dns/index.ts";
import { fenceName, parseFence } from "../../src/plan/index.ts";
import { readControlText } from "../../src/provider/controlText.ts";
import { activeGeneration } from "../history/planTree.ts";
import type { EndpointState } from "../world/zoneState.ts";

/** The generation that an update would give to an endpoint; undefined: it gives none. */
export function writtenGeneration(update: Update, endpoint: Name): number | undefined {
  const fence = fenceName(endpoint);
  for (const step of update.steps) {
    if (step.kind !== "add") continue;
    const { name, type, ttlSeconds, rdata } = step.record;
    const rrset: RRset = { name, type, ttlSeconds, rdata: [rdata] };
    if (name === endpoint && type === RRType.CNAME) return activeGeneration(rrset);
    if (name === fence && type === RRType.TXT) return fenceGeneration(rrset);
  }
  return undefined;
}

/** The generation that an endpoint holds or points at. */
export function heldGeneration(
  { fence, records }: EndpointState,
  endpoint: Name,
): number | undefined {
  const alias = records.find(({ name, type }) => name === endpoint && type === RRType.CNAME);
  return activeGeneration(alias) ?? fenceGeneration(fence);
}

/** The generation of a fence; undefined where there is none, or it is malformed. */
export function fenceGeneration(rrset: RRset | undefined): number | undefined {
  const found = readControlText(rrset, "one");
  const parsed = found.kind === "text" ? parseFence(found.text) : undefined;
  return parsed?.kind === "fence" ? parsed.fence.generation : undefined;
}
