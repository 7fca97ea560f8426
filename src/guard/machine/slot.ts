import type { CancelWake } from "../../base/index.ts";
import { type Entry, NEW_ENTRY } from "./entry.ts";
import { heldValues } from "./heldValues.ts";
import type { GuardPolicy } from "./policy.ts";
import { PLAIN, type Ranked } from "./slots.ts";

/** What a guard does about one name and type, through one upstream. */
export interface Slot extends Ranked {
  /** See {@link Upstream.identity}. */
  readonly identity: string;
  readonly name: string;
  readonly type: number;
  entry: Entry;
  wantedMs: number;
  asking: Promise<void> | undefined;
  isSeeking: boolean;
  isProving: boolean;
  cancelWake: CancelWake | undefined;
  /** Since when a doubted name is not looked after. */
  restedMs: number | undefined;
  /** When it is to be looked at again. */
  dueMs: number | undefined;
  /** Since when a proof waits for its turn. */
  queuedMs: number | undefined;
  /** When addresses of this hold were last tried. */
  tried: Map<string, number>;
  /** Forgotten: what was begun for it ends here. */
  isGone: boolean;
}

/** Nothing is known of it, and nothing under way. */
export function newSlot(identity: string, name: string, type: number, wantedMs: number): Slot {
  const idle = { asking: undefined, isSeeking: false, isProving: false, cancelWake: undefined };
  const what = { identity, name, type, entry: NEW_ENTRY, wantedMs };
  const times = { restedMs: undefined, dueMs: undefined, queuedMs: undefined, tried: new Map() };
  return { ...what, ...idle, ...times, isGone: false, rank: PLAIN, weight: 1 };
}

/** Where the addresses that are held really are: what is not held on to may be anybody's. */
export function ownerOf(entry: Entry, policy: GuardPolicy): string | undefined {
  const { values = [], aliases = [] } = entry.answer?.newest ?? {};
  const held = heldValues(entry, policy);
  return values.some((value) => held.includes(value)) ? aliases.at(-1) : undefined;
}

/** Ends what waits for it; what is under way ends when it comes. */
export function forget(slot: Slot): void {
  slot.cancelWake?.();
  slot.cancelWake = undefined;
  slot.isGone = true;
}
