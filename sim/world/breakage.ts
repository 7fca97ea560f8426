/** What broke where nobody waited for it, since it was last asked. */
let broken: { readonly error: unknown } | undefined;
let isListening = false;

/**
 * Code that ships lets a broken invariant stop its process: as a rejection that nobody catches.
 * Here that must not stop everything, but fail the run in which it happened.
 */
export function listenForBreakage(): void {
  if (isListening) return;
  isListening = true;
  process.on("unhandledRejection", (error) => {
    broken ??= { error };
  });
}

/** What broke since the last call. Node tells of it only once it has nothing else to do. */
export async function takeBreakage(): Promise<{ readonly error: unknown } | undefined> {
  await new Promise((resolve) => setImmediate(resolve));
  const found = broken;
  broken = undefined;
  return found;
}
