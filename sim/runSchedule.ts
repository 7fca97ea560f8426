import { errorText } from "../src/base/index.ts";
import { CheckedAtTheWrite } from "./checkers/checkedAtTheWrite.ts";
import type { Checker, Violation } from "./checkers/checker.ts";
import { CleanUpHarmless } from "./checkers/cleanUpHarmless.ts";
import { EveryChangeExplained } from "./checkers/everyChangeExplained.ts";
import { NeverBackwards } from "./checkers/neverBackwards.ts";
import { NeverEmpty } from "./checkers/neverEmpty.ts";
import { OverrideRespected } from "./checkers/overrideRespected.ts";
import { type ClockFaults, RetireOnlyOnPurpose } from "./checkers/retireOnlyOnPurpose.ts";
import type { Design, DesignRun, WitnessEvent } from "./design.ts";
import { OurRun } from "./ours/ours.ts";
import type { Schedule } from "./schedule/act.ts";
import { listenForBreakage, takeBreakage } from "./world/breakage.ts";
import type { SimulatedServer, ZoneChange } from "./world/dnsServer.ts";
import { EmbeddedServer } from "./world/embeddedServer.ts";
import { foreignRecords } from "./world/hands.ts";
import { Performer } from "./world/perform.ts";
import { PlainServer } from "./world/plainServer.ts";
import { World } from "./world/world.ts";

/** Longest that everything may take to come right after the last fault, in world time. */
export const CONVERGE_MS_MAX = 90_000;
/** How often it is looked at whether everything has come right. */
const LOOK_MS = 250;
/** Machines have so long for themselves; then people put right what only they can. */
export const TIDY_AFTER_MS = 45_000;
/** How often people look again. */
const TIDY_MS = 4_000;
/** Everything has to stay right for so long; what was done has to reach the journal in it. */
const REST_MS = 1_500;
const BACK_UP_MS = 1_000;
/** A plan takes so long at most from its first look at a clock until it is stored. */
const PLAN_UNDER_WAY_MS_MAX = 2_000;
/** How long before the end faults are added where too few took effect. */
const LAST_FAULTS_MS = 1_200;

/** What a run is watched by, besides the checkers. */
export interface RunOptions {
  /** Every line of the story, as it happens. */
  readonly story?: (atMs: number, who: string, line: string) => void;
  readonly onChange?: (change: ZoneChange) => void;
  readonly wallStartMs?: number;
  /** Goes on after a violation, up to the end: for designs that are shown as they fail. */
  readonly goesOn?: boolean;
}

/** What became of a schedule. */
export interface RunResult {
  readonly seed: number;
  /** In the order in which they were found; without `goesOn`, one at most. */
  readonly violations: readonly Violation[];
  /** Equal for equal runs, step by step. */
  readonly digest: string;
  readonly steps: number;
  /** Changes of the zone. */
  readonly changes: number;
  /** Orders of steps that came up, as numbers. */
  readonly orders: ReadonlySet<number>;
  /** Kinds of the faults that took effect, one for each. */
  readonly faults: readonly string[];
  /** World time from the last fault until everything was right. */
  readonly convergedInMs: number | undefined;
}

/** Runs a schedule on a design, and says what did not hold. */
export function runSchedule(
  design: Design,
  schedule: Schedule,
  options: RunOptions = {},
): Promise<RunResult> {
  return new ScheduleRun(design, schedule, options).run();
}

class ScheduleRun {
  readonly #schedule: Schedule;
  readonly #options: RunOptions;
  readonly #world: World;
  readonly #server: SimulatedServer;
  readonly #run: DesignRun;
  readonly #performer: Performer;
  readonly #checkers: readonly Checker[];
  readonly #violations: Violation[] = [];
  #changes = 0;
  #changedAtMs = 0;
  #putBack: PutBack | undefined;
  #convergedInMs: number | undefined;

