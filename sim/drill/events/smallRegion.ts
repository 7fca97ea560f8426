// A small region of ours in the simulated world, for drills: what happens, and what is seen.

import type { DrillClaim, DrillLine } from "../../../src/cli/drills.ts";
import { type Name, nameOf, RRType } from "../../../src/dns/index.ts";
import type { DesignWorld, DnsReply, Writer } from "../../design.ts";
import { OURS } from "../../ours/ours.ts";
import { runSchedule } from "../../runSchedule.ts";
import type { Act, Scene, SceneTarget, TimedAct } from "../../schedule/act.ts";
import type { ZoneChange } from "../../world/dnsServer.ts";
import type { EndpointState } from "../../world/zoneState.ts";
import { claimOf, type DrillResult } from "../drill.ts";
import { fenceGeneration } from "../heldGeneration.ts";
import { observedDesign } from "../observedDesign.ts";
import { secondText } from "../replay.ts";

const ZONE = nameOf("use1.example");
export const SIGN_IN = nameOf("signin.use1.example");
export const QUEUE = nameOf("queue.use1.example");
export const NAMES: readonly Name[] = [SIGN_IN, QUEUE];
/** By then the first plan is in place everywhere. */
export const SETTLED_MS = 20_000;

/** Of each load balancer alike: how many there are says how much there is. */
const CAPACITY = 100;

/** Load balancers of a small region. */
export const TARGETS: readonly SceneTarget[] = [1, 2, 3, 4, 5, 6].map((place) => ({
  id: `lb-${place}`,
  ipv4: `192.0.2.${place}`,
  ipv6: `2001:db8::${place}`,
}));

/** A scene of these endpoints. */
export function sceneOf(names: readonly Name[], server: Scene["server"] = "embedded"): Scene {
  return {
    zone: ZONE,
    endpoints: names.map((name) => ({ name, types: ["A", "AAAA"], isForeign: false })),
    targets: TARGETS,
    enactors: 3,
    server,
    tuning: { capacity: CAPACITY, floor: 3, velocity: { fractionMax: 0.5, windowMs: 10_000 } },
  };
}

type PlacedAct = Omit<TimedAct, "n">;

/** What a drill does to a region, and for how long. */
export interface RegionDrill {
  readonly seed: number;
  readonly startWallMs: number;
  readonly scene: Scene;
  readonly acts: readonly PlacedAct[];
  readonly endMs: number;
  readonly tell: (line: DrillLine) => void;
  /** What people do by themselves, beyond the acts. */
  readonly people?: (world: DesignWorld) => void;
  /** An UPDATE was answered. */
  readonly answered?: (by: Writer, reply: DnsReply) => void;
}

/** What one endpoint answered from one moment on. */
export interface AnswerSeen {
  readonly atMs: number;
  readonly endpoint: Name;
  readonly generation: number;
  readonly ttlSeconds: number;
  readonly addresses: { readonly A: number; readonly AAAA: number };
  /** The addresses themselves, as one text: equal content is equal text. */
  readonly content: string;
}

/** Everything that was seen of a region. */
export interface RegionSeen {
  readonly answers: readonly AnswerSeen[];
  /** Times that a name that had answered had no addresses of a type. */
  readonly emptied: number;
  /** Times that a name went back to an older generation. */
  readonly backwards: number;
  /** What the simulator's checkers found, one sentence each. */
  readonly violations: readonly string[];
}

/** Runs a region of ours through a drill. */
export async function runRegion(drill: RegionDrill): Promise<RegionSeen> {
  const watch = new RegionWatch(drill);
  const { people, answered } = drill;
  const observed = observedDesign(OURS, {
    ...(people === undefined ? {} : { began: people }),
    ...(answered === undefined
      ? {}
      : { answered: (_at, by, _update, reply) => answered(by, reply) }),
  });
  const { seed, scene, endMs } = drill;
  const acts = drill.acts.map((act, n) => ({ ...act, n }));
  const result = await runSchedule(
    observed,
    { seed, scene, acts, endMs },
    {
      wallStartMs: drill.startWallMs,
      goesOn: true,
      story: (atMs, who, text) => {
        if (who === "*" && text !== "every fault has ended")
          watch.tell(drill.startWallMs + atMs, "world", text);
      },
      onChange: (change) => watch.changed(change),
    },
  );
  const violations = result.violations.map(({ invariant, text }) => `${invariant}: ${text}`);
  return { ...watch.seen(), violations };
}

