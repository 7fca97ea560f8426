import type { OptionSpec } from "../commandSpec.ts";

const DIRECT: OptionSpec = {
  flags: "--direct",
  text: "straight to the DNS servers, with the operator's key: nothing else needs to run",
};
const STORE: OptionSpec = {
  flags: "--store <id>",
  text: "with --direct: only this zone store (default: all of the zone)",
};
const DRY_RUN: OptionSpec = {
  flags: "--dry-run",
  text: "with --direct: print what would be sent, as a script for nsupdate, and send nothing",
};

/** Options of `override set` for acts without the API. */
export const DIRECT_OPTIONS: readonly OptionSpec[] = [
  DIRECT,
  STORE,
  {
    flags: "--new",
    text: "with --direct: make a name that is not configured; it stays when its time is up",
  },
  DRY_RUN,
];
/** Options of `override clear`. */
export const DIRECT_CLEAR_OPTIONS: readonly OptionSpec[] = [DIRECT, STORE, DRY_RUN];
/** Options of `override list`. */
export const DIRECT_READ_OPTIONS: readonly OptionSpec[] = [DIRECT, STORE];
