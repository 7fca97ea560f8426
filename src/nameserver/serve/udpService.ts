import {
  type CancelWake,
  type Chance,
  type Clock,
  type DatagramListener,
  type DatagramThreads,
  type Listening,
  type Log,
  type SocketAddress,
  utf8,
} from "../../base/index.ts";
import type { Arrival } from "../arrival.ts";
import type { AskedNames } from "../asked.ts";
import type { Handled } from "../handled.ts";
import { AskedTable } from "./askedTable.ts";
import { SECRET_AGE_MS_MAX } from "./cookieSecrets.ts";
import { MainReplies } from "./mainReplies.ts";
import { MainThreadServer } from "./mainThreadServer.ts";
import type { RateLimit } from "./rateLimitTable.ts";
import { ReplyOptions } from "./replyOptions.ts";
import { type ServePlan, ServeShare } from "./servePlan.ts";
import { VALID_COOKIE } from "./serverCookies.ts";
import type { ServeCounts } from "./threadCounters.ts";
import { releaseThread } from "./threadServer.ts";

const ALL_TAKEN = "there are more addresses than threads can serve";

/** What serving over UDP needs. */
export interface UdpServiceParts {
  /** The arena that zones live in. */
  readonly arena: SharedArrayBuffer;
  /** The server's identifier (RFC 5001), at most NSID_OCTETS_MAX octets; empty: none. */
  readonly nsid: string;
  readonly rateLimit: RateLimit;
  /** Absent, with the reason: the main thread serves. */
  readonly threads: DatagramThreads | { readonly absent: string };
  readonly datagrams: DatagramListener;
  /** What needs keys, or changes anything; the same as for messages over TCP. */
  readonly handle: (message: Uint8Array, arrival: Arrival) => Handled;
  readonly clock: Clock;
  /** Unpredictable: cookies rest on it. */
  readonly chance: Chance;
  readonly log: Log;
}

/** How UDP is served, and what was done. */
export interface UdpReport {
  readonly by: "threads" | "main thread";
  /** At work now; 0 where the main thread serves. */
  readonly threads: number;
  /** Times that a thread ended unasked and was started again. */
  readonly restarts: number;
  /** Why no threads serve. */
  readonly reason?: string;
  readonly counts: ServeCounts;
}

/** UDP: on threads of its own where the machine can, else in this one, with the same answers. */
export class UdpService {
  /** For messages over TCP and others that are answered from a Message. */
  readonly options: ReplyOptions;
  /** When names were last asked for, over UDP; whoever answers by other ways notes it here. */
  readonly asked: AskedNames;
  readonly #parts: UdpServiceParts;
  readonly #share: ServeShare;
  readonly #replies: MainReplies;
  #cancelRotation: CancelWake;

  constructor(parts: UdpServiceParts) {
    const { arena, nsid, rateLimit, chance, threads } = parts;
    this.#parts = parts;
    this.#share = new ServeShare(arena, utf8(nsid), rateLimit, chance, parts.clock.wallMs());
    this.options = new ReplyOptions(this.#share.plan);
    this.asked = askedNames(this.#share.plan, parts.clock);
    this.#replies = new MainReplies(this.#share.plan, parts.clock);
    this.#cancelRotation = this.#rotateLater();
    if ("absent" in threads) parts.log.warn("UDP is served by one thread", { why: threads.absent });
  }

  /** What serving threads are given. */
  get plan(): ServePlan {
    return this.#share.plan;
  }

  /**
   * Serves UDP on an address; in this thread, where other addresses have all threads. Rejects as
   * DatagramListener does.
   */
  listen(on: SocketAddress): Promise<Listening> {
    const { threads, datagrams } = this.#parts;
    const receive = (
      bytes: Uint8Array,
      source: SocketAddress,
      reply: (bytes: Uint8Array) => void,
    ): void => this.#handle(bytes, source, reply);
    const { clock, chance, log } = this.#parts;
    if (!("absent" in threads)) {
      const ended = (thread: number): void => releaseThread(this.plan, thread);
      if (threads.freePlaces > 0) return threads.listen(on, { plan: this.plan, receive, ended });
      const { address, port } = on;
      log.warn("UDP on an address is served by the main thread", { address, port, why: ALL_TAKEN });
    }
    const server = new MainThreadServer(this.plan, on, { clock, chance, log });
    return datagrams.listen(on, (bytes, source, reply) => {
      const answer = server.answer(bytes, source);
      if (answer === "for main") receive(bytes, source, reply);
      else if (answer !== "none") reply(answer);
    });
  }

  /** Takes a new limit; what is being served goes on. */
  setRateLimit(limit: RateLimit): void {
    this.#share.limits.set(limit);
  }

  report(): UdpReport {
    const { threads } = this.#parts;
    const counts = this.#share.counts();
    if ("absent" in threads) {
      return { by: "main thread", threads: 0, restarts: 0, reason: threads.absent, counts };
    }
    return { by: "threads", threads: threads.running, restarts: threads.restarts, counts };
  }

  /** Ends what goes on by itself; listeners are closed by whoever opened them. */
  close(): void {
    this.#cancelRotation();
  }

  #handle(bytes: Uint8Array, source: SocketAddress, reply: (bytes: Uint8Array) => void): void {
    this.options.forget();
    const handled = this.#parts.handle(bytes, { transport: "udp", source });
    if (handled.kind === "updating") void handled.reply.then(reply); // it was signed
    if (handled.kind !== "replied") return;
    const isProven = handled.isSigned || this.options.cookieSeen === VALID_COOKIE;
    const allowed = isProven ? handled.reply : this.#replies.allowed(handled.reply, source);
    if (allowed !== undefined) reply(allowed);
  }

  #rotateLater(): CancelWake {
    return this.#parts.clock.wakeAfter(SECRET_AGE_MS_MAX, () => {
      this.#share.secrets.rotate();
      this.#cancelRotation = this.#rotateLater();
    });
  }
}

function askedNames({ asked, startedMs }: ServePlan, clock: Clock): AskedNames {
  const table = new AskedTable(asked, startedMs);
  return {
    sinceMs: startedMs,
    last: (name) => table.last(name),
    note: (name) => {
      table.at(clock.wallMs());
      table.noteName(name);
    },
  };
}
