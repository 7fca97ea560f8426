import type { EndpointPolicy, NonEmpty, PlannedRRset, Policy } from "../../src/plan/index.ts";
import { ENDPOINTS, REGION, ZONE } from "./names.ts";

/** Content goes to and fro, so that an old generation's is wanted again: equal digests recur. */
const TARGET_OF_WISH: ReadonlyMap<string, number> = new Map([
  ["0", 1],
  ["1", 2],
  ["2", 1],
  ["3", 2],
  ["rival", 3],
]);

/** What is wanted at one wish, of the first endpoints. */
export function policyOf(wish: string, endpoints: number): Policy {
  const target = TARGET_OF_WISH.get(wish) ?? 1;
  return {
    region: REGION,
    zones: [{ name: ZONE, storeIds: ["memory"] }],
    targets: [1, 2, 3].map((n) => ({
      id: `lb-${n}`,
      availabilityZone: "az1",
      ipv4: `192.0.2.${n}`,
      ipv6: `2001:db8::${n}`,
      capacity: 100,
    })),
    checks: [CHECK],
    pools: [{ id: "pool", checkId: CHECK.id, targetIds: [`lb-${target}`] }],
    endpoints: ENDPOINTS.slice(0, endpoints).map((name) => {
      return endpointOf(name);
    }),
  };
}

const CHECK = {
  id: "http",
  kind: "http",
  port: 8080,
  path: "/healthz",
  intervalMs: 1000,
  timeoutMs: 500,
  jitterMs: 100,
  rise: 2,
  fall: 2,
} as const;

function endpointOf(name: EndpointPolicy["name"]): EndpointPolicy {
  return {
    name,
    zone: ZONE,
    poolIds: ["pool"],
    types: ["A", "AAAA"],
    ttlSeconds: 5,
    answers: "all",
    floor: 1,
    velocity: { fractionMax: 1, windowMs: 1 },
  };
}

/** What a person pins. */
export const PINNED = pinnedAt("198.51.100.1", "2001:db8:ffff::1");
export const PINNED_AGAIN = pinnedAt("198.51.100.2", "2001:db8:ffff::2");
export const PINNED_ALIAS: NonEmpty<PlannedRRset> = [
  { type: "CNAME", ttlSeconds: 5, records: [{ rdata: "standby.example.net.", weight: 100 }] },
];

function pinnedAt(ipv4: string, ipv6: string): NonEmpty<PlannedRRset> {
  return [
    { type: "A", ttlSeconds: 5, records: [{ rdata: ipv4, weight: 100 }] },
    { type: "AAAA", ttlSeconds: 5, records: [{ rdata: ipv6, weight: 100 }] },
  ];
}
