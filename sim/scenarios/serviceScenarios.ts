// Scenarios of whole services: what the machines do between the steps that small worlds take.
import { RRType } from "../../src/dns/index.ts";
import { gateName, gateText, type Retirement, seedName } from "../../src/plan/index.ts";
import { controlRRset } from "../../src/provider/controlText.ts";
import { ENDPOINTS, ZONE } from "../small/names.ts";
import { policyOf } from "../small/policies.ts";
import type { Scenario, Verdict } from "./scenario.ts";
import { ServiceWorld } from "./serviceWorld.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const [FIRST, SECOND] = ENDPOINTS;

function scenario(id: string, tells: string, play: () => Promise<string | undefined>): Scenario {
  const run = async (): Promise<Verdict> => {
    const broken = await play();
    return { broken: broken === undefined ? [] : [broken], story: [tells] };
  };
  return { id, tells, run };
}

/** Plays in a world that begins with everything in place, and says what of it did not come back. */
function converging(
  id: string,
  tells: string,
  play: (world: ServiceWorld) => Promise<void>,
): Scenario {
  return scenario(id, tells, async () => {
    const world = new ServiceWorld();
    await world.begin();
    await play(world);
    await world.rest();
    const unfinished = await world.unfinished();
    await world.end();
    return unfinished.length === 0 ? undefined : "converges";
  });
}

function retirement(world: ServiceWorld, holdDownMs: number): Retirement {
  return {
    kind: "retirement",
    id: "t-first-20251020-0648-abcd",
    endpoint: FIRST,
    zone: ZONE,
    actor: "operator:ann",
    reason: "a test",
    atMs: world.clock.wallMs(),
    holdDownMs,
  };
}

/** Asks for a retirement, lets the clocks do this, and looks whether the name is retired. */
function retiring(
  id: string,
  tells: string,
  pass: (world: ServiceWorld) => Promise<void>,
): Scenario {
  return scenario(id, tells, async () => {
    const world = new ServiceWorld();
    await world.begin();
    await world.order(retirement(world, DAY_MS));
    await world.rest(2_000);
    await pass(world);
    const entry = (await world.store.read())?.entries.get(FIRST);
    await world.end();
    return entry?.kind === "tombstone" ? "retire-only-on-purpose" : undefined;
  });
}

export const SERVICE_SCENARIOS: readonly Scenario[] = [
  retiring(
    "a wall clock jumps a day",
    "a retirement waits, and the wall clock jumps",
    async (w) => {
      w.clock.jumpWall(2 * DAY_MS);
      await w.rest(10_000);
    },
  ),
  retiring("an hour of a day's hold-down", "a retirement waits, and an hour passes", async (w) => {
    await w.rest(HOUR_MS + 60_000);
  }),
  scenario("a clean-up", "one endpoint changes often, the other never", async () => {
    const world = new ServiceWorld();
    await world.begin();
    for (const wish of ["1", "0", "1", "0"]) {
      // The other endpoint has left the configuration, and goes on answering.
      await world.store.putPolicy(policyOf(wish, 1), "operator:ann");
      await world.rest(2_000);
    }
    const before = (await world.store.read())?.entries.size;
    const now = world.clock.wallMs();
    await world.store.cleanUp({ plansMin: 1, plansMax: 1, madeAfterMs: now });
    const after = (await world.store.read())?.entries.size;
    await world.end();
    return before === after ? undefined : "clean-up-harmless";
  }),
  scenario("a pause, and the gate is lost", "the DNS server loses a thrown gate", async () => {
    const world = new ServiceWorld();
    await world.begin();
    const gate = gateText({ edition: 1, automation: "paused" });
    world.zone.putRRset(controlRRset(gateName(ZONE), gate));
    await world.rest(5_000);
    await world.wish(1);
    await world.rest(5_000);
    let written = 0;
    world.zone.onApplied = () => {
      written += 1;
    };
    world.zone.records.remove(gateName(ZONE));
    await world.rest();
    await world.end();
    return written === 0 ? undefined : "checked-at-the-write";
  }),
  scenario("a server without its disk", "one endpoint cannot be written yet", async () => {
    const world = new ServiceWorld({ abilities: { needsSeed: true } });
    await world.begin();
    for (const endpoint of ENDPOINTS) {
      world.zone.deleteRecords(endpoint);
      world.zone.deleteFence(endpoint);
    }
    world.zone.records.remove(seedName(ZONE));
    world.zone.refusalOf = ({ endpoint }) => (endpoint === SECOND ? "not yet" : undefined);
    world.zone.reconnect();
    await world.rest();
    const speaks = world.zone.records.rrset(seedName(ZONE), RRType.TXT) !== undefined;
    await world.end();
    return speaks ? "never-empty" : undefined;
  }),
  converging("an audit", "a hand deletes records, and nobody says so", async (world) => {
    world.zone.deleteRecords(FIRST);
  }),
  converging(
    "a disk remembers marks",
    "a fence is deleted while its enactor is away",
    async (w) => {
      await w.killEnactor();
      w.zone.deleteFence(FIRST);
      await w.startEnactor();
    },
  ),
  converging("a disk remembers entries", "no plan store when the enactor is back", async (w) => {
    await w.killEnactor();
    w.zone.deleteRecords(FIRST);
    w.zone.deleteFence(FIRST);
    await w.startEnactor(unreachable(w));
  }),
  scenario("a plan store comes back", "it is away when the enactor starts", async () => {
    const world = new ServiceWorld();
    await world.begin();
    await world.killEnactor();
    await world.wish(1);
    await world.rest(5_000);
    const away = switched(world);
    await world.startEnactor(away.store);
    await world.rest(5_000);
    away.isAway = false;
    await world.rest();
    const unfinished = await world.unfinished();
    await world.end();
    return unfinished.length === 0 ? undefined : "converges";
  }),
];

/** The world's plan store, for one who cannot reach it. */
function unreachable(world: ServiceWorld): ServiceWorld["store"] {
  return switched(world).store;
}

/** The world's plan store behind a switch: away until it is turned. Nothing says when. */
function switched(world: ServiceWorld): { isAway: boolean; readonly store: ServiceWorld["store"] } {
  const state = { isAway: true };
  const store = new Proxy(world.store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      if (name === "watch") return () => () => {};
      return (...given: unknown[]): unknown => {
        if (state.isAway) return Promise.reject(new Error("the plan store is away"));
        return Reflect.apply(member, target, given);
      };
    },
  });
  return Object.assign(state, { store });
}
