import { sha256 } from "@noble/hashes/sha2.js";
import { assert, base64UrlText, compareBytes, concatBytes, utf8 } from "../base/index.ts";
import { encodeName, type Name, parseRdata, type RRset, typeCode } from "../dns/index.ts";
import type { NonEmpty, PlanEntry, PlannedRRset, ServingEntry } from "./plan.ts";
import type { Weights } from "./weights.ts";

/** What {@link entryDigest} covers of a serving entry. */
export type EntryContent = Pick<ServingEntry, "endpoint" | "answers" | "rrsets">;

/**
 * Digest of what an endpoint answers, over the canonical wire form (RFC 4034 section 6) of its
 * records with TTLs, weights and answer count: equal answers have equal digests, whoever made them.
 */
export function entryDigest(content: EntryContent): string {
  const parts: Uint8Array[] = [encodeName(content.endpoint), utf8(`answers=${content.answers}`)];
  for (const planned of content.rrsets) {
    const rrset = rrsetOf(content.endpoint, planned);
    parts.push(utf8(`;${planned.type} ${planned.ttlSeconds} ${rrset.rdata.length}:`));
    for (const [index, rdata] of rrset.rdata.entries()) {
      parts.push(utf8(`${planned.records[index]?.weight}/${rdata.length}/`), rdata);
    }
  }
  return base64UrlText(sha256(concatBytes(parts)));
}

/** A planned RRset as the RRset that a nameserver holds. */
export function rrsetOf(endpoint: Name, planned: PlannedRRset): RRset {
  const { type, rdata } = wireOf(planned);
  return { name: endpoint, type, ttlSeconds: planned.ttlSeconds, rdata };
}

interface Wire {
  readonly type: number;
  readonly rdata: readonly Uint8Array[];
}

// Endpoints that share a pool share these objects, so that ten thousand of them are parsed once.
const wires = new WeakMap<PlannedRRset, Wire>();

function wireOf(planned: PlannedRRset): Wire {
  const known = wires.get(planned);
  if (known !== undefined) return known;
  const type = typeCode(planned.type);
  assert(type !== undefined, `${planned.type} is an RR type`);
  const rdata = planned.records.map((record) => rdataOf(type, record.rdata));
  const isCanonical = rdata.every((octets, index) => {
    const before = rdata[index - 1];
    return before === undefined || compareBytes(before, octets) < 0;
  });
  assert(isCanonical, "planned records are unique and in canonical order, as their weights are");
  const wire = { type, rdata };
  wires.set(planned, wire);
  return wire;
}

/** RDATA texts kept parsed: the addresses of every load balancer of a cell, several times over. */
const PARSED_MAX = 65_536;
const parsedRdata = new Map<string, Uint8Array>();

// A load balancer's address stands in the entries of hundreds of endpoints.
function rdataOf(type: number, text: string): Uint8Array {
  const key = `${type} ${text}`;
  const known = parsedRdata.get(key);
  if (known !== undefined) return known;
  const parsed = parseRdata(type, text);
  assert(parsed.kind === "parsed", `${text} was checked when it was planned`);
  if (parsedRdata.size >= PARSED_MAX) parsedRdata.clear();
  parsedRdata.set(key, parsed.rdata);
  return parsed.rdata;
}

/** The RRsets of an entry; none for a tombstone. */
export function rrsetsOf(entry: PlanEntry): readonly RRset[] {
  if (entry.kind === "tombstone") return [];
  return entry.rrsets.map((planned) => rrsetOf(entry.endpoint, planned));
}

/** The weights of an entry, as they travel in the zone. */
export function weightsOf(rrsets: NonEmpty<PlannedRRset>, answers: number | "all"): Weights {
  const byType = rrsets.map(
    (planned) => [planned.type, planned.records.map((record) => record.weight)] as const,
  );
  return { answers, byType: new Map(byType) };
}
