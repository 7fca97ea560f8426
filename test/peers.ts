// Real DNS tools for tests: found on the machine, or installed from Debian's packages where the
// tests may (root, apt). Where they may not, tests are skipped with the reason; in CI that fails.
import { execFileSync } from "node:child_process";
import { existsSync, rmSync, writeFileSync } from "node:fs";

/** The Debian packages that bring each program. */
const PACKAGES: Readonly<Record<string, string>> = {
  chromium: "chromium",
  certbot: "certbot python3-certbot-dns-rfc2136",
  dig: "bind9-dnsutils",
  nsupdate: "bind9-dnsutils",
  kdig: "knot-dnsutils",
  named: "bind9",
  knotd: "knot",
  knotc: "knot",
  delv: "bind9-dnsutils",
  "dnssec-verify": "bind9-utils",
  "named-compilezone": "bind9-utils",
  kzonecheck: "knot-dnssecutils",
  nsd: "nsd",
  "nsd-checkzone": "nsd",
  pdns_server: "pdns-server pdns-backend-sqlite3",
  pdnsutil: "pdns-server",
  gdnsd: "gdnsd",
  unbound: "unbound",
  dnsperf: "dnsperf",
  ip: "iproute2",
  dnsviz: "dnsviz",
  "ldns-verify-zone": "ldnsutils",
  "ldns-read-zone": "ldnsutils",
};
const FOLDERS = ["/usr/bin", "/usr/sbin", "/bin", "/sbin", "/usr/local/bin"];
/** Debian asks it before a package's daemon is started; 101 is "no": tests start their own. */
const POLICY = "/usr/sbin/policy-rc.d";
/** Package installation may wait for another one that holds apt's lock. */
const APT_TIMEOUT_MS = 300_000;

/** Why tests that need `programs` must be skipped; undefined where all of them are there. */
export function missingPeers(...programs: string[]): string | undefined {
  const missing = programs.filter((program) => !isInstalled(program));
  if (missing.length === 0) return undefined;
  const reason = install(missing);
  return reason === undefined ? undefined : skipped(reason).skip;
}

/** Options for node:test that skip a test, with the reason, where a program cannot be had. */
export function needs(...programs: string[]): { readonly skip?: string } {
  const reason = missingPeers(...programs);
  return reason === undefined ? {} : { skip: reason };
}

/** Options for node:test that skip a test with this reason; in CI that is an error. */
export function skipped(reason: string): { readonly skip: string } {
  if (process.env["CI"] === "true") throw new Error(`In CI nothing is skipped: ${reason}`);
  return { skip: reason };
}

function isInstalled(program: string): boolean {
  return FOLDERS.some((folder) => existsSync(`${folder}/${program}`));
}

function install(programs: readonly string[]): string | undefined {
  if (process.getuid?.() !== 0) return `${programs.join(", ")} missing, and not root to install`;
  if (!isInstalled("apt-get")) return `${programs.join(", ")} missing, and there is no apt-get`;
  const packages = [
    ...new Set(programs.flatMap((program) => (PACKAGES[program] ?? program).split(" "))),
  ];
  const apt = (...words: string[]): void => {
    execFileSync("apt-get", ["-o", "DPkg::Lock::Timeout=240", ...words], {
      stdio: ["ignore", "ignore", "inherit"],
      timeout: APT_TIMEOUT_MS,
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
  };
  const isOurs = !existsSync(POLICY);
  if (isOurs) writeFileSync(POLICY, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    apt("update", "-qq");
    apt("install", "-y", "-qq", "--no-install-recommends", ...packages);
  } catch (error) {
    return `Cannot install ${packages.join(", ")}: ${(error as Error).message}`;
  } finally {
    if (isOurs) rmSync(POLICY, { force: true });
  }
  const still = programs.filter((program) => !isInstalled(program));
  return still.length === 0 ? undefined : `${still.join(", ")} missing after installation`;
}
