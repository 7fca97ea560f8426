import { Prober } from "../health/index.ts";
import { NetworkProbe } from "../net/index.ts";
import { SocketStore } from "../store/index.ts";
import type { RoleParts, RunningRole } from "./role.ts";

/** The prober: checks targets over the network, and tells the plan store what it finds. */
export async function startProber(parts: RoleParts): Promise<RunningRole> {
  const { layout, settings, clock, chance, log } = parts;
  const store = new SocketStore(layout.storeSocket, { clock, log });
  const { vantage } = settings;
  const probe = new NetworkProbe(clock);
  const prober = Prober.start({
    vantage,
    planStore: store,
    journal: store,
    probe,
    clock,
    chance,
    log,
  });
  return {
    state: () => {
      const report = prober.report();
      return { ready: true, settled: report.policyRevision !== undefined, report };
    },
    close: async () => {
      prober.close();
      await store.close();
    },
  };
}
