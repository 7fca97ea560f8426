/**
 * Measures zones in memory: loading them, the state file and the start from it, what one commit
 * costs, memory. Run: `node bench/zoneArena.ts [names]`; each step is a process of its own.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { utf8 } from "../src/base/index.ts";
import { encodeTxt, makeRRset, nameOf, parseRdata, type RRset, RRType } from "../src/dns/index.ts";
import { bulkLoad } from "../src/nameserver/index.ts";
import { StateFiles } from "../src/nameserver/state/stateFiles.ts";
import { ZoneDraft } from "../src/nameserver/zone/zoneDraft.ts";
import { DiskFolder } from "../src/net/index.ts";
import { fenceText } from "../src/plan/index.ts";

const APEX = nameOf("bench.example.");
const UPDATES = 50_000;

function rdataOf(type: number, text: string): Uint8Array {
  const parsed = parseRdata(type, text);
  if (parsed.kind === "malformed") throw new Error(parsed.problem);
  return parsed.rdata;
}

function endpointName(index: number): string {
  return `ep-${index.toString(36).padStart(6, "0")}.${APEX}`;
}

function addresses(index: number, generation: number): RRset {
  const rdata = [10 + (generation % 100), 192].map((first) =>
    Uint8Array.of(first, index >>> 16, index >>> 8, index),
  );
  return makeRRset(nameOf(endpointName(index)), RRType.A, 60, rdata);
}

function fence(index: number, generation: number): RRset {
  const digest = "0123456789abcdef";
  const text = fenceText({ epoch: 0, generation, edition: generation, types: ["A"], digest });
  const name = nameOf(`_holdfast.${endpointName(index)}`);
  return makeRRset(name, RRType.TXT, 30, [encodeTxt([utf8(text)])]);
}

function* rrsetsOf(names: number): Iterable<RRset> {
  const soa = `ns1.${APEX} hostmaster.${APEX} 1 300 60 2419200 5`;
  yield makeRRset(APEX, RRType.SOA, 60, [rdataOf(RRType.SOA, soa)]);
  yield makeRRset(APEX, RRType.NS, 60, [rdataOf(RRType.NS, `ns1.${APEX}`)]);
  for (let index = 0; index < names; index += 1) {
    yield addresses(index, 1);
    yield fence(index, 1);
  }
}

function say(what: string, from: number): void {
  const memory = Math.round(process.memoryUsage().rss / 2 ** 20);
  console.log(`${what}: ${(performance.now() - from).toFixed(0)} ms, rss ${memory} MiB`);
}

async function make(folder: string, names: number): Promise<void> {
  const from = performance.now();
  await bulkLoad(await DiskFolder.open(folder), [{ apex: APEX, rrsets: rrsetsOf(names) }]);
  say("bulkLoad", from);
}

async function load(folder: string, names: number): Promise<void> {
  const from = performance.now();
  const { zones, arena } = await StateFiles.open(await DiskFolder.open(folder));
  const zone = zones.get(APEX);
  if (zone === undefined) throw new Error("no zone");
  say(`load from image (${zone.nameCount} names, ${zone.fenceCount} fences)`, from);
  console.log(`process so far: ${performance.now().toFixed(0)} ms`);
  console.log(`arena in use: ${Math.round(arena.usedOctets / 2 ** 20)} MiB`);
  let at = performance.now();
  const before = process.cpuUsage();
  for (let index = 0; index < UPDATES; index += 1) {
    const draft = new ZoneDraft(zone);
    const name = (index * 7919) % names;
    draft.set(nameOf(endpointName(name)), [addresses(name, index + 2)]);
    draft.set(nameOf(`_holdfast.${endpointName(name)}`), [fence(name, index + 2)]);
    zone.apply(draft);
  }
  say(`${UPDATES} commits of two names each`, at);
  const used = process.cpuUsage(before);
  console.log(`${((used.user + used.system) / UPDATES).toFixed(1)} µs of processor time each`);
  at = performance.now();
  let records = 0;
  for (const [, node] of zone.nodes()) records += node.rrsets.length;
  say(`nodes(): ${records} RRsets decoded`, at);
  console.log(`arena in use: ${Math.round(arena.usedOctets / 2 ** 20)} MiB`);
}

const [step, folder = "", count = "1000000"] = process.argv.slice(2);
if (step === "make") await make(folder, Number(count));
else if (step === "load") await load(folder, Number(count));
else {
  const names = step ?? "1000000";
  const made = mkdtempSync(join(tmpdir(), "holdfast-arena-"));
  const file = import.meta.filename;
  for (const each of ["make", "load", "load"]) {
    spawnSync(process.execPath, [file, each, made, names], { stdio: "inherit" });
  }
  rmSync(made, { recursive: true });
}
