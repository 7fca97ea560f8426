import type { Name } from "../../dns/index.ts";
import { shownEndsSeconds } from "./stages.ts";
import type { HeldKey, Stage, ZoneSigning } from "./zoneSigning.ts";

/** What signing does, for `status` and metrics. Holds no secret. */
export interface DnssecReport {
  readonly zones: readonly DnssecZoneReport[];
  /** What a person must look at; empty where all is well. */
  readonly problems: readonly string[];
}

/** One zone that is signed, becomes so, or is about to be no more. */
export interface DnssecZoneReport {
  readonly zone: Name;
  readonly stage: Stage;
  readonly sinceSeconds: number;
  /** When the stage ends by itself; undefined: it does not. */
  readonly endsSeconds?: number;
  readonly keys: readonly Pick<HeldKey, "tag" | "role" | "madeSeconds">[];
}

/** The report of these states. */
export function reportOf(
  zones: ReadonlyMap<Name, ZoneSigning>,
  problems: readonly string[],
): DnssecReport {
  return { zones: [...zones.values()].map(zoneReport), problems };
}

/** What may be said of one zone's state. */
export function zoneReport(signing: ZoneSigning): DnssecZoneReport {
  const { zone, stage, sinceSeconds } = signing;
  const keys = signing.keys.map(({ tag, role, madeSeconds }) => ({ tag, role, madeSeconds }));
  const ends = shownEndsSeconds(signing);
  return { zone, stage, sinceSeconds, keys, ...(ends === undefined ? {} : { endsSeconds: ends }) };
}
