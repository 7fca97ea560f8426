/** Facts beside a log line: flat, small, safe to print (no keys, no tokens). */
export type LogFacts = Readonly<Record<string, string | number | boolean | undefined>>;

/** Where a part says what it does, for the people on call. Never blocks and never throws. */
export interface Log {
  info(message: string, facts?: LogFacts): void;
  warn(message: string, facts?: LogFacts): void;
  error(message: string, facts?: LogFacts): void;
}

/** A log that drops everything: for tests of parts whose log lines do not matter. */
export const SILENT_LOG: Log = { info: () => {}, warn: () => {}, error: () => {} };
