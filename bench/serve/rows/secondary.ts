// Row 8: from the acknowledgement of an UPDATE until a secondary answers with what it wrote.
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { connect, type Socket as Stream } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { utf8 } from "../../../src/base/index.ts";
import {
  decodeMessage,
  encodeMessage,
  encodeTxt,
  FrameReader,
  frame,
  makeQuery,
  nameOf,
  RRType,
} from "../../../src/dns/index.ts";
import { freePort } from "../../../test/processes/freePort.ts";
import { type Bench, inTurns } from "../bench.ts";
import { APEX, type BenchZone, fenceTextAt, labelOf } from "../benchZone.ts";
import { LOAD_CORE } from "../cores.ts";
import { type Measured, medianOf, quantile } from "../figures.ts";
import { RunningServer } from "../runningServer.ts";
import { nsdSecondary } from "../servers/nsd.ts";
import { signedUpdate, updateAt } from "../updateLoad.ts";

const NAMES = 10_000;
const UPDATE_EVERY_MS = 100;
const ASK_EVERY_MS = 1;
const PATIENCE_MS = 10_000;
/** For a p99 that is more than one bad moment. */
const UPDATES_MIN = 150;
const WARM_UPDATES = 20;
const LIMIT_MS = 20;

/** Row 8. The secondary is NSD, on the core of the load. */
export async function secondaryDelay(bench: Bench): Promise<Measured> {
  const { options, workshop } = bench;
  const names = Math.min(NAMES, options.names);
  const zone: BenchZone = { names, tenEvery: 10, fences: true, weighted: false };
  const scene = await workshop.scene(zone, true);
  const count = Math.max(UPDATES_MIN, (options.seconds * 1000) / UPDATE_EVERY_MS);
  const secondaryPort = await freePort();
  const title = "acknowledged UPDATE to served on an NSD secondary";
  const measure = async (primary: RunningServer) => {
    const job = { ...(await workshop.job(scene, false)), port: secondaryPort };
    const launch = nsdSecondary(job, primary.port);
    const secondary = await RunningServer.launch("NSD as secondary", launch, job, LOAD_CORE);
    try {
      const delays = await delaysOf(zone, primary.port, secondaryPort, count);
      return {
        p50Ms: quantile(delays, 0.5),
        p99Ms: quantile(delays, 0.99),
        maxMs: quantile(delays, 1),
      };
    } finally {
      await secondary.stop();
      workshop.close(job);
    }
  };
  const ids = ["ours", "knot", "bind"] as const;
  const samples = await inTurns(bench, title, ids, scene, measure, secondaryPort);
  const ours = medianOf(samples, "ours", "p99Ms");
  const rule = `p99 of ${LIMIT_MS} ms`;
  const verdict = { row: 8, work: title, rule, unit: "ms", ours, limit: LIMIT_MS, isRate: false };
  return { title, samples, verdicts: [verdict] };
}

/** Milliseconds of each of `count` UPDATEs, after some that do not count. */
async function delaysOf(
  zone: BenchZone,
  primaryPort: number,
  secondaryPort: number,
  count: number,
): Promise<readonly number[]> {
  const stream = connect(primaryPort, "127.0.0.1");
  stream.setNoDelay(true);
  await once(stream, "connect");
  const socket = createSocket("udp4");
  const delays: number[] = [];
  try {
    for (let position = 0; position < WARM_UPDATES + count; position += 1) {
      const startedMs = performance.now();
      const message = signedUpdate(zone, position, Math.floor(Date.now() / 1000));
      await acknowledged(stream, message);
      const acknowledgedMs = performance.now();
      const servedMs = await served(socket, secondaryPort, zone, position);
      if (position >= WARM_UPDATES) delays.push(servedMs - acknowledgedMs);
      await sleep(Math.max(0, UPDATE_EVERY_MS - (performance.now() - startedMs)));
    }
  } finally {
    stream.destroy();
    socket.close();
  }
  return delays;
}

async function acknowledged(stream: Stream, message: Uint8Array): Promise<void> {
  const reader = new FrameReader();
  stream.write(frame(message));
  for (;;) {
    const [chunk] = (await once(stream, "data")) as [Uint8Array];
    const [response] = reader.push(chunk);
    if (response === undefined) continue;
    const rcode = (response[3] ?? 0) & 15;
    if (rcode === 0) return;
    throw new Error(`Cannot measure as UPDATEs must be done: RCODE is ${rcode}`);
  }
}

/** When the secondary first answers with the fence that UPDATE number `position` wrote. */
function served(socket: Socket, port: number, zone: BenchZone, position: number): Promise<number> {
  const { index, edition } = updateAt(zone, position);
  const name = nameOf(`_holdfast.${labelOf(index)}.${APEX}`);
  const query = encodeMessage(makeQuery(position % 65_536, name, RRType.TXT));
  const wanted = Buffer.from(encodeTxt([utf8(fenceTextAt(edition))]));
  return new Promise((resolve, reject) => {
    const ask = (): void => socket.send(query, port, "127.0.0.1");
    const asking = setInterval(ask, ASK_EVERY_MS);
    const givingUp = setTimeout(() => {
      end();
      reject(new Error(`Cannot measure as the secondary does not get UPDATE ${position}`));
    }, PATIENCE_MS);
    const end = (): void => {
      clearInterval(asking);
      clearTimeout(givingUp);
      socket.off("message", look);
    };
    const look = (octets: Uint8Array): void => {
      const decoded = decodeMessage(octets);
      const found = decoded.kind === "message" ? decoded.message.answer[0]?.rdata : undefined;
      if (found === undefined || !wanted.equals(found)) return;
      end();
      resolve(performance.now());
    };
    socket.on("message", look);
    ask();
  });
}
