import { rcodeText } from "../dns/index.ts";
import type { ServeCounts } from "./serve/threadCounters.ts";
import type { UdpReport } from "./serve/udpService.ts";
import type { DnssecReport } from "./sign/report.ts";
import type { TransferReport } from "./transfer/transferCounts.ts";
import type { Rule } from "./update/rules/refusal.ts";
import type { UpdateOutcome } from "./update/updateOutcome.ts";

/** How a message came. */
export type Transport = "udp" | "tcp";

/** What a nameserver has done since it started, and what it holds. */
export interface NameserverReport {
  /** Requests that were decoded, or answered with FORMERR. */
  readonly requests: Readonly<Record<Transport, number>>;
  /** Messages that got no reply: responses, or shorter than a header. */
  readonly dropped: number;
  /** Responses by RCODE mnemonic. */
  readonly responses: Readonly<Record<string, number>>;
  readonly updatesAccepted: number;
  /** UPDATEs that met a condition that did not hold: lost races. */
  readonly updatesConditionFailed: number;
  /** UPDATEs answered with any other error. */
  readonly updatesRefused: number;
  /** UPDATEs refused by our own rules, by rule. */
  readonly refusals: Readonly<Partial<Record<Rule, number>>>;
  readonly updatesWaiting: number;
  readonly tcp: {
    readonly open: number;
    /** Closed in favour of a newcomer, or because their source had too many. */
    readonly evicted: number;
    /** Not taken, since nobody could be closed for them. */
    readonly refused: number;
    /** Closed for idleness or for reading too slowly. */
    readonly timedOut: number;
  };
  readonly transfers: TransferReport;
  readonly zones: readonly ZoneReport[];
  /** How UDP is served: by threads or not, and why not. */
  readonly udp: UdpReport;
  /** What is signed; absent where signing is not possible. */
  readonly dnssec?: DnssecReport;
  /** What of the configuration could not be taken up, one sentence each; empty: all was. */
  readonly problems: readonly string[];
}

/** What is held of one zone. */
export interface ZoneReport {
  readonly name: string;
  /** SOA serial. */
  readonly serial: number;
  readonly isSeeded: boolean;
  /** Names that own records. */
  readonly names: number;
  /** Endpoints with a fence. */
  readonly endpoints: number;
  /** False: it is served only because it still holds endpoints. */
  readonly isInConfiguration: boolean;
}

/** Counts what is answered. */
export class Counters {
  readonly requests: Record<Transport, number> = { udp: 0, tcp: 0 };
  dropped = 0;
  updatesAccepted = 0;
  updatesConditionFailed = 0;
  updatesRefused = 0;
  readonly #responses: number[] = [];
  readonly #refusals = new Map<Rule, number>();

  response(rcode: number): void {
    this.#responses[rcode] = (this.#responses[rcode] ?? 0) + 1;
  }

  update(outcome: UpdateOutcome): void {
    if (outcome.rcode === 0) this.updatesAccepted += 1;
    else if (outcome.isConditionFailed === true) this.updatesConditionFailed += 1;
    else this.updatesRefused += 1;
    const { rule } = outcome;
    if (rule !== undefined) this.#refusals.set(rule, (this.#refusals.get(rule) ?? 0) + 1);
  }

  /** What was answered here and by serving threads, together. */
  answered(threads: ServeCounts): Pick<NameserverReport, "requests" | "dropped" | "responses"> {
    const responses: Record<string, number> = { ...this.responses };
    for (const [rcode, count] of threads.responses.entries()) {
      if (count === 0) continue;
      const text = rcodeText(rcode);
      responses[text] = (responses[text] ?? 0) + count;
    }
    // What was handed over is counted here when it arrives.
    const udp = this.requests.udp + threads.received - threads.handedOver - threads.dropped;
    const requests = { ...this.requests, udp };
    const dropped = this.dropped + threads.dropped + threads.handOverFull;
    return { requests, dropped, responses };
  }

  get responses(): Readonly<Record<string, number>> {
    return Object.fromEntries(
      this.#responses.map((count, rcode) => [rcodeText(rcode), count]).filter(([, count]) => count),
    );
  }

  get refusals(): Readonly<Partial<Record<Rule, number>>> {
    return Object.fromEntries(this.#refusals);
  }
}
