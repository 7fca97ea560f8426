import { BlockList, isIP, isIPv6 } from "node:net";

/** Networks that are nobody's on the Internet (RFC 6890 and the registries that it began). */
const NOT_PUBLIC: readonly (readonly [string, number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
  ["::", 96],
  ["::ffff:0:0", 96],
  ["64:ff9b:1::", 48],
  ["100::", 64],
  ["2001::", 23], // Teredo and other protocols
  ["2001:db8::", 32],
  ["2002::", 16], // 6to4: any IPv4 address may be behind it
  ["3fff::", 20],
  ["5f00::", 16],
  ["fc00::", 7],
  ["fe80::", 9],
  ["ff00::", 8],
];

const NOT_PUBLIC_IPV4 = NOT_PUBLIC.filter(([address]) => !isIPv6(address));
const NOT_PUBLIC_IPV6 = NOT_PUBLIC.filter(([address]) => isIPv6(address));
/** The same behind a translator (NAT64, RFC 6052 section 2.1): others there are public. */
const NAT64_BITS = 96;
const TRANSLATED = NOT_PUBLIC_IPV4.map(([address, bits]) => {
  return [`64:ff9b::${address}`, NAT64_BITS + bits] as const;
});

/** One for each family: in one list, `::ffff:0:0/96` would have every IPv4 address. */
const blocked = {
  ipv4: blockList(NOT_PUBLIC_IPV4),
  ipv6: blockList([...NOT_PUBLIC_IPV6, ...TRANSLATED]),
};

/** Which addresses may be tried on DNS's word. */
export class TriedAddresses {
  readonly #allowed: BlockList;

  /**
   * @param networks besides public ones, as `10.0.0.0/8`.
   * @throws TypeError where one is no network.
   */
  constructor(networks: readonly string[]) {
    this.#allowed = blockList(networks.map(parseNetwork));
  }

  has(address: string): boolean {
    const family = isIPv6(address) ? "ipv6" : "ipv4";
    if (isIP(address) === 0) return false;
    return this.#allowed.check(address, family) || !blocked[family].check(address, family);
  }
}

function parseNetwork(text: string): readonly [string, number] {
  const [address = "", bits, ...rest] = text.split("/");
  const octets = Number(bits);
  const bitsMax = isIPv6(address) ? 128 : 32;
  const fits = /^\d{1,3}$/.test(bits ?? "") && octets <= bitsMax && rest.length === 0;
  if (isIP(address) === 0 || !fits) {
    throw new TypeError(`Cannot allow ${text} as it must be a network, as 10.0.0.0/8`);
  }
  return [address, octets];
}

function blockList(networks: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList();
  for (const [address, bits] of networks) {
    list.addSubnet(address, bits, isIPv6(address) ? "ipv6" : "ipv4");
  }
  return list;
}
