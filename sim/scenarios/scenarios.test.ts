import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { at, fenceLine, update, zoneOf } from "../../src/nameserver/zone/exampleZone.suite.ts";
import type { PlanEntry } from "../../src/plan/index.ts";
import { directed } from "./directedWorld.ts";
import { answersAt, quietBetween } from "./questions.ts";
import { ServerZone } from "./serverZone.ts";
import { down, hand, link } from "./words.ts";

const EP = at("ep");
const WEIGHTS = '_weights._holdfast.ep 30 TXT "holdfast-weights=1 answers=1 A=1"';
const NEXT: PlanEntry = {
  kind: "serving",
  endpoint: EP,
  zone: at("@"),
  epoch: 0,
  generation: 2,
  digest: "0123456789abcdef",
  answers: 1,
  rrsets: [{ type: "A", ttlSeconds: 60, records: [{ rdata: "192.0.2.9", weight: 1 }] }],
  actor: "planner",
  cause: "a test",
};

function zone(): ServerZone {
  const held = ["ep 60 A 192.0.2.1", WEIGHTS, fenceLine("ep", "A")];
  const zone = new ServerZone(zoneOf(held), [EP]);
  zone.accept([NEXT]);
  return zone;
}

describe("ServerZone", () => {
  it("finds nothing wrong with the write of a plan's entry, and knows what answers", () => {
    const fence = fenceLine("ep", "A", { generation: 2, edition: 2 });
    const right = update(["ep A", "_holdfast.ep TXT"], ["ep 60 A 192.0.2.9", fence]);
    const it = zone();
    assert.deepEqual(it.send(right, "automation"), { kind: "taken", broken: undefined });
    assert.equal(it.answers(EP), true);
    assert.equal(it.answers(at("nobody")), false);
  });

  it("has the checkers judge what the rules take, and says what they refuse", () => {
    const fence = fenceLine("ep", "A", { generation: 2, edition: 2 });
    const other = update(["ep A", "_holdfast.ep TXT"], ["ep 60 A 192.0.2.66", fence]);
    const taken = zone().send(other, "automation");
    assert.equal(taken.kind === "taken" && taken.broken?.by, "every-change-explained");
    assert.equal(zone().send(update(["ep A"], []), "automation").kind, "refused");
  });
});

describe("a directed scenario", () => {
  const played = (rest: Partial<Parameters<typeof directed>[0]>) => {
    return directed({ id: "it", tells: "it", acts: [[3_000, down("lb-1")]], worlds: 1, ...rest });
  };

  it("holds where everything comes right, and its own question is answered", async () => {
    const { broken } = await played({ expects: answersAt(10_000) }).run();
    assert.equal(broken, undefined);
  });

  it("says where its own question is not answered", async () => {
    const { broken, story } = await played({ expects: quietBetween(2_000, 10_000) }).run();
    assert.equal(broken, "scenario");
    assert.match(story.join("\n"), /enactor-az\d wrote at/);
  });

  it("says where it took people, or a position fell behind what a hand deleted", async () => {
    const alone = played({ isAlone: true, acts: [[3_000, hand("malformed-fence")]] });
    assert.equal((await alone.run()).broken, "converges");
    const acts = [
      [2_900, link("store-away", "*", "store", 7_000)],
      [3_000, hand("delete-both")],
    ] as const;
    assert.equal((await played({ isStrict: true, acts }).run()).broken, undefined);
  });
});
