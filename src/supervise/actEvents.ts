import type { NewEvent } from "../journal/index.ts";
import type { ActIntake } from "../store/index.ts";
import type { OperatorAct } from "./operatorActs.ts";

/** An act as the plan store takes it in: how the journal tells it, and what comes of it. */
export function intakeOf(act: OperatorAct): ActIntake {
  const { id } = act;
  const events = [eventOf(act)];
  switch (act.kind) {
    case "override-set":
      return { id, events, override: act.override };
    case "override-cleared": {
      const { endpoint, overrideId } = act;
      return { id, events, clear: { endpoint, overrideId } };
    }
    case "epoch-raised":
      return { id, events, epoch: { endpoint: act.endpoint, epoch: act.epoch } };
    case "endpoint-adopted":
    case "gate-set":
      return { id, events };
  }
}

function eventOf(act: OperatorAct): NewEvent {
  const { id, actor, atMs, reason, stores } = act;
  const common = { act: id, reason, stores: stores.join(",") };
  const told = (what: string): string => {
    const why = reason === "" ? "" : `: ${reason}`;
    return `${what} by ${actor}, straight at ${stores.join(", ")}${why}`;
  };
  switch (act.kind) {
    case "override-set": {
      const { override } = act;
      const types = override.rrsets.map(({ type }) => type).join(", ");
      return {
        atMs,
        kind: "override-set",
        actor,
        subject: override.endpoint,
        text: told(`${types} pinned until ${timeText(override.untilMs)}`),
        facts: { ...common, order: override.id, untilMs: override.untilMs, direct: true },
      };
    }
    case "override-cleared":
      return {
        atMs,
        kind: "override-ended",
        actor,
        subject: act.endpoint,
        text: told(`override ${act.overrideId} taken back`),
        facts: { ...common, order: act.overrideId, direct: true },
      };
    case "endpoint-adopted":
      return {
        atMs,
        kind: "endpoint-adopted",
        actor,
        subject: act.endpoint,
        text: told(`adopted with its ${act.types.join(", ")}`),
        facts: { ...common, types: act.types.join(",") },
      };
    case "epoch-raised":
      return {
        atMs,
        kind: "epoch-raised",
        actor,
        subject: act.endpoint,
        text: told(`epoch raised to ${act.epoch}`),
        facts: { ...common, epoch: act.epoch },
      };
    case "gate-set":
      return {
        atMs,
        kind: act.automation === "on" ? "zone-resumed" : "zone-paused",
        actor,
        subject: act.zone,
        text: told(GATE_WORDS[act.automation]),
        facts: { ...common, automation: act.automation },
      };
  }
}

const GATE_WORDS = {
  on: "resumed",
  repairs: "paused but for repairs",
  paused: "paused",
} as const;

// `Date` only converts here: nothing asks it what time it is.
function timeText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
