#!/usr/bin/env node
// The `holdfast` command: in a clone (`npx holdfast`) and in an installed package.
import { enter } from "./entry.mjs";

enter(async () => {
  const { runMain } = await import("./runtime.mjs");
  await runMain(process.argv.slice(2));
});
