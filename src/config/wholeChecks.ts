// What can be said only once all parts of a configuration are read.
import { isBelow, type Name, nameOf } from "../dns/index.ts";
import type { Policy } from "../plan/index.ts";
import type { Catalog } from "./catalog.ts";
import { type Findings, within } from "./findings.ts";
import { nameserverKeys } from "./nameserverKeys.ts";
import type { KeySettings, Settings, StoreSettings, ZoneSettings } from "./settings.ts";

/** Warns of servers of others that hold endpoints which ask for a choice of addresses. */
export function warnOfPlainStores(
  stores: Catalog<StoreSettings>,
  zones: Catalog<ZoneSettings>,
  endpoints: Policy["endpoints"],
  findings: Findings,
): void {
  const choosing = new Set(
    endpoints.flatMap(({ answers, zone }) => (answers === "all" ? [] : [zone])),
  );
  for (const { id, kind } of stores.parts) {
    const place = stores.placeOf(id);
    if (kind === "embedded" || place === undefined) continue;
    const concerned = zones.parts.filter(({ name, storeIds }) => {
      return storeIds.includes(id) && choosing.has(name);
    });
    if (concerned.length === 0) continue;
    const names = concerned.map(({ name }) => name).join(", ");
    const problem = `The store ${id} cannot choose: it gives whole RRsets, without weights`;
    findings.warn(place, `${problem}, for endpoints of ${names} that ask for fewer answers`);
  }
}

/** Warns of signed zones with endpoints that ask for a choice: a signature is over all of a set. */
export function warnOfSignedChoices(
  zones: Catalog<ZoneSettings>,
  endpoints: Policy["endpoints"],
  findings: Findings,
): void {
  for (const { name, dnssec } of zones.parts) {
    const place = zones.placeOf(name);
    if (!dnssec || place === undefined) continue;
    const choosing = endpoints.filter(({ zone, answers }) => zone === name && answers !== "all");
    const [first] = choosing;
    if (first === undefined) continue;
    const more = choosing.length === 1 ? "" : ` and ${choosing.length - 1} more`;
    const problem = "A signed name answers with its whole set, without weights";
    const asks = choosing.length === 1 ? "asks" : "ask";
    const told = `${problem}: ${first.name}${more} ${asks} for fewer (answers: all is meant)`;
    findings.warn(within(place, "dnssec"), told);
  }
}

/**
 * A signed message names its key, and nothing else says which it is: the keys that our nameserver
 * knows, those of our own processes among them, have names of their own.
 */
export function checkNameserverKeys(
  settings: Pick<Settings, "keys" | "zones" | "dns">,
  region: string,
  keys: Catalog<KeySettings>,
  findings: Findings,
): void {
  const seen = new Map<Name, string>();
  for (const { id, name } of nameserverKeys(settings)) {
    const place = keys.placeOf(id);
    if (place === undefined) continue;
    const other = seen.get(name);
    seen.set(name, id);
    if (other !== undefined) {
      const problem = `Cannot use the key ${id} for our nameserver as ${other} has its name, too`;
      findings.error(within(place, "name"), problem, "a name of its own");
    }
    if (!isBelow(name, nameOf(region))) continue;
    const problem = `Cannot use the name ${name} here: keys of our own processes are below it`;
    findings.error(within(place, "name"), problem, `a name that does not end in ${region}.`);
  }
}
