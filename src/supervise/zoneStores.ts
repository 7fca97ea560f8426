import { readFileSync } from "node:fs";
import { assert, type Chance, type Clock, errorText, type Log } from "../base/index.ts";
import type { SecretSource, Settings, StateLayout, StoreSettings } from "../config/index.ts";
import { parseTsigKey, type TsigKey } from "../dns/index.ts";
import { TcpDialer } from "../net/index.ts";
import type { ZoneStore } from "../plan/index.ts";
import { Rfc2136ZoneStore } from "../provider/index.ts";
import { readKeyFile } from "./keyFile.ts";
import { SuperviseError } from "./superviseError.ts";

/** What zone stores are opened with. */
export interface ZoneStorePorts {
  readonly clock: Clock;
  readonly chance: Chance;
  readonly log: Log;
}

/**
 * Every zone store of the settings, by id, for the process `processId` (or `operator`): our own
 * nameserver with that one's key, other servers with the key that the settings name for them.
 * Nothing is dialled yet. Throws SuperviseError `key-malformed`.
 */
export function openZoneStores(
  settings: Settings,
  layout: StateLayout,
  processId: string,
  ports: ZoneStorePorts,
): ReadonlyMap<string, ZoneStore> {
  const dialer = new TcpDialer();
  const open = (store: StoreSettings): ZoneStore => {
    const { id } = store;
    if (store.kind === "embedded") {
      const server = settings.dns.listen[0];
      assert(server !== undefined, "an embedded store has an address to listen on");
      const key = readKeyFile(layout.keyFile(processId));
      return new Rfc2136ZoneStore({ id, server, key, kind: "embedded", dialer, ...ports });
    }
    const key = readSettingsKey(settings, store.keyId);
    const { server, reads } = store;
    return new Rfc2136ZoneStore({
      id,
      server,
      key,
      kind: "plain",
      wholeReads: reads,
      dialer,
      ...ports,
    });
  };
  return new Map(settings.stores.map((store) => [store.id, open(store)]));
}

/** A key of the settings, its secret read. Throws SuperviseError `key-malformed`. */
export function readSettingsKey(settings: Settings, keyId: string): TsigKey {
  const key = settings.keys.find(({ id }) => id === keyId);
  assert(key !== undefined, `key ${keyId} is one of the settings`);
  const { name, algorithm } = key;
  const parsed = parseTsigKey({ name, algorithm, secret: secretText(key.secret) });
  if (parsed.kind === "parsed") return parsed.key;
  throw malformed(key.secret, parsed.problem);
}

function secretText(source: SecretSource): string {
  if (source.kind === "environment") {
    const text = process.env[source.variable];
    if (text === undefined) throw malformed(source, "the variable is not set");
    return text.trim();
  }
  try {
    return readFileSync(source.path, "utf8").trim();
  } catch (error) {
    throw malformed(source, errorText(error));
  }
}

function malformed(source: SecretSource, problem: string): SuperviseError {
  const path = source.kind === "file" ? source.path : `environment variable ${source.variable}`;
  return new SuperviseError(
    { code: "key-malformed", path },
    `Cannot read the TSIG secret in ${path} as it must be base64: ${problem}`,
  );
}
