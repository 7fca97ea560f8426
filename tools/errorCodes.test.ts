import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { cataloguedCodes, type FaultCode, faultCodes } from "./errorCodes.ts";

const text = ({ union, code }: FaultCode): string => `${union} ${code}`;

test("faultCodes() finds every code of a union of faults", () => {
  const source =
    'export type XFault =\n | { readonly code: "a-b" }\n | { readonly code: "c" | "d"; x: 1 };\n';
  assert.deepEqual(faultCodes("x.ts", source).map(text), ["XFault a-b", "XFault c", "XFault d"]);
});

test("docs/errors.md lists exactly the error codes of the code", () => {
  const paths = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "src"], {
    encoding: "utf8",
  });
  const inCode = paths
    .split("\n")
    .filter((path) => path.endsWith("Error.ts"))
    .flatMap((path) => faultCodes(path, readFileSync(path, "utf8")));
  assert.ok(inCode.length > 10, "the code has error codes");
  const inDocs = cataloguedCodes(readFileSync("docs/errors.md", "utf8"));
  assert.deepEqual([...new Set(inDocs.map(text))].sort(), [...new Set(inCode.map(text))].sort());
});
