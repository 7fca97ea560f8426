import { encodeName, isAtOrBelow, type Name, parseName, ROOT } from "../dns/index.ts";
import { readAddress } from "./address.ts";
import { Catalog } from "./catalog.ts";
import { compileSecondaries, compileTransferTo } from "./compileTransfers.ts";
import { readDuration } from "./durations.ts";
import { type Findings, type Place, within } from "./findings.ts";
import type { ZoneText } from "./schema.ts";
import type { Item, Sections } from "./sections.ts";
import type {
  KeySettings,
  NameserverSettings,
  SecondarySettings,
  StoreSettings,
  ZoneSettings,
} from "./settings.ts";

const NAME_OCTETS_MAX = 255; // RFC 1035 section 2.3.4
/** Longest of our own labels in front of a name; on the wire each dot is a length octet. */
const CONTROL_OCTETS = "_weights._holdfast.".length;
const APEX_TTL_DEFAULT = "1h";
const NEGATIVE_TTL_DEFAULT = "5s";
/** DESIGN.md: in the event negative answers outlived the repair, so they live 30 s at most. */
const NEGATIVE_TTL = { minMs: 1_000, maxMs: 30_000, wholeSeconds: true } as const;
/** Longest TTL taken, in milliseconds: a week, beyond which resolvers cut it (RFC 8767). */
export const TTL_MS_MAX = 7 * 24 * 3_600_000;

/** What zones refer to. */
export interface ZoneContext {
  readonly stores: Catalog<StoreSettings>;
  readonly keys: Catalog<KeySettings>;
  /** Of zones that name none. */
  readonly secondaries: readonly SecondarySettings[];
}

/** The zones of a configuration, by canonical name. */
export function compileZones(
  { zones }: Sections,
  context: ZoneContext,
  findings: Findings,
): Catalog<ZoneSettings> {
  const catalog = new Catalog<ZoneSettings>("zone", canonical(zones.brokenIds));
  for (const item of zones.items) {
    const zone = compileZone(item, context, findings);
    if (zone !== undefined) catalog.add(zone.name, zone, item.place, findings);
    else for (const name of canonical([item.text.name])) catalog.addBroken(name);
  }
  return catalog;
}

function canonical(names: Iterable<string>): ReadonlySet<string> {
  const parsed = [...names].map(parseName);
  return new Set(parsed.flatMap((name) => (name.kind === "parsed" ? [name.name] : [])));
}

function compileZone(
  { text, place }: Item<ZoneText>,
  { stores, keys, secondaries }: ZoneContext,
  findings: Findings,
): ZoneSettings | undefined {
  const name = readZoneName(text.name, within(place, "name"), findings);
  const storesAt = within(place, "stores");
  const held = stores.findAll(text.stores ?? [...stores.ids], storesAt, findings);
  if (name === undefined) return undefined;
  const bounds = { minMs: 0, maxMs: TTL_MS_MAX, wholeSeconds: true };
  const apexTtl = text.apexTtl ?? APEX_TTL_DEFAULT;
  const apexTtlMs = readDuration(apexTtl, place, "apexTtl", bounds, findings);
  const denial = text.negativeTtl ?? NEGATIVE_TTL_DEFAULT;
  const denialMs = readDuration(denial, place, "negativeTtl", NEGATIVE_TTL, findings);
  const hostmaster = parseName(text.hostmaster ?? `hostmaster.${name}`);
  if (hostmaster.kind === "malformed") {
    findings.error(within(place, "hostmaster"), hostmaster.problem);
  }
  const nameservers = (text.nameservers ?? []).map((server, index) => {
    return compileNameserver(server, name, within(place, "nameservers", index), findings);
  });
  const ours = held?.some((store) => store.kind === "embedded") === true;
  if (ours && nameservers.length === 0) {
    const problem = `Cannot serve ${name} without nameservers: its NS records name them`;
    findings.error(place, problem, "nameservers, at least one");
  }
  const secondariesAt = within(place, "secondaries");
  const ownSecondaries =
    text.secondaries && compileSecondaries(text.secondaries, keys, secondariesAt, findings);
  const transferToAt = within(place, "transferTo");
  const transferTo = compileTransferTo(text.transferTo ?? [], keys, transferToAt, findings);
  if (held !== undefined && !ours) warnOfOurs(text, place, findings);
  if (apexTtlMs === undefined || denialMs === undefined || held === undefined) return undefined;
  if (hostmaster.kind === "malformed") return undefined;
  return {
    name,
    nameservers: nameservers.filter((server) => server !== undefined),
    hostmaster: hostmaster.name,
    negativeTtlSeconds: denialMs / 1000,
    apexTtlSeconds: apexTtlMs / 1000,
    storeIds: held.map((store) => store.id),
    dnssec: text.dnssec ?? false,
    secondaries: ownSecondaries ?? secondaries,
    transferTo,
  };
}

/** What our own nameserver alone can do means nothing for a zone that it does not hold. */
function warnOfOurs(text: ZoneText, place: Place, findings: Findings): void {
  for (const key of ["dnssec", "secondaries", "transferTo"] as const) {
    if (text[key] === undefined || text[key] === false) continue;
    const problem = `Our nameserver does not hold ${text.name}: ${key} is not used`;
    findings.warn(within(place, key), problem);
  }
}

function readZoneName(text: string, place: Place, findings: Findings): Name | undefined {
  const parsed = parseName(text);
  if (parsed.kind === "malformed") findings.error(place, parsed.problem, "a domain name");
  else if (parsed.name === ROOT) findings.error(place, "Cannot take the root zone here");
  else if (!hasControlRoom(parsed.name)) findings.error(place, controlRoomProblem(parsed.name));
  else return parsed.name;
  return undefined;
}

/** Whether the names of fence, weights, gate and seed fit below or beside a name. */
export function hasControlRoom(name: Name): boolean {
  return encodeName(name).length + CONTROL_OCTETS <= NAME_OCTETS_MAX;
}

/** What to say of a name without {@link hasControlRoom}. */
export function controlRoomProblem(name: Name): string {
  const octets = NAME_OCTETS_MAX - CONTROL_OCTETS;
  const now = `it has ${encodeName(name).length}`;
  return `Cannot manage the name as it must be <= ${octets} octets, to leave room for ours: ${now}`;
}

type NameserverText = NonNullable<ZoneText["nameservers"]>[number];

function compileNameserver(
  text: NameserverText,
  zone: Name,
  place: Place,
  findings: Findings,
): NameserverSettings | undefined {
  const parsed = parseName(text.name);
  if (parsed.kind === "malformed") {
    findings.error(within(place, "name"), parsed.problem, "a domain name");
    return undefined;
  }
  const inZone = isAtOrBelow(parsed.name, zone);
  const written = text.addresses ?? [];
  const at = within(place, "addresses");
  if (inZone && written.length === 0) {
    const problem = `Cannot name ${parsed.name} without addresses as it is in the zone itself`;
    findings.error(place, problem, "addresses, at least one (glue)");
  }
  if (!inZone && written.length > 0) {
    const problem = `Cannot give addresses of ${parsed.name} as it is not in ${zone}`;
    findings.error(at, problem, "no addresses: its own zone has them");
  }
  const addresses = written.flatMap((address, index) => {
    const read = readAddress(address.includes(":") ? "ipv6" : "ipv4", address);
    if (read.kind === "address") return [read.address];
    findings.error(within(at, index), read.problem, "IPv4 and IPv6 addresses");
    return [];
  });
  return { name: parsed.name, addresses };
}
