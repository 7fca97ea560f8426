// Everything that is checked without running the product: types (all, then the pure rooms without
// Node), format and lint, floating promises, tidy, unused code. Run: node tools/check.ts
import { spawnSync } from "node:child_process";

const CHECKS: readonly (readonly [string, readonly string[]])[] = [
  ["types", ["tsc", "-p", "tsconfig.json"]],
  ["types of pure rooms", ["tsc", "-p", "tsconfig.pure.json"]],
  ["format and lint", ["biome", "ci", "--error-on-warnings", "."]],
  ["floating promises", ["oxlint", "--type-aware", "--quiet", "-c", ".oxlintrc.json", "."]],
  ["tidy", [process.execPath, "tools/tidy.ts"]],
  ["unused code", ["knip", "--no-progress"]],
];

let failed = 0;
for (const [name, [command = "", ...words]] of CHECKS) {
  const startedMs = performance.now();
  const isNode = command === process.execPath;
  const { status, stdout, stderr } = isNode
    ? spawnSync(command, words, { encoding: "utf8" })
    : spawnSync(process.execPath, [`node_modules/.bin/${command}`, ...words], { encoding: "utf8" });
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  console.log(`${status === 0 ? "ok  " : "FAIL"} ${name} (${seconds} s)`);
  if (status !== 0) {
    failed += 1;
    console.log(`${stdout}${stderr}`);
  }
}
process.exitCode = failed === 0 ? 0 : 1;
