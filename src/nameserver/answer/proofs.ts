import { assertNever } from "../../base/index.ts";
import { makeRRset, type Name, RRType } from "../../dns/index.ts";
import { hiddenBy } from "../sign/members.ts";
import { signaturesOf } from "../sign/signName.ts";
import { rrsetOfType } from "../zone/zoneNode.ts";
import type { ZoneView } from "../zone/zoneView.ts";
import { shownWhole } from "./referral.ts";
import type { Absence, Resolution, ShownRRset } from "./resolution.ts";

/** Steps back to a name with an NSEC: what stands between is below one cut, which ends them. */
const STEPS_MAX = 8;

/** The resolution with what a validator needs to believe it (RFC 4035 section 3.1). */
export function withProofs(zone: ZoneView, resolution: Resolution): Resolution {
  if (rrsetOfType(zone.node(zone.apex), RRType.DNSKEY) === undefined) return resolution;
  const denials = new Map<Name, ShownRRset>(); // one NSEC may prove several things
  for (const absence of resolution.absences) {
    for (const name of namesToProve(absence)) {
      const nsec = nsecFor(zone, name);
      if (nsec !== undefined) denials.set(nsec.name, nsec);
    }
  }
  const withSignatures = (section: readonly ShownRRset[]): readonly ShownRRset[] =>
    section.flatMap((shown) => [shown, ...signaturesShown(zone, shown)]);
  const authority = [...resolution.authority, ...childDs(zone, resolution), ...denials.values()];
  return {
    ...resolution,
    answer: withSignatures(resolution.answer),
    authority: withSignatures(authority),
    additional: withSignatures(resolution.additional),
  };
}

/** Names whose own NSEC, or whose absence, is the proof (RFC 4035 section 3.1.3). */
function namesToProve(absence: Absence): readonly Name[] {
  switch (absence.kind) {
    case "no-type":
    case "expanded":
      return [absence.name];
    case "no-name":
    case "no-type-at-wildcard":
      return [absence.name, absence.wildcard];
    case "no-ds":
      return [absence.cut];
    default:
      return assertNever(absence);
  }
}

/** The NSEC of a name; where it has none, the one that covers it. */
function nsecFor(zone: ZoneView, name: Name): ShownRRset | undefined {
  let at: Name | undefined = name;
  for (let step = 0; at !== undefined && step < STEPS_MAX; step += 1) {
    const nsec = rrsetOfType(zone.node(at), RRType.NSEC);
    if (nsec !== undefined) return shownWhole(nsec);
    at = hiddenBy(zone, at) ?? zone.order?.before(at);
  }
  return undefined;
}

/** Of a referral to a signed child: the DS that vouches for its keys (RFC 4035 section 3.1.4). */
function childDs(zone: ZoneView, { ending, authority }: Resolution): readonly ShownRRset[] {
  const [ns] = authority;
  if (ending !== "referral" || ns === undefined) return [];
  const ds = rrsetOfType(zone.node(ns.name), RRType.DS);
  return ds === undefined ? [] : [shownWhole(ds)];
}

/** Signatures of an RRset, under the name and with the TTL that it is shown with. */
function signaturesShown(zone: ZoneView, shown: ShownRRset): readonly ShownRRset[] {
  const { name, rrset, isSynthesized } = shown;
  if (isSynthesized || rrset.type === RRType.RRSIG) return [];
  const rdata = signaturesOf(zone.node(rrset.name), rrset.type).map((held) => held.rdata);
  if (rdata.length === 0) return [];
  const rrsig = makeRRset(rrset.name, RRType.RRSIG, rrset.ttlSeconds, rdata);
  return [{ name, rrset: rrsig, rdata: rrsig.rdata, isSynthesized: false }];
}
