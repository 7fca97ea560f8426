// Updates that our nameserver refuses by one rule each, whoever sends them and with whatever key.
// A plain server would take them; the checkers judge what a resolver sees afterwards.
import type { Name } from "../../src/dns/index.ts";
import type { Rule } from "../../src/nameserver/update/rules/refusal.ts";
import { at, fenceLine, update, zoneOf } from "../../src/nameserver/zone/exampleZone.suite.ts";
import type { PlanEntry, PlannedRRset } from "../../src/plan/index.ts";
import type { Writer } from "../design.ts";
import type { Scenario, Verdict } from "./scenario.ts";
import { ServerZone } from "./serverZone.ts";

const ENDPOINTS = ["ep", "deep.er.ep", "alias", "dead", "new", "new.cut"].map((name) => at(name));
const DEAD = " tombstone=t1 at=2025-10-20T00:00:00Z";
const PINNED = " override=o1 until=2025-10-20T00:00:00Z";
const GATE = (text: string): string => `_gate._holdfast 30 TXT "${text}"`;
const NEXT = { epoch: 1, generation: 6, edition: 8 };
const LATER = { epoch: 1, generation: 7 };
const HELD_FENCE = { epoch: 1, generation: 5, edition: 7 };
const A = "ep 60 A 192.0.2.9";
const AAAA = "ep 60 AAAA 2001:db8::9";
const WEIGHTS = '_weights._holdfast.ep 30 TXT "holdfast-weights=1 answers=1 A=1 AAAA=1"';

