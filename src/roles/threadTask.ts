import type { LogFacts, SocketAddress } from "../base/index.ts";
import type { BatchSocketHandle } from "../net/index.ts";
import { HAND_OVER_WORDS, type HandOverLimits } from "./handOvers.ts";

/** Words of the memory by which a thread is told what to do. */
export const STOP = 0;
/** From here on: see HandOvers. */
export const HAND_OVERS = 1;
export const CONTROL_WORDS = HAND_OVERS + HAND_OVER_WORDS;

/** What a serving thread is started with. */
export interface ThreadTask {
  /** The program's own plan: see ThreadedDatagrams. */
  readonly plan: unknown;
  readonly socket: BatchSocketHandle;
  /** Number of the thread in its process, from 0 on. */
  readonly thread: number;
  readonly control: SharedArrayBuffer;
  readonly handOverLimits: HandOverLimits;
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
      /** Whose share of the messages under way it takes, until the main thread has it. */
      readonly share: number;
    }
  | {
      readonly kind: "log";
      readonly level: "info" | "warn" | "error";
      readonly text: string;
      readonly facts: LogFacts;
    }
  | { readonly kind: "failed"; readonly problem: string };
