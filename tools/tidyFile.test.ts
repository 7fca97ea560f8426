import assert from "node:assert/strict";
import { test } from "node:test";
import { tidyFile } from "./tidyFile.ts";

const cases = [
  {
    path: "src/plan/x.ts",
    text: 'import { Enactor } from "../enact/index.ts";\n',
    want: /plan must not import enact/,
    why: "a lower floor does not know a higher one",
  },
  {
    path: "src/enact/x.ts",
    text: 'import { x } from "../store/index.ts";\n',
    want: /enact must not import store/,
    why: "rooms of one floor meet through ports",
  },
  {
    path: "src/enact/x.ts",
    text: 'import { x } from "../plan/fence.ts";\n',
    want: /through its door/,
    why: "nobody imports past a door",
  },
  {
    path: "src/dns/x.ts",
    text: 'import fs from "node:fs";\n',
    want: /pure room must not import node:fs/,
    why: "the disk comes in by a port",
  },
  {
    path: "src/nameserver/x.ts",
    text: 'import { RealClock } from "../net/index.ts";\n',
    want: /pure and must not import net/,
    why: "the real world is put in by roles",
  },
  {
    path: "src/health/x.ts",
    text: "export const now = Date.now();\n",
    want: /must not use Date.now/,
    why: "time comes in by a port",
  },
  {
    path: "src/health/x.ts",
    text: "export const when = new Date();\n",
    want: /must not use new Date/,
    why: "an argument-less Date asks the machine",
  },
  {
    path: "src/health/x.ts",
    text: "setTimeout(() => {}, 1);\n",
    want: /must not use setTimeout/,
    why: "waits come in by a port",
  },
  {
    path: "src/plan/x.ts",
    text: "export const order = (a: string, b: string) => a.localeCompare(b);\n",
    want: /localeCompare/,
    why: "locale order differs between machines",
  },
  {
    path: "src/cli/x.ts",
    text: `${"\n".repeat(500)}`,
    want: /a file must be <= 400 lines/,
    why: "one idea a file",
  },
  {
    path: "src/cli/utils.ts",
    text: "",
    want: /name a file by its idea/,
    why: "utils is nobody's idea",
  },
  {
    path: "src/cli/x.ts",
    text: `function f() {${"\n".repeat(80)}}\n`,
    want: /a function must be <= 70 lines/,
    why: "a function fits a screen",
  },
] as const;

for (const { path, text, want, why } of cases) {
  test(`tidyFile() finds a fault when ${why}`, () => {
    assert.match(tidyFile(path, text).join("\n"), want);
  });
}

test("tidyFile() finds nothing in a file that keeps the rules", () => {
  const text =
    'import { assert } from "../base/index.ts";\nexport const at = (ms: number) => new Date(ms);\n';
  assert.deepEqual(tidyFile("src/plan/x.ts", text), []);
});
