import { errorText, SILENT_LOG } from "../../base/index.ts";
import type { StoreSettings } from "../../config/index.ts";
import { RealChance } from "../../net/index.ts";
import type { ZoneStore } from "../../plan/index.ts";
import { OPERATOR_ID, openZoneStores } from "../../supervise/index.ts";
import type { CliIo } from "../io.ts";
import type { Region } from "../region.ts";

/** One zone store as an operator reaches it, with nothing running but its DNS server. */
type OpenedStore =
  | { readonly kind: "open"; readonly store: ZoneStore }
  | { readonly kind: "closed"; readonly problem: string };

/** Zone stores of a region, reached with the operator's own key. */
export interface OperatorStores {
  readonly byId: ReadonlyMap<string, OpenedStore>;
  close(): void;
}

/** Opens every zone store of the settings; one that cannot be opened does not stop the others. */
export function openOperatorStores(region: Region, io: CliIo): OperatorStores {
  const byId = new Map<string, OpenedStore>();
  for (const store of region.settings.stores) byId.set(store.id, open(store, region, io));
  return {
    byId,
    close: () => {
      for (const opened of byId.values()) if (opened.kind === "open") opened.store.close();
    },
  };
}

function open(settings: StoreSettings, { layout, ...region }: Region, io: CliIo): OpenedStore {
  const only = { ...region.settings, stores: [settings] };
  const ports = { clock: io.clock, chance: new RealChance(), log: SILENT_LOG };
  try {
    const store = openZoneStores(only, layout, OPERATOR_ID, ports).get(settings.id);
    if (store !== undefined) return { kind: "open", store };
    return { kind: "closed", problem: "it was not opened" };
  } catch (error) {
    return { kind: "closed", problem: errorText(error) };
  }
}
