import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { nameOf, parseOwnerPattern, Rcode, RRType, type Update } from "../../dns/index.ts";
import { APEX, at, fenceLine, update, zoneOf } from "../zone/exampleZone.suite.ts";
import { evaluateUpdate } from "./evaluateUpdate.ts";
import { outOfScope, type UpdateScope } from "./scopes.ts";

const ZONE = zoneOf([
  'text 60 TXT "x"',
  'mixed 60 TXT "x"',
  "mixed 60 A 192.0.2.1",
  "ep 60 A 192.0.2.2",
  fenceLine("ep", "A"),
]);

function scope(
  names: readonly string[],
  types: readonly number[] = [],
  zones = [APEX],
): UpdateScope {
  const patterns = names.map((text) => {
    const parsed = parseOwnerPattern(text);
    assert.ok(parsed.kind === "pattern");
    return parsed.pattern;
  });
  return { zones, names: patterns, types };
}

const ACME = scope(["_acme-challenge.*", "text", "mixed"], [RRType.TXT]);

function problemOf(change: Update, rights: readonly UpdateScope[] = [ACME]): string | undefined {
  return outOfScope(rights, change, ZONE);
}

describe("outOfScope()", () => {
  it("lets a key do what it is for", () => {
    const adds = ['_acme-challenge.www 60 TXT "token"'];
    assert.equal(problemOf(update(["_acme-challenge.www TXT"], adds)), undefined);
    assert.equal(problemOf(update([], [])), undefined);
  });

  it("names what is beyond, and the scope", () => {
    assert.equal(
      problemOf(update([], ["www 60 A 192.0.2.1"])),
      "Cannot change www.example.test. A as the key is for TXT of _acme-challenge.*, text, mixed" +
        " in example.test. only",
    );
    assert.match(
      problemOf(update(["_acme-challenge.www A"], [])) ?? "",
      /^Cannot change _acme-challenge.www.example.test. A as the key is for/,
    );
  });

  it("looks at every step, whatever the ones before", () => {
    const adds = ['_acme-challenge.www 60 TXT "token"', 'other 60 TXT "x"'];
    assert.match(problemOf(update([], adds)) ?? "", /Cannot change other.example.test. /);
  });

  it("lets a name be deleted whole only where all that it owns is in scope", () => {
    assert.equal(problemOf(update(["text"], [])), undefined);
    assert.match(problemOf(update(["mixed"], [])) ?? "", /Cannot change mixed.example.test. A as/);
    assert.equal(problemOf(update(["mixed"], []), [ACME, scope(["mixed"], [RRType.A])]), undefined);
  });

  it("needs a name's deletion to be in scope also where the name owns nothing", () => {
    assert.match(
      problemOf(update(["nothing"], [])) ?? "",
      /Cannot change nothing.example.test. as/,
    );
  });

  it("does not ask for the SOA and NS of an apex that is deleted whole: they stay", () => {
    assert.equal(problemOf(update(["@"], []), [scope(["@"], [RRType.TXT])]), undefined);
  });

  it("fits a record to one scope whole, not name to one and type to another", () => {
    const rights = [scope(["a"], [RRType.A]), scope(["b"], [RRType.TXT])];
    assert.equal(problemOf(update([], ["a 60 A 192.0.2.1", 'b 60 TXT "x"']), rights), undefined);
    assert.match(problemOf(update([], ['a 60 TXT "x"']), rights) ?? "", /Cannot change a\./);
  });

  it("takes lists that are empty for everything, and no scope for nothing", () => {
    const change = update([], ["www 60 A 192.0.2.1"]);
    assert.equal(problemOf(change, [scope([], [], [])]), undefined);
    assert.equal(outOfScope("everything", change, ZONE), undefined);
    const none = /^Cannot update example.test. as the key must be for it: it is not$/;
    assert.match(problemOf(change, []) ?? "", none);
    assert.match(problemOf(update([], []), [scope([], [], [nameOf("other.")])]) ?? "", none);
  });
});

describe("evaluateUpdate() of a key with a scope", () => {
  const terms = { rights: [ACME], octets: 0 };
  const never = { kind: "name-in-use", name: at("nowhere") } as const;

  it("refuses what is beyond before it looks at conditions: nothing is learnt of them", () => {
    const change = { ...update([], ["www 60 A 192.0.2.1"]), prerequisites: [never] };
    const evaluated = evaluateUpdate(ZONE, change, [], terms);
    assert.equal(evaluated.kind === "refused" && evaluated.rule, "key-scope");
    assert.equal(evaluated.kind === "refused" && evaluated.rcode, Rcode.REFUSED);
  });

  it("holds the rules besides: a scope is no leave to empty an endpoint", () => {
    const rights = [scope(["ep", "_holdfast.*"])];
    const evaluated = evaluateUpdate(ZONE, update(["ep"], []), [], { ...terms, rights });
    assert.equal(evaluated.kind === "refused" && evaluated.rule, "change-carries-fence");
  });
});

describe("evaluateUpdate() of a message that is wrong in the middle", () => {
  const fault = { rcode: Rcode.FORMERR, problem: "Cannot update (FORMERR)" };
  const terms = { rights: "everything", octets: 0, fault } as const;

  it("answers the condition that fails before it, then the fault (RFC 2136 section 3)", () => {
    const failing = { kind: "name-in-use", name: at("nowhere") } as const;
    const change = update([], ["www 60 A 192.0.2.1"]);
    const failed = evaluateUpdate(ZONE, { ...change, prerequisites: [failing] }, [], terms);
    assert.equal(failed.kind === "condition-failed" && failed.rcode, Rcode.NXDOMAIN);
    const holding = { kind: "name-in-use", name: at("text") } as const;
    const faulty = evaluateUpdate(ZONE, { ...change, prerequisites: [holding] }, [], terms);
    assert.deepEqual(faulty, { kind: "malformed", ...fault });
  });
});
