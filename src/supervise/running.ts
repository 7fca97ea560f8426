import { flushCompileCache } from "node:module";
import type { Clock } from "../base/index.ts";
import type { Settings } from "../config/index.ts";
import type { JournalEvent } from "../journal/index.ts";
import { openLog, RealChance } from "../net/index.ts";
import { SocketStore } from "../store/index.ts";
import { serveControl } from "./control.ts";
import { desiredProcesses } from "./desired.ts";
import { JournalFeed } from "./journalFeed.ts";
import { logSink } from "./logFile.ts";
import type { ProcessNote } from "./machine/index.ts";
import { Readiness } from "./readiness.ts";
import { logTail, type PreparedRegion } from "./region.ts";
import { reloadRegion } from "./reload.ts";
import { Supervisor } from "./service.ts";
import type { ProcessTable, ReloadOutcome } from "./table.ts";
import type { Terminal } from "./terminal.ts";
import { noteEvent, openingLine, SUPERVISOR_ACTOR } from "./words.ts";

/** The ordinary course of a start: told by lines of progress, as a region may have very many. */
const START_KINDS: ReadonlySet<string> = new Set(["endpoint-enacted", "target-up"]);
/** Lines of its log that are shown where a process cannot start. */
const TAIL_LINES = 5;

/** What a running region is made from. */
export interface RunningParts {
  readonly prepared: PreparedRegion;
  readonly settings: Settings;
  /** What a reload reads; undefined where the accepted settings were started from. */
  readonly file: string | undefined;
  /** The program that each process runs. */
  readonly main: string;
  readonly terminal: Terminal;
  readonly clock: Clock;
  /** The state folder as people named it, and the options with which commands find it. */
  readonly stateWords: string;
  readonly optionWords: string;
}

/** A region from its first process to its last: supervisor, control socket, feed and terminal. */
export class RunningRegion {
  readonly #parts: RunningParts;
  readonly #clock: Clock;
  readonly #startedMs: number;
  readonly #store: SocketStore;
  readonly #feed: JournalFeed;
  readonly #readiness: Readiness;
  readonly #supervisor: Supervisor;
  #settings: Settings;

  constructor(parts: RunningParts) {
    this.#parts = parts;
    this.#settings = parts.settings;
    const { layout } = parts.prepared.state;
    const { clock } = parts;
    this.#clock = clock;
    this.#startedMs = clock.wallMs();
    const sink = logSink(layout.logFile(SUPERVISOR_ACTOR));
    const log = openLog(SUPERVISOR_ACTOR, "text", sink);
    this.#readiness = new Readiness(parts.terminal, clock, parts.optionWords);
    this.#store = new SocketStore(layout.storeSocket, { clock, log });
    this.#feed = new JournalFeed({
      journal: this.#store,
      clock,
      sinceMs: this.#startedMs,
      onEvents: (events) => this.#show(events),
    });
    this.#supervisor = new Supervisor({
      layout,
      main: parts.main,
      clock,
      chance: new RealChance(),
      log,
      onReport: () => this.#readiness.look(this.#supervisor.states(), this.#settings),
      onNote: (note) => this.#hear(note),
    });
  }

  /** Runs until it is told to end; what was wrong, for people, where nobody asked for that. */
  async run(): Promise<string | undefined> {
    const { terminal, prepared, stateWords } = this.#parts;
    const { layout } = prepared.state;
    terminal.say(openingLine(this.#settings, stateWords));
    for (const { id, pid } of prepared.ended) {
      terminal.say(`${id} (process ${pid}) of an earlier instance was still there: ended`);
    }
    const unlisten = onSignals((signal) => this.#end(signal));
    flushCompileCache(); // on a first start: the processes load much of what was loaded here
    this.#supervisor.want(desiredProcesses(this.#settings), []);
    const control = await serveControl(layout.supervisorSocket, {
      table: () => this.#table(),
      reload: async (actor) => this.#reload(actor),
      stop: (actor) => this.#end(`asked by ${actor}`),
    });
    const problem = await this.#supervisor.finished;
    unlisten();
    this.#feed.close();
    await Promise.all([control.close(), this.#store.close()]);
    terminal.say("Stopped: nothing is left running");
    if (problem === undefined) return undefined;
    const tail = logTail(layout.logFile(problem.id), TAIL_LINES);
    return [...tail, `Cannot run as ${problem.id} cannot start (${problem.how})`].join("\n");
  }

  #end(why: string): void {
    this.#parts.terminal.say(`Stopping (${why})`);
    this.#supervisor.end();
  }

  #table(): ProcessTable {
    const { file } = this.#parts;
    return {
      region: this.#settings.policy.region,
      pid: process.pid,
      sinceMs: this.#startedMs,
      ...(file === undefined ? {} : { configFile: file }),
      processes: [...this.#supervisor.rows()],
    };
  }

  #reload(actor: string): ReloadOutcome {
    const { file, prepared } = this.#parts;
    const { layout } = prepared.state;
    const reloadable = { layout, supervisor: this.#supervisor, file, settings: this.#settings };
    const { outcome, settings } = reloadRegion(reloadable, actor);
    this.#settings = settings;
    return outcome;
  }

  #hear(note: ProcessNote): void {
    const { layout } = this.#parts.prepared.state;
    const words = note.kind === "ended" ? logTail(layout.logFile(note.id), 1)[0] : undefined;
    const event = noteEvent(note, this.#clock.wallMs(), words);
    if (note.kind !== "started" || note.restarts > 0) this.#parts.terminal.show([event]);
    this.#feed.record(event);
  }

  #show(events: readonly JournalEvent[]): void {
    const { isReady } = this.#readiness;
    const shown = events.filter(({ kind, actor }) => {
      if (actor === SUPERVISOR_ACTOR) return false; // shown as it happened
      return isReady || !START_KINDS.has(kind);
    });
    this.#parts.terminal.show(shown);
  }
}

/** Calls back on the first signal to end; later ones change nothing. Returns the undoing. */
function onSignals(end: (signal: string) => void): () => void {
  let isFirst = true;
  const names = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  const listener = (signal: NodeJS.Signals): void => {
    if (isFirst) end(signal);
    isFirst = false;
  };
  for (const name of names) process.on(name, listener);
  return () => {
    for (const name of names) process.off(name, listener);
  };
}
