// Makes holdfast.yaml and regions/*.json from aws-endpoints.csv: real endpoint names, made-up load
// balancers. Run: node examples/aws/generate.ts. A fixed seed and no clock: every run gives the
// same files, which a test compares with the committed ones.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const SEED = 20_251_020;
/** DNS suffixes of the partitions: each is a zone. A zone per parent name would hide 251 names. */
const ZONES = [
  "amazonaws.com",
  "amazonaws.com.cn",
  "amazonaws.eu",
  "api.amazonwebservices.com.cn",
  "api.amazonwebservices.eu",
  "api.aws",
  "api.aws.hci.ic.gov",
  "api.aws.ic.gov",
  "api.aws.scloud",
  "api.cloud-aws.adc-e.uk",
  "c2s.ic.gov",
  "cloud.adc-e.uk",
  "csp.hci.ic.gov",
  "sc2s.sgov.gov",
];
const ZONES_BY_LENGTH = [...ZONES].sort((left, right) => right.length - left.length);
const AVAILABILITY_ZONES = ["az1", "az2", "az3"] as const;
/** Addresses a name answers with: drawn for each pool. */
const POOL_SIZE_MIN = 4;
const POOL_SIZE_MAX = 16;
const POOLS_PER_REGION = 6;
/** About 1,000 in all over 48 regions: each region draws from this span. */
const BALANCERS_MIN = 16;
const BALANCERS_MAX = 26;
const CAPACITIES = [50, 100, 200] as const;

interface Row {
  readonly name: string;
  readonly region: string;
  readonly variant: string;
}

interface Balancer {
  readonly id: string;
  readonly zone: string;
  readonly ipv4: string;
  readonly ipv6: string;
  readonly capacity: number;
}

/** What the generator writes: file names relative to examples/aws, and their texts. */
export function generate(csv: string): ReadonlyMap<string, string> {
  const draw = seededDraw(SEED);
  const byRegion = new Map<string, Row[]>();
  for (const row of readRows(csv)) {
    const rows = byRegion.get(row.region) ?? [];
    rows.push(row);
    byRegion.set(row.region, rows);
  }
  const files = new Map<string, string>();
  const regions = [...byRegion.keys()].sort();
  for (const [index, region] of regions.entries()) {
    const rows = byRegion.get(region) ?? [];
    files.set(`regions/${region}.json`, regionFile(region, index, rows, draw));
  }
  const usedZones = ZONES.filter((zone) =>
    [...byRegion.values()].flat().some((row) => zoneOf(row.name) === zone),
  );
  files.set("holdfast.yaml", mainFile(usedZones, regions));
  return files;
}

function readRows(csv: string): Row[] {
  const [header, ...lines] = csv.trim().split("\n");
  if (header?.trim() !== "name,service,region,partition,variant") {
    throw new Error(`Cannot read aws-endpoints.csv: its first line is "${header}"`);
  }
  return lines.map((line) => {
    const [name = "", , region = "", , variant = ""] = line.trim().split(",");
    return { name, region, variant };
  });
}

function zoneOf(name: string): string {
  const zone = ZONES_BY_LENGTH.find((suffix) => name.endsWith(`.${suffix}`));
  if (zone === undefined) throw new Error(`Cannot place ${name}: it is below none of the zones`);
  return zone;
}

type Draw = (bound: number) => number;

function regionFile(region: string, index: number, rows: readonly Row[], draw: Draw): string {
  const balancers = makeBalancers(region, index, draw);
  const pools = makePools(region, balancers, draw);
  const endpoints = rows.map((row) => {
    const pool = pools[draw(pools.length)];
    const types = row.variant.startsWith("dualstack") ? ["A", "AAAA"] : ["A"];
    return { name: `${row.name}.`, zone: zoneOf(row.name), pools: [pool?.id], types };
  });
  const lines = (items: readonly unknown[]): string =>
    items.map((item) => `    ${JSON.stringify(item)}`).join(",\n");
  return `{
  "targets": [
${lines(balancers)}
  ],
  "pools": [
${lines(pools)}
  ],
  "endpoints": [
${lines(endpoints)}
  ]
}
`;
}

