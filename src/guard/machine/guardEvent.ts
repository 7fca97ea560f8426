import type { Belief } from "./belief.ts";
import type { Denial } from "./outcome.ts";

/** What somebody who is on call wants to know of. */
export type GuardEvent =
  /** The upstream denies a name that had addresses: these go on being served. */
  | {
      readonly kind: "hold-began";
      readonly name: string;
      readonly type: number;
      readonly denial: Denial["denial"];
      readonly values: readonly string[];
    }
  /** One server denies a name, another answers: its answer is used. */
  | { readonly kind: "upstreams-disagree"; readonly name: string; readonly type: number }
  /** The upstream answers again. */
  | { readonly kind: "hold-ended"; readonly name: string; readonly type: number; heldMs: number }
  /** The denial is believed now. */
  | {
      readonly kind: "denial-believed";
      readonly name: string;
      readonly type: number;
      readonly why: Belief;
      readonly heldMs: number;
    };

/** A name that is being held up. */
export interface HeldName {
  readonly name: string;
  readonly type: number;
  readonly values: readonly string[];
  readonly denial: Denial["denial"];
  readonly heldMs: number;
  /** Milliseconds until the denial is believed, if nothing more is proven. */
  readonly leftMs: number;
  readonly tombstone: "none" | "tombstone" | "unknown";
  /** Milliseconds since the addresses last were the service; undefined: never since. */
  readonly provenMsAgo?: number;
}
