import type { Name } from "../../src/dns/index.ts";
import { fenceSeen } from "../checkers/checker.ts";
import { NeverBackwards } from "../checkers/neverBackwards.ts";
import type { Design } from "../design.ts";
import type { Ledger } from "../ours/ledger.ts";
import { OURS, OurRun } from "../ours/ours.ts";
import { runSchedule, TIDY_AFTER_MS } from "../runSchedule.ts";
import type { Act, Scene, SceneEndpoint } from "../schedule/act.ts";
import type { ZoneChange } from "../world/dnsServer.ts";
import type { Judge, Scenario, Verdict } from "./scenario.ts";
import { API, ZONE } from "./words.ts";

/** Faults end, and everything has to come right from then on. */
const END_MS = 10_200;
/** Worlds that differ in chance alone: how long each message takes, what is drawn. */
const WORLDS = 3;

/** A schedule made by hand, in a world of the simulator. */
export interface Directed {
  readonly id: string;
  readonly tells: string;
  /** In order of time, in milliseconds from the beginning. */
  readonly acts: readonly (readonly [atMs: number, act: Act])[];
  /** A plain server unless told otherwise. */
  readonly server?: Scene["server"];
  /** 2 unless told otherwise. With 1, nobody does the work of whoever forgets it. */
  readonly enactors?: number;
  readonly endpoints?: readonly SceneEndpoint[];
  readonly endMs?: number;
  /** Where it takes many worlds until messages meet as they must. */
  readonly worlds?: number;
  /** Everything has to come right before people do what only they can. */
  readonly isAlone?: true;
  /**
   * A position counts on after a hand took its fence: what the checker lets pass as nobody may
   * know better, somebody does know here.
   */
  readonly isStrict?: true;
  /** What no checker asks: undefined where it is as it should be. */
  readonly expects?: (seen: Seen) => string | undefined;
}

/** What a scenario's own question may look at. */
export interface Seen {
  readonly ledger: Ledger;
  readonly changes: readonly ZoneChange[];
}

/** An endpoint with both address types, unless told otherwise. */
export function endpoint(rest: Partial<SceneEndpoint> = {}): SceneEndpoint {
  return { name: API, types: ["A", "AAAA"], isForeign: false, ...rest };
}

/**
 * The shipped code under a schedule, judged by the checkers that judge every seed. In some worlds,
 * one after the other, up to the first in which something does not hold.
 */
export function directed(what: Directed): Scenario {
  return { id: what.id, tells: what.tells, run: () => played(what) };
}

async function played(what: Directed): Promise<Verdict> {
  for (let seed = 1; seed <= (what.worlds ?? WORLDS); seed += 1) {
    const found = await playedIn(seed, what);
    if (found === undefined) continue;
    return { broken: found.by, story: [what.tells, `world ${seed}: ${found.text}`] };
  }
  return { broken: undefined, story: [what.tells] };
}

interface Found {
  readonly by: Judge;
  readonly text: string;
}

async function playedIn(seed: number, what: Directed): Promise<Found | undefined> {
  const { acts, endMs = END_MS, isStrict, isAlone, expects } = what;
  const timed = acts.map(([atMs, act], n) => ({ n, atMs, act }));
  const changes: ZoneChange[] = [];
  const strict = new StrictPositions();
  let backwards: string | undefined;
  let ledger: Ledger | undefined;
  const design: Design = {
    ...OURS,
    start: (world) => {
      const run = new OurRun(world);
      ledger = run.ledger;
      return run;
    },
  };
  const { violations, convergedInMs } = await runSchedule(
    design,
    { seed, scene: sceneOf(what), acts: timed, endMs },
    {
      onChange: (change) => {
        changes.push(change);
        if (isStrict) backwards ??= strict.onChange(change);
      },
    },
  );
  if (backwards !== undefined) return { by: "never-backwards", text: backwards };
  const [first] = violations;
  if (first !== undefined) {
    return { by: first.invariant, text: `${first.atMs / 1_000} s: ${first.text}` };
  }
  if (isAlone && (convergedInMs ?? Number.POSITIVE_INFINITY) >= TIDY_AFTER_MS) {
    return { by: "converges", text: "it took people to put it right" };
  }
  const problem = ledger && expects?.({ ledger, changes });
  return problem === undefined ? undefined : { by: "scenario", text: problem };
}

/** The simulator's checker, told of nothing that a hand from outside does. */
class StrictPositions {
  readonly #checker: NeverBackwards;
  #change: ZoneChange | undefined;

  constructor() {
    const reader = { rrset: () => undefined, rrsetsAt: () => [], speaks: true };
    const positionOf = (_: object, name: Name) => {
      const seen = fenceSeen(this.#change?.after.endpoints.get(name)?.fence);
      return seen.kind === "fence" ? seen.fence : undefined;
    };
    this.#checker = new NeverBackwards({ positionOf }, reader);
  }

  onChange(change: ZoneChange): string | undefined {
    if (change.by.kind === "outside") return undefined;
    this.#change = change;
    return this.#checker.onChange(change);
  }
}

function sceneOf({
  server = "plain",
  enactors = 2,
  endpoints = [endpoint()],
}: Pick<Directed, "server" | "enactors" | "endpoints">): Scene {
  const targets = [1, 2, 3].map((place) => ({
    id: `lb-${place}`,
    ipv4: `192.0.2.${place}`,
    ipv6: `2001:db8::${place}`,
  }));
  return { zone: ZONE, endpoints, targets, enactors, server };
}
