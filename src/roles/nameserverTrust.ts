import { errorText, type Log } from "../base/index.ts";
import { nameserverKeys, type Settings, type StateLayout } from "../config/index.ts";
import { type Name, type OwnerPattern, parseOwnerPattern, type TsigKey } from "../dns/index.ts";
import type { UpdateRights, UpdateScope } from "../nameserver/index.ts";
import { withSystemMac } from "../net/index.ts";
import { readAllKeys, readSettingsKey } from "../supervise/index.ts";

/** Whom the nameserver believes, and what each may change. */
export interface NameserverTrust {
  readonly keys: readonly TsigKey[];
  /** Of the keys of the configuration; those of our own processes may change everything. */
  readonly updateRights: ReadonlyMap<Name, UpdateRights>;
}

/**
 * The keys of our own processes, and those of the configuration that our nameserver has to do
 * with. One whose secret cannot be read is left out: its owner is refused, and all others served.
 */
export function nameserverTrust(
  settings: Settings,
  layout: StateLayout,
  log: Log,
): NameserverTrust {
  const shared = nameserverKeys(settings).flatMap(({ id }): readonly TsigKey[] => {
    try {
      return [readSettingsKey(settings, id)];
    } catch (error) {
      log.error("cannot read a key; what it signs is refused", { id, problem: errorText(error) });
      return [];
    }
  });
  const rights = nameserverKeys(settings).map(({ id, name }): readonly [Name, UpdateRights] => {
    return [name, scopesOf(settings, id)];
  });
  const keys = [...readAllKeys(layout), ...shared].map(withSystemMac);
  return { keys, updateRights: new Map(rights) };
}

function scopesOf({ dns }: Settings, keyId: string): readonly UpdateScope[] {
  return dns.updateKeys
    .filter((part) => part.keyId === keyId)
    .map(({ zones, names, types }) => ({ zones, names: names.map(patternOf), types }));
}

/** Settings hold what was checked: a pattern that is none would match nothing. */
function patternOf(text: string): OwnerPattern {
  const parsed = parseOwnerPattern(text);
  return parsed.kind === "pattern" ? parsed.pattern : { text, labels: [], isAbsolute: true };
}
