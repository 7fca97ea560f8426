import { z } from "zod";
import { DNS_SCHEMA, SECONDARIES, TRANSFER_TO } from "./dnsSchema.ts";
import {
  duration,
  id,
  idRef,
  ids,
  key,
  list,
  optionalDuration,
  optionalText,
  TTL_ALLOWED,
  text,
  WHOLE,
} from "./keyFacts.ts";

const velocity = z.strictObject({
  fraction: key(z.number().gt(0).max(1).optional(), {
    meaning: "Largest share of an endpoint's capacity that checks may take out in one window.",
    allowed: "a number above 0, up to 1 (no limit)",
    otherwise: "0.5",
  }),
  window: optionalDuration("The window it is measured over.", "from 1s to 1h", "10s"),
});

// What both an endpoint and `defaults` may say.
const serving = {
  ttl: optionalDuration("TTL of the address records.", `${TTL_ALLOWED}, 0s or more`, "5s"),
  answers: key(z.union([z.int().min(1).max(400), z.literal("all")]).optional(), {
    meaning: "Addresses in one answer, drawn by weight; DNS servers of others always give all.",
    allowed: `${WHOLE(1, 400)}, or all`,
    otherwise: "2",
  }),
  floor: key(z.int().min(1).max(400).optional(), {
    meaning: "Usable targets a pool must have to serve; under it, the next pool, or fail open.",
    allowed: WHOLE(1, 400),
    otherwise: "1",
  }),
  velocity: key(velocity.optional(), {
    meaning: "How fast capacity may leave because of checks. Operators are not held back.",
    allowed: "fraction and window",
    otherwise: "fraction 0.5, window 10s",
  }),
};

const NAMESERVER_SCHEMA = z.strictObject({
  name: text("Name of the server, for the NS record.", "a domain name"),
  addresses: key(z.array(z.string()).min(1).max(16).optional(), {
    meaning: "Its addresses (glue): needed where the name is in this zone, refused elsewhere.",
    allowed: "IPv4 and IPv6 addresses",
    otherwise: "none",
  }),
});

export const ZONE_SCHEMA = z.strictObject({
  name: text("The zone's apex.", "a domain name"),
  nameservers: key(z.array(NAMESERVER_SCHEMA).min(1).max(16).optional(), {
    meaning: "Servers of the zone, for its NS records; the first is the primary in the SOA.",
    allowed: "1 to 16 of name and addresses",
    otherwise: "none; needed where our own nameserver holds the zone",
  }),
  hostmaster: optionalText(
    "Mailbox in the SOA record, written as a name.",
    "a domain name",
    "hostmaster. and the zone's name",
  ),
  negativeTtl: optionalDuration(
    "How long resolvers may believe that a name does not exist. Short: it outlives repairs.",
    "in whole seconds from 1s to 30s",
    "5s",
  ),
  apexTtl: optionalDuration("TTL of the SOA, NS and glue records.", TTL_ALLOWED, "1h"),
  stores: key(z.array(idRef()).min(1).optional(), {
    meaning: "Zone stores that hold the zone; each holds all of it.",
    allowed: "ids of stores, at least one",
    otherwise: "all stores",
  }),
  dnssec: key(z.boolean().optional(), {
    meaning: "Sign the zone (DNSSEC). Signed names answer with their whole planned set.",
    allowed: "true or false",
    otherwise: "false",
  }),
  secondaries: SECONDARIES(
    "Servers that copy the zone from ours: they may transfer it and are sent NOTIFY.",
    "those of dns",
  ),
  transferTo: TRANSFER_TO,
});

