import type { LogFacts, SocketAddress } from "../base/index.ts";
import type { BatchSocketHandle } from "../net/index.ts";

/** Words of the memory by which a thread is told what to do. */
export const STOP = 0;
/** Messages on their way to the main thread; it counts down as it takes them. */
export const HANDED_OVER = 1;
export const CONTROL_WORDS = 2;

/** More than the main thread takes in the time of a few commits: what is above is dropped. */
export const HANDED_OVER_MAX = 256;

/** What a serving thread is started with. */
export interface ThreadTask {
  /** The program's own plan: see ThreadedDatagrams. */
  readonly plan: unknown;
  readonly socket: BatchSocketHandle;
  /** Number of the thread in its process, from 0 on. */
  readonly thread: number;
  readonly control: SharedArrayBuffer;
}

/** What a serving thread says. */
export type ThreadMessage =
  | { readonly kind: "serving" }
  /** A message for the main thread, and the way that a reply takes. */
  | {
      readonly kind: "message";
      readonly bytes: Uint8Array;
      readonly from: SocketAddress;
      readonly way: Uint8Array;
    }
  | {
      readonly kind: "log";
      readonly level: "info" | "warn" | "error";
      readonly text: string;
      readonly facts: LogFacts;
    }
  | { readonly kind: "failed"; readonly problem: string };
