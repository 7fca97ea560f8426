import { ApiError } from "../api/index.ts";
import { START_HINT } from "./cliError.ts";

/** What a person is told of an error: what is, and what to do about it. */
export function problemText(error: Error): string {
  if (error instanceof ApiError) {
    switch (error.fault.code) {
      case "api-unreachable":
        return `${error.message}.\nIt is not running: ${START_HINT}, or ask for "status".`;
      case "api-refused":
        return error.fault.hint === undefined
          ? error.message
          : `${error.message}\n(${asCommand(error.fault.hint)})`;
      case "api-malformed-answer":
      case "api-cannot-listen":
        return error.message;
    }
  }
  return error.message;
}

/** Which command shows what a route of the API shows: hints name routes, people type commands. */
const COMMAND_OF_ROUTE: Readonly<Record<string, string>> = {
  "see /v1/endpoints": 'see "holdfast endpoints"',
  "see /v1/plans": 'see "holdfast plans"',
  "see /v1/targets": 'see "holdfast targets"',
};

function asCommand(hint: string): string {
  return COMMAND_OF_ROUTE[hint] ?? hint;
}
