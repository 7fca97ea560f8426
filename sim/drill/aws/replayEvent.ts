import { assert } from "../../../src/base/index.ts";
import type { Design, DesignWorld } from "../../design.ts";
import { design2025, LONG_PACE } from "../../history/historyDesign.ts";
import { applyPart, type PlanFile } from "../../history/planTree.ts";
import { OURS } from "../../ours/ours.ts";
import { runSchedule } from "../../runSchedule.ts";
import { type AnsweringSince, DEPENDENTS, followDependent, hoursLost } from "../dependents.ts";
import { observedDesign } from "../observedDesign.ts";
import type { DependentReplay, DesignReplay, Replay } from "../replay.ts";
import {
  DEPENDENTS_END_MS,
  DETAIL_FROM_MS,
  DETAIL_TO_MS,
  END_MS,
  ENDPOINT,
  EVENT,
  eventSchedule,
  LATE_ENACTOR,
  LATE_FROM_MS,
  LATE_TO_MS,
  RACE_FROM_MS,
  RACE_TO_MS,
  REPAIR_MS,
  START_MS,
} from "./eventSchedule.ts";
import { Recorder } from "./recorder.ts";

const POSITIVE_TTL_SECONDS = 5;
/** The default of zones in that cloud, which fits 09:25 to 09:40; and the most that ours allows. */
export const NEGATIVE_TTL_SECONDS = { "2025": 900, holdfast: 30 } as const;

/** Replays the event under both designs, with one schedule. */
export async function replayEvent(seed: number): Promise<Replay> {
  const then = await replay2025(seed);
  const ours = await replayDesign(OURS, seed, recorderOf("holdfast", "Holdfast"));
  return {
    id: "aws-2025-10-20",
    title: "20 October 2025, replayed",
    endpoint: ENDPOINT.slice(0, -1),
    seed,
    startMs: START_MS,
    endMs: END_MS,
    raceFromMs: RACE_FROM_MS,
    raceToMs: RACE_TO_MS,
    event: EVENT,
    designs: [then, ours],
    dependents: dependentsOf([then, ours], seed),
    dependentsEndMs: DEPENDENTS_END_MS,
    positiveTtlSeconds: POSITIVE_TTL_SECONDS,
    negativeTtlSeconds: NEGATIVE_TTL_SECONDS,
  };
}

function replay2025(seed: number): Promise<DesignReplay> {
  let newest: PlanFile | undefined;
  let world: DesignWorld | undefined;
  const recorder = recorderOf("2025", "The design of 2025", (begun) => {
    world = begun;
    begun.later(REPAIR_MS - START_MS, () => {
      assert(newest !== undefined, "there was a plan by then");
      repairByHand(begun, newest);
    });
  });
  const onPlan = (plan: PlanFile): void => {
    newest = plan;
    recorder.planned(world?.wallMs ?? START_MS, plan.generation);
  };
  const design = design2025({ pace: LONG_PACE, onPlan });
  return replayDesign(design, seed, recorder);
}

function recorderOf(
  id: DesignReplay["id"],
  title: string,
  people: (world: DesignWorld) => void = () => {},
): Recorder {
  const times = { endMs: END_MS, detailFromMs: DETAIL_FROM_MS, detailToMs: DETAIL_TO_MS };
  return new Recorder({ id, title, people, endpoint: ENDPOINT, ...times });
}

async function replayDesign(
  design: Design,
  seed: number,
  recorder: Recorder,
): Promise<DesignReplay> {
  // Ours is told by what it writes: its own log is for those who run it.
  const story =
    design === OURS
      ? undefined
      : (atMs: number, who: string, line: string) => recorder.told(START_MS + atMs, who, line);
  await runSchedule(observedDesign(design, recorder), eventSchedule(seed), {
    wallStartMs: START_MS,
    goesOn: true,
    ...(story === undefined ? {} : { story }),
    onChange: (change) => recorder.changed(change),
  });
  for (const [atMs, text] of HELD_UP) recorder.told(atMs, LATE_ENACTOR, text);
  return recorder.finish();
}

const HELD_UP: readonly (readonly [number, string])[] = [
  [LATE_FROM_MS, "is held up: what it sends to DNS takes minutes from now on"],
  [LATE_TO_MS, "is no longer held up; it goes on where it was"],
];

/** 09:25 of the event: people put a tree of records and the alias to it in place. */
function repairByHand(world: DesignWorld, { generation, endpoints }: PlanFile): void {
  const by = { id: "a person", life: 0, kind: "operator", wallMs: world.wallMs } as const;
  for (const [endpoint, wanted] of endpoints) {
    const part = applyPart(endpoint, undefined, generation, wanted);
    void world.dns.service?.update({ zone: world.scene.zone, ...part }, by);
  }
}

function dependentsOf(designs: readonly DesignReplay[], seed: number): readonly DependentReplay[] {
  return DEPENDENTS.map((dependent) => {
    const curves = designs.map(({ id, spans }) => {
      const points = followDependent(dependent, {
        answering: spans.map(({ atMs, state }): AnsweringSince => {
          return { atSeconds: (atMs - START_MS) / 1000, answers: state !== "empty" };
        }),
        durationSeconds: (DEPENDENTS_END_MS - START_MS) / 1000,
        positiveTtlSeconds: POSITIVE_TTL_SECONDS,
        negativeTtlSeconds: NEGATIVE_TTL_SECONDS[id],
        seed,
      });
      return { design: id, points, hoursLost: hoursLost(points) };
    });
    return { dependent, curves };
  });
}
