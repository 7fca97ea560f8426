import assert from "node:assert/strict";
import { test } from "node:test";
import { nameOf, RRType } from "../../src/dns/index.ts";
import type { Seen } from "./compare.ts";
import { unproved } from "./denial.ts";
import type { Asked } from "./questions.ts";

const SOA = "z. 5 SOA ns.z. h.z. 1 300 60 2419200 5";
const STAR = "*.w.z. 5 NSEC a.b.z. A RRSIG NSEC";

function check(name: string, type: number, rest: Partial<Seen>): string | undefined {
  const asked: Asked = {
    ...{ name: nameOf(name), type, class: 1, edns: 1232, dnssecOk: true },
    ...{ oddity: undefined, bytes: new Uint8Array(0) },
  };
  const sections = { answer: [], authority: [], additional: [] };
  const rest0 = { rcode: "NOERROR", flags: ["aa"], edns: "0 do", options: [], echoes: true };
  return unproved(asked, { ...sections, ...rest0, ...rest });
}

/** Fails unless all of these lines together are a proof, and none of them can be left out. */
function needsAll(name: string, type: number, lines: readonly string[], rest: Partial<Seen>): void {
  const fixed = rest.authority ?? [SOA];
  assert.equal(check(name, type, { ...rest, authority: [...fixed, ...lines] }), undefined);
  for (const left of lines) {
    const others = lines.filter((line) => line !== left);
    const missing = check(name, type, { ...rest, authority: [...fixed, ...others] });
    assert.notEqual(missing, undefined, `without ${left}`);
  }
}

test("a denial needs the NSEC of the name, and that of the wildcard", () => {
  const rcode = "NXDOMAIN";
  const [first, second] = ["z. 5 NSEC b.z. NS SOA RRSIG NSEC", "b.z. 5 NSEC d.z. A RRSIG NSEC"];
  needsAll("c.z.", RRType.A, [first, second], { rcode });
  needsAll("a.z.", RRType.A, [first], { rcode });
});

test("no data needs the name's own NSEC without the type, or what shows that it is empty", () => {
  needsAll("b.z.", RRType.TXT, ["b.z. 5 NSEC d.z. A RRSIG NSEC"], {});
  const wrong = [SOA, "b.z. 5 NSEC d.z. A TXT RRSIG NSEC"];
  assert.match(check("b.z.", RRType.TXT, { authority: wrong }) ?? "", /may have TXT/);
  needsAll("e.z.", RRType.TXT, ["b.z. 5 NSEC a.e.z. A RRSIG NSEC"], {});
});

test("a wildcard's answer, and its lack of one, need the name to be denied", () => {
  const answer = ["x.w.z. 60 A 192.0.2.1", "x.w.z. 60 RRSIG A 13 2 60 2 1 3 z. AA=="];
  needsAll("x.w.z.", RRType.A, [STAR], { answer, authority: [] });
  const other = "c.w.z. 5 NSEC d.z. A RRSIG NSEC";
  needsAll("x.w.z.", RRType.TXT, ["*.w.z. 5 NSEC c.w.z. A RRSIG NSEC", other], {});
  const itself = ["*.w.z. 60 RRSIG A 13 2 60 2 1 3 z. AA=="];
  assert.equal(check("*.w.z.", RRType.A, { answer: itself }), undefined);
});

test("a referral needs a DS or the NSEC without one, which denies nothing below it", () => {
  const cut = "b.z. 60 NS ns.b.z.";
  needsAll("x.b.z.", RRType.A, ["b.z. 5 NSEC d.z. NS RRSIG NSEC"], { authority: [cut] });
  const signed = [cut, "b.z. 60 DS 1 13 2 00"];
  assert.equal(check("x.b.z.", RRType.A, { authority: signed }), undefined);
  const below = [SOA, "z. 5 NSEC b.z. NS SOA RRSIG NSEC", "b.z. 5 NSEC d.z. NS RRSIG NSEC"];
  assert.notEqual(check("x.b.z.", RRType.A, { rcode: "NXDOMAIN", authority: below }), undefined);
});
