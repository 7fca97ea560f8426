import assert from "node:assert/strict";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { AssertionError, utf8, utf8Text } from "../base/index.ts";
import { DiskFolder } from "./diskFolder.ts";
import { NetError } from "./netError.ts";

const root = await mkdtemp(join(tmpdir(), "holdfast-disk-"));
after(() => rm(root, { recursive: true }));

let count = 0;
async function freshFolder(): Promise<{ disk: DiskFolder; folder: string }> {
  count += 1;
  const folder = join(root, `case-${count}`, "below");
  return { disk: await DiskFolder.open(folder), folder };
}

async function textOf(disk: DiskFolder, name: string): Promise<string | undefined> {
  const bytes = await disk.read(name);
  return bytes === undefined ? undefined : utf8Text(bytes);
}

test("append() adds in the order asked, also when nobody waits in between", async () => {
  const { disk } = await freshFolder();
  const steps = ["a", "b", "c", "d"].map((text) => disk.append("log", utf8(text)));
  await Promise.all([...steps, disk.sync("log")]);
  assert.equal(await textOf(disk, "log"), "abcd");
  await disk.truncate("log", 2);
  await disk.append("log", utf8("e"));
  assert.equal(await textOf(disk, "log"), "abe");
  await disk.close();
});

test("appendDurably() adds behind what is there, however it came there", async () => {
  const { disk, folder } = await freshFolder();
  await disk.replace("log", utf8("a"));
  await Promise.all([disk.appendDurably("log", utf8("b")), disk.appendDurably("log", utf8("c"))]);
  await disk.append("log", utf8("d"));
  await disk.truncate("log", 3);
  await disk.appendDurably("log", utf8("e"));
  assert.equal(await textOf(disk, "log"), "abce");
  await disk.replace("log", utf8("f"));
  await disk.appendDurably("log", utf8("g"));
  assert.equal(await textOf(disk, "log"), "fg", "the file that was replaced is let go");
  await disk.appendDurably("new", utf8("h"));
  assert.equal(await textOf(disk, "new"), "h");
  assert.equal((await stat(join(folder, "new"))).mode & 0o777, 0o600);
  await disk.close();
});

test("readInto() fills memory from an octet on, as far as the file goes", async () => {
  const { disk } = await freshFolder();
  await disk.append("state", utf8("abcdef"));
  const shared = new Uint8Array(new SharedArrayBuffer(4));
  assert.equal(await disk.readInto("state", 1, shared), 4);
  assert.equal(Buffer.from(shared).toString(), "bcde");
  assert.equal(await disk.readInto("state", 4, shared), 2);
  assert.equal(Buffer.from(shared).toString(), "efde");
  assert.equal(await disk.readInto("none", 0, shared), 0);
  assert.deepEqual([await disk.size("state"), await disk.size("none")], [6, undefined]);
  await disk.close();
});

test("replace() gives the new content, and appends go on behind it", async () => {
  const { disk, folder } = await freshFolder();
  await disk.append("state", utf8("old"));
  await disk.replace("state", utf8("new"));
  await disk.append("state", utf8("er"));
  await disk.sync("state");
  assert.equal(await textOf(disk, "state"), "newer");
  assert.equal((await stat(join(folder, "state"))).mode & 0o777, 0o600);
  assert.equal((await stat(folder)).mode & 0o777, 0o700);
  await disk.close();
});

test("list() shows files only, sorted, without what a crash left of a replace()", async () => {
  const { disk, folder } = await freshFolder();
  await disk.replace("b", utf8("1"));
  await disk.replace("a", utf8("1"));
  await writeFile(join(folder, ".a.new"), "half");
  await DiskFolder.open(join(folder, "inner"));
  assert.deepEqual(await disk.list(), ["a", "b"]);
});

test("read() gives undefined for no file, and remove() is harmless then", async () => {
  const { disk } = await freshFolder();
  await disk.append("x", utf8("1"));
  await disk.remove("x");
  await disk.remove("x");
  assert.equal(await disk.read("x"), undefined);
  await disk.append("x", utf8("2"));
  assert.equal(await textOf(disk, "x"), "2");
  await disk.close();
});

test("read() gives plain octets whose slice() is a copy", async () => {
  const { disk } = await freshFolder();
  await disk.replace("x", utf8("abc"));
  const bytes = await disk.read("x");
  assert.ok(bytes !== undefined && !Buffer.isBuffer(bytes));
  bytes.slice(0, 1)[0] = 0;
  assert.equal(utf8Text(bytes), "abc");
});

test("a failed step rejects, and the next one on the same file runs", async () => {
  const { disk } = await freshFolder();
  await assert.rejects(disk.truncate("none", 0), { code: "ENOENT" });
  await disk.append("none", utf8("1"));
  assert.equal(await textOf(disk, "none"), "1");
  await disk.close();
});

test("names with slashes or leading dots stop the program", async () => {
  const { disk } = await freshFolder();
  for (const name of ["../x", "a/b", ".a.new", "", ".."]) {
    assert.throws(() => disk.read(name), AssertionError, name);
  }
});

test("open() says why when the place is taken by a file", async () => {
  const file = join(root, "file");
  await writeFile(file, "");
  await assert.rejects(DiskFolder.open(file), (error: unknown) => {
    assert.ok(error instanceof NetError);
    assert.equal(error.fault.code, "folder-unusable");
    return true;
  });
});
