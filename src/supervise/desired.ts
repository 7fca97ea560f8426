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
 * Which processes must begin anew to take up `after`: those whose sockets, threads, keys or ids
 * differ. Everything else is told to read the settings again.
 */
export function processesToRestart(before: Settings, after: Settings): readonly string[] {
  const differs = (pick: (settings: Settings) => unknown): boolean =>
    JSON.stringify(pick(before)) !== JSON.stringify(pick(after));
  const restart: string[] = [];
  // All else of `dns` it takes as it runs: whoever sends queries must not notice a reload.
  if (differs(({ dns }) => [dns.listen, dns.nsid, dns.udpThreads])) restart.push("nameserver");
  if (differs((settings) => [settings.api, openedStores(settings)])) restart.push("store");
  if (differs((settings) => settings.vantage)) restart.push("prober");
  const enacts = differs((settings) => [
    openedStores(settings),
    settings.enactorIds,
    settings.zones.map((zone) => [zone.name, zone.storeIds]),
  ]);
  if (enacts) restart.push(...after.enactorIds);
  if (differs(({ policy }) => [policy.targets, policy.checks, policy.pools])) restart.push("demo");
  const isThere = (settings: Settings, id: string): boolean =>
    desiredProcesses(settings).some((spec) => spec.id === id);
  return restart.filter((id) => isThere(before, id) && isThere(after, id));
}

/** What zone stores are opened with, once: where our own nameserver is, and the keys of others. */
function openedStores({ dns, stores, keys }: Settings): unknown {
  const keyIds = stores.flatMap((store) => (store.kind === "rfc2136" ? [store.keyId] : []));
  return [dns.listen, stores, keys.filter(({ id }) => keyIds.includes(id))];
}
