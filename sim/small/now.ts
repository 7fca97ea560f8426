import type { EndpointWrite, Fence, Order, PlanDelta } from "../../src/plan/index.ts";
import type { Held } from "./heldZone.ts";
import type { Knew, LaneNow } from "./lane.ts";
import type { Broken, MoveKind } from "./model.ts";
import type { EndpointName, Hour } from "./names.ts";
import type { LineNow } from "./planLine.ts";

/** What can go wrong once; a world says which of them may, and how many in one run. */
export const FAULTS = [
  /** A write, or its reply, is lost; the enactor does not know which. */
  "request-lost",
  "reply-lost",
  /** The enactor gives up; the write arrives at any later time, or never. */
  "request-delayed",
  "request-doubled",
  "read-lost",
  /** The process ends; a write of its own may still arrive. Its disk is up to date, … */
  "killed",
  /** … lacks the last change, … */
  "killed-old-disk",
  /** … or is new. */
  "killed-lost-disk",
  "hand-deletes-records",
  "hand-deletes-one-type",
  "hand-changes-records",
  "hand-deletes-fence-and-one-type",
  "hand-deletes-fence",
  "hand-deletes-everything",
  "hand-garbles-fence",
  "hand-writes-far-ahead",
  /** Somebody makes the name, before we ever did. */
  "hand-makes-name",
  /** It does not answer whether an entry is the newest. */
  "store-silent",
  /** It goes back to any older plan, or to none. */
  "store-restored",
  /** Another planner made another child of the newest plan, which arrives at any later time. */
  "second-planner",
  /** A planner with a fault makes a plan that no sound one would. */
  "planner-forgets-tombstone",
  "planner-retires-unasked",
  "planner-empties",
  "planner-lowers-epoch",
  "pause",
  "pause-but-repairs",
] as const;
export type Fault = (typeof FAULTS)[number];

/** What a person does in turn, each at any time after the one before. */
export type Act =
  | "override"
  /** Another one, in place of the first. */
  | "override-again"
  /** A CNAME in place of addresses. */
  | "override-alias"
  | "override-direct"
  | "clear"
  | "clear-direct"
  | "retire"
  | "cancel"
  | "revive"
  | "roll-back"
  | "release";

/** What may happen in a world; everything else happens by itself. */
export interface Scene {
  readonly name: string;
  readonly endpoints: readonly EndpointName[];
  /** How often what is wanted changes after the first plan. */
  readonly changes: number;
  readonly acts: readonly Act[];
  readonly faults: readonly Fault[];
  /** How many faults there are in one run, in any order, each of any kind. */
  readonly faultsMax: number;
  /** Nobody looks at what is in place, unless something happened: what is told is what is done. */
  readonly isUnaudited?: true;
}

/** A write that may still arrive although nobody waits for it any more. */
export interface Stray {
  /** Index of its endpoint. */
  readonly place: number;
  readonly write: EndpointWrite;
  readonly knew: Knew;
}

/** What is neither the zone's nor an enactor's. */
export interface Circumstances {
  readonly hour: Hour;
  readonly faultsLeft: number;
  /** How many of the scene's acts were done. */
  readonly actsDone: number;
  /** The zone's gate text; absent: it has none. */
  readonly gate?: string;
  /** A second planner's plan, on its way to the store. */
  readonly rival?: PlanDelta;
  /** Acts done straight at the DNS server, of which the plan store has not heard yet. */
  readonly actFiles?: readonly ActFile[];
  /** What the checkers remember. */
  readonly past: Past;
}

/** What a direct act leaves behind for the plan store. */
export type ActFile =
  | { readonly kind: "set"; readonly order: Order }
  | { readonly kind: "clear"; readonly id: string };

/** What happened, for the checkers: what they say after a hand from outside depends on it. */
export interface Past {
  /** The fence that a hand deleted, by index of the endpoint. */
  readonly deleted: readonly (Fence | undefined)[];
  readonly fenceDeletions: number;
  readonly storeRestored: boolean;
  /** Overrides that a person took back, or whose place a new one took. */
  readonly endedOverrides: readonly string[];
  /** Tombstones that a person asked for, and whose hold-down was over when they were planned. */
  readonly retired: readonly string[];
  /** Tombstones whose revival a person asked for. */
  readonly revived: readonly string[];
}

/** A world at one moment, all but its enactors. */
export interface Now {
  readonly line: LineNow;
  readonly circumstances: Circumstances;
  readonly strays: readonly Stray[];
  /** By endpoint. */
  readonly held: readonly Held[];
}

/** A world as one enactor meets it: what another one knows is never its business. */
export interface OwnNow extends Now {
  /** By endpoint. */
  readonly lanes: readonly LaneNow[];
}

/** One thing that may happen next, as values. */
export interface Next<World extends Now = Now> {
  readonly kind: MoveKind;
  readonly now: World;
  /** `name`: of the enactor, if it is one that does something. */
  readonly tell: (name: string) => string;
  readonly broken?: Broken | undefined;
}

/** The world after a fault, of which there is one less to come. */
export function afterFault<World extends Now>(now: World): World {
  const { circumstances } = now;
  const faultsLeft = circumstances.faultsLeft - 1;
  return { ...now, circumstances: { ...circumstances, faultsLeft } };
}

/** Whether a fault of this kind may still happen. */
export function mayHappen(scene: Scene, now: Now, fault: Fault): boolean {
  const { faultsLeft } = now.circumstances;
  return faultsLeft > 0 && scene.faults.includes(fault);
}
