import { Worker } from "node:worker_threads";
import { errorText, type Log, type ThreadedDatagrams } from "../base/index.ts";
import { type BatchCalls, BatchSocket, RECEIVE_WAIT_MS_MAX } from "../net/index.ts";
import { HAND_OVER_LIMITS, type HandOverLimits, HandOvers } from "./handOvers.ts";
import {
  CONTROL_WORDS,
  HAND_OVERS,
  STOP,
  type ThreadMessage,
  type ThreadTask,
} from "./threadTask.ts";

/** Wait before a thread that ended is started again: doubled each time, up to the second. */
const RESTART_MS_MIN = 50;
const RESTART_MS_MAX = 5_000;
/** After so long at work, an end counts as the first again. */
const SETTLED_MS = 60_000;
/** A thread that is told to stop wakes within this; one that does not is ended by force. */
const STOP_MS_MAX = RECEIVE_WAIT_MS_MAX * 10;

/** Which program's serving code runs in a thread, and how much it may leave to the main thread. */
export interface ThreadKind {
  /** File of this folder, without its ending. */
  readonly entry: string;
  readonly handOverLimits: HandOverLimits;
}

export const NAMESERVER_THREAD: ThreadKind = {
  entry: "udpThread",
  handOverLimits: HAND_OVER_LIMITS,
};

// In a clone this is TypeScript, in the published package JavaScript: so is the thread's file.
const ENDING = import.meta.url.endsWith(".ts") ? "ts" : "js";

/**
 * A thread that loads what serving needs, and waits for its task. It keeps no process alive, so
 * that it may be made before anybody knows what is to be served.
 */
export function warmThread({ entry }: ThreadKind): Worker {
  const worker = new Worker(new URL(`./${entry}.${ENDING}`, import.meta.url), { name: "udp" });
  worker.unref();
  worker.on("error", () => {}); // nobody listens yet: whoever takes it finds it ended
  return worker;
}

function hasEnded(worker: Worker): boolean {
  return worker.threadId < 0;
}

/** One serving thread, started again whenever it ends unasked. */
export class ServingThread {
  readonly place: number;
  /** Resolves when it serves; rejects where its first start fails. */
  readonly serving: Promise<void>;
  isServing = false;
  restarts = 0;
  readonly #kind: ThreadKind;
  readonly #task: ThreadTask;
  readonly #service: ThreadedDatagrams;
  readonly #log: Log;
  readonly #replies: BatchSocket;
  readonly #control: Int32Array;
  readonly #handOvers: HandOvers;
  #worker: Worker | undefined;
  #timer: NodeJS.Timeout | undefined;
  #startedMs = 0;
  #waitMs = RESTART_MS_MIN;
  #began: { resolve: () => void; reject: (error: Error) => void } | undefined;
  #problem = "";

  constructor(
    calls: BatchCalls,
    kind: ThreadKind,
    task: Omit<ThreadTask, "control" | "handOverLimits">,
    service: ThreadedDatagrams,
    log: Log,
    warm: Worker = warmThread(kind),
  ) {
    const control = new SharedArrayBuffer(CONTROL_WORDS * 4);
    this.place = task.thread;
    const { handOverLimits } = kind;
    this.#kind = kind;
    this.#task = { ...task, control, handOverLimits };
    this.#service = service;
    this.#log = log;
    this.#control = new Int32Array(control);
    this.#handOvers = new HandOvers(this.#control, HAND_OVERS, handOverLimits);
    this.#replies = new BatchSocket(calls, task.socket);
    this.serving = new Promise((resolve, reject) => {
      this.#began = { resolve, reject };
    });
    this.serving.catch(() => {}); // whoever awaits it hears of it
    this.#start(hasEnded(warm) ? warmThread(kind) : warm);
  }

  /** Ends it, by force after a second. Its socket may be closed then. */
  async stop(): Promise<void> {
    Atomics.store(this.#control, STOP, 1);
    clearTimeout(this.#timer);
    const worker = this.#worker;
    if (worker === undefined) return;
    const ended = new Promise<void>((resolve) => {
      worker.once("exit", () => resolve());
    });
    const force = setTimeout(() => void worker.terminate(), STOP_MS_MAX);
    await ended;
    clearTimeout(force);
  }

  #start(worker: Worker): void {
    this.#startedMs = performance.now();
    this.#problem = "";
    this.#handOvers.clear();
    this.#worker = worker;
    worker.ref();
    worker.on("message", (message: ThreadMessage) => this.#hear(message));
    worker.on("error", (error: unknown) => {
      this.#problem ||= errorText(error);
    });
    worker.once("exit", (code) => this.#ended(code));
    worker.postMessage(this.#task);
  }

  #hear(message: ThreadMessage): void {
    switch (message.kind) {
      case "serving":
        this.isServing = true;
        this.#began?.resolve();
        this.#began = undefined;
        break;
      case "message": {
        const { bytes, from, way, share } = message;
        this.#handOvers.arrived(share);
        this.#service.receive(bytes, from, (reply) => this.#reply(way, reply));
        break;
      }
      case "log":
        this.#log[message.level](message.text, message.facts);
        break;
      case "failed":
        this.#problem = message.problem;
        break;
      default:
        break;
    }
  }

  #reply(way: Uint8Array, reply: Uint8Array): void {
    if (Atomics.load(this.#control, STOP) === 0) this.#replies.sendBack(way, reply);
  }

  #ended(code: number): void {
    this.#worker = undefined;
    this.isServing = false;
    this.#service.ended(this.place);
    if (Atomics.load(this.#control, STOP) !== 0) return;
    const problem = this.#problem === "" ? `it ended with code ${code}` : this.#problem;
    if (this.#began !== undefined) {
      this.#began.reject(new Error(`Cannot start a serving thread: ${problem}`));
      this.#began = undefined;
      return;
    }
    if (performance.now() - this.#startedMs > SETTLED_MS) this.#waitMs = RESTART_MS_MIN;
    this.#log.error("a serving thread ended, and is started again", {
      thread: this.place,
      problem,
      afterMs: this.#waitMs,
    });
    this.restarts += 1;
    this.#timer = setTimeout(() => this.#start(warmThread(this.#kind)), this.#waitMs);
    this.#waitMs = Math.min(this.#waitMs * 2, RESTART_MS_MAX);
  }
}
