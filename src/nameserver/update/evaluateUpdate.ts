import { type Name, Rcode, RRType, type Update, type UpdateStep } from "../../dns/index.ts";
import { ZoneDraft } from "../zone/zoneDraft.ts";
import { rrsetOfType } from "../zone/zoneNode.ts";
import { isFenced, type ZoneView } from "../zone/zoneView.ts";
import { failedPrerequisite } from "./prerequisites.ts";
import { judgeUpdate, type ZonesBelow } from "./rules/judgeUpdate.ts";
import { type Rule, refusal } from "./rules/refusal.ts";
import { judgeSigningSteps } from "./rules/signingRules.ts";
import { outOfScope, type UpdateRights } from "./scopes.ts";
import { applySteps } from "./updateSteps.ts";

/** What becomes of an UPDATE on a zone as it is. */
export type Evaluated =
  /** Laid over the view it was evaluated on; `changed` may be empty: a repeat. */
  | { readonly kind: "accepted"; readonly draft: ZoneDraft; readonly changed: readonly Name[] }
  | { readonly kind: "condition-failed"; readonly rcode: number; readonly problem: string }
  | { readonly kind: "malformed"; readonly rcode: number; readonly problem: string }
  | {
      readonly kind: "refused";
      readonly rcode: number;
      readonly rule: Rule;
      readonly problem: string;
    };

/** What an UPDATE comes with. */
export interface UpdateTerms {
  /** Of the key that signed it. */
  readonly rights: UpdateRights;
  /** What is wrong behind what could be read; answered once the conditions before it hold. */
  readonly fault?: { readonly rcode: number; readonly problem: string };
  /** Of its message: what it weighs while it waits. */
  readonly octets: number;
}

/** Of what the server asks of itself. */
export const NO_TERMS: UpdateTerms = { rights: "everything", octets: 0 };

/**
 * Evaluates an UPDATE whose writer is known: the key's scope, conditions, steps, then our own
 * rules (RFC 2136 section 3, but for the scope, which comes first: who may not write learns
 * nothing of what is there). Pure.
 */
export function evaluateUpdate(
  view: ZoneView,
  update: Update,
  zonesBelow: ZonesBelow,
  { rights, fault }: UpdateTerms = NO_TERMS,
): Evaluated {
  const beyond = outOfScope(rights, update, view);
  if (beyond !== undefined) {
    return { kind: "refused", rcode: Rcode.REFUSED, rule: "key-scope", problem: beyond };
  }
  const failed = failedPrerequisite(view, update.prerequisites);
  if (failed !== undefined) return { kind: "condition-failed", ...failed };
  if (fault !== undefined) return { kind: "malformed", ...fault };
  const made = judgeSigningSteps(view, update.steps, zonesBelow);
  if (made !== undefined) return { kind: "refused", rcode: Rcode.REFUSED, ...made };
  const draft = new ZoneDraft(view);
  applySteps(draft, update.steps);
  const hiding = update.steps.find((step) => isIgnoredAlias(step, view, draft));
  if (hiding?.kind === "add") {
    const detail = "a CNAME must not hide an endpoint: delete what is held in the same message";
    const refused = refusal("fenced-name-is-not-hidden", hiding.record.name, detail);
    return { kind: "refused", rcode: Rcode.REFUSED, ...refused };
  }
  const changed = draft.changedNames();
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
