import { assert, type Chance, type Clock, type Log, type SocketAddress } from "../../base/index.ts";
import { READERS_MAX } from "../zone/arenaLayout.ts";
import { unpin } from "../zone/arenaReader.ts";
import { ArenaZones } from "../zone/arenaZones.ts";
import { DatagramServer } from "./datagramServer.ts";
import { THREAD_READERS } from "./mainThreadServer.ts";
import { packetMemory } from "./packetMemory.ts";
import { SERVE_THREADS_MAX, type ServePlan } from "./servePlan.ts";

/** What a serving thread brings along. */
export interface ThreadPorts {
  /** Number of the thread in its process, from 0 on. */
  readonly thread: number;
  /** Memory that datagrams and their senders' addresses are received into. */
  readonly buffer: ArrayBufferLike;
  /** Words of an address: one, or four for IPv6. */
  readonly addressWords: 1 | 4;
  readonly sourceOf: (slot: number) => SocketAddress;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly log: Log;
}

/** Lets go of the zones that a thread was reading when it ended: their memory was held for it. */
export function releaseThread(plan: ServePlan, thread: number): void {
  unpin(new Int32Array(plan.arena), THREAD_READERS + thread);
}

/** The serving code of one thread, by the plan that all threads share. */
export function threadServer(plan: ServePlan, ports: ThreadPorts): DatagramServer {
  const { thread, buffer, ...rest } = ports;
  const reader = THREAD_READERS + thread;
  // The last place of the counters is the main thread's.
  assert(thread < SERVE_THREADS_MAX - 1 && reader < READERS_MAX, `thread ${thread} has a place`);
  const packets = packetMemory(buffer);
  const zones = new ArenaZones(plan.arena);
  return new DatagramServer({ ...rest, plan, thread, reader, packets, zones });
}
