import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { checkOverride } from "./overrideCheck.ts";
import type { PlannedContent, PlannedRRset } from "./plan.ts";
import { DYNAMODB, pinOf } from "./planner.suite.ts";

const A = pinOf("A", "192.0.2.1");
const AAAA = pinOf("AAAA", "2001:db8::1");
const CNAME = pinOf("CNAME", "other.example.");

function content(...rrsets: readonly PlannedRRset[]): PlannedContent {
  return { answers: "all", rrsets: rrsets as unknown as PlannedContent["rrsets"] };
}

describe("checkOverride()", () => {
  const fine: readonly (readonly [string, PlannedContent, PlannedContent | undefined])[] = [
    ["every address type that is planned", content(A, AAAA), content(A, AAAA)],
    ["a CNAME in place of addresses", content(CNAME), content(A, AAAA)],
    ["addresses in place of a CNAME", content(A), content(CNAME)],
    ["a new name", content(AAAA), undefined],
    ["other types beside addresses", content(A, pinOf("TXT", '"x"')), content(A)],
  ];
  for (const [what, pins, held] of fine) {
    it(`takes ${what}`, () => assert.deepEqual(checkOverride(pins, held, DYNAMODB), []));
  }

  const both = content(A, AAAA);
  const wrong: readonly (readonly [string, PlannedContent, RegExp, PlannedContent?])[] = [
    ["an address type left out", content(A), /without AAAA, which it answers now/],
    ["an address type that it lacks", both, /pin AAAA, which it lacks/, content(A)],
    ["nothing", content(), /never empty/],
    ["no address at all", content(pinOf("TXT", '"x"')), /without A, AAAA or CNAME/],
    ["a CNAME beside addresses", content(A, CNAME), /must stand alone/],
    ["a CNAME to the name itself", content(pinOf("CNAME", DYNAMODB)), /CNAME to the name itself/],
    ["two CNAMEs", content(pinOf("CNAME", "a.example.", "b.example.")), /2 records of CNAME/],
    ["a type that no endpoint has", content(A, AAAA, pinOf("MX", "1 a.")), /take MX/],
    ["types out of order", content(AAAA, A), /types must be in order/],
    ["no address", content(pinOf("A", "192.0.2.256"), AAAA), /192\.0\.2\.256/],
    [
      "an address in other words",
      content(A, pinOf("AAAA", "2001:DB8::1")),
      /must read 2001:db8::1/,
    ],
    [
      "records out of order",
      content(pinOf("A", "192.0.2.2", "192.0.2.1"), AAAA),
      /canonical order/,
    ],
    [
      "a record twice",
      content(pinOf("A", "192.0.2.2", "192.0.2.2"), AAAA),
      /canonical order, once/,
    ],
    [
      "no weight",
      content({ ...A, records: [{ rdata: "192.0.2.1", weight: 0 }] }, AAAA),
      /weight 0/,
    ],
    ["a TTL of a fraction", content({ ...A, ttlSeconds: 1.5 }, AAAA), /TTL of A/],
    ["no answers", { ...both, answers: 0 }, /answers as they must be/],
  ];
  for (const [what, pins, problem, held = both] of wrong) {
    it(`refuses ${what}`, () => {
      const problems = checkOverride(pins, held, DYNAMODB);
      assert.match(problems.join("\n"), problem);
    });
  }
});
