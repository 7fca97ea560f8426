import { demoTargets, startDemo } from "../demo/index.ts";
import type { RoleParts, RunningRole } from "./role.ts";

/** The demo's made-up load balancers: real listeners that people break and mend. */
export async function startDemoRole({ layout, settings, log }: RoleParts): Promise<RunningRole> {
  const targets = demoTargets(settings.policy);
  const demo = await startDemo({ targets, socketPath: layout.demoSocket, log });
  return {
    state: () => {
      const states = demo.states();
      const failed = states.filter(({ state }) => state === "failed").length;
      const slow = states.filter(({ delayMs }) => delayMs > 0).length;
      return { ready: true, settled: true, report: { targets: states.length, failed, slow } };
    },
    close: () => demo.close(),
  };
}
