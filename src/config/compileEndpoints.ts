import { isAtOrBelow, labelsOf, type Name, parentOf, parseName } from "../dns/index.ts";
import type { AddressType, EndpointPolicy, Target } from "../plan/index.ts";
import { Catalog } from "./catalog.ts";
import { compileServing, type Serving } from "./compileServing.ts";
import type { CompiledPool } from "./compileTargets.ts";
import { controlRoomProblem, hasControlRoom } from "./compileZones.ts";
import { type Findings, type Place, within } from "./findings.ts";
import type { EndpointText } from "./schema.ts";
import type { Item, Sections } from "./sections.ts";
import type { ZoneSettings } from "./settings.ts";

/** Most endpoints in a region: what a cell is made for (DESIGN.md, "Speed and size"). */
export const ENDPOINTS_MAX = 100_000;

/** What endpoints refer to. */
export interface EndpointContext {
  readonly zones: Catalog<ZoneSettings>;
  readonly pools: Catalog<CompiledPool>;
  readonly defaults: Serving;
}

/** The endpoints of a configuration, by canonical name. */
export function compileEndpoints(
  { endpoints }: Sections,
  context: EndpointContext,
  findings: Findings,
): Catalog<EndpointPolicy> {
  const catalog = new Catalog<EndpointPolicy>("endpoint", endpoints.brokenIds);
  const [first] = endpoints.items;
  if (endpoints.items.length > ENDPOINTS_MAX && first !== undefined) {
    const problem = `Cannot have ${endpoints.items.length} endpoints in one region`;
    const place = { source: first.place.source, path: ["endpoints"] };
    findings.error(place, problem, `at most ${ENDPOINTS_MAX}: share them out over regions`);
    return catalog;
  }
  const servers = context.zones.parts.flatMap((zone) => zone.nameservers.map(({ name }) => name));
  const taken = new Set<Name>(servers);
  for (const item of endpoints.items) {
    const endpoint = compileEndpoint(item, context, taken, findings);
    if (endpoint !== undefined) catalog.add(endpoint.name, endpoint, item.place, findings);
  }
  return catalog;
}

function compileEndpoint(
  { text, place }: Item<EndpointText>,
  context: EndpointContext,
  taken: ReadonlySet<Name>,
  findings: Findings,
): EndpointPolicy | undefined {
  const zone = readZone(text.zone, within(place, "zone"), context.zones, findings);
  const pools = context.pools.findAll(text.pools, within(place, "pools"), findings);
  const serving = compileServing(text, context.defaults, place, findings);
  if (zone === undefined) return undefined;
  const nameAt = within(place, "name");
  const name = readEndpointName(text.name, zone, nameAt, context.zones, findings);
  if (name === undefined || pools === undefined) return undefined;
  if (taken.has(name)) {
    const problem = `Cannot have the endpoint ${name} as it is a nameserver of a zone`;
    findings.error(nameAt, problem, "another name");
    return undefined;
  }
  const types = readTypes(text, pools, place, findings);
  checkSizes(serving, pools, text, place, findings);
  const poolIds = pools.map(({ pool }) => pool.id);
  return { name, zone: zone.name, poolIds, types, ...serving };
}

function readZone(
  text: string,
  place: Place,
  zones: Catalog<ZoneSettings>,
  findings: Findings,
): ZoneSettings | undefined {
  const parsed = parseName(text);
  if (parsed.kind === "parsed") return zones.find(parsed.name, place, findings);
  findings.error(place, parsed.problem, "name of a zone in zones");
  return undefined;
}

function readEndpointName(
  text: string,
  zone: ZoneSettings,
  place: Place,
  zones: Catalog<ZoneSettings>,
  findings: Findings,
): Name | undefined {
  const parsed = parseName(isAbsolute(text) ? text : `${text}.${zone.name}`);
  if (parsed.kind === "malformed") {
    findings.error(place, parsed.problem, "a domain name");
    return undefined;
  }
  const { name } = parsed;
  const wrong = nameProblem(name, zone.name, zones);
  if (wrong === undefined) return name;
  findings.error(place, wrong.problem, wrong.allowed);
  return undefined;
}

function isAbsolute(text: string): boolean {
  return text.endsWith(".") && !text.endsWith("\\.");
}

function nameProblem(
  name: Name,
  zone: Name,
  zones: Catalog<ZoneSettings>,
): { readonly problem: string; readonly allowed: string } | undefined {
  if (name === zone) {
    const problem = `Cannot have an endpoint at ${zone} itself: the zone's own records stand there`;
    return { problem, allowed: "a name below the zone" };
  }
  if (!isAtOrBelow(name, zone)) {
    return { problem: `Cannot have ${name} in ${zone} as it is not below`, allowed: `*.${zone}` };
  }
  const nearest = nearestZone(name, zones);
  if (nearest !== zone) {
    const problem = `Cannot have ${name} in ${zone} as ${nearest} hides it: that zone is nearer`;
    return { problem, allowed: `zone: ${nearest}` };
  }
  const labels = labelsOf(name);
  if (labels[0] === "*") {
    const problem = "Cannot manage a wildcard: it has no name of its own for a fence";
    return { problem, allowed: "a name without *" };
  }
  if (labels.includes("_holdfast")) {
    const problem = "Cannot have an endpoint below _holdfast: fences and gates stand there";
    return { problem, allowed: "a name without the label _holdfast" };
  }
  if (hasControlRoom(name)) return undefined;
  return { problem: controlRoomProblem(name), allowed: "a shorter name" };
}

/** The zone that a nameserver answers a name from: the longest that is at or above it. */
function nearestZone(name: Name, zones: Catalog<ZoneSettings>): string | undefined {
  let above: Name | undefined = name;
  while (above !== undefined && !zones.mayHave(above)) above = parentOf(above);
  return above;
}

function readTypes(
  text: EndpointText,
  pools: readonly CompiledPool[],
  place: Place,
  findings: Findings,
): readonly AddressType[] {
  const available = (["A", "AAAA"] as const).filter((type) => {
    return pools.some(({ targets }) => targets.some((target) => has(target, type)));
  });
  if (text.types === undefined) return available;
  const at = within(place, "types");
  for (const [index, type] of text.types.entries()) {
    const key = type === "A" ? "ipv4" : "ipv6";
    if (!available.includes(type)) {
      const problem = `Cannot answer ${type} as no target of its pools has an ${key} address`;
      findings.error(within(at, index), problem, available.join(", "));
    }
    if (text.types.indexOf(type) !== index) {
      findings.error(within(at, index), `Cannot list the type ${type} twice`);
    }
  }
  return (["A", "AAAA"] as const).filter((type) => text.types?.includes(type));
}

function has(target: Target, type: AddressType): boolean {
  return (type === "A" ? target.ipv4 : target.ipv6) !== undefined;
}

function checkSizes(
  { floor, answers }: Serving,
  pools: readonly CompiledPool[],
  text: EndpointText,
  place: Place,
  findings: Findings,
): void {
  for (const { pool, targets } of pools) {
    if (floor <= targets.length) continue;
    const problem = `Cannot have a floor of ${floor} as the pool ${pool.id} is smaller`;
    const at = text.floor === undefined ? place : within(place, "floor");
    findings.error(at, problem, `at most ${targets.length}`);
  }
  const most = Math.max(...pools.map(({ targets }) => targets.length));
  if (answers === "all" || answers <= most) return;
  const at = text.answers === undefined ? place : within(place, "answers");
  findings.warn(at, `Answers ${answers} addresses, and its largest pool has ${most} targets`);
}
