import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { utf8, utf8Text } from "../src/base/index.ts";
import { SeededChance } from "./seededChance.ts";
import { SimClock } from "./simClock.ts";
import { SimDisk } from "./simDisk.ts";

describe("SeededChance", () => {
  it("repeats for one seed, and a fork moves nothing elsewhere", () => {
    const left = new SeededChance(5);
    const right = new SeededChance(5);
    left.fork("a").below(10);
    const draw = (chance: SeededChance) => Array.from({ length: 20 }, () => chance.below(1000));
    assert.deepEqual(draw(left), draw(right));
    assert.notDeepEqual(draw(left.fork("a")), draw(left.fork("b")));
  });

  it("draws every number below the bound about equally often", () => {
    const chance = new SeededChance(1);
    const counts = [0, 0, 0];
    for (let round = 0; round < 30_000; round += 1) {
      const drawn = chance.below(3);
      counts[drawn] = (counts[drawn] ?? 0) + 1;
    }
    for (const count of counts) assert.ok(Math.abs(count - 10_000) < 500, `${count}`);
  });
});

describe("SimClock", () => {
  it("runs due tasks in the order of their times, and no cancelled one", async () => {
    const clock = new SimClock();
    const ran: string[] = [];
    clock.wakeAfter(20, () => ran.push("second"));
    clock.wakeAfter(10, () => {
      ran.push("first");
      clock.wakeAfter(5, () => ran.push("between"));
    });
    clock.wakeAfter(15, () => ran.push("never"))();
    clock.wakeAfter(100, () => ran.push("later"));
    await clock.advance(50);
    assert.deepEqual(ran, ["first", "between", "second"]);
    assert.equal(clock.monotonicMs(), 50);
  });
});

describe("SimDisk", () => {
  it("forgets on a crash what was not synced, a new file's name included", async () => {
    const disk = new SimDisk();
    await disk.append("a", utf8("kept"));
    await disk.sync("a");
    await disk.append("a", utf8(" lost"));
    await disk.append("b", utf8("lost"));
    assert.equal(utf8Text((await disk.read("a")) ?? utf8("")), "kept lost");
    const next = disk.crash("nothing", new SeededChance(1));
    assert.equal(utf8Text((await next.read("a")) ?? utf8("")), "kept");
    assert.deepEqual(await next.list(), ["a"]);
    await assert.rejects(disk.read("a"), /the machine is off/);
  });
});
