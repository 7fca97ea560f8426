import { CONFIG, type CommandSpec, JSON_OUTPUT, STATE } from "../commandSpec.ts";
import type { CliActions } from "../runCli.ts";

const ROLES = ["nameserver", "store", "planner", "prober", "enactor", "demo"];

/** `holdfast run`: performed by whoever puts the program together. */
export function runCommand(actions: CliActions): CommandSpec {
  return {
    path: "run",
    summary: "run a region: nameserver, prober, planner, enactors, plan store and API",
    text:
      "Starts one supervisor and each role as a process of its own, and shows what happens. " +
      "Ctrl-C ends all of them. With --role, one role runs by itself.",
    options: [
      { ...CONFIG, text: "configuration file (default: holdfast.yaml, else the accepted one)" },
      STATE,
      { flags: "--role <role>", text: "run this one role only", choices: ROLES },
      { flags: "--id <id>", text: "which one of several, such as enactor-az1" },
      { ...JSON_OUTPUT, text: "print events as JSON, one per line" },
    ],
    examples: [
      { line: "run -c examples/region/holdfast.yaml", text: "run the demo region" },
      { line: "run --state /var/lib/holdfast", text: "go on from the state that is there" },
      { line: "run --role enactor --id enactor-az1", text: "run one enactor by itself" },
    ],
    run: ({ options }) => {
      const given = (name: string) => {
        const value = options.text(name);
        return value === undefined ? {} : { [name]: value };
      };
      return actions.run({
        ...given("config"),
        ...given("state"),
        ...given("role"),
        ...given("id"),
        json: options.has("json"),
      });
    },
  };
}
