import { assertNever } from "../base/index.ts";
import type { Name } from "../dns/index.ts";
import { pinText } from "./orderText.ts";
import type { PlanEntry } from "./plan.ts";
import type { Decision } from "./plannerDecide.ts";
import type { Ruled } from "./plannerRuling.ts";
import type { EndpointPolicy } from "./policy.ts";

/** Something about one endpoint's decision that a person should know. */
export interface PlanNote {
  readonly endpoint: Name;
  readonly kind:
    | "failed-open"
    | "failed-over"
    | "all-forced-out"
    | "capacity-held"
    | "type-kept"
    | "nothing-known"
    | "overridden"
    | "rolled-back"
    | "retired"
    | "order-waits";
  /** One line for people. */
  readonly text: string;
}

/** Target ids shown in one line; more are counted. */
const IDS_SHOWN_MAX = 3;

/** What is out of the ordinary about a decision, in a fixed order; usually nothing. */
export function notesOf(endpoint: EndpointPolicy, decision: Decision): readonly PlanNote[] {
  const notes: PlanNote[] = [];
  const note = (kind: PlanNote["kind"], text: string): void => {
    notes.push({ endpoint: endpoint.name, kind, text });
  };
  const mode = modeNote(endpoint, decision);
  if (mode !== undefined) note(mode.kind, mode.text);
  if (decision.held.length > 0) {
    const ids = shownIds(decision.held.map((member) => member.target.target.id));
    const stay = decision.held.length === 1 ? "stays" : "stay";
    note("capacity-held", `${ids} ${stay} for now: ${velocityText(endpoint)}`);
  }
  for (const { type, because } of decision.keptTypes) {
    const reason =
      because === "not-in-policy"
        ? "no longer in the configuration, and only a tombstone takes addresses away"
        : "no target that may serve has such an address";
    note("type-kept", `${type} is kept: ${reason}`);
  }
  if (decision.chosen.length > 0 && decision.chosen.every((member) => member.unknown)) {
    note("nothing-known", "serves all targets: none was probed yet");
  }
  return notes;
}

/** What people's orders make of an endpoint, in a fixed order; usually nothing. */
export function orderNotes(
  endpoint: Name,
  { ruling, problems }: Ruled,
  held: PlanEntry | undefined,
  inPolicy: boolean,
): readonly PlanNote[] {
  const notes: PlanNote[] = [];
  if (ruling.kind === "pin") {
    const kind = ruling.pin.kind === "override" ? "overridden" : "rolled-back";
    notes.push({ endpoint, kind, text: pinText(ruling.pin) });
  }
  if (ruling.kind === "keep" && held?.kind === "tombstone" && inPolicy) {
    const text = `retired (${held.tombstoneId}): it is configured, but only a revival counts`;
    notes.push({ endpoint, kind: "retired", text });
  }
  for (const { id, why } of problems) {
    notes.push({ endpoint, kind: "order-waits", text: `${id} waits: ${why}` });
  }
  return notes;
}

function modeNote(
  endpoint: EndpointPolicy,
  { mode, poolId, chosen }: Decision,
): Pick<PlanNote, "kind" | "text"> | undefined {
  switch (mode) {
    case "healthy":
      return undefined;
    case "failed-over":
      return {
        kind: "failed-over",
        text: `serves pool ${poolId}: those before it are under the floor of ${endpoint.floor}`,
      };
    case "fail-open": {
      const usable = chosen.filter((member) => member.standing === "usable").length;
      const standing = `${usable} of ${chosen.length} usable, the floor is ${endpoint.floor}`;
      return { kind: "failed-open", text: `serves all of pool ${poolId}: ${standing}` };
    }
    case "held":
      return {
        kind: "all-forced-out",
        text: `serves what it served: operators took out all of pool ${poolId}`,
      };
    default:
      return assertNever(mode);
  }
}

/** The velocity limit of an endpoint for people: `at most 50% of capacity may leave in 10 s`. */
export function velocityText({ velocity }: EndpointPolicy): string {
  const percent = Math.round(velocity.fractionMax * 1000) / 10;
  return `at most ${percent}% of capacity may leave in ${velocity.windowMs / 1000} s`;
}

/** A few ids and how many more: `lb-a1, lb-a2, lb-a3 and 4 more`. */
export function shownIds(ids: readonly string[]): string {
  const shown = ids.slice(0, IDS_SHOWN_MAX).join(", ");
  return ids.length > IDS_SHOWN_MAX ? `${shown} and ${ids.length - IDS_SHOWN_MAX} more` : shown;
}
