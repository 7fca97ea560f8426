import { assertNever } from "../base/index.ts";
import type { Name } from "../dns/index.ts";
import type { NewEvent } from "../journal/index.ts";
import { type Fence, type Gate, gateText, type PlanEntry, type Position } from "../plan/index.ts";
import type { WriteWhy } from "./decision.ts";

/** What an enactor did, found or refused about one endpoint in one zone store. */
export type Happening =
  | { readonly kind: "enacted"; readonly why: WriteWhy; readonly fence: Fence }
  | { readonly kind: "superseded"; readonly seen: Position }
  /** A write of which nobody can say whether it was applied, or by whom, or for how long. */
  | { readonly kind: "outcome-unknown"; readonly fence: Fence }
  | { readonly kind: "drift-found"; readonly drift: string }
  | { readonly kind: "drift-repaired"; readonly drift: string; readonly fence: Fence }
  | { readonly kind: "quarantined"; readonly why: string; readonly problem: string }
  | { readonly kind: "refused"; readonly problem: string };

/** Where and when it happened. */
export interface HappeningPlace {
  readonly atMs: number;
  readonly actor: string;
  readonly storeId: string;
  readonly entry: PlanEntry;
}

/** A happening as the journal takes it. */
export function eventOf(happening: Happening, place: HappeningPlace): NewEvent {
  const { entry, storeId } = place;
  const base = { atMs: place.atMs, actor: place.actor, subject: entry.endpoint };
  const facts = { store: storeId, zone: entry.zone, generation: entry.generation };
  switch (happening.kind) {
    case "enacted": {
      const text = `${doneText(happening.why, entry)} at ${storeId}: ${entry.cause}`;
      const { edition } = happening.fence;
      return {
        ...base,
        kind: "endpoint-enacted",
        text,
        facts: { ...facts, edition, why: happening.why },
      };
    }
    case "superseded": {
      const { epoch, generation: seen } = happening.seen;
      const text = `generation ${entry.generation} dropped: ${storeId} knows generation ${seen}`;
      return { ...base, kind: "endpoint-superseded", text, facts: { ...facts, seen, epoch } };
    }
    case "outcome-unknown": {
      const { generation, edition } = happening.fence;
      const text =
        `generation ${generation} may have been applied at ${storeId}: ` +
        `edition ${edition} was sent, and not read back`;
      return { ...base, kind: "write-unknown", text, facts: { ...facts, generation, edition } };
    }
    case "drift-found": {
      const text = `drift at ${storeId}: ${happening.drift}`;
      return { ...base, kind: "drift-found", text, facts };
    }
    case "drift-repaired": {
      const { edition, generation, mark } = happening.fence;
      const what = mark?.kind === "override" ? `override ${mark.id}` : `generation ${generation}`;
      const text = `${what} repaired at ${storeId}: ${happening.drift}`;
      return { ...base, kind: "drift-repaired", text, facts: { ...facts, edition } };
    }
    case "quarantined": {
      const text = `nothing is written at ${storeId}: ${happening.problem}`;
      return {
        ...base,
        kind: "endpoint-quarantined",
        text,
        facts: { ...facts, why: happening.why },
      };
    }
    case "refused": {
      const text = `${storeId} refused generation ${entry.generation}: ${happening.problem}`;
      return { ...base, kind: "write-refused", text, facts };
    }
    default:
      return assertNever(happening);
  }
}

function doneText(why: WriteWhy, { generation }: PlanEntry): string {
  switch (why) {
    case "retire":
      return `generation ${generation} is in place, and the name retired`;
    case "revive":
      return `generation ${generation} is in place, and the name back`;
    case "override-ended":
    case "override-cleared":
      return `generation ${generation} is in place of an override`;
    case "create":
    case "advance":
    case "repair":
    case "override-restored":
    case "override-emptied":
    case "recreate":
    case "refence":
      return `generation ${generation} is in place`;
    default:
      return assertNever(why);
  }
}

/** Tells that a zone's gate was lost, and is back as it was last seen. */
export function gatePutBackEvent(
  zone: Name,
  gate: Gate,
  storeId: string,
  actor: string,
  atMs: number,
): NewEvent {
  const text = `the gate of ${zone} at ${storeId} was gone, and is back: ${gateText(gate)}`;
  const facts = { store: storeId, edition: gate.edition, automation: gate.automation };
  const kind = gate.automation === "on" ? "zone-resumed" : "zone-paused";
  return { atMs, kind, actor, subject: zone, text, facts };
}

/** Tells that a zone speaks from now on. */
export function seededEvent(
  zone: Name,
  storeId: string,
  actor: string,
  atMs: number,
  setAside: number,
): NewEvent {
  const but = setAside === 0 ? "" : ` but ${setAside} set aside, which lack something,`;
  const text = `every endpoint of ${zone}${but} is in place at ${storeId}: it may speak`;
  return { atMs, kind: "zone-seeded", actor, subject: zone, text, facts: { store: storeId } };
}
