import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { SupervisorEffect, SupervisorEvent } from "./event.ts";
import {
  BACK_OFF_MS_MAX,
  BACK_OFF_MS_MIN,
  FIRST_TRIES_MAX,
  QUIET_TICKS_MAX,
  SHUTDOWN_MS,
  STAGE_TICKS_MAX,
  STEADY_MS,
} from "./limits.ts";
import type { ProcessSpec, Role } from "./process.ts";
import { EMPTY_SUPERVISOR } from "./state.ts";
import { stepSupervisor } from "./step.ts";

const spec = (id: string, role: Role): ProcessSpec => ({ id, role });
const SPECS = [
  spec("nameserver", "nameserver"),
  spec("store", "store"),
  spec("planner", "planner"),
  spec("enactor-1", "enactor"),
];

type Untimed<Event> = Event extends unknown ? Omit<Event, "nowMs"> : never;

/** A machine with hands: it spawns at once, and keeps every effect. */
class World {
  state = EMPTY_SUPERVISOR;
  nowMs = 1_000;
  effects: SupervisorEffect[] = [];
  #pid = 100;

  tell(event: Untimed<SupervisorEvent>): readonly SupervisorEffect[] {
    const step = stepSupervisor(this.state, { ...event, nowMs: this.nowMs } as SupervisorEvent);
    this.state = step.state;
    this.effects.push(...step.effects);
    const all = [...step.effects];
    for (const effect of step.effects) {
      if (effect.kind !== "spawn") continue;
      this.#pid += 1;
      all.push(...this.tell({ kind: "spawned", id: effect.spec.id, pid: this.#pid }));
    }
    return all;
  }

  pid(id: string): number {
    const pid = this.state.processes.get(id)?.pid;
    assert.ok(pid !== undefined, `${id} is there`);
    return pid;
  }

  phase(id: string): string | undefined {
    return this.state.processes.get(id)?.phase;
  }

  ready(id: string): readonly SupervisorEffect[] {
    return this.tell({ kind: "reported", id, pid: this.pid(id), ready: true });
  }

  exit(id: string, refused = false, draw = 999): readonly SupervisorEffect[] {
    const gone = { id, pid: this.pid(id), how: "SIGKILL", refused, draw };
    return this.tell({ kind: "exited", ...gone });
  }

  /** All are there and ready. */
  static up(): World {
    const world = new World();
    world.tell({ kind: "desired", specs: SPECS, restart: [] });
    for (const { id } of SPECS) world.ready(id);
    world.effects = [];
    return world;
  }
}

const spawned = (effects: readonly SupervisorEffect[]): readonly string[] =>
  effects.flatMap((effect) => (effect.kind === "spawn" ? [effect.spec.id] : []));
const signals = (effects: readonly SupervisorEffect[]): readonly string[] =>
  effects.flatMap((effect) => (effect.kind === "signal" ? [`${effect.signal} ${effect.id}`] : []));
const notes = (effects: readonly SupervisorEffect[]): readonly string[] =>
  effects.flatMap((effect) => (effect.kind === "note" ? [effect.note.kind] : []));

test("a start brings the nameserver first, then the store, then all others", () => {
  const world = new World();
  assert.deepEqual(spawned(world.tell({ kind: "desired", specs: SPECS, restart: [] })), [
    "nameserver",
  ]);
  const unready = { id: "nameserver", pid: world.pid("nameserver"), ready: false };
  assert.deepEqual(spawned(world.tell({ kind: "reported", ...unready })), []);
  assert.deepEqual(spawned(world.ready("nameserver")), ["store"]);
  assert.deepEqual(spawned(world.ready("store")), ["planner", "enactor-1"]);
});

test("a start without a nameserver of ours begins with the store", () => {
  const world = new World();
  const specs = SPECS.slice(1);
  assert.deepEqual(spawned(world.tell({ kind: "desired", specs, restart: [] })), ["store"]);
  assert.deepEqual(spawned(world.ready("store")), ["planner", "enactor-1"]);
});

test("a start brings the demo before the prober, and goes on without one that cannot start", () => {
  const world = new World();
  const specs = [spec("store", "store"), spec("prober", "prober"), spec("demo", "demo")];
  const first = world.tell({ kind: "desired", specs, restart: [] });
  assert.deepEqual(spawned(first), ["store", "demo"]);
  assert.deepEqual(spawned(world.ready("store")), []);
  world.exit("demo", true);
  assert.deepEqual(spawned(world.tell({ kind: "tick" })), ["prober"]);
});

test("a nameserver that is not ready in time does not hold up the others for ever", () => {
  const world = new World();
  world.tell({ kind: "desired", specs: SPECS, restart: [] });
  const seen: string[] = [];
  for (let tick = 0; tick < 2 * STAGE_TICKS_MAX + 4; tick += 1) {
    seen.push(...spawned(world.tell({ kind: "tick" })));
  }
  assert.deepEqual(seen, ["store", "planner", "enactor-1"]);
});

test("what ends is started again after a wait that doubles and stays bounded", () => {
  const world = World.up();
  const waits: number[] = [];
  for (let round = 0; round < 9; round += 1) {
    const wake = world.exit("planner").find((effect) => effect.kind === "wake");
    assert.ok(wake?.kind === "wake");
    waits.push(wake.afterMs);
    assert.equal(world.phase("planner"), "backing-off");
    assert.deepEqual(spawned(world.tell({ kind: "retry-due", id: "planner" })), ["planner"]);
  }
  assert.ok((waits[0] ?? 0) <= BACK_OFF_MS_MIN);
  assert.ok((waits[1] ?? 0) > 1.9 * (waits[0] ?? 0));
  assert.ok(waits.every((wait) => wait <= BACK_OFF_MS_MAX));
  assert.ok((waits.at(-1) ?? 0) > 0.9 * BACK_OFF_MS_MAX);
});

test("a process that ran long waits as after a first end", () => {
  const world = World.up();
  for (let round = 0; round < 5; round += 1) {
    world.exit("planner");
    world.tell({ kind: "retry-due", id: "planner" });
  }
  world.nowMs += STEADY_MS;
  const wake = world.exit("planner").find((effect) => effect.kind === "wake");
  assert.ok(wake?.kind === "wake" && wake.afterMs <= BACK_OFF_MS_MIN);
});

test("a stopped process is reported once, and neither restarted nor called silent", () => {
  const world = World.up();
  const stopped = new Set(["enactor-1"]);
  assert.deepEqual(notes(world.tell({ kind: "look", stopped })), ["stopped"]);
  const later: SupervisorEffect[] = [];
  for (let tick = 0; tick < 10 * QUIET_TICKS_MAX; tick += 1) {
    for (const id of ["nameserver", "store", "planner"]) world.ready(id);
    later.push(...world.tell({ kind: "look", stopped }), ...world.tell({ kind: "tick" }));
  }
  assert.deepEqual(later, []);
  assert.equal(world.phase("enactor-1"), "stopped");
  assert.deepEqual(notes(world.tell({ kind: "look", stopped: new Set() })), ["continued"]);
  assert.equal(world.phase("enactor-1"), "running");
});

test("a process that runs and says nothing is called silent, until it speaks", () => {
  const world = World.up();
  const heard: string[] = [];
  for (let tick = 0; tick <= 2 * QUIET_TICKS_MAX; tick += 1) {
    for (const id of ["nameserver", "store", "planner"]) world.ready(id);
    heard.push(...notes(world.tell({ kind: "tick" })));
  }
  assert.deepEqual(heard, ["silent"]);
  assert.equal(world.phase("enactor-1"), "silent");
  assert.deepEqual(notes(world.ready("enactor-1")), ["speaks-again"]);
  assert.equal(world.phase("enactor-1"), "running");
});

test("the end asks the nameserver last, once it is alone", () => {
  const world = World.up();
  const asked = signals(world.tell({ kind: "end" }));
  assert.deepEqual(asked, ["SIGTERM store", "SIGTERM planner", "SIGTERM enactor-1"]);
  assert.deepEqual(signals(world.exit("store")), []);
  assert.deepEqual(signals(world.exit("planner")), []);
  assert.deepEqual(signals(world.exit("enactor-1")), ["SIGTERM nameserver"]);
  assert.deepEqual(world.exit("nameserver").at(-1), { kind: "finished" });
  assert.deepEqual(world.tell({ kind: "end" }), []);
});

test("the deadline kills whoever is left, also a stopped one", () => {
  const world = World.up();
  world.tell({ kind: "look", stopped: new Set(["enactor-1"]) });
  world.tell({ kind: "end" });
  world.exit("store");
  world.exit("planner");
  assert.deepEqual(signals(world.tell({ kind: "nameserver-turn" })), ["SIGTERM nameserver"]);
  const killed = signals(world.tell({ kind: "deadline" }));
  assert.deepEqual(killed, ["SIGKILL nameserver", "SIGKILL enactor-1"]);
});

test("a process that waits to be started again is not started after the end was asked", () => {
  const world = World.up();
  world.exit("planner");
  world.tell({ kind: "end" });
  assert.deepEqual(spawned(world.tell({ kind: "retry-due", id: "planner" })), []);
  assert.equal(world.phase("planner"), "ended");
});

test("a nameserver that cannot start at all ends the start, with what was wrong", () => {
  const world = new World();
  world.tell({ kind: "desired", specs: SPECS, restart: [] });
  for (let attempt = 1; attempt < FIRST_TRIES_MAX; attempt += 1) {
    world.exit("nameserver", true);
    world.tell({ kind: "retry-due", id: "nameserver" });
  }
  const last = world.exit("nameserver", true).at(-1);
  assert.deepEqual(last, { kind: "finished", problem: { id: "nameserver", how: "SIGKILL" } });
});

test("a nameserver that was ready once is started again for ever", () => {
  const world = World.up();
  for (let attempt = 0; attempt < 3 * FIRST_TRIES_MAX; attempt += 1) {
    world.exit("nameserver", true);
    assert.deepEqual(spawned(world.tell({ kind: "retry-due", id: "nameserver" })), ["nameserver"]);
  }
});

test("a new configuration adds, removes and restarts processes, and leaves the others", () => {
  const world = World.up();
  const specs = [...SPECS.filter(({ id }) => id !== "enactor-1"), spec("enactor-2", "enactor")];
  const effects = world.tell({ kind: "desired", specs, restart: ["store"] });
  assert.deepEqual(signals(effects), ["SIGTERM store", "SIGTERM enactor-1"]);
  assert.deepEqual(spawned(world.exit("store")), ["store", "enactor-2"].slice(0, 1));
  world.exit("enactor-1");
  assert.equal(world.phase("enactor-1"), undefined);
  assert.equal(world.phase("planner"), "running");
  assert.ok(world.pid("enactor-2") > 0);
});

test("a process that a new configuration ends and that does not obey is killed", () => {
  const world = World.up();
  world.tell({ kind: "desired", specs: SPECS, restart: ["planner"] });
  assert.deepEqual(signals(world.tell({ kind: "overdue", id: "planner" })), []);
  world.nowMs += SHUTDOWN_MS;
  assert.deepEqual(signals(world.tell({ kind: "overdue", id: "planner" })), ["SIGKILL planner"]);
  assert.deepEqual(spawned(world.exit("planner")), ["planner"]);
});

test("a process that was taken out and is wanted again before it ended comes back", () => {
  const world = World.up();
  const without = SPECS.filter(({ id }) => id !== "planner");
  world.tell({ kind: "desired", specs: without, restart: [] });
  world.tell({ kind: "desired", specs: SPECS, restart: [] });
  assert.deepEqual(spawned(world.exit("planner")), ["planner"]);
});

test("a report of the one before says nothing of the one that is there", () => {
  const world = World.up();
  const before = world.pid("planner");
  world.exit("planner");
  world.tell({ kind: "retry-due", id: "planner" });
  world.tell({ kind: "reported", id: "planner", pid: before, ready: true });
  assert.equal(world.phase("planner"), "starting");
});

test("no course of events spawns one that is there, or finishes with one left", () => {
  const ids = SPECS.map(({ id }) => id);
  const act = fc.record({
    what: fc.constantFrom("ready", "exit", "refuse", "retry", "stop", "tick", "end", "kill"),
    id: fc.constantFrom(...ids),
  });
  const property = fc.property(fc.array(act, { maxLength: 80 }), (acts) => {
    const world = new World();
    const there = new Set<string>();
    const follow = (effects: readonly SupervisorEffect[]): void => {
      for (const id of spawned(effects)) {
        assert.ok(!there.has(id), `${id} is spawned once`);
        there.add(id);
      }
      const isFinished = effects.some(({ kind }) => kind === "finished");
      assert.ok(!isFinished || there.size === 0, "nobody is left at the end");
    };
    follow(world.tell({ kind: "desired", specs: SPECS, restart: [] }));
    for (const { what, id } of acts) {
      world.nowMs += 100;
      if (what === "tick") follow(world.tell({ kind: "tick" }));
      if (what === "end") follow(world.tell({ kind: "end" }));
      if (what === "kill") follow(world.tell({ kind: "deadline" }));
      if (what === "retry") follow(world.tell({ kind: "retry-due", id }));
      if (what === "stop") follow(world.tell({ kind: "look", stopped: new Set([id]) }));
      if (!there.has(id)) continue;
      if (what === "ready") follow(world.ready(id));
      if (what === "exit" || what === "refuse") {
        there.delete(id);
        follow(world.exit(id, what === "refuse"));
      }
    }
    if (world.state.mode === "finished") assert.equal(there.size, 0);
  });
  fc.assert(property, { numRuns: 300 });
});
