import { createSocket } from "node:dgram";
import { isIPv6 } from "node:net";
import { type NetworkInterfaceInfo, networkInterfaces } from "node:os";

/** Somewhere outside (RFC 5737, RFC 3849): nothing is sent there. */
const OUTSIDE = ["192.0.2.1", "2001:db8::1"] as const;
const DISCARD_PORT = 9;
/** Addresses that are the same in every network: of this machine alone, or of one link. */
const NOWHERE = /^(127\.|169\.254\.|0\.0\.0\.0$|::$|::1$|fe[89ab])/i;
/** Of an IPv6 address: the rest changes by itself (RFC 8981). */
const NETWORK_GROUPS = 4;
const GROUPS = 8;

/** What tells of this machine's ways out; tests have others. */
export interface Ways {
  /** The address of this machine that is used towards another; undefined: no way leads there. */
  readonly sourceTowards: (address: string) => string | undefined;
  readonly interfaces: () => readonly Pick<NetworkInterfaceInfo, "address" | "netmask">[];
}

const REAL_WAYS: Ways = {
  sourceTowards,
  interfaces: () => Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []),
};

/**
 * The network by which the first of these servers is reached to which there is a way; where they
 * are on this machine or link, the one by which the world is. Undefined where no way leads out.
 * Interfaces that lead elsewhere do not count.
 */
export function reachedBy(servers: readonly string[], ways: Ways = REAL_WAYS): string | undefined {
  const sources = [...servers, ...OUTSIDE].map((server) => ways.sourceTowards(server));
  const source = sources.find((one) => one !== undefined && !NOWHERE.test(one));
  return source === undefined ? undefined : networkOf(source, ways.interfaces());
}

/** Connects a UDP socket, which sends nothing, and looks at its own end. */
export function sourceTowards(address: string): string | undefined {
  const family = isIPv6(address) ? 6 : 4;
  // Node's own look-up of what is an address already would take another turn.
  const socket = createSocket({
    type: family === 6 ? "udp6" : "udp4",
    lookup: (host, _options, done) => done(null, host, family),
  });
  socket.on("error", () => {});
  try {
    socket.connect(DISCARD_PORT, address, () => {});
    const source = socket.address().address;
    return source === "0.0.0.0" || source === "::" ? undefined : source;
  } catch {
    return undefined;
  } finally {
    socket.close();
  }
}

function networkOf(source: string, interfaces: ReturnType<Ways["interfaces"]>): string {
  if (isIPv6(source)) return groupsOf(source).slice(0, NETWORK_GROUPS).join(":");
  const { netmask = "255.255.255.255" } =
    interfaces.find(({ address }) => address === source) ?? {};
  const mask = netmask.split(".").map(Number);
  return source
    .split(".")
    .map((octet, at) => Number(octet) & (mask[at] ?? 255))
    .join(".");
}

/** All eight of them. */
function groupsOf(address: string): readonly string[] {
  const [head = "", tail] = address.replace(/%.*$/, "").split("::");
  const first = head === "" ? [] : head.split(":");
  const last = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = Array.from({ length: GROUPS - first.length - last.length }, () => "0");
  return tail === undefined ? first : [...first, ...zeros, ...last];
}
