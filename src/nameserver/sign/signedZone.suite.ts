import assert from "node:assert/strict";
import {
  compareNames,
  decodeNsec,
  decodeRrsig,
  isBelow,
  type Name,
  type RRset,
  RRType,
  verifyRrsig,
} from "../../dns/index.ts";
import { NodeDnssecCrypto } from "../../net/index.ts";
import { APEX } from "../zone/exampleZone.suite.ts";
import type { ZoneData } from "../zone/zoneData.ts";
import { rrsetOfType } from "../zone/zoneNode.ts";
import type { ZoneView } from "../zone/zoneView.ts";
import { keyRRsets } from "./apexKeys.ts";
import type { Signing } from "./signName.ts";
import { SortedNames } from "./sortedNames.ts";
import { begun } from "./stages.ts";
import { activeKey } from "./zoneSigning.ts";

export const crypto = new NodeDnssecCrypto();
/** 2026-01-01. */
export const NOW = 1_767_225_600;
const DAY = 86_400;

/** A committed zone with its order, whatever its own index does. */
export function ordered(data: ZoneData): ZoneView {
  const owners = [...data.nodes()].filter(([, { rrsets }]) => rrsets.length > 0);
  return {
    apex: data.apex,
    node: (name) => data.node(name),
    aliasesTo: (target) => data.aliasesTo(target),
    aliasTargets: () => data.aliasTargets(),
    order: new SortedNames(owners.map(([name]) => name)),
  };
}

/** A signing of the test zone with one new key; signatures hold for ninety days. */
export function testSigning(rest: Partial<Signing> = {}): Signing {
  const state = begun(APEX, crypto.generate(), NOW);
  const active = activeKey(state);
  assert.ok(active !== undefined);
  return {
    apex: APEX,
    active,
    apexKeys: state.keys,
    keyRRsets: keyRRsets({ ...state, stage: "signed" }),
    validity: () => ({ inceptionSeconds: NOW - 3600, expirationSeconds: NOW + 90 * DAY }),
    endsAfterSeconds: NOW + 30 * DAY,
    begunBySeconds: NOW,
    crypto,
    ...rest,
  };
}

/**
 * Checks a whole zone by itself, as a validator would: every authoritative RRset has a right
 * signature, nothing else has one, and the NSEC chain names every owner once and its types.
 */
export function checkSigned(
  zone: ZoneView & { nodes(): Iterable<readonly [Name, { rrsets: readonly RRset[] }]> },
  nowSeconds = NOW,
): void {
  const owners = [...zone.nodes()].filter(([, node]) => node.rrsets.length > 0);
  const names = owners.map(([name]) => name).sort(compareNames);
  const cuts = names.filter((name) => name !== zone.apex && typesAt(zone, name).has(RRType.NS));
  const hiders = names.filter((name) => typesAt(zone, name).has(RRType.DNAME));
  const isHidden = (name: Name) => [...cuts, ...hiders].some((cut) => isBelow(name, cut));
  const members = names.filter((name) => !isHidden(name));
  for (const name of names) {
    const isMember = !isHidden(name);
    const types = typesAt(zone, name);
    if (!isMember) {
      assert.ok(!types.has(RRType.RRSIG) && !types.has(RRType.NSEC), `${name} is not signed`);
      continue;
    }
    checkNsec(zone, name, members, cuts.includes(name));
    for (const rrset of zone.node(name)?.rrsets ?? []) {
      if (rrset.type === RRType.RRSIG) continue;
      const isOurs = !cuts.includes(name) || rrset.type === RRType.DS || rrset.type === RRType.NSEC;
      checkSignatures(zone, rrset, isOurs, nowSeconds);
    }
  }
}

function typesAt(zone: ZoneView, name: Name): Set<number> {
  return new Set((zone.node(name)?.rrsets ?? []).map(({ type }) => type));
}

function checkNsec(zone: ZoneView, name: Name, members: readonly Name[], isCut: boolean): void {
  const rrset = rrsetOfType(zone.node(name), RRType.NSEC);
  const nsec = decodeNsec(rrset?.rdata[0] ?? new Uint8Array(0));
  assert.ok(rrset?.rdata.length === 1 && nsec !== undefined, `${name} has one NSEC`);
  const next = members[members.indexOf(name) + 1] ?? zone.apex;
  assert.equal(nsec.next, next, `the name behind ${name}`);
  const held = [...typesAt(zone, name)].filter((type) => {
    return !isCut || [RRType.NS, RRType.DS, RRType.NSEC, RRType.RRSIG].some((one) => one === type);
  });
  assert.deepEqual(
    nsec.types,
    held.sort((left, right) => left - right),
    `types at ${name}`,
  );
}

function checkSignatures(zone: ZoneView, rrset: RRset, isOurs: boolean, nowSeconds: number): void {
  const dnskeys = rrsetOfType(zone.node(zone.apex), RRType.DNSKEY)?.rdata ?? [];
  const rrsigs = (zone.node(rrset.name)?.rrsets ?? [])
    .filter(({ type }) => type === RRType.RRSIG)
    .flatMap((signatures) => signatures.rdata.map((rdata) => ({ rdata, of: signatures })))
    .filter(({ rdata }) => decodeRrsig(rdata)?.typeCovered === rrset.type);
  const what = `${rrset.name} ${rrset.type}`;
  assert.equal(rrsigs.length > 0, isOurs, `${what} is signed: ${isOurs}`);
  for (const { rdata, of } of rrsigs) {
    const rrsig = decodeRrsig(rdata);
    assert.ok(rrsig !== undefined, what);
    assert.equal(of.ttlSeconds, rrset.ttlSeconds, `TTL of the signature of ${what}`);
    const checks = dnskeys.map((dnskey) => verifyRrsig(crypto, rrset, rrsig, dnskey, nowSeconds));
    assert.ok(checks.includes("verified"), `${what}: ${checks.join()}`);
  }
}
