import { CONFIG, type CommandSpec, JSON_OUTPUT, REASON, STATE } from "../commandSpec.ts";

/** `holdfast epoch raise`: the way out of a quarantine. */
export const epochRaiseCommand: CommandSpec = {
  path: "epoch raise",
  words: "<name>",
  summary: "give an endpoint a fence that is believed again, after a person looked",
  text:
    "For an endpoint that is set aside since its fence cannot be read, is implausibly far ahead, " +
    "is there twice, or since two planners made one generation. Writes straight to the zone " +
    "stores whose fence is wrong, with the operator's key; nothing else needs to run. What the " +
    "name answers stays as it is, and a retired name stays retired; the next plan is above the " +
    "new fence, and follows by itself.",
  options: [
    { flags: "--confirm <name>", text: "the full name, instead of typing it" },
    { flags: "--store <id>", text: "this zone store, also where nothing is seen to be wrong" },
    {
      flags: "--dry-run",
      text: "print what would be sent, as a script for nsupdate, and send nothing",
    },
    ...[REASON, JSON_OUTPUT, STATE, CONFIG],
  ],
  examples: [
    { line: "epoch raise signin", text: "shows every store's fence, and asks" },
    {
      line: "epoch raise signin.use1.example.com --confirm signin.use1.example.com",
      text: "in a script",
    },
  ],
  // Loaded only here: other commands do not wait for it.
  run: async (given) => (await import("../direct/epochRaise.ts")).raiseEpoch(given),
};
