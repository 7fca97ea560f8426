import { type Name, parseName } from "../dns/index.ts";
import { usage } from "./cliError.ts";
import type { Invocation } from "./commandSpec.ts";

/**
 * Whether a person types this name, or has given it by `--confirm NAME` (`--<option>` where that
 * is another); where not, it has been said that nothing was changed.
 *
 * @throws CliError `usage`: nobody is there to ask.
 */
export async function confirmName(
  { io, options }: Invocation,
  name: Name,
  question: string,
  option = "confirm",
): Promise<boolean> {
  const typed = options.text(option) ?? (await io.ask(`${question}\nType its full name: `));
  if (typed === undefined) {
    throw usage(`Cannot ask for confirmation as there is no terminal: add --${option} ${name}`);
  }
  const parsed = parseName(typed.trim());
  if (parsed.kind === "parsed" && parsed.name === name) return true;
  io.err(`"${typed.trim().slice(0, 255)}" is not ${name}: nothing was changed.\n`);
  return false;
}

/**
 * Whether a person says yes, or has said so by `--yes` (`--<option>` where that is another); where
 * not, it has been said that nothing was changed.
 *
 * @throws CliError `usage`: nobody is there to ask.
 */
export async function confirmYes(
  { io, options }: Invocation,
  question: string,
  option = "yes",
): Promise<boolean> {
  if (options.has(option)) return true;
  const answer = await io.ask(`${question} [y/N] `);
  if (answer === undefined) {
    throw usage(`Cannot ask for confirmation as there is no terminal: add --${option}`);
  }
  if (/^y(es)?$/i.test(answer.trim())) return true;
  io.err("Not confirmed: nothing was changed.\n");
  return false;
}
