import type { Force, Policy } from "../plan/index.ts";
import { FORCES_MAX } from "./limits.ts";
import { refused } from "./storeError.ts";

/** Throws StoreError `refused` where a policy is not of this region. */
export function checkPolicy(policy: Policy, region: string): void {
  if (policy.region === region) return;
  throw refused(`Cannot accept the policy as its region must be ${region}: it is ${policy.region}`);
}

/**
 * Whether a force says something new. Throws StoreError `refused` where there are too many.
 *
 * @param held the force of the same target; undefined where there is none.
 */
export function checkForce(
  force: Omit<Force, "sinceMs">,
  held: Force | undefined,
  count: number,
): "new" | "same" {
  if (held !== undefined) {
    const { state, actor, reason } = held;
    const same = state === force.state && actor === force.actor && reason === force.reason;
    return same ? "same" : "new";
  }
  if (count < FORCES_MAX) return "new";
  throw refused(
    `Cannot force ${force.targetId} as at most ${FORCES_MAX} targets may be forced: ${count} are`,
  );
}
