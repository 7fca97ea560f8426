// The AWS example on ports of its own, and what is done to it: shared by the test, which checks
// what must be so, and by bench/aws.ts, which prints how long it took.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type Verification, verifyNames } from "../../examples/aws/verifyNames.ts";
import { nameOf, RRType } from "../../src/dns/index.ts";
import { editState } from "../../src/nameserver/index.ts";
import { DiskFolder } from "../../src/net/index.ts";
import { fenceName } from "../../src/plan/index.ts";
import { freePlaces, Region } from "../processes/instance.ts";

const EXAMPLE = fileURLToPath(new URL("../../examples/aws/holdfast.yaml", import.meta.url));
const LOOK_EVERY_MS = 20;
const WAIT_MS_MAX = 120_000;

/** A region of 10,717 endpoints, not started. */
export async function awsRegion(): Promise<Region> {
  const places = await freePlaces();
  const text = readFileSync(EXAMPLE, "utf8")
    .replace("127.0.0.1:5301", `127.0.0.1:${places.dnsPort}`)
    .replace("127.0.0.1:8054", `127.0.0.1:${places.apiPort}`)
    .replaceAll("- regions/", `- ${join(dirname(EXAMPLE), "regions")}/`);
  return new Region(places, text);
}

/** Compares every name with the newest plan. */
export function verify(region: Region): Promise<Verification> {
  const { apiPort, dnsPort } = region.places;
  return verifyNames(`http://127.0.0.1:${apiPort}`, `127.0.0.1:${dnsPort}`);
}

/** Waits until every name is right; gives the last comparison. */
export async function verifiedAll(region: Region): Promise<Verification> {
  const deadlineMs = performance.now() + WAIT_MS_MAX;
  for (;;) {
    const verification = await verify(region);
    if (verification.wrong.length === 0 || performance.now() > deadlineMs) return verification;
    await wait(LOOK_EVERY_MS);
  }
}

/** Kills the nameserver, takes records of `count` endpoints out of its state, lets it come back. */
export async function loseRecordsOffline(
  region: Region,
  supervisorPid: number,
  count: number,
): Promise<readonly string[]> {
  const nameserver = await region.pid("nameserver");
  process.kill(supervisorPid, "SIGSTOP"); // or it would start the nameserver under our hands
  process.kill(nameserver, "SIGKILL");
  while (isThere(nameserver)) await wait(LOOK_EVERY_MS);
  const disk = await DiskFolder.open(join(region.state, "nameserver"));
  const lost: string[] = [];
  await editState(disk, (editor) => {
    const zone = nameOf("amazonaws.com");
    const fenced = editor.names(zone).filter((name) => name.startsWith("_holdfast."));
    for (const fence of fenced.sort().slice(0, count)) {
      const endpoint = nameOf(fence.slice("_holdfast.".length));
      const isAddress = (type: number): boolean => type === RRType.A || type === RRType.AAAA;
      const held = editor.rrsets(zone, endpoint);
      editor.set(
        zone,
        endpoint,
        held.filter(({ type }) => !isAddress(type)),
      );
      // Every second one loses its fence too: only an enactor's memory knows of it.
      if (lost.length % 2 === 1) editor.set(zone, fenceName(endpoint), []);
      lost.push(endpoint);
    }
  });
  await disk.close();
  process.kill(supervisorPid, "SIGCONT");
  return lost;
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return !/\) Z /.test(stat);
  } catch {
    return false;
  }
}
