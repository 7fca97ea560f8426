// The checker `converges`: what counts as come right, and what does not.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { RRType } from "../../src/dns/index.ts";
import type { Fence, Order, PlanEntry, TombstoneEntry } from "../../src/plan/index.ts";
import { fenceName } from "../../src/plan/index.ts";
import { ENDPOINT, entryAt, fenceOf, held, ZONE } from "../checkers/doctored.suite.ts";
import type { ZoneReader } from "../design.ts";
import type { Scene } from "../schedule/act.ts";
import type { EndpointState } from "../world/zoneState.ts";
import { Configuration } from "./configuration.ts";
import { Ledger } from "./ledger.ts";
import { unfinishedIn } from "./unfinished.ts";
import { unplannedIn, type Wishes } from "./unplanned.ts";

const WALL_MS = 100_000;
const SCENE: Scene = {
  zone: ZONE,
  endpoints: [{ name: ENDPOINT, types: ["A", "AAAA"], isForeign: false }],
  targets: [1, 2].map((place) => ({
    id: `lb-${place}`,
    ipv4: `192.0.2.${place}`,
    ipv6: `2001:db8::${place}`,
  })),
  enactors: 2,
  server: "plain",
};
const FIRST = entryAt(1);
const SECOND = entryAt(2);
const TOMBSTONE: TombstoneEntry = {
  kind: "tombstone",
  endpoint: ENDPOINT,
  zone: ZONE,
  epoch: 0,
  generation: 3,
  digest: FIRST.digest,
  tombstoneId: "t-api-1",
  retiredAtMs: 0,
  actor: "planner",
  cause: "a test",
};

function tombstoneFence(id: string, generation = 3): Fence {
  const mark = { kind: "tombstone", id, atMs: 0 } as const;
  return { epoch: 0, generation, edition: 4, types: [], digest: FIRST.digest, mark };
}

/** A server that holds this at the endpoint. */
function serverWith({ fence, records }: EndpointState, speaks = true): ZoneReader {
  const at = (name: typeof ENDPOINT) =>
    name === ENDPOINT ? records : name === fenceName(ENDPOINT) && fence ? [fence] : [];
  return {
    rrsetsAt: at,
    rrset: (name, type) => at(name).find((rrset) => rrset.type === type && type !== RRType.CNAME),
    speaks,
  };
}

/** What is unfinished where this is planned and that is held, after `was` was held. */
function unfinished(
  entry: PlanEntry,
  now: EndpointState,
  { wasReplaced = false, was }: { wasReplaced?: boolean; was?: Fence } = {},
): string {
  const ledger = new Ledger();
  ledger.beginWith([entry], 0);
  ledger.wasReplaced = wasReplaced;
  if (was !== undefined) ledger.lastFences.set(ENDPOINT, was);
  return unfinishedIn(serverWith(now), SCENE, ledger, WALL_MS) ?? "";
}

