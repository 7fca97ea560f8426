// Runs tidyFile over every source file. Run: node tools/tidy.ts. It is part of npm test.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { tidyFile } from "./tidyFile.ts";

const tracked = execFileSync("git", ["ls-files", "-co", "--exclude-standard"], { encoding: "utf8" })
  .split("\n")
  .filter((path) => /\.(ts|mjs)$/.test(path));
const faults = tracked.flatMap((path) => {
  try {
    return tidyFile(path, readFileSync(path, "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return []; // deleted, not yet committed
    throw error;
  }
});
for (const fault of faults) console.error(fault);
console.log(`tidy: ${tracked.length} files, ${faults.length} faults`);
process.exitCode = faults.length === 0 ? 0 : 1;
