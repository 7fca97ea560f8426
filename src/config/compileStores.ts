import { parseName } from "../dns/index.ts";
import { readSocketAddress } from "./address.ts";
import { type Catalog, catalogOf } from "./catalog.ts";
import { besideFile } from "./documentPath.ts";
import { type Findings, within } from "./findings.ts";
import type { KeyText, StoreText } from "./schema.ts";
import type { Item, Sections } from "./sections.ts";
import type { KeySettings, SecretSource, StoreSettings } from "./settings.ts";

/** The store that there is where none is configured. */
const DEFAULT_STORE: StoreSettings = { id: "embedded", kind: "embedded" };

/** The TSIG keys of a configuration. */
export function compileKeys({ keys }: Sections, findings: Findings): Catalog<KeySettings> {
  return catalogOf("key", keys, (item) => compileKey(item, findings), findings);
}

function compileKey({ text, place }: Item<KeyText>, findings: Findings): KeySettings | undefined {
  const { id, algorithm = "hmac-sha256" } = text;
  const parsed = parseName(text.name);
  if (parsed.kind === "malformed") findings.error(within(place, "name"), parsed.problem);
  const secret = secretOf({ text, place });
  if (secret === undefined) {
    const problem = `Cannot tell where the secret of key ${id} is`;
    findings.error(place, problem, "exactly one of secretFile and secretEnvironment");
  }
  if (parsed.kind === "malformed" || secret === undefined) return undefined;
  return { id, name: parsed.name, algorithm, secret };
}

function secretOf({ text, place }: Item<KeyText>): SecretSource | undefined {
  const { secretFile, secretEnvironment } = text;
  if (secretFile !== undefined && secretEnvironment === undefined) {
    return { kind: "file", path: besideFile(place.source.file, secretFile) };
  }
  if (secretFile === undefined && secretEnvironment !== undefined) {
    return { kind: "environment", variable: secretEnvironment };
  }
  return undefined;
}

/** The zone stores of a configuration; the embedded one where it names none. */
export function compileStores(
  { stores }: Sections,
  keys: Catalog<KeySettings>,
  findings: Findings,
): Catalog<StoreSettings> {
  let embedded: string | undefined;
  const compile = (item: Item<StoreText>): StoreSettings | undefined => {
    const { text, place } = item;
    if (text.kind === "rfc2136") return compileServer(text, item, keys, findings);
    if (embedded !== undefined) {
      const problem = `Cannot have a second embedded store as ${embedded} is one already`;
      findings.error(place, problem, "one nameserver of our own");
      return undefined;
    }
    embedded = text.id;
    return { id: text.id, kind: "embedded" };
  };
  const catalog = catalogOf("store", stores, compile, findings);
  if (stores.items.length === 0 && stores.brokenIds.size === 0) {
    const nowhere = { source: NO_SOURCE, path: [] };
    catalog.add(DEFAULT_STORE.id, DEFAULT_STORE, nowhere, findings);
  }
  return catalog;
}

// Where the default store stands: nowhere, and nothing is ever said of it.
const NO_SOURCE = { file: "", data: undefined, locate: () => ({ line: 1, column: 1 }) };

function compileServer(
  text: StoreText & { readonly kind: "rfc2136" },
  { place }: Item<StoreText>,
  keys: Catalog<KeySettings>,
  findings: Findings,
): StoreSettings | undefined {
  const { id, key: keyId, reads = "by-type" } = text;
  const server = readSocketAddress(text.server);
  if (server === undefined) {
    const allowed = "address:port, such as 192.0.2.1:53 or [2001:db8::1]:53";
    findings.error(within(place, "server"), `Cannot take "${text.server}" here`, allowed);
  }
  const key = keys.find(keyId, within(place, "key"), findings);
  if (server === undefined || key === undefined) return undefined;
  return { id, kind: "rfc2136", server, keyId, reads };
}
