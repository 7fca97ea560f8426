// Updates that our nameserver refuses by one rule each, whoever sends them and with whatever key.
// A plain server would take them, and the harm is told by what a resolver sees afterwards.
import { evaluateUpdate } from "../../src/nameserver/update/evaluateUpdate.ts";
import type { Rule } from "../../src/nameserver/update/rules/refusal.ts";
import { at, fenceLine, update, zoneOf } from "../../src/nameserver/zone/exampleZone.suite.ts";
import type { Scenario } from "./scenario.ts";
import { harmsOf } from "./zoneHarm.ts";

const DEAD = " tombstone=t1 at=2025-10-20T00:00:00Z";
const ENDPOINTS = ["ep", "deep.er.ep", "alias", "dead", "new", "new.cut"].map((name) => at(name));
const GATE = (text: string): string => `_gate._holdfast 30 TXT "${text}"`;
const NEXT = { epoch: 1, generation: 6, edition: 8 };
const A = "ep 60 A 192.0.2.9";
const AAAA = "ep 60 AAAA 2001:db8::9";

const HELD = [
  "ep 60 A 192.0.2.1",
  "ep 60 AAAA 2001:db8::1",
  '_weights._holdfast.ep 30 TXT "holdfast-weights=1 answers=1 A=1 AAAA=1"',
  fenceLine("ep", "A,AAAA", { epoch: 1, generation: 5, edition: 7 }),
  "deep.er.ep 60 A 192.0.2.3",
  fenceLine("deep.er.ep", "A"),
  "alias 60 CNAME target.example.test.",
  fenceLine("alias", "CNAME"),
  "target 60 A 192.0.2.4",
  fenceLine("dead", "-", { mark: DEAD }),
  "cut 60 NS ns.example.org.",
  GATE("holdfast-gate=1 edition=3 automation=on"),
];

/** 84,000 octets in one RRset. */
const MANY = Array.from({ length: 3000 }, (_, index) => {
  return `ep 60 AAAA 2001:db8::${index.toString(16)}`;
});

interface Attempt {
  readonly rule: Rule;
  readonly tells: string;
  readonly deletes: readonly string[];
  readonly adds: readonly string[];
}

/** The whole write of `ep` with these lines and this fence. */
function epWrite(lines: readonly string[], fence: string): Pick<Attempt, "deletes" | "adds"> {
  const deletes = ["ep A", "ep AAAA", "_holdfast.ep TXT"];
  return { deletes, adds: [...lines, fence] };
}

