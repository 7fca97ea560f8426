// `npm run sim -- --seeds N`: installs what is missing, then runs the simulator.
import { enter } from "./entry.mjs";

enter(async () => {
  const { fromRoot, installMissing, runNode } = await import("./runtime.mjs");
  installMissing();
  await runNode([fromRoot("sim", "run.ts"), ...process.argv.slice(2)]);
});
