import type { Log } from "../base/index.ts";
import type { Role } from "../supervise/index.ts";
import type { SupervisorChannel } from "./channel.ts";

/** How this process comes to its end. */
export interface Ending {
  /** Resolves with why, for the log; rejects where a part of the role failed. */
  readonly why: Promise<string>;
  readonly fail: (error: unknown) => void;
}

/** Listens for all that ends a process of this role. */
export function awaitEnding(role: Role, channel: SupervisorChannel, log: Log): Ending {
  const { isSupervised } = channel;
  let fail = (_error: unknown): void => {};
  const why = new Promise<string>((end, reject) => {
    fail = reject;
    process.on("SIGTERM", () => end("SIGTERM"));
    for (const signal of ["SIGINT", "SIGHUP"] as const) {
      // Ctrl-C reaches everyone in the terminal; the supervisor says who ends when.
      process.on(signal, () => {
        if (!isSupervised) end(signal);
      });
    }
    channel.onLost(() => {
      if (role !== "nameserver") return end("the supervisor is gone");
      log.warn("the supervisor is gone: answering on, until the next one takes over");
    });
  });
  why.catch(() => {}); // a part may fail while the rest is still being started
  return { why, fail };
}
