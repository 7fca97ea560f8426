import type { SocketAddress } from "../../base/index.ts";

/**
 * The address to speak to a secondary from: the one that it knows as its primary, where the
 * server listens on one address of that family. Otherwise the route decides. Loopback speaks to
 * loopback only.
 */
export function sourceAddress(
  listening: readonly SocketAddress[],
  to: SocketAddress,
): string | undefined {
  const isIpv6 = to.address.includes(":");
  const own = new Set(
    listening.map(({ address }) => address).filter((address) => address.includes(":") === isIpv6),
  );
  const [only, ...more] = own;
  if (only === undefined || more.length > 0 || only === "0.0.0.0" || only === "::")
    return undefined;
  return isLoopback(only) === isLoopback(to.address) ? only : undefined;
}

function isLoopback(address: string): boolean {
  return address === "::1" || address.startsWith("127.");
}
