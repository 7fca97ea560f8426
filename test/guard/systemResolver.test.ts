// The set-ups that docs/guard.md describes, run: resolv.conf, and systemd-resolved in between. In
// namespaces of their own, so that this machine's own files and network are left alone.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { needs, skipped } from "../peers.ts";
import type { Seen } from "./systemWorld.ts";

const WORLD = fileURLToPath(new URL("systemWorld.ts", import.meta.url));
const GUIDE = fileURLToPath(new URL("../../docs/guard.md", import.meta.url));
const CONFIG = "policy:\n  minAge: 0s\n  confirm: 10m\n";
const RESOLVED_USER = "systemd-resolve:x:991:991::/run:/usr/sbin/nologin\n";

/** Namespaces need root and Linux. */
const NAMESPACES =
  process.getuid?.() === 0
    ? needs("curl", "dig", "ip", "unshare")
    : skipped("not root: no namespaces");

/** A file of docs/guard.md, by a line that stands in it. */
function documented(line: string): string {
  const guide = readFileSync(GUIDE, "utf8");
  const found = [...guide.matchAll(/```\w+\n([\s\S]*?)```/g)].find(([, text]) =>
    text?.includes(line),
  );
  assert.ok(found?.[1] !== undefined, `docs/guard.md shows ${line}`);
  return found[1];
}

/** Runs the world where these files stand in the place of the system's. */
function seenWith(
  folder: string,
  files: Readonly<Record<string, string>>,
  prelude: readonly string[],
  ...words: string[]
): Seen {
  const mounts = Object.entries(files).map(([path, text], at) => {
    const own = join(folder, `file${at}`);
    writeFileSync(own, text);
    return `mount --bind ${own} ${path}`;
  });
  const config = join(folder, "guard.yaml");
  writeFileSync(config, CONFIG);
  const script = ["ip link set lo up", ...mounts, ...prelude, 'exec "$@"'].join(" && ");
  const own = ["--mount", "--net", "--pid", "--fork", "--kill-child", "sh", "-c", script, "sh"];
  const world = [process.execPath, WORLD, config, ...words];
  const options = { encoding: "utf8", timeout: 120_000 } as const;
  return JSON.parse(execFileSync("unshare", [...own, ...world], options)) as Seen;
}

function assertHeld(seen: Seen): void {
  const good = { getent: "127.0.0.5", curl: "the service" };
  assert.deepEqual([seen.before, seen.during, seen.upstream], [good, good, ""]);
}

test(
  "getent and curl go on through resolv.conf while the upstream denies a name",
  NAMESPACES,
  () => {
    const folder = mkdtempSync(join(tmpdir(), "hf-system-"));
    try {
      const [, line = ""] =
        /echo "(.*)" > \/etc\/resolv\.conf/.exec(documented("resolv.conf")) ?? [];
      assertHeld(seenWith(folder, { "/etc/resolv.conf": `${line}\n` }, []));
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);

/** systemd-resolved, unpacked into a folder: installing it would change this machine's own. */
function unpackResolved(folder: string): string | undefined {
  try {
    execFileSync("apt-get", ["-qq", "download", "systemd-resolved"], {
      cwd: folder,
      stdio: "pipe",
    });
    const [deb = ""] = readdirSync(folder).filter((name) => name.endsWith(".deb"));
    execFileSync("dpkg-deb", ["-x", deb, "root"], { cwd: folder, stdio: "pipe" });
    const program = ["lib", "usr/lib"]
      .map((place) => join(folder, "root", place, "systemd", "systemd-resolved"))
      .find((place) => existsSync(place));
    if (program !== undefined) execFileSync(program, ["--version"], { stdio: "pipe" });
    return program;
  } catch {
    return undefined;
  }
}

test("so they do through systemd-resolved, set up as docs/guard.md says", NAMESPACES, (context) => {
  const folder = mkdtempSync(join(tmpdir(), "hf-system-"));
  try {
    const resolved = unpackResolved(folder);
    if (resolved === undefined) {
      context.skip(skipped("systemd-resolved cannot be had here").skip);
      return;
    }
    const settings = join(folder, "systemd", "resolved.conf.d");
    mkdirSync(settings, { recursive: true });
    writeFileSync(join(settings, "guard.conf"), documented("[Resolve]"));
    const files = {
      "/etc/resolv.conf": "nameserver 127.0.0.53\noptions edns0\n",
      "/etc/passwd": `${readFileSync("/etc/passwd", "utf8")}${RESOLVED_USER}`,
      "/etc/group": `${readFileSync("/etc/group", "utf8")}systemd-resolve:x:991:\n`,
    };
    // It asks nobody while there is no network besides loopback: a pair of ends is enough of one.
    const network = [
      "ip link add end0 type veth peer name end1",
      "ip address add 192.0.2.10/24 dev end0",
      "ip link set end0 up",
      "ip link set end1 up",
    ];
    const mounts = [
      "mount -t tmpfs tmpfs /run",
      "mkdir /run/systemd",
      `mount --bind ${join(folder, "systemd")} /etc/systemd`,
    ];
    assertHeld(seenWith(folder, files, [...network, ...mounts], resolved));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
