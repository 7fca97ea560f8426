// Which core does what: the server under test has one, everything that loads it the other.
import { execFileSync } from "node:child_process";
import { availableParallelism } from "node:os";

export const SERVER_CORE = 0;
export const LOAD_CORE = 1;

/** Moves this process, and what it starts from now on, to the core of the load. */
export function moveToLoadCore(): void {
  if (availableParallelism() <= LOAD_CORE) {
    throw new Error("Cannot compare servers as two cores are needed: there is one");
  }
  execFileSync("taskset", ["-a", "-p", "-c", `${LOAD_CORE}`, `${process.pid}`]);
}
