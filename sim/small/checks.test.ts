import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { makeRRset, RRType } from "../../src/dns/index.ts";
import { type EndpointWrite, type Fence, fenceText } from "../../src/plan/index.ts";
import { fenceOf } from "./checks.ts";
import { explore } from "./explore.ts";
import { NOTHING, readHeld } from "./heldZone.ts";
import { ENDPOINTS } from "./names.ts";
import type { Next, Now, Scene } from "./now.ts";
import { EMPTY_LINE } from "./planLine.ts";
import { type MoreMoves, SmallWorld } from "./smallWorld.ts";
import { WORLDS } from "./worlds.ts";
import { heldAt, reach } from "./zoneMoves.ts";

const [ENDPOINT] = ENDPOINTS;
/** Enough for what a rogue does: whole is not asked. */
const STATES_MAX = 1_000;

type Spoil = (write: EndpointWrite, fence: Fence) => EndpointWrite | undefined;

/** An enactor that writes what none should, once it finds a name that is ours. */
function rogue(spoil: Spoil): MoreMoves {
  return (_: Scene, now: Now): readonly Next[] => {
    const held = heldAt(now, 0);
    const fence = fenceOf(ENDPOINT, held);
    const reading = readHeld(held, ENDPOINT);
    if (fence === undefined || reading.kind !== "read") return [];
    const write = spoil(
      {
        endpoint: ENDPOINT,
        condition: { fence: fenceText(fence), gate: undefined, nameNotInUse: false },
        deleteTypes: [RRType.A, RRType.AAAA],
        rrsets: held.records,
        weights: reading.weights,
        fence: { ...fence, edition: fence.edition + 1 },
      },
      fence,
    );
    if (write === undefined) return [];
    const reached = reach(now, { place: 0, write, knew: {} });
    return [{ kind: "step", now: reached.now, tell: () => "a rogue", broken: reached.broken }];
  };
}

function rulesBrokenBy(world: string, more: MoreMoves): readonly string[] {
  const scene = WORLDS.find(({ name }) => name === world);
  assert.ok(scene, `there is a world "${world}"`);
  const { found } = explore(new SmallWorld(scene, more), { statesMax: STATES_MAX });
  return found.map(({ rule }) => rule);
}

describe("what the small worlds check", () => {
  const rogues: readonly [string, string, Spoil][] = [
    ["nothing where nothing is wrong", "three plans", () => undefined],
    [
      "never-empty",
      "three plans",
      (write, fence) => ({
        ...write,
        rrsets: write.rrsets.slice(0, 1),
        fence: { ...write.fence, types: fence.types.slice(0, 1) },
      }),
    ],
    [
      "never-backwards",
      "three plans",
      (write, { generation }) => {
        if (generation < 2) return undefined;
        return { ...write, fence: { ...write.fence, generation: generation - 1 } };
      },
    ],
    [
      "checked-at-the-write",
      "three plans",
      (write, fence) => ({
        ...write,
        condition: { ...write.condition, fence: [fenceText(fence)] },
      }),
    ],
    [
      "every-change-explained",
      "three plans",
      (write, { digest }) => ({
        ...write,
        fence: { ...write.fence, digest: [...digest].toReversed().join("") },
      }),
    ],
    [
      "override-respected",
      "an override",
      (write, { mark, epoch, generation, edition, types, digest }) => {
        if (mark?.kind !== "override") return undefined;
        return { ...write, fence: { epoch, generation, edition: edition + 1, types, digest } };
      },
    ],
    [
      "retire-only-on-purpose",
      "three plans",
      ({ weights: _, ...write }) => ({
        ...write,
        rrsets: [],
        weights: undefined,
        fence: {
          ...write.fence,
          types: [],
          mark: { kind: "tombstone", id: "t-rogue", atMs: 0 },
        },
      }),
    ],
  ];
  for (const [rule, world, spoil] of rogues) {
    it(`catches a rogue enactor: ${rule}`, () => {
      const broken = rulesBrokenBy(world, rogue(spoil));
      assert.equal(broken[0], rule.startsWith("nothing") ? undefined : rule);
    });
  }

  it("catches who takes a name of somebody else", () => {
    const more: MoreMoves = (_, now) => {
      const held = heldAt(now, 0);
      if (held.fence !== undefined || held.records.length === 0) return [];
      const fence = { epoch: 0, generation: 1, edition: 1, types: ["A"], digest: "0".repeat(32) };
      const write: EndpointWrite = {
        endpoint: ENDPOINT,
        condition: { fence: undefined, gate: undefined, nameNotInUse: false },
        deleteTypes: [RRType.A],
        rrsets: held.records,
        weights: { answers: "all", byType: new Map() },
        fence,
      };
      const { now: after, broken } = reach(now, { place: 0, write, knew: {} });
      return [{ kind: "step", now: after, tell: () => "a thief", broken }];
    };
    assert.deepEqual(rulesBrokenBy("a name of somebody else", more), ["others-left-alone"]);
  });

  it("lets nobody write less than they knew themselves, whatever a hand took", () => {
    const fence: Fence = {
      epoch: 0,
      generation: 1,
      edition: 9,
      types: ["A"],
      digest: "0".repeat(32),
    };
    const newer: Fence = { ...fence, generation: 2 };
    const write: EndpointWrite = {
      endpoint: ENDPOINT,
      condition: { fence: undefined, gate: undefined, nameNotInUse: false },
      deleteTypes: [RRType.A],
      rrsets: [makeRRset(ENDPOINT, RRType.A, 5, [new Uint8Array([192, 0, 2, 1])])],
      weights: { answers: "all", byType: new Map() },
      fence,
    };
    const past = {
      deleted: [newer],
      fenceDeletions: 1,
      storeRestored: true,
      endedOverrides: [],
      retired: [],
      revived: [],
    };
    const now: Now = {
      line: EMPTY_LINE,
      circumstances: { hour: "early", faultsLeft: 0, actsDone: 0, past },
      strays: [],
      held: [NOTHING],
    };
    const unaware = reach(now, { place: 0, write, knew: {} });
    assert.deepEqual([unaware.outcome.kind, unaware.broken], ["applied", undefined]);
    const aware = reach(now, { place: 0, write, knew: { fence: newer } });
    assert.equal(aware.broken?.rule, "never-backwards");
  });
});
