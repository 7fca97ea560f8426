import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeMessage, encodeMessage, makeQuery, RRType } from "../../dns/index.ts";
import { pin, unpin } from "../zone/arenaReader.ts";
import { APEX, at, rrsetsOf, zoneOf } from "../zone/exampleZone.suite.ts";
import { ZoneDraft } from "../zone/zoneDraft.ts";
import { ZoneTable } from "../zone/zoneTable.ts";
import { TestServer } from "./testServer.suite.ts";

function served(lines: readonly string[], options: { seeded?: boolean } = {}) {
  const zone = zoneOf(lines, options);
  const table = new ZoneTable(new Map([[APEX, zone]]));
  const server = new TestServer(zone.arena);
  const ask = (name: string) => {
    const query = encodeMessage(makeQuery(1, at(name), RRType.A));
    const decoded = decodeMessage(server.reply(query));
    assert.ok(decoded.kind === "message");
    const { rcode, answer } = decoded.message;
    return `${rcode} ${answer.map(({ rdata }) => rdata.join(".")).join()}`;
  };
  const set = (name: string, lines: readonly string[]) => {
    const draft = new ZoneDraft(zone);
    draft.set(at(name), rrsetsOf(lines));
    zone.apply(draft);
  };
  return { zone, table, ask, set, server };
}

test("a zone is answered once it is served, and every commit with the next batch", () => {
  const { table, ask, set } = served(["www 60 A 192.0.2.1"]);
  assert.equal(ask("www"), "5 ");
  table.serve([APEX]);
  assert.equal(ask("www"), "0 192.0.2.1");
  for (let commit = 2; commit < 200; commit += 1) {
    set("www", [`www 60 A 192.0.2.${commit}`]);
    set(`x${commit}`, [`x${commit} 60 A 192.0.2.9`]);
    assert.equal(ask("www"), `0 192.0.2.${commit}`);
    assert.equal(ask(`x${commit}`), "0 192.0.2.9");
  }
  set("www", []);
  assert.equal(ask("www"), "3 ");
  set("a.b.www", ["a.b.www 60 A 192.0.2.3"]);
  assert.equal(ask("www"), "0 ", "an empty non-terminal");
  assert.equal(ask("b.www"), "0 ");
  assert.equal(ask("c.b.www"), "3 ");
});

test("between two batches a thread holds no version, within one it holds its own", () => {
  const { zone, set, ask, table } = served(["www 60 A 192.0.2.1"]);
  table.serve([APEX]);
  ask("www");
  const used = () => zone.arena.usedOctets;
  for (let commit = 0; commit < 50; commit += 1) set("www", [`www 60 A 192.0.2.${commit}`]);
  const before = used();
  for (let commit = 0; commit < 50; commit += 1) set("www", [`www 60 A 192.0.2.${commit}`]);
  assert.ok(used() <= before, "memory of older versions came back");
  pin(zone.arena.words, 40);
  for (let commit = 0; commit < 50; commit += 1) set("www", [`www 60 A 192.0.2.${commit}`]);
  assert.ok(used() > before, "a version that is held stays");
  unpin(zone.arena.words, 40);
});

test("a zone without its seed is not spoken of", () => {
  const { table, ask } = served(["www 60 A 192.0.2.1"], { seeded: false });
  table.serve([APEX]);
  assert.equal(ask("www"), "2 ");
  assert.equal(ask("nothing"), "2 ");
});
