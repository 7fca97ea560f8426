import type { ByteStream, CancelWake, Clock, Log, SocketAddress } from "../../base/index.ts";
import type { Handled } from "../handled.ts";
import { sourceKey } from "../sourceKey.ts";
import { ConnectionTable, TCP_LIMITS, type TcpLimits } from "./connectionTable.ts";
import { FairTurns } from "./fairTurns.ts";
import { TcpConnection, type TcpConnectionParts } from "./tcpConnection.ts";

const SWEEP_MS = 1_000; // time-outs are kept to the second

/** All connections of a nameserver, over all of its listening sockets. */
export class TcpServer {
  readonly #limits: TcpLimits;
  readonly #clock: Clock;
  readonly #table: ConnectionTable<TcpConnection>;
  readonly #parts: TcpConnectionParts;
  readonly #turns: FairTurns;
  #pendingOctets = 0;
  #cancelSweep: CancelWake;
  #isClosed = false;
  #evictedCount = 0;
  #refusedCount = 0;
  #timedOutCount = 0;

  constructor(
    handle: (message: Uint8Array, source: SocketAddress) => Handled,
    clock: Clock,
    log: Log,
    limits: TcpLimits = TCP_LIMITS,
  ) {
    this.#limits = limits;
    this.#clock = clock;
    this.#table = new ConnectionTable(limits);
    this.#turns = new FairTurns(clock, limits);
    this.#parts = {
      limits,
      clock,
      log,
      turns: this.#turns,
      handle,
      onActivity: (connection) => this.#table.noteActivity(connection, clock.monotonicMs()),
      onSigned: (connection) => this.#table.noteSigned(connection),
      onPending: (connection, octets) => {
        this.#pendingOctets += octets;
        if (octets > 0) this.#makeRoom(connection);
      },
      onClosed: (connection) => this.#table.remove(connection),
    };
    this.#cancelSweep = clock.wakeAfter(SWEEP_MS, () => this.#sweep());
  }

  /** Takes in a new connection, or closes it where there is no room. */
  accept(stream: ByteStream): void {
    const source = sourceKey(stream.remote.address);
    const connection = new TcpConnection(stream, source, this.#parts);
    const admission = this.#isClosed
      ? ({ kind: "refused" } as const)
      : this.#table.admit(connection, source, this.#clock.monotonicMs());
    if (admission.kind === "refused") {
      this.#refusedCount += 1;
      connection.close();
    } else if (admission.evicted !== undefined) {
      this.#evictedCount += 1;
      admission.evicted.close();
    }
  }

  /** Counts since the start; `open` and `pendingOctets` are of now. */
  get counts() {
    return {
      open: this.#table.size,
      evicted: this.#evictedCount,
      refused: this.#refusedCount,
      timedOut: this.#timedOutCount,
      pendingOctets: this.#pendingOctets,
    };
  }

  /** Closes every connection. */
  close(): void {
    this.#isClosed = true;
    this.#cancelSweep();
    this.#turns.close();
    for (const connection of this.#table.connections()) connection.close();
  }

  /**
   * Closes whoever keeps most octets waiting while there are too many of them: not the next one
   * that sends some, who may be anybody. Among equals it is `newest`; who signed comes last.
   */
  #makeRoom(newest: TcpConnection): void {
    while (this.#pendingOctets > this.#limits.pendingOctetsMax) {
      let greediest = newest;
      for (const connection of this.#table.connections()) {
        if (isGreedier(connection, greediest)) greediest = connection;
      }
      if (greediest.pendingOctets === 0) return;
      this.#evictedCount += 1;
      greediest.close();
    }
  }

  #sweep(): void {
    const nowMs = this.#clock.monotonicMs();
    const late = new Set(this.#table.idle(nowMs));
    for (const connection of this.#table.connections()) {
      if (connection.stalledMs(nowMs) >= this.#limits.stalledMs) late.add(connection);
    }
    this.#timedOutCount += late.size;
    for (const connection of late) connection.close();
    this.#cancelSweep = this.#clock.wakeAfter(SWEEP_MS, () => this.#sweep());
  }
}

function isGreedier(left: TcpConnection, right: TcpConnection): boolean {
  if (left.pendingOctets === 0) return false;
  if (left.isSigned !== right.isSigned) return right.isSigned || right.pendingOctets === 0;
  return left.pendingOctets > right.pendingOctets;
}
