import { closeSync, fsyncSync, openSync, rmSync } from "node:fs";
import { join } from "node:path";
import { assert, type Chance } from "../base/index.ts";
import type { StateLayout } from "../config/index.ts";
import type { Name } from "../dns/index.ts";
import { makeFolder } from "../net/index.ts";
import type { Gate, Override } from "../plan/index.ts";
import { replaceFile } from "./stateFolder.ts";

// What a person did straight at the DNS servers, with the plan store away, is noted in a file of
// the state folder: who and why do not belong into public DNS. The store takes it in when it lives.

/** What every act says. */
interface Act {
  /** From {@link actId}; names the file, and is how the store knows an act that it took in. */
  readonly id: string;
  /** Wall clock of the act. */
  readonly atMs: number;
  /** Who: `operator:<name>`. */
  readonly actor: string;
  /** Why, in one line for people; empty where nobody said. */
  readonly reason: string;
  readonly zone: Name;
  /** Zone stores that took it, at least one: ids of the configuration. */
  readonly stores: readonly string[];
}

/** Records pinned. The order is the one that the planner then holds, `direct: true`. */
export interface OverrideSetAct extends Act {
  readonly kind: "override-set";
  readonly override: Override;
}

/** An override taken back. */
export interface OverrideClearedAct extends Act {
  readonly kind: "override-cleared";
  readonly endpoint: Name;
  readonly overrideId: string;
}

/** A name that existed before Holdfast, given its fence. */
export interface AdoptedAct extends Act {
  readonly kind: "endpoint-adopted";
  readonly endpoint: Name;
  /** RR types that it holds. */
  readonly types: readonly string[];
}

/** An epoch raised; where stores got different ones, the highest. */
export interface EpochRaisedAct extends Act {
  readonly kind: "epoch-raised";
  readonly endpoint: Name;
  readonly epoch: number;
}

/** A zone's gate set: `pause`, `pause --repairs`, `resume`. */
export interface GateSetAct extends Act {
  readonly kind: "gate-set";
  readonly automation: Gate["automation"];
}

/** Something that a person did while the plan store was away. */
export type OperatorAct =
  | OverrideSetAct
  | OverrideClearedAct
  | AdoptedAct
  | EpochRaisedAct
  | GateSetAct;

/** Raise it with any change that an older reader would misread. */
export const ACT_FORMAT = 1;
/**
 * Highest epoch that an act may say. A fence's number has room for a thousand times as many, so
 * that there is always a higher one to raise to.
 */
export const EPOCH_MAX = 1_000_000_000_000;
/** Longest reason, in characters: the plan store's bound for orders as well. */
export const REASON_CHARACTERS_MAX = 1_000;
const FOLDER_MODE = 0o700;
const ID = /^[a-z0-9][a-z0-9-]{0,39}$/;
const ID_LETTERS = "abcdefghijklmnopqrstuvwxyz23456789";
const ID_LETTERS_DRAWN = 4;

/** Where the acts of a state folder lie. */
export function actsFolder(layout: StateLayout): string {
  return `${layout.folder}/acts`;
}

/** A new act's id: `a-20261122-1405-k3xq` (UTC, then chance). */
export function actId(wallMs: number, chance: Chance): string {
  const stamp = new Date(wallMs).toISOString().slice(0, 16).replaceAll(/[-:]/g, "");
  const drawn = Array.from({ length: ID_LETTERS_DRAWN }, () => {
    return ID_LETTERS.charAt(chance.below(ID_LETTERS.length));
  });
  return `a-${stamp.replace("T", "-")}-${drawn.join("")}`;
}

/**
 * Notes an act, in one step that a crash does not halve: after it returned, the act is on disk.
 * Throws the system's error where it cannot be written: the act itself is done all the same, so
 * that whoever calls tells the person to note it elsewhere.
 */
export function writeAct(layout: StateLayout, act: OperatorAct): void {
  assert(ID.test(act.id), `act id ${act.id} is one: it names a file`);
  assert(act.stores.length > 0, "an act was taken by a zone store, or it is none");
  const folder = actsFolder(layout);
  makeFolder(folder, FOLDER_MODE);
  const text = JSON.stringify({ holdfastAct: ACT_FORMAT, act: inOneLine(act) });
  replaceFile(join(folder, `${act.id}.json`), `${text}\n`);
  const handle = openSync(folder, "r");
  fsyncSync(handle); // the file's name as well
  closeSync(handle);
}

// No act is lost for too many words: what a reader would refuse is cut.
function inOneLine(act: OperatorAct): OperatorAct {
  const reason = cut(act.reason);
  if (act.kind !== "override-set") return { ...act, reason };
  return { ...act, reason, override: { ...act.override, reason: cut(act.override.reason) } };
}

function cut(reason: string): string {
  return reason.replaceAll(/\s+/g, " ").slice(0, REASON_CHARACTERS_MAX);
}

/** Removes an act that was taken in. Harmless where it is gone. */
export function removeAct(layout: StateLayout, id: string): void {
  rmSync(join(actsFolder(layout), `${id}.json`), { force: true });
}
