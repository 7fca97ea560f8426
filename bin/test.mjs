// `npm test`: installs what is missing, then runs every check and every test.
import { enter } from "./entry.mjs";

enter(async () => {
  const { existsSync } = await import("node:fs");
  const { fromRoot, installMissing, runNode } = await import("./runtime.mjs");
  installMissing();
  process.chdir(fromRoot());
  if (existsSync(fromRoot("tools", "check.ts"))) {
    await runNode([fromRoot("tools", "check.ts")]);
    if (process.exitCode !== 0) return;
  }
  const named = process.argv.slice(2);
  const folders = ["tools", "src", "sim", "bench", "examples", "test"];
  const all = folders.map((folder) => `${folder}/**/*.test.ts`);
  await runNode(["--test", ...(named.length > 0 ? named : all)]);
});