  constructor(design: Design, schedule: Schedule, options: RunOptions) {
    const scene = { ...schedule.scene, ...(design.server && { server: design.server }) };
    this.#schedule = schedule;
    this.#options = options;
    const audience = {
      witness: (event: WitnessEvent) => this.#onWitness(event),
      story: options.story,
    };
    this.#world = new World(schedule.seed, scene, audience, options.wallStartMs);
    const Server = scene.server === "plain" ? PlainServer : EmbeddedServer;
    this.#server = new Server(this.#world, (change) => this.#onChange(change));
    this.#run = design.start(this.#world);
    this.#checkers = checkersOf(this.#run, this.#world, this.#server, {
      clocks: clockFaultsOf(schedule),
      putBack: () => this.#putBack,
    });
    this.#performer = new Performer(this.#world, this.#server, this.#run);
  }

  async run(): Promise<RunResult> {
    listenForBreakage();
    const { acts, endMs, seed, scene } = this.#schedule;
    const world = this.#world;
    world.later(0, () => {
      for (const { name, isForeign } of scene.endpoints) {
        if (isForeign) this.#server.force(foreignRecords(name), "its owner");
      }
    });
    for (const timed of acts) world.later(timed.atMs, () => this.#performer.perform(timed));
    this.#keepBackUps();
    world.later(endMs - LAST_FAULTS_MS, () => this.#topUp());
    await world.run(endMs);
    while (world.nowMs < endMs + world.skippedMs) await world.run(endMs + world.skippedMs);
    if (this.#mayGoOn) await this.#converge();
    await this.#noteBroken();
    const { trace } = world;
    return {
      seed,
      violations: this.#violations,
      digest: trace.digest,
      steps: trace.count,
      changes: this.#changes,
      orders: trace.orders,
      faults: world.met,
      convergedInMs: this.#convergedInMs,
    };
  }

  get #mayGoOn(): boolean {
    if (this.#world.broken !== undefined) return false;
    return this.#options.goesOn === true || this.#violations.length === 0;
  }

  /** Kills processes until as many faults took effect as the schedule asks for. */
  #topUp(): void {
    const { faultsMin = 0 } = this.#schedule;
    const victims = [...this.#world.processes.values()].filter(({ spec }) => {
      return spec.role === "enactor" || spec.role === "planner";
    });
    for (const { id } of victims) {
      if (this.#world.met.length >= faultsMin) return;
      const rest = { keep: "everything", downMs: 200, disk: "own", midWrite: false } as const;
      const act = { kind: "killed", process: id, ...rest } as const;
      this.#performer.perform({ n: this.#schedule.acts.length, atMs: this.#world.nowMs, act });
    }
  }

  #keepBackUps(): void {
    this.#world.later(BACK_UP_MS, () => {
      this.#world.backUp();
      this.#keepBackUps();
    });
  }

  async #converge(): Promise<void> {
    const world = this.#world;
    const fromMs = world.nowMs;
    world.tell("*", () => "every fault has ended");
    this.#putBack = { atMs: fromMs, wallMs: latestPlannersWallMs(world) };
    this.#performer.endFaults();
    this.#run.resume?.(this.#server.reader);
    let tidyAtMs = fromMs + TIDY_AFTER_MS;
    let rightSinceMs: number | undefined;
    for (;;) {
      if (world.nowMs >= tidyAtMs) {
        for (const act of this.#run.tidyUp(this.#server.reader)) this.#performer.byHand(act);
        tidyAtMs = world.nowMs + TIDY_MS;
      }
      await world.run(world.nowMs + LOOK_MS);
      if (!this.#mayGoOn) return;
      const problem = await this.#run.unfinished(this.#server.reader);
      if (problem === undefined) rightSinceMs ??= world.nowMs;
      else rightSinceMs = undefined;
      // What a fault delayed may still come, and must be harmless when it does. A write between
      // two looks has to reach the journal, too; a zone that is written for ever is not waited for.
      const rightMs = rightSinceMs ?? world.nowMs;
      const changedMs = Math.min(this.#changedAtMs, rightMs + REST_MS);
      const restsFromMs = Math.max(rightMs, world.network.lastLateMs, changedMs);
      if (rightSinceMs !== undefined && world.nowMs - restsFromMs >= REST_MS) break;
      if (world.nowMs - fromMs > CONVERGE_MS_MAX) {
        this.#find("converges", `${CONVERGE_MS_MAX / 1000} s after the last fault: ${problem}`);
        return;
      }
    }
    this.#convergedInMs = rightSinceMs - fromMs;
    for (const checker of this.#checkers) {
      const problem = checker.atEnd?.();
      if (problem !== undefined) this.#find(checker.invariant, problem);
    }
  }

  #onChange(change: ZoneChange): void {
    this.#changes += 1;
    this.#changedAtMs = this.#world.nowMs;
    this.#world.trace.mix(this.#changes);
    this.#options.onChange?.(change);
    this.#run.see?.(change);
    for (const checker of this.#checkers) {
      const problem = checker.onChange?.(change);
      if (problem !== undefined) this.#find(checker.invariant, problem);
    }
  }

  #onWitness(event: WitnessEvent): void {
    for (const checker of this.#checkers) {
      const problem = checker.onWitness?.(event, this.#world.nowMs);
      if (problem !== undefined) this.#find(checker.invariant, problem);
    }
  }

  #find(invariant: Violation["invariant"], text: string): void {
    this.#world.tell("checker", () => `${invariant}: ${text}`);
    if (this.#violations.length > 0 && this.#options.goesOn !== true) return;
    this.#violations.push({ invariant, atMs: this.#world.nowMs, text });
  }

  async #noteBroken(): Promise<void> {
    const rejected = await takeBreakage();
    const broken = this.#world.broken ?? (rejected && { process: "a process", ...rejected });
    if (broken === undefined) return;
    this.#find("no-process-breaks", `${broken.process} broke: ${errorText(broken.error)}`);
  }
}

