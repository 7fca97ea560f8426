// What the zones of the benchmark hold, as data that every server's own format is made from.

import { once } from "node:events";
import { createWriteStream } from "node:fs";

/** Apex of every zone of the benchmark. */
export const APEX = "bench.test.";
/** The key that may update and transfer. Public: it guards nothing. */
export const KEY = {
  name: "bench-key.",
  algorithm: "hmac-sha256",
  secret: "YmVuY2hiZW5jaGJlbmNoYmVuY2hiZW5jaGJlbmNoMTI=",
} as const;

/** What a zone is made of. */
export interface BenchZone {
  /** Endpoint names, each with one address, or ten. */
  readonly names: number;
  /** One name in so many has ten addresses; 0: none has. */
  readonly tenEvery: number;
  /** Whether each name has a fence beside it, for all servers alike. */
  readonly fences: boolean;
  /** Whether names with ten addresses are answered with one, chosen by weight. */
  readonly weighted: boolean;
  /** TTL of its records in seconds; {@link TTL_SECONDS} where nothing is said. */
  readonly ttlSeconds?: number;
}

/** Addresses of a name that has more than one. */
const TEN = 10;
/** Distance between the first addresses of two names; 2^20 names fit into 10.0.0.0/8. */
export const ADDRESS_STEP = 16;
export const NAMES_MAX = 2 ** 20;
/** Weights of the ten, as an operator might set them: unequal, so that the choice is work. */
export const WEIGHTS: readonly number[] = [100, 100, 100, 100, 100, 100, 50, 50, 50, 25];
export const TTL_SECONDS = 60;
export const FENCE_TTL_SECONDS = 30;
const DIGEST = "0123456789abcdef";
const WRITE_LINES = 4_096;

/** First label of name number `index`. */
export function labelOf(index: number): string {
  return `n${index.toString().padStart(7, "0")}`;
}

/** How many addresses name number `index` has. */
export function addressCount(zone: BenchZone, index: number): number {
  return zone.tenEvery > 0 && index % zone.tenEvery === 0 ? TEN : 1;
}

/** Address number `offset` of name number `index`; its first is that of offset 0. */
export function addressOf(index: number, offset = 0): string {
  const low = index * ADDRESS_STEP + offset;
  return `10.${(low >> 16) & 255}.${(low >> 8) & 255}.${low & 255}`;
}

/** Whether these octets are an address of name number `index`. */
export function isAddressOf(index: number, octets: ArrayLike<number>): boolean {
  if (octets.length !== 4) return false;
  const low = ((octets[1] ?? 0) << 16) | ((octets[2] ?? 0) << 8) | (octets[3] ?? 0);
  return octets[0] === 10 && Math.floor(low / ADDRESS_STEP) === index;
}

/** The fence that name number `index` holds after its write number `edition`, from 1. */
export function fenceTextAt(edition: number): string {
  return (
    `holdfast=1 epoch=0 generation=${edition} edition=${edition} ` + `types=A digest=${DIGEST}`
  );
}

/** The weights text of a name with ten addresses. */
export function weightsTextOf(): string {
  return `holdfast-weights=1 answers=1 A=${WEIGHTS.join(",")}`;
}

/** The lines of a master file (RFC 1035 section 5), in pieces of many lines. */
export function* zoneFileText(zone: BenchZone): Generator<string> {
  yield `$ORIGIN ${APEX}
$TTL ${zone.ttlSeconds ?? TTL_SECONDS}
@ SOA ns1 hostmaster 100 300 60 2419200 30
@ NS ns1
ns1 A 192.0.2.53
_seed._holdfast ${FENCE_TTL_SECONDS} TXT "holdfast-seed=1"
`;
  let lines: string[] = [];
  for (let index = 0; index < zone.names; index += 1) {
    const label = labelOf(index);
    const count = addressCount(zone, index);
    for (let offset = 0; offset < count; offset += 1) {
      lines.push(`${label} A ${addressOf(index, offset)}`);
    }
    if (zone.fences) lines.push(`_holdfast.${label} ${FENCE_TTL_SECONDS} TXT "${fenceTextAt(1)}"`);
    if (zone.weighted && count > 1) {
      lines.push(`_weights._holdfast.${label} ${FENCE_TTL_SECONDS} TXT "${weightsTextOf()}"`);
    }
    if (lines.length > WRITE_LINES) {
      yield `${lines.join("\n")}\n`;
      lines = [];
    }
  }
  yield `${lines.join("\n")}\n`;
}

/** Writes pieces of text to a file, without holding all of it. */
export async function writePieces(path: string, pieces: Iterable<string>): Promise<void> {
  const file = createWriteStream(path);
  for (const piece of pieces) {
    if (!file.write(piece)) await once(file, "drain");
  }
  file.end();
  await once(file, "close");
}
