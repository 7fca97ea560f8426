import { assertNever } from "../base/index.ts";
import type { Name } from "../dns/index.ts";
import type { Position } from "../plan/index.ts";
import type { Standing } from "./progress.ts";

/** Whether nothing is missing at the endpoint: what was planned, pinned or retired is in place. */
function isInPlace(standing: Standing): boolean {
  switch (standing.kind) {
    case "confirmed":
    case "overridden":
    case "retired":
      return true;
    case "unseen":
    case "behind":
    case "drifted":
    case "superseded":
    case "quarantined":
    case "not-ours":
    case "unconfirmed":
    case "unreadable":
    case "refused":
      return false;
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
  return `the zone knows ${place}generation ${generation}, newer than any plan known`;
}

/** Counts, per zone, the endpoints of which something is still missing. */
export class ZoneStandings {
  readonly #missing = new Map<Name, number>();

  /** Takes a changed standing into the count; `before` undefined: the endpoint is new. */
  moved(zone: Name, before: Standing | undefined, after: Standing): void {
    const was = before !== undefined && !isInPlace(before) ? 1 : 0;
    const is = isInPlace(after) ? 0 : 1;
    if (was !== is) this.#missing.set(zone, this.missing(zone) + is - was);
  }

  /** Endpoints of the zone that are not in place; 0 also where it has none. */
  missing(zone: Name): number {
    return this.#missing.get(zone) ?? 0;
  }
}
