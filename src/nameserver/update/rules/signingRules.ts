import { RRType, typeText, type UpdateStep } from "../../../dns/index.ts";
import { isSignatureType, KEY_TYPES } from "../../sign/members.ts";
import { rrsetOfType } from "../../zone/zoneNode.ts";
import type { ZoneView } from "../../zone/zoneView.ts";
import { type Refusal, refusal } from "./refusal.ts";

const NSEC3_TYPES: ReadonlySet<number> = new Set([RRType.NSEC3, RRType.NSEC3PARAM]);

/**
 * Judges steps that name a type which signing makes: signatures and denials of any zone, keys of
 * one that is signed (RFC 3007 section 3.1). Deleting a whole name leaves them where they are due.
 */
export function judgeSigningSteps(
  view: ZoneView,
  steps: readonly UpdateStep[],
): Refusal | undefined {
  for (const step of steps) {
    if (step.kind === "delete-name") continue;
    const { type, name } = step.kind === "add" ? step.record : step;
    const isMade = isSignatureType(type) || NSEC3_TYPES.has(type) || isKeyOf(view, name, type);
    if (!isMade) continue;
    const detail = `signing makes ${typeText(type)}: it must not be written by UPDATE`;
    return refusal("signing-is-the-servers", name, detail);
  }
  return undefined;
}

function isKeyOf(view: ZoneView, name: string, type: number): boolean {
  if (name !== view.apex || !KEY_TYPES.has(type)) return false;
  return rrsetOfType(view.node(view.apex), RRType.DNSKEY) !== undefined;
}
