import type { SocketAddress } from "../base/index.ts";
import { parseRdata, RRType, rdataText } from "../dns/index.ts";

/** The outcome of reading an address: canonical text, or why it cannot be used. */
export type AddressRead =
  | { readonly kind: "address"; readonly address: string }
  | { readonly kind: "refused"; readonly problem: string };

/** Reads an address that endpoints may answer with: unicast, and without an IPv6 zone id. */
export function readAddress(family: "ipv4" | "ipv6", text: string): AddressRead {
  if (text.includes("%")) return refused(text, "an IPv6 zone id means something on one host only");
  const type = family === "ipv4" ? RRType.A : RRType.AAAA;
  const parsed = parseRdata(type, text);
  if (parsed.kind === "malformed") {
    return refused(text, family === "ipv4" ? "it is not an IPv4 address" : "it is not IPv6");
  }
  const { rdata } = parsed;
  const [first = 0] = rdata;
  const multicast = family === "ipv4" ? first >= 224 : first === 0xff;
  if (multicast) return refused(text, "nobody can connect to a multicast or reserved address");
  if (rdata.every((octet) => octet === 0))
    return refused(text, "the unspecified address is no host");
  return { kind: "address", address: rdataText(type, rdata) };
}

function refused(text: string, detail: string): AddressRead {
  return { kind: "refused", problem: `Cannot use ${JSON.stringify(text)} as ${detail}` };
}

/** Reads `address:port`, IPv6 in brackets; undefined where it is anything else. */
export function readSocketAddress(text: string): SocketAddress | undefined {
  const found = /^(?:\[([0-9A-Fa-f:.]+)\]|([0-9.]+)):([0-9]{1,5})$/.exec(text);
  const port = Number(found?.[3] ?? 0);
  if (port < 1 || port > 65_535) return undefined;
  const [, ipv6, ipv4 = ""] = found ?? [];
  const type = ipv6 === undefined ? RRType.A : RRType.AAAA;
  const parsed = parseRdata(type, ipv6 ?? ipv4);
  if (parsed.kind === "malformed") return undefined;
  return { address: rdataText(type, parsed.rdata), port };
}

/** `address:port`, IPv6 in brackets. */
export function socketAddressText({ address, port }: SocketAddress): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}
