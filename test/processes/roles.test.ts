// Each role by itself, without a supervisor, on the state that an instance left.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { nameOf } from "../../src/dns/index.ts";
import { editState } from "../../src/nameserver/index.ts";
import { DiskFolder } from "../../src/net/index.ts";
import { ENDPOINT, type Instance, type Region, until, withRegion } from "./instance.ts";

/** A state to work on: keys, accepted settings, and a zone that was served once. */
async function seeded(region: Region): Promise<void> {
  const instance = await region.up();
  await region.answers(region.places.addresses);
  await instance.stop();
}

function startRole(region: Region, role: string, id = role): Instance {
  return region.run(["run", "--role", role, "--id", id, "--state", region.state]);
}

test("a nameserver by itself answers what it held, and Ctrl-C ends it", async () => {
  await withRegion(async (region) => {
    await seeded(region);
    const nameserver = startRole(region, "nameserver");
    await region.answers(region.places.addresses);
    const { code } = await nameserver.stop("SIGINT");
    assert.equal(code, 0);
    assert.equal(await region.answer(), undefined);
  });
});

test("a second process of the same role on the same state is refused", async () => {
  await withRegion(async (region) => {
    await seeded(region);
    const first = startRole(region, "nameserver");
    await region.answers(region.places.addresses);
    const { code, output } = await startRole(region, "nameserver").ended;
    assert.equal(code, 1);
    const { pid } = first.child;
    assert.ok(output.includes(`another one does (process ${pid})`), output);
    await region.answers(region.places.addresses);
  });
});

test("an enactor that the configuration does not name is refused, and leaves nothing", async () => {
  await withRegion(async (region) => {
    await seeded(region);
    const { code, output } = await startRole(region, "enactor", "enactor-az9").ended;
    assert.equal(code, 1);
    assert.match(output, /its id must be one of enactor-az1, enactor-az2/);
    assert.equal(existsSync(join(region.state, "enactor-az9.lock")), false);
  });
});

test("an enactor by itself repairs from its own disk, without a plan store", async () => {
  await withRegion(async (region) => {
    await seeded(region);
    const disk = await DiskFolder.open(join(region.state, "nameserver"));
    const edited = await editState(disk, (editor) => {
      editor.set(nameOf("use1.holdfast.example."), nameOf(ENDPOINT), []);
    });
    await disk.close();
    assert.equal(edited, 1);
    startRole(region, "nameserver");
    await until("answers without the records", async () => (await region.code()) === "ENODATA");
    const enactor = startRole(region, "enactor", "enactor-az1");
    await region.answers(region.places.addresses);
    assert.equal((await enactor.stop("SIGTERM")).code, 0);
    await region.answers(region.places.addresses);
  });
});

test("every role runs by itself, beside the others, as a region does", async () => {
  await withRegion(async (region) => {
    await seeded(region);
    for (const role of ["nameserver", "store", "planner", "prober", "demo"])
      startRole(region, role);
    for (const id of ["enactor-az1", "enactor-az2"]) startRole(region, "enactor", id);
    await region.answers(region.places.addresses);
    const url = `http://127.0.0.1:${region.places.apiPort}/readyz`;
    await until("is ready by its API", async () => {
      const status = await fetch(url).then(
        (answer) => answer.status,
        () => 0,
      );
      return status === 200;
    });
  });
});
