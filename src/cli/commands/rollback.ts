import {
  type ApiClient,
  ApiError,
  type RollbackChanged,
  type RollbackPreview,
  type RollbackRequest,
} from "../../api/index.ts";
import { usage } from "../cliError.ts";
import {
  CONFIG,
  type CommandSpec,
  type Invocation,
  JSON_OUTPUT,
  REASON,
  STATE,
} from "../commandSpec.ts";
import { confirmYes } from "../confirm.ts";
import { ExitCode } from "../exitCode.ts";
import { listOrders } from "../orders/listOrders.ts";
import { required, tellChanged } from "../orders/placed.ts";
import { changeLines } from "../output/changeText.ts";
import { rollbackLines } from "../output/orderText.ts";
import { printJson, printLines } from "../output/print.ts";
import { withApi } from "../region.ts";

/** Changes shown to a person; --json has more. */
const CHANGES_SHOWN_MAX = 100;
/** Plans may move while a person reads: shown again so often, then it is another problem. */
const ATTEMPTS_MAX = 5;
const YES = { flags: "-y, --yes", text: "do not ask: for scripts" };

/** `holdfast rollback`: old content in a new generation. */
export const rollbackCommand: CommandSpec = {
  path: "rollback",
  words: "[name...]",
  summary: "bring the content of an older plan back, in a new plan",
  text:
    "Shows what would change, asks, and does exactly that. It is held until released: health and " +
    "configuration move nothing meanwhile. Without names: all that answer differently now. " +
    "Address types that the old plan lacks stay as they are; retired names stay retired. Where " +
    "floors, the velocity limit or checks would hold an ordinary plan back, it says so and asks " +
    "once more.",
  options: [
    { flags: "-t, --to <generation>", text: "the plan whose content is brought back" },
    { flags: "--dry-run", text: "show what would change, and end" },
    REASON,
    YES,
    {
      flags: "--despite-brakes",
      text: "do not ask either where floors, velocity or checks speak against it",
    },
    JSON_OUTPUT,
    STATE,
    CONFIG,
  ],
  examples: [
    { line: 'rollback --to 41 --reason "bad change"', text: "everything that changed since" },
    { line: "rollback --to 41 dynamodb -r bad --yes", text: "one endpoint, from a script" },
    { line: "rollback --to 41 --dry-run", text: "what would change" },
  ],
  run: rollback,
};

/** `holdfast rollback list`: what is held at old content. */
export const rollbackListCommand = listOrders({
  kind: "rollback",
  path: "rollback list",
  summary: "list endpoints that are held at old content",
  example: "all of them",
  none: "Nothing is rolled back.",
  lines: rollbackLines,
});

/** `holdfast rollback release`: they are planned again. */
export const rollbackReleaseCommand: CommandSpec = {
  path: "rollback release",
  words: "[name...]",
  summary: "let endpoints that were rolled back be planned again",
  text: "Without names: all of them, after asking.",
  options: [REASON, YES, JSON_OUTPUT, STATE, CONFIG],
  examples: [
    { line: 'rollback release dynamodb --reason "mended"', text: "one endpoint" },
    { line: "rollback release --yes", text: "all of them" },
  ],
  run: release,
};

function rollback(given: Invocation): Promise<number> {
  const { io, options, words } = given;
  const toGeneration = generationOf(options.text("to"));
  const only = words.length === 0 ? {} : { endpoints: [...words] };
  const isDryRun = options.has("dry-run");
  const reason = isDryRun ? "" : required(given, "reason", '"bad change"');
  const wish = { toGeneration, ...only };
  return withApi(given, async (api) => {
    for (let attempt = 1; ; attempt += 1) {
      const preview = await api.previewRollback(wish);
      if (!options.has("json")) printLines(io, previewLines(preview, io.colour));
      if (isDryRun || preview.changesTotal === 0) {
        if (options.has("json")) printJson(io, { ...preview, changed: false });
        return ExitCode.OK;
      }
      if (!(await isConfirmed(given, preview))) return ExitCode.CANNOT;
      const { digest, brakesTotal } = preview;
      const despite = brakesTotal > 0 ? { despiteBrakes: true } : {};
      const changed = await applied(api, { ...wish, digest, reason, ...despite }, attempt);
      if (changed === "outdated") {
        io.err("It would change something else by now: look again.\n");
        continue;
      }
      if (options.has("json")) printJson(io, { ...preview, ...changed });
      else tellChanged(given, changed);
      return ExitCode.OK;
    }
  });
}

