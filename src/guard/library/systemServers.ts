import { getServers } from "node:dns";
import { readFileSync, statSync } from "node:fs";
import { isIP } from "node:net";
import { hostname, type NetworkInterfaceInfo, networkInterfaces } from "node:os";
import type { UpstreamServer } from "../upstream/exchange.ts";
import { reachedBy } from "./reachedBy.ts";

const RESOLV_CONF = "/etc/resolv.conf";
const HOSTS = "/etc/hosts";
/** What the system says of itself is read again after this. */
const FRESH_MS = 5000;
const DNS_PORT = 53;
/** As resolv.conf(5) has it. */
const SERVERS_MAX = 3;
/** A hosts file with more octets is not read: names in it go to the system's own look-up anyway. */
const HOSTS_OCTETS_MAX = 4 * 2 ** 20;

/** What this machine says of its network: servers, addresses, names of its own. */
export class SystemServers {
  readonly #nowMs: () => number;
  readonly #upstreams: readonly UpstreamServer[] | undefined;
  readonly #reachedBy: typeof reachedBy;
  #readMs = Number.NEGATIVE_INFINITY;
  #servers: readonly UpstreamServer[] = [];
  #network = "";
  #hasIpv6 = false;
  #ndots = 1;
  #hosts: ReadonlySet<string> = new Set();
  #hostsStamp = "";

  /** `upstreams`: who is asked instead of the system's servers, if anybody. */
  constructor(
    nowMs: () => number,
    upstreams?: readonly UpstreamServer[],
    reachedByThem: typeof reachedBy = reachedBy,
  ) {
    this.#nowMs = nowMs;
    this.#upstreams = upstreams;
    this.#reachedBy = reachedByThem;
  }

  /** The servers that the system asks, at most three. */
  get servers(): readonly UpstreamServer[] {
    this.#refresh();
    return this.#servers;
  }

  /**
   * The network by which those are reached that are asked; the last one while there is none, so
   * that what is known can be served as stale.
   */
  get network(): string {
    this.#refresh();
    return this.#network;
  }

  /** Whether it has IPv6 addresses that others can reach. */
  get hasIpv6(): boolean {
    this.#refresh();
    return this.#hasIpv6;
  }

  /**
   * Dots from which on the system asks for a name as it is before it tries its search domains; 1
   * where it has none, as it asks for every name with a dot as it is then.
   */
  get ndots(): number {
    this.#refresh();
    return this.#ndots;
  }

  /** Whether a name, in lower case, is one of the hosts file. */
  isLocal(name: string): boolean {
    this.#refresh();
    return this.#hosts.has(name);
  }

  #refresh(): void {
    const nowMs = this.#nowMs();
    if (nowMs - this.#readMs < FRESH_MS) return;
    this.#readMs = nowMs;
    const resolvConf = readText(RESOLV_CONF);
    const servers = readServers(resolvConf);
    // Whoever leaves a network leaves nobody to ask: that is no network of its own.
    if (servers.length > 0) this.#servers = servers;
    this.#ndots = ndotsOf(resolvConf ?? "", hostname());
    const asked = (this.#upstreams ?? this.#servers).map(({ address }) => address);
    this.#network = this.#reachedBy(asked) ?? this.#network;
    this.#hasIpv6 = addressesOutside().some(
      ({ family, scopeid }) => family === "IPv6" && scopeid === 0,
    );
    const stamp = stampOf(HOSTS);
    if (stamp !== this.#hostsStamp) this.#hosts = readHosts();
    this.#hostsStamp = stamp;
  }
}

/** `nameserver` lines of resolv.conf(5); where there is no such file, what Node found. */
function readServers(text: string | undefined): readonly UpstreamServer[] {
  const places = text === undefined ? getServers() : nameservers(text);
  return places.slice(0, SERVERS_MAX).flatMap((place) => {
    const address = place.replace(/^\[(.*)\].*$/, "$1");
    return isIP(address.replace(/%.*$/, "")) === 0 ? [] : [{ address, port: DNS_PORT }];
  });
}

function nameservers(text: string): readonly string[] {
  return [...text.matchAll(/^[ \t]*nameserver[ \t]+(\S+)/gm)].map(([, place = ""]) => place);
}

/** See {@link SystemServers.ndots}; `host`: what this machine calls itself. */
export function ndotsOf(text: string, host: string): number {
  // The last line counts; the root is no domain. Without a line it is the machine's own domain.
  const lists = [...text.matchAll(/^(?:search|domain)[ \t]+(.*)$/gm)];
  const [, list = host.replace(/^[^.]*\.?/, "")] = lists.at(-1) ?? [];
  if (list.split(/\s+/).every((domain) => domain === "" || domain === ".")) return 1;
  const options = [...text.matchAll(/^options[ \t].*?\bndots:([0-9]{1,2})\b/gm)];
  return Math.max(1, Number(options.at(-1)?.[1] ?? 1));
}

function addressesOutside(): readonly NetworkInterfaceInfo[] {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.filter(({ internal, cidr }) => !internal && cidr !== null);
}

function readHosts(): ReadonlySet<string> {
  const lines = (readText(HOSTS) ?? "").split("\n");
  const names = lines.flatMap((line) => {
    const [, ...found] = line.replace(/#.*$/, "").trim().split(/\s+/);
    return found;
  });
  return new Set(names.map((name) => name.toLowerCase().replace(/\.$/, "")));
}

function stampOf(path: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(path);
    return `${mtimeMs} ${size} ${ino}`;
  } catch {
    return "none";
  }
}

function readText(path: string): string | undefined {
  try {
    if (statSync(path).size > HOSTS_OCTETS_MAX) return undefined;
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
