import { ApiError, type StreamedEvent } from "../../api/index.ts";
import type { Clock } from "../../base/index.ts";
import { eventLine } from "../../journal/index.ts";
import { CONFIG, type CommandSpec, type Invocation, JSON_OUTPUT, STATE } from "../commandSpec.ts";
import { ExitCode } from "../exitCode.ts";
import { withApi } from "../region.ts";

/** Between two attempts to reach the API again: soon, and not in a busy loop. */
const RETRY_MS = 1_000;

/** `holdfast watch`: events as they happen. */
export const watchCommand: CommandSpec = {
  path: "watch",
  summary: "show events as they happen",
  text: "Goes on until interrupted; where the API goes away it resumes without missing an event.",
  options: [
    { flags: "-n, --last <events>", text: "begin with so many of the newest (default: 10)" },
    { flags: "--subject <text>", text: "only events about this endpoint, target, zone or process" },
    { ...JSON_OUTPUT, text: "print events as JSON, one per line" },
    STATE,
    CONFIG,
  ],
  examples: [
    { line: "watch", text: "the last ten events, and what follows" },
    { line: "watch --subject lb-a1 --last 100", text: "one target's" },
    { line: "watch --json", text: "for a program" },
  ],
  run: watch,
};

function watch(given: Invocation): Promise<number> {
  const { io, options } = given;
  const subject = options.text("subject");
  const show = (event: StreamedEvent): void => {
    if (subject !== undefined && event.subject !== subject) return;
    io.out(`${options.has("json") ? JSON.stringify(event) : eventLine(event)}\n`);
  };
  return withApi(given, async (api) => {
    // The first contact must work: nobody waits for an API that was never there.
    const limit = options.text("last") ?? "10";
    const newest = await api.journal({ limit: 1 });
    const { events } = limit === "0" ? newest : await api.journal({ limit, subject });
    if (limit !== "0") for (const event of events) show(event);
    let cursor = Math.max(newest.next ?? 0, events.at(-1)?.seq ?? 0);
    let away = false;
    while (!io.stop.aborted) {
      try {
        for await (const event of api.events(cursor, io.stop)) {
          away = false;
          cursor = event.seq;
          show(event);
        }
      } catch (error) {
        if (io.stop.aborted) break;
        if (error instanceof ApiError && error.fault.code === "api-refused") throw error;
        if (!away) io.err("The API does not answer; resuming when it does.\n");
        away = true;
      }
      await pauseBefore(io.clock, RETRY_MS, io.stop);
    }
    return ExitCode.OK;
  });
}

/** Waits before the next attempt; not a moment longer once the command is to end. */
function pauseBefore(clock: Clock, afterMs: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      cancel();
      stop.removeEventListener("abort", done);
      resolve();
    };
    const cancel = clock.wakeAfter(afterMs, done);
    stop.addEventListener("abort", done);
    if (stop.aborted) done();
  });
}
