// Fenced UPDATEs as an enactor sends them, made and signed beforehand, so that sending them costs
// next to nothing: each is conditional on the fence before it, and replaces fence and addresses.
import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { base64Bytes, concatBytes, utf8 } from "../../src/base/index.ts";
import {
  encodeTxt,
  encodeUpdate,
  frame,
  type Name,
  nameOf,
  RRClass,
  RRType,
  signMessage,
  type TsigKey,
  type UpdateStep,
} from "../../src/dns/index.ts";
import {
  APEX,
  addressCount,
  type BenchZone,
  FENCE_TTL_SECONDS,
  fenceTextAt,
  KEY,
  labelOf,
  TTL_SECONDS,
} from "./benchZone.ts";
import { runLoad } from "./loads.ts";
import { addressRdata } from "./zoneRecords.ts";

/** What updateLoad prints. */
export interface UpdateReport {
  readonly perSecond: number;
  readonly answered: number;
  /** Responses without TSIG. */
  readonly unsigned: number;
  readonly stray: number;
  /** Messages of the file that have been used. */
  readonly next: number;
  readonly exhausted: boolean;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly maxUs: number;
  /** Responses by RCODE. */
  readonly rcodes: readonly number[];
}

/** One run of updateLoad. */
export interface UpdatePlan {
  readonly port: number;
  readonly updates: string;
  readonly skip: number;
  readonly seconds: number;
  readonly outstanding: number;
  /** UPDATEs per second; 0: as fast as they are answered. */
  readonly rate: number;
}

/** Made once and used for the length of a benchmark: a signature holds for this long. */
const FUDGE_SECONDS = 36_000;
const IDS = 65_536;
const WRITE_MESSAGES = 1_024;
/** Names that one pass of UPDATEs touches, one after the other, in an order far from sorted. */
const STRIDE = 7_919;

/** The key that all servers of the benchmark know. */
export const BENCH_KEY: TsigKey = {
  name: nameOf(KEY.name),
  algorithm: KEY.algorithm,
  secret: base64Bytes(KEY.secret) ?? new Uint8Array(0),
};

/** The name that UPDATE number `position` of a file is about, and its new fence's edition. */
export function updateAt(zone: BenchZone, position: number): { index: number; edition: number } {
  return {
    index: (position * (zone.names % STRIDE === 0 ? 1 : STRIDE)) % zone.names,
    edition: 2 + Math.floor(position / zone.names),
  };
}

/** UPDATE number `position`, signed, without its TCP length. */
export function signedUpdate(zone: BenchZone, position: number, timeSeconds: number): Uint8Array {
  const { index, edition } = updateAt(zone, position);
  const endpoint = nameOf(`${labelOf(index)}.${APEX}`);
  const owner = nameOf(`_holdfast.${labelOf(index)}.${APEX}`);
  const fence = (number: number): Uint8Array => encodeTxt([utf8(fenceTextAt(number))]);
  const add = (name: Name, type: number, ttlSeconds: number, rdata: Uint8Array): UpdateStep => {
    return { kind: "add", record: { name, type, class: RRClass.IN, ttlSeconds, rdata } };
  };
  const addresses = addressRdata(index, edition, addressCount(zone, index));
  const message = encodeUpdate(position % IDS, {
    zone: nameOf(APEX),
    prerequisites: [
      {
        kind: "rrset-is",
        rrset: { name: owner, type: RRType.TXT, rdata: [fence(edition - 1)] },
      },
    ],
    steps: [
      { kind: "delete-rrset", name: endpoint, type: RRType.A },
      { kind: "delete-rrset", name: owner, type: RRType.TXT },
      ...addresses.map((rdata) => add(endpoint, RRType.A, TTL_SECONDS, rdata)),
      add(owner, RRType.TXT, FENCE_TTL_SECONDS, fence(edition)),
    ],
  });
  const signing = { timeSeconds, fudgeSeconds: FUDGE_SECONDS };
  return signMessage(message, BENCH_KEY, signing).bytes;
}

/** Writes `count` UPDATEs into a file that updateLoad reads. */
export function writeUpdates(path: string, zone: BenchZone, count: number): void {
  const timeSeconds = Math.floor(Date.now() / 1000);
  const file = openSync(path, "w");
  try {
    for (let first = 0; first < count; first += WRITE_MESSAGES) {
      const last = Math.min(first + WRITE_MESSAGES, count);
      const frames: Uint8Array[] = [];
      for (let position = first; position < last; position += 1) {
        frames.push(frame(signedUpdate(zone, position, timeSeconds)));
      }
      writeSync(file, concatBytes(frames));
    }
  } finally {
    closeSync(file);
  }
}

/**
 * Sends UPDATEs of a file.
 *
 * @throws Error where one of them was not answered, with NOERROR and a signature.
 */
export async function updateLoad(folder: string, plan: UpdatePlan): Promise<UpdateReport> {
  const report = (await runLoad(join(folder, "updateLoad"), [
    `--port=${plan.port}`,
    `--updates=${plan.updates}`,
    `--skip=${plan.skip}`,
    `--seconds=${plan.seconds}`,
    `--outstanding=${plan.outstanding}`,
    `--rate=${plan.rate}`,
  ])) as UpdateReport;
  const sent = report.next - plan.skip;
  if (report.rcodes[0] !== sent || report.unsigned > 0) {
    const rcodes = report.rcodes.flatMap((count, rcode) =>
      count > 0 ? [`${count} x ${rcode}`] : [],
    );
    throw new Error(
      `Cannot compare as all ${sent} UPDATEs must be done: ${report.answered} were answered, ` +
        `by RCODE ${rcodes.join(", ")}; ${report.unsigned} unsigned`,
    );
  }
  return report;
}
