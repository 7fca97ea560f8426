import { appendFileSync, closeSync, copyFileSync, openSync, statSync, truncateSync } from "node:fs";

/** Size at which a process's log is put aside; one old one is kept. */
const LOG_OCTETS_MAX = 5 * 1024 * 1024;
const FILE_MODE = 0o600;

/**
 * Opens a log for a process that is about to be spawned. The process writes to the file itself:
 * through a pipe of ours, a stopped supervisor would come to block every role.
 */
export function openLog(path: string): { readonly fd: number; close(): void } {
  const fd = openSync(path, "a", FILE_MODE);
  return { fd, close: () => closeSync(fd) };
}

/** Puts a log aside where it is too large. Its writer appends, so it goes on at the start. */
export function rotateLog(path: string): void {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size <= LOG_OCTETS_MAX) return;
  copyFileSync(path, `${path}.1`);
  truncateSync(path, 0);
}

/** Where the supervisor's own lines go: the terminal is for what happens to the region. */
export function logSink(path: string): { write(line: string): void } {
  return {
    write: (line) => {
      try {
        appendFileSync(path, line, { mode: FILE_MODE });
      } catch {
        // A log that cannot be written (disk full) must not end anything.
      }
    },
  };
}
