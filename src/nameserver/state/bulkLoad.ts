import type { Disk } from "../../base/index.ts";
import type { Name, RRset } from "../../dns/index.ts";
import { NameserverError } from "../nameserverError.ts";
import { reserveArena } from "../zone/arena.ts";
import { ArenaBulk } from "../zone/arenaBulk.ts";
import { ArenaImage } from "./imageWriter.ts";
import { stateFilesOf } from "./stateNumbers.ts";

/** A zone that is to be loaded; each apex once. */
export interface BulkZone {
  readonly apex: Name;
  /** Of names in the zone, in any order; of each name and type at most one (RRSIGs: each once). */
  readonly rrsets: Iterable<RRset>;
}

/**
 * Writes whole zones into a state folder that holds none, for tools and benchmarks: no rule is
 * asked, and no nameserver may be running on it. Answers how many names own records.
 *
 * @throws NameserverError `state-not-empty`, `memory-full`; the disk's own error.
 */
export async function bulkLoad(
  disk: Disk,
  zones: Iterable<BulkZone>,
  arenaOctets?: number,
): Promise<number> {
  const [found] = stateFilesOf(await disk.list());
  if (found !== undefined) {
    throw new NameserverError(
      { code: "state-not-empty", file: found.name },
      `Cannot load zones as the state folder must hold none: ${found.name} is there`,
    );
  }
  const arena = reserveArena(arenaOctets);
  const bulk = new ArenaBulk(arena);
  for (const { apex, rrsets } of zones) bulk.add(apex, rrsets);
  const loaded = [...bulk.finish().values()];
  // Not 0: an image says that what came before it is in it.
  await new ArenaImage(arena, loaded).write(disk, "image-1", () => Promise.resolve());
  return loaded.reduce((sum, { nameCount }) => sum + nameCount, 0);
}
