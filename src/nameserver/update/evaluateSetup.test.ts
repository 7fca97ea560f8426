import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { at, fenceLine, rrsetsOf, zoneOf } from "../zone/exampleZone.suite.ts";
import { ZoneDraft } from "../zone/zoneDraft.ts";
import { evaluateSetup } from "./evaluateSetup.ts";

const HELD = ["ep 60 A 192.0.2.1", fenceLine("ep", "A")];

function change(name: string, lines: readonly string[]) {
  return { name: at(name), rrsets: rrsetsOf(lines), before: [] };
}

describe("evaluateSetup()", () => {
  it("lays the server's own changes over the zone", () => {
    const draft = new ZoneDraft(zoneOf(HELD));
    const lines = ["ns2 60 A 192.0.2.54"];
    assert.equal(evaluateSetup(draft, [change("ns2", lines)], []), undefined);
    assert.deepEqual(draft.node(at("ns2"))?.rrsets, rrsetsOf(lines));
  });

  it("leaves out what our rules forbid, does the rest, and says why", () => {
    const draft = new ZoneDraft(zoneOf(HELD));
    // A nameserver that the configuration now has where an endpoint still answers.
    const taken = change("ep", ["ep 60 A 192.0.2.99"]);
    const refused = evaluateSetup(draft, [taken, change("ns2", ["ns2 60 A 192.0.2.54"])], []);
    assert.equal(refused?.rule, "change-carries-fence");
    assert.deepEqual(draft.node(at("ep"))?.rrsets, rrsetsOf(["ep 60 A 192.0.2.1"]));
    assert.notEqual(draft.node(at("ns2")), undefined);
  });

  it("takes changes that only together are right", () => {
    const draft = new ZoneDraft(zoneOf([]));
    const apex = [
      "@ 60 SOA ns2.example.test. hostmaster.example.test. 101 300 60 2419200 5",
      "@ 60 NS ns2.example.test.",
    ];
    const changes = [change("ns1", []), change("ns2", ["ns2 60 A 192.0.2.54"]), change("@", apex)];
    assert.equal(evaluateSetup(draft, changes, []), undefined);
    assert.equal(draft.node(at("ns1")), undefined);
  });
});
