// Finds what Holdfast needs on this machine, then runs it: dependencies (in a clone), Node 24, and
// the program itself. Plain JavaScript for Node 20, as it is what brings Node 24.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { constants } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Runs TypeScript as it is, and has node:sqlite: what the program is written for. */
const NODE_MAJOR_WANTED = 24;

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const MODULES = join(ROOT, "node_modules");
/** Holds the digest of the package-lock.json that was installed. */
const STAMP = join(MODULES, ".holdfast-installed");

/** A path inside the package. */
export function fromRoot(...parts) {
  return join(ROOT, ...parts);
}

/** Runs the program with these arguments, and ends this process as it ended. */
export async function runMain(args) {
  installMissing();
  const main = fromRoot("src", "main.ts");
  await runNode([isClone() ? main : fromRoot("dist", "main.js"), ...args]);
}

/** Installs what package-lock.json names and is not there. A published package never does this. */
export function installMissing() {
  if (!isClone() || isInstalled()) return;
  process.stderr.write("Installing what is missing (npm ci): about a minute, only this once...\n");
  const npm = process.env.npm_execpath ?? "";
  const [command, first] = /npm-cli\.c?js$/.test(npm) ? [process.execPath, [npm]] : ["npm", []];
  const words = [...first, "ci", "--no-audit", "--no-fund", "--loglevel=error"];
  // Node 24 is an optional dependency, and the tests' tools are development ones: both are wanted
  // whatever this machine's npm leaves out by itself.
  const install = spawnSync(command, [...words, "--include=optional", "--include=dev"], {
    cwd: ROOT,
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (install.status !== 0) {
    const now = install.error?.message ?? `npm ended with ${install.status ?? install.signal}`;
    throw new Error(
      `Cannot install the dependencies: ${now}.\n` +
        `See npm's message above; then run \`npm ci\` in ${ROOT}, and this command again.`,
    );
  }
  writeFileSync(STAMP, lockDigest());
}

/** A clone has sources, and lies in nobody's node_modules. */
function isClone() {
  return existsSync(fromRoot("src", "main.ts")) && basename(dirname(ROOT)) !== "node_modules";
}

function isInstalled() {
  if (existsSync(STAMP)) return readFileSync(STAMP, "utf8") === lockDigest();
  // Installed by hand (`npm ci`): npm's own record of it is younger than what it was asked for.
  const record = join(MODULES, ".package-lock.json");
  const lock = fromRoot("package-lock.json");
  if (!existsSync(record) || statSync(record).mtimeMs < statSync(lock).mtimeMs) return false;
  writeFileSync(STAMP, lockDigest());
  return true;
}

function lockDigest() {
  return createHash("sha256")
    .update(readFileSync(fromRoot("package-lock.json")))
    .digest("hex");
}

/** A Node 24 or newer: this one, or the one that npm brought. Throws where there is none. */
export function findNode() {
  if (Number(process.versions.node.split(".")[0]) >= NODE_MAJOR_WANTED) return process.execPath;
  const name = `node-${process.platform}-${process.arch}`;
  try {
    const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
    const node = join(dirname(manifest), "bin", "node");
    if (existsSync(node)) return node;
  } catch {
    // Not installed: the message below says so.
  }
  throw new Error(
    `Cannot run Holdfast as it needs Node ${NODE_MAJOR_WANTED} or newer: this is Node ` +
      `${process.versions.node}, and npm brought none for ${process.platform} ${process.arch} ` +
      `(package ${name}).\nRun \`npm ci --include=optional\` again, or install Node ` +
      `${NODE_MAJOR_WANTED} from https://nodejs.org and run the same command with it.`,
  );
}

/** Compiled code is kept between starts: a region is nine processes, on two cores. */
function compileCache() {
  // An installed package may lie in a folder of somebody else's: there main.ts finds a place.
  if (process.env.NODE_COMPILE_CACHE !== undefined || !isClone()) return {};
  const folder = join(MODULES, ".cache", "holdfast");
  mkdirSync(folder, { recursive: true });
  return { NODE_COMPILE_CACHE: folder };
}

/** Runs Node 24 with these arguments, and ends this process as that one ended. */
export async function runNode(args) {
  const node = findNode();
  const child = spawn(node, args, {
    stdio: "inherit",
    env: { ...process.env, ...compileCache() },
  });
  // Ctrl-C reaches the child as well, which stops in order: this process only waits for it.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
    process.on(signal, () => child.kill(signal));
  const ended = await new Promise((resolve) => {
    child.once("error", (error) => resolve({ error }));
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
  if (ended.error !== undefined) {
    throw new Error(
      `Cannot start Node ${NODE_MAJOR_WANTED} (${node}): ${ended.error.message}.\nThe copy that ` +
        "npm brought may not fit this system (Alpine, for one): install Node " +
        `${NODE_MAJOR_WANTED} from https://nodejs.org and run the same command with it.`,
    );
  }
  // As a shell tells it: 128 and the number of the signal that ended it.
  process.exitCode = ended.code ?? 128 + (constants.signals[ended.signal] ?? 0);
}
