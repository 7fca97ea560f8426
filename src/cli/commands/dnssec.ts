import { CONFIG, type CommandSpec, type Invocation, JSON_OUTPUT, STATE } from "../commandSpec.ts";
import { giveOrder, readBook, signingOf, signingView, zoneWord } from "../dnssecBook.ts";
import { ExitCode } from "../exitCode.ts";
import { dsLine, signingTable } from "../output/dnssecText.ts";
import { printJson, printLines } from "../output/print.ts";
import { layoutOf } from "../region.ts";

const WAIT = {
  flags: "-w, --wait <seconds>",
  text: "how long to wait for the nameserver to do it: 0 to 3600 (default: 10)",
};
const OPTIONS = [JSON_OUTPUT, STATE, CONFIG];

/** `holdfast dnssec status`: which zones are signed, with which keys, and what goes on. */
export const dnssecStatusCommand: CommandSpec = {
  path: "dnssec status",
  summary: "show which zones are signed, with which keys, and what is to be done",
  text: "Reads the state folder: nothing has to run.",
  options: OPTIONS,
  examples: [{ line: "dnssec status", text: "all zones" }],
  run: async (given) => {
    const { io, options } = given;
    const { zones } = await readBook(layoutOf(given));
    const all = [...zones.values()];
    if (options.has("json")) printJson(io, all.map(signingView));
    else printLines(io, [all.length === 0 ? "No zone is signed." : signingTable(all)]);
    return ExitCode.OK;
  },
};

/** `holdfast dnssec ds`: what the parent zone should hold. */
export const dnssecDsCommand: CommandSpec = {
  path: "dnssec ds",
  words: "<zone>",
  summary: "print the DS record that the parent zone should hold",
  text: "Where none may be there yet, says when, and ends with 1.",
  options: OPTIONS,
  examples: [{ line: "dnssec ds use1.example.com", text: "for the registrar" }],
  run: async (given) => {
    const { io, options } = given;
    const signing = await signingOf(given);
    const { ds, text } = dsLine(signing);
    const { zone, stage } = signing;
    if (options.has("json")) printJson(io, { zone, stage, ds, text });
    else if (ds !== undefined) printLines(io, [ds]);
    if (!options.has("json")) io.err(`${text}\n`);
    return ds === undefined ? ExitCode.CANNOT : ExitCode.OK;
  },
};

/** `holdfast dnssec roll`: replaces a zone's key. */
export const dnssecRollCommand: CommandSpec = {
  path: "dnssec roll",
  words: "<zone>",
  summary: "replace a zone's key, in two steps with the parent between",
  text:
    "The first step publishes a second key. Two hours later its DS is ready (dnssec ds), and is " +
    "asked for by CDS and CDNSKEY. Once the parent shows it, say so with --ds-seen: the rest " +
    "goes by itself, and the old key is not taken away before.",
  options: [
    { flags: "--ds-seen", text: "the parent shows the new DS, on all its nameservers" },
    WAIT,
    ...OPTIONS,
  ],
  examples: [
    { line: "dnssec roll use1.example.com", text: "begin" },
    { line: "dnssec roll use1.example.com --ds-seen", text: "go on, once the parent has it" },
  ],
  run: (given) => order(given, given.options.has("ds-seen") ? "ds-seen" : "roll"),
};

/** `holdfast dnssec off`: ends the signing of a zone. */
export const dnssecOffCommand: CommandSpec = {
  path: "dnssec off",
  words: "<zone>",
  summary: "take keys and signatures away, once the parent holds no DS",
  text:
    "First set dnssec: false for the zone and reload: it goes on being signed, and asks the " +
    "parent by CDS to delete the DS. Once that is gone, say so with --ds-gone.",
  options: [
    { flags: "--ds-gone", text: "the parent shows no DS, on all its nameservers" },
    WAIT,
    ...OPTIONS,
  ],
  examples: [{ line: "dnssec off use1.example.com --ds-gone", text: "after the DS is deleted" }],
  run: (given) => {
    if (given.options.has("ds-gone")) return order(given, "ds-gone");
    given.io.err(
      "Nothing was done: a zone whose DS is still there would be bogus. Add --ds-gone.\n",
    );
    return Promise.resolve(ExitCode.USAGE);
  },
};

/** `holdfast dnssec trust-clock`: lets signing go on after a clock jumped. */
export const dnssecTrustClockCommand: CommandSpec = {
  path: "dnssec trust-clock",
  words: "<zone>",
  summary: "say that the clock is right, so that signing goes on",
  text:
    "Signing waits where the clock jumped, or is earlier than what was signed or later than all " +
    "of it. After a start long after the last moment on record it goes on, by signatures that " +
    "hold also if the clock is ahead; this ends the doubt. Set the clock first; where it came " +
    "back by itself, nothing is needed.",
  options: [WAIT, ...OPTIONS],
  examples: [{ line: "dnssec trust-clock use1.example.com", text: "after `date` was looked at" }],
  run: (given) => order(given, "trust-clock"),
};

async function order(
  given: Invocation,
  act: Parameters<typeof giveOrder>[1]["act"],
): Promise<number> {
  const { io, options } = given;
  const zone = zoneWord(given);
  const outcome = await giveOrder(given, { zone, act, actor: io.actor });
  if (options.has("json")) printJson(io, outcome);
  else if (outcome.kind === "done") printLines(io, [outcome.text]);
  else io.err(`${outcome.text}\n`);
  return outcome.kind === "done" ? ExitCode.OK : ExitCode.CANNOT;
}
