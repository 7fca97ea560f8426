import { assert, type Chance, type Log, SILENT_LOG } from "../../src/base/index.ts";
import type {
  DesignWorld,
  DnsService,
  Host,
  OpenPort,
  ProcessSpec,
  WitnessEvent,
} from "../design.ts";
import type { FaultKind, Scene } from "../schedule/act.ts";
import { SeededChance } from "../seededChance.ts";
import { type CrashKeep, noSpace, SimDisk } from "../simDisk.ts";
import { ANY_LIFE, EventQueue, type WorldEvent } from "./eventQueue.ts";
import { type LinkFault, Network } from "./network.ts";
import { Process } from "./process.ts";
import { StepTrace } from "./stepTrace.ts";

/** 2025-10-19T23:48:00Z: the evening of the event. */
const WALL_START_MS = 1_760_917_680_000;
/** Most steps of one world: more, and something runs in circles. */
const STEPS_MAX = 60_000;
/** Copies kept of each disk, for restarts with an old one. */
const OLD_DISKS_MAX = 6;

const SETTLED = Promise.resolve();

/** Where a world's news go. Nothing of it may change the world. */
export interface Audience {
  witness(event: WitnessEvent): void;
  /** Undefined where nobody wants the story. */
  readonly story: ((atMs: number, who: string, line: string) => void) | undefined;
}

/** Time, chance, network and processes: a world in which nothing is real but the code. */
export class World implements DesignWorld {
  readonly scene: Scene;
  readonly dns: OpenPort<DnsService> = { process: "dns", service: undefined };
  readonly network: Network;
  readonly trace = new StepTrace();
  readonly #audience: Audience;
  readonly #chance: SeededChance;
  readonly #queue = new EventQueue();
  readonly #processes = new Map<string, Process>();
  readonly #down = new Set<string>();
  #nowMs = 0;
  #order = 0;
  /** Kinds of the faults that took effect, one for each. */
  readonly met: FaultKind[] = [];
  /** Hours skipped so far. */
  skippedMs = 0;
  /** What broke inside a process: code that threw where nobody catches. */
  broken: { readonly process: string; readonly error: unknown } | undefined;

  readonly #wallStartMs: number;

