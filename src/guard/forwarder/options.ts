import { type SocketAddress, UDP_THREADS_MAX } from "../../base/index.ts";
import { readSocketAddress, socketAddressText } from "../../config/index.ts";
import { type IpNetwork, type Name, parseIpNetwork, parseName } from "../../dns/index.ts";
import { GuardError } from "../guardError.ts";
import type { UpstreamServer } from "../upstream/exchange.ts";
import { isLoopback } from "./clientServer.ts";
import { CACHE_OCTETS_MIN } from "./forwarder.ts";

/** What `holdfast guard` was asked for, as typed. */
export interface ForwarderWords {
  readonly upstreams: readonly string[];
  readonly listen: readonly string[];
  readonly allow: readonly string[];
  readonly off: readonly string[];
  readonly http?: string | undefined;
  readonly cache?: string | undefined;
  readonly threads?: string | undefined;
}

/** The same, understood. */
export interface ForwarderOptions {
  readonly upstreams: readonly UpstreamServer[];
  readonly listen: readonly SocketAddress[];
  readonly allowed: readonly IpNetwork[];
  readonly off: readonly Name[];
  readonly http?: SocketAddress;
  readonly cacheOctetsMax: number;
  /** Threads that answer over UDP on each address; 0: none. */
  readonly threads: number | "auto";
}

const DNS_PORT = 53;
const TLS_PORT = 853; // RFC 7858 section 3.1
const LISTEN: SocketAddress = { address: "127.0.0.1", port: DNS_PORT };
const CACHE_OCTETS = 64 * 2 ** 20;
const CACHE_OCTETS_MAX = 16 * 2 ** 30;
const OCTETS_PER_UNIT: Readonly<Record<string, number>> = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

/**
 * Reads the words of a command line.
 *
 * @throws GuardError `bad-option`: which, and what must stand there.
 */
export function readForwarderOptions(words: ForwarderWords): ForwarderOptions {
  const { upstreams, listen, allow, off, http, cache, threads } = words;
  const servers = upstreams.map((text) => {
    const form = "an address, as 192.0.2.53#53, or tls://1.1.1.1#cloudflare-dns.com";
    return readUpstream(text) ?? wrong("--upstream", form, text);
  });
  if (servers.length === 0) {
    throw badOption("--upstream", "Name the servers that are asked: --upstream 192.0.2.53");
  }
  const allowed = allow.map((text) => {
    return parseIpNetwork(text) ?? wrong("--allow", "a network, as 10.0.0.0/8", text);
  });
  const places = listen.map((text) => socketAddress("--listen", text));
  for (const place of places) checkListen(place, servers, allowed.length > 0);
  const status = http === undefined ? {} : { http: httpPlace(http, allowed.length > 0) };
  const names = off.map((text) => {
    const parsed = parseName(text);
    return parsed.kind === "parsed" ? parsed.name : wrong("--off", "a domain name", text);
  });
  const sizes = { cacheOctetsMax: cacheOctets(cache), threads: threadCount(threads) };
  const rest = { allowed, off: names, ...status, ...sizes };
  return { upstreams: servers, listen: places.length === 0 ? [LISTEN] : places, ...rest };
}

/** `192.0.2.53`, `192.0.2.53#5353`, `tls://1.1.1.1#cloudflare-dns.com`, `tls://1.1.1.1@8853#n`. */
function readUpstream(text: string): UpstreamServer | undefined {
  const found = /^(tls:\/\/)?\[?([0-9A-Fa-f.:]+)\]?(?:@([0-9]{1,5}))?(?:#([^#\s]+))?$/.exec(text);
  const [, tls, address = "", at, tail] = found ?? [];
  const network = parseIpNetwork(address);
  if (network === undefined || address.includes("/")) return undefined;
  if (tls === undefined) {
    const port = portOf(at ?? tail, DNS_PORT);
    return port === undefined || (at !== undefined && tail !== undefined)
      ? undefined
      : { address, port };
  }
  const port = portOf(at, TLS_PORT);
  const parsed = tail === undefined ? undefined : parseName(tail);
  if (tail === undefined || parsed?.kind !== "parsed" || port === undefined) return undefined;
  return { address, port, tlsName: tail.replace(/\.$/, "") };
}

function checkListen(
  on: SocketAddress,
  upstreams: readonly UpstreamServer[],
  hasAllowed: boolean,
): void {
  const text = socketAddressText(on);
  if (!isLoopback(on.address) && !hasAllowed) {
    throw badOption(
      "--listen",
      `--listen ${text} is not this machine alone: say who may ask with --allow 10.0.0.0/8, ` +
        "as an open resolver is a weapon in others' hands",
    );
  }
  const isSame = upstreams.some(({ address, port }) => address === on.address && port === on.port);
  if (isSame) throw badOption("--listen", `--listen and --upstream must differ: both are ${text}`);
}

function httpPlace(text: string, hasAllowed: boolean): SocketAddress {
  const on = socketAddress("--http", text);
  if (isLoopback(on.address) || hasAllowed) return on;
  throw badOption(
    "--http",
    `--http ${text} is not this machine alone: say who may read it with --allow 10.0.0.0/8, ` +
      "as it shows which names are asked for",
  );
}

function socketAddress(option: string, text: string): SocketAddress {
  return readSocketAddress(text) ?? wrong(option, "address:port, as 127.0.0.1:53", text);
}

function cacheOctets(text: string | undefined): number {
  if (text === undefined) return CACHE_OCTETS;
  const found = /^([1-9][0-9]{0,9})([KMG])$/.exec(text);
  const octets = Number(found?.[1]) * (OCTETS_PER_UNIT[found?.[2] ?? ""] ?? Number.NaN);
  if (octets >= CACHE_OCTETS_MIN && octets <= CACHE_OCTETS_MAX) return octets;
  return wrong("--cache", "a size in 1M..16G, as 64M", text);
}

function threadCount(text: string | undefined): number | "auto" {
  if (text === undefined) return "auto";
  const count = /^[0-9]{1,2}$/.test(text) ? Number(text) : Number.NaN;
  if (count <= UDP_THREADS_MAX) return count;
  return wrong("--threads", `a number in 0..${UDP_THREADS_MAX}`, text);
}

function portOf(text: string | undefined, otherwise: number): number | undefined {
  if (text === undefined) return otherwise;
  const port = Number(text);
  return /^[0-9]+$/.test(text) && port >= 1 && port <= 65_535 ? port : undefined;
}

function wrong(option: string, form: string, text: string): never {
  throw badOption(option, `${option} must be ${form}: it is "${text}"`);
}

function badOption(option: string, problem: string): GuardError {
  return new GuardError({ code: "bad-option", option }, problem);
}
