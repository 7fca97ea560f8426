import { assertNever } from "../base/index.ts";
import type { Name } from "../dns/index.ts";
import type { Position } from "../plan/index.ts";
import type { Standing } from "./progress.ts";

/**
 * How long a zone that speaks to nobody waits for a person to see to names that are set aside and
 * do not answer all that they should: then the others are not kept from the public any longer. A
 * silent zone leaves every name without an answer (DESIGN.md, rule 1); what a hand took from one
 * name is not made good by that. Until then silence is better: resolvers keep what they hold.
 */
export const SET_ASIDE_MS = 60_000;

type Place =
  /** Nothing is missing: what was planned, pinned or retired is there, or a person's records. */
  | "in-place"
  /** Something is missing that automation may not write: a person must. */
  | "set-aside"
  | "missing";

function placeOf(standing: Standing): Place {
  switch (standing.kind) {
    case "confirmed":
    case "overridden":
    case "retired":
      return "in-place";
    case "quarantined":
    case "not-ours":
      return standing.isWhole ? "in-place" : "set-aside";
    case "unseen":
    case "behind":
    case "drifted":
    case "superseded":
    case "unconfirmed":
    case "unreadable":
    case "refused":
      return "missing";
    default:
      return assertNever(standing);
  }
}

/** Why a person may have to look; undefined where the enactor goes on by itself. */
export function troubleOf(standing: Standing): string | undefined {
  switch (standing.kind) {
    case "quarantined":
    case "not-ours":
    case "refused":
      return standing.why;
    case "superseded":
      return newerText(standing.seen);
    case "confirmed":
    case "overridden":
    case "retired":
    case "unseen":
    case "behind":
    case "drifted":
    case "unconfirmed":
    case "unreadable":
      return undefined;
    default:
      return assertNever(standing);
  }
}

function newerText({ epoch, generation }: Position): string {
  const place = epoch === 0 ? "" : `epoch ${epoch}, `;
  return `the zone knows ${place}generation ${generation}, and no plan known is above it`;
}

interface Counts extends Readonly<Record<Place, number>> {
  /** Since when names are set aside; monotonic, undefined where none is. */
  readonly asideSinceMs: number | undefined;
}

const NONE: Counts = { "in-place": 0, "set-aside": 0, missing: 0, asideSinceMs: undefined };

/** Counts, per zone, the endpoints that keep it from speaking. */
export class ZoneStandings {
  readonly #counts = new Map<Name, Counts>();

  /** Takes a changed standing into the count; `before` undefined: the endpoint is new. */
  moved(zone: Name, before: Standing | undefined, after: Standing, nowMs: number): void {
    const was = before && placeOf(before);
    const is = placeOf(after);
    if (was === is) return;
    const held = this.#counts.get(zone) ?? NONE;
    const counts = { ...held, [is]: held[is] + 1 };
    if (was !== undefined) counts[was] -= 1;
    const asideSinceMs = counts["set-aside"] === 0 ? undefined : (held.asideSinceMs ?? nowMs);
    this.#counts.set(zone, { ...counts, asideSinceMs });
  }

  /**
   * Endpoints for which the zone must not speak yet; 0 also where it has none. One spoilt name does
   * not keep all others silent for ever; where most are spoilt, something else is wrong.
   */
  missing(zone: Name, nowMs: number): number {
    const counts = this.#counts.get(zone) ?? NONE;
    const { missing, "in-place": inPlace, "set-aside": aside, asideSinceMs = nowMs } = counts;
    const isOver = nowMs - asideSinceMs >= SET_ASIDE_MS && aside <= inPlace;
    return isOver ? missing : missing + aside;
  }

  /** Endpoints that lack something, and are set aside. */
  setAside(zone: Name): number {
    return this.#counts.get(zone)?.["set-aside"] ?? 0;
  }
}
