/** Thrown only by {@link assert}: the program, not its input, is wrong. Never caught to recover. */
export class AssertionError extends Error {
  override readonly name = "AssertionError";
}

/** States what must already be true. Stays on in production: stopping beats serving a lie. */
export function assert(condition: boolean, claim: string): asserts condition {
  if (!condition) throw new AssertionError(`Invariant broken: ${claim}`);
}

/** Makes a switch over a union total: adding a member stops the build at every switch. */
export function assertNever(value: never): never {
  throw new AssertionError(`Invariant broken: unreachable case ${JSON.stringify(value)}`);
}