export const STORE_SCHEMA = z.discriminatedUnion("kind", [
  z.strictObject({
    id: id("Id of the store."),
    kind: key(z.literal("embedded"), {
      meaning: "Our own nameserver, or one of others that takes DNS UPDATE (RFC 2136).",
      allowed: "embedded (at most one), or rfc2136",
    }),
  }),
  z.strictObject({
    id: id("Id of the store."),
    kind: key(z.literal("rfc2136"), {
      meaning: "Our own nameserver, or one of others that takes DNS UPDATE (RFC 2136).",
      allowed: "embedded (at most one), or rfc2136",
    }),
    server: text(
      "For rfc2136: where the server takes updates, over TCP.",
      "address:port, IPv6 in brackets",
    ),
    key: key(idRef(), {
      meaning: "For rfc2136: the TSIG key to sign with.",
      allowed: "id of a key",
    }),
    reads: key(z.enum(["any", "by-type"]).optional(), {
      meaning: "For rfc2136: whether one ANY query reads a name whole, or each type is asked for.",
      allowed: "any, or by-type",
      otherwise: "by-type",
    }),
  }),
]);

export const KEY_SCHEMA = z.strictObject({
  id: id("Id of the key."),
  name: text("Name of the key, as the server knows it.", "a domain name"),
  algorithm: key(z.enum(["hmac-sha256", "hmac-sha384", "hmac-sha512"]).optional(), {
    meaning: "Algorithm of the key (RFC 8945).",
    allowed: "hmac-sha256, hmac-sha384 or hmac-sha512",
    otherwise: "hmac-sha256",
  }),
  secretFile: optionalText(
    "File that holds the secret (base64), relative to this one. Secrets never stand in here.",
    "a path; either this or secretEnvironment",
    "none",
  ),
  secretEnvironment: optionalText(
    "Environment variable that holds the secret (base64).",
    "a name; either this or secretFile",
    "none",
  ),
});

export const CHECK_SCHEMA = z.strictObject({
  id: id("Id of the check."),
  kind: key(z.enum(["http", "https", "tcp"]), {
    meaning: "How a target is asked: any 2xx answer, or an accepted connection, is a pass.",
    allowed: "http, https or tcp",
  }),
  port: key(z.int().min(1).max(65_535), {
    meaning: "Port on the target's own address.",
    allowed: WHOLE(1, 65_535),
  }),
  path: key(
    z
      .string()
      .regex(/^\/[!-~]{0,1023}$/)
      .optional(),
    {
      meaning: "Request path, for http and https.",
      allowed: "a path that starts with /",
      otherwise: "/",
    },
  ),
  host: optionalText(
    "Host header, and for https the name on the certificate.",
    "a host name",
    "the target's address",
  ),
  interval: duration("Wait between two probes of a target.", "from 100ms to 1h"),
  timeout: duration("How long a probe may take.", "from 10ms up to the interval"),
  jitter: optionalDuration(
    "Up to this much is added to each wait, so that probes do not march in step.",
    "up to the interval",
    "0ms",
  ),
  rise: key(z.int().min(1).max(100).optional(), {
    meaning: "Passes in a row before a target is up.",
    allowed: WHOLE(1, 100),
    otherwise: "2",
  }),
  fall: key(z.int().min(1).max(100).optional(), {
    meaning: "Failures in a row before a target is down.",
    allowed: WHOLE(1, 100),
    otherwise: "2",
  }),
});

export const TARGET_SCHEMA = z.strictObject({
  id: id("Id of the load balancer."),
  zone: id("Availability zone that it stands in."),
  ipv4: optionalText("Its IPv4 address.", "an IPv4 address; at least one of ipv4, ipv6", "none"),
  ipv6: optionalText("Its IPv6 address.", "an IPv6 address; at least one of ipv4, ipv6", "none"),
  capacity: key(z.int().min(1).max(65_535).optional(), {
    meaning: "Share of traffic that it can take, relative to the others.",
    allowed: WHOLE(1, 65_535),
    otherwise: "100",
  }),
});

export const POOL_SCHEMA = z.strictObject({
  id: id("Id of the pool."),
  check: key(idRef(), { meaning: "How its targets are checked.", allowed: "id of a check" }),
  targets: key(z.array(idRef()).min(1), {
    meaning: "The load balancers in it.",
    allowed: "ids of targets, 1 to 400",
  }),
});

