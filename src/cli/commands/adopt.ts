import { CONFIG, type CommandSpec, JSON_OUTPUT, REASON, STATE } from "../commandSpec.ts";

/** `holdfast adopt`: makes a name that exists Holdfast's. */
export const adoptCommand: CommandSpec = {
  path: "adopt",
  words: "<name>",
  summary: "let Holdfast manage a name that has records already",
  text:
    "Holdfast never touches records that were not its own. This shows what the name answers now " +
    "and what the plan will put in its place, and gives it a fence, on condition that its " +
    "records are still those that were shown. The endpoint must be in the configuration, and the " +
    "API must tell how far its plan is. Types that a plan would take away are refused: move them " +
    "by hand first.",
  options: [
    { flags: "--confirm <name>", text: "the full name, instead of typing it" },
    { flags: "--store <id>", text: "only this zone store (default: all of the zone)" },
    {
      flags: "--dry-run",
      text: "print what would be sent, as a script for nsupdate, and send nothing",
    },
    ...[REASON, JSON_OUTPUT, STATE, CONFIG],
  ],
  examples: [
    { line: "adopt www", text: "shows it, and asks" },
    { line: "adopt www.use1.example.com --confirm www.use1.example.com", text: "in a script" },
  ],
  // Loaded only here: other commands do not wait for it.
  run: async (given) => (await import("../direct/adopt.ts")).adopt(given),
};
