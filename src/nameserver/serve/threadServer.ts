import { assert } from "../../base/index.ts";
import { packetMemory, type ThreadPorts } from "../../packet/index.ts";
import { READERS_MAX } from "../zone/arenaLayout.ts";
import { unpin } from "../zone/arenaReader.ts";
import { ArenaZones } from "../zone/arenaZones.ts";
import { DatagramServer } from "./datagramServer.ts";
import { THREAD_READERS } from "./mainThreadServer.ts";
import { SERVE_THREADS_MAX, type ServePlan } from "./servePlan.ts";

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
