// The architecture as data: which room stands on which floor, and which rooms are pure.

/** Floors from the ground up. A room imports only rooms of lower floors, through their doors. */
export const FLOORS: readonly (readonly string[])[] = [
  ["base"],
  ["dns", "platform"],
  ["net", "packet"],
  ["plan"],
  ["journal", "config"],
  ["health", "store", "enact", "provider", "nameserver", "guard"],
  ["supervise", "demo"],
  ["api"],
  ["cli"],
  ["roles"],
  ["main"],
];

/** Rooms that may not touch time, chance, network, disk or Node itself: only ports of base. */
export const PURE_ROOMS: ReadonlySet<string> = new Set([
  "base",
  "dns",
  "plan",
  "packet",
  "journal",
  "config",
  "health",
  "enact",
  "provider",
  "nameserver",
]);

/** Folders of otherwise impure rooms that are pure all the same. */
export const PURE_FOLDERS: readonly string[] = [
  "src/store/memory/",
  "src/supervise/machine/",
  "src/guard/machine/",
  "src/guard/upstream/",
  "src/guard/forwarder/",
];

/** The impure rooms that a pure one must never import, however low they stand. */
export const OUTSIDE: ReadonlySet<string> = new Set(["platform", "net"]);

/** Packages that only compute, and so are welcome in pure rooms. */
export const PURE_PACKAGES: readonly string[] = ["@noble/hashes", "zod", "yaml"];

/**
 * Second doors of rooms, for whoever runs without the rest: dns/stub for the guard's library, which
 * must stay a few kilobytes, and the forwarder's threads, of which each has a memory of its own.
 */
const SECOND_DOORS: ReadonlyMap<string, string> = new Map([
  ["dns", "src/dns/stub/index.ts"],
  ["guard", "src/guard/forwarder/fast/index.ts"],
]);

/** Doors of a room. */
export function doorsOf(room: string): readonly string[] {
  const second = SECOND_DOORS.get(room);
  return [`src/${room}/index.ts`, ...(second === undefined ? [] : [second])];
}

/** The floor of a room, or undefined where the table does not know it. */
export function floorOf(room: string): number | undefined {
  const floor = FLOORS.findIndex((rooms) => rooms.includes(room));
  return floor === -1 ? undefined : floor;
}
