import { Pool } from "undici";
import { type Clock, errorText } from "../../base/index.ts";
import { refused, StoreError } from "../storeError.ts";
import { LARGE_OCTETS_MAX, type Operation } from "./operation.ts";
import { checkVersion, failureOf, PROTOCOL_HEADER, PROTOCOL_VERSION } from "./protocol.ts";

/** Connections of one process: a large answer on one does not hold up the small ones. */
const CONNECTIONS_MAX = 4;
/** Calls waiting or under way; more are told at once that the owner cannot be reached. */
const CALLS_MAX = 1_000;

/** Makes calls over the socket, each with a deadline. */
export class Caller {
  readonly #pool: Pool;
  readonly #clock: Clock;
  /** One per call under way. */
  readonly #deadlines = new Set<AbortController>();

  constructor(socketPath: string, clock: Clock) {
    this.#clock = clock;
    this.#pool = new Pool("http://plan-store", {
      socketPath,
      connections: CONNECTIONS_MAX,
      pipelining: 1,
      // Deadlines are ours: one per call, on our clock.
      headersTimeout: 0,
      bodyTimeout: 0,
      maxResponseSize: LARGE_OCTETS_MAX * 2,
    });
  }

  /**
   * Rejects with the owner's StoreError, or with `unreachable` where its answer did not arrive;
   * `refused` where the request is too large to be sent at all.
   */
  async call<Request, Answer>(
    operation: Operation<Request, Answer>,
    request: Request,
  ): Promise<Answer> {
    const { name, octetsMax } = operation;
    if (this.#deadlines.size >= CALLS_MAX) {
      throw unreachable(name, `at most ${CALLS_MAX} calls may be under way: as many are`);
    }
    const body = operation.encode(request);
    const octets = Buffer.byteLength(body);
    if (octets > octetsMax) {
      throw refused(`Cannot ${name} as a request must be <= ${octetsMax} octets: it is ${octets}`);
    }
    return this.#send(operation, body);
  }

  /** Ends every call under way as unreachable. */
  async close(): Promise<void> {
    for (const deadline of this.#deadlines) deadline.abort();
    await this.#pool.destroy();
  }

  async #send<Request, Answer>(
    operation: Operation<Request, Answer>,
    body: string,
  ): Promise<Answer> {
    const { name, timeoutMs } = operation;
    const deadline = new AbortController();
    this.#deadlines.add(deadline);
    let late = false;
    const cancel = this.#clock.wakeAfter(timeoutMs, () => {
      late = true;
      deadline.abort();
    });
    let answer: unknown;
    try {
      const response = await this.#pool.request({
        method: "POST",
        path: `/v1/${name}`,
        headers: {
          "content-type": "application/json",
          [PROTOCOL_HEADER]: String(PROTOCOL_VERSION),
        },
        body,
        signal: deadline.signal,
      });
      const text = await response.body.text();
      checkVersion(response.headers[PROTOCOL_HEADER], "the plan store");
      answer = JSON.parse(text);
      if (response.statusCode !== 200) {
        throw failureOf(answer) ?? unreachable(name, `HTTP ${response.statusCode}`);
      }
    } catch (error) {
      if (error instanceof StoreError) throw error;
      const problem = late ? `no answer in ${timeoutMs} ms` : errorText(error);
      throw unreachable(name, problem, error);
    } finally {
      cancel();
      this.#deadlines.delete(deadline);
    }
    return operation.decode(answer);
  }
}

function unreachable(operation: string, problem: string, cause?: unknown): StoreError {
  const message = `Cannot ${operation} as the plan store must be reachable: ${problem}`;
  return new StoreError({ code: "unreachable", operation }, message, { cause });
}
