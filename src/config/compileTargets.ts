import { type Check, type Pool, RECORDS_PER_TYPE_MAX, type Target } from "../plan/index.ts";
import { readAddress } from "./address.ts";
import { type Catalog, catalogOf } from "./catalog.ts";
import { readDuration } from "./durations.ts";
import { type Findings, type Place, within } from "./findings.ts";
import type { CheckText, PoolText, TargetText } from "./schema.ts";
import type { Item, Sections } from "./sections.ts";

const HOUR_MS = 3_600_000;
const INTERVAL_MS_MIN = 100; // more often than that is an attack on one's own load balancers
const TIMEOUT_MS_MIN = 10;

/** The checks of a configuration. */
export function compileChecks({ checks }: Sections, findings: Findings): Catalog<Check> {
  return catalogOf("check", checks, (item) => compileCheck(item, findings), findings);
}

function compileCheck({ text, place }: Item<CheckText>, findings: Findings): Check | undefined {
  const { id, kind, port, host, rise = 2, fall = 2 } = text;
  const read = (key: "interval" | "timeout" | "jitter", minMs: number, maxMs: number) => {
    return readDuration(text[key] ?? "0ms", place, key, { minMs, maxMs }, findings);
  };
  const intervalMs = read("interval", INTERVAL_MS_MIN, HOUR_MS);
  const timeoutMs = read("timeout", TIMEOUT_MS_MIN, intervalMs ?? HOUR_MS);
  const jitterMs = read("jitter", 0, intervalMs ?? HOUR_MS);
  if (kind === "tcp") {
    for (const key of ["path", "host"] as const) {
      if (text[key] === undefined) continue;
      findings.warn(within(place, key), `A tcp check only connects: ${key} is not used`);
    }
  }
  if (intervalMs === undefined || timeoutMs === undefined || jitterMs === undefined) {
    return undefined;
  }
  const path = text.path ?? "/";
  const times = { intervalMs, timeoutMs, jitterMs, rise, fall };
  return { id, kind, port, path, ...(host === undefined ? {} : { host }), ...times };
}

/** The targets of a configuration. */
export function compileTargets(
  { targets }: Sections,
  demoLoadBalancers: boolean,
  findings: Findings,
): Catalog<Target> {
  const owners = new Map<string, string>();
  const compile = (item: Item<TargetText>): Target | undefined => {
    const target = compileTarget(item, findings);
    if (target === undefined) return undefined;
    if (demoLoadBalancers) checkDemoTarget(target, item.place, findings);
    for (const address of [target.ipv4, target.ipv6]) {
      if (address === undefined) continue;
      const owner = owners.get(address);
      if (owner === undefined) owners.set(address, target.id);
      else findings.warn(item.place, `${address} is also the address of target ${owner}`);
    }
    return target;
  };
  return catalogOf("target", targets, compile, findings);
}

function compileTarget({ text, place }: Item<TargetText>, findings: Findings): Target | undefined {
  const { id, zone: availabilityZone, capacity = 100 } = text;
  const addresses: { ipv4?: string; ipv6?: string } = {};
  let sound = true;
  for (const family of ["ipv4", "ipv6"] as const) {
    const written = text[family];
    if (written === undefined) continue;
    const read = readAddress(family, written);
    if (read.kind === "address") addresses[family] = read.address;
    else {
      findings.error(within(place, family), read.problem, `an ${family} address of one host`);
      sound = false;
    }
  }
  if (text.ipv4 === undefined && text.ipv6 === undefined) {
    findings.error(place, `Cannot have the target ${id} without an address`, "ipv4, ipv6 or both");
    sound = false;
  }
  return sound ? { id, availabilityZone, ...addresses, capacity } : undefined;
}

function checkDemoTarget({ id, ipv4 }: Target, place: Place, findings: Findings): void {
  if (ipv4?.startsWith("127.") === true) return;
  const problem = `Cannot start a load balancer for ${id} as its IPv4 address must be local`;
  const now = ipv4 === undefined ? "it has none" : `it is ${ipv4}`;
  const at = ipv4 === undefined ? place : within(place, "ipv4");
  findings.error(at, `${problem}: ${now}`, "an address in 127.0.0.0/8, or demo off");
}

/** A pool with its targets looked up. */
export interface CompiledPool {
  readonly pool: Pool;
  readonly targets: readonly Target[];
}

/** The pools of a configuration. */
export function compilePools(
  { pools }: Sections,
  checks: Catalog<Check>,
  targets: Catalog<Target>,
  findings: Findings,
): Catalog<CompiledPool> {
  const compile = ({ text, place }: Item<PoolText>): CompiledPool | undefined => {
    const { id, check: checkId, targets: targetIds } = text;
    const check = checks.find(checkId, within(place, "check"), findings);
    const members = targets.findAll(targetIds, within(place, "targets"), findings);
    if (targetIds.length > RECORDS_PER_TYPE_MAX) {
      const problem = `Cannot have ${targetIds.length} targets in a pool: one write holds them all`;
      findings.error(within(place, "targets"), problem, `at most ${RECORDS_PER_TYPE_MAX}`);
      return undefined;
    }
    if (check === undefined || members === undefined) return undefined;
    return { pool: { id, checkId, targetIds }, targets: members };
  };
  return catalogOf("pool", pools, compile, findings);
}
