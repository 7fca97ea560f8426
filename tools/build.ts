// Builds dist/ (JavaScript with types) for the published package. Run by npm pack (`prepack`).
import { spawnSync } from "node:child_process";
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const TSC = "node_modules/typescript/bin/tsc";
/** Where sim/ and src/ are compiled beside each other, as they lie in a clone. */
const STAGE = "dist/stage";
/** Where `holdfast drill` finds what it runs in a published package: see src/main.ts. */
const DRILLS = "dist/sim";

rmSync("dist", { recursive: true, force: true });
const isBuilt = compile("tsconfig.build.json") && compile("tsconfig.drills.json");
if (isBuilt) moveDrills();
else process.exitCode = 1;

function compile(project: string): boolean {
  return spawnSync(process.execPath, [TSC, "-p", project], { stdio: "inherit" }).status === 0;
}

/** What is `../../src/dns` in a clone is `../../dns` in dist/: there is no src/ in between. */
function moveDrills(): void {
  cpSync(join(STAGE, "sim"), DRILLS, { recursive: true });
  rmSync(STAGE, { recursive: true });
  for (const file of readdirSync(DRILLS, { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".js")) continue;
    const path = join(DRILLS, file);
    const text = readFileSync(path, "utf8");
    writeFileSync(path, text.replaceAll(/(["'](?:\.\.\/)+)src\//g, "$1"));
  }
}
