// No way but the confirmed one takes a name away: each of the others leaves every name answering.
import assert from "node:assert/strict";
import { copyFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { type Region, until } from "../processes/instance.ts";
import { withDemo, ZONE } from "./demoRegion.ts";
import { demoNames, NamesWatcher } from "./namesWatcher.ts";
import { holdfast, holdfastJson } from "./tools.ts";

const NAME = `dynamodb.${ZONE}`;
/** Rounds over all names that count as "it goes on answering". */
const ROUNDS = 30;

interface Status {
  readonly generation: number;
  readonly endpoints: { readonly planned: number; readonly orphaned: number };
  readonly targets: { readonly up: number; readonly down: number };
  readonly processes?: readonly {
    readonly role: string;
    readonly generation?: number;
    readonly pending?: number;
  }[];
}

async function status(region: Region): Promise<Status> {
  return (await holdfastJson(region.state, "status")) as Status;
}

/** Watches every name of the region through `work`, and a while longer. */
async function watched(
  region: Region,
  work: (watcher: NamesWatcher) => Promise<void>,
): Promise<void> {
  const watcher = new NamesWatcher(region.places.dnsPort, demoNames(ZONE));
  await until("answers every name", async () => watcher.rounds > 0);
  await work(watcher);
  const { rounds } = watcher;
  await until("answers every name for a while", async () => watcher.rounds > rounds + ROUNDS);
  const trouble = await watcher.stop();
  assert.deepEqual(trouble, { denials: [], backwards: [] });
}

function change(region: Region, edit: (text: string) => string): void {
  const text = readFileSync(region.config, "utf8");
  const next = edit(text);
  assert.notEqual(next, text, "the configuration changes");
  writeFileSync(region.config, next);
}

/** Stops the instance whole, does something to its files, and starts it again. */
async function restarted(region: Region, work: () => void): Promise<void> {
  await region.endAll();
  work();
  await region.up();
}

function planStore(region: Region): string {
  return join(region.state, "store", "plans.sqlite");
}

async function converges(region: Region): Promise<void> {
  await until("has converged", async () => {
    const { generation, processes = [] } = await status(region);
    const enactors = processes.filter(({ role }) => role === "enactor");
    return enactors.every((one) => one.generation === generation && one.pending === 0);
  });
}

test("an empty configuration file, and one without endpoints, remove no name", async () => {
  await withDemo(async (region) => {
    await watched(region, async () => {
      const whole = readFileSync(region.config, "utf8");
      for (const text of ["", "---\n"]) {
        writeFileSync(region.config, text);
        const { code, stderr } = await holdfast(region.state, "reload");
        assert.equal(code, 3, `refused: ${stderr}`);
      }
      const without = whole.replace(/^endpoints:[\s\S]*?(?=^# Made-up)/m, "");
      assert.ok(without.length < whole.length, "the example has endpoints");
      writeFileSync(region.config, without);
      const { code, stderr } = await holdfast(region.state, "reload");
      assert.equal(code, 0, stderr);
      await until("calls all orphans", async () => (await status(region)).endpoints.orphaned === 7);
      assert.equal((await status(region)).endpoints.planned, 7);
    });
  });
});

test("a deleted pool, and one without targets, remove no name", async () => {
  await withDemo(async (region) => {
    await watched(region, async () => {
      const whole = readFileSync(region.config, "utf8");
      // The pool alone: its endpoints refer to nothing, which is refused.
      change(region, (text) => text.replace(/^ {2}- id: ddb-fips\n.*\n.*\n/m, ""));
      assert.equal((await holdfast(region.state, "reload")).code, 3);
      writeFileSync(region.config, whole);
      change(region, (text) => text.replace(/targets: \[lb-a3, lb-b3, lb-c3\]/, "targets: []"));
      assert.equal((await holdfast(region.state, "reload")).code, 3);
      // The pool with all that refers to it: its endpoint is an orphan, and goes on answering.
      writeFileSync(region.config, whole);
      change(region, (text) => {
        const without = text.replace(/^ {2}- id: ddb-fips\n.*\n.*\n/m, "");
        return without.replace(/^ {2}- name: dynamodb-fips\n.*\n.*\n/m, "");
      });
      const { code, stderr } = await holdfast(region.state, "reload");
      assert.equal(code, 0, stderr);
      await until(
        "calls it an orphan",
        async () => (await status(region)).endpoints.orphaned === 1,
      );
    });
  });
});

test("a lost plan store removes no name, and the next plans are above its own", async () => {
  await withDemo(async (region) => {
    const lost = await status(region);
    await watched(region, async (watcher) => {
      await restarted(region, () => rmSync(join(region.state, "store"), { recursive: true }));
      await converges(region);
      const found = await status(region);
      assert.ok(found.generation > lost.generation, `${found.generation} after ${lost.generation}`);
      await until("has a fence of the new line", async () => {
        return watcher.generation(NAME) > lost.generation;
      });
    });
  });
});

test("yesterday's plan store removes no name, repeats no generation, goes never back", async () => {
  await withDemo(async (region) => {
    const old = join(region.folder, "yesterday.sqlite");
    await region.endAll();
    copyFileSync(planStore(region), old);
    await region.up();
    const then = await status(region);
    // A day of plans.
    for (const act of ["fail", "heal", "fail", "heal"]) {
      const before = (await status(region)).generation;
      assert.equal((await holdfast(region.state, "demo", act, "lb-a1")).code, 0);
      await until("makes a plan", async () => (await status(region)).generation > before);
    }
    await converges(region);
    const newest = await status(region);
    assert.ok(newest.generation >= then.generation + 4);
    await watched(region, async (watcher) => {
      await restarted(region, () => {
        for (const end of ["", "-wal", "-shm"]) rmSync(planStore(region) + end, { force: true });
        copyFileSync(old, planStore(region));
      });
      await until("climbs above what the zone holds", async () => {
        return (await status(region)).generation > newest.generation;
      });
      await converges(region);
      const { generation } = await status(region);
      await until("shows it in the zone", async () => watcher.generation(NAME) > newest.generation);
      const plans = (await holdfastJson(region.state, "plans")) as {
        readonly plans: readonly { readonly generation: number }[];
      };
      const made = plans.plans.map((plan) => plan.generation);
      const repeated = made.filter((one) => one > then.generation && one <= newest.generation);
      assert.deepEqual(repeated, [], "no generation of the lost day is used again");
      assert.ok(generation > newest.generation);
    });
  });
});

test("a planner that reads an empty inventory removes no name", async () => {
  await withDemo(async (region) => {
    await watched(region, async () => {
      await region.endAll();
      const store = new DatabaseSync(planStore(region));
      store.exec("DELETE FROM target_health; DELETE FROM merged_health;");
      store.close();
      const instance = region.start();
      // The prober is stopped while it is still being loaded: the inventory stays empty.
      let prober: number | undefined;
      await until("starts the prober", async () => {
        prober = await region.pid("prober").catch(() => undefined);
        return prober !== undefined;
      });
      assert.ok(prober !== undefined);
      process.kill(prober, "SIGSTOP");
      await until("has an API", async () => (await holdfast(region.state, "status")).code === 0);
      // Longer than the planner waits for a first round of probes before it plans without.
      await new Promise((resolve) => setTimeout(resolve, 4_000));
      const { targets } = await status(region);
      assert.deepEqual([targets.up, targets.down], [0, 0], "nothing is known of any target");
      assert.equal((await holdfast(region.state, "reload")).code, 0);
      process.kill(prober, "SIGCONT");
      await instance.says("Ready after");
      await converges(region);
    });
  });
});
