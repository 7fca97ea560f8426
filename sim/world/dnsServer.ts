import type { Prerequisite, Update, UpdateStep } from "../../src/dns/index.ts";
import { type Name, sameRdata } from "../../src/dns/index.ts";
import type { Writer, ZoneReader } from "../design.ts";
import { captureZone, type ZoneState } from "./zoneState.ts";

/** Somebody or something from outside: a hand in the files, a lost disk. */
export interface Outside {
  readonly kind: "outside";
  readonly id: string;
}

/** Id of a disk that was lost, where it is what changed the zone. */
export const LOST_DISK = "a lost disk";

/** Id of a server that shows something else after a restart than before, and nobody wrote it. */
export const SERVER_ITSELF = "the server itself";

/** One change of the zone, whoever made it. */
export interface ZoneChange {
  readonly atMs: number;
  readonly wallMs: number;
  readonly by: Writer | Outside;
  readonly update: Update | undefined;
  /** Whether every condition of the update was true of `before`, checked anew and elsewhere. */
  readonly conditionsHeld: boolean;
  readonly before: ZoneState;
  readonly after: ZoneState;
}

/** What both kinds of server do for the world. */
export interface SimulatedServer {
  readonly reader: ZoneReader;
  readonly state: ZoneState;
  /** Changes records without asking any rule. Done when the promise is. */
  force(steps: readonly UpdateStep[], who: string): void;
  /** It runs, and cannot do its work until somebody starts it again. */
  readonly needsRestart: boolean;
  /** Takes the disk away; answers nothing of what it held. */
  loseDisk(): void;
}

/** Follows one zone, and tells of each change: who, on what condition, from what to what. */
export class ZoneWatch {
  readonly #zone: Name;
  readonly #endpoints: readonly Name[];
  readonly #reader: ZoneReader;
  readonly #now: () => { readonly nowMs: number; readonly wallMs: number };
  readonly #onChange: (change: ZoneChange) => void;
  #state: ZoneState;
  #expected: Outside | undefined;
  /** Sent to the disk; after a crash it may be there or not. */
  #pending: { by: Writer; update: Update; conditionsHeld: boolean } | undefined;

  constructor(
    zone: Name,
    endpoints: readonly Name[],
    reader: ZoneReader,
    now: () => { readonly nowMs: number; readonly wallMs: number },
    onChange: (change: ZoneChange) => void,
  ) {
    this.#zone = zone;
    this.#endpoints = endpoints;
    this.#reader = reader;
    this.#now = now;
    this.#onChange = onChange;
    this.#state = captureZone(zone, endpoints, reader, undefined);
  }

  get state(): ZoneState {
    return this.#state;
  }

  /** An update is about to be made; checks its conditions for itself. */
  begin(by: Writer, update: Update): void {
    const conditionsHeld = update.prerequisites.every((one) => holds(this.#reader, one));
    this.#pending = { by, update, conditionsHeld };
  }

  /** The update was made, or was not. */
  end(): void {
    const pending = this.#pending;
    this.#pending = undefined;
    if (pending === undefined) return;
    this.#look(pending.by, pending.update, pending.conditionsHeld);
  }

  /** It was refused. */
  drop(): void {
    this.#pending = undefined;
  }

  /** What the server shows when it is back is somebody's doing. */
  expect(by: Outside): void {
    this.#pending = undefined;
    this.#expected = by;
  }

  /** The server is back: what it shows now was pending, or is somebody's doing. */
  back(): void {
    const expected = this.#expected;
    this.#expected = undefined;
    if (this.#pending !== undefined) this.end();
    else this.look(expected ?? { kind: "outside", id: SERVER_ITSELF });
  }

  /** Something else may have changed it. */
  look(by: Outside): void {
    this.#look(by, undefined, true);
  }

  #look(by: Writer | Outside, update: Update | undefined, conditionsHeld: boolean): void {
    const before = this.#state;
    const after = captureZone(this.#zone, this.#endpoints, this.#reader, before);
    if (after === before) return;
    this.#state = after;
    const { nowMs: atMs, wallMs } = this.#now();
    this.#onChange({ atMs, wallMs, by, update, conditionsHeld, before, after });
  }
}

/** RFC 2136 section 3.2, once more and from outside: nothing of what is judged is asked. */
export function holds(reader: ZoneReader, one: Prerequisite): boolean {
  switch (one.kind) {
    case "rrset-exists":
      return reader.rrset(one.name, one.type) !== undefined;
    case "rrset-is": {
      const held = reader.rrset(one.rrset.name, one.rrset.type);
      return held !== undefined && sameRdata(held, one.rrset);
    }
    case "rrset-absent":
      return reader.rrset(one.name, one.type) === undefined;
    case "name-in-use":
      return reader.rrsetsAt(one.name).length > 0;
    case "name-not-in-use":
      return reader.rrsetsAt(one.name).length === 0;
  }
}
