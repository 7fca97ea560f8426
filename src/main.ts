// The one place where everything is put together: no logic. What is not needed is not loaded, as
// a region starts nine processes of this program at once.
import { fileURLToPath } from "node:url";

/** This program: what the supervisor starts again for each role. */
const MAIN = fileURLToPath(import.meta.url);

/** Outside the product's own path: nothing but `holdfast drill` loads it. */
const DRILLS = MAIN.endsWith(".ts") ? "../sim/drill/index.ts" : "./sim/drill/index.js";

const code = await run(process.argv.slice(2));
await Promise.all([written(process.stdout), written(process.stderr)]);
process.exit(code);

/** Resolves once all that was printed has gone into the pipe: an exit would cut it off. */
function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.once("error", () => resolve()); // the reader has gone, as `head` does
    stream.write("", () => resolve());
  });
}

async function run(words: readonly string[]): Promise<number> {
  if (process.env["HOLDFAST_SUPERVISED"] === "1") {
    const { runSupervisedRole } = await import("./roles/index.ts");
    return runSupervisedRole(words);
  }
  const { runCli } = await import("./cli/index.ts");
  return runCli(words, {
    run: async ({ role, ...request }) => {
      if (role === undefined) {
        const { runRegion } = await import("./supervise/index.ts");
        return runRegion(request, MAIN);
      }
      const { runRole } = await import("./roles/index.ts");
      return runRole({ ...request, role });
    },
    guard: async (request) => {
      const { runGuard } = await import("./roles/index.ts");
      return runGuard(request);
    },
    drills: async () => (await import(new URL(DRILLS, import.meta.url).href)).drills,
  });
}
