// Acts straight at the DNS server, with nothing of Holdfast running: the shipped steps of the
// command line. In a file of their own, as they bring the whole API with them.
import { clearStep } from "../../src/cli/direct/clearStep.ts";
import { overrideStep } from "../../src/cli/direct/overrideStep.ts";
import type { Override } from "../../src/plan/index.ts";
import { end, put } from "./acts.ts";
import { LATE_MS, wallMsAt, ZONE } from "./names.ts";
import type { ActFile, Next, Now, Scene } from "./now.ts";
import { directMoves, readingAt } from "./raiseMoves.ts";

const ID = "o-direct";
const PLACE = 0;

/** What a person does straight at the server, and how the plan store hears of it. */
export function directActs(scene: Scene, now: Now): readonly Next[] {
  return [...actMoves(scene, now), ...takeMoves(now)];
}

function actMoves(scene: Scene, now: Now): readonly Next[] {
  const act = scene.acts[now.circumstances.actsDone];
  if (act !== "override-direct" && act !== "clear-direct") return [];
  const reading = readingAt(scene, now, PLACE);
  if (reading === undefined) return [];
  const place = { zone: ZONE, ownsWholeName: true, nowMs: wallMsAt(now.circumstances.hour) };
  if (act === "clear-direct") {
    const step = clearStep(reading, place);
    const cleared: ActFile = { kind: "clear", id: ID };
    return directMoves(now, PLACE, step, "wish").map((next) => acted(next, cleared));
  }
  const step = overrideStep(reading, {
    ...place,
    id: ID,
    untilMs: LATE_MS,
    pins: [
      { type: "A", records: ["198.51.100.9"] },
      { type: "AAAA", records: ["2001:db8:ffff::9"] },
    ],
    ttlSeconds: 5,
    mayCreate: false,
  });
  if (step.kind !== "write" || step.content === undefined) return [];
  const order: Override = {
    kind: "override",
    id: ID,
    endpoint: step.write.endpoint,
    zone: ZONE,
    actor: "operator:ann",
    reason: "a test",
    atMs: place.nowMs,
    untilMs: LATE_MS,
    ...step.content,
    direct: true,
  };
  return directMoves(now, PLACE, step, "wish").map((next) => acted(next, { kind: "set", order }));
}

/** The act is done, and its file waits in the state folder. */
function acted(next: Next, file: ActFile): Next {
  const { circumstances } = next.now;
  const { past } = circumstances;
  const endedOverrides =
    file.kind === "clear" ? [...past.endedOverrides, file.id] : past.endedOverrides;
  const after = {
    ...circumstances,
    actsDone: circumstances.actsDone + 1,
    actFiles: [...(circumstances.actFiles ?? []), file],
    past: { ...past, endedOverrides },
  };
  return { ...next, now: { ...next.now, circumstances: after } };
}

function takeMoves(now: Now): readonly Next[] {
  const [file, ...others] = now.circumstances.actFiles ?? [];
  if (file === undefined) return [];
  const { actFiles: _, ...kept } = now.circumstances;
  const circumstances = others.length === 0 ? kept : { ...kept, actFiles: others };
  const taken: Now = { ...now, circumstances };
  const next = file.kind === "set" ? put(taken, file.order) : (end(taken, "override") ?? taken);
  const tell = (): string => `the plan store takes in the act: ${file.kind}`;
  return [{ kind: "step", now: next, tell }];
}