// Brakes are asked about by themselves: who types "yes" by habit stops here.
async function isConfirmed(given: Invocation, preview: RollbackPreview): Promise<boolean> {
  const { changesTotal, endpointsTotal, brakesTotal, toGeneration } = preview;
  const whole = `${changesTotal} of ${endpointsTotal} endpoints`;
  if (!(await confirmYes(given, `Bring ${whole} back to plan ${toGeneration}?`))) return false;
  if (brakesTotal === 0) return true;
  const limits = brakesTotal === 1 ? "1 limit speaks" : `${brakesTotal} limits speak`;
  const question = `${limits} against it, as shown. Do it all the same?`;
  return confirmYes(given, question, "despite-brakes");
}

/** Does what was looked at; where that is another by now, it is to be looked at again. */
async function applied(
  api: ApiClient,
  wish: RollbackRequest,
  attempt: number,
): Promise<RollbackChanged | "outdated"> {
  try {
    return await api.rollback(wish);
  } catch (error) {
    const isOutdated =
      error instanceof ApiError &&
      error.fault.code === "api-refused" &&
      error.fault.reason === "preview-outdated";
    if (isOutdated && attempt < ATTEMPTS_MAX) return "outdated";
    throw error;
  }
}

function generationOf(text: string | undefined): number {
  if (text !== undefined && /^[1-9]\d{0,14}$/.test(text)) return Number(text);
  const now = text === undefined ? "it is missing" : `it is "${text}"`;
  throw usage(`--to must be the generation of a plan ("holdfast plans" lists them): ${now}`);
}

function previewLines(preview: RollbackPreview, colour: boolean): string[] {
  const { changes, changesTotal, brakes, brakesTotal } = preview;
  const { leftAlone, leftAloneTotal, toGeneration } = preview;
  const shown = changes.slice(0, CHANGES_SHOWN_MAX);
  const braked = brakes.slice(0, CHANGES_SHOWN_MAX);
  const skipped = leftAlone.slice(0, CHANGES_SHOWN_MAX);
  return [
    `From plan ${preview.fromGeneration} back to plan ${toGeneration}:`,
    ...shown.flatMap((change) => changeLines(change, colour)),
    ...rest(changesTotal - shown.length),
    ...(changesTotal === 0 ? ["Nothing would change."] : []),
    ...(brakesTotal > 0 ? ["No ordinary plan would do this:"] : []),
    ...braked.map(({ endpoint, text }) => `  ${endpoint} ${text}`),
    ...rest(brakesTotal - braked.length),
    ...skipped.map(({ endpoint, why }) => `Note: ${endpoint} is left alone: ${why}`),
    ...rest(leftAloneTotal - skipped.length),
  ];
}

function rest(count: number): string[] {
  return count > 0 ? [`… and ${count} more (--json shows up to 1000)`] : [];
}

function release(given: Invocation): Promise<number> {
  const { options, words } = given;
  const reason = options.text("reason");
  const why = { reason: reason ?? "released" };
  return withApi(given, async (api) => {
    const only = words.length === 0 ? {} : { endpoints: [...words] };
    if (words.length === 0) {
      const { orders } = await api.orders("rollback");
      const question = `Have ${counted(orders.length)} planned again?`;
      if (orders.length > 0 && !(await confirmYes(given, question))) return ExitCode.CANNOT;
    }
    const changed = await api.releaseRollbacks({ ...why, ...only });
    tellChanged(given, changed);
    return changed.changed || words.length === 0 ? ExitCode.OK : ExitCode.CANNOT;
  });
}

function counted(endpoints: number): string {
  return endpoints === 1 ? "1 endpoint" : `${endpoints} endpoints`;
}
