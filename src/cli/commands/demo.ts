import type { DemoClient, DemoSelection, DemoState } from "../../demo/index.ts";
import { CliError } from "../cliError.ts";
import { type CommandSpec, type Invocation, JSON_OUTPUT, STATE } from "../commandSpec.ts";
import { ExitCode } from "../exitCode.ts";
import { painter } from "../output/paint.ts";
import { printJson, printLines } from "../output/print.ts";
import { tableText } from "../output/table.ts";
import { layoutOf } from "../region.ts";

const ZONE = { flags: "-z, --zone <zone>", text: "all targets of this availability zone" };

/** `holdfast demo fail`: made-up load balancers refuse connections. */
export const demoFailCommand: CommandSpec = {
  path: "demo fail",
  words: "[target...]",
  summary: "make load balancers of the demo fail: they refuse connections",
  options: [ZONE, JSON_OUTPUT, STATE],
  examples: [
    { line: "demo fail lb-a1", text: "one load balancer" },
    { line: "demo fail --zone use1-az1", text: "a whole availability zone" },
  ],
  run: (given) => change(given, given.words, (demo, select) => demo.fail(select)),
};

/** `holdfast demo heal`: they serve again. */
export const demoHealCommand: CommandSpec = {
  path: "demo heal",
  words: "[target...]",
  summary: "make load balancers of the demo serve again, without delay",
  options: [ZONE, JSON_OUTPUT, STATE],
  examples: [
    { line: "demo heal lb-a1", text: "one load balancer" },
    { line: "demo heal --zone use1-az1", text: "a whole availability zone" },
  ],
  run: (given) => change(given, given.words, (demo, select) => demo.heal(select)),
};

/** `holdfast demo slow`: each answer waits. */
export const demoSlowCommand: CommandSpec = {
  path: "demo slow",
  words: "<target...>",
  summary: "make load balancers of the demo answer late; the last word is the delay",
  options: [ZONE, JSON_OUTPUT, STATE],
  examples: [
    { line: "demo slow lb-b2 800ms", text: "each of its answers waits 800 ms" },
    { line: "demo slow --zone use1-az2 2s", text: "all of an availability zone" },
  ],
  run: async (given) => {
    const delayMs = await readDelay(given.words.at(-1) ?? "");
    const targets = given.words.slice(0, -1);
    return change(given, targets, (demo, select) => demo.slow(select, delayMs));
  },
};

/** `holdfast demo state`: how each of them is. */
export const demoStateCommand: CommandSpec = {
  path: "demo state",
  summary: "show the demo's load balancers",
  options: [JSON_OUTPUT, STATE],
  examples: [{ line: "demo state", text: "all of them" }],
  run: (given) => withDemo(given, async (demo) => print(given, await demo.states())),
};

function change(
  given: Invocation,
  targets: readonly string[],
  act: (demo: DemoClient, select: DemoSelection) => Promise<readonly DemoState[]>,
): Promise<number> {
  const select = selectionOf(targets, given.options.text("zone"));
  return withDemo(given, async (demo) => print(given, await act(demo, select)));
}

function selectionOf(targets: readonly string[], zone: string | undefined): DemoSelection {
  if (zone !== undefined && targets.length === 0) return { zone };
  if (zone === undefined && targets.length > 0) return { targets };
  const problem = "Name load balancers, such as lb-a1, or an availability zone with --zone";
  throw new CliError({ code: "usage", problem }, problem);
}

async function readDelay(text: string): Promise<number> {
  const { DELAY_MS_MAX } = await import("../../demo/index.ts");
  const found = /^(\d{1,6})(ms|s)$/.exec(text);
  const delayMs = Number(found?.[1]) * (found?.[2] === "s" ? 1000 : 1);
  if (delayMs <= DELAY_MS_MAX) return delayMs;
  const problem = `The delay is like 800ms or 2s, at most ${DELAY_MS_MAX / 1000}s: not "${text}"`;
  throw new CliError({ code: "usage", problem }, problem);
}

async function withDemo(given: Invocation, use: (demo: DemoClient) => Promise<number>) {
  // Loaded only here: other commands do not wait for it.
  const { DemoClient: Client } = await import("../../demo/index.ts");
  const demo = new Client(layoutOf(given).demoSocket);
  try {
    return await use(demo);
  } finally {
    await demo.close();
  }
}

function print({ io, options }: Invocation, states: readonly DemoState[]): number {
  if (options.has("json")) {
    printJson(io, { targets: states });
    return ExitCode.OK;
  }
  const paint = painter(io.colour);
  const rows = states.map(({ id, availabilityZone, address, ports, state, delayMs }) => [
    ...[id, availabilityZone, `${address}:${ports.join(",")}`],
    paint(state === "serving" ? "good" : "bad", state),
    delayMs === 0 ? "-" : `${delayMs} ms`,
  ]);
  printLines(io, [tableText(["TARGET", "ZONE", "ADDRESS", "STATE", "DELAY"], rows)]);
  return ExitCode.OK;
}
