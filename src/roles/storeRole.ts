import { readFileSync } from "node:fs";
import type { ApiDeps, RunningApi } from "../api/index.ts";
import { makeFolder } from "../net/index.ts";
import { openSqliteStore, PlanCleaner, serveStore } from "../store/index.ts";
import { ActReader, openZoneStores, SupervisorClient } from "../supervise/index.ts";
import type { RoleParts, RunningRole } from "./role.ts";
import { ZoneViews } from "./zoneViews.ts";

/** Who a policy comes from where it was read at the start. */
const CONFIGURATION_ACTOR = "configuration";
const FOLDER_MODE = 0o700;

/** The owner of the plan store, who serves it to the other processes, and the API to the world. */
export async function startStore(parts: RoleParts): Promise<RunningRole> {
  const { id, layout, clock, chance, log } = parts;
  let { settings } = parts;
  makeFolder(layout.storeFolder, FOLDER_MODE);
  const { region } = settings.policy;
  const store = await openSqliteStore(layout.planStoreFile, { region, clock, log });
  await store.putPolicy(settings.policy, CONFIGURATION_ACTOR);
  // Before anybody plans: what people did meanwhile is what the next plan starts from.
  const acts = await ActReader.start({ layout, store, clock, log });
  const served = await serveStore(store, layout.storeSocket, { clock, log });
  const cleaner = PlanCleaner.start({ store, clock, log });

  const zoneStores = openZoneStores(settings, layout, id, { clock, chance, log });
  const views = new ZoneViews(zoneStores, () => settings, clock);
  const supervisor = new SupervisorClient(layout.supervisorSocket);
  let api: RunningApi | undefined;
  const starting = startApiLate({
    listen: settings.api.listen,
    store,
    journal: store,
    processes: () => processTable(supervisor),
    held: (endpoint, zone) => views.held(endpoint, zone),
    gates: () => views.gates(),
    settings: () => settings,
    token: readFileSync(layout.tokenFile, "utf8").trim(),
    tokenPath: layout.tokenFile,
    backup: (path) => store.backupTo(path),
    chance,
    clock,
    log,
  }).then((started) => {
    api = started;
  }, parts.fail);
  return {
    // The other processes need the store, and not the API: they need not wait for its libraries.
    state: () => ({ ready: true, settled: api !== undefined, report: {} }),
    reload: async (next, actor) => {
      settings = next;
      await store.putPolicy(next.policy, actor);
    },
    close: async () => {
      await starting;
      await api?.close();
      await served.close();
      await cleaner.close();
      await acts.close();
      for (const one of zoneStores.values()) one.close();
      await store.close();
    },
  };
}

async function startApiLate(deps: ApiDeps): Promise<RunningApi> {
  const { startApi } = await import("../api/index.ts");
  return startApi(deps);
}

async function processTable(supervisor: SupervisorClient): ReturnType<ApiDeps["processes"]> {
  try {
    return await supervisor.status();
  } catch {
    return undefined; // run by itself, or the supervisor is gone: the API says so
  }
}
