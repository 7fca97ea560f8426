import { availableParallelism } from "node:os";
import type { DatagramListener, Log } from "../base/index.ts";
import type { IpNetwork } from "../dns/index.ts";
import {
  type AnswerPlan,
  answerPlan,
  clientNetworks,
  type Forwarder,
  sumAnswerCounts,
  type UdpStatus,
} from "../guard/index.ts";
import { UdpListener } from "../net/index.ts";
import type { ThreadKind } from "./servingThread.ts";
import { type OpenedThreads, openUdpThreads, type ThreadsWanted } from "./udpThreads.ts";

/** Clients of a local resolver are few, and of one network: programs that start are no flood. */
const GUARD_THREAD: ThreadKind = {
  entry: "guardThread",
  handOverLimits: { all: 4096, perNetwork: 2048 },
};
/** One thread answers more than most machines ask; a few more do not take each other's cores. */
const AUTO_THREADS_MAX = 4;

/** How the forwarder answers over UDP. */
export interface GuardUdp {
  readonly datagrams: DatagramListener;
  status(): UdpStatus;
}

/** Threads for the forwarder, or why there are none. Never rejects. */
export function openGuardThreads(
  wanted: ThreadsWanted,
  log: Log,
  addresses: number,
): Promise<OpenedThreads> {
  if (wanted === 0) return Promise.resolve({ absent: "none are wanted (--threads 0)" });
  const count = wanted === "auto" ? Math.min(AUTO_THREADS_MAX, availableParallelism()) : wanted;
  return openUdpThreads(count, log, addresses, undefined, GUARD_THREAD);
}

/** UDP by threads, which answer what is ready in the forwarder's table, or by Node's sockets. */
export function guardUdp(
  forwarder: Forwarder,
  threads: OpenedThreads,
  allowed: readonly IpNetwork[],
): GuardUdp {
  const { table } = forwarder;
  const alone = new UdpListener();
  if ("absent" in threads || table === undefined) {
    const reason = "absent" in threads ? threads.absent : "there is no table";
    const status = { by: "main thread", threads: 0, restarts: 0, reason } as const;
    return { datagrams: alone, status: () => status };
  }
  const plan: AnswerPlan = answerPlan(table, clientNetworks(allowed));
  const ended = (thread: number): void => table.release(thread);
  return {
    datagrams: {
      listen: (on, receive) => {
        if (threads.freePlaces === 0) return alone.listen(on, receive);
        return threads.listen(on, { plan, receive, ended });
      },
    },
    status: () => {
      const { running, restarts } = threads;
      return { by: "threads", threads: running, restarts, counts: sumAnswerCounts(plan) };
    },
  };
}
