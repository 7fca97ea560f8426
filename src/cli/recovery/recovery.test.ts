import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ApiWorld } from "../../api/world.suite.ts";
import { acquireLock } from "../../net/index.ts";
import { type CliWorld, settingsAt, withFolder, withRegion } from "../world.suite.ts";
import { manifestText, readManifest } from "./manifest.ts";

function furnish(cli: CliWorld): void {
  cli.accept(settingsAt(new ApiWorld(), 1));
  const files: readonly (readonly [path: string, text: string])[] = [
    ["nameserver/journal-1", "commits"],
    ["store/plans.sqlite", "plans"],
    ["store/plans.sqlite-wal", "newest plans"],
    ["enactors/enactor-az1/marks", "marks"],
  ];
  for (const [path, text] of files) {
    const full = join(cli.layout.folder, path);
    mkdirSync(join(full, ".."), { recursive: true });
    writeFileSync(full, text);
  }
}

function read(...parts: string[]): string {
  return readFileSync(join(...parts), "utf8");
}

test("a backup of what does not run is restored, and the state from before is kept", async () => {
  await withFolder(async (cli) => {
    furnish(cli);
    const made = await cli.run(["backup", "copy"]);
    assert.equal(made.code, 0, made.err);
    assert.equal(statSync(join(cli.cwd, "copy")).mode & 0o777, 0o700);
    assert.equal(statSync(join(cli.cwd, "copy/token")).mode & 0o777, 0o600);
    writeFileSync(join(cli.layout.folder, "store/plans.sqlite"), "damaged");
    const restored = await cli.run(["restore", "copy"]);
    assert.equal(restored.code, 0, restored.err);
    assert.equal(read(cli.layout.folder, "store/plans.sqlite"), "plans");
    assert.equal(read(cli.layout.folder, "store/plans.sqlite-wal"), "newest plans");
    assert.equal(read(cli.layout.folder, "nameserver/journal-1"), "commits");
    assert.equal(
      read(cli.layout.folder, "keys/operator.key"),
      read(cli.cwd, "copy/keys/operator.key"),
    );
    assert.match(restored.out, /the next plan is made above it/);
    assert.match(restored.out, /also those that were ended since.*\n"override list"/);
    const aside = readdirSync(cli.cwd).find((name) => name.includes(".before-restore-"));
    assert.equal(read(cli.cwd, aside ?? "", "store/plans.sqlite"), "damaged");
    // Nothing is held any more: a second restore works.
    assert.equal(existsSync(join(cli.layout.folder, "supervisor.holder.json")), false);
  });
});

test("a backup into a folder that exists is refused, and leaves it alone", async () => {
  await withFolder(async (cli) => {
    furnish(cli);
    mkdirSync(join(cli.cwd, "copy"));
    const { code, err } = await cli.run(["backup", "copy"]);
    assert.equal(code, 1);
    assert.match(err, /something is there already/);
    assert.deepEqual(readdirSync(join(cli.cwd, "copy")), []);
  });
});

const DAMAGES: readonly (readonly [what: string, damage: (folder: string) => void])[] = [
  ["a changed file", (folder) => writeFileSync(join(folder, "store/plans.sqlite"), "plane")],
  ["a cut file", (folder) => writeFileSync(join(folder, "nameserver/journal-1"), "comm")],
  ["a broken manifest", (folder) => writeFileSync(join(folder, "MANIFEST.json"), "{")],
  [
    "a newer format",
    (folder) => {
      const text = read(folder, "MANIFEST.json").replace(
        '"holdfastBackup": 1',
        '"holdfastBackup": 2',
      );
      writeFileSync(join(folder, "MANIFEST.json"), text);
    },
  ],
];

