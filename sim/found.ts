import { nameOf } from "../src/dns/index.ts";
import type { Act, Scene, Schedule } from "./schedule/act.ts";

/** A schedule that once found something, shrunk to what it needed; the tests run it for ever. */
export interface Found {
  readonly found: string;
  readonly schedule: Schedule;
}

const ZONE = nameOf("sim.example");
const API = nameOf("api.sim.example");
const DB = nameOf("db.sim.example");
const BOTH = ["A", "AAAA"] as const;
const END_MS = 10_200;

function scene(server: Scene["server"], ...names: readonly (typeof API)[]): Scene {
  const targets = [1, 2, 3].map((place) => ({
    id: `lb-${place}`,
    ipv4: `192.0.2.${place}`,
    ipv6: `2001:db8::${place}`,
  }));
  const endpoints = names.map((name) => ({ name, types: BOTH, isForeign: false }));
  return { zone: ZONE, endpoints, targets, enactors: 2, server };
}

function found(
  seed: number,
  what: string,
  where: Scene,
  ...acts: readonly (readonly [atMs: number, act: Act])[]
): Found {
  const timed = acts.map(([atMs, act], n) => ({ n, atMs, act }));
  return { found: what, schedule: { seed, scene: where, acts: timed, endMs: END_MS } };
}

const down = (target: string): Act => ({ kind: "health", target, isUp: false });
const up = (target: string): Act => ({ kind: "health", target, isUp: true });
const lost: Act = { kind: "store-lost" };
const oldCopy = (agoMs: number): Act => ({ kind: "store-old-copy", agoMs });
const hand = (what: Extract<Act, { kind: "hand" }>["what"], endpoint = API): Act => ({
  kind: "hand",
  endpoint,
  byForce: true,
  what,
});
const retire = (holdDownMs: number, endpoint = API): Act => ({
  kind: "retire",
  endpoint,
  holdDownMs,
});
const pin = (forMs: number, direct: boolean, endpoint = API): Act => ({
  kind: "override",
  endpoint,
  addresses: ["198.51.100.7"],
  forMs,
  direct,
});
const wantsA: Act = { kind: "policy", change: { kind: "types", endpoint: API, types: ["A"] } };
const raise: Act = { kind: "epoch-raise", endpoint: API };

/** Schedules that found faults of the product, in the order in which they did. */
export const FOUND: readonly Found[] = [
  found(
    1141,
    "a lost plan store let a configuration without AAAA take AAAA away on a plain server",
    scene("plain", API),
    [3_715, wantsA],
    [8_378, lost],
  ),
  found(
    20931,
    "the same, by a write made from memory",
    scene("plain", API),
    [1_596, { ...lost }],
    [2_641, wantsA],
    [4_000, lost],
  ),
  found(
    1093,
    "a tombstone that waited behind a raised epoch was never written",
    scene("plain", API),
    [1_748, hand("second-fence")],
    [5_800, retire(0)],
    [7_000, raise],
  ),
  found(
    1159,
    "an advance from memory left a CNAME that a hand had put, and a fence that said otherwise",
    scene("plain", API),
    [4_722, hand("add-cname")],
    [5_125, down("lb-1")],
  ),
  found(
    3280,
    "a new line of plans as long as the old one left an endpoint below its own fence for ever",
    scene("plain", API, DB),
    [4_842, pin(5_256, false)],
    [5_549, lost],
  ),
  found(
    20124,
    "entries of an old line, held by enactors, were taken for those of the new one",
    scene("embedded", API, DB),
    [4_381, pin(4_392, true)],
    [5_137, oldCopy(926)],
    [6_677, pin(1_926, false, DB)],
  ),
  found(
    5435,
    "an old copy of the plan store that grew as long as its successor was taken for it",
    scene("plain", API),
    [5_028, raise],
    [5_647, down("lb-1")],
    [6_940, oldCopy(2_023)],
    [7_287, down("lb-3")],
  ),
  found(
    1201,
    "a lost plan store counts configurations anew: another one of the same number was not read",
    scene("plain", API, DB),
    [6_636, { kind: "policy", change: { kind: "emptied" } }],
    [7_209, lost],
    [7_512, { kind: "policy", change: { kind: "endpoint-back", endpoint: DB } }],
  ),
  found(
    294,
    "an old copy of the plan store retired a name once more that was revived",
    scene("plain", API, DB),
    [3_842, retire(500)],
    [4_193, down("lb-1")],
    [5_132, { kind: "revive", endpoint: API }],
    [7_478, up("lb-1")],
    [7_637, oldCopy(3_792)],
  ),
  found(
    3111,
    "a doubled update whose second answer came first was never journalled",
    scene("embedded", API, DB),
    [6_078, down("lb-3")],
    [
      6_524,
      {
        kind: "link",
        fault: "doubled",
        from: "*",
        to: "dns",
        forMs: 1_006,
        perMille: 900,
        delayMsMax: 200,
      },
    ],
  ),
];

/** Of the fixed seeds, in their order, those that fail for faults that are still open. */
export const OPEN: readonly { readonly seed: number; readonly fault: string }[] = [
  {
    seed: 4842,
    fault: "a write whose reply is late, while the plan store fails, may stay out of the journal",
  },
  {
    seed: 9365,
    fault: "a fence spoilt by hand at a name without an answer keeps a lost zone silent",
  },
  {
    seed: 9595,
    fault: "an old copy's revival at the very position of the tombstone is never written",
  },
  {
    seed: 9658,
    fault: "an old copy's revival at the very position of the tombstone is never written",
  },
];
