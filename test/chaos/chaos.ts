// Processes of a real region, stopped, continued and killed by one seed's chance.
import { setTimeout as sleep } from "node:timers/promises";
import type { SeededChance } from "../../sim/seededChance.ts";
import type { Region } from "../processes/instance.ts";

/** What was done to the processes, counted. */
export interface Harm {
  stopped: number;
  killed: number;
  /** Stopped while a plan was made and enacted. */
  stoppedAtWork: number;
}

/** Longest sleep of a stopped enactor; some nap for a moment, some for many plans. */
const NAP_MS_MAX = 6_000;
/** Longest pause between two acts of harm: with less, back-off keeps everything dead. */
const REST_MS_MAX = 2_500;
/** A `reload` takes about this long: somewhere in it the new plan is made, and enacted. */
const AT_WORK_MS_MAX = 700;

/** Roles that may be killed, with their shares: enactors by far the most. */
const VICTIMS: readonly string[] = [
  ...Array.from({ length: 6 }, () => "enactor-az1"),
  ...Array.from({ length: 6 }, () => "enactor-az2"),
  "planner",
  "planner",
  "store",
  "prober",
  "nameserver",
];
const ENACTORS = ["enactor-az1", "enactor-az2"] as const;

/** Harms the processes of a region until `isOver`; leaves none of them stopped. */
export async function harm(
  region: Region,
  chance: SeededChance,
  isOver: () => boolean,
): Promise<Harm> {
  const done: Harm = { stopped: 0, killed: 0, stoppedAtWork: 0 };
  const naps = new Set<Promise<void>>();
  const nap = (pid: number): void => {
    const napMs = chance.below(NAP_MS_MAX);
    if (!signal(pid, "SIGSTOP")) return;
    done.stopped += 1;
    const over = sleep(napMs).then(() => void signal(pid, "SIGCONT"));
    naps.add(over);
    void over.finally(() => naps.delete(over));
  };
  while (!isOver()) {
    await sleep(chance.below(REST_MS_MAX));
    const victim = VICTIMS[chance.below(VICTIMS.length)] ?? "planner";
    const pid = await pidOf(region, victim);
    if (pid === undefined) continue;
    if (ENACTORS.includes(victim as (typeof ENACTORS)[number]) && chance.below(3) > 0) nap(pid);
    else if (signal(pid, "SIGKILL")) done.killed += 1;
  }
  await Promise.all(naps);
  return done;
}

/** Stops an enactor at some moment while a plan is made and enacted; the answer continues it. */
export async function stopAtWork(
  region: Region,
  chance: SeededChance,
  done: Harm,
): Promise<() => void> {
  const pid = await pidOf(region, ENACTORS[chance.below(ENACTORS.length)] ?? "enactor-az1");
  await sleep(chance.below(AT_WORK_MS_MAX));
  if (pid === undefined || !signal(pid, "SIGSTOP")) return () => {};
  done.stoppedAtWork += 1;
  return () => void signal(pid, "SIGCONT");
}

async function pidOf(region: Region, id: string): Promise<number | undefined> {
  try {
    return await region.pid(id);
  } catch {
    return undefined; // it is being started again
  }
}

/** False where the process is gone. */
function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    process.kill(pid, name);
    return true;
  } catch {
    return false;
  }
}
