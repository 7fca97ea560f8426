import {
  type EndpointView,
  HOLD_DOWN_MS_DEFAULT,
  HOLD_DOWN_MS_MAX,
  HOLD_DOWN_MS_MIN,
} from "../../api/index.ts";
import { nameOf } from "../../dns/index.ts";
import { usage } from "../cliError.ts";
import {
  CONFIG,
  type CommandSpec,
  type Invocation,
  JSON_OUTPUT,
  REASON,
  STATE,
} from "../commandSpec.ts";
import { confirmName } from "../confirm.ts";
import { durationOption } from "../durationOption.ts";
import { ExitCode } from "../exitCode.ts";
import { beforeRetiring } from "../orders/beforeRetiring.ts";
import { listOrders } from "../orders/listOrders.ts";
import { NO_WAIT, required, tellChanged, tellPlaced } from "../orders/placed.ts";
import { retirementLines } from "../output/orderText.ts";
import { printJson, printLines } from "../output/print.ts";
import { momentText } from "../output/time.ts";
import { withApi } from "../region.ts";

const HOLD_DOWN_DEFAULT = `${HOLD_DOWN_MS_DEFAULT / 3_600_000}h`;

/** `holdfast retire`: the only way a name stops answering. */
export const retireCommand: CommandSpec = {
  path: "retire",
  words: "<name>",
  summary: "have a name stop answering, on purpose and after a wait",
  text:
    "Shows what the name answers, what in its zone leads to it and when it was last asked for, " +
    "has its full name typed, and waits out the hold-down, in which it can be cancelled. Nothing " +
    "else ever makes a name stop answering; revive brings it back.",
  options: [
    REASON,
    {
      flags: "-d, --hold-down <duration>",
      text: `how long it waits: 1m to 90d, or 0s, confirmed twice (default: ${HOLD_DOWN_DEFAULT})`,
    },
    { flags: "--confirm <name>", text: "for scripts: its full name, instead of typing it" },
    { flags: "--confirm-now <name>", text: "for scripts, with --hold-down 0s: and once more" },
    NO_WAIT,
    JSON_OUTPUT,
    STATE,
    CONFIG,
  ],
  examples: [
    { line: 'retire ipv6.dynamodb --reason "nobody uses it"', text: "in a day" },
    {
      line: "retire ipv6.dynamodb -r unused -d 2h --confirm ipv6.dynamodb.use1.holdfast.example",
      text: "in two hours, from a script",
    },
  ],
  run: retire,
};

/** `holdfast retire list`: what waits to stop answering. */
export const retireListCommand = listOrders({
  kind: "retirement",
  path: "retire list",
  summary: "list names that wait to stop answering",
  example: 'those that have stopped: "endpoints -m retired"',
  none: "No name waits to be retired.",
  lines: retirementLines,
});

/** `holdfast retire cancel`: it goes on answering. */
export const retireCancelCommand: CommandSpec = {
  path: "retire cancel",
  words: "<name>",
  summary: "cancel a retirement that waits: the name goes on answering",
  options: [REASON, JSON_OUTPUT, STATE, CONFIG],
  examples: [{ line: 'retire cancel ipv6.dynamodb --reason "someone uses it"', text: "in time" }],
  run: (given) => cancel(given, "retirement"),
};

/** `holdfast revive`: brings a retired name back. */
export const reviveCommand: CommandSpec = {
  path: "revive",
  words: "<name>",
  summary: "bring a retired name back",
  text:
    "It answers again with the next plan, where the configuration has it; where not, the order " +
    "waits until it has. An old configuration put back does not bring a retired name back.",
  options: [
    REASON,
    { flags: "--tombstone <id>", text: "which retirement, where plan and DNS differ" },
    NO_WAIT,
    JSON_OUTPUT,
    STATE,
    CONFIG,
  ],
  examples: [{ line: 'revive ipv6.dynamodb --reason "it is used after all"', text: "at once" }],
  run: revive,
};

