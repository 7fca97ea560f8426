import type { SocketAddress } from "../base/index.ts";
import { readSocketAddress, socketAddressText } from "./address.ts";
import type { Catalog } from "./catalog.ts";
import type { Source } from "./document.ts";
import type { Findings } from "./findings.ts";
import { MAIN_SHAPE } from "./schema.ts";
import { readMainKey } from "./sections.ts";
import type { Settings, StoreSettings } from "./settings.ts";

const DNS_LISTEN_DEFAULT: readonly string[] = ["127.0.0.1:5300"];
const API_LISTEN_DEFAULT = "127.0.0.1:8053";
const ENACTORS_DEFAULT: readonly string[] = ["enactor-1", "enactor-2", "enactor-3"];
/** Processes and keys that are there already. */
const PROCESS_IDS: ReadonlySet<string> = new Set([
  "api",
  "demo",
  "nameserver",
  "operator",
  "planner",
  "prober",
  "store",
  "supervisor",
]);

/** Where our nameserver and the API listen; no two of them on one address and port. */
export function compileListening(
  main: Source,
  dnsTexts: readonly string[] | undefined,
  stores: Catalog<StoreSettings>,
  findings: Findings,
): { readonly dnsListen: readonly SocketAddress[]; readonly api: Settings["api"] } {
  const used = new Set<string>();
  const read = (text: string, ...path: readonly (string | number)[]): readonly SocketAddress[] => {
    const place = { source: main, path };
    const address = readSocketAddress(text);
    if (address === undefined) {
      const allowed = "address:port, such as 127.0.0.1:5300 or [::1]:5300";
      findings.error(place, `Cannot listen on "${text}"`, allowed);
      return [];
    }
    const canonical = socketAddressText(address);
    if (used.has(canonical)) findings.error(place, `Cannot listen on ${canonical} twice`);
    used.add(canonical);
    return [address];
  };
  const embedded = stores.parts.some((store) => store.kind === "embedded");
  const listen = (dnsTexts ?? (embedded ? DNS_LISTEN_DEFAULT : [])).flatMap((text, index) => {
    return read(text, "dns", "listen", index);
  });
  const apiText = readMainKey(main, "api", MAIN_SHAPE.api, findings)?.listen ?? API_LISTEN_DEFAULT;
  const [api = { address: "", port: 0 }] = read(apiText, "api", "listen");
  return { dnsListen: embedded ? listen : [], api: { listen: api } };
}

/** The ids of the enactors, apart from those of all other processes. */
export function compileEnactors(main: Source, findings: Findings): readonly string[] {
  const ids = readMainKey(main, "enactors", MAIN_SHAPE.enactors, findings) ?? ENACTORS_DEFAULT;
  for (const [index, id] of ids.entries()) {
    const place = { source: main, path: ["enactors", index] };
    if (ids.indexOf(id) !== index) findings.error(place, `Cannot have the enactor ${id} twice`);
    if (PROCESS_IDS.has(id)) {
      const problem = `Cannot call an enactor ${id} as another process is called so`;
      findings.error(place, problem, "another id, such as enactor-az1");
    }
  }
  return ids;
}
