import { CodedError } from "../base/index.ts";

/** A failure that its maker expected: told by its code. */
export type Failure = CodedError<{ readonly code: string }>;

/** The coded error a call ended with, if any. Anything else is a bug and goes on up. */
export async function attempt(call: Promise<unknown>): Promise<Failure | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    if (error instanceof CodedError) return error;
    throw error;
  }
}
