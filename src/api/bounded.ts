import type { Clock } from "../base/index.ts";

/** The outcome of `asked`, or `otherwise` where it fails or takes longer than `limitMs`. */
export function within<Value>(
  clock: Clock,
  limitMs: number,
  asked: Promise<Value>,
  otherwise: (problem: string) => Value,
): Promise<Value> {
  return new Promise((resolve) => {
    const cancel = clock.wakeAfter(limitMs, () => resolve(otherwise(`no answer in ${limitMs} ms`)));
    asked.then(
      (value) => {
        cancel();
        resolve(value);
      },
      (error: unknown) => {
        cancel();
        resolve(otherwise(error instanceof Error ? error.message : String(error)));
      },
    );
  });
}

/** Calls `read` at most once in `ageMsMax`, and never twice at once: callers share its outcome. */
export function shared<Value>(
  clock: Clock,
  ageMsMax: number,
  read: () => Promise<Value>,
): () => Promise<Value> {
  let held: { readonly atMs: number; readonly value: Promise<Value> } | undefined;
  return () => {
    const now = clock.monotonicMs();
    if (held === undefined || now - held.atMs >= ageMsMax) {
      const value = read();
      held = { atMs: now, value };
      value.catch(() => {
        held = undefined;
      });
    }
    return held.value;
  };
}
