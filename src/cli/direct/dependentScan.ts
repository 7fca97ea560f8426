import {
  type Message,
  type Name,
  Rcode,
  type ResourceRecord,
  RRClass,
  RRType,
  rcodeText,
  rdataNames,
  typeText,
} from "../../dns/index.ts";
import type { Taken } from "./signedQuestion.ts";

/** A name whose answer leads to another one. */
export interface Dependent {
  readonly name: Name;
  /** RR type mnemonic of the record that leads there. */
  readonly type: string;
}

/** Types whose records make one name depend on another. */
const LEADING_TYPES: ReadonlySet<number> = new Set([
  ...[RRType.CNAME, RRType.DNAME, RRType.SRV, RRType.MX, RRType.NS],
  ...[RRType.HTTPS, RRType.SVCB, RRType.PTR],
]);

/** Dependents kept: a person reads no longer list; the others are counted. */
const DEPENDENTS_MAX = 200;
/** Records looked at: a whole cell's zone, twice over. */
const RECORDS_MAX = 2_000_000;

/** Looks through a zone's transfer (RFC 5936) for names that lead to one of them; keeps no more. */
export class DependentScan {
  readonly found: Dependent[] = [];
  /** Found, and not kept. */
  more = 0;
  readonly #zone: Name;
  readonly #endpoint: Name;
  #records = 0;
  #isOver = false;

  constructor(zone: Name, endpoint: Name) {
    this.#zone = zone;
    this.#endpoint = endpoint;
  }

  /** Takes the next message, whose signature the caller checks. */
  push(message: Message): Taken {
    const { rcode } = message;
    if (rcode !== Rcode.NOERROR) return failed(`the server says ${rcodeText(rcode)}`);
    for (const record of message.answer) {
      const problem = this.#take(record);
      if (problem !== undefined) return failed(problem);
    }
    if (message.answer.length === 0) return failed("a message has no record");
    return { kind: this.#isOver ? "done" : "more" };
  }

  #take(record: ResourceRecord): string | undefined {
    if (this.#isOver) return "there are records behind its end";
    const isSoa = record.type === RRType.SOA && record.name === this.#zone;
    if (this.#records === 0 && !isSoa) return "it does not begin with the zone's SOA";
    if (this.#records > 0 && isSoa) {
      this.#isOver = true;
      return undefined;
    }
    this.#records += 1;
    if (this.#records > RECORDS_MAX) return `the zone has over ${RECORDS_MAX} records`;
    if (record.class !== RRClass.IN || !LEADING_TYPES.has(record.type)) return undefined;
    if (!rdataNames(record.type, record.rdata).includes(this.#endpoint)) return undefined;
    const dependent = { name: record.name, type: typeText(record.type) };
    if (this.found.length < DEPENDENTS_MAX) this.found.push(dependent);
    else this.more += 1;
    return undefined;
  }
}

function failed(problem: string): Taken {
  return { kind: "failed", problem };
}
