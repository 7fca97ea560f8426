import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { nameOf, rrsetLines } from "../../dns/index.ts";
import { ZoneData } from "../zone/zoneData.ts";
import { ZoneDraft } from "../zone/zoneDraft.ts";
import { catalogChanges } from "./catalogZone.ts";

const CATALOG = nameOf("catalog.test.");
const ZONES = ["a.test.", "b.test."].map(nameOf);

function make(zone: ZoneData, members = ZONES): readonly string[] {
  const draft = new ZoneDraft(zone);
  const changes = catalogChanges(draft, zone, members, 5);
  for (const { name, rrsets } of changes) draft.set(name, rrsets);
  zone.apply(draft);
  return changes.flatMap(({ name, rrsets }) =>
    rrsets.length === 0 ? [`${name} gone`] : rrsets.flatMap(rrsetLines),
  );
}

describe("catalogChanges()", () => {
  it("writes what RFC 9432 section 4 asks for, one member for each zone", () => {
    const zone = new ZoneData(CATALOG);
    const lines = make(zone);
    assert.ok(lines.includes('version.catalog.test. 0 IN TXT "2"'));
    assert.ok(lines.includes("catalog.test. 0 IN NS invalid."));
    assert.match(lines.join("\n"), /catalog\.test\. 0 IN SOA invalid\. invalid\. 5 /);
    const members = lines.filter((line) => line.includes(" PTR "));
    assert.equal(members.length, 2);
    for (const line of members)
      assert.match(line, /^[0-9a-f]{32}\.zones\.catalog\.test\. 0 IN PTR /);
    assert.ok(zone.isSeeded);
  });

  it("changes nothing where the list is the same, and only the member that comes or goes", () => {
    const zone = new ZoneData(CATALOG);
    const first = make(zone);
    assert.deepEqual(make(zone), []);
    const gone = make(zone, ZONES.slice(0, 1));
    assert.equal(gone.length, 1);
    assert.match(gone[0] ?? "", /\.zones\.catalog\.test\. gone/);
    const back = make(zone);
    assert.ok(first.includes(back[0] ?? ""), "a zone that comes back has the id it had");
  });
});