const HELD = [
  "ep 60 A 192.0.2.1",
  "ep 60 AAAA 2001:db8::1",
  WEIGHTS,
  fenceLine("ep", "A,AAAA", HELD_FENCE),
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

function planned(type: string, rdata: string): PlannedRRset {
  return { type, ttlSeconds: 60, records: [{ rdata, weight: 1 }] };
}

/** What the plan store accepted: `ep` moves on, twice, and is retired. */
const WHAT = {
  endpoint: at("ep"),
  zone: at("@"),
  epoch: 1,
  digest: "0123456789abcdef",
  actor: "planner",
  cause: "a test",
} as const;
const SERVING = {
  ...WHAT,
  kind: "serving",
  answers: 1,
  rrsets: [planned("A", "192.0.2.9"), planned("AAAA", "2001:db8::9")],
} as const;
const PLANNED: readonly PlanEntry[] = [
  { ...SERVING, generation: 6 },
  { ...SERVING, generation: 7 },
];
const RETIRED: PlanEntry = {
  ...WHAT,
  kind: "tombstone",
  generation: 6,
  tombstoneId: "t1",
  retiredAtMs: 0,
};

interface Sending {
  readonly deletes: readonly string[];
  readonly adds: readonly string[];
  readonly by: Writer["kind"];
}

interface Attempt {
  readonly rule: Rule;
  readonly tells: string;
  /** What is sent, one after the other. */
  readonly sends: readonly Sending[];
  /** A write that must be possible after them. */
  readonly next?: Sending;
  /** A name that must answer after them. */
  readonly answers?: Name;
  readonly isRetired?: true;
}

/** The whole write of `ep` with these lines and this fence. */
function epWrite(
  lines: readonly string[],
  fence: string,
  by: Writer["kind"] = "automation",
): Sending {
  return { deletes: ["ep A", "ep AAAA", "_holdfast.ep TXT"], adds: [...lines, fence], by };
}

/** Anything else: `delete <name> [type]`, or a line to be added. */
function sent(by: Writer["kind"], ...texts: readonly string[]): Sending {
  const isDelete = (text: string): boolean => text.startsWith("delete ");
  const deletes = texts.filter(isDelete).map((text) => text.slice("delete ".length));
  return { by, deletes, adds: texts.filter((text) => !isDelete(text)) };
}

function attempt(rule: Rule, tells: string, ...sends: readonly Sending[]): Attempt {
  return { rule, tells, sends };
}

const ATTEMPTS: readonly Attempt[] = [
  attempt(
    "change-carries-fence",
    "an address is added, and the fence stays as it was",
    sent("automation", "ep 60 A 192.0.2.99"),
  ),
  attempt("fence-stays", "the fence is deleted", sent("automation", "delete _holdfast.ep TXT")),
  attempt(
    "fence-is-readable",
    "the fence is written over with nonsense",
    sent("automation", "delete _holdfast.ep TXT", '_holdfast.ep 30 TXT "x"'),
  ),
  attempt(
    "edition-rises",
    "a person pins addresses for a while, and the fence of before comes back",
    epWrite(
      ["ep 60 A 192.0.2.7", AAAA],
      fenceLine("ep", "A,AAAA", { ...HELD_FENCE, edition: 8, mark: PINNED }),
      "operator",
    ),
    epWrite([A, AAAA], fenceLine("ep", "A,AAAA", HELD_FENCE)),
  ),
  {
    ...attempt(
      "numbers-can-rise",
      "a fence comes with the last edition that there is, and then the next plan",
      epWrite([A, AAAA], fenceLine("ep", "A,AAAA", { ...NEXT, edition: 999_999_999_999_999 })),
    ),
    next: epWrite([A, AAAA], fenceLine("ep", "A,AAAA", { ...LATER, edition: 1e15 })),
  },
  attempt(
    "generation-does-not-fall",
    "an old generation comes over a newer one",
    epWrite([A, AAAA], fenceLine("ep", "A,AAAA", { epoch: 1, generation: 4, edition: 8 })),
  ),
  attempt(
    "fence-says-types",
    "a fence says that there is a TXT, too",
    epWrite([A, AAAA], fenceLine("ep", "A,TXT,AAAA", NEXT)),
  ),
  {
    ...attempt(
      "tombstone-holds-nothing",
      "a tombstone keeps IPv4 and takes IPv6 away",
      epWrite([A], fenceLine("ep", "A", { ...NEXT, mark: DEAD })),
    ),
    isRetired: true,
  },
  attempt(
    "revival-rises",
    "a retired name comes back by whoever repeats its position",
    sent(
      "operator",
      "delete _holdfast.dead TXT",
      "dead 60 A 192.0.2.1",
      fenceLine("dead", "A", { generation: 1, edition: 2 }),
    ),
  ),
  attempt(
    "address-type-stays",
    "a plan without IPv6 takes the place of one with it",
    epWrite([A], fenceLine("ep", "A", NEXT)),
  ),
  attempt(
    "first-fence-holds-records",
    "a name that never was is retired",
    sent("operator", fenceLine("new", "-", { mark: DEAD })),
  ),
  {
    ...attempt(
      "fenced-name-is-visible",
      "an endpoint is made below a delegation",
      sent("automation", "new.cut 60 A 192.0.2.1", fenceLine("new.cut", "A")),
    ),
    answers: at("new.cut"),
  },
  attempt(
    "fenced-name-is-not-hidden",
    "a delegation is put above an endpoint",
    sent("operator", "er.ep 60 NS ns.example.org."),
  ),
  attempt(
    "alias-target-answers",
    "what an endpoint's alias leads to is deleted",
    sent("operator", "delete target"),
  ),
  attempt("weights-are-readable", "weights are written over with nonsense", {
    ...epWrite([A, AAAA], fenceLine("ep", "A,AAAA", NEXT)),
    deletes: ["ep A", "ep AAAA", "_holdfast.ep TXT", "_weights._holdfast.ep TXT"],
    adds: [A, AAAA, '_weights._holdfast.ep 30 TXT "x"', fenceLine("ep", "A,AAAA", NEXT)],
  }),
  attempt(
    "gate-is-readable",
    "the gate is written over with nonsense",
    sent("operator", "delete _gate._holdfast TXT", GATE("open")),
  ),
  attempt("gate-stays", "the gate is deleted", sent("operator", "delete _gate._holdfast")),
  attempt(
    "gate-edition-rises",
    "a gate comes with an edition that was there before",
    sent(
      "operator",
      "delete _gate._holdfast TXT",
      GATE("holdfast-gate=1 edition=3 automation=paused"),
    ),
  ),
  attempt("seed-stays", "the seed mark is deleted", sent("operator", "delete _seed._holdfast")),
  attempt(
    "control-names-own-txt",
    "a delegation is put above gate and seed mark",
    sent("operator", "_holdfast 60 NS ns.example.org."),
  ),
  attempt(
    "name-fits-a-message",
    "a name is given more addresses than any response can carry",
    epWrite([A, ...MANY], fenceLine("ep", "A,AAAA", NEXT)),
  ),
  attempt(
    "nameserver-stays-reachable",
    "the only address of the zone's nameserver is deleted",
    sent("operator", "delete ns1 A"),
  ),
  attempt(
    "denials-are-short",
    "denials are to be believed for an hour",
    sent("operator", "@ 3600 SOA ns1.example.test. h.example.test. 999 300 60 2419200 3600"),
  ),
  attempt(
    "soa-timers-hold",
    "secondaries are to forget the zone after a minute",
    sent("operator", "@ 60 SOA ns1.example.test. h.example.test. 999 300 60 60 5"),
  ),
];

/** Sends all of an attempt; the first UPDATE that the server refuses ends it. */
function played({ tells, sends, next, answers, isRetired }: Attempt): Verdict {
  const zone = new ServerZone(zoneOf(HELD), ENDPOINTS);
  zone.accept(isRetired === true ? [RETIRED] : PLANNED);
  const story = [tells];
  for (const { deletes, adds, by } of sends) {
    const outcome = zone.send(update(deletes, adds), by);
    if (outcome.kind === "refused")
      return { broken: undefined, story: [...story, outcome.problem] };
    if (outcome.broken !== undefined) {
      return { broken: outcome.broken.by, story: [...story, outcome.broken.text] };
    }
    story.push("the server took it");
  }
  if (answers !== undefined && !zone.answers(answers)) {
    return { broken: "converges", story: [...story, `nobody can see ${answers}`] };
  }
  if (next === undefined) return { broken: undefined, story };
  const outcome = zone.send(update(next.deletes, next.adds), next.by);
  if (outcome.kind === "taken") return { broken: undefined, story };
  return { broken: "converges", story: [...story, `nothing can follow: ${outcome.problem}`] };
}

/** One scenario for each rule of the nameserver. */
export const SERVER_SCENARIOS: readonly Scenario[] = ATTEMPTS.map((one) => ({
  id: `the server's rule ${one.rule}`,
  tells: one.tells,
  run: () => played(one),
}));
