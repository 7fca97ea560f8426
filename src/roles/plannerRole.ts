import { Planner } from "../plan/index.ts";
import { SocketStore } from "../store/index.ts";
import type { RoleParts, RunningRole } from "./role.ts";

/** The planner: makes a new plan whenever what people want, or what was seen, has changed. */
export async function startPlanner(parts: RoleParts): Promise<RunningRole> {
  const { id, layout, settings, clock, log } = parts;
  const store = new SocketStore(layout.storeSocket, { clock, log });
  const { region } = settings.policy;
  const planner = Planner.start({
    region,
    planStore: store,
    journal: store,
    clock,
    log,
    actor: id,
  });
  return {
    state: () => ({ ready: true, settled: true, report: planner.report() }),
    close: async () => {
      await planner.close();
      await store.close();
    },
  };
}
