import type { ZoneData } from "../zone/zoneData.ts";
import { ArenaRecords } from "./arenaRecords.ts";
import type { RecordSource } from "./recordSource.ts";
import { soaRecordOf } from "./zoneDelta.ts";

/** One version of a zone, held until it is closed, whatever is committed meanwhile. */
export interface OpenedZone {
  /** The SOA record from its type on. */
  readonly soa: Uint8Array;
  /** Every other record. */
  readonly records: RecordSource;
  /** Gives the version back. Once. */
  readonly close: () => void;
}

/** Opens a zone's newest version; undefined before it was set up. */
export function openZone(zone: ZoneData): OpenedZone | undefined {
  const soa = soaRecordOf(zone);
  if (soa === undefined) return undefined;
  const { arena, number } = zone;
  const held = arena.settling.hold(arena.version);
  const records = new ArenaRecords(arena, arena.root, number);
  return { soa, records, close: () => arena.settling.release(held) };
}
