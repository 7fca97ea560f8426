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
  decodeSoa,
  encodeMessage,
  FrameReader,
  frame,
  type Message,
  makeAxfrQuery,
  makeIxfrQuery,
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
  readonly reached: Readonly<Reached>;
  /** Replies that cannot be read, and what the server logged as an error. */
  readonly failures: readonly string[];
  /** What the server's memory grew by between the first fifth and the end. */
  readonly grownOctets: number;
  /** The same of the whole process with its threads. */
  readonly residentGrownOctets: number;
}

/** Replies by what must have made them: of each there must be some, or it was not tested. */
export interface Reached {
  /** With signatures. */
  signed: number;
  /** With fewer addresses than the endpoint has. */
  weighted: number;
  /** Messages of a zone or of its changes, over TCP. */
  transfers: number;
  /** A zone's SOA alone over UDP, in answer to IXFR. */
  soaAlone: number;
}

const SERVER = fileURLToPath(new URL("./fuzzedServer.ts", import.meta.url));
const CANARY = encodeMessage(makeQuery(0, nameOf("www.corners.test."), RRType.A));
const SIGNED = nameOf("corners.test.");
const WEIGHTED = nameOf("weighted.test.");
const BATCH = 2000;
/** Every so many batches go over TCP besides, cut into frames that lie as well. */
const TCP_EVERY = 5;
/** Then so many questions of our own, transfers among them, each on a connection of its own. */
const TRANSFERS = 40;
const LAST_ID = 0xfffe;
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
    const chance = new SeededChance(seed).fork("server");
    const run = new Run(port, await questionsFor(port), chance);
    const warm = Math.ceil(packets / 5);
    await run.send(warm);
    const before = await measure(child);
    await run.send(packets - warm);
    const after = await measure(child);
    return {
      packets,
      replies: run.replies,
      reached: run.reached,
      failures: [...run.failures, ...after.errors],
      grownOctets: after.heldOctets - before.heldOctets,
      residentGrownOctets: after.residentOctets - before.residentOctets,
    };
  } finally {
    await ended(child);
  }
}

/** What no captured packet asks: of signed and weighted names, and for zones with their serials. */
async function questionsFor(port: number): Promise<readonly Uint8Array[]> {
  const dnssec = { udpPayloadSize: 1232, dnssecOk: true };
  const [soa] = await askUdp(port, [encodeMessage(makeQuery(0, SIGNED, RRType.SOA))], CANARY);
  const decoded = soa === undefined ? undefined : decodeMessage(soa);
  const rdata = decoded?.kind === "message" ? decoded.message.answer[0]?.rdata : undefined;
  assert.ok(rdata !== undefined, "the zone has a serial");
  const { serial } = decodeSoa(rdata);
  const names = ["", "www.", "absent.", "x.wild.", "ent.below.", "child.", "x.moved.", "alias."];
  return [
    ...names.map((name) => makeQuery(0, nameOf(`${name}${SIGNED}`), RRType.A, dnssec)),
    makeQuery(0, SIGNED, RRType.DNSKEY, dnssec),
    makeQuery(0, nameOf("pool.weighted.test."), RRType.A),
    makeQuery(0, nameOf("pool.weighted.test."), RRType.AAAA, dnssec),
    makeQuery(0, nameOf("alias.weighted.test."), RRType.A),
    ...[SIGNED, WEIGHTED].map((zone) => makeAxfrQuery(0, zone)),
    ...[serial, serial - 1, serial - 2, 1].map((held) => makeIxfrQuery(0, SIGNED, held)),
  ].map((message) => encodeMessage(message));
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
  readonly reached: Reached = { signed: 0, weighted: 0, transfers: 0, soaAlone: 0 };
  readonly #port: number;
  readonly #chance: Chance;
  readonly #questions: readonly Uint8Array[];
  readonly #corpus: readonly Uint8Array[];
  #batches = 0;

  constructor(port: number, questions: readonly Uint8Array[], chance: Chance) {
    this.#port = port;
    this.#questions = questions;
    this.#corpus = [...readCorpus().map(({ bytes }) => bytes), ...questions];
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
      if (this.#batches % TCP_EVERY !== 0) continue;
      await this.#overTcp(batch);
      for (let asked = 0; asked < TRANSFERS; asked += 1) await this.#transfer();
    }
  }

  #check(packet: Uint8Array | undefined, reply: Uint8Array | undefined): void {
    if (reply === undefined) return;
    this.replies += 1;
    const decoded = decodeMessage(reply);
    const isRight =
      decoded.kind === "message" && decoded.message.qr && reply.length <= UDP_OCTETS_MAX;
    if (isRight) {
      this.#note(decoded.message);
      return;
    }
    const hex = (bytes: Uint8Array = new Uint8Array(0)): string =>
      Buffer.from(bytes).toString("hex");
    this.failures.push(`${hex(packet)} is answered with ${hex(reply)}`);
  }

  #read(socket: Socket, take: (id: number) => void): void {
    const reader = new FrameReader();
    socket.on("error", () => {}); // reset by the server: as good as closed
    socket.on("data", (chunk) => {
      for (const reply of reader.push(chunk)) {
        this.replies += 1;
        const decoded = decodeMessage(reply);
        if (decoded.kind === "malformed") {
          this.failures.push(`over TCP: ${Buffer.from(reply).toString("hex")}`);
          continue;
        }
        const { id, question, answer } = decoded.message;
        const type = question[0]?.type;
        const isTransfer = type === RRType.AXFR || type === RRType.IXFR;
        if (isTransfer && answer.length > 1) this.reached.transfers += 1;
        take(id);
      }
    });
  }

  #note({ question, answer, authority, rcode }: Message): void {
    const { reached } = this;
    const isSigned = [...answer, ...authority].some(({ type }) => type === RRType.RRSIG);
    if (isSigned) reached.signed += 1;
    const [asked] = question;
    if (asked === undefined || rcode !== 0) return;
    const isDrawn = asked.name === `pool.${WEIGHTED}` && answer.length === 2;
    if (isDrawn && answer.every(({ type }) => type === asked.type)) reached.weighted += 1;
    if (asked.type === RRType.IXFR && answer.length === 1) reached.soaAlone += 1;
  }

  /** The server may close the connection at anything that is no frame: then it is opened anew. */
  async #overTcp(batch: readonly Uint8Array[]): Promise<void> {
    for (let next = 0; next < batch.length; ) {
      const socket = connect(this.#port, "127.0.0.1");
      await once(socket, "connect");
      next += await this.#pour(socket, batch.slice(next, next + 1 + this.#chance.below(50)));
    }
  }

  /** A transfer's query, and behind it one that is answered: so long the client stays. */
  async #transfer(): Promise<void> {
    const socket = connect(this.#port, "127.0.0.1");
    await once(socket, "connect");
    const closed = new Promise((resolve) => socket.once("close", resolve));
    this.#read(socket, (id) => {
      if (id === LAST_ID) socket.destroy();
    });
    // Most changes leave no transfer of it: every second one stays as it is.
    const asked = this.#questions[this.#chance.below(this.#questions.length)];
    const isKept = asked !== undefined && this.#chance.below(2) === 0;
    socket.write(frame(isKept ? asked : mutated(this.#questions, this.#chance)));
    socket.write(frame(encodeMessage(makeQuery(LAST_ID, SIGNED, RRType.SOA))));
    await closed;
  }

  async #pour(socket: Socket, packets: readonly Uint8Array[]): Promise<number> {
    this.#read(socket, () => {});
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