interface Pool {
  readonly id: string;
  readonly check: string;
  readonly targets: readonly string[];
}

/** Pools of drawn sizes; a load balancer that none of them drew joins the smallest. */
function makePools(region: string, balancers: readonly Balancer[], draw: Draw): readonly Pool[] {
  const pools = Array.from({ length: POOLS_PER_REGION }, () => {
    const size = POOL_SIZE_MIN + draw(POOL_SIZE_MAX - POOL_SIZE_MIN + 1);
    return shuffled(balancers, draw)
      .slice(0, size)
      .map(({ id }) => id);
  });
  const used = new Set(pools.flat());
  for (const { id } of balancers) {
    if (used.has(id)) continue;
    const [smallest] = [...pools].sort((left, right) => left.length - right.length);
    smallest?.push(id);
  }
  return pools.map((targets, index) => ({
    id: `${region}-p${index + 1}`,
    check: "http",
    targets: targets.sort(),
  }));
}

function makeBalancers(region: string, index: number, draw: Draw): readonly Balancer[] {
  const count = BALANCERS_MIN + draw(BALANCERS_MAX - BALANCERS_MIN + 1);
  return Array.from({ length: count }, (_, number) => {
    const az = number % AVAILABILITY_ZONES.length;
    const host = Math.floor(number / AVAILABILITY_ZONES.length) + 1;
    return {
      id: `lb-${region}-${"abc"[az]}${host}`,
      zone: `${region}-${AVAILABILITY_ZONES[az]}`,
      ipv4: `127.${100 + index}.${az + 1}.${host}`,
      ipv6: `2001:db8:${(index + 1).toString(16)}:${az + 1}::${host.toString(16)}`,
      capacity: CAPACITIES[draw(CAPACITIES.length)] ?? 100,
    };
  });
}

function shuffled<Item>(items: readonly Item[], draw: Draw): Item[] {
  const keyed = items.map((item) => ({ item, key: draw(2 ** 31) }));
  return keyed.sort((left, right) => left.key - right.key).map(({ item }) => item);
}

function mainFile(zones: readonly string[], regions: readonly string[]): string {
  const zoneLines = zones.map(
    (zone) =>
      `  - { name: ${zone}, hostmaster: hostmaster.${zone}, negativeTtl: 5s,\n` +
      `      nameservers: [{ name: ns1.holdfast-demo.${zone}, addresses: [127.0.0.1] }] }`,
  );
  return `# Written by generate.ts; do not edit by hand.
# 10,717 real service endpoint names (aws-endpoints.csv, derived from botocore's endpoints.json,
# Apache-2.0) behind about 1,000 made-up load balancers: real listeners on loopback addresses.
#
#   npx holdfast run -c examples/aws/holdfast.yaml
version: 1
region: aws-example
state: .holdfast-aws
dns: { listen: ["127.0.0.1:5301"] }
api: { listen: "127.0.0.1:8054" }
demo: { loadBalancers: true }

zones:
${zoneLines.join("\n")}

checks:
  - { id: http, kind: http, port: 8180, path: /healthz, interval: 5s, timeout: 1s, jitter: 1s,
      rise: 2, fall: 2 }

defaults:
  ttl: 5s
  answers: all
  floor: 2
  velocity: { fraction: 0.5, window: 10s }

include:
${regions.map((region) => `  - regions/${region}.json`).join("\n")}
`;
}

/** Whole numbers in 0..bound-1 from one seed (mulberry32): the same on every machine. */
function seededDraw(seed: number): Draw {
  let state = seed;
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * bound);
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = import.meta.dirname;
  mkdirSync(join(folder, "regions"), { recursive: true });
  const files = generate(readFileSync(join(folder, "aws-endpoints.csv"), "utf8"));
  for (const [file, text] of files) writeFileSync(join(folder, file), text);
  console.log(`wrote ${files.size} files`);
}
