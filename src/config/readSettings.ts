import type { Policy } from "../plan/index.ts";
import { compileDns } from "./compileDns.ts";
import { compileEndpoints } from "./compileEndpoints.ts";
import { compileEnactors, compileListening } from "./compileProcesses.ts";
import { compileServing, SERVING_DEFAULTS } from "./compileServing.ts";
import { compileKeys, compileStores } from "./compileStores.ts";
import { compileChecks, compilePools, compileTargets } from "./compileTargets.ts";
import { compileSecondaries } from "./compileTransfers.ts";
import { compileZones } from "./compileZones.ts";
import type { Source } from "./document.ts";
import { besideFile } from "./documentPath.ts";
import type { Finding } from "./finding.ts";
import { Findings, type Place, within } from "./findings.ts";
import { MAIN_SHAPE } from "./schema.ts";
import { checkDocument, readMainKey, readSections, type Sections } from "./sections.ts";
import type { Settings } from "./settings.ts";
import { readSource } from "./source.ts";
import { checkNameserverKeys, warnOfPlainStores, warnOfSignedChoices } from "./wholeChecks.ts";

/** What reading one file gave. */
export type FileRead =
  | { readonly kind: "file"; readonly text: string }
  | { readonly kind: "missing" | "unreadable"; readonly problem: string };

/** How files come in; paths are as given, or joined to the including file's folder. */
export type ReadFile = (path: string) => FileRead;

/** What became of a configuration: whole settings, or every error in it. */
export type SettingsRead =
  | {
      readonly kind: "settings";
      readonly settings: Settings;
      readonly warnings: readonly Finding[];
    }
  | { readonly kind: "broken"; readonly findings: readonly Finding[] };

const FORMAT_VERSION = 1;

/**
 * Reads a configuration and all that it includes. Files named in it (includes, secrets) are
 * relative to the file that names them, so that an absolute `path` makes theirs absolute too.
 */
export function readSettings(path: string, readFile: ReadFile): SettingsRead {
  const findings = new Findings();
  const main = open(path, readFile, findings);
  if (main === undefined || !isReadable(main, findings)) {
    return { kind: "broken", findings: findings.errors(path) };
  }
  const included = openIncluded(main, readFile, findings);
  const settings = compile(main, readSections(main, included, findings), findings);
  if (settings === undefined || findings.broken) {
    return { kind: "broken", findings: findings.errors(path) };
  }
  return { kind: "settings", settings, warnings: findings.warnings(path) };
}

function open(
  file: string,
  readFile: ReadFile,
  findings: Findings,
  from?: Place,
): Source | undefined {
  const read = readFile(file);
  if (read.kind !== "file") {
    const problem = `Cannot read the file ${file} as it is ${read.kind}: ${read.problem}`;
    if (from === undefined) findings.add([{ file, line: 1, column: 1, path: "", problem }]);
    else findings.error(from, problem, "path of a file that can be read");
    return undefined;
  }
  const source = readSource(file, read.text);
  if (source.kind === "source") return source.source;
  findings.add(source.findings);
  return undefined;
}

// A newer format may mean anything: nothing else is said of it.
function isReadable(main: Source, findings: Findings): boolean {
  const { data } = main;
  const version: unknown =
    typeof data === "object" && data !== null && "version" in data ? data.version : undefined;
  if (typeof version === "number" && Number.isInteger(version) && version > FORMAT_VERSION) {
    const problem = `Cannot read the configuration as its version must be <= ${FORMAT_VERSION}`;
    const told = `${problem}: it is ${version}, for a newer Holdfast`;
    findings.error({ source: main, path: ["version"] }, told, String(FORMAT_VERSION));
    return false;
  }
  return checkDocument(main, "main", findings);
}

function openIncluded(main: Source, readFile: ReadFile, findings: Findings): readonly Source[] {
  const opened: Source[] = [];
  const seen = new Set([main.file]);
  for (const [index, named] of (
    readMainKey(main, "include", MAIN_SHAPE.include, findings) ?? []
  ).entries()) {
    const place = { source: main, path: ["include", index] };
    const file = besideFile(main.file, named);
    if (seen.has(file)) {
      findings.error(place, `Cannot include ${named} twice`);
      continue;
    }
    seen.add(file);
    const source = open(file, readFile, findings, place);
    if (source !== undefined && checkDocument(source, "included", findings)) opened.push(source);
  }
  return opened;
}

function compile(main: Source, sections: Sections, findings: Findings): Settings | undefined {
  readMainKey(main, "version", MAIN_SHAPE.version, findings);
  const root = { source: main, path: [] };
  const region = readMainKey(main, "region", MAIN_SHAPE.region, findings);
  const demo = readMainKey(main, "demo", MAIN_SHAPE.demo, findings) ?? { loadBalancers: false };
  const keys = compileKeys(sections, findings);
  const stores = compileStores(sections, keys, findings);
  const dnsAt = within(root, "dns");
  const dnsText = readMainKey(main, "dns", MAIN_SHAPE.dns, findings) ?? {};
  const secondariesAt = within(dnsAt, "secondaries");
  const secondaries = compileSecondaries(dnsText.secondaries ?? [], keys, secondariesAt, findings);
  const zones = compileZones(sections, { stores, keys, secondaries }, findings);
  const checks = compileChecks(sections, findings);
  const targets = compileTargets(sections, demo.loadBalancers, findings);
  const pools = compilePools(sections, checks, targets, findings);
  const defaultsText = readMainKey(main, "defaults", MAIN_SHAPE.defaults, findings) ?? {};
  const defaultsAt = within(root, "defaults");
  const defaults = compileServing(defaultsText, SERVING_DEFAULTS, defaultsAt, findings);
  const endpoints = compileEndpoints(sections, { zones, pools, defaults }, findings);
  const { dnsListen, api } = compileListening(main, dnsText.listen, stores, findings);
  const listening = { listen: dnsListen, secondaries };
  const dnsContext = { keys, zones, endpoints: endpoints.parts, listening };
  const dns = compileDns(dnsText, dnsContext, dnsAt, findings);
  const enactorIds = compileEnactors(main, findings);
  const stateFolder = readMainKey(main, "state", MAIN_SHAPE.state, findings);
  const prober = readMainKey(main, "prober", MAIN_SHAPE.prober, findings);
  if (zones.size === 0 && sections.zones.brokenIds.size === 0 && !findings.broken) {
    findings.error(root, "Cannot go without zones: endpoints stand in them", "zones, at least one");
  }
  warnOfPlainStores(stores, zones, endpoints.parts, findings);
  warnOfSignedChoices(zones, endpoints.parts, findings);
  checks.warnUnused("it checks nothing", findings);
  targets.warnUnused("it is in no pool, so it is neither checked nor served", findings);
  pools.warnUnused("no endpoint answers with it", findings);
  keys.warnUnused("nothing is signed with it", findings);
  if (region === undefined) return undefined;
  checkNameserverKeys({ keys: keys.parts, zones: zones.parts, dns }, region, keys, findings);
  const policy: Policy = {
    region,
    zones: zones.parts.map(({ name, storeIds }) => ({ name, storeIds })),
    targets: targets.parts,
    checks: checks.parts,
    pools: pools.parts.map(({ pool }) => pool),
    endpoints: endpoints.parts,
  };
  return {
    formatVersion: FORMAT_VERSION,
    policy,
    zones: zones.parts,
    stores: stores.parts,
    keys: keys.parts,
    dns,
    api,
    enactorIds,
    vantage: prober?.vantage ?? `prober-${region}`,
    demo,
    ...(stateFolder === undefined ? {} : { stateFolder }),
  };
}
