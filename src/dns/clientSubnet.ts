import type { Edns, EdnsOption } from "./message.ts";

/** OPTION-CODE of EDNS Client Subnet (RFC 7871 section 6). */
export const CLIENT_SUBNET_OPTION = 8;

const FIXED_OCTETS = 4; // FAMILY, SOURCE PREFIX-LENGTH, SCOPE PREFIX-LENGTH
/** Address bits by FAMILY; 0 is what clients send that want no subnet told (section 7.1.2). */
const BITS_BY_FAMILY: ReadonlyMap<number, number> = new Map([
  [0, 0],
  [1, 32],
  [2, 128],
]);

/**
 * The options that answer a client subnet in a query: the same one with scope 0, for what we say
 * is the same for every network (RFC 7871 section 7.2.1); none where there is none; undefined
 * where one is malformed, which is a FORMERR (section 6 and 7.1.2).
 */
export function clientSubnetReply(edns: Edns | undefined): readonly EdnsOption[] | undefined {
  const [asked, ...more] = (edns?.options ?? []).filter(
    ({ code }) => code === CLIENT_SUBNET_OPTION,
  );
  if (asked === undefined) return [];
  // It came with scope 0, so what goes back is what came.
  return more.length === 0 && isSubnet(asked.data) ? [asked] : undefined;
}

function isSubnet(data: Uint8Array): boolean {
  const [high, low, source, scope, ...address] = data.subarray(0, FIXED_OCTETS + 17);
  if (high === undefined || low === undefined || source === undefined) return false;
  const bits = BITS_BY_FAMILY.get(high * 256 + low);
  if (bits === undefined || source > bits || scope !== 0) return false;
  if (address.length !== Math.ceil(source / 8)) return false;
  const unused = address.length * 8 - source;
  return ((address.at(-1) ?? 0) & ((1 << unused) - 1)) === 0;
}
