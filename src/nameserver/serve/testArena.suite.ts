import assert from "node:assert/strict";
import { decodeSoa, isBelow, type Name, parentOf, type RRset, RRType } from "../../dns/index.ts";
import { NameKey } from "../../packet/index.ts";
import { weightsName } from "../../plan/index.ts";
import { Arena } from "../zone/arena.ts";
import { nodeSize, writeNode, writeRecord } from "../zone/arenaEncode.ts";
import {
  NODE_APEX,
  NODE_CNAME,
  NODE_CUT,
  NODE_DNAME,
  NODE_HAS_RRSIG,
  NODE_WILDCARD_CHILD,
  ZONE_APEX_NODE,
  ZONE_APEX_OCTETS,
  ZONE_FLAGS,
  ZONE_HAS_CUTS,
  ZONE_HAS_WILDCARDS,
  ZONE_HAS_ZONES_BELOW,
  ZONE_NEGATIVE,
  ZONE_NEGATIVE_OCTETS,
  ZONE_SEEDED,
  ZONE_SERVED,
  ZONE_SIGNED,
  ZONE_SIZE,
} from "../zone/arenaLayout.ts";
import { ArenaTransaction } from "../zone/arenaTransaction.ts";
import { makeNode, ownCounts, rrsetOfType, type ZoneNode } from "../zone/zoneNode.ts";
import type { ServedZone, ZonesView } from "../zone/zoneView.ts";

/** A zone in memory, as both paths are to see it. */
export interface TestZone {
  readonly apex: Name;
  readonly isSeeded: boolean;
  readonly nodes: ReadonlyMap<Name, ZoneNode>;
}

/** A zone of these RRsets, all at or below its apex, with its empty non-terminals. */
export function testZone(apex: Name, rrsets: readonly RRset[], isSeeded = true): TestZone {
  const byName = new Map<Name, RRset[]>([[apex, []]]);
  for (const rrset of rrsets) {
    for (let at: Name | undefined = rrset.name; at !== undefined; at = parentOf(at)) {
      if (!byName.has(at)) byName.set(at, []);
      if (at === apex) break;
    }
    byName.get(rrset.name)?.push(rrset);
  }
  const counts = new Map<Name, { childCount: number; fenceCount: number; cutCount: number }>();
  const countsOf = (name: Name) => {
    const found = counts.get(name) ?? { childCount: 0, fenceCount: 0, cutCount: 0 };
    counts.set(name, found);
    return found;
  };
  for (const [name, held] of byName) {
    const own = ownCounts(name, apex, held);
    for (let at: Name | undefined = name; at !== undefined; at = parentOf(at)) {
      countsOf(at).fenceCount += own.fenceCount;
      countsOf(at).cutCount += own.cutCount;
      if (at === apex) break;
    }
    const parent = name === apex ? undefined : parentOf(name);
    if (parent !== undefined) countsOf(parent).childCount += 1;
  }
  const nodes = new Map<Name, ZoneNode>();
  for (const [name, held] of byName) {
    held.sort((left, right) => left.type - right.type);
    nodes.set(name, makeNode(name, held, countsOf(name)));
  }
  return { apex, isSeeded, nodes };
}

/** The general path's view of zones. */
export function zonesViewOf(zones: readonly TestZone[]): ZonesView {
  const views = new Map<Name, ServedZone>(
    zones.map(({ apex, isSeeded, nodes }) => {
      const node = (name: Name) => nodes.get(name);
      return [apex, { apex, isSeeded, node, aliasesTo: () => [], aliasTargets: () => [] }];
    }),
  );
  return {
    zoneFor: (name) => {
      for (let at: Name | undefined = name; at !== undefined; at = parentOf(at)) {
        const zone = views.get(at);
        if (zone !== undefined) return zone;
      }
      return undefined;
    },
  };
}

/** An arena that holds and serves these zones. */
export function arenaOf(zones: readonly TestZone[], octets = 16 << 20): Arena {
  const arena = new Arena(octets);
  const tx = new ArenaTransaction(arena);
  const { words } = arena;
  const key = new NameKey();
  for (const { apex, isSeeded, nodes } of zones) {
    const zone = tx.newZone();
    let zoneFlags = ZONE_SERVED | (isSeeded ? ZONE_SEEDED : 0);
    if (zones.some((other) => isBelow(other.apex, apex))) zoneFlags |= ZONE_HAS_ZONES_BELOW;
    let apexNode = 0;
    let apexOctets = 0;
    for (const [name, node] of nodes) {
      assert.ok(key.set(name));
      let flags = 0;
      if (name === apex) flags |= NODE_APEX;
      else if (rrsetOfType(node, RRType.NS)) flags |= NODE_CUT;
      if (rrsetOfType(node, RRType.DNAME)) flags |= NODE_DNAME;
      if (flags & (NODE_CUT | NODE_DNAME)) zoneFlags |= ZONE_HAS_CUTS;
      if (rrsetOfType(node, RRType.CNAME)) flags |= NODE_CNAME;
      if (nodes.has((name === "." ? "*." : `*.${name}`) as Name)) flags |= NODE_WILDCARD_CHILD;
      if (name.startsWith("*.")) zoneFlags |= ZONE_HAS_WILDCARDS;
      if (rrsetOfType(node, RRType.RRSIG)) flags |= NODE_HAS_RRSIG;
      if (name === apex && rrsetOfType(node, RRType.DNSKEY)) zoneFlags |= ZONE_SIGNED;
      const weights = nodes.get(weightsName(name))?.weights;
      const content = { zone, flags, node, weights };
      const at = tx.allocate(nodeSize(key, content));
      assert.ok(at > 0);
      writeNode(words, arena.octets, at, key, content);
      tx.link(-1, at);
      if (name === apex) {
        apexNode = at;
        apexOctets = key.octets;
      }
    }
    const soa = rrsetOfType(nodes.get(apex), RRType.SOA);
    const rdata = soa?.rdata[0];
    const octetsOfSoa = rdata === undefined ? 0 : rdata.length + 10;
    const size = ZONE_NEGATIVE + ((octetsOfSoa + 3) >> 2);
    const record = tx.allocate(size);
    words[record + ZONE_SIZE] = size;
    words[record + ZONE_APEX_NODE] = apexNode;
    words[record + ZONE_FLAGS] = zoneFlags;
    words[record + ZONE_APEX_OCTETS] = apexOctets;
    words[record + ZONE_NEGATIVE_OCTETS] = octetsOfSoa;
    if (rdata !== undefined && soa !== undefined) {
      const ttl = Math.min(soa.ttlSeconds, decodeSoa(rdata).minimumSeconds);
      writeRecord(arena.octets, (record + ZONE_NEGATIVE) * 4, RRType.SOA, ttl, rdata);
    }
    tx.setZone(zone, record);
  }
  assert.ok(tx.seal());
  tx.publish();
  return arena;
}