export const ENDPOINT_SCHEMA = z.strictObject({
  name: text(
    "The service name.",
    "a domain name, relative to the zone unless it ends in a dot; no wildcard",
  ),
  zone: text("The zone it stands in.", "name of a zone in zones"),
  pools: ids("Pools in order of preference.", "ids of pools, at least one"),
  types: key(
    z
      .array(z.enum(["A", "AAAA"]))
      .min(1)
      .max(2)
      .optional(),
    {
      meaning: "Address types to answer with. A type once served stays until it is retired.",
      allowed: "A, AAAA or both",
      otherwise: "A and AAAA, where targets have them",
    },
  ),
  ...serving,
});

/** What an included file may hold: lists, which are joined to those of the main file. */
export const INCLUDED_SHAPE = {
  checks: list(CHECK_SCHEMA, "Ways to check targets.", "none"),
  targets: list(TARGET_SCHEMA, "Load balancers.", "none"),
  pools: list(POOL_SCHEMA, "Named sets of targets with one check.", "none"),
  endpoints: list(ENDPOINT_SCHEMA, "Service names.", "none"),
};

const listen = "address:port, IPv6 in brackets";

/** What the main file may hold. */
export const MAIN_SHAPE = {
  version: key(z.literal(1), { meaning: "Version of this format.", allowed: "1" }),
  region: id("The region that this instance is for. State belongs to one region."),
  state: optionalText(
    "State folder, where --state names no other; relative to the current directory.",
    "a path",
    ".holdfast",
  ),
  include: key(z.array(z.string().min(1)).max(1000).optional(), {
    meaning: "More files (.json ones are read fastest), relative to this one, no patterns.",
    allowed: "paths, at most 1000",
    otherwise: "none",
  }),
  dns: key(DNS_SCHEMA.optional(), {
    meaning: "Our nameserver.",
    allowed: "the keys below",
    otherwise: "listen on 127.0.0.1:5300",
  }),
  api: key(
    z
      .strictObject({
        listen: key(z.string(), { meaning: "Address the HTTP API listens on.", allowed: listen }),
      })
      .optional(),
    { meaning: "The HTTP API.", allowed: "listen", otherwise: "listen on 127.0.0.1:8053" },
  ),
  enactors: key(z.array(idRef()).min(1).max(9).optional(), {
    meaning: "Ids of the processes that write plans into zones, each on its own.",
    allowed: "1 to 9 ids",
    otherwise: "enactor-1, enactor-2, enactor-3",
  }),
  prober: key(
    z
      .strictObject({
        vantage: id("Name that the prober's results carry."),
      })
      .optional(),
    { meaning: "The prober.", allowed: "vantage", otherwise: "vantage prober- and the region" },
  ),
  stores: list(STORE_SCHEMA, "Where served records live.", "one, embedded, with id embedded"),
  keys: list(
    KEY_SCHEMA,
    "TSIG keys shared with others: their DNS servers, secondaries and updaters.",
    "none",
  ),
  zones: key(z.array(ZONE_SCHEMA).min(1).max(1000), {
    meaning: "Zones that hold endpoints.",
    allowed: "a list of 1 to 1000",
  }),
  defaults: key(z.strictObject(serving).optional(), {
    meaning: "What endpoints have that do not say otherwise.",
    allowed: "ttl, answers, floor, velocity",
    otherwise: "as below",
  }),
  ...INCLUDED_SHAPE,
  demo: key(
    z
      .strictObject({
        loadBalancers: key(z.boolean(), {
          meaning: "Start a made-up HTTP load balancer on every target's IPv4 address.",
          allowed: "true or false; needs IPv4 addresses in 127.0.0.0/8",
        }),
      })
      .optional(),
    { meaning: "For trying Holdfast out.", allowed: "loadBalancers", otherwise: "off" },
  ),
};

export type ZoneText = z.output<typeof ZONE_SCHEMA>;
export type StoreText = z.output<typeof STORE_SCHEMA>;
export type KeyText = z.output<typeof KEY_SCHEMA>;
export type CheckText = z.output<typeof CHECK_SCHEMA>;
export type TargetText = z.output<typeof TARGET_SCHEMA>;
export type PoolText = z.output<typeof POOL_SCHEMA>;
export type EndpointText = z.output<typeof ENDPOINT_SCHEMA>;
export type ServingText = Pick<EndpointText, "ttl" | "answers" | "floor" | "velocity">;
