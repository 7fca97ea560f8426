import { isIPv6 } from "node:net";
import type { SocketAddress } from "../base/index.ts";

/** Address families of Linux. */
export const AF_INET = 2;
export const AF_INET6 = 10;
/** Octets of struct sockaddr_in and sockaddr_in6. */
export const NAME_OCTETS_V4 = 16;
export const NAME_OCTETS_V6 = 28;

const ADDRESS_AT_V4 = 4;
const ADDRESS_AT_V6 = 8;
const GROUPS = 8;

/** The struct sockaddr of a numeric address, as Linux lays it out. */
export function socketName({ address, port }: SocketAddress): Uint8Array {
  const isV6 = isIPv6(address);
  const name = new Uint8Array(isV6 ? NAME_OCTETS_V6 : NAME_OCTETS_V4);
  name[0] = isV6 ? AF_INET6 : AF_INET;
  name[2] = port >> 8;
  name[3] = port & 0xff;
  if (isV6) name.set(octetsOfV6(address), ADDRESS_AT_V6);
  else name.set(octetsOfV4(address), ADDRESS_AT_V4);
  return name;
}

/** The address that the struct sockaddr at `at` says, IPv6 in the form of {@link formatV6}. */
export function socketAddressAt(octets: Uint8Array, at: number): SocketAddress {
  const port = ((octets[at + 2] ?? 0) << 8) | (octets[at + 3] ?? 0);
  if (octets[at] === AF_INET) {
    const from = at + ADDRESS_AT_V4;
    return { address: octets.subarray(from, from + 4).join("."), port };
  }
  const from = at + ADDRESS_AT_V6;
  return { address: formatV6(octets.subarray(from, from + 16)), port };
}

function octetsOfV4(address: string): number[] {
  return address.split(".").map(Number);
}

function octetsOfV6(address: string): Uint8Array {
  const plain = address.split("%")[0] ?? "";
  const [head = "", tail] = plain.split("::");
  const front = groupsOf(head);
  const back = tail === undefined ? [] : groupsOf(tail);
  const zeros = new Array<number>(Math.max(0, GROUPS - front.length - back.length)).fill(0);
  const groups = [...front, ...(tail === undefined ? [] : zeros), ...back];
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}

function groupsOf(text: string): number[] {
  if (text === "") return [];
  return text.split(":").flatMap((part) => {
    if (!part.includes(".")) return [Number.parseInt(part, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = octetsOfV4(part);
    return [(a << 8) | b, (c << 8) | d];
  });
}

/** RFC 5952: lower case, no leading zeros, the longest run of zero groups left out. */
function formatV6(octets: Uint8Array): string {
  const groups = Array.from({ length: GROUPS }, (_, index) =>
    (((octets[index * 2] ?? 0) << 8) | (octets[index * 2 + 1] ?? 0)).toString(16),
  );
  let best = { start: 0, length: 0 };
  for (let start = 0; start < GROUPS; start += 1) {
    let length = 0;
    while (groups[start + length] === "0") length += 1;
    if (length > best.length) best = { start, length };
  }
  if (best.length < 2) return groups.join(":");
  const front = groups.slice(0, best.start).join(":");
  const back = groups.slice(best.start + best.length).join(":");
  return `${front}::${back}`;
}
