import { availableParallelism } from "node:os";
import type { Worker } from "node:worker_threads";
import type {
  DatagramThreads,
  Listening,
  Log,
  SocketAddress,
  ThreadedDatagrams,
} from "../base/index.ts";
import { SERVE_THREADS_MAX } from "../nameserver/index.ts";
import { type BatchCalls, loadBatchCalls, openBatchSockets } from "../net/index.ts";
import { ServingThread, warmThread } from "./servingThread.ts";

/** How many threads are wanted for each address: one per core, or a number; 0: none. */
export type ThreadsWanted = "auto" | number;

/** Threads, or why there are none. */
export type OpenedThreads = DatagramThreads | { readonly absent: string };

/** Whether this machine can serve on threads, and with how many. Never rejects. */
export async function openUdpThreads(wanted: ThreadsWanted, log: Log): Promise<OpenedThreads> {
  const perAddress = wanted === "auto" ? availableParallelism() : wanted;
  if (perAddress === 0) return { absent: "the configuration says so (udpThreads: 0)" };
  const loaded = await loadBatchCalls();
  if (loaded.kind === "unavailable") return { absent: loaded.reason };
  return new UdpThreads(loaded.calls, perAddress, log);
}

/** Threads that serve in batches, each on a socket of its own that shares the address. */
class UdpThreads implements DatagramThreads {
  readonly perAddress: number;
  readonly #calls: BatchCalls;
  readonly #log: Log;
  readonly #threads = new Set<ServingThread>();
  readonly #places: number[] = Array.from({ length: SERVE_THREADS_MAX - 1 }, (_, place) => place);
  // Loading code takes as long as loading zones: threads for the first address begin with it.
  readonly #warm: Worker[];
  #restartsEnded = 0;

  constructor(calls: BatchCalls, perAddress: number, log: Log) {
    this.#calls = calls;
    this.perAddress = perAddress;
    this.#log = log;
    const count = Math.min(perAddress, this.#places.length);
    this.#warm = Array.from({ length: count }, () => warmThread());
  }

  get running(): number {
    return [...this.#threads].filter((thread) => thread.isServing).length;
  }

  get restarts(): number {
    return [...this.#threads].reduce((sum, { restarts }) => sum + restarts, this.#restartsEnded);
  }

  /** Resolves when every thread serves. */
  async listen(on: SocketAddress, service: ThreadedDatagrams): Promise<Listening> {
    // More addresses than places: the later ones get fewer threads, but never none.
    const count = Math.max(1, Math.min(this.perAddress, this.#places.length));
    const sockets = openBatchSockets(this.#calls, on, count);
    const threads = sockets.handles.map((socket) => {
      const thread = this.#places.shift();
      if (thread === undefined) {
        sockets.close();
        throw new Error(`Cannot serve UDP on more than ${SERVE_THREADS_MAX - 1} threads`);
      }
      const task = { plan: service.plan, socket, thread };
      return new ServingThread(this.#calls, task, service, this.#log, this.#warm.pop());
    });
    for (const thread of threads) this.#threads.add(thread);
    const close = async (): Promise<void> => {
      await Promise.all(threads.map((thread) => thread.stop()));
      sockets.close();
      for (const thread of threads) {
        if (!this.#threads.delete(thread)) continue;
        this.#places.push(thread.place);
        this.#restartsEnded += thread.restarts;
      }
    };
    try {
      await Promise.all(threads.map((thread) => thread.serving));
    } catch (error) {
      await close();
      throw error;
    }
    return { local: sockets.local, close };
  }
}
