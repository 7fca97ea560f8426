import { Rcode } from "../../dns/index.ts";
import { NameserverError } from "../nameserverError.ts";
import type { Rule } from "./rules/refusal.ts";

/** What is answered to an UPDATE. */
export interface UpdateOutcome {
  readonly rcode: number;
  /** Why, for a person; undefined where it was done. */
  readonly problem?: string;
  /** A prerequisite did not hold: somebody else was faster. */
  readonly isConditionFailed?: boolean;
  /** The rule of ours that refused it. */
  readonly rule?: Rule;
}

/** It was done. */
export const DONE: UpdateOutcome = { rcode: Rcode.NOERROR };

/** The disk did not take it. */
export const NOT_DURABLE: UpdateOutcome = {
  rcode: Rcode.SERVFAIL,
  problem: "Cannot update as the change must be durable: the disk did not take it",
};

const NO_MEMORY: UpdateOutcome = {
  rcode: Rcode.SERVFAIL,
  problem: "Cannot update as the zones must fit the server's memory: they would not",
};

/** A bug: the log says which. */
export const FAILED: UpdateOutcome = {
  rcode: Rcode.SERVFAIL,
  problem: "Cannot update as the server failed: see its log",
};

/** What is answered to a change that cannot be made by itself. */
export function outcomeOf(error: unknown): UpdateOutcome {
  if (!(error instanceof NameserverError)) return FAILED;
  if (error.fault.code === "memory-full") return NO_MEMORY;
  if (error.fault.code === "signing-too-long") {
    return { rcode: Rcode.REFUSED, rule: "cut-changes-few", problem: error.message };
  }
  return FAILED;
}
