import { getServers } from "node:dns";
import { readFileSync, statSync } from "node:fs";
import { isIP } from "node:net";
import { networkInterfaces } from "node:os";
import type { UpstreamServer } from "../upstream/exchange.ts";

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
  #readMs = Number.NEGATIVE_INFINITY;
  #servers: readonly UpstreamServer[] = [];
  #network = "";
  #hosts: ReadonlySet<string> = new Set();
  #hostsStamp = "";

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** The servers that the system asks, at most three. */
  get servers(): readonly UpstreamServer[] {
    this.#refresh();
    return this.#servers;
  }

  /** The networks that this machine has addresses in. */
  get network(): string {
    this.#refresh();
    return this.#network;
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
    this.#servers = readServers();
    this.#network = readNetwork();
    const stamp = stampOf(HOSTS);
    if (stamp !== this.#hostsStamp) this.#hosts = readHosts();
    this.#hostsStamp = stamp;
  }
}

/** `nameserver` lines of resolv.conf(5); where there is no such file, what Node found. */
function readServers(): readonly UpstreamServer[] {
  const text = readText(RESOLV_CONF);
  const places = text === undefined ? getServers() : nameservers(text);
  return places.slice(0, SERVERS_MAX).flatMap((place) => {
    const address = place.replace(/^\[(.*)\].*$/, "$1");
    return isIP(address.replace(/%.*$/, "")) === 0 ? [] : [{ address, port: DNS_PORT }];
  });
}

function nameservers(text: string): readonly string[] {
  return [...text.matchAll(/^[ \t]*nameserver[ \t]+(\S+)/gm)].map(([, place = ""]) => place);
}

function readNetwork(): string {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const outside = all.filter(({ internal, cidr }) => !internal && cidr !== null);
  return [...new Set(outside.map(({ address, netmask }) => networkOf(address, netmask)))]
    .sort((left, right) => (left < right ? -1 : 1))
    .join(",");
}

/** An IPv4 network; of IPv6 the first half, as the rest changes by itself (RFC 8981). */
function networkOf(address: string, netmask: string): string {
  if (isIP(address) === 6) return address.split(":").slice(0, 4).join(":");
  const mask = netmask.split(".").map(Number);
  return address
    .split(".")
    .map((octet, at) => Number(octet) & (mask[at] ?? 255))
    .join(".");
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
