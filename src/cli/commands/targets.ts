import type { ApiClient, TargetView } from "../../api/index.ts";
import { usage } from "../cliError.ts";
import {
  CONFIG,
  type CommandSpec,
  type Invocation,
  JSON_OUTPUT,
  REASON,
  STATE,
} from "../commandSpec.ts";
import { ExitCode } from "../exitCode.ts";
import { painter, toneOf } from "../output/paint.ts";
import { printJson, printLines } from "../output/print.ts";
import { tableText } from "../output/table.ts";
import { agoText } from "../output/time.ts";
import { withApi } from "../region.ts";

/** `holdfast targets`: load balancers, their health, and what operators want of them. */
export const targetsCommand: CommandSpec = {
  path: "targets",
  summary: "list targets: health, capacity, and what operators forced",
  options: [
    { flags: "-z, --zone <zone>", text: "only targets of this availability zone" },
    { flags: "--not-up", text: "only targets that are not up, or forced" },
    JSON_OUTPUT,
    STATE,
    CONFIG,
  ],
  examples: [
    { line: "targets", text: "all of them" },
    { line: "targets --not-up", text: "those that need a look" },
  ],
  run: (given) =>
    withApi(given, async (api) => {
      const { io, options } = given;
      const zone = options.text("zone");
      const all = await api.targets();
      if (zone !== undefined) checkZone(zone, all.targets);
      const targets = all.targets.filter(
        (target) =>
          (zone === undefined || target.availabilityZone === zone) &&
          (!options.has("not-up") || needsALook(target)),
      );
      if (options.has("json")) printJson(io, { targets, notes: all.notes });
      else if (targets.length === 0) printLines(io, ["No targets."]);
      else
        printLines(io, [targetTable(given, targets), ...all.notes.map((text) => `Note: ${text}`)]);
      return ExitCode.OK;
    }),
};

// A zone that does not exist has no targets either, and a typing error must not look like "all up".
function checkZone(zone: string, targets: readonly TargetView[]): void {
  const zones = [...new Set(targets.map(({ availabilityZone }) => availabilityZone))].sort();
  if (zones.includes(zone)) return;
  throw usage(`Cannot find the availability zone "${zone}": the zones are ${zones.join(", ")}`);
}

function needsALook({ health, force }: TargetView): boolean {
  if (force !== undefined || health.length === 0) return true;
  return health.some(({ state, fresh }) => state !== "up" || !fresh);
}

function targetTable({ io }: Invocation, targets: readonly TargetView[]): string {
  const paint = painter(io.colour);
  const nowMs = io.clock.wallMs();
  const rows = targets.map((target) => {
    const worst = target.health.find(({ state }) => state !== "up") ?? target.health[0];
    const state = worst?.state ?? "unknown";
    const { force } = target;
    return [
      target.id,
      target.availabilityZone,
      target.ipv4 ?? target.ipv6 ?? "-",
      paint(toneOf(state), state),
      worst === undefined ? "-" : agoText(worst.sinceMs, nowMs),
      force === undefined ? "-" : paint(toneOf(force.state), force.state),
      force === undefined ? detailOf(worst) : `${force.actor}: ${force.reason}`,
    ];
  });
  return tableText(["TARGET", "ZONE", "ADDRESS", "HEALTH", "SINCE", "FORCED", "BECAUSE"], rows);
}

function detailOf(health: TargetView["health"][number] | undefined): string {
  if (health === undefined) return "not probed yet";
  return health.fresh ? health.detail : `${health.detail} (nobody can probe it now)`;
}

const CHANGE_OPTIONS = [REASON, JSON_OUTPUT, STATE, CONFIG];
const LASTS = "Lasts until released, whatever the target's checks say.";

/** `holdfast drain`: takes targets out of new answers. */
export const drainCommand: CommandSpec = {
  path: "drain",
  words: "<target...>",
  summary: "take targets out of new answers, for work on them",
  text: LASTS,
  options: CHANGE_OPTIONS,
  examples: [
    { line: 'drain lb-a1 --reason "new kernel"', text: "one target" },
    { line: "drain lb-a1 lb-a2 lb-a3", text: "several" },
  ],
  run: (given) => force(given, "drain"),
};

/** `holdfast force up`: keeps targets in answers. */
export const forceUpCommand: CommandSpec = {
  path: "force up",
  words: "<target...>",
  summary: "keep targets in answers although their checks fail",
  text: LASTS,
  options: CHANGE_OPTIONS,
  examples: [{ line: 'force up lb-a1 --reason "the check is wrong"', text: "one target" }],
  run: (given) => force(given, "up"),
};

/** `holdfast force down`: takes targets out of answers at once. */
export const forceDownCommand: CommandSpec = {
  path: "force down",
  words: "<target...>",
  summary: "take targets out of answers although their checks pass",
  text: LASTS,
  options: CHANGE_OPTIONS,
  examples: [{ line: 'force down lb-a1 --reason "serves errors"', text: "one target" }],
  run: (given) => force(given, "down"),
};

/** `holdfast release`: lets checks decide again. */
export const releaseCommand: CommandSpec = {
  path: "release",
  words: "<target...>",
  summary: "let the checks of targets decide again",
  options: [JSON_OUTPUT, STATE, CONFIG],
  examples: [{ line: "release lb-a1", text: "ends drain, force up and force down" }],
  run: (given) =>
    changeEach(given, (api, target) => {
      return api.release(target);
    }),
};

type Outcome = Awaited<ReturnType<ApiClient["release"]>>;

function force(given: Invocation, state: "drain" | "up" | "down"): Promise<number> {
  const reason = given.options.text("reason") ?? "";
  return changeEach(given, (api, target) => api.force(target, state, reason));
}

function changeEach(
  given: Invocation,
  change: (api: ApiClient, target: string) => Promise<Outcome>,
): Promise<number> {
  return withApi(given, async (api) => {
    const outcomes: (Outcome & { target: string })[] = [];
    for (const target of given.words) outcomes.push({ target, ...(await change(api, target)) });
    if (given.options.has("json")) printJson(given.io, { outcomes });
    else
      printLines(
        given.io,
        outcomes.map(({ message }) => message),
      );
    return ExitCode.OK;
  });
}
