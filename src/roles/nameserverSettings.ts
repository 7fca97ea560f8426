import { existsSync } from "node:fs";
import type { Log } from "../base/index.ts";
import type {
  DnsSettings,
  SecondarySettings,
  Settings,
  StateLayout,
  TransferSettings,
} from "../config/index.ts";
import { type Name, parseIpNetwork } from "../dns/index.ts";
import {
  type NameserverSettings,
  NO_RATE_LIMIT,
  type RateLimit,
  type ZoneSetup,
} from "../nameserver/index.ts";
import { OPERATOR_ID, readKeyFile } from "../supervise/index.ts";
import { nameserverTrust } from "./nameserverTrust.ts";

/** What the configuration says of our own nameserver, as it reads it; keys are read from disk. */
export function nameserverSettings(
  settings: Settings,
  layout: StateLayout,
  log: Log,
): NameserverSettings {
  const keyName = keyNames(settings);
  const { catalog, secondaries, rateLimit } = settings.dns;
  const made: NameserverSettings = {
    ...nameserverTrust(settings, layout, log),
    setups: zoneSetups(settings, keyName),
    rateLimit: limitOf(rateLimit),
    ...inspection(layout),
  };
  if (catalog === undefined) return made;
  const told = secondaries.map((secondary) => withKeyName(secondary, keyName));
  return { ...made, catalog: { name: catalog, secondaries: told, transferTo: [] } };
}

type KeyNames = (keyId: string) => Name | undefined;

function keyNames({ keys }: Settings): KeyNames {
  const names = new Map(keys.map(({ id, name }) => [id, name]));
  return (keyId) => names.get(keyId);
}

/**
 * The operator's key may have every zone whole: it may read each RRset and change everything as it
 * is. `retire` looks through the zone with it for what points at a name.
 */
function inspection(layout: StateLayout): Pick<NameserverSettings, "inspectionKey"> {
  const path = layout.keyFile(OPERATOR_ID);
  return existsSync(path) ? { inspectionKey: readKeyFile(path).name } : {};
}

/** The zones that live on our own nameserver, as they read at their apex. */
function zoneSetups({ zones, stores }: Settings, keyName: KeyNames): readonly ZoneSetup[] {
  const embedded = new Set(stores.filter(({ kind }) => kind === "embedded").map(({ id }) => id));
  const ours = zones.filter((zone) => zone.storeIds.some((id) => embedded.has(id)));
  return ours.map((zone) => {
    const { name, hostmaster, nameservers, negativeTtlSeconds, apexTtlSeconds, dnssec } = zone;
    const primary = nameservers[0]?.name ?? name;
    const apex = { name, primary, hostmaster, nameservers, negativeTtlSeconds, apexTtlSeconds };
    const secondaries = zone.secondaries.map((secondary) => withKeyName(secondary, keyName));
    const transferTo = zone.transferTo.map((grant) => withKeyName(grant, keyName));
    return { ...apex, dnssec, secondaries, transferTo };
  });
}

/** A key's name stands in messages; its id, in the configuration alone. */
function withKeyName<Grant extends SecondarySettings | TransferSettings>(
  { keyId, ...grant }: Grant,
  keyName: KeyNames,
): Omit<Grant, "keyId"> & { readonly key?: Name } {
  const key = keyId === undefined ? undefined : keyName(keyId);
  return key === undefined ? grant : { ...grant, key };
}

function limitOf(rateLimit: DnsSettings["rateLimit"]): RateLimit {
  if (rateLimit === "off") return NO_RATE_LIMIT;
  const exempt = rateLimit.exempt.flatMap((network) => parseIpNetwork(network) ?? []);
  return { ...rateLimit, exempt };
}
