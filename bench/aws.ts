// How long the AWS example takes: from nothing to every name right, from one target's failure to
// the last changed answer, and from records lost behind the server's back to the last repair.
// Run: node bench/aws.ts
import { Resolver } from "node:dns/promises";
import { performance } from "node:perf_hooks";
import { awsRegion, loseRecordsOffline, verifiedAll, verify } from "../test/shown/awsRegion.ts";
import { holdfast, holdfastJson } from "../test/shown/tools.ts";

const LOST_NAMES = 100;
const TARGET = "lb-us-east-1-a1";

interface Page {
  readonly entries: readonly {
    readonly endpoint: string;
    readonly rrsets: readonly { readonly records: readonly { readonly rdata: string }[] }[];
  }[];
  readonly next?: string;
}

interface JournalPage {
  readonly events: readonly {
    readonly kind: string;
    readonly subject: string;
    readonly atMs: number;
  }[];
}

const region = await awsRegion();
const api = `http://127.0.0.1:${region.places.apiPort}`;
const resolver = new Resolver({ timeout: 1000, tries: 5 });
resolver.setServers([`127.0.0.1:${region.places.dnsPort}`]);
const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;

try {
  const startMs = performance.now();
  const instance = await region.up();
  console.log(`empty to ready: ${seconds(performance.now() - startMs)}`);
  const verification = await verify(region);
  console.log(`checked: ${verification.sets} RRsets, ${verification.wrong.length} wrong`);

  const targets = (await holdfastJson(region.state, "targets")) as {
    targets: { id: string; ipv4?: string }[];
  };
  const address = targets.targets.find(({ id }) => id === TARGET)?.ipv4 ?? "";
  const affected = await endpointsWith(address);
  await holdfast(region.state, "demo", "fail", TARGET);
  const lastChangedAtMs = await gone(affected, address);
  const downAtMs = await decidedAtMs();
  console.log(
    `${TARGET} down to the last of ${affected.length} changed answers: ` +
      seconds(lastChangedAtMs - downAtMs),
  );

  const supervisor = instance.child.pid ?? 0;
  const lost = await loseRecordsOffline(region, supervisor, LOST_NAMES);
  while (!(await isAnswered("s3.us-west-2.amazonaws.com"))) await pause();
  const answeringMs = performance.now();
  const open = new Set(lost.map((name) => name.replace(/\.$/, "")));
  let firstRepairMs: number | undefined;
  while (open.size > 0) {
    for (const name of open) if (await isAnswered(name)) open.delete(name);
    if (open.size < lost.length) firstRepairMs ??= performance.now();
  }
  console.log(
    `first answer after the loss of ${lost.length} names to first repair: ` +
      `${seconds((firstRepairMs ?? 0) - answeringMs)}, to the last: ` +
      seconds(performance.now() - answeringMs),
  );
  const last = await verifiedAll(region);
  console.log(`checked: ${last.sets} RRsets, ${last.wrong.length} wrong`);
} finally {
  await region.dispose();
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}

async function isAnswered(name: string): Promise<boolean> {
  try {
    return (await resolver.resolve4(name)).length > 0;
  } catch {
    return false;
  }
}

async function endpointsWith(address: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (let after = ""; ; ) {
    const from = after === "" ? "" : `&after=${encodeURIComponent(after)}`;
    const page = (await (await fetch(`${api}/v1/plans/newest?limit=1000${from}`)).json()) as Page;
    for (const { endpoint, rrsets } of page.entries) {
      const held = rrsets.flatMap(({ records }) => records.map(({ rdata }) => rdata));
      if (held.includes(address)) found.push(endpoint.replace(/\.$/, ""));
    }
    if (page.next === undefined) return found;
    after = page.next;
  }
}

/** Wall clock when the last of the names was first answered without the address. */
async function gone(names: readonly string[], address: string): Promise<number> {
  const open = new Set(names);
  let lastMs = Date.now();
  while (open.size > 0) {
    for (const name of open) {
      const answer = await resolver.resolve4(name).catch(() => [address]);
      if (!answer.includes(address)) open.delete(name);
      else break; // still there: look again from the first one
      lastMs = Date.now();
    }
  }
  return lastMs;
}

/** Wall clock when the prober decided that the target is down. */
async function decidedAtMs(): Promise<number> {
  const page = (await (await fetch(`${api}/v1/journal?limit=1000`)).json()) as JournalPage;
  const event = page.events.findLast((one) => one.kind === "target-down" && one.subject === TARGET);
  if (event === undefined) throw new Error("Cannot find the event that the target is down");
  return event.atMs;
}