describe("unfinishedIn", () => {
  it("asks for the newest entry's position, records and digest, and a server that speaks", () => {
    assert.equal(unfinished(SECOND, held(SECOND, fenceOf(SECOND, 5))), "");
    assert.match(unfinished(SECOND, held(FIRST, fenceOf(FIRST, 5))), /0\/1, planned is 0\/2/);
    assert.match(unfinished(SECOND, held(FIRST, fenceOf(SECOND, 5))), /not those of its fence/);
    assert.match(unfinished(SECOND, held(SECOND, undefined)), /no readable fence/);
    assert.match(unfinished(SECOND, held(undefined, undefined)), /no readable fence/);
    const ledger = new Ledger();
    const silent = serverWith(held(SECOND, fenceOf(SECOND, 5)), false);
    assert.match(unfinishedIn(silent, SCENE, ledger, WALL_MS) ?? "", /does not speak/);
  });

  it("asks for this very tombstone; less where the plan store was replaced", () => {
    const [right, other] = [tombstoneFence("t-api-1"), tombstoneFence("t-api-0", 2)];
    const bare = (fence: Fence | undefined) => held(undefined, fence);
    assert.equal(unfinished(TOMBSTONE, bare(right)), "");
    assert.match(unfinished(TOMBSTONE, bare(other)), /planned is 0\/3/);
    assert.match(unfinished(TOMBSTONE, bare(other), { wasReplaced: true }), /planned is 0\/3/);
    const revived = entryAt(4);
    const ahead = held(revived, fenceOf(revived, 6));
    assert.match(unfinished(TOMBSTONE, ahead), /it holds 0\/4/);
    assert.equal(unfinished(TOMBSTONE, ahead, { wasReplaced: true }), "");
  });

  it("asks of a retired name without a fence that it answers nothing, if it was ours", () => {
    const was = fenceOf(FIRST, 1);
    assert.equal(unfinished(TOMBSTONE, held(undefined, undefined), { was }), "");
    assert.match(unfinished(TOMBSTONE, held(FIRST, undefined), { was }), /and answers/);
    assert.equal(unfinished(TOMBSTONE, held(FIRST, undefined)), "");
  });

  it("lets a tombstone stand that a replaced plan store does not know, and no other", () => {
    const retired = held(undefined, tombstoneFence("t-api-1", 1));
    assert.match(unfinished(SECOND, retired), /retired still by t-api-1/);
    assert.equal(unfinished(SECOND, retired, { wasReplaced: true }), "");
    const reviving = { ...SECOND, revives: ["t-api-1"] };
    assert.match(unfinished(reviving, retired, { wasReplaced: true }), /retired still/);
    const gone = held(undefined, undefined);
    const was = tombstoneFence("t-api-1");
    assert.equal(unfinished(SECOND, gone, { wasReplaced: true, was }), "");
    assert.match(unfinished(SECOND, gone, { was }), /no readable fence/);
    assert.match(unfinished(reviving, gone, { wasReplaced: true, was }), /no readable fence/);
    const plain = { wasReplaced: true, was: fenceOf(FIRST, 1) };
    assert.match(unfinished(SECOND, gone, plain), /no readable fence/);
  });

  it("lets an override last that a replaced plan store does not know, until its end", () => {
    const pinned = (untilMs: number) => {
      return held(FIRST, fenceOf(FIRST, 2, { kind: "override", id: "o-api-1", untilMs }));
    };
    const wasReplaced = true;
    assert.match(unfinished(SECOND, pinned(WALL_MS + 1_000)), /is in place, and the plan has none/);
    assert.equal(unfinished(SECOND, pinned(WALL_MS + 1_000), { wasReplaced }), "");
    assert.match(unfinished(SECOND, pinned(WALL_MS), { wasReplaced }), /the plan has none/);
    const ledger = new Ledger();
    ledger.beginWith([SECOND], 0);
    ledger.overridesToldLate.add("o-api-1");
    const late = () => unfinishedIn(serverWith(pinned(WALL_MS + 1_000)), SCENE, ledger, WALL_MS);
    assert.equal(late(), undefined);
    ledger.clear("o-api-1");
    assert.match(late() ?? "", /the plan has none/);
    const ahead = { ...TOMBSTONE, ends: ["o-api-1"] };
    assert.equal(unfinished(TOMBSTONE, pinned(WALL_MS + 1_000)), "");
    assert.match(unfinished(ahead, pinned(WALL_MS + 1_000)), /it holds 0\/1, planned is 0\/3/);
    const ending = { ...SECOND, ends: ["o-api-1"] };
    assert.match(unfinished(ending, pinned(WALL_MS + 1_000), { wasReplaced }), /the plan has none/);
    const other = { ...SECOND, override: { id: "o-api-2", untilMs: WALL_MS + 9_000 } };
    assert.equal(unfinished(other, pinned(WALL_MS + 1_000), { wasReplaced }), "");
    assert.match(unfinished(other, pinned(WALL_MS + 1_000)), /planned is 0\/2/);
  });

  it("lets an override last that was pinned by a clock far ahead", () => {
    const pinned = (untilMs: number) => {
      return held(FIRST, fenceOf(FIRST, 2, { kind: "override", id: "o-api-1", untilMs }));
    };
    assert.equal(unfinished(SECOND, pinned(WALL_MS + 61_000)), "");
    assert.match(unfinished(SECOND, pinned(WALL_MS + 60_000)), /the plan has none/);
  });
});

