import { type Name, Rcode, type Update } from "../dns/index.ts";
import { failedPrerequisite } from "./prerequisites.ts";
import { judgeUpdate, type ZonesBelow } from "./rules/judgeUpdate.ts";
import type { Rule } from "./rules/refusal.ts";
import { applySteps } from "./updateSteps.ts";
import { ZoneDraft } from "./zoneDraft.ts";
import type { ZoneView } from "./zoneView.ts";

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
  const changed = draft.changes().map(({ name }) => name);
  const refused = judgeUpdate({ before: view, after: draft }, changed, zonesBelow);
  if (refused !== undefined) return { kind: "refused", rcode: Rcode.REFUSED, ...refused };
  return { kind: "accepted", draft, changed };
}
