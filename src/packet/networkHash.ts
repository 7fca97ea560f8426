// Networks are counted as one: the least that is given to one site (RFC 6177), and a common
// network of IPv4. As words in memory order.
const NETWORK_V4 = 0x00ff_ffff;
const NETWORK_V6_SECOND = 0x00ff_ffff;

/**
 * A number of 32 bits for the network (/24, /56) of the address of `addressWords` words at `at`.
 * Who does not know `seed` cannot tell which networks share theirs.
 */
export function networkHash(
  seed: number,
  address: Int32Array,
  at: number,
  addressWords: number,
): number {
  const first = address[at] as number;
  if (addressWords === 1) return mix(seed ^ (first & NETWORK_V4));
  return mix(mix(seed ^ first) ^ ((address[at + 1] as number) & NETWORK_V6_SECOND));
}

function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x7feb352d);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x846ca68b);
  return mixed ^ (mixed >>> 16);
}
