/** Where the ways to retire a name are described. */
const RETIRE_GUIDE = "docs/operations.md#retire-and-revive";

/** What a person is told of an endpoint that is gone from the configuration. */
export const ORPHAN_TEXT =
  "no longer in the configuration: goes on answering as before; " +
  `put it back, or retire it on purpose: ${RETIRE_GUIDE}`;
