import { Client } from "undici";
import type { z } from "zod";
import { errorText } from "../base/index.ts";
import { DemoError } from "./demoError.ts";
import type { DemoState } from "./loadBalancer.ts";
import type { DemoSelection } from "./loadBalancers.ts";
import { type changeRequest, faultReply, type slowRequest, stateReply } from "./protocol.ts";

/** A command line waits for this, not longer: opening or closing 1,000 listeners takes less. */
const REPLY_MS_MAX = 10_000;

/**
 * Breaks and heals made-up load balancers of a running demo, from another process.
 * Each call throws DemoError: `not-running`, `malformed`, or what the demo itself says.
 */
export class DemoClient {
  readonly #socketPath: string;
  readonly #client: Client;

  constructor(socketPath: string) {
    this.#socketPath = socketPath;
    this.#client = new Client("http://demo", {
      socketPath,
      headersTimeout: REPLY_MS_MAX,
      bodyTimeout: REPLY_MS_MAX,
      connect: { timeout: REPLY_MS_MAX },
    });
  }

  /** How each load balancer is. */
  states(): Promise<readonly DemoState[]> {
    return this.#call("GET", "/v1/state");
  }

  /** From now on they refuse connections. Gives those that were meant. */
  fail(select: DemoSelection): Promise<readonly DemoState[]> {
    return this.#call("POST", "/v1/fail", { select: plain(select) });
  }

  /** From now on they serve, without delay. */
  heal(select: DemoSelection): Promise<readonly DemoState[]> {
    return this.#call("POST", "/v1/heal", { select: plain(select) });
  }

  /** From now on each answer waits `delayMs` (0..600,000). */
  slow(select: DemoSelection, delayMs: number): Promise<readonly DemoState[]> {
    return this.#call("POST", "/v1/slow", { select: plain(select), delayMs });
  }

  async close(): Promise<void> {
    await this.#client.destroy();
  }

  async #call(
    method: "GET" | "POST",
    path: string,
    request?: z.input<typeof changeRequest> | z.input<typeof slowRequest>,
  ): Promise<readonly DemoState[]> {
    const { status, text } = await this.#exchange(method, path, request);
    const reply = readJson(text);
    if (status === 200) {
      const parsed = stateReply.safeParse(reply);
      if (parsed.success) return parsed.data.targets;
    }
    const failed = faultReply.safeParse(reply);
    if (failed.success) throw new DemoError(failed.data.fault, failed.data.message);
    const problem = `status ${status}, "${text.slice(0, 80)}"`;
    throw new DemoError(
      { code: "malformed", problem },
      `Cannot read the demo's answer as it must be of protocol 1: ${problem}`,
    );
  }

  async #exchange(
    method: "GET" | "POST",
    path: string,
    request: unknown,
  ): Promise<{ status: number; text: string }> {
    try {
      const body = request === undefined ? null : JSON.stringify(request);
      const headers = body === null ? {} : { "content-type": "application/json" };
      const answer = await this.#client.request({ method, path, body, headers });
      return { status: answer.statusCode, text: await answer.body.text() };
    } catch (cause) {
      const socketPath = this.#socketPath;
      throw new DemoError(
        { code: "not-running", socketPath },
        "Cannot reach the made-up load balancers as `holdfast run` must be running with " +
          "`demo: { loadBalancers: true }`: " +
          `nobody answers at ${socketPath} (${errorText(cause)})`,
        { cause },
      );
    }
  }
}

function plain(select: DemoSelection): z.input<typeof changeRequest>["select"] {
  return "zone" in select ? { zone: select.zone } : { targets: [...select.targets] };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
