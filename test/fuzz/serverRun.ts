// Mutated packets at a running server, over UDP and TCP.
import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { SeededChance } from "../../sim/seededChance.ts";
import type { Chance } from "../../src/base/index.ts";
import {
  decodeMessage,
  encodeMessage,
  FrameReader,
  frame,
  makeQuery,
  nameOf,
  RRType,
} from "../../src/dns/index.ts";
import { askUdp } from "../differential/exchange.ts";
import { readCorpus } from "./corpus.ts";
import type { Measured } from "./fuzzedServer.ts";
import { mutated } from "./mutate.ts";

/** What a run at a server found. */
export interface ServerReport {
  readonly packets: number;
  readonly replies: number;
  /** Replies that cannot be read, and what the server logged as an error. */
  readonly failures: readonly string[];
  /** What the server's memory grew by between the first fifth and the end. */
  readonly grownOctets: number;
  /** The same of the whole process with its threads. */
  readonly residentGrownOctets: number;
}

const SERVER = fileURLToPath(new URL("./fuzzedServer.ts", import.meta.url));
const CANARY = encodeMessage(makeQuery(0, nameOf("www.corners.test."), RRType.A));
const BATCH = 2000;
/** Every so many batches go over TCP besides, cut into frames that lie as well. */
const TCP_EVERY = 5;
const UDP_OCTETS_MAX = 1232;
const FAILURES_MAX = 20;

/**
 * Sends `packets` mutated packets, drawn from `seed`, to a server of its own process, whose UDP is
 * served by so many threads; 0: by its main thread.
 */
export async function runServer(
  packets: number,
  seed: number,
  threads: number,
): Promise<ServerReport> {
  const child = fork(SERVER, [String(threads)], { execArgv: ["--expose-gc"] });
  try {
    const [{ port }] = (await once(child, "message")) as [{ port: number }];
    const run = new Run(port, new SeededChance(seed).fork("server"));
    const warm = Math.ceil(packets / 5);
    await run.send(warm);
    const before = await measure(child);
    await run.send(packets - warm);
    const after = await measure(child);
    return {
      packets,
      replies: run.replies,
      failures: [...run.failures, ...after.errors],
      grownOctets: after.heldOctets - before.heldOctets,
      residentGrownOctets: after.residentOctets - before.residentOctets,
    };
  } finally {
    await ended(child);
  }
}

async function measure(child: ChildProcess): Promise<Measured> {
  assert.equal(child.exitCode, null, "the server is still there");
  child.send("measure");
  const [measured] = (await once(child, "message")) as [Measured];
  return measured;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  child.kill("SIGKILL");
  await exit;
}

class Run {
  readonly failures: string[] = [];
  replies = 0;
  readonly #port: number;
  readonly #chance: Chance;
  readonly #corpus = readCorpus().map(({ bytes }) => bytes);
  #batches = 0;

  constructor(port: number, chance: Chance) {
    this.#port = port;
    this.#chance = chance;
  }

  async send(packets: number): Promise<void> {
    for (let sent = 0; sent < packets; sent += BATCH) {
      if (this.failures.length >= FAILURES_MAX) return;
      const count = Math.min(BATCH, packets - sent);
      const batch = Array.from({ length: count }, () => mutated(this.#corpus, this.#chance));
      const replies = await askUdp(this.#port, batch, CANARY);
      for (const [index, reply] of replies.entries()) this.#check(batch[index], reply);
      this.#batches += 1;
      if (this.#batches % TCP_EVERY === 0) await this.#overTcp(batch);
    }
  }

  #check(packet: Uint8Array | undefined, reply: Uint8Array | undefined): void {
    if (reply === undefined) return;
    this.replies += 1;
    const decoded = decodeMessage(reply);
    const isRight =
      decoded.kind === "message" && decoded.message.qr && reply.length <= UDP_OCTETS_MAX;
    if (isRight) return;
    const hex = (bytes: Uint8Array = new Uint8Array(0)): string =>
      Buffer.from(bytes).toString("hex");
    this.failures.push(`${hex(packet)} is answered with ${hex(reply)}`);
  }

  /** The server may close the connection at anything that is no frame: then it is opened anew. */
  async #overTcp(batch: readonly Uint8Array[]): Promise<void> {
    for (let next = 0; next < batch.length; ) {
      const socket = connect(this.#port, "127.0.0.1");
      await once(socket, "connect");
      next += await this.#pour(socket, batch.slice(next, next + 1 + this.#chance.below(50)));
    }
  }

  async #pour(socket: Socket, packets: readonly Uint8Array[]): Promise<number> {
    const reader = new FrameReader();
    socket.on("error", () => {}); // reset by the server: as good as closed
    socket.on("data", (chunk) => {
      for (const reply of reader.push(chunk)) {
        this.replies += 1;
        if (decodeMessage(reply).kind === "malformed") {
          this.failures.push(`over TCP: ${Buffer.from(reply).toString("hex")}`);
        }
      }
    });
    const closed = new Promise((resolve) => socket.once("close", resolve));
    for (const packet of packets) {
      const framed = frame(packet);
      // Some frames lie about their length, some come in pieces.
      if (this.#chance.below(40) === 0) framed[1] = this.#chance.below(256);
      const cut = this.#chance.below(framed.length);
      socket.write(framed.subarray(0, cut));
      socket.write(framed.subarray(cut));
    }
    socket.end();
    await closed;
    return packets.length;
  }
}
