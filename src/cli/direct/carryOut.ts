import { type Clock, sleep } from "../../base/index.ts";
import type { Name } from "../../dns/index.ts";
import type { ReadReading } from "../../enact/index.ts";
import type { EndpointWrite, PlannedContent, ZoneStore } from "../../plan/index.ts";
import type { DirectStep } from "./directStep.ts";

/** What became of a person's act on one zone store. */
export interface DirectOutcome {
  readonly storeId: string;
  /**
   * `written`: just now; `already`: it was so; `refused`: it must not be, nothing was changed;
   * `failed`: the store could not be read or written, nothing was changed; `unknown`: it may have
   * been written.
   */
  readonly outcome: "written" | "already" | "refused" | "failed" | "unknown";
  /** For people: what is there now, or why not. */
  readonly text: string;
  /** What was written. */
  readonly write?: EndpointWrite;
  readonly content?: PlannedContent;
}

/** One name in one zone store. */
export interface DirectTask {
  readonly storeId: string;
  /** Undefined where it could not be opened. */
  readonly store: ZoneStore | undefined;
  /** Why there is no store. */
  readonly problem?: string;
  readonly zone: Name;
  readonly endpoint: Name;
  /** What to do about what was read; asked again after each new reading. */
  decide(reading: ReadReading): DirectStep;
}

/** Others may write at the same time: a person's act is tried this often, then reported. */
const ATTEMPTS_MAX = 5;
/** Wait before a store is asked again that did not answer: a lost contact is made anew by then. */
const RETRY_MS = 500;

/** Does a person's act on one zone store: reads, writes on that condition, and reads again. */
export async function carryOut(task: DirectTask, clock: Clock): Promise<DirectOutcome> {
  const { storeId, store, zone, endpoint } = task;
  if (store === undefined) {
    return { storeId, outcome: "failed", text: task.problem ?? "it could not be opened" };
  }
  let last = "others changed it all the time";
  let asked: Extract<DirectStep, { kind: "write" }> | undefined;
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const [reading] = await store.read(zone, [endpoint]);
    if (reading?.kind !== "read") {
      last = reading?.problem ?? "it gave no answer";
      await sleep(clock, RETRY_MS);
      continue;
    }
    const step = task.decide(reading);
    if (step.kind === "refused") return { storeId, outcome: "refused", text: step.problem };
    // A write whose reply was lost is looked for, never repeated blindly.
    if (step.kind === "done") {
      return asked === undefined
        ? { storeId, outcome: "already", text: step.text }
        : { storeId, outcome: "written", ...writtenBy(asked) };
    }
    const [outcome] = await store.commit(zone, [step.write]);
    if (outcome?.kind === "applied") return { storeId, outcome: "written", ...writtenBy(step) };
    if (outcome?.kind === "refused") return { storeId, outcome: "refused", text: outcome.problem };
    if (outcome?.kind === "condition-failed") continue;
    asked = step;
    last = outcome?.problem ?? "it gave no answer";
    await sleep(clock, RETRY_MS);
  }
  const outcome = asked === undefined ? "failed" : "unknown";
  return { storeId, outcome, text: last, ...(asked === undefined ? {} : writtenBy(asked, last)) };
}

function writtenBy(
  { write, content, text }: Extract<DirectStep, { kind: "write" }>,
  said = text,
): Pick<DirectOutcome, "text" | "write" | "content"> {
  return { text: said, write, ...(content === undefined ? {} : { content }) };
}
