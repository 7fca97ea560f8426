import {
  encodeName,
  encodeTxt,
  makeRRset,
  type Name,
  nameOf,
  parseRdata,
  RRClass,
  type RRset,
  RRType,
  type UpdateStep,
} from "../../src/dns/index.ts";
import {
  FENCE_TTL_SECONDS,
  type Fence,
  fenceName,
  fenceText,
  gateName,
  parseFence,
  weightsName,
} from "../../src/plan/index.ts";
import { controlRRset, readControlText } from "../../src/provider/controlText.ts";
import type { ZoneReader } from "../design.ts";
import type { HandAct } from "../schedule/act.ts";

/** Further than anybody believes. */
const FAR_AHEAD = 900_000_000;
/** Where a name goes that somebody points elsewhere: nothing is there. */
const ELSEWHERE = nameOf("gone.elsewhere.example");
const STRAY_ADDRESS = "203.0.113.66";

/** What a hand sends, going by what it finds. */
export function handSteps(act: HandAct, zone: Name, reader: ZoneReader): readonly UpdateStep[] {
  const { endpoint } = act;
  const fence = fenceName(endpoint);
  const deleted = (name: Name, type: number): UpdateStep => ({ kind: "delete-rrset", name, type });
  const records = reader.rrsetsAt(endpoint).map(({ type }) => deleted(endpoint, type));
  const noFence = deleted(fence, RRType.TXT);
  switch (act.what) {
    case "delete-records":
      return records;
    case "delete-one-type":
      return records.slice(0, 1);
    case "delete-fence":
      return [noFence];
    case "delete-both":
      return [...records, noFence];
    case "delete-everything":
      return [...records, noFence, deleted(weightsName(endpoint), RRType.TXT)];
    case "delete-gate":
      return [deleted(gateName(zone), RRType.TXT)];
    case "add-cname":
      return [...records, ...added(cname(endpoint))];
    case "add-address":
      return added(address(endpoint));
    case "malformed-fence":
      return replaced(controlRRset(fence, "holdfast=1 epoch=oops"));
    case "far-ahead-fence": {
      const far = farAhead(reader.rrset(fence, RRType.TXT));
      return far === undefined ? [] : replaced(controlRRset(fence, fenceText(far)));
    }
    case "second-fence":
      return added(
        makeRRset(fence, RRType.TXT, FENCE_TTL_SECONDS, [encodeTxt([Uint8Array.of(104, 105)])]),
      );
  }
}

/** A name that has an address before anybody manages it. */
export function foreignRecords(endpoint: Name): readonly UpdateStep[] {
  return added(address(endpoint));
}

function farAhead(rrset: RRset | undefined): Fence | undefined {
  const found = readControlText(rrset, "one");
  const parsed = found.kind === "text" ? parseFence(found.text) : undefined;
  if (parsed?.kind !== "fence") return undefined;
  const { fence } = parsed;
  return { ...fence, generation: fence.generation + FAR_AHEAD, edition: fence.edition + 1 };
}

function address(endpoint: Name): RRset {
  const parsed = parseRdata(RRType.A, STRAY_ADDRESS);
  const rdata = parsed.kind === "parsed" ? [parsed.rdata] : [];
  return makeRRset(endpoint, RRType.A, FENCE_TTL_SECONDS, rdata);
}

function cname(endpoint: Name): RRset {
  return makeRRset(endpoint, RRType.CNAME, FENCE_TTL_SECONDS, [encodeName(ELSEWHERE)]);
}

function replaced(rrset: RRset): readonly UpdateStep[] {
  return [{ kind: "delete-rrset", name: rrset.name, type: rrset.type }, ...added(rrset)];
}

function added({ name, type, ttlSeconds, rdata }: RRset): readonly UpdateStep[] {
  return rdata.map((octets): UpdateStep => {
    return { kind: "add", record: { name, type, class: RRClass.IN, ttlSeconds, rdata: octets } };
  });
}