const ATTEMPTS: readonly Attempt[] = [
  {
    rule: "change-carries-fence",
    tells: "somebody adds an address by hand",
    deletes: [],
    adds: ["ep 60 A 192.0.2.99"],
  },
  { rule: "fence-stays", tells: "the fence is deleted", deletes: ["_holdfast.ep TXT"], adds: [] },
  {
    rule: "fence-is-readable",
    tells: "the fence is written over with nonsense",
    deletes: ["_holdfast.ep TXT"],
    adds: ['_holdfast.ep 30 TXT "x"'],
  },
  {
    rule: "edition-rises",
    tells: "a fence comes with an edition that was there before",
    ...epWrite([A, AAAA], fenceLine("ep", "A,AAAA", { ...NEXT, edition: 7 })),
  },
  {
    rule: "numbers-can-rise",
    tells: "a fence comes with the last edition that there is",
    ...epWrite([A, AAAA], fenceLine("ep", "A,AAAA", { ...NEXT, edition: 999_999_999_999_999 })),
  },
  {
    rule: "generation-does-not-fall",
    tells: "an old generation comes over a newer one",
    ...epWrite([A, AAAA], fenceLine("ep", "A,AAAA", { epoch: 1, generation: 4, edition: 8 })),
  },
  {
    rule: "fence-says-types",
    tells: "a fence says that there is a TXT, too",
    ...epWrite([A, AAAA], fenceLine("ep", "A,TXT,AAAA", NEXT)),
  },
  {
    rule: "tombstone-holds-nothing",
    tells: "a tombstone keeps IPv4 and takes IPv6 away",
    ...epWrite([A], fenceLine("ep", "A", { ...NEXT, mark: DEAD })),
  },
  {
    rule: "revival-rises",
    tells: "a retired name comes back by whoever repeats its position",
    deletes: ["_holdfast.dead TXT"],
    adds: ["dead 60 A 192.0.2.1", fenceLine("dead", "A", { generation: 1, edition: 2 })],
  },
  {
    rule: "address-type-stays",
    tells: "a plan without IPv6 takes the place of one with it",
    ...epWrite([A], fenceLine("ep", "A", NEXT)),
  },
  {
    rule: "first-fence-holds-records",
    tells: "a name that never was is retired",
    deletes: [],
    adds: [fenceLine("new", "-", { mark: DEAD })],
  },
  {
    rule: "fenced-name-is-visible",
    tells: "an endpoint is made below a delegation",
    deletes: [],
    adds: ["new.cut 60 A 192.0.2.1", fenceLine("new.cut", "A")],
  },
  {
    rule: "fenced-name-is-not-hidden",
    tells: "a delegation is put above an endpoint",
    deletes: [],
    adds: ["er.ep 60 NS ns.example.org."],
  },
  {
    rule: "alias-target-answers",
    tells: "what an endpoint's alias leads to is deleted",
    deletes: ["target"],
    adds: [],
  },
  {
    rule: "weights-are-readable",
    tells: "weights are written over with nonsense",
    deletes: ["_weights._holdfast.ep TXT", "_holdfast.ep TXT"],
    adds: ['_weights._holdfast.ep 30 TXT "x"', fenceLine("ep", "A,AAAA", NEXT)],
  },
  {
    rule: "gate-is-readable",
    tells: "the gate is written over with nonsense",
    deletes: ["_gate._holdfast TXT"],
    adds: [GATE("open")],
  },
  { rule: "gate-stays", tells: "the gate is deleted", deletes: ["_gate._holdfast"], adds: [] },
  {
    rule: "gate-edition-rises",
    tells: "a gate comes with an edition that was there before",
    deletes: ["_gate._holdfast TXT"],
    adds: [GATE("holdfast-gate=1 edition=3 automation=paused")],
  },
  { rule: "seed-stays", tells: "the seed mark is deleted", deletes: ["_seed._holdfast"], adds: [] },
  {
    rule: "control-names-own-txt",
    tells: "a delegation is put above gate and seed mark",
    deletes: [],
    adds: ["_holdfast 60 NS ns.example.org."],
  },
  {
    rule: "name-fits-a-message",
    tells: "a name is given more addresses than any response can carry",
    ...epWrite([A, ...MANY], fenceLine("ep", "A,AAAA", NEXT)),
  },
  {
    rule: "nameserver-stays-reachable",
    tells: "the only address of the zone's nameserver is deleted",
    deletes: ["ns1 A"],
    adds: [],
  },
  {
    rule: "denials-are-short",
    tells: "denials are to be believed for an hour",
    deletes: [],
    adds: ["@ 3600 SOA ns1.example.test. h.example.test. 999 300 60 2419200 3600"],
  },
  {
    rule: "soa-timers-hold",
    tells: "secondaries are to forget the zone after a minute",
    deletes: [],
    adds: ["@ 60 SOA ns1.example.test. h.example.test. 999 300 60 60 5"],
  },
];

/** One scenario for each rule of the nameserver. */
export const SERVER_SCENARIOS: readonly Scenario[] = ATTEMPTS.map(
  ({ rule, tells, deletes, adds }) => ({
    id: `the server's rule ${rule}`,
    tells,
    run: () => {
      const before = zoneOf(HELD);
      const evaluated = evaluateUpdate(before, update(deletes, adds), []);
      if (evaluated.kind !== "accepted") return { broken: [], story: [tells, evaluated.problem] };
      const broken = harmsOf({ before, after: evaluated.draft, endpoints: ENDPOINTS });
      return { broken, story: [tells, "the server took it"] };
    },
  }),
);