describe("unplannedIn", () => {
  const configuration = new Configuration(SCENE);
  const wishes: Wishes = {
    scene: SCENE,
    configuration,
    orders: [],
    isUp: (target) => target === "lb-1",
    wallMs: WALL_MS,
  };
  const unplanned = (entry: PlanEntry | undefined, changes: Partial<Wishes> = {}): string => {
    const ledger = new Ledger();
    if (entry !== undefined) ledger.beginWith([entry], 0);
    return unplannedIn(ledger, { ...wishes, ...changes }) ?? "";
  };
  const asked = {
    endpoint: ENDPOINT,
    zone: ZONE,
    actor: "operator:ann",
    reason: "a test",
    atMs: WALL_MS - 60_000,
  };

  it("asks for the targets that pass their checks, or all where none does", () => {
    assert.equal(unplanned(FIRST), "");
    assert.match(unplanned(SECOND), /to have A 192.0.2.1, planned is 192.0.2.2/);
    assert.match(unplanned(FIRST, { isUp: () => true }), /A 192.0.2.1 192.0.2.2, planned/);
    assert.match(unplanned(FIRST, { isUp: () => false }), /A 192.0.2.1 192.0.2.2, planned/);
  });

  it("asks for types, TTL and answers as configured, of every name that is", () => {
    assert.match(unplanned(undefined), /no plan knows it/);
    const [a, aaaa] = FIRST.rrsets;
    assert.match(unplanned({ ...FIRST, rrsets: [a] }), /to have AAAA/);
    assert.match(unplanned({ ...FIRST, answers: 1 }), /to give all answers/);
    assert(aaaa !== undefined);
    const slow = { ...FIRST, rrsets: [{ ...a, ttlSeconds: 60 }, aaaa] } as const;
    assert.match(unplanned(slow), /TTL is to be 5 s/);
    assert.equal(unplanned({ ...slow, beneath: FIRST }), "");
    const elsewhere = { ...SCENE, endpoints: [] };
    assert.equal(unplanned(slow, { configuration: new Configuration(elsewhere) }), "");
  });

  it("asks for overrides while they last, and for retirements and revivals that are due", () => {
    const { answers, rrsets } = FIRST;
    const override = (untilMs: number): Order => {
      const content = { answers, rrsets, direct: false };
      return { kind: "override", id: "o-api-1", untilMs, ...content, ...asked };
    };
    const pinned = { ...FIRST, beneath: FIRST, override: { id: "o-api-1", untilMs: WALL_MS } };
    assert.match(unplanned(FIRST, { orders: [override(WALL_MS)] }), /asked for, and not planned/);
    assert.equal(unplanned(pinned, { orders: [override(WALL_MS)] }), "");
    const [a, aaaa] = SECOND.rrsets;
    const { beneath: _, ...alone } = pinned;
    assert.equal(unplanned({ ...alone, rrsets: [a] }, { orders: [override(WALL_MS)] }), "");
    assert(aaaa !== undefined);
    const short = { ...override(WALL_MS), rrsets: [aaaa] } as const;
    assert.equal(unplanned(FIRST, { orders: [short] }), "", "no plan takes a type away");
    assert.match(unplanned(pinned, { orders: [override(WALL_MS - 5_001)] }), /is over/);
    const retirement: Order = { kind: "retirement", id: "t-api-2", holdDownMs: 500, ...asked };
    assert.match(unplanned(FIRST, { orders: [retirement] }), /t-api-2 is due/);
    assert.equal(unplanned(TOMBSTONE, { orders: [retirement] }), "");
    assert.equal(unplanned(FIRST, { orders: [{ ...retirement, atMs: WALL_MS }] }), "");
    const revival: Order = { kind: "revival", id: "v-api-1", tombstoneId: "t-api-1", ...asked };
    assert.match(unplanned(TOMBSTONE, { orders: [revival] }), /v-api-1 is asked for/);
    assert.equal(unplanned(FIRST, { orders: [revival] }), "");
  });
});
