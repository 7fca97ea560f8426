import type { Name } from "../dns/index.ts";
import type { Generation, NonEmpty, PlannedRRset } from "./plan.ts";

/**
 * What a person asked for about one endpoint, kept in the plan store until it is done or taken
 * back. The planner turns orders into plans; nothing else does.
 */
export type Order = Override | Retirement | Revival | Rollback;

/** What every order says. */
interface Asked {
  /** Human-readable, 1..40 of `a-z0-9-`, never used twice: `o-signin-20261122-1405-k3`. */
  readonly id: string;
  readonly endpoint: Name;
  readonly zone: Name;
  /** Who: `operator:<name>`. */
  readonly actor: string;
  /** Why, in one line for people. */
  readonly reason: string;
  /** When it was asked for; wall clock. */
  readonly atMs: number;
}

/** Records pinned by a person (break-glass) until then. */
export interface Override extends Asked {
  readonly kind: "override";
  /** Wall clock, whole seconds. */
  readonly untilMs: number;
  readonly answers: number | "all";
  /** All that it answers while it lasts: types that were not pinned stand here as they were. */
  readonly rrsets: NonEmpty<PlannedRRset>;
  /** It was written straight to the DNS server, with nothing of Holdfast running. */
  readonly direct: boolean;
}

/** A name that shall stop answering, once its hold-down is over. Its id is the tombstone's. */
export interface Retirement extends Asked {
  readonly kind: "retirement";
  /** How long it waits, from `atMs`. */
  readonly holdDownMs: number;
}

/** A retired name that shall answer again. */
export interface Revival extends Asked {
  readonly kind: "revival";
  /** The tombstone that is revived; no other. */
  readonly tombstoneId: string;
}

/** Old content in a new generation, held until it is released. By value: no plan is referred to. */
export interface Rollback extends Asked {
  readonly kind: "rollback";
  /** The plan that the content is from, for people. */
  readonly toGeneration: Generation;
  readonly answers: number | "all";
  readonly rrsets: NonEmpty<PlannedRRset>;
}

/** One endpoint may have one order of each kind; a new override takes the place of the old. */
export type OrderKind = Order["kind"];
