import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SimClock } from "../../../sim/simClock.ts";
import { SimDisk } from "../../../sim/simDisk.ts";
import { type Log, SILENT_LOG } from "../../base/index.ts";
import { rcodeText } from "../../dns/index.ts";
import { NameserverError } from "../nameserverError.ts";
import { StateFiles } from "../state/stateFiles.ts";
import { APEX, at, rrsetsOf, update } from "../zone/exampleZone.suite.ts";
import { ZoneData } from "../zone/zoneData.ts";
import { ZoneTable } from "../zone/zoneTable.ts";
import { Committer, type CommitterParts } from "./committer.ts";

const ARENA_OCTETS = 2 ** 20;

function soa(serial: number): string {
  return `@ 60 SOA ns1.${APEX} hostmaster.${APEX} ${serial >>> 0} 300 60 2419200 5`;
}

/** A committer over one zone of serial 100. */
async function open(rest: Partial<CommitterParts> = {}) {
  const disk = new SimDisk();
  const { files, zones, arena } = await StateFiles.open(disk, undefined, ARENA_OCTETS);
  const table = new ZoneTable(zones);
  const zone = new ZoneData(APEX, arena);
  table.add(zone);
  const parts = { zones: table, files, clock: new SimClock(), log: SILENT_LOG };
  const committer = new Committer({ ...parts, ...rest });
  const lines = [soa(100), "@ 60 NS ns1.example.test.", "ns1 60 A 192.0.2.53"];
  const [ns1, apex] = [rrsetsOf(lines.slice(2)), rrsetsOf(lines.slice(0, 2))];
  await committer.setUp(APEX, () => [
    { name: APEX, rrsets: apex },
    { name: at("ns1"), rrsets: ns1 },
  ]);
  table.serve([APEX]);
  assert.equal(zone.serial, 100);
  const add = async (...lines: string[]) => {
    return rcodeText((await committer.update(update([], lines))).rcode);
  };
  return { disk, zone, committer, add };
}

const FAR = 2 ** 31 - 1;

describe("Committer, serials", () => {
  it("raises by one what two SOAs of one UPDATE would set backwards", async () => {
    const { zone, add } = await open();
    assert.equal(await add(soa(100 + FAR), soa(100 + 2 * FAR)), "NOERROR");
    assert.equal(zone.serial, 101);
  });

  it("raises by one what two UPDATEs of one group would set backwards", async () => {
    const { zone, add } = await open();
    await Promise.all([add(soa(100 + FAR)), add(soa(100 + 2 * FAR))]);
    assert.equal(zone.serial, 101);
  });

  it("takes the server's own, above what secondaries hold, and none back from it", async () => {
    const { zone, committer, add } = await open();
    const apex = rrsetsOf([soa(100 + FAR + 9), "@ 60 NS ns1.example.test."]);
    const own = committer.setUp(APEX, () => [{ name: APEX, rrsets: apex }]);
    await Promise.all([own, add(soa(100 + 2 * FAR + 8)), add(soa(100 + 3 * FAR + 7))]);
    assert.equal(zone.serial, (100 + FAR + 9) >>> 0);
  });
});

describe("Committer, failures", () => {
  it("shows and answers what is durable though a watcher throws, and goes on", async () => {
    const lines: string[] = [];
    const log: Log = { ...SILENT_LOG, error: (text) => void lines.push(text) };
    const fail = () => assert.fail("a watcher's bug");
    const { zone, add, committer } = await open({
      log,
      watcher: { onDurable: fail, onShown: fail },
    });
    for (const name of ["a", "b"]) {
      assert.equal(await add(`${name} 60 A 192.0.2.1`), "NOERROR");
      assert.ok(zone.node(at(name)), "it is shown");
    }
    await committer.idle();
    assert.equal(lines.length, 6, "three commits, two watchers");
  });

  it("goes on after what nobody expected, and leaves no update without an answer", async () => {
    let isBroken = false;
    const broken = {
      complete: () => {},
      hasWork: () => false,
      problem: () => (isBroken ? assert.fail("a bug") : undefined),
    };
    const { add, zone } = await open({ signer: broken });
    isBroken = true;
    assert.equal(await add("a 60 A 192.0.2.1"), "SERVFAIL");
    isBroken = false;
    assert.equal(await add("b 60 A 192.0.2.1"), "NOERROR");
    assert.equal(zone.serial, 101);
  });

  it("fails one UPDATE that does not fit the memory, not those that came with it", async () => {
    const { add, zone } = await open();
    const small = Array.from({ length: 40 }, (_, index) => `s${index} 60 A 192.0.2.1`);
    const text = `"${"x".repeat(200)}"`;
    const large = Array.from({ length: 4000 }, (_, index) => `l${index} 60 TXT ${text}`);
    const answers = await Promise.all([
      ...small.slice(0, 20).map((line) => add(line)),
      add(...large),
      ...small.slice(20).map((line) => add(line)),
    ]);
    assert.equal(answers[20], "SERVFAIL");
    assert.deepEqual(new Set(answers.toSpliced(20, 1)), new Set(["NOERROR"]));
    assert.ok(zone.node(at("s0")) && zone.node(at("s39")));
    assert.equal(zone.node(at("l0")), undefined);
  });

  it("refuses what takes too long to sign, not what came with it", async () => {
    const { committer, add } = await open({
      signer: {
        hasWork: () => false,
        problem: () => undefined,
        complete: (draft) => {
          if (draft.node(at("big")) === undefined) return;
          const fault = { code: "signing-too-long", zone: APEX, name: at("big") } as const;
          throw new NameserverError(fault, "Cannot change big as it must be short: it is long");
        },
      },
    });
    const big = committer.update(update([], ["big 60 NS ns.example.org."]));
    const [outcome, other] = await Promise.all([big, add("a 60 A 192.0.2.1")]);
    assert.deepEqual([rcodeText(outcome.rcode), outcome.rule], ["REFUSED", "cut-changes-few"]);
    assert.match(outcome.problem ?? "", /it is long/);
    assert.equal(other, "NOERROR");
  });
});
