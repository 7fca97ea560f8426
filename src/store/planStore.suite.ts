import { cleanUpSuite } from "./cleanUp.suite.ts";
import { endedOverridesSuite } from "./endedOverrides.suite.ts";
import { epochsSuite } from "./epochs.suite.ts";
import { healthSuite } from "./health.suite.ts";
import { hintSuite } from "./hints.suite.ts";
import { journalSuite } from "./journal.suite.ts";
import type { MakeStore } from "./makeStore.suite.ts";
import { ordersSuite } from "./orders.suite.ts";
import { planLineSuite } from "./planLine.suite.ts";
import { rememberedSuite } from "./remembered.suite.ts";
import { wishesSuite } from "./wishes.suite.ts";

/**
 * What every PlanStore and Journal must do. Each adapter's test file calls this with its own maker.
 */
export function planStoreSuite(name: string, make: MakeStore): void {
  planLineSuite(name, make);
  cleanUpSuite(name, make);
  epochsSuite(name, make);
  endedOverridesSuite(name, make);
  rememberedSuite(name, make);
  wishesSuite(name, make);
  ordersSuite(name, make);
  healthSuite(name, make);
  hintSuite(name, make);
  journalSuite(name, make);
}
