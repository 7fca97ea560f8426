import { type ApiClient, ApiError, type EndpointView, type OrderChanged } from "../../api/index.ts";
import { sleep } from "../../base/index.ts";
import { CliError, usage } from "../cliError.ts";
import type { Invocation, OptionSpec } from "../commandSpec.ts";
import { ExitCode } from "../exitCode.ts";
import { printJson, printLines } from "../output/print.ts";

/** Longest wait for an order to be in place; it is there within a second where all is well. */
const PLACED_MS_MAX = 10_000;
const LOOK_MS = 200;

/** For scripts that look by themselves. */
export const NO_WAIT: OptionSpec = {
  flags: "--no-wait",
  text: `do not wait until it is in place (at most ${PLACED_MS_MAX / 1000} s)`,
};

/**
 * The value of an option that a command cannot do without.
 *
 * @throws CliError `usage`.
 */
export function required({ options }: Invocation, option: string, example: string): string {
  const text = options.text(option)?.trim() ?? "";
  if (text !== "") return text;
  throw usage(`--${option} is missing: add it, such as --${option} ${example}`);
}

/** Tells what became of something that was asked for: warnings apart, as scripts read the rest. */
export function tellChanged(
  { io, options }: Invocation,
  changed: Pick<OrderChanged, "message" | "warnings">,
): void {
  if (options.has("json")) {
    printJson(io, changed);
    return;
  }
  printLines(io, [changed.message]);
  for (const text of changed.warnings) io.err(`Warning: ${text}\n`);
}

/** Where an order is in place, and where it is not yet. */
interface Placed {
  readonly inPlace: boolean;
  readonly stores: readonly { readonly storeId: string; readonly state: string }[];
  readonly afterMs: number;
}

/**
 * Tells what became of an order and, unless told not to, waits until every zone store has it.
 *
 * @param isDone whether the newest plan is what was asked for.
 */
export async function tellPlaced(
  given: Invocation,
  api: ApiClient,
  changed: OrderChanged,
  name: string,
  isDone: (view: EndpointView) => boolean,
  others: readonly string[] = [],
): Promise<number> {
  const { io, options } = given;
  const warnings = [...changed.warnings.map((text) => `Warning: ${text}`), ...others];
  if (!options.has("json")) {
    printLines(io, [changed.message]);
    for (const warning of warnings) io.err(`${warning}\n`);
  }
  const waits = changed.changed && options.has("wait");
  const placed = waits ? await waitPlaced(given, api, name, isDone) : undefined;
  if (options.has("json")) printJson(io, { ...changed, warnings, ...placed });
  else if (placed !== undefined) tellWhere(given, placed, name);
  return placed?.inPlace === false ? ExitCode.CANNOT : ExitCode.OK;
}

async function waitPlaced(
  { io }: Invocation,
  api: ApiClient,
  name: string,
  isDone: (view: EndpointView) => boolean,
): Promise<Placed> {
  const startMs = io.clock.monotonicMs();
  for (;;) {
    const view = await api.endpoint(name);
    const afterMs = io.clock.monotonicMs() - startMs;
    const stores = view.held.map(({ storeId, state }) => ({ storeId, state }));
    const there = stores.length > 0 && stores.every(({ state }) => state === "current");
    const inPlace = isDone(view) && there;
    if (inPlace || afterMs > PLACED_MS_MAX || io.stop.aborted) return { inPlace, stores, afterMs };
    await sleep(io.clock, LOOK_MS);
  }
}

function tellWhere({ io }: Invocation, { inPlace, stores, afterMs }: Placed, name: string): void {
  const after = `${(afterMs / 1000).toFixed(1)} s`;
  if (inPlace) {
    printLines(io, [`In place on ${stores.map(({ storeId }) => storeId).join(", ")} (${after}).`]);
    return;
  }
  const where = stores.map(({ storeId, state }) => `${storeId}: ${state}`).join(", ");
  io.err(`Accepted, and not in place after ${after} (${where}): see "holdfast explain ${name}".\n`);
}

/** Runs `use`; where the API does not answer, says what works without it. */
export async function orDirect(name: string, use: () => Promise<number>): Promise<number> {
  try {
    return await use();
  } catch (error) {
    if (!(error instanceof ApiError && error.fault.code === "api-unreachable")) throw error;
    throw new CliError(
      { code: "not-running" },
      `${error.message}.\nNothing of Holdfast needs to run for ${name}: add --direct.`,
      { cause: error },
    );
  }
}
