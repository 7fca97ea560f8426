// Go programs under go/, built once for all tests of a file, where Go and its module proxy are.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";
import { skipped } from "../../peers.ts";

const SOURCES = fileURLToPath(new URL("go", import.meta.url));
const GO_FOLDERS = ["/usr/local/go/bin", "/usr/lib/go/bin", "/usr/bin"];
/** Of go/go.mod; Debian's own is older. */
const GO_MINOR_MIN = 26;
/** Some 100 modules. */
const DOWNLOAD_MS_MAX = 300_000;
/** Some 100 s of CPU, Go's own packages included, where nothing was built before. */
const BUILD_MS_MAX = 1_200_000;

/** The folder of the built programs, or why there are none. */
export interface GoPrograms {
  readonly folder: string;
  /** For node:test, as `needs()` gives it. */
  readonly needed: { readonly skip?: string };
}

/** Builds them all; a failure to fetch skips, a failure to compile throws. */
export function buildGoPrograms(): GoPrograms {
  const folder = mkdtempSync(join(tmpdir(), "hf-go-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const go = findGo();
  if (go === undefined) return missing(folder, `Go 1.${GO_MINOR_MIN} missing`);
  const run = (timeout: number, ...words: string[]): void => {
    // One package at a time and niced: other tests are under way.
    execFileSync("nice", ["-n", "10", go, ...words], {
      cwd: SOURCES,
      timeout,
      stdio: ["ignore", "ignore", "pipe"], // into the error
      env: {
        ...process.env,
        CGO_ENABLED: "0",
        GOTOOLCHAIN: "local",
        GOWORK: "off",
        GOFLAGS: "-buildvcs=false",
      },
    });
  };
  try {
    run(DOWNLOAD_MS_MAX, "list", "-deps", "./...");
  } catch (error) {
    return missing(folder, `Go's modules cannot be had: ${(error as Error).message}`);
  }
  // Much is compiled and little of it runs: without optimizing, a third less work.
  run(BUILD_MS_MAX, ...["build", "-p", "1", "-gcflags=all=-N -l", "-o", `${folder}/`, "./..."]);
  return { folder, needed: {} };
}

function missing(folder: string, reason: string): GoPrograms {
  return { folder, needed: skipped(reason) };
}

function findGo(): string | undefined {
  return GO_FOLDERS.map((folder) => `${folder}/go`).find((go) => {
    if (!existsSync(go)) return false;
    const version = execFileSync(go, ["env", "GOVERSION"], { encoding: "utf8" });
    return Number(/^go1\.(\d+)/.exec(version)?.[1]) >= GO_MINOR_MIN;
  });
}
