// Of how often is asked what does not answer: no checker asks, as it empties nothing.
import { SILENT_LOG } from "../../src/base/index.ts";
import { Enactor } from "../../src/enact/index.ts";
import type { ZoneStore } from "../../src/plan/index.ts";
import { MemoryStore } from "../../src/store/index.ts";
import { REGION } from "../ours/configuration.ts";
import { SeededChance } from "../seededChance.ts";
import { SimClock } from "../simClock.ts";
import { SimDisk } from "../simDisk.ts";
import type { Scenario, Verdict } from "./scenario.ts";
import { firstPlan } from "./storeScenarios.ts";
import { ZONE } from "./words.ts";

const ENACTORS = 20;
/** By then waits are as long as they get. */
const OUTAGE_MS = 60_000;
/** Each asks at least once in it. */
const WATCHED_MS = 10_000;
/** Who asks within the same one asks at once. */
const AT_ONCE_MS = 100;

/** When each of many enactors asked what is away, all from the same moment on. */
async function outage(away: "zone store" | "plan store"): Promise<readonly number[]> {
  const clock = new SimClock();
  const asked: number[] = [];
  const planStore = new MemoryStore({ region: REGION, clock });
  const { digest } = await planStore.head();
  await planStore.append(firstPlan(digest));
  if (away === "plan store") {
    Object.assign(planStore, {
      changesAfter: () => {
        asked.push(clock.monotonicMs());
        return Promise.reject(new Error("no answer"));
      },
    });
  }
  const zoneStore = silentZone(() => {
    if (away === "zone store") asked.push(clock.monotonicMs());
  });
  const enactors = await Promise.all(
    Array.from({ length: ENACTORS }, (_, index) => {
      const id = `enactor-az${index + 1}`;
      return Enactor.start({
        id,
        // Nobody leaves anything to others, so that all begin at once.
        enactorIds: [id],
        planStore,
        journal: planStore,
        zoneStores: new Map([[zoneStore.id, zoneStore]]),
        zones: [{ name: ZONE, storeIds: [zoneStore.id] }],
        disk: new SimDisk(),
        clock,
        chance: new SeededChance(1).fork(id),
        log: SILENT_LOG,
      });
    }),
  );
  await clock.advance(OUTAGE_MS + WATCHED_MS);
  for (const enactor of enactors) await enactor.close();
  return asked.filter((atMs) => atMs >= OUTAGE_MS);
}

function silentZone(onRead: () => void): ZoneStore {
  const unknown = { kind: "unknown", problem: "no answer" } as const;
  return {
    id: "dns",
    abilities: {
      fencing: "fenced multi-record",
      weightedAnswers: false,
      gateIsCondition: true,
      needsSeed: false,
      writesPerCommitMax: 64,
    },
    read: (_zone, endpoints) => {
      onRead();
      const unreadable = { kind: "unreadable", problem: "no answer" } as const;
      return Promise.resolve(endpoints.map((endpoint) => ({ ...unreadable, endpoint })));
    },
    commit: (_zone, writes) => Promise.resolve(writes.map(() => unknown)),
    readGate: () => Promise.resolve({ kind: "none" }),
    writeGate: () => Promise.resolve(unknown),
    readSeed: () => Promise.resolve("unknown"),
    writeSeed: () => Promise.resolve(unknown),
    onReconnect: () => {},
    close: () => {},
  };
}

/** Most that ask at once may be no more than half of all, and nobody has given up. */
function paced(asked: readonly number[]): Verdict {
  const most = Math.max(
    0,
    ...asked.map((fromMs) => {
      return asked.filter((atMs) => atMs >= fromMs && atMs < fromMs + AT_ONCE_MS).length;
    }),
  );
  const story = [`${asked.length} times asked in ${WATCHED_MS} ms, ${most} at once`];
  const isPaced = asked.length >= ENACTORS && most <= ENACTORS / 2;
  return { broken: isPaced ? undefined : "scenario", story };
}

export const PACE_SCENARIOS: readonly Scenario[] = [
  {
    id: "twenty enactors, and a server away",
    tells: "all fail to read it at the same moment, again and again",
    run: async () => paced(await outage("zone store")),
  },
  {
    id: "twenty enactors, and a plan store away",
    tells: "all fail to follow it at the same moment, again and again",
    run: async () => paced(await outage("plan store")),
  },
];
