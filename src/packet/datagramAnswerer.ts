import type { Chance, Clock, Log, SocketAddress } from "../base/index.ts";

/** In place of a reply's length: nothing is sent. */
export const NO_REPLY = 0;
/** In place of a reply's length: the main thread must see the message. */
export const HAND_OVER = -1;

/** The serving code of one thread: it answers datagrams in the memory that they came in. */
export interface DatagramAnswerer {
  /** Begins a batch. */
  begin(): void;
  /** Ends a batch: before every wait. */
  end(): void;
  /**
   * Answers the message of `length` octets at octet `at`, a multiple of four, in slot `slot`; its
   * sender's address is at word `addressAt`. Returns the reply's octets, which stand where the
   * message stood, or {@link NO_REPLY}, or {@link HAND_OVER}.
   */
  answer(slot: number, at: number, length: number, addressAt: number): number;
  /** The same of a message of which only the beginning is there. */
  answerCut(at: number): number;
  /** Notes that too many messages wait for the main thread. */
  countHandOverFull(): void;
  /** Notes how many replies the system has not taken so far. */
  countUnsent(total: number): void;
}

/** What a serving thread brings along. */
export interface ThreadPorts {
  /** Number of the thread in its process, from 0 on. */
  readonly thread: number;
  /** Memory that datagrams and their senders' addresses are received into. */
  readonly buffer: ArrayBufferLike;
  /** Words of an address: one, or four for IPv6. */
  readonly addressWords: 1 | 4;
  readonly sourceOf: (slot: number) => SocketAddress;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly log: Log;
}
