import {
  assertNever,
  type CancelWake,
  type Chance,
  type Clock,
  errorText,
  type Log,
} from "../base/index.ts";
import type { StateLayout } from "../config/index.ts";
import { lookAtProcess } from "../net/index.ts";
import { Children } from "./children.ts";
import { noteProcesses } from "./leftovers.ts";
import { rotateLog } from "./logFile.ts";
import {
  EMPTY_SUPERVISOR,
  type ProcessNote,
  type ProcessSpec,
  type ProcessState,
  type StartProblem,
  type SupervisorEffect,
  type SupervisorEvent,
  stepSupervisor,
  TICK_MS,
} from "./machine/index.ts";
import type { RoleOrder, RoleReport } from "./message.ts";
import type { ProcessRow } from "./table.ts";

/** Ticks between two looks at the logs' sizes. */
const ROTATE_TICKS = 20;
/** The machine's draws are in 0..999. */
const DRAWS = 1_000;

/** What a supervisor needs of the world. */
export interface SupervisorPorts {
  readonly layout: StateLayout;
  /** The program that each process runs. */
  readonly main: string;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly log: Log;
  /** Called with everything that people should hear of. */
  readonly onNote: (note: ProcessNote) => void;
  readonly onReport: (id: string, report: RoleReport) => void;
}

/** An event as it happens: its time is put on it when its turn comes. */
type Untimed<Event> = Event extends unknown ? Omit<Event, "nowMs"> : never;

/** Starts the processes of a region and keeps them there: performs what the machine decides. */
export class Supervisor {
  readonly #ports: SupervisorPorts;
  readonly #children: Children;
  readonly #reports = new Map<string, { readonly report: RoleReport; readonly atMs: number }>();
  readonly #queue: Untimed<SupervisorEvent>[] = [];
  #state = EMPTY_SUPERVISOR;
  #isStepping = false;
  #ticks = 0;
  readonly #wakes = new Set<CancelWake>();
  #finish: (problem: StartProblem | undefined) => void = () => {};
  /** Resolves once nothing is left; with a problem where nobody asked for the end. */
  readonly finished: Promise<StartProblem | undefined>;

