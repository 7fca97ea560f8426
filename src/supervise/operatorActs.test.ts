import assert from "node:assert/strict";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { stateLayout } from "../config/index.ts";
import { nameOf } from "../dns/index.ts";
import { RealChance } from "../net/index.ts";
import { sampleActs } from "./acts.suite.ts";
import { actId, actsFolder, EPOCH_MAX, removeAct, writeAct } from "./operatorActs.ts";
import { readActs } from "./readActs.ts";

const folder = mkdtempSync(join(tmpdir(), "holdfast-acts-"));
after(() => rmSync(folder, { recursive: true }));

let folders = 0;
function newLayout() {
  folders += 1;
  return stateLayout(join(folder, `state-${folders}`));
}

test("readActs() gives every kind of act back as it was written, oldest first", async () => {
  const layout = newLayout();
  const acts = sampleActs();
  for (const act of [...acts].reverse()) writeAct(layout, act);
  const found = await readActs(layout);
  assert.deepEqual(
    found,
    acts.map((act) => ({ kind: "act", act })),
  );
  for (const { id } of acts) removeAct(layout, id);
  removeAct(layout, acts[0]?.id ?? "");
  assert.deepEqual(await readActs(layout), []);
});

test("readActs() finds nothing where nobody acted", async () => {
  assert.deepEqual(await readActs(newLayout()), []);
});

test("writeAct() makes a file that only its owner may read, in such a folder", async () => {
  const layout = newLayout();
  const [act] = sampleActs();
  writeAct(layout, act);
  assert.deepEqual(readdirSync(actsFolder(layout)), [`${act.id}.json`]);
  assert.equal(statSync(actsFolder(layout)).mode & 0o777, 0o700);
  assert.equal(statSync(join(actsFolder(layout), `${act.id}.json`)).mode & 0o777, 0o600);
});

test("writeAct() cuts a reason that is too long: an act is never lost for its words", async () => {
  const layout = newLayout();
  const set = sampleActs().find((act) => act.kind === "override-set") ?? assert.fail();
  const reason = `first line\n${"x".repeat(5_000)}`;
  writeAct(layout, { ...set, reason, override: { ...set.override, reason } });
  const [found] = await readActs(layout);
  const act = found?.kind === "act" ? found.act : assert.fail();
  assert.match(act.reason, /^first line x+$/);
  assert.equal(act.reason.length, 1_000);
  assert.equal(act.kind === "override-set" && act.override.reason, act.reason);
});

test("actId() says when, in words that a fence may hold", async () => {
  const id = actId(Date.UTC(2026, 10, 22, 14, 5, 59), new RealChance());
  assert.match(id, /^a-20261122-1405-[a-z2-9]{4}$/);
});

const hostile: readonly { readonly text: string; readonly why: string }[] = [
  { text: "", why: "empty" },
  { text: "{", why: "cut off" },
  { text: "[]", why: "no object" },
  { text: fileText({ kind: "rm -rf" }), why: "no act" },
  { text: fileText({ more: 1 }), why: "an unknown member" },
  { text: fileText({ zone: "A.example." }), why: "no canonical name" },
  { text: fileText({ stores: [] }), why: "nobody took it" },
  { text: raisedText(EPOCH_MAX + 1), why: "an epoch that no fence could be raised above" },
  { text: fileText({ actor: "x".repeat(256) }), why: "a long actor" },
  { text: fileText({ id: "a-2" }), why: "another act's file" },
  { text: fileText({ id: "../../token" }), why: "an id that is a path" },
  { text: `"${"x".repeat(1_048_577)}"`, why: "too long" },
];

function raisedText(epoch: number): string {
  const { automation: _, ...act } = JSON.parse(fileText({})).act;
  const endpoint = "signin.use1.holdfast.example.";
  return JSON.stringify({ holdfastAct: 1, act: { ...act, kind: "epoch-raised", endpoint, epoch } });
}

function fileText(change: object): string {
  const act = {
    kind: "gate-set",
    id: "a-1",
    atMs: 5,
    actor: "operator:ann",
    reason: "",
    zone: "use1.holdfast.example.",
    stores: ["embedded"],
    automation: "paused",
    ...change,
  };
  return JSON.stringify({ holdfastAct: 1, act });
}

for (const { text, why } of hostile) {
  test(`readActs() puts a bad file aside, once, and reads on: ${why}`, async () => {
    const layout = newLayout();
    const [act] = sampleActs();
    writeAct(layout, act);
    writeFileSync(join(actsFolder(layout), "a-1.json"), text);
    const kinds = (await readActs(layout)).map(({ kind }) => kind);
    assert.deepEqual(kinds.sort(), ["act", "bad"]);
    assert.deepEqual(await readActs(layout), [{ kind: "act", act }]);
    assert.ok(readdirSync(actsFolder(layout)).includes("a-1.json.bad"));
  });
}

test("readActs() leaves a newer version's file where it is, for that version", async () => {
  const layout = newLayout();
  mkdirSync(actsFolder(layout), { recursive: true });
  const text = JSON.stringify({ holdfastAct: 2, act: { brave: "new" } });
  writeFileSync(join(actsFolder(layout), "a-1.json"), text);
  for (const _ of [1, 2]) {
    const [found] = await readActs(layout);
    assert.equal(found?.kind, "left");
    assert.match(found?.kind === "left" ? found.problem : "", /format 2 is of a newer version/);
  }
});

test("readActs() does not follow a link out of the folder", async () => {
  const layout = newLayout();
  mkdirSync(actsFolder(layout), { recursive: true });
  const outside = join(folder, "outside.json");
  writeFileSync(outside, fileText({}));
  symlinkSync(outside, join(actsFolder(layout), "a-1.json"));
  assert.equal((await readActs(layout))[0]?.kind, "left");
});

test("writeAct() refuses what it could not read again", async () => {
  const [act] = sampleActs();
  assert.throws(() => writeAct(newLayout(), { ...act, stores: [] }));
  assert.throws(() => writeAct(newLayout(), { ...act, id: "../a" }));
  assert.equal(nameOf("use1.holdfast.example."), act.zone);
});
