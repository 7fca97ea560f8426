// What runs in one serving thread. It sleeps in the kernel, so nobody can send it a message: it is
// given its task by the only message that it hears, and told to stop by a word of shared memory.
// Its own messages are seen at once.
import { parentPort } from "node:worker_threads";
import { errorText, type Log } from "../base/index.ts";
import { BatchSocket, loadBatchCalls, RealChance, RealClock } from "../net/index.ts";
import {
  type DatagramAnswerer,
  HAND_OVER,
  networkHash,
  type ThreadPorts,
} from "../packet/index.ts";
import { HandOvers } from "./handOvers.ts";
import { HAND_OVERS, STOP, type ThreadMessage, type ThreadTask } from "./threadTask.ts";

/** Log lines of one thread in a minute: a flood of bad packets must not become one of messages. */
const LOG_LINES_PER_MINUTE = 20;
const MINUTE_MS = 60_000;

/** Makes a thread's serving code by the program's own plan. */
export type AnswererOf = (plan: unknown, ports: ThreadPorts) => DatagramAnswerer;

const clock = new RealClock();

function post(message: ThreadMessage): void {
  parentPort?.postMessage(message);
}

/** A log that the main thread writes; bounded. */
function threadLog(): Log {
  let lines = 0;
  let minuteMs = clock.monotonicMs();
  const line = (level: "info" | "warn" | "error"): Log["info"] => {
    return (text, facts = {}) => {
      if (clock.monotonicMs() - minuteMs > MINUTE_MS) [lines, minuteMs] = [0, clock.monotonicMs()];
      lines += 1;
      if (lines <= LOG_LINES_PER_MINUTE) post({ kind: "log", level, text, facts });
    };
  };
  return { info: line("info"), warn: line("warn"), error: line("error") };
}

async function serve(task: ThreadTask, answererOf: AnswererOf): Promise<void> {
  const loaded = await loadBatchCalls();
  if (loaded.kind === "unavailable") throw new Error(loaded.reason);
  const control = new Int32Array(task.control);
  const socket = new BatchSocket(loaded.calls, task.socket);
  const { memory } = socket;
  const chance = new RealChance();
  const addressWords = task.socket.isV6 ? 4 : 1;
  const server = answererOf(task.plan, {
    thread: task.thread,
    buffer: memory.octets.buffer,
    addressWords,
    sourceOf: (slot) => socket.sourceOf(slot),
    clock,
    chance,
    log: threadLog(),
  });
  const handOvers = new HandOvers(control, HAND_OVERS, task.handOverLimits);
  const seed = chance.below(2 ** 32);
  const addressAt = (slot: number): number =>
    (memory.nameAt(slot) >> 2) + (task.socket.isV6 ? 2 : 1);
  const handOver = (slot: number): void => {
    const share = handOvers.take(networkHash(seed, memory.words, addressAt(slot), addressWords));
    if (share === undefined) {
      server.countHandOverFull();
      return;
    }
    const at = memory.packetAt(slot);
    const bytes = memory.octets.slice(at, at + socket.octetsIn(slot));
    const [way, from] = [socket.wayBack(slot), socket.sourceOf(slot)];
    post({ kind: "message", bytes, way, from, share });
  };
  post({ kind: "serving" });
  while (Atomics.load(control, STOP) === 0) {
    const count = socket.receive();
    if (count === 0) continue;
    server.begin();
    for (let slot = 0; slot < count; slot += 1) {
      const at = memory.packetAt(slot);
      const octets = socket.isCut(slot)
        ? server.answerCut(at)
        : server.answer(slot, at, socket.octetsIn(slot), addressAt(slot));
      if (octets > 0) socket.reply(slot, octets);
      else if (octets === HAND_OVER) handOver(slot);
    }
    server.end();
    socket.flush();
    server.countUnsent(socket.unsent);
  }
}

/** Waits for the task, and serves until it is told to stop. */
export function serveThread(answererOf: AnswererOf): void {
  parentPort?.once("message", (task: ThreadTask) => {
    serve(task, answererOf).catch((error: unknown) => {
      post({ kind: "failed", problem: errorText(error) });
      throw error;
    });
  });
}
