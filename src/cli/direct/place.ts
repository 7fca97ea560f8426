import { findEndpoint } from "../../api/index.ts";
import type { ZoneSettings } from "../../config/index.ts";
import { isAtOrBelow, type Name, parseName } from "../../dns/index.ts";
import type { EndpointPolicy } from "../../plan/index.ts";
import { usage } from "../cliError.ts";
import type { Invocation } from "../commandSpec.ts";
import { type OperatorStores, openOperatorStores } from "../gates/operatorStores.ts";
import type { Region } from "../region.ts";
import type { DirectTask } from "./carryOut.ts";

/** A name that a person acts upon, found with nothing but the configuration. */
export interface DirectPlace {
  readonly endpoint: Name;
  readonly zone: ZoneSettings;
  /** What the configuration says of it; undefined for a name that it does not know. */
  readonly policy: EndpointPolicy | undefined;
}

/**
 * The name that a text means: an endpoint of the configuration, or any full name in a zone of it.
 *
 * @throws CliError `usage`.
 */
export function placeOf(text: string, { settings }: Region): DirectPlace {
  const { endpoints } = settings.policy;
  const found = findEndpoint(text, endpoints);
  if (found.kind === "ambiguous") {
    throw usage(`Cannot tell which endpoint "${text}" is: ${found.names.join(", ")}`);
  }
  const parsed = parseName(text);
  if (parsed.kind === "malformed") throw usage(parsed.problem);
  const endpoint = found.kind === "found" ? found.name : parsed.name;
  const policy = endpoints.find(({ name }) => name === endpoint);
  const zone = settings.zones
    .filter(({ name }) =>
      policy === undefined ? isAtOrBelow(endpoint, name) : name === policy.zone,
    )
    .sort((left, right) => right.name.length - left.name.length)[0];
  if (zone !== undefined) return { endpoint, zone, policy };
  const zones = settings.zones.map(({ name }) => name).join(", ");
  const similar = found.kind === "none" && found.similar.length > 0;
  const hint = similar ? `; is it one of ${found.similar.join(", ")}?` : "";
  throw usage(`Cannot find ${endpoint}: give its full name, in one of the zones ${zones}${hint}`);
}

/** Zone stores of one zone, opened with the operator's own keys. */
export interface PlaceStores {
  /** One for each store of the zone that is meant, in the configuration's order. */
  readonly tasks: readonly Pick<DirectTask, "storeId" | "store" | "problem" | "zone">[];
  close(): void;
}

/**
 * Opens the stores of a zone, or the one that `--store` names.
 *
 * @throws CliError `usage`: the zone is not on that store.
 */
export function openPlaceStores(
  { io, options }: Invocation,
  region: Region,
  zone: ZoneSettings,
): PlaceStores {
  const only = options.text("store");
  if (only !== undefined && !zone.storeIds.includes(only)) {
    throw usage(`Cannot take --store ${only}: ${zone.name} is on ${zone.storeIds.join(", ")}`);
  }
  const stores: OperatorStores = openOperatorStores(region, io);
  const tasks = zone.storeIds
    .filter((storeId) => only === undefined || storeId === only)
    .map((storeId) => {
      const opened = stores.byId.get(storeId);
      if (opened?.kind === "open") return { storeId, store: opened.store, zone: zone.name };
      const problem = opened?.problem ?? "it is not in the configuration";
      return { storeId, store: undefined, problem, zone: zone.name };
    });
  return { tasks, close: () => stores.close() };
}