/** `holdfast revive cancel`: it stays retired. */
export const reviveCancelCommand: CommandSpec = {
  path: "revive cancel",
  words: "<name>",
  summary: "cancel a revival that waits: the name stays retired",
  options: [REASON, JSON_OUTPUT, STATE, CONFIG],
  examples: [{ line: "revive cancel ipv6.dynamodb", text: "before the configuration has it" }],
  run: (given) => cancel(given, "revival"),
};

function retire(given: Invocation): Promise<number> {
  const { options, words, io } = given;
  const reason = required(given, "reason", '"nobody uses it"');
  const holdDownMs = durationOption("--hold-down", options.text("hold-down") ?? HOLD_DOWN_DEFAULT);
  checkHoldDown(holdDownMs);
  return withApi(given, async (api, region) => {
    const view = await api.endpoint(words[0] ?? "");
    if (view.entry?.kind !== "serving") {
      io.err(notRetirable(view));
      return ExitCode.CANNOT;
    }
    const before = await beforeRetiring(view, region, io);
    const name = nameOf(view.endpoint);
    if (!options.has("json")) printLines(io, before.lines);
    const when = holdDownMs === 0 ? "AT ONCE" : `at ${momentText(io.clock.wallMs() + holdDownMs)}`;
    const question = `${name} shall stop answering ${when}.`;
    if (!(await confirmName(given, name, question))) return ExitCode.CANNOT;
    const again = "Once more, as nobody will be able to cancel it.";
    const isNow = holdDownMs === 0;
    if (isNow && !(await confirmName(given, name, again, "confirm-now"))) return ExitCode.CANNOT;
    const twice = isNow ? { confirmAgain: name } : {};
    const changed = await api.retire(name, { reason, holdDownMs, confirm: name, ...twice });
    if (options.has("json")) {
      const { dependents, lastAsked } = before;
      printJson(io, { ...changed, answered: view.entry, dependents, lastAsked });
      return ExitCode.OK;
    }
    if (isNow) return tellPlaced(given, api, changed, name, isRetired);
    tellChanged(given, changed);
    printLines(io, [`Cancel it with: holdfast retire cancel ${name}`]);
    return ExitCode.OK;
  });
}

// The API says the same, but only after a person typed the name.
function checkHoldDown(holdDownMs: number): void {
  if (holdDownMs === 0) return;
  if (holdDownMs >= HOLD_DOWN_MS_MIN && holdDownMs <= HOLD_DOWN_MS_MAX) return;
  throw usage("--hold-down must be 1m to 90d, or 0s, which does not wait and is confirmed twice");
}

function isRetired({ entry }: EndpointView): boolean {
  return entry?.kind === "tombstone";
}

function notRetirable({ endpoint, entry }: EndpointView): string {
  const why = entry?.kind === "tombstone" ? `it is (${entry.tombstoneId})` : "no plan has it";
  return `Cannot retire ${endpoint}: ${why}.\n`;
}

function cancel(given: Invocation, kind: "retirement" | "revival"): Promise<number> {
  return withApi(given, async (api) => {
    const { options, words } = given;
    const view = await api.endpoint(words[0] ?? "");
    const changed = await api.endOrder(view.endpoint, kind, options.text("reason"));
    tellChanged(given, changed);
    return changed.changed ? ExitCode.OK : ExitCode.CANNOT;
  });
}

function revive(given: Invocation): Promise<number> {
  const { options, words } = given;
  const reason = required(given, "reason", '"it is used after all"');
  const tombstoneId = options.text("tombstone");
  return withApi(given, async (api) => {
    const view = await api.endpoint(words[0] ?? "");
    const which = tombstoneId === undefined ? {} : { tombstoneId };
    const changed = await api.revive(view.endpoint, { reason, ...which });
    // Without it in the configuration there is nothing to wait for.
    if (!view.inConfiguration) {
      tellChanged(given, changed);
      return ExitCode.OK;
    }
    return tellPlaced(given, api, changed, view.endpoint, ({ entry }) => {
      return entry?.kind === "serving";
    });
  });
}
