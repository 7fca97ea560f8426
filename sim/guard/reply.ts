// What a recursive server of the simulated world answers, in octets.
import {
  ednsWithErrors,
  encodeMessage,
  type Message,
  makeResponse,
  nameOf,
  parseRdata,
  Rcode,
  type ResourceRecord,
  RRClass,
  RRType,
} from "../../src/dns/index.ts";
import { ADDRESS_TYPES, type NetworkId, type Said, STRAY } from "./scene.ts";
import type { Truth } from "./truth.ts";

/** A tombstone as docs/fence-protocol.md has it. */
const TOMBSTONE =
  "holdfast=1 epoch=0 generation=7 edition=9 types=- digest=AAAAAAAAAAAAAAAAAAAAAA " +
  "tombstone=retired-1 at=2025-10-20T00:00:00Z";
const FENCE = "_holdfast.";

/** Who answers. */
export interface Place {
  readonly network: NetworkId;
  readonly server: number;
}

/** The response of a server to a query; undefined: it says nothing. */
export function replyTo(
  query: Message,
  truth: Truth,
  { network, server }: Place,
): Message | undefined {
  const [question] = query.question;
  if (question === undefined) return undefined;
  const base = { ...makeResponse(query, Rcode.NOERROR), ra: true };
  const mood = truth.mood(network, server);
  if (mood === "silent") return undefined;
  if (mood === "servfail") return { ...base, rcode: Rcode.SERVFAIL };
  if (mood === "refused") return { ...base, rcode: Rcode.REFUSED };
  if (mood === "lame")
    return { ...base, ra: false, authority: [record("com.", RRType.NS, 60, "ns.other.")] };
  const { name, type } = question;
  if (type === RRType.TXT) return tombstoneReply(base, name, truth, network);
  const lies = truth
    .lies(network, server)
    .filter((address) => address.includes(":") === (type === 28));
  const said: Said =
    lies.length > 0
      ? { kind: "answer", addresses: lies, ttlSeconds: 60 }
      : truth.said(network, name, type);
  return said.kind === "answer" ? answerOf(base, name, type, said) : denialOf(base, name, said);
}

function answerOf(
  base: Message,
  name: string,
  type: number,
  { addresses, ttlSeconds, alias }: Extract<Said, { kind: "answer" }>,
): Message {
  const owner = alias ?? name;
  const chain = alias === undefined ? [] : [record(name, RRType.CNAME, ttlSeconds, alias)];
  const found = addresses.map((address) => record(owner, type, ttlSeconds, address));
  // What nobody asked for is nobody's business.
  const stray = record("stray.shop.com.", RRType.A, 300, STRAY);
  return { ...base, answer: [...chain, ...found, stray], additional: [stray] };
}

function denialOf(
  base: Message,
  name: string,
  { kind, isSigned, extendedError, soaSeconds }: Exclude<Said, { kind: "answer" }>,
): Message {
  const rcode = kind === "nxdomain" ? Rcode.NXDOMAIN : Rcode.NOERROR;
  const zone = name.split(".").slice(1).join(".");
  const soa = `ns.${zone} hostmaster.${zone} 1 60 60 600 ${soaSeconds}`;
  const authority = soaSeconds === undefined ? [] : [record(zone, RRType.SOA, soaSeconds, soa)];
  const stray = record("stray.shop.com.", RRType.A, 300, STRAY);
  const denied = { ...base, rcode, ad: isSigned, authority, additional: [stray] };
  const { edns } = base;
  if (extendedError === undefined || edns === undefined) return denied;
  return { ...denied, edns: ednsWithErrors(edns, [{ code: extendedError, text: "" }]) };
}

function tombstoneReply(base: Message, fence: string, truth: Truth, network: NetworkId): Message {
  const tombstone = truth.tombstone(network, fence.slice(FENCE.length));
  if (!fence.startsWith(FENCE) || tombstone === "none") return { ...base, rcode: Rcode.NXDOMAIN };
  const answer = [record(fence, RRType.TXT, 30, `"${TOMBSTONE}"`)];
  return { ...base, ad: tombstone === "signed", answer };
}

/** What a forger sends who sees nothing of the question but when it is asked. */
export function forgeries(query: Message, address: string): readonly Uint8Array[] {
  const [question] = query.question;
  if (question === undefined || !isAddressType(question.type) || address.includes(":")) return [];
  const { name } = question;
  const answer = [record(name, RRType.A, 3600, address)];
  const forged = { ...makeResponse(query, Rcode.NOERROR), ra: true, ad: true, answer };
  const other = [{ ...question, name: nameOf("other.shop.com.") }];
  return [
    encodeMessage({ ...forged, id: (query.id + 1) & 0xffff }),
    encodeMessage({ ...forged, question: other }),
    encodeMessage({ ...forged, qr: false }),
  ];
}

function isAddressType(type: number): boolean {
  return ADDRESS_TYPES.some((one) => one === type);
}

function record(name: string, type: number, ttlSeconds: number, text: string): ResourceRecord {
  const parsed = parseRdata(type, text);
  if (parsed.kind === "malformed") throw new Error(parsed.problem);
  return { name: nameOf(name), type, class: RRClass.IN, ttlSeconds, rdata: parsed.rdata };
}
