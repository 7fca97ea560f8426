import { decodeSoa, type Name, RRType, typeText } from "../../src/dns/index.ts";
import { answersType } from "../../src/nameserver/answer/chain.ts";
import { rrsetOfType, txtTexts } from "../../src/nameserver/zone/zoneNode.ts";
import type { ZoneView } from "../../src/nameserver/zone/zoneView.ts";
import {
  comparePositions,
  type Fence,
  fenceName,
  gateName,
  parseFence,
  parseGate,
  parseWeights,
  SEED_TEXT,
  seedName,
  weightsName,
} from "../../src/plan/index.ts";

/** A zone before a change that its server took, and after it. */
export interface Taken {
  readonly before: ZoneView;
  readonly after: ZoneView;
  readonly endpoints: readonly Name[];
}

const ADDRESS_TYPES = [RRType.A, RRType.AAAA];
/** The largest DNS message (RFC 1035 section 4.2.2): what does not fit is not answered. */
const MESSAGE_OCTETS_MAX = 65_535;
/** Highest number in fifteen digits: nothing can follow it. */
const LAST_NUMBER = 999_999_999_999_999;

/**
 * Which invariants a change broke, each once: told by what a resolver and a reader of control
 * records see, and not by the server's rules.
 */
export function harmsOf(taken: Taken): readonly string[] {
  const harms = taken.endpoints.flatMap((endpoint) => harmsAt(taken, endpoint));
  return [...new Set([...harms, ...zoneHarms(taken)])];
}

function harmsAt({ before, after }: Taken, endpoint: Name): readonly string[] {
  const harms: string[] = [];
  const old = fenceAt(before, endpoint);
  const next = fenceAt(after, endpoint);
  const holds = typesHeld(after, endpoint);
  const isRetired = next?.mark?.kind === "tombstone" && holds.length === 0;
  const wasRetired = old?.mark?.kind === "tombstone";
  const order = old === undefined || next === undefined ? 0 : comparePositions(next, old);
  if (old !== undefined && (next === undefined || order < 0)) harms.push("never-backwards");
  const isLost = ADDRESS_TYPES.some((type) => {
    const answered = answersType(before, endpoint, type) === "yes";
    return answered && answersType(after, endpoint, type) !== "yes";
  });
  const isTooLarge = octetsHeld(after, endpoint) > MESSAGE_OCTETS_MAX;
  const isDark = next !== undefined && !isRetired && isInvisible(after, endpoint);
  if ((isLost || isDark || isTooLarge) && !isRetired) harms.push("never-empty");
  if (wasRetired && holds.length > 0 && order <= 0) harms.push("retire-only-on-purpose");
  if (old === undefined && isRetired) harms.push("retire-only-on-purpose");
  if (!isExplained(before, after, endpoint, old, next)) harms.push("every-change-explained");
  return harms;
}

/** What a response must carry of a name: owner, type, class, TTL and length are 12 octets each. */
function octetsHeld(view: ZoneView, endpoint: Name): number {
  const rdata = (view.node(endpoint)?.rrsets ?? []).flatMap((rrset) => rrset.rdata);
  return rdata.reduce((sum, octets) => sum + 12 + octets.length, 0);
}

function isInvisible(view: ZoneView, endpoint: Name): boolean {
  return ADDRESS_TYPES.every((type) => answersType(view, endpoint, type) !== "yes");
}

/** A change has a fence of its own, which says what is held and leaves room for the next. */
function isExplained(
  before: ZoneView,
  after: ZoneView,
  endpoint: Name,
  old: Fence | undefined,
  next: Fence | undefined,
): boolean {
  if (next === undefined) return true; // told above
  const isChanged = lines(before, endpoint) !== lines(after, endpoint);
  if (isChanged && old !== undefined && next.edition <= old.edition) return false;
  if (next.edition >= LAST_NUMBER || next.epoch >= LAST_NUMBER) return false;
  const weights = after.node(weightsName(endpoint));
  const texts = weights === undefined ? [] : textsAt(after, weightsName(endpoint));
  if (weights !== undefined && texts.length !== 1) return false;
  if (texts.some((text) => parseWeights(text).kind === "malformed")) return false;
  const isPlain = next.mark?.kind !== "tombstone";
  return !isPlain || next.types.join() === typesHeld(after, endpoint).join();
}

function zoneHarms({ before, after }: Taken): readonly string[] {
  const { apex } = after;
  const harms: string[] = [];
  if (textsAt(after, seedName(apex)).join() !== SEED_TEXT) harms.push("never-empty");
  const [old, next] = [before, after].map((view) => gateEdition(view));
  const isSwitched =
    textsAt(before, gateName(apex)).join() !== textsAt(after, gateName(apex)).join();
  if (isSwitched && (next === undefined || next <= (old ?? 0) || next >= LAST_NUMBER)) {
    harms.push("checked-at-the-write");
  }
  const isGateSeen = answersType(after, gateName(apex), RRType.TXT) === "yes";
  if (!isGateSeen && !isSwitched) harms.push("checked-at-the-write");
  if (!isReachable(after) && isReachable(before)) harms.push("never-empty");
  const [soa] = rrsetOfType(after.node(apex), RRType.SOA)?.rdata ?? [];
  const { minimumSeconds = 0, expireSeconds = 0 } = soa === undefined ? {} : decodeSoa(soa);
  if (minimumSeconds > 30) harms.push("short-denials");
  if (expireSeconds < 14 * 86_400) harms.push("never-empty");
  return harms;
}

function isReachable(view: ZoneView): boolean {
  const ns1 = `ns1.${view.apex}` as Name;
  return ADDRESS_TYPES.some((type) => rrsetOfType(view.node(ns1), type) !== undefined);
}

function gateEdition(view: ZoneView): number | undefined {
  const texts = textsAt(view, gateName(view.apex));
  const parsed = texts.length === 1 ? parseGate(texts[0] ?? "") : undefined;
  return parsed?.kind === "gate" ? parsed.gate.edition : undefined;
}

function fenceAt(view: ZoneView, endpoint: Name): Fence | undefined {
  const texts = textsAt(view, fenceName(endpoint));
  if (texts.length !== 1) return undefined;
  if (view.node(fenceName(endpoint))?.rrsets.length !== 1) return undefined;
  const parsed = parseFence(texts[0] ?? "");
  return parsed.kind === "fence" ? parsed.fence : undefined;
}

function textsAt(view: ZoneView, name: Name): readonly string[] {
  const rrset = rrsetOfType(view.node(name), RRType.TXT);
  return rrset === undefined ? [] : txtTexts(rrset).map((text) => text ?? "");
}

function typesHeld(view: ZoneView, endpoint: Name): readonly string[] {
  return (view.node(endpoint)?.rrsets ?? []).map(({ type }) => typeText(type));
}

function lines(view: ZoneView, endpoint: Name): string {
  const rrsets = [...(view.node(endpoint)?.rrsets ?? [])];
  return rrsets
    .map(({ type, ttlSeconds, rdata }) => `${type} ${ttlSeconds} ${rdata.join(" ")}`)
    .join();
}
