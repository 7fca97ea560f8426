import type { NewEvent } from "../journal/index.ts";
import type { Force, PolicyRevision } from "../plan/index.ts";

// What people change in the store is journalled by the store, in the same atomic step: nobody can
// change what is wanted without leaving a trace, and no caller has to remember to.

/** The event of an accepted policy. */
export function policyAccepted(revision: PolicyRevision): NewEvent {
  const { policy, actor } = revision;
  const endpoints = policy.endpoints.length;
  const targets = policy.targets.length;
  return {
    atMs: revision.acceptedAtMs,
    kind: "policy-accepted",
    actor,
    subject: policy.region,
    text: `policy ${revision.revision} accepted: ${endpoints} endpoints, ${targets} targets`,
    facts: { revision: revision.revision, endpoints, targets },
  };
}

/** The event of a forced target. */
export function targetForced(force: Force): NewEvent {
  const { targetId, state, actor, reason, sinceMs } = force;
  return {
    atMs: sinceMs,
    kind: "target-forced",
    actor,
    subject: targetId,
    text: `${state === "drain" ? "drained" : `forced ${state}`} by ${actor}: ${reason}`,
    facts: { state, reason },
  };
}

/** The event of a released target. */
export function targetReleased(force: Force, actor: string, atMs: number): NewEvent {
  const was = force.state === "drain" ? "drained" : `forced ${force.state}`;
  return {
    atMs,
    kind: "target-released",
    actor,
    subject: force.targetId,
    text: `released by ${actor}: was ${was} by ${force.actor}`,
    facts: { was: force.state, forcedBy: force.actor },
  };
}