for (const [what, damage] of DAMAGES) {
  test(`restore refuses a backup with ${what}, and changes nothing`, async () => {
    await withFolder(async (cli) => {
      furnish(cli);
      await cli.run(["backup", "copy"]);
      damage(join(cli.cwd, "copy"));
      const { code, err } = await cli.run(["restore", "copy"]);
      assert.equal(code, 1);
      assert.match(err, /Cannot use the backup/);
      assert.equal(read(cli.layout.folder, "store/plans.sqlite"), "plans");
      assert.deepEqual(readdirSync(cli.cwd).sort(), [".holdfast", "copy"]);
    });
  });
}

test("a manifest that names files outside of its folder is refused", () => {
  const file = { octets: 0, sha256: "0".repeat(64) };
  const text = (path: string): string =>
    manifestText({ region: "use1", madeAtMs: 0, online: false, files: [{ ...file, path }] });
  assert.equal(readManifest(text("keys/operator.key")).files.length, 1);
  for (const path of ["../token", "/etc/passwd", "keys/../../x", "a//b", "", "a/./b", ".."]) {
    assert.throws(() => readManifest(text(path)), /Cannot use the backup/, path);
  }
});

for (const lock of ["supervisor", "nameserver", "enactor-az1"]) {
  test(`restore refuses while a ${lock} runs on the state folder`, async () => {
    await withFolder(async (cli) => {
      furnish(cli);
      await cli.run(["backup", "copy"]);
      const held = acquireLock(cli.layout.folder, lock, { pid: 1, role: lock, sinceMs: 0 });
      assert.ok(held.kind === "held");
      const { code, err } = await cli.run(["restore", "copy"]);
      held.release();
      assert.equal(code, 1);
      assert.match(err, new RegExp(`its ${lock} \\(process 1\\) runs on it`));
    });
  });
}

test("restore refuses another region's state, unless forced", async () => {
  await withFolder(async (cli) => {
    furnish(cli);
    await cli.run(["backup", "copy"]);
    writeFileSync(cli.layout.regionFile, "euw1\n");
    const { code, err } = await cli.run(["restore", "copy"]);
    assert.equal(code, 1);
    assert.match(err, /region use1 over region euw1/);
    assert.equal((await cli.run(["restore", "copy", "--force"])).code, 0);
    assert.equal(read(cli.layout.regionFile), "use1\n");
  });
});

test("restore works where there is no state yet", async () => {
  await withFolder(async (cli) => {
    furnish(cli);
    await cli.run(["backup", "copy"]);
    const { code, err } = await cli.run(["restore", "copy", "--state", "elsewhere"]);
    assert.equal(code, 0, err);
    assert.equal(read(cli.cwd, "elsewhere/region"), "use1\n");
  });
});

test("a backup of what runs has the API copy the plan store", async () => {
  const api = new ApiWorld({ backup: async (path) => writeFileSync(path, "online copy") });
  await api.plan(["dynamodb"]);
  await withRegion(api, async (cli, asker) => {
    furnish(cli);
    cli.accept(settingsAt(api, asker.port));
    const held = acquireLock(cli.layout.folder, "store", { pid: 1, role: "store", sinceMs: 0 });
    assert.ok(held.kind === "held");
    const { code, err } = await cli.run(["backup", "copy"]);
    held.release();
    assert.equal(code, 0, err);
    assert.equal(read(cli.cwd, "copy/store/plans.sqlite"), "online copy");
    assert.deepEqual(readdirSync(join(cli.cwd, "copy/store")), ["plans.sqlite"]);
    const manifest = readManifest(read(cli.cwd, "copy/MANIFEST.json"));
    assert.equal(manifest.online, true);
  });
});

test("a backup that fails leaves nothing behind", async () => {
  const api = new ApiWorld();
  await api.plan(["dynamodb"]);
  await withRegion(api, async (cli) => {
    const held = acquireLock(cli.layout.folder, "store", { pid: 1, role: "store", sinceMs: 0 });
    assert.ok(held.kind === "held");
    const { code } = await cli.run(["backup", "copy"]);
    held.release();
    assert.equal(code, 1);
    assert.equal(existsSync(join(cli.cwd, "copy")), false);
  });
});
