import assert from "node:assert/strict";
import { test } from "node:test";
import { asShown } from "./asShown.ts";
import type { DirectTask } from "./carryOut.ts";
import { clearStep } from "./clearStep.ts";
import { fenceOf, NAME, NOW_MS, readName, rrset, storeWith, ZONE } from "./zone.suite.ts";

const MARK = { kind: "override" as const, id: "o-1", untilMs: NOW_MS + 3_600_000 };
const WISH = { zone: ZONE, ownsWholeName: true, nowMs: NOW_MS };
const TASK: DirectTask = {
  ...{ storeId: "test", store: undefined, zone: ZONE, endpoint: NAME },
  decide: (reading) => clearStep(reading, WISH),
};

function reading(edition: number, address: string) {
  return readName(storeWith(fenceOf({ edition, mark: MARK }), rrset("A", address)));
}

test("asShown() writes only over the very fence and records that a person was shown", async () => {
  const shown = await reading(7, "192.0.2.1");
  const kindOf = async (edition: number, address: string) => {
    return asShown(TASK, shown).decide(await reading(edition, address)).kind;
  };
  assert.equal(await kindOf(7, "192.0.2.1"), "write");
  assert.equal(await kindOf(8, "192.0.2.1"), "refused", "another fence");
  assert.equal(await kindOf(7, "192.0.2.2"), "refused", "other records");
});

test("asShown() writes nothing where nothing could be shown", async () => {
  const step = asShown(TASK, undefined).decide(await reading(7, "192.0.2.1"));
  assert.equal(step.kind, "refused");
});
