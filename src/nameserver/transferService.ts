import type { Message } from "../dns/index.ts";
import type { Arrival } from "./arrival.ts";
import type { Verified } from "./reply.ts";

/** Who asks for a transfer. */
export interface TransferAsker extends Arrival {
  /** Absent: not signed. The responses are signed with its key, from its MAC on. */
  readonly signature?: Verified;
}

/** What becomes of an AXFR or IXFR query. */
export type TransferAnswer =
  /** One message, which is encoded, cut to size and signed like any other response. */
  | { readonly kind: "message"; readonly response: Message }
  /** Several over TCP, encoded and signed, made as they are pulled. */
  | {
      readonly kind: "messages";
      readonly messages: Iterator<Uint8Array, "whole" | "cut", undefined>;
    };

/** Answers AXFR and IXFR queries: one question, of one of these types. */
export interface TransferService {
  answer(request: Message, by: TransferAsker): TransferAnswer;
}
