import assert from "node:assert/strict";
import { test } from "node:test";
import { nameOf } from "../dns/index.ts";
import { type Brake, brakesOn } from "./brakes.ts";
import { healthKey, type TargetHealth } from "./inventory.ts";
import type { PlannedContent } from "./plan.ts";
import type { Policy } from "./policy.ts";
import type { Force, ForcedState } from "./target.ts";

const ZONE = nameOf("example");
const A = nameOf("a.example");
const LAST = { "lb-1": "192.0.2.1", "lb-2": "192.0.2.2", "lb-3": "192.0.2.3", "lb-4": "192.0.2.4" };

function policy(floor: number, fractionMax: number): Policy {
  const targets = Object.entries(LAST).map(([id, ipv4]) => {
    return { id, availabilityZone: "az1", ipv4, capacity: 100 };
  });
  const limits = { floor, velocity: { fractionMax, windowMs: 10_000 } };
  const answering = { types: ["A"], ttlSeconds: 5, answers: "all" } as const;
  return {
    region: "use1",
    zones: [{ name: ZONE, storeIds: ["embedded"] }],
    targets,
    checks: [
      {
        ...{ id: "tcp", kind: "tcp", port: 443, path: "/", intervalMs: 1_000, timeoutMs: 500 },
        ...{ jitterMs: 0, rise: 1, fall: 1 },
      },
    ],
    pools: [{ id: "p", checkId: "tcp", targetIds: Object.keys(LAST) }],
    endpoints: [{ name: A, zone: ZONE, poolIds: ["p"], ...answering, ...limits }],
  };
}

function content(...rdata: [string, ...string[]]): PlannedContent {
  const [first, ...rest] = rdata.map((one) => ({ rdata: one, weight: 100 }));
  assert.ok(first !== undefined);
  return { answers: "all", rrsets: [{ type: "A", ttlSeconds: 5, records: [first, ...rest] }] };
}

function addresses(...numbers: [number, ...number[]]): PlannedContent {
  const [first, ...rest] = numbers.map((number) => `192.0.2.${number}`);
  assert.ok(first !== undefined);
  return content(first, ...rest);
}

interface Given {
  readonly before?: PlannedContent;
  readonly after: PlannedContent;
  readonly floor?: number;
  readonly fractionMax?: number;
  readonly down?: readonly string[];
  readonly forced?: Readonly<Record<string, ForcedState>>;
  readonly endpoint?: typeof A;
}

/** What is held back, with limits that hold nothing unless a test says so. */
function held(given: Given): readonly Brake[] {
  const { floor = 1, fractionMax = 1, down = [], forced = {}, endpoint = A } = given;
  const health = Object.keys(LAST).map((targetId): [string, TargetHealth] => {
    const state = down.includes(targetId) ? "down" : "up";
    const seen = { fresh: true, sinceMs: 0, detail: "HTTP 503" };
    return [healthKey(targetId, "tcp"), { targetId, checkId: "tcp", state, ...seen }];
  });
  const forces = Object.entries(forced).map(([targetId, state]): Force => {
    return { targetId, state, actor: "operator:ann", reason: "new kernel", sinceMs: 0 };
  });
  const inventory = { health: new Map(health) };
  const judge = brakesOn({ policy: policy(floor, fractionMax), inventory, forces });
  return judge({ endpoint, before: given.before ?? addresses(1, 2, 3, 4), after: given.after });
}

function texts(brakes: readonly Brake[]): readonly string[] {
  return brakes.map(({ kind, text }) => `${kind}: ${text}`);
}

test("content that an ordinary plan could have is held by nothing", () => {
  assert.deepEqual(held({ after: addresses(1, 2, 3) }), []);
  const before = addresses(1, 2);
  assert.deepEqual(held({ before, after: addresses(1, 2, 3, 4), fractionMax: 0.1, floor: 4 }), []);
});

test("more capacity at once than checks may take out is said, and what they may is not", () => {
  const given = { after: addresses(1), fractionMax: 0.5 };
  const limit = "at most 50% of capacity may leave in 10 s";
  assert.deepEqual(texts(held(given)), [
    `capacity: takes 75% of its capacity out at once: ${limit}`,
  ]);
  assert.deepEqual(held({ ...given, after: addresses(1, 2) }), []);
});

test("fewer usable targets than the floor are said, unless there are no more of them now", () => {
  const down = ["lb-1", "lb-2"];
  const given = { after: addresses(1, 2, 3), floor: 2, down };
  assert.deepEqual(texts(held(given)), ["floor: leaves 1 of 3 targets usable: the floor is 2"]);
  assert.deepEqual(held({ ...given, before: addresses(1, 2, 3) }), []);
  assert.deepEqual(held({ ...given, before: addresses(3) }).at(0)?.kind, "unusable-target");
});

test("targets that failed or that operators took out do not come in unsaid", () => {
  const before = addresses(4);
  const given = { before, after: addresses(1, 4), forced: { "lb-1": "drain" } } as const;
  assert.deepEqual(texts(held(given)), [
    "unusable-target: brings lb-1 in: drained by operator:ann: new kernel",
  ]);
  assert.deepEqual(texts(held({ before, after: addresses(2, 4), down: ["lb-2"] })), [
    "unusable-target: brings lb-2 in: down, HTTP 503",
  ]);
  assert.deepEqual(held({ ...given, before: addresses(1, 2) }), [], "it is in already");
});

test("an address that no target has does not come in unsaid", () => {
  assert.deepEqual(texts(held({ after: content("192.0.2.1", "198.51.100.7") })), [
    "unknown-address: brings 198.51.100.7 in, which none of its targets has",
  ]);
});

test("of an endpoint that is not configured, it is said that nothing is known", () => {
  const [brake, ...others] = held({ after: addresses(1), endpoint: nameOf("b.example") });
  assert.equal(brake?.kind, "not-configured");
  assert.deepEqual(others, []);
  const nothing = { policy: undefined, inventory: { health: new Map() }, forces: [] };
  const move = { endpoint: A, before: addresses(1), after: addresses(2) };
  assert.equal(brakesOn(nothing)(move).at(0)?.kind, "not-configured");
});
