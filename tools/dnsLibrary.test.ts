import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { DOCUMENT, exportTable, withExports } from "./dnsLibrary.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const read = (path: string) => readFileSync(`${ROOT}${path}`, "utf8");

test("docs/dns-library.md lists every export of the door (else: node tools/dnsLibrary.ts)", () => {
  const document = read(DOCUMENT);
  assert.equal(withExports(document, exportTable(read)), document);
});

test("exportTable() takes the first sentence of each docstring, and refuses to go without", () => {
  const files: Readonly<Record<string, string>> = {
    "src/dns/index.ts": 'export { b, type A } from "./a.ts";\n',
    "src/dns/a.ts":
      "/** An `a` (RFC 1035 section 3.3.1). More. */\nexport interface A {}\nexport const b = 1;\n",
  };
  assert.throws(() => exportTable((path) => files[path] ?? ""), /b must have a docstring/);
  const documented = {
    ...files,
    "src/dns/a.ts": `${files["src/dns/a.ts"]}`.replace("export const", "/** B. */\nexport const"),
  };
  const table = exportTable((path) => (documented as Readonly<Record<string, string>>)[path] ?? "");
  assert.equal(
    table,
    "| export | is | |\n| --- | --- | --- |\n" +
      "| `A` | type | An `a` (RFC 1035 section 3.3.1). |\n| `b` | constant | B. |",
  );
});
