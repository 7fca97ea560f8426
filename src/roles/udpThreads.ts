import { availableParallelism } from "node:os";
import type { Worker } from "node:worker_threads";
import {
  assert,
  type DatagramThreads,
  type Listening,
  type Log,
  type SocketAddress,
  type ThreadedDatagrams,
  UDP_THREADS_MAX,
} from "../base/index.ts";
import { type BatchCalls, loadBatchCalls, openBatchSockets } from "../net/index.ts";
import { NAMESERVER_THREAD, ServingThread, type ThreadKind, warmThread } from "./servingThread.ts";

/** How many threads are wanted for each address: one per core, or a number; 0: none. */
export type ThreadsWanted = "auto" | number;

/** Threads, or why there are none. */
export type OpenedThreads = DatagramThreads | { readonly absent: string };

/**
 * Whether this machine can serve on threads, and with how many: as many as wanted for each of so
 * many addresses, or an equal share of all places, UDP_THREADS_MAX or fewer. Never rejects.
 */
export async function openUdpThreads(
  wanted: ThreadsWanted,
  log: Log,
  addresses = 1,
  places = UDP_THREADS_MAX,
  kind = NAMESERVER_THREAD,
): Promise<OpenedThreads> {
  const share = Math.max(1, Math.floor(places / Math.max(1, addresses)));
  const perAddress = Math.min(wanted === "auto" ? availableParallelism() : wanted, share);
  if (perAddress === 0) return { absent: "the configuration says so (udpThreads: 0)" };
  const loaded = await loadBatchCalls();
  if (loaded.kind === "unavailable") return { absent: loaded.reason };
  return new UdpThreads(loaded.calls, kind, perAddress, places, log);
}

/** Threads that serve in batches, each on a socket of its own that shares the address. */
class UdpThreads implements DatagramThreads {
  readonly perAddress: number;
  readonly #calls: BatchCalls;
  readonly #kind: ThreadKind;
  readonly #log: Log;
  readonly #threads = new Set<ServingThread>();
  readonly #places: number[];
  // Loading code takes as long as loading zones: threads for the first address begin with it.
  readonly #warm: Worker[];
  #restartsEnded = 0;

  constructor(calls: BatchCalls, kind: ThreadKind, perAddress: number, places: number, log: Log) {
    this.#calls = calls;
    this.#kind = kind;
    this.#places = Array.from({ length: places }, (_, place) => place);
    this.perAddress = perAddress;
    this.#log = log;
    this.#warm = Array.from({ length: perAddress }, () => warmThread(kind));
  }

  get running(): number {
    return [...this.#threads].filter((thread) => thread.isServing).length;
  }

  get restarts(): number {
    return [...this.#threads].reduce((sum, { restarts }) => sum + restarts, this.#restartsEnded);
  }

  get freePlaces(): number {
    return this.#places.length;
  }

  /** Resolves when every thread serves. */
  async listen(on: SocketAddress, service: ThreadedDatagrams): Promise<Listening> {
    const count = Math.min(this.perAddress, this.#places.length);
    assert(count > 0, "a place is free, or nobody asks for threads");
    const sockets = openBatchSockets(this.#calls, on, count);
    const places = this.#places.splice(0, count);
    const threads = sockets.handles.flatMap((socket, index) => {
      const thread = places[index];
      if (thread === undefined) return []; // there are as many
      const task = { plan: service.plan, socket, thread };
      return new ServingThread(this.#calls, this.#kind, task, service, this.#log, this.#warm.pop());
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
