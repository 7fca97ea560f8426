import type { Name } from "../../dns/index.ts";
import type { ZoneView } from "../zone/zoneView.ts";
import { SCAN_NAMES_MAX, SIGN_NAMES_MAX } from "./limits.ts";
import { dataOf, isMember } from "./members.ts";
import { hasSignatures, needsSigning, type Signing } from "./signName.ts";

/** One step of a walk over a zone in canonical order. */
export interface PassStep {
  /** Names that are due; at most SIGN_NAMES_MAX. */
  readonly due: readonly Name[];
  /** Where the next step goes on behind; undefined: this was the last one. */
  readonly cursor: Name | undefined;
  /** The highest TTL seen. */
  readonly ttlSecondsMax: number;
  /** It only publishes the keys: the walk begins after it. */
  readonly isFirst: boolean;
}

/** Looks at the next names behind `cursor` (undefined: from the apex on) for what is due. */
export function stepToSign(signing: Signing, zone: ZoneView, cursor: Name | undefined): PassStep {
  const { order } = zone;
  // Without an order the keys are not published yet: they are what is due.
  if (order === undefined) {
    return { due: [signing.apex], cursor: undefined, ttlSecondsMax: 0, isFirst: true };
  }
  const due: Name[] = [];
  let ttlSecondsMax = 0;
  let looked = 0;
  let at = cursor === undefined ? signing.apex : order.after(cursor);
  let last = cursor;
  while (at !== undefined && looked < SCAN_NAMES_MAX && due.length < SIGN_NAMES_MAX) {
    for (const { ttlSeconds } of dataOf(zone.node(at))) {
      ttlSecondsMax = Math.max(ttlSecondsMax, ttlSeconds);
    }
    if (needsSigning(signing, zone, at, (name) => nextMember(zone, name))) due.push(at);
    last = at;
    looked += 1;
    at = order.after(at);
  }
  return { due, cursor: at === undefined ? undefined : last, ttlSecondsMax, isFirst: false };
}

/** Looks at the next names for what signing left there. The apex comes last: it holds the keys. */
export function stepToStrip(zone: ZoneView, cursor: Name | undefined): PassStep {
  const { order, apex } = zone;
  const due: Name[] = [];
  let looked = 0;
  let at = order?.after(cursor ?? apex);
  let last = cursor;
  while (at !== undefined && looked < SCAN_NAMES_MAX && due.length < SIGN_NAMES_MAX) {
    if (hasSignatures(zone.node(at))) due.push(at);
    last = at;
    looked += 1;
    at = order?.after(at);
  }
  const step = { ttlSecondsMax: 0, isFirst: false };
  if (at !== undefined) return { ...step, due, cursor: last };
  return { ...step, due: [...due, apex], cursor: undefined };
}

function nextMember(zone: ZoneView, name: Name): Name {
  let at = zone.order?.after(name);
  while (at !== undefined && !isMember(zone, at)) at = zone.order?.after(at);
  return at ?? zone.apex;
}
