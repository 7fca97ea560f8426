import { sha256 } from "@noble/hashes/sha2.js";
import { hexText, utf8 } from "../../base/index.ts";
import {
  decodeSoa,
  encodeName,
  encodeSoa,
  encodeTxt,
  isBelow,
  makeRRset,
  type Name,
  nameOf,
  prefixName,
  type RRset,
  RRType,
} from "../../dns/index.ts";
import { SEED_TEXT, seedName } from "../../plan/index.ts";
import type { ZoneData } from "../zone/zoneData.ts";
import type { NameChange } from "../zone/zoneDraft.ts";
import { rrsetOfType, sameRRsets } from "../zone/zoneNode.ts";
import type { ZoneView } from "../zone/zoneView.ts";
import type { TransferRules } from "./transferRules.ts";

/** The catalog zone, from which secondaries learn which zones there are. */
export interface CatalogSetup extends TransferRules {
  readonly name: Name;
}

/** Of every record: nobody asks for them but secondaries, which transfer. */
const TTL_SECONDS = 0;
/** RFC 9432 section 4.3.1. */
const SCHEMA_VERSION = "2";
/** RFC 9432 section 4.1: nobody is to be sent anywhere by a catalog zone. */
const INVALID = nameOf("invalid.");
// For secondaries, as of every zone of ours: see zoneSetup.ts.
const REFRESH_SECONDS = 300;
const RETRY_SECONDS = 60;
const EXPIRE_SECONDS = 28 * 24 * 3600;
/** Of a hash of 32: two members with one id would be one member. */
const MEMBER_ID_OCTETS = 16;

/**
 * What must be written so that a catalog zone (RFC 9432) lists these members. Its serial rises
 * only where there is something. `held` is the catalog as it is, `view` what it is to be laid
 * over.
 */
export function catalogChanges(
  view: ZoneView,
  held: ZoneData,
  members: readonly Name[],
  firstSerial: number,
): readonly NameChange[] {
  const { apex } = view;
  const wanted = new Map<Name, readonly RRset[]>();
  const put = (name: Name, type: number, rdata: Uint8Array): void => {
    const rrset = makeRRset(name, type, TTL_SECONDS, [rdata]);
    wanted.set(name, [...(wanted.get(name) ?? []), rrset]);
  };
  put(apex, RRType.NS, encodeName(INVALID));
  put(apex, RRType.SOA, soaRdata(view, firstSerial));
  put(below("version", apex), RRType.TXT, encodeTxt([utf8(SCHEMA_VERSION)]));
  // Our mark that a zone may be spoken of; consumers ignore it (RFC 9432 section 4.1).
  put(seedName(apex), RRType.TXT, encodeTxt([utf8(SEED_TEXT)]));
  const zones = below("zones", apex);
  for (const member of members) put(memberOwner(member, zones), RRType.PTR, encodeName(member));
  const gone = [...held.nodes()].flatMap(([name, { rrsets }]): readonly NameChange[] => {
    const isGone = rrsets.length > 0 && isBelow(name, zones) && !wanted.has(name);
    return isGone ? [{ name, rrsets: [] }] : [];
  });
  const come = [...wanted].flatMap(([name, rrsets]): readonly NameChange[] => {
    const sorted = rrsets.toSorted((left, right) => left.type - right.type);
    return sameRRsets(view.node(name)?.rrsets ?? [], sorted) ? [] : [{ name, rrsets: sorted }];
  });
  return [...gone, ...come];
}

/**
 * A member's own label: the same for the same zone whenever and wherever the catalog is made, so
 * that a secondary keeps what it has of it (RFC 9432 section 4.1 and 5.4).
 */
function memberOwner(member: Name, zones: Name): Name {
  const digest = sha256(encodeName(member)).subarray(0, MEMBER_ID_OCTETS);
  return below(hexText(digest), zones);
}

function below(label: string, name: Name): Name {
  const prefixed = prefixName(label, name);
  // The configuration leaves room for control names, which are as long.
  return prefixed.kind === "parsed" ? prefixed.name : nameOf(`${label}.${name}`);
}

function soaRdata(view: ZoneView, firstSerial: number): Uint8Array {
  const [rdata] = rrsetOfType(view.node(view.apex), RRType.SOA)?.rdata ?? [];
  return encodeSoa({
    mname: INVALID,
    rname: INVALID,
    serial: rdata === undefined ? firstSerial : decodeSoa(rdata).serial,
    refreshSeconds: REFRESH_SECONDS,
    retrySeconds: RETRY_SECONDS,
    expireSeconds: EXPIRE_SECONDS,
    minimumSeconds: TTL_SECONDS,
  });
}
