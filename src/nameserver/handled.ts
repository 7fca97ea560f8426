/** A request taken in: what to send back, at once or later. */
export type Handled =
  | { readonly kind: "dropped" }
  | { readonly kind: "replied"; readonly reply: Uint8Array; readonly isSigned: boolean }
  /** An UPDATE whose writer is known. Never rejects. */
  | { readonly kind: "updating"; readonly reply: Promise<Uint8Array> }
  /** A zone on its way out: pull the next message when the client has taken the one before. */
  | {
      readonly kind: "streaming";
      /**
       * Encoded and signed. `return` is called where the client goes before the end. After "cut"
       * the connection is closed: the client must not take what it has for all.
       */
      readonly messages: Iterator<Uint8Array, "whole" | "cut", undefined>;
      readonly isSigned: boolean;
    };
