import { ipv4Text, ipv6Text, parseIpv4, parseIpv6 } from "./ipAddress.ts";

/** Addresses that share their first bits (CIDR, RFC 4632 and RFC 4291 section 2.3). */
export interface IpNetwork {
  /** Four or sixteen octets, zero behind the prefix. */
  readonly octets: Uint8Array;
  /** Bits: 0..32 or 0..128. */
  readonly prefixLength: number;
}

/**
 * Reads `address/prefix length`, or an address alone, which is a network of one. Undefined where
 * it is neither, or where bits are set behind the prefix: then one of the two is a mistake.
 */
export function parseIpNetwork(text: string): IpNetwork | undefined {
  const [addressText = "", prefixText, ...more] = text.split("/", 3);
  if (more.length > 0) return undefined;
  const octets = parseAddress(addressText);
  if (octets === undefined) return undefined;
  const bits = octets.length * 8;
  if (prefixText !== undefined && !/^(0|[1-9][0-9]{0,2})$/.test(prefixText)) return undefined;
  const prefixLength = prefixText === undefined ? bits : Number(prefixText);
  if (prefixLength > bits) return undefined;
  const isClean = octets.every((octet, index) => (octet & ~maskAt(index, prefixLength)) === 0);
  return isClean ? { octets, prefixLength } : undefined;
}

/** `address/prefix length`, the address in its canonical text. */
export function ipNetworkText({ octets, prefixLength }: IpNetwork): string {
  const address = octets.length === 4 ? ipv4Text(octets) : ipv6Text(octets);
  return `${address}/${prefixLength}`;
}

/**
 * Whether an address in presentation format is in a network. An IPv4 address mapped into IPv6,
 * which is how a socket for both shows it, counts as the IPv4 address; a zone id counts for
 * nothing.
 */
export function isInNetwork({ octets, prefixLength }: IpNetwork, address: string): boolean {
  const asked = addressOctets(address);
  if (asked === undefined || asked.length !== octets.length) return false;
  for (let index = 0; index < octets.length; index += 1) {
    const difference = (octets[index] ?? 0) ^ (asked[index] ?? 0);
    if ((difference & maskAt(index, prefixLength)) !== 0) return false;
  }
  return true;
}

/** The octets of an address as a socket shows it; undefined where it is none. */
function addressOctets(address: string): Uint8Array | undefined {
  const octets = parseAddress(address.split("%", 1)[0] ?? "");
  if (octets?.length !== 16) return octets;
  const isMapped = octets.every((octet, index) => {
    return index >= 12 || octet === (index < 10 ? 0 : 0xff);
  });
  return isMapped ? octets.subarray(12) : octets;
}

function parseAddress(text: string): Uint8Array | undefined {
  return text.includes(":") ? parseIpv6(text) : parseIpv4(text);
}

/** Bits of one octet that the prefix covers. */
function maskAt(index: number, prefixLength: number): number {
  const covered = Math.min(8, Math.max(0, prefixLength - index * 8));
  return (0xff00 >> covered) & 0xff;
}
