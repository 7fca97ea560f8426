import { z } from "zod";
import { EXEMPT_NETWORKS_MAX, NSID_OCTETS_MAX, UDP_THREADS_MAX } from "../base/index.ts";
import { idRef, key, optionalText, text, WHOLE } from "./keyFacts.ts";

const ADDRESS_PORT = "address:port, IPv6 in brackets";
const NETWORKS = "networks such as 192.0.2.0/24, or single addresses";

const secondary = z.strictObject({
  address: text("Where it listens; transfers go to this address from any port.", ADDRESS_PORT),
  key: key(idRef().optional(), {
    meaning: "TSIG key that its transfers must be signed with, and NOTIFY is.",
    allowed: "id of a key",
    otherwise: "none: its address is enough",
  }),
});

/** The list of secondaries, of all zones or of one. */
export const SECONDARIES = (meaning: string, otherwise: string) =>
  key(z.array(secondary).max(64).optional(), {
    meaning,
    allowed: "a list of address and key, at most 64",
    otherwise,
  });

const transfer = z.strictObject({
  network: text("Where transfers may be asked from.", "a network such as 192.0.2.0/24, or address"),
  key: key(idRef().optional(), {
    meaning: "TSIG key that they must be signed with.",
    allowed: "id of a key",
    otherwise: "none: the address is enough",
  }),
});

/** Who else may transfer a zone. */
export const TRANSFER_TO = key(z.array(transfer).max(64).optional(), {
  meaning: "Who else may transfer the zone, without being sent NOTIFY.",
  allowed: "a list of network and key, at most 64",
  otherwise: "nobody",
});

const rateLimit = z.strictObject({
  responsesPerSecond: key(z.int().min(1).max(1_000_000).optional(), {
    meaning: "Like answers that one network (/24, /56) gets in a second over UDP.",
    allowed: WHOLE(1, 1_000_000),
    otherwise: "200",
  }),
  slip: key(z.int().min(0).max(10).optional(), {
    meaning:
      "Of answers over the limit, every so-manieth goes out truncated, to be asked over TCP.",
    allowed: `${WHOLE(0, 10)}; 0 drops all, 1 truncates all`,
    otherwise: "2",
  }),
  exempt: key(z.array(z.string()).max(EXEMPT_NETWORKS_MAX).optional(), {
    meaning: "Networks that are never limited.",
    allowed: `${NETWORKS}, at most ${EXEMPT_NETWORKS_MAX}`,
    otherwise: "127.0.0.0/8 and ::1",
  }),
});

const updateKey = z.strictObject({
  key: key(idRef(), { meaning: "The TSIG key.", allowed: "id of a key" }),
  zones: key(z.array(z.string()).min(1).max(1000).optional(), {
    meaning: "Zones that it may update.",
    allowed: "names of zones in zones, at least one",
    otherwise: "every zone of our nameserver",
  }),
  names: key(z.array(z.string()).min(1).max(64).optional(), {
    meaning: "Owners that it may write.",
    allowed:
      "names, relative to the zone unless they end in a dot; a label * is one label or more, " +
      "@ the apex; 1 to 64",
    otherwise: "every name",
  }),
  types: key(z.array(z.string()).min(1).max(64).optional(), {
    meaning: "Types that it may write.",
    allowed: "types such as TXT or TYPE65280, 1 to 64",
    otherwise: "every type",
  }),
});

/** Our own nameserver, as the main file has it. */
export const DNS_SCHEMA = z.strictObject({
  listen: key(z.array(z.string()).min(1).max(64).optional(), {
    meaning: "Addresses our nameserver listens on, UDP and TCP.",
    allowed: `${ADDRESS_PORT}; 1 to 64`,
    otherwise: "127.0.0.1:5300",
  }),
  nsid: optionalText(
    "Text that tells this server from others to who asks for it (NSID, RFC 5001).",
    `text, at most ${NSID_OCTETS_MAX} octets`,
    "nothing is told",
  ),
  udpThreads: key(z.union([z.int().min(0).max(UDP_THREADS_MAX), z.literal("auto")]).optional(), {
    meaning:
      "Threads that answer UDP on each address. 0: the main thread does; auto: one per core. " +
      `All addresses share ${UDP_THREADS_MAX}.`,
    allowed: `${WHOLE(0, UDP_THREADS_MAX)}, or auto`,
    otherwise: "auto",
  }),
  rateLimit: key(z.union([rateLimit, z.literal("off")]).optional(), {
    meaning: "Response rate limiting, against floods with forged senders.",
    allowed: "responsesPerSecond, slip and exempt; or off",
    otherwise: "as below",
  }),
  catalog: optionalText(
    "Name of a catalog zone (RFC 9432): secondaries that read it take on every zone here.",
    "a domain name that is no zone in zones",
    "none",
  ),
  secondaries: SECONDARIES(
    "Servers that copy our zones, where a zone names none of its own; and the catalog zone.",
    "none",
  ),
  updateKeys: key(z.array(updateKey).max(256).optional(), {
    meaning: "Who else may update our zones by DNS UPDATE, and what. Rules hold for all.",
    allowed: "a list of key, zones, names and types, at most 256",
    otherwise: "nobody",
  }),
});

export type DnsText = z.output<typeof DNS_SCHEMA>;
export type SecondaryText = z.output<typeof secondary>;
export type TransferText = z.output<typeof transfer>;
export type UpdateKeyText = z.output<typeof updateKey>;
export type RateLimitText = z.output<typeof rateLimit>;
