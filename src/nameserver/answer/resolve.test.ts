import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SeededChance } from "../../../sim/seededChance.ts";
import { typeCode } from "../../dns/index.ts";
import { APEX, at, zoneOf } from "../zone/exampleZone.suite.ts";
import type { Absence } from "./resolution.ts";
import { resolve } from "./resolve.ts";

const ZONE = zoneOf([
  "www 300 A 192.0.2.1",
  "host.ent 60 A 192.0.2.2",
  "alias 60 CNAME x.wild.example.test.",
  "*.wild 60 A 192.0.2.3",
  "*.wildalias 60 CNAME y.wild.example.test.",
  "*.tonothing 60 CNAME nothing.example.test.",
  '*.emptywild.deep 60 TXT "t"',
  "child 60 NS ns.example.org.",
  "secure 60 NS ns.example.org.",
  "secure 60 DS 1 8 99 0011",
  "tochild 60 CNAME www.child.example.test.",
  "moved 60 DNAME new.example.test.",
  "host.new 60 A 192.0.2.6",
]);

interface Row {
  readonly ask: string;
  readonly ending: string;
  /** `kind name [encloser wildcard]`, relative to the apex. */
  readonly absences: readonly string[];
}

function resolved(text: string) {
  const [name = "", type = ""] = text.split(" ");
  const asker = { isSigned: false, chance: new SeededChance(1) };
  return resolve(ZONE, { name: at(name), type: typeCode(type) ?? 0 }, asker);
}

function shown(absence: Absence): string {
  if (absence.kind === "no-ds") return `no-ds ${short(absence.cut)}`;
  if (absence.kind === "no-type") return `no-type ${short(absence.name)}`;
  const { kind, name, encloser, wildcard } = absence;
  return `${kind} ${short(name)} ${short(encloser)} ${short(wildcard)}`;
}

function short(name: string): string {
  return name === APEX ? "@" : name.replace(`.${APEX}`, "");
}

const ROWS: readonly Row[] = [
  { ask: "www A", ending: "records", absences: [] },
  { ask: "www AAAA", ending: "no-type", absences: ["no-type www"] },
  { ask: "ent A", ending: "no-type", absences: ["no-type ent"] },
  { ask: "none A", ending: "no-name", absences: ["no-name none @ *"] },
  { ask: "a.b.ent A", ending: "no-name", absences: ["no-name a.b.ent ent *.ent"] },
  { ask: "a.b.wild A", ending: "records", absences: ["expanded a.b.wild wild *.wild"] },
  { ask: "x.wild TXT", ending: "no-type", absences: ["no-type-at-wildcard x.wild wild *.wild"] },
  { ask: "*.wild A", ending: "records", absences: [] },
  { ask: "*.wild TXT", ending: "no-type", absences: ["no-type *.wild"] },
  { ask: "alias A", ending: "records", absences: ["expanded x.wild wild *.wild"] },
  {
    ask: "q.wildalias A",
    ending: "records",
    absences: ["expanded q.wildalias wildalias *.wildalias", "expanded y.wild wild *.wild"],
  },
  {
    ask: "q.wildalias CNAME",
    ending: "records",
    absences: ["expanded q.wildalias wildalias *.wildalias"],
  },
  {
    ask: "q.tonothing A",
    ending: "no-name",
    absences: ["expanded q.tonothing tonothing *.tonothing", "no-name nothing @ *"],
  },
  { ask: "child A", ending: "referral", absences: ["no-ds child"] },
  { ask: "x.secure A", ending: "referral", absences: [] },
  { ask: "child DS", ending: "no-type", absences: ["no-type child"] },
  { ask: "secure DS", ending: "records", absences: [] },
  { ask: "tochild A", ending: "referral", absences: ["no-ds child"] },
  { ask: "host.moved A", ending: "records", absences: [] },
  { ask: "none.moved A", ending: "no-name", absences: ["no-name none.new new *.new"] },
  { ask: "www ANY", ending: "records", absences: [] },
];

describe("resolve()", () => {
  for (const { ask, ending, absences } of ROWS) {
    it(`says how ${ask} ends, and what that rests on`, () => {
      const resolution = resolved(ask);
      assert.equal(resolution.ending, ending);
      assert.deepEqual(resolution.absences.map(shown), absences);
    });
  }

  it("tells a wildcard's RRset under the name asked, and where it is held", () => {
    const [only] = resolved("a.b.wild A").answer;
    assert.equal(only?.name, at("a.b.wild"));
    assert.equal(only?.rrset.name, at("*.wild"));
    assert.equal(only?.isSynthesized, false);
  });

  it("marks the CNAME of a DNAME as made, and nothing else", () => {
    const { answer } = resolved("host.moved A");
    assert.deepEqual(
      answer.map(({ name, isSynthesized }) => [short(name), isSynthesized]),
      [
        ["moved", false],
        ["host.moved", true],
        ["host.new", false],
      ],
    );
  });
});
