import { assertNever } from "../base/index.ts";
import type { Name } from "../dns/index.ts";
import type { NewEvent } from "../journal/index.ts";
import type { Fence, PlanEntry, Position } from "../plan/index.ts";
import type { WriteWhy } from "./decision.ts";

/** What an enactor did, found or refused about one endpoint in one zone store. */
export type Happening =
  | { readonly kind: "enacted"; readonly why: WriteWhy; readonly fence: Fence }
  | { readonly kind: "superseded"; readonly seen: Position }
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
      const text = `generation ${entry.generation} is in place at ${storeId}: ${entry.cause}`;
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
    case "drift-found": {
      const text = `drift at ${storeId}: ${happening.drift}`;
      return { ...base, kind: "drift-found", text, facts };
    }
    case "drift-repaired": {
      const text = `generation ${entry.generation} repaired at ${storeId}: ${happening.drift}`;
      const { edition } = happening.fence;
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

/** Tells that a zone speaks from now on. */
export function seededEvent(zone: Name, storeId: string, actor: string, atMs: number): NewEvent {
  const text = `every endpoint of ${zone} is in place at ${storeId}: it may speak`;
  return { atMs, kind: "zone-seeded", actor, subject: zone, text, facts: { store: storeId } };
}
