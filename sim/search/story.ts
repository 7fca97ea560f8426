import { rdataText, typeText } from "../../src/dns/index.ts";
import { fenceSeen } from "../checkers/checker.ts";
import type { Design } from "../design.ts";
import { runSchedule } from "../runSchedule.ts";
import type { Schedule } from "../schedule/act.ts";
import type { ZoneChange } from "../world/dnsServer.ts";
import type { EndpointState } from "../world/zoneState.ts";

/** How much a story tells. */
export type StoryDetail = "acts and changes" | "everything";

/** Runs a schedule once more, and tells what happens, one line each, in plain words. */
export async function tellStory(
  design: Design,
  schedule: Schedule,
  detail: StoryDetail,
): Promise<readonly string[]> {
  const lines: string[] = [];
  const { scene } = schedule;
  const names = scene.endpoints.map(({ name, types }) => `${name} (${types.join(", ")})`);
  lines.push(
    `Seed ${schedule.seed}: ${scene.enactors} enactors, a ${scene.server} DNS server, ` +
      `and ${names.join(", ")}.`,
  );
  let nowMs = 0;
  const say = (atMs: number, who: string, line: string): void => {
    nowMs = atMs;
    const isShown = detail === "everything" || ["*", "operator", "checker", "hand"].includes(who);
    if (isShown) lines.push(`${clockText(atMs)} ${who === "*" ? "" : `${who}: `}${line}`);
  };
  await runSchedule(design, schedule, {
    story: say,
    onChange: (change) => {
      nowMs = change.atMs;
      for (const line of changeLines(change)) lines.push(`${clockText(nowMs)} ${line}`);
    },
  });
  return lines;
}

function changeLines({ by, before, after }: ZoneChange): readonly string[] {
  const lines: string[] = [];
  if (before.speaks !== after.speaks) {
    lines.push(after.speaks ? "the DNS server speaks for the zone" : "the DNS server falls silent");
  }
  for (const [endpoint, now] of after.endpoints) {
    const was = before.endpoints.get(endpoint);
    if (was === now) continue;
    lines.push(`${by.id} changes ${endpoint}: ${recordsText(now)}; ${fenceLine(now)}`);
  }
  if (before.gate !== after.gate) lines.push(`${by.id} changes the gate`);
  return lines;
}

function recordsText({ records }: EndpointState): string {
  if (records.length === 0) return "no records";
  return records
    .map(({ type, rdata, ttlSeconds }) => {
      const texts = rdata.map((octets) => rdataText(type, octets));
      return `${typeText(type)} ${texts.join(" ")} (${ttlSeconds} s)`;
    })
    .join(", ");
}

function fenceLine({ fence }: EndpointState): string {
  const seen = fenceSeen(fence);
  if (seen.kind === "none") return "no fence";
  if (seen.kind === "malformed") return "a fence that cannot be read";
  const { epoch, generation, edition, mark } = seen.fence;
  const suffix = mark === undefined ? "" : `, ${mark.kind} ${mark.id}`;
  return `generation ${epoch}/${generation}, edition ${edition}${suffix}`;
}

function clockText(ms: number): string {
  const seconds = ms / 1_000;
  return seconds < 3_600
    ? `${seconds.toFixed(3)} s`.padStart(10)
    : `${(seconds / 3_600).toFixed(4)} h`;
}
