// `npm start`: installs what is missing, then runs the demo region. `npm start -- --state DIR`
// passes its options on to `holdfast run`.
import { enter } from "./entry.mjs";

enter(async () => {
  const { runMain, fromRoot } = await import("./runtime.mjs");
  const extra = process.argv.slice(2);
  const given = extra.some((word) => word === "-c" || word.startsWith("--config"));
  const config = given ? [] : ["-c", fromRoot("examples", "region", "holdfast.yaml")];
  await runMain(["run", ...config, ...extra]);
});
