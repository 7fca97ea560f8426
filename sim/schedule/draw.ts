import type { Chance } from "../../src/base/index.ts";
import { type Name, nameOf } from "../../src/dns/index.ts";
import { SeededChance } from "../seededChance.ts";
import type { CrashKeep } from "../simDisk.ts";
import {
  type Act,
  FAULT_KINDS,
  type FaultKind,
  type OperatorAct,
  type PolicyAct,
  type Scene,
  type Schedule,
  type TimedAct,
} from "./act.ts";

/** World time in which acts happen, and the quiet before them in which everything begins. */
const BEGIN_MS = 1_200;
const ACTS_MS = 6_500;
/** How long the longest fault lasts; the shortest a tenth of it. */
const FAULT_MS_MAX = 2_500;
/** Of ten worlds, those with our own nameserver: it costs several times as much as a plain one. */
const EMBEDDED_OF_TEN = 3;
/** How much later the next act of a person's story comes at most. */
const AFTERWARDS_MS = 2_500;
const FAULTS_MIN = 3;
const FAULTS_SPREAD = 3;
/** More are drawn than must be met: some meet nobody. */
const FAULTS_DRAWN_MIN = 4;
const CRASHES: readonly CrashKeep[] = ["nothing", "everything", "torn", "holes"];
const ZONE = nameOf("sim.example");

const PAIRS: readonly (readonly [FaultKind, FaultKind])[] = FAULT_KINDS.flatMap((left, index) =>
  FAULT_KINDS.slice(index).map((right) => [left, right] as const),
);

/** Pairs of fault kinds there are. */
export const PAIR_COUNT = PAIRS.length;

/** The schedule of a seed: the same for every design. Every pair of faults comes round in turn. */
export function drawSchedule(seed: number): Schedule {
  const chance = new SeededChance(seed).fork("schedule");
  const pair = PAIRS[seed % PAIRS.length] ?? PAIRS[0] ?? ["killed", "hand"];
  const faults: FaultKind[] = [...pair];
  const count = FAULTS_DRAWN_MIN + chance.below(FAULTS_SPREAD);
  while (faults.length < count) faults.push(pick(chance, FAULT_KINDS));
  const drawn = drawScene(chance.fork("scene"));
  // Only our own nameserver has a disk that it can lose.
  const scene: Scene = faults.includes("server-lost-disk")
    ? { ...drawn, server: "embedded" }
    : drawn;
  const acts: Act[] = faults.map((kind, index) => drawFault(kind, scene, chance.fork(`f${index}`)));
  acts.push(
    ...drawMany(3 + chance.below(4), (index) => drawHealth(scene, chance.fork(`h${index}`))),
  );
  acts.push(...drawMany(chance.below(3), (index) => drawPolicy(scene, chance.fork(`p${index}`))));
  const times = chance.fork("times");
  const at = (): number => BEGIN_MS + times.below(ACTS_MS);
  const timed = acts.map((act, n): TimedAct => ({ n, atMs: at(), act }));
  for (let index = 1 + chance.below(4); index > 0; index -= 1) {
    const atMs = at();
    for (const [place, act] of drawOperator(scene, chance.fork(`o${index}`)).entries()) {
      const laterMs = place * times.below(AFTERWARDS_MS);
      timed.push({ n: timed.length, atMs: Math.min(atMs + laterMs, BEGIN_MS + ACTS_MS), act });
    }
  }
  timed.sort((left, right) => left.atMs - right.atMs);
  const endMs = BEGIN_MS + ACTS_MS + FAULT_MS_MAX;
  return { seed, scene, acts: timed, faultsMin: FAULTS_MIN, endMs };
}

/** The kind under which coverage counts an act; undefined: it is no fault. */
export function faultKindOf(act: Act): FaultKind | undefined {
  switch (act.kind) {
    case "link":
      return act.fault;
    case "killed": {
      if (act.midWrite) return "killed-mid-write";
      if (act.process === "dns") {
        return act.disk === "lost" ? "server-lost-disk" : "server-restarted";
      }
      if (act.disk === "old") return "old-disk";
      return act.disk === "lost" ? "lost-disk" : "killed";
    }
    case "stopped":
    case "delayed-hours":
    case "clock-jump":
    case "clock-drift":
    case "disk-full":
    case "store-lost":
    case "store-old-copy":
    case "two-planners":
    case "hand":
      return act.kind;
    default:
      return undefined;
  }
}

function drawMany<Item>(count: number, draw: (index: number) => Item): readonly Item[] {
  return Array.from({ length: count }, (_, index) => draw(index));
}

function pick<Item>(chance: Chance, items: readonly Item[]): Item {
  const item = items[chance.below(items.length)];
  if (item === undefined) throw new RangeError("nothing to pick from");
  return item;
}

function drawScene(chance: Chance): Scene {
  const endpoints = drawMany(1 + chance.below(3), (index) => ({
    name: nameOf(`${["api", "db", "login"][index]}.${ZONE}`),
    types: chance.below(4) === 0 ? (["A"] as const) : (["A", "AAAA"] as const),
    isForeign: chance.below(8) === 0,
    ...(chance.below(3) === 0 ? { answers: 1 + chance.below(2) } : {}),
  }));
  const targets = drawMany(3, (index) => ({
    id: `lb-${index + 1}`,
    ipv4: `192.0.2.${index + 1}`,
    ipv6: `2001:db8::${index + 1}`,
  }));
  const enactors = 2 + chance.below(2);
  const server = chance.below(10) < EMBEDDED_OF_TEN ? "embedded" : "plain";
  return { zone: ZONE, endpoints, targets, enactors, server };
}

function drawHealth(scene: Scene, chance: Chance): Act {
  return { kind: "health", target: pick(chance, scene.targets).id, isUp: chance.below(2) === 0 };
}

