import { CliError } from "../cliError.ts";
import { CONFIG, type CommandSpec, JSON_OUTPUT, STATE } from "../commandSpec.ts";
import { ExitCode } from "../exitCode.ts";
import { changeLines } from "../output/changeText.ts";
import { printJson, printLines } from "../output/print.ts";
import { tableText } from "../output/table.ts";
import { agoText } from "../output/time.ts";
import { withApi } from "../region.ts";

const ROWS_DEFAULT = "20";

/** `holdfast plans`: the line of plans. */
export const plansCommand: CommandSpec = {
  path: "plans",
  summary: "list plans, newest first",
  options: [
    {
      flags: "-n, --limit <rows>",
      text: `show at most so many, up to 1000 (default: ${ROWS_DEFAULT})`,
    },
    { flags: "--before <generation>", text: "begin below this generation" },
    JSON_OUTPUT,
    STATE,
    CONFIG,
  ],
  examples: [
    { line: "plans", text: "the newest twenty" },
    { line: "plans --before 100 --limit 50", text: "older ones" },
  ],
  run: (given) =>
    withApi(given, async (api) => {
      const { io, options } = given;
      const limit = options.text("limit") ?? ROWS_DEFAULT;
      const page = await api.plans({ limit, before: options.text("before") });
      const nowMs = io.clock.wallMs();
      if (options.has("json")) printJson(io, page);
      else if (page.plans.length === 0) printLines(io, ["No plan has been made yet."]);
      else {
        const rows = page.plans.map((plan) => [
          ...[String(plan.generation), agoText(plan.madeAtMs, nowMs), String(plan.changedCount)],
          ...[plan.actor, plan.cause],
        ]);
        printLines(io, [tableText(["PLAN", "MADE", "CHANGED", "BY", "BECAUSE"], rows)]);
      }
      return ExitCode.OK;
    }),
};

/** `holdfast diff`: what differs between two plans. */
export const diffCommand: CommandSpec = {
  path: "diff",
  words: "<from> [to]",
  summary: "show what differs between two plans",
  text: "Plans are named by generation; `newest` is the newest, and what [to] is without one.",
  options: [JSON_OUTPUT, STATE, CONFIG],
  examples: [
    { line: "diff 41 42", text: "what plan 42 changed" },
    { line: "diff 1", text: "everything since the first plan" },
  ],
  run: (given) =>
    withApi(given, async (api) => {
      const { io, options } = given;
      const [from = "", to = "newest"] = given.words;
      const diff = await api.diff(generation(from), generation(to));
      if (options.has("json")) printJson(io, diff);
      else if (diff.changes.length === 0) printLines(io, ["No endpoint answers differently."]);
      else
        printLines(
          io,
          diff.changes.flatMap((change) => changeLines(change, io.colour)),
        );
      return ExitCode.OK;
    }),
};

function generation(text: string): string {
  if (text === "newest" || /^\d{1,15}$/.test(text)) return text;
  const problem = `A plan is named by its generation, a number, or "newest": not "${text}"`;
  throw new CliError({ code: "usage", problem }, problem);
}
