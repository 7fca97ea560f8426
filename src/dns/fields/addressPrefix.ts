import { ipv4Text, ipv6Text, parseIpv4, parseIpv6 } from "../ipAddress.ts";
import type { PlainField } from "../rdataField.ts";
import type { WireReader } from "../wireReader.ts";
import type { WireWriter } from "../wireWriter.ts";

/** Address families that have a presentation format (RFC 3123 section 4). */
interface Family {
  readonly octets: number;
  readonly parse: (text: string) => Uint8Array | undefined;
  readonly text: (bytes: Uint8Array) => string;
}

const FAMILIES: ReadonlyMap<number, Family> = new Map([
  [1, { octets: 4, parse: parseIpv4, text: (bytes: Uint8Array) => ipv4Text(bytes) }],
  [2, { octets: 16, parse: parseIpv6, text: (bytes: Uint8Array) => ipv6Text(bytes) }],
]);
const NEGATION = 0x80;

function skipItem(reader: WireReader): void {
  const number = reader.u16();
  const family = FAMILIES.get(number);
  const prefixLength = reader.u8();
  const octets = reader.u8() & ~NEGATION;
  if (family === undefined) {
    reader.fail(`address family ${number} is not 1 or 2`);
  } else if (octets > family.octets || prefixLength > family.octets * 8) {
    reader.fail("an address prefix is longer than its address");
  } else if (reader.skip(octets) && octets > 0 && reader.bytes[reader.offset - 1] === 0) {
    reader.fail("an address ends in a zero octet");
  }
}

function itemText(reader: WireReader): string {
  const number = reader.u16();
  const prefixLength = reader.u8();
  const flags = reader.u8();
  const family = FAMILIES.get(number);
  const octets = reader.octets(flags & ~NEGATION);
  if (family === undefined) return ""; // checked before
  const whole = new Uint8Array(family.octets);
  whole.set(octets);
  const mark = (flags & NEGATION) === 0 ? "" : "!";
  return `${mark}${number}:${family.text(whole)}/${prefixLength}`;
}

function parseItem(text: string, out: WireWriter): string | undefined {
  const [, mark, number = "", address = "", prefix = ""] =
    /^(!?)([0-9]{1,5}):([0-9A-Fa-f.:]{1,45})\/([0-9]{1,3})$/.exec(text) ?? [];
  const family = FAMILIES.get(Number(number));
  const octets = family?.parse(address);
  if (family === undefined || octets === undefined || Number(prefix) > family.octets * 8) {
    return "it must be items such as 1:192.0.2.0/24 or !2:2001:db8::/32";
  }
  const length = octets.findLastIndex((octet) => octet !== 0) + 1;
  out.u16(Number(number));
  out.u8(Number(prefix));
  out.u8((mark === "!" ? NEGATION : 0) | length);
  out.octets(octets.subarray(0, length));
  return undefined;
}

/** The address prefixes of an APL record (RFC 3123 section 4); there may be none. */
export const ADDRESS_PREFIXES_FIELD: PlainField = {
  kind: "plain",
  skip: (reader) => {
    while (reader.left > 0) skipItem(reader);
  },
  parse: (tokens, out) => {
    for (let token = tokens.next(); token !== undefined; token = tokens.next()) {
      const problem = parseItem(token.text, out);
      if (problem !== undefined) return problem;
    }
    return undefined;
  },
  text: (reader) => {
    const items: string[] = [];
    while (reader.left > 0) items.push(itemText(reader));
    return items.join(" ");
  },
};