function drawPolicy(scene: Scene, chance: Chance): PolicyAct {
  const endpoint = pick(chance, scene.endpoints).name;
  const changes: readonly PolicyAct["change"][] = [
    { kind: "ttl", endpoint, ttlSeconds: 5 + chance.below(20) },
    { kind: "ttl", endpoint, ttlSeconds: 5 + chance.below(20) },
    { kind: "types", endpoint, types: chance.below(2) === 0 ? ["A"] : ["A", "AAAA"] },
    { kind: "endpoint-removed", endpoint },
    { kind: "endpoint-back", endpoint },
    { kind: "emptied" },
    { kind: "restored" },
  ];
  return { kind: "policy", change: pick(chance, changes) };
}

/** What a person does, and what they do about it afterwards. */
function drawOperator(scene: Scene, chance: Chance): readonly OperatorAct[] {
  const endpoint = pick(chance, scene.endpoints).name;
  const addresses = [`198.51.100.${1 + chance.below(250)}`];
  const forMs = 1_000 + chance.below(6_000);
  const holdDownMs = pick(chance, [0, 500, 1_500, 3_000, 86_400_000]);
  const direct = chance.below(2) === 0;
  const repairs = chance.below(2) === 0;
  const override = { kind: "override", endpoint, addresses, forMs, direct } as const;
  const again = { ...override, addresses: [`198.51.100.${1 + chance.below(250)}`] };
  const retire = { kind: "retire", endpoint, holdDownMs } as const;
  const rollback = { kind: "rollback", endpoint, plansBack: 1 + chance.below(4) } as const;
  const stories: readonly (readonly OperatorAct[])[] = [
    [{ kind: "pause", repairs }],
    [{ kind: "pause", repairs }, { kind: "resume" }],
    [override],
    [override, { kind: "clear", endpoint, direct }],
    [override, { kind: "clear", endpoint, direct: !direct }],
    [override, again],
    [override, retire],
    [retire],
    [retire, { kind: "cancel", endpoint }],
    [retire, { kind: "revive", endpoint }],
    [retire, { kind: "revive", endpoint }, retire],
    [rollback],
    [rollback, { kind: "release", endpoint }],
    [{ kind: "adopt", endpoint }],
    [{ kind: "epoch-raise", endpoint }],
    [{ kind: "clean-up" }, rollback],
    [{ kind: "clean-up" }],
  ];
  return pick(chance, stories);
}

function drawFault(kind: FaultKind, scene: Scene, chance: Chance): Act {
  const forMs = FAULT_MS_MAX / 10 + chance.below((FAULT_MS_MAX * 9) / 10);
  const enactor = `enactor-az${1 + chance.below(scene.enactors)}`;
  const anyone = pick(chance, [enactor, enactor, enactor, "planner", "prober", "store", "dns"]);
  const withDisk = scene.server === "embedded" ? [enactor, "dns"] : [enactor];
  const killed = (process: string, rest: object = {}) => ({
    kind: "killed" as const,
    process,
    keep: pick(chance, CRASHES),
    downMs: chance.below(forMs),
    disk: "own" as const,
    midWrite: false,
    ...rest,
  });
  switch (kind) {
    case "request-lost":
    case "reply-lost":
    case "doubled":
    case "delayed":
    case "reordered":
    case "cut-off":
      return {
        kind: "link",
        fault: kind,
        from: pick(chance, [enactor, enactor, "*"]),
        to: pick(chance, ["dns", "dns", "dns", "*"]),
        forMs,
        perMille: kind === "cut-off" ? 1_000 : 200 + chance.below(800),
        delayMsMax: pick(chance, [200, 800, 3_000]),
      };
    case "store-away":
    case "store-half-way": {
      const perMille = kind === "store-away" ? 1_000 : 500;
      return { kind: "link", fault: kind, from: "*", to: "store", forMs, perMille, delayMsMax: 0 };
    }
    case "delayed-hours":
      return { kind, process: enactor, hours: 1 + chance.below(5) };
    case "stopped":
      return { kind, process: anyone, forMs };
    case "killed":
      return killed(pick(chance, [enactor, "planner", "prober", "store"]));
    case "killed-mid-write":
      return killed(pick(chance, withDisk), { midWrite: true });
    case "old-disk":
      return killed(enactor, { disk: "old" });
    case "lost-disk":
      return killed(enactor, { disk: "lost" });
    case "server-restarted":
      return killed("dns");
    case "server-lost-disk":
      return killed("dns", { disk: "lost" });
    case "clock-jump": {
      const byMs = pick(chance, [-86_400_000, -60_000, -5_000, 5_000, 60_000, 86_400_000]);
      return { kind, process: pick(chance, [anyone, anyone, "*"]), byMs };
    }
    case "clock-drift":
      return { kind, process: anyone, perMille: pick(chance, [-300, -50, 50, 400]), forMs };
    case "disk-full":
      return { kind, process: pick(chance, withDisk), forMs };
    case "store-lost":
      return { kind };
    case "store-old-copy":
      return { kind, agoMs: 200 + chance.below(4_000) };
    case "two-planners":
      return { kind, forMs };
    case "hand":
      return drawHand(pick(chance, scene.endpoints).name, chance);
  }
}

function drawHand(endpoint: Name, chance: Chance): Act {
  const what = pick(chance, [
    "delete-records",
    "delete-one-type",
    "delete-fence",
    "delete-both",
    "delete-everything",
    "delete-gate",
    "add-cname",
    "add-address",
    "malformed-fence",
    "far-ahead-fence",
    "second-fence",
  ] as const);
  return { kind: "hand", endpoint, byForce: chance.below(2) === 0, what };
}
