// How often enactors ask a DNS server that does not answer.
import { nameOf } from "../../../src/dns/index.ts";
import { OURS } from "../../ours/ours.ts";
import { runSchedule } from "../../runSchedule.ts";
import { observedDesign } from "../observedDesign.ts";
import { sceneOf } from "./smallRegion.ts";

const MINUTE_MS = 60_000;
const BEGIN_MS = 30_000;

/** Questions and writes of all enactors, by minute of the cut. */
export interface AsksPerMinute {
  readonly first: number;
  readonly last: number;
  readonly most: number;
}

/** Cuts DNS off from a region of ours, and counts what its enactors send meanwhile. */
export async function asksWhileCutOff(seed: number, minutes: number): Promise<AsksPerMinute> {
  const scene = sceneOf(
    ["signin", "queue", "store"].map((label) => nameOf(`${label}.use1.example`)),
  );
  const counts = new Array<number>(minutes).fill(0);
  const observed = observedDesign(OURS, {
    asked: (atMs, by, to) => {
      const minute = Math.floor((atMs - BEGIN_MS) / MINUTE_MS);
      const isCounted = to === "dns" && by.startsWith("enactor") && minute in counts;
      if (isCounted) counts[minute] = (counts[minute] ?? 0) + 1;
    },
  });
  const cut = { from: "*", to: "dns", perMille: 1000, delayMsMax: 0, forMs: minutes * MINUTE_MS };
  const act = { kind: "link", fault: "cut-off", ...cut } as const;
  const endMs = BEGIN_MS + minutes * MINUTE_MS;
  await runSchedule(
    observed,
    { seed, scene, acts: [{ n: 0, atMs: BEGIN_MS, act }], endMs },
    { goesOn: true },
  );
  return { first: counts[0] ?? 0, last: counts.at(-1) ?? 0, most: Math.max(...counts) };
}