/** What a drill shows: its own claims, and those of every drill. */
export function shown(
  seen: RegionSeen,
  claims: readonly DrillClaim[],
  notHeldYet: readonly string[] = [],
): DrillResult {
  const all = [...claims, ...alwaysClaims(seen)];
  return { claims: all, notHeldYet, detail: seen, page: undefined };
}

/** The claim that so many IPv4 addresses, of all that there are, were answered with. */
export function addressesClaim(
  claim: string,
  answer: AnswerSeen | undefined,
  wanted: number,
): DrillClaim {
  const count = answer?.addresses.A ?? 0;
  return claimOf(claim, count === wanted, `${count} of ${TARGETS.length} addresses`);
}

// The two rules that every drill looks at.
function alwaysClaims(seen: RegionSeen): readonly DrillClaim[] {
  const { violations, emptied, backwards } = seen;
  const [first] = violations;
  return [
    claimOf(
      "No name is ever empty, none goes backwards",
      emptied === 0 && backwards === 0 && seen.answers.length > 0,
      `${seen.answers.length} answers, ${emptied} times emptied, ${backwards} times backwards`,
    ),
    claimOf(
      "The simulator's checkers agree",
      first === undefined,
      first ?? "no violation of any invariant",
    ),
  ];
}

/** An act at a time. */
export function at(atMs: number, act: Act): PlacedAct {
  return { atMs, act };
}

/** The last that was seen of an endpoint up to a time; undefined: nothing. */
export function lastSeen(
  { answers }: Pick<RegionSeen, "answers">,
  endpoint: Name,
  untilMs = Number.POSITIVE_INFINITY,
): AnswerSeen | undefined {
  return answers.findLast((seen) => seen.endpoint === endpoint && seen.atMs <= untilMs);
}

class RegionWatch {
  readonly #drill: RegionDrill;
  readonly #answers: AnswerSeen[] = [];
  #emptied = 0;
  #backwards = 0;

  constructor(drill: RegionDrill) {
    this.#drill = drill;
  }

  changed({ atMs, wallMs, by, after }: ZoneChange): void {
    for (const [endpoint, state] of after.endpoints) {
      const seen = answerOf(atMs, endpoint, state);
      const before = lastSeen(this.seen(), endpoint);
      const isNew = before?.content !== seen.content || before.generation !== seen.generation;
      if (!isNew || (before === undefined && seen.content === "")) continue;
      this.#answers.push(seen);
      if (before !== undefined && isEmptier(before, seen)) this.#emptied += 1;
      if (before !== undefined && seen.generation < before.generation) this.#backwards += 1;
      const { A, AAAA } = seen.addresses;
      const addresses = `${A} A and ${AAAA} AAAA, TTL ${seen.ttlSeconds} s`;
      const text = `${endpoint} answers with ${addresses}, plan ${seen.generation}`;
      this.tell(wallMs, by.id, text);
    }
  }

  tell(wallMs: number, who: string, text: string): void {
    this.#drill.tell({ time: secondText(wallMs), side: "", who, text, tone: "plain" });
  }

  seen(): Omit<RegionSeen, "violations"> {
    return { answers: this.#answers, emptied: this.#emptied, backwards: this.#backwards };
  }
}

function isEmptier(before: AnswerSeen, seen: AnswerSeen): boolean {
  const { addresses } = seen;
  if (addresses.A === 0 && before.addresses.A > 0) return true;
  return addresses.AAAA === 0 && before.addresses.AAAA > 0;
}

function answerOf(
  atMs: number,
  endpoint: Name,
  { answers, fence, records }: EndpointState,
): AnswerSeen {
  const count = (text: string) => (text === "" ? 0 : text.split(" ").length);
  const ttlSeconds = records.find(({ type }) => type === RRType.A)?.ttlSeconds ?? 0;
  return {
    atMs,
    endpoint,
    generation: fenceGeneration(fence) ?? 0,
    ttlSeconds,
    addresses: { A: count(answers.A), AAAA: count(answers.AAAA) },
    content: answers.A === "" ? "" : `${ttlSeconds} ${answers.A} ${answers.AAAA}`,
  };
}
