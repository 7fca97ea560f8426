import { CodedError } from "../base/index.ts";

/** Every way the API, or a client of it, can fail. The catalogue is docs/errors.md. */
export type ApiFault =
  /** The API says no: `status` is the HTTP status, `reason` the code in the error body. */
  | {
      readonly code: "api-refused";
      readonly status: number;
      readonly reason: string;
      readonly hint?: string;
    }
  /** Nobody answered: not running, or cut off in the middle. */
  | { readonly code: "api-unreachable"; readonly address: string }
  /** Something answered that is not this API, or not this version of it. */
  | { readonly code: "api-malformed-answer"; readonly problem: string }
  /** The listen address cannot be had. */
  | { readonly code: "api-cannot-listen"; readonly address: string };

/** What goes wrong in this room. */
export class ApiError extends CodedError<ApiFault> {}

/** The API's own "no" to a request: an HTTP status with a code, a sentence and what to do. */
export function refusal(status: number, reason: string, message: string, hint?: string): ApiError {
  const fault = { code: "api-refused", status, reason, ...(hint === undefined ? {} : { hint }) };
  return new ApiError(fault as ApiFault, message);
}
