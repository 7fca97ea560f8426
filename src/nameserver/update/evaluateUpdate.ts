import { type Name, Rcode, RRType, type Update, type UpdateStep } from "../../dns/index.ts";
import { ZoneDraft } from "../zone/zoneDraft.ts";
import { rrsetOfType } from "../zone/zoneNode.ts";
import { isFenced, type ZoneView } from "../zone/zoneView.ts";
import { failedPrerequisite } from "./prerequisites.ts";
import { judgeUpdate, type ZonesBelow } from "./rules/judgeUpdate.ts";
import { type Rule, refusal } from "./rules/refusal.ts";
import { applySteps } from "./updateSteps.ts";

/** What becomes of an UPDATE on a zone as it is. */
export type Evaluated =
  /** Laid over the view it was evaluated on; `changed` may be empty: a repeat. */
  | { readonly kind: "accepted"; readonly draft: ZoneDraft; readonly changed: readonly Name[] }
  | { readonly kind: "condition-failed"; readonly rcode: number; readonly problem: string }
  | {
      readonly kind: "refused";
      readonly rcode: number;
      readonly rule: Rule;
      readonly problem: string;
    };

/** Evaluates an UPDATE whose writer is known: conditions, steps, then our own rules. Pure. */
export function evaluateUpdate(view: ZoneView, update: Update, zonesBelow: ZonesBelow): Evaluated {
  const failed = failedPrerequisite(view, update.prerequisites);
  if (failed !== undefined) return { kind: "condition-failed", ...failed };
  const draft = new ZoneDraft(view);
  applySteps(draft, update.steps);
  const hiding = update.steps.find((step) => isIgnoredAlias(step, view, draft));
  if (hiding?.kind === "add") {
    const detail = "a CNAME must not hide an endpoint: delete what is held in the same message";
    const refused = refusal("fenced-name-is-not-hidden", hiding.record.name, detail);
    return { kind: "refused", rcode: Rcode.REFUSED, ...refused };
  }
  const changed = draft.changes().map(({ name }) => name);
  const refused = judgeUpdate({ before: view, after: draft }, changed, zonesBelow);
  if (refused !== undefined) return { kind: "refused", rcode: Rcode.REFUSED, ...refused };
  return { kind: "accepted", draft, changed };
}

/**
 * RFC 2136 section 3.4.2.2 ignores a CNAME beside other types in silence. At an endpoint that is
 * said aloud: whoever sends it believes that the name has moved.
 */
function isIgnoredAlias(step: UpdateStep, before: ZoneView, after: ZoneView): boolean {
  if (step.kind !== "add" || step.record.type !== RRType.CNAME) return false;
  const { name } = step.record;
  return isFenced(before, name) && rrsetOfType(after.node(name), RRType.CNAME) === undefined;
}
