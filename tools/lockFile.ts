// `npm ci` refuses a lock file that does not name every optional package of every platform; and
// `npm install` leaves out those that its registry did not give just then. This adds them.
// Run after a change of dependencies: node tools/lockFile.ts
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** What the lock file says of one package, as far as it matters here. */
export interface LockEntry {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** The packages of a lock file by where they are installed. */
export type LockPackages = Readonly<Record<string, LockEntry>>;

/** An optional package that another one names, and the lock file does not. */
export interface MissingPackage {
  readonly name: string;
  readonly version: string;
  readonly dev: boolean;
}

/** Optional packages that the lock file does not name. */
export function missingPackages(packages: LockPackages): readonly MissingPackage[] {
  return Object.entries(packages).flatMap(([where, { optionalDependencies = {}, dev = false }]) =>
    Object.entries(optionalDependencies)
      .filter(([name]) => {
        const key = `node_modules/${name}`;
        return packages[key] === undefined && packages[`${where}/${key}`] === undefined;
      })
      .map(([name, version]) => ({ name, version: version.replace(/^[\^~]/, ""), dev })),
  );
}

/** The entry of a platform's package: its name ends in `<os>-<cpu>` and perhaps the C library. */
function entryOf({ name, version, dev }: MissingPackage): object {
  const [os, cpu, library = ""] = name.replace(/^.*\/(cli-|binding-)?/, "").split("-");
  const libc = /^musl/.test(library) ? "musl" : /^gnu/.test(library) ? "glibc" : undefined;
  return {
    version,
    cpu: [cpu],
    ...(dev ? { dev } : {}),
    ...(os === "linux" && libc !== undefined ? { libc: [libc] } : {}),
    optional: true,
    os: [os],
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const lock = JSON.parse(readFileSync("package-lock.json", "utf8")) as { packages: LockPackages };
  const missing = missingPackages(lock.packages);
  const added = missing.map((one) => [`node_modules/${one.name}`, entryOf(one)] as const);
  const all = [...Object.entries(lock.packages), ...added];
  const packages = Object.fromEntries(all.sort(([left], [right]) => (left < right ? -1 : 1)));
  writeFileSync("package-lock.json", `${JSON.stringify({ ...lock, packages }, null, 2)}\n`);
  console.log(`added ${missing.length} packages of other platforms`);
}