/** When all clocks were put right, and what the latest of the planners' said before. */
interface PutBack {
  readonly atMs: number;
  readonly wallMs: number;
}

/** What checkers know of clocks. */
interface ClocksKnown {
  readonly clocks: ClockFaults;
  readonly putBack: () => PutBack | undefined;
}

function latestPlannersWallMs(world: World): number {
  const planners = [...world.processes.values()].filter(({ spec }) => spec.role === "planner");
  return Math.max(world.wallMs, ...planners.map(({ clock }) => clock.wallMs()));
}

function checkersOf(
  run: DesignRun,
  world: World,
  server: SimulatedServer,
  { clocks, putBack }: ClocksKnown,
): readonly Checker[] {
  if (!(run instanceof OurRun)) return [new NeverEmpty(), new NeverBackwards(run, server.reader)];
  const lifeOf = (id: string) => {
    const process = world.processes.get(id);
    return process?.isRunning === true ? process.life : undefined;
  };
  const plannersWallMs = (): number => {
    // A clock put back meanwhile was right, or ahead, when the plan was made.
    const { atMs, wallMs } = putBack() ?? { atMs: -Infinity, wallMs: 0 };
    const before = world.nowMs - atMs <= PLAN_UNDER_WAY_MS_MAX ? wallMs : 0;
    return Math.max(before, latestPlannersWallMs(world));
  };
  const mayForget = (id: string): boolean => {
    return run.ledger.wasReplaced || world.processes.get(id)?.hadOldDisk === true;
  };
  return [
    new NeverEmpty(run.ledger),
    new NeverBackwards(run, server.reader, () => run.ledger.wasReplaced),
    new CheckedAtTheWrite(world.scene.zone, mayForget),
    new EveryChangeExplained(run.ledger, lifeOf),
    new OverrideRespected(run.ledger, plannersWallMs),
    new RetireOnlyOnPurpose(run.ledger, clocks),
    new CleanUpHarmless(),
  ];
}

/** The people's clock counts as well: a retirement says by it when it was asked for. */
function clockFaultsOf({ acts }: Schedule): ClockFaults {
  const drifts = acts.map(({ act }) => (act.kind === "clock-drift" ? act.perMille : 0));
  return {
    jump: acts.some(({ act }) => act.kind === "clock-jump"),
    fastest: 1 + Math.max(0, ...drifts) / 1_000,
  };
}
