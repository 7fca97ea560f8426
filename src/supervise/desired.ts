import type { Settings } from "../config/index.ts";
import type { ProcessSpec } from "./machine/index.ts";

/** The processes that settings ask for, in the order in which they are shown. */
export function desiredProcesses(settings: Settings): readonly ProcessSpec[] {
  const embedded = settings.stores.some((store) => store.kind === "embedded");
  return [
    ...(embedded ? [{ id: "nameserver", role: "nameserver" } as const] : []),
    { id: "store", role: "store" },
    { id: "planner", role: "planner" },
    { id: "prober", role: "prober" },
    ...settings.enactorIds.map((id) => ({ id, role: "enactor" }) as const),
    ...(settings.demo.loadBalancers ? [{ id: "demo", role: "demo" } as const] : []),
  ];
}

/**
 * Which processes must begin anew to take up `after`: those whose sockets, keys or ids differ.
 * Everything else is told to read the settings again.
 */
export function processesToRestart(before: Settings, after: Settings): readonly string[] {
  const differs = (pick: (settings: Settings) => unknown): boolean =>
    JSON.stringify(pick(before)) !== JSON.stringify(pick(after));
  const restart: string[] = [];
  if (differs((settings) => settings.dns)) restart.push("nameserver");
  if (differs((settings) => settings.api)) restart.push("store");
  if (differs((settings) => settings.vantage)) restart.push("prober");
  const enacts = differs(({ dns, stores, keys, zones, enactorIds }) => [
    dns,
    stores,
    keys,
    enactorIds,
    zones.map((zone) => [zone.name, zone.storeIds]),
  ]);
  if (enacts) restart.push(...after.enactorIds);
  if (differs(({ policy }) => [policy.targets, policy.checks, policy.pools])) restart.push("demo");
  const isThere = (settings: Settings, id: string): boolean =>
    desiredProcesses(settings).some((spec) => spec.id === id);
  return restart.filter((id) => isThere(before, id) && isThere(after, id));
}