  constructor(seed: number, scene: Scene, audience: Audience, wallStartMs = WALL_START_MS) {
    this.scene = scene;
    this.#wallStartMs = wallStartMs;
    this.#audience = audience;
    this.#chance = new SeededChance(seed);
    const metLinks = new Set<object>();
    const onMet = (fault: LinkFault): void => {
      if (metLinks.has(fault)) return;
      metLinks.add(fault);
      this.noteMet(fault.label);
    };
    this.network = new Network(this, (purpose) => this.chance(purpose), onMet);
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  get wallMs(): number {
    return this.#wallStartMs + this.#nowMs;
  }

  get processes(): ReadonlyMap<string, Process> {
    return this.#processes;
  }

  isUp(targetId: string): boolean {
    return !this.#down.has(targetId);
  }

  setHealth(targetId: string, isUp: boolean): void {
    if (isUp) this.#down.delete(targetId);
    else this.#down.add(targetId);
  }

  chance(purpose: string): Chance {
    return this.#chance.fork(purpose);
  }

  port<Service>(process: string): OpenPort<Service> {
    return { process, service: undefined };
  }

  tell(who: string, line: () => string): void {
    this.#audience.story?.(this.#nowMs, who, line());
  }

  witness(event: WitnessEvent): void {
    this.#audience.witness(event);
  }

  later(afterMs: number, task: () => void): void {
    const atMs = this.#nowMs + afterMs;
    this.schedule({ atMs, process: undefined, life: 0, what: "act", isMessage: false, run: task });
  }

  schedule({ atMs, process, life, what, isMessage, run }: Omit<WorldEvent, "order">): WorldEvent {
    this.#order += 1;
    const ordered: WorldEvent = { atMs, order: this.#order, process, life, what, isMessage, run };
    this.#queue.push(ordered);
    return ordered;
  }

  spawn(spec: ProcessSpec): void {
    assert(!this.#processes.has(spec.id), `process ${spec.id} is there once`);
    const process = new Process(spec, this);
    this.#processes.set(spec.id, process);
    this.boot(process);
  }

  process(id: string): Process {
    const process = this.#processes.get(id);
    assert(process !== undefined, `process ${id} exists`);
    return process;
  }

  /** Starts a process that does not run. */
  boot(process: Process): void {
    if (process.isRunning || process.isEnded) return;
    process.isRunning = true;
    this.tell(process.id, () => "starts");
    const { life } = process;
    this.schedule({
      atMs: this.#nowMs,
      process,
      life,
      what: "boot",
      isMessage: false,
      run: () => process.spec.boot(this.#hostOf(process)),
    });
  }

  /** Ends a process at once, and whatever of its disk was not durable. */
  kill(process: Process, keep: CrashKeep, disk: "own" | "old" | "lost"): void {
    if (!process.isRunning) return;
    process.life += 1;
    process.isRunning = false;
    process.isStopped = false;
    process.held = [];
    for (const end of process.onDeath) end();
    process.onDeath = [];
    process.onMidWrite = undefined;
    const left = process.disk.crash(keep, this.chance(`crash ${process.id} ${process.life}`));
    const old = process.oldDisks[0];
    if (disk === "old") process.hadOldDisk = true;
    process.disk = disk === "lost" ? new SimDisk() : disk === "old" && old ? old.copy() : left;
    this.tell(process.id, () => `is killed; disk: ${disk}`);
  }

  end(id: string): void {
    const process = this.#processes.get(id);
    if (process === undefined) return;
    this.kill(process, "everything", "own");
    process.isEnded = true;
  }

  restart(id: string, downMs: number, between: () => void): void {
    const process = this.process(id);
    this.kill(process, "everything", "own");
    between();
    this.later(downMs, () => this.boot(process));
  }

  /** A fault took effect. */
  noteMet(kind: FaultKind): void {
    this.met.push(kind);
  }

  /** Keeps a copy of every disk, for later. */
  backUp(): void {
    for (const process of this.#processes.values()) {
      if (process.disk.isOff) continue;
      const { disk, backedUp } = process;
      // Nothing of a copy changes: what was not written to since has the same one again.
      if (backedUp?.of !== disk || backedUp.operations !== disk.operations) {
        process.backedUp = { of: disk, operations: disk.operations, copy: disk.copy() };
      }
      if (process.backedUp !== undefined) process.oldDisks.push(process.backedUp.copy);
      if (process.oldDisks.length > OLD_DISKS_MAX) process.oldDisks.shift();
    }
  }

  stop(process: Process): void {
    if (process.isRunning) process.isStopped = true;
  }

  /** Lets a stopped process go on: what came in is seen before what got late. */
  go(process: Process): void {
    if (!process.isStopped) return;
    process.isStopped = false;
    const { held } = process;
    if (held.length > 0) this.noteMet("stopped");
    process.held = [];
    const messages = held.filter((event) => event.isMessage);
    const wakes = held.filter((event) => !event.isMessage);
    for (const event of [...messages, ...wakes]) {
      this.#order += 1;
      this.#queue.push({ ...event, atMs: this.#nowMs, order: this.#order });
    }
  }

  /** Hours in which nothing runs anywhere, and every clock goes on. Acts happen after them. */
  skip(byMs: number): void {
    this.#nowMs += byMs;
    this.skippedMs += byMs;
    this.#queue.putOff(byMs, (event) => event.process === undefined);
  }

  /** Does everything that is due until then. */
  run(untilMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      let last: Process | undefined;
      const turn = (): void => {
        try {
          if (last?.disk.isOff === true) last.onMidWrite?.();
          const event = this.#takeDue(untilMs);
          last = event?.process;
          if (event === undefined) {
            resolve();
          } else {
            this.#happen(event);
            process.nextTick(onceSettled);
          }
        } catch (error) {
          reject(error);
        }
      };
      // Node runs ticks only once no promise is left to run on: every promise that can settle
      // without a clock has done so then. Far cheaper than a turn of the event loop.
      const onceSettled = (): void => void SETTLED.then(turn);
      turn();
    });
  }

  /** The next event whose time has come and that somebody hears of; undefined where all is done. */
  #takeDue(untilMs: number): WorldEvent | undefined {
    for (;;) {
      const event = this.#queue.first;
      if (event === undefined || event.atMs > untilMs || this.broken !== undefined) break;
      this.#queue.pop();
      if (event.atMs > this.#nowMs) this.#nowMs = event.atMs;
      if (event.run === undefined) continue;
      const { process } = event;
      if (process === undefined) return event;
      if (event.life !== ANY_LIFE && event.life !== process.life) continue;
      if (process.isStopped) {
        process.held.push(event);
        continue;
      }
      // Nobody there: a message to a server still meets its closed port.
      if (!process.isRunning && event.what !== "boot" && !event.isMessage) continue;
      this.trace.step(this.#nowMs, process.id, event.what);
      const stepsMax = this.scene.tuning?.stepsMax ?? STEPS_MAX;
      if (this.trace.count < stepsMax) return event;
      const error = new Error(`it runs in circles: over ${stepsMax} steps, this one ${event.what}`);
      this.broken ??= { process: process.id, error };
      break;
    }
    if (untilMs > this.#nowMs) this.#nowMs = untilMs;
    return undefined;
  }

  #happen({ process, run }: WorldEvent): void {
    try {
      run?.();
    } catch (error) {
      if (process === undefined) throw error;
      this.broken ??= { process: process.id, error };
    }
  }

  #hostOf(process: Process): Host {
    const { life, disk, id } = process;
    const isAlive = (): boolean => process.life === life && !disk.isOff;
    return {
      id,
      life,
      clock: process.clock,
      chance: this.chance(`process ${id} ${life}`),
      disk,
      log: this.#logOf(id),
      ask: (port, work, options) => {
        // The dead ask nothing, and wait for ever.
        if (!isAlive()) return new Promise(() => {});
        return this.network.ask(process, this.process(port.process), port, work, options);
      },
      serve: (port, service) => {
        if (!isAlive()) return;
        port.service = service;
        process.onDeath.push(() => {
          if (port.service === service) port.service = undefined;
        });
      },
      send: (to, task, what) => {
        if (isAlive()) this.network.send(process, this.process(to), task, what);
      },
    };
  }

  #logOf(id: string): Log {
    const { story } = this.#audience;
    if (story === undefined) return SILENT_LOG;
    const say = (message: string, facts: object = {}): void => {
      story(this.#nowMs, id, `${message} ${JSON.stringify(facts)}`);
    };
    return { info: say, warn: say, error: say };
  }

  /** Makes a process's disk refuse for a while. */
  fillDisk(process: Process, forMs: number): void {
    const untilMs = this.#nowMs + forMs;
    let isMet = false;
    process.disk.failWhen = () => {
      if (this.#nowMs >= untilMs) return undefined;
      if (!isMet) this.noteMet("disk-full");
      isMet = true;
      return noSpace();
    };
  }
}
