import { assertNever, type CancelWake, type Clock, type Log } from "../base/index.ts";
import type { Name } from "../dns/index.ts";
import type { GateFound, ZoneStore } from "../plan/index.ts";
import type { GateState } from "./progress.ts";

/** How often each gate is read while nothing else asks for it: how fast a resume is noticed. */
export const GATE_POLL_MS = 1_000;

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
 */
export class GateWatch {
  readonly #store: ZoneStore;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #onOpen: (zone: Name) => void;
  readonly #zones = new Map<Name, Watched>();
  #cancelPoll: CancelWake = () => {};
  #isClosed = false;

  constructor(store: ZoneStore, clock: Clock, log: Log, onOpen: (zone: Name) => void) {
    this.#store = store;
    this.#clock = clock;
    this.#log = log;
    this.#onOpen = onOpen;
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
    watched.state = this.#stateAfter(before, found);
    if (describe(before) !== describe(watched.state)) {
      const facts = { store: this.#store.id, zone, gate: describe(watched.state) };
      this.#log.info("gate changed", facts);
      if (watched.state.kind === "open") this.#onOpen(zone);
    }
    if (!watched.again) return;
    watched.again = false;
    this.read(zone);
  }

  #stateAfter(before: GateState, found: GateFound): GateState {
    switch (found.kind) {
      case "none":
        return { kind: "open", text: undefined };
      case "gate":
        return found.gate.automation === "on"
          ? { kind: "open", text: found.text }
          : { kind: "closed", why: "paused" };
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

  #schedulePoll(): void {
    if (this.#isClosed) return;
    this.#cancelPoll = this.#clock.wakeAfter(GATE_POLL_MS, () => {
      this.readAll();
      this.#schedulePoll();
    });
  }
}

/** A gate's state in one line for people. */
export function describe(state: GateState): string {
  return state.kind === "open" ? `open ${state.text ?? ""}`.trim() : `closed: ${state.why}`;
}
