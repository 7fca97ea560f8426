import { type Name, RRType, typeText, type UpdateStep } from "../../../dns/index.ts";
import { isSignatureType, KEY_TYPES } from "../../sign/members.ts";
import type { ZoneView } from "../../zone/zoneView.ts";
import { type Refusal, refusal } from "./refusal.ts";

const NSEC3_TYPES: ReadonlySet<number> = new Set([RRType.NSEC3, RRType.NSEC3PARAM]);

/**
 * Judges steps that name a type which signing makes: signatures and denials anywhere, keys at an
 * apex (RFC 3007 section 3.1). Signed or not: the first key in an unsigned zone would make it one
 * whose keys are not here, and nothing could be changed any more. Deleting a whole name leaves
 * them where they are due. `zonesBelow`: apexes of zones that are served below this one.
 */
export function judgeSigningSteps(
  view: ZoneView,
  steps: readonly UpdateStep[],
  zonesBelow: readonly Name[],
): Refusal | undefined {
  for (const step of steps) {
    if (step.kind === "delete-name") continue;
    const { type, name } = step.kind === "add" ? step.record : step;
    const isApexKey = KEY_TYPES.has(type) && (name === view.apex || zonesBelow.includes(name));
    if (!isSignatureType(type) && !NSEC3_TYPES.has(type) && !isApexKey) continue;
    const detail = `${typeText(type)} must be made by the server ("dnssec": true): this is UPDATE`;
    return refusal("signing-is-the-servers", name, detail);
  }
  return undefined;
}
