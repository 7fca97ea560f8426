import { assertNever, type CancelWake, type Clock, type Log } from "../base/index.ts";
import type { Name } from "../dns/index.ts";
import type { Gate, GateFound, ZoneStore } from "../plan/index.ts";
import type { GateState } from "./progress.ts";

/** How often each gate is read while nothing else asks for it: how fast a resume is noticed. */
export const GATE_POLL_MS = 1_000;

/** What is remembered of gates, longer than this process lives. */
export interface GateMemory {
  /** The newest gate seen; undefined where none ever was. */
  last(zone: Name): Gate | undefined;
  /** Whether a gate was seen before, and another one after it. */
  isOld(zone: Name, gate: Gate): boolean;
  remember(zone: Name, gate: Gate): void;
}

/** Who is told what became of gates. */
export interface GateSink {
  /** Writes are possible that were not: those that were held may go on. */
  onOpen(zone: Name): void;
  /** A gate that was lost is back in its place, as it was. */
  onPutBack(zone: Name, gate: Gate): void;
}

interface Watched {
  state: GateState;
  isReading: boolean;
  /** Asked for while a reading was under way, which may have been answered before. */
  again: boolean;
}

const UNREAD: GateState = { kind: "closed", why: "the gate has not been read yet" };

/**
 * Knows each zone's gate in one store, as last read. Old knowledge is harmless where the gate is a
 * condition of the write; where a provider cannot do that, an unreadable gate counts as closed.
 *
 * A gate that is not there any more was lost with the server's disk: nobody resumed. It counts as
 * it was, and is put back as it was, text and all. So an old gate that is there again was put back
 * by an enactor that slept through the newer one: who saw that puts it in its place. A person's own
 * gate is always a new text, and believed.
 */
export class GateWatch {
  readonly #store: ZoneStore;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #memory: GateMemory;
  readonly #sink: GateSink;
  readonly #zones = new Map<Name, Watched>();
  #cancelPoll: CancelWake = () => {};
  #isClosed = false;

  constructor(store: ZoneStore, clock: Clock, log: Log, memory: GateMemory, sink: GateSink) {
    this.#store = store;
    this.#clock = clock;
    this.#log = log;
    this.#memory = memory;
    this.#sink = sink;
  }

  /** Watches these zones from now on, and no others. */
  setZones(zones: readonly Name[]): void {
    for (const zone of [...this.#zones.keys()]) {
      if (!zones.includes(zone)) this.#zones.delete(zone);
    }
    for (const zone of zones) {
      if (this.#zones.has(zone)) continue;
      this.#zones.set(zone, { state: UNREAD, isReading: false, again: false });
      this.read(zone);
    }
    this.#cancelPoll();
    this.#schedulePoll();
  }

  state(zone: Name): GateState {
    return this.#zones.get(zone)?.state ?? UNREAD;
  }

  /** Reads a gate now; once more where a reading is already under way. */
  read(zone: Name): void {
    const watched = this.#zones.get(zone);
    if (watched === undefined || this.#isClosed) return;
    if (watched.isReading) {
      watched.again = true;
      return;
    }
    watched.isReading = true;
    void this.#store.readGate(zone).then((found) => this.#onFound(zone, watched, found));
  }

  readAll(): void {
    for (const zone of this.#zones.keys()) this.read(zone);
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelPoll();
  }

  #onFound(zone: Name, watched: Watched, found: GateFound): void {
    if (this.#isClosed) return;
    watched.isReading = false;
    const before = watched.state;
    watched.state = this.#stateAfter(zone, before, found);
    if (found.kind === "gate") this.#memory.remember(zone, found.gate);
    if (describe(before) !== describe(watched.state)) {
      const facts = { store: this.#store.id, zone, gate: describe(watched.state) };
      this.#log.info("gate changed", facts);
      if (watched.state.kind !== "closed") this.#sink.onOpen(zone);
    }
    if (found.kind === "none") this.#putBack(zone);
    if (found.kind === "gate" && this.#memory.isOld(zone, found.gate)) {
      this.#putBack(zone, found.text);
    }
    if (!watched.again) return;
    watched.again = false;
    this.read(zone);
  }

  #stateAfter(zone: Name, before: GateState, found: GateFound): GateState {
    switch (found.kind) {
      case "none":
        return stateOf(this.#memory.last(zone)?.automation ?? "on", undefined);
      case "gate":
        return this.#memory.isOld(zone, found.gate)
          ? { kind: "closed", why: "an old gate is back, and is being replaced" }
          : stateOf(found.gate.automation, found.text);
      case "malformed":
        return { kind: "closed", why: found.problem };
      case "unreadable":
        return this.#store.abilities.gateIsCondition
          ? before
          : { kind: "closed", why: found.problem };
      default:
        return assertNever(found);
    }
  }

  /** On condition that it is still as found: a person may have been there first. */
  #putBack(zone: Name, expected?: string): void {
    const gate = this.#memory.last(zone);
    if (gate === undefined) return;
    void this.#store.writeGate(zone, expected, gate).then(({ kind }) => {
      if (this.#isClosed) return;
      if (kind !== "applied") return; // the next poll finds whatever is there
      this.#sink.onPutBack(zone, gate);
      this.read(zone);
    });
  }

  #schedulePoll(): void {
    if (this.#isClosed) return;
    this.#cancelPoll = this.#clock.wakeAfter(GATE_POLL_MS, () => {
      this.readAll();
      this.#schedulePoll();
    });
  }
}

function stateOf(automation: Gate["automation"], text: string | undefined): GateState {
  switch (automation) {
    case "on":
      return { kind: "open", text };
    case "repairs":
      return { kind: "repairs", text };
    case "paused":
      return { kind: "closed", why: text === undefined ? "paused, and its gate lost" : "paused" };
    default:
      return assertNever(automation);
  }
}

/** A gate's state in one line for people. */
export function describe(state: GateState): string {
  switch (state.kind) {
    case "open":
      return `open ${state.text ?? ""}`.trim();
    case "repairs":
      return `repairs only ${state.text ?? ""}`.trim();
    case "closed":
      return `closed: ${state.why}`;
    default:
      return assertNever(state);
  }
}