  constructor(ports: SupervisorPorts) {
    this.#ports = ports;
    this.finished = new Promise((resolve) => {
      this.#finish = resolve;
    });
    const { chance } = ports;
    this.#children = new Children(ports.main, ports.layout, {
      reported: (id, pid, report) => {
        this.#reports.set(id, { report, atMs: ports.clock.monotonicMs() });
        this.#handle({ kind: "reported", id, pid, ready: report.ready });
        ports.onReport(id, report);
      },
      exited: (id, pid, how, refused) => {
        this.#reports.delete(id);
        this.#handle({ kind: "exited", id, pid, how, refused, draw: chance.below(DRAWS) });
        this.#noteAll();
      },
    });
  }

  /** Starts what is wanted, and keeps it there. Called again with every accepted configuration. */
  want(specs: readonly ProcessSpec[], restart: readonly string[]): void {
    if (this.#ticks === 0) this.#tick();
    this.#handle({ kind: "desired", specs, restart });
  }

  tellAll(order: RoleOrder): void {
    this.#children.tellAll(order);
  }

  /** Ends all of them; `finished` tells when. Asking again changes nothing. */
  end(): void {
    this.#handle({ kind: "end" });
  }

  /** The process table, as of now. */
  rows(): readonly ProcessRow[] {
    this.#look();
    const { clock } = this.#ports;
    const monotonicMs = clock.monotonicMs();
    const wallMs = clock.wallMs();
    return [...this.#state.processes.values()].map((process): ProcessRow => {
      const { spec, pid, phase, sinceMs, restarts } = process;
      const last = this.#reports.get(spec.id);
      return {
        id: spec.id,
        role: spec.role,
        ...(pid === undefined ? {} : { pid }),
        state: phase,
        sinceMs: Math.round(wallMs - (monotonicMs - sinceMs)),
        restarts,
        ...(last === undefined ? {} : { reportAgeMs: Math.round(monotonicMs - last.atMs) }),
        report: last?.report.report,
      };
    });
  }

  /** What each process last said, and whether it is there and speaks. */
  states(): readonly { readonly state: ProcessState; readonly report: RoleReport | undefined }[] {
    return [...this.#state.processes.values()].map((state) => ({
      state,
      report: this.#reports.get(state.spec.id)?.report,
    }));
  }

  #tick(): void {
    this.#ticks += 1;
    this.#after(TICK_MS, () => this.#tick());
    this.#look();
    this.#handle({ kind: "tick" });
    if (this.#ticks % ROTATE_TICKS !== 0) return;
    this.#onDisk("put a log aside", () => {
      const ids = ["supervisor", ...this.#state.processes.keys()];
      for (const id of ids) rotateLog(this.#ports.layout.logFile(id));
    });
  }

  #look(): void {
    const stopped = new Set<string>();
    for (const [id, pid] of this.#children.pids) {
      if (lookAtProcess(pid).state === "stopped") stopped.add(id);
    }
    this.#handle({ kind: "look", stopped });
  }

  #handle(event: Untimed<SupervisorEvent>): void {
    this.#queue.push(event);
    if (this.#isStepping) return; // performed below, once the step before is done
    this.#isStepping = true;
    try {
      for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
        const timed: SupervisorEvent = { ...next, nowMs: this.#ports.clock.monotonicMs() };
        const { state, effects } = stepSupervisor(this.#state, timed);
        this.#state = state;
        for (const effect of effects) this.#perform(effect);
      }
    } finally {
      this.#isStepping = false;
    }
  }

  #perform(effect: SupervisorEffect): void {
    switch (effect.kind) {
      case "spawn":
        this.#spawn(effect.spec);
        break;
      case "signal":
        this.#children.signal(effect.id, effect.pid, effect.signal);
        break;
      case "wake":
        this.#wake(effect);
        break;
      case "note":
        this.#ports.onNote(effect.note);
        break;
      case "finished":
        for (const cancel of this.#wakes) cancel();
        this.#noteAll();
        this.#finish(effect.problem);
        break;
      default:
        assertNever(effect);
    }
  }

  #spawn(spec: ProcessSpec): void {
    const { id } = spec;
    try {
      const pid = this.#children.spawn(spec);
      if (pid !== undefined) this.#handle({ kind: "spawned", id, pid });
    } catch (error) {
      // Its log could not be opened, or the system is out of something: tried again after a wait.
      const draw = this.#ports.chance.below(DRAWS);
      const how = errorText(error);
      this.#handle({ kind: "exited", id, pid: undefined, how, refused: false, draw });
    }
    this.#noteAll();
  }

  #wake(effect: SupervisorEffect & { readonly kind: "wake" }): void {
    const { what, id = "" } = effect;
    const isOfOne = what === "retry-due" || what === "overdue";
    this.#after(effect.afterMs, () => this.#handle(isOfOne ? { kind: what, id } : { kind: what }));
  }

  #after(afterMs: number, task: () => void): void {
    const cancel = this.#ports.clock.wakeAfter(afterMs, () => {
      this.#wakes.delete(cancel);
      task();
    });
    this.#wakes.add(cancel);
  }

  #noteAll(): void {
    const processes = this.#children.pids;
    const records = [...this.#state.processes.values()].flatMap(({ spec }) => {
      const pid = processes.get(spec.id);
      return pid === undefined ? [] : [{ id: spec.id, role: spec.role, pid }];
    });
    const { folder } = this.#ports.layout;
    this.#onDisk("note the processes", () => noteProcesses(folder, records));
  }

  /** A full disk must not end the supervisor, and with it all the others. */
  #onDisk(what: string, step: () => void): void {
    try {
      step();
    } catch (error) {
      this.#ports.log.warn(`Cannot ${what}: ${errorText(error)}`);
    }
  }
}
