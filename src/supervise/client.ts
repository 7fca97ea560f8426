import type { z } from "zod";
import { errorText } from "../base/index.ts";
import { SuperviseError } from "./superviseError.ts";
import {
  type ProcessTable,
  processTableSchema,
  type ReloadOutcome,
  reloadOutcomeSchema,
} from "./table.ts";

/** A supervisor answers from memory: later than this, it is stopped or starved. Milliseconds. */
const ANSWER_MS_MAX = 2_000;
/** A large configuration is read and checked whole before the answer. Milliseconds. */
const RELOAD_MS_MAX = 30_000;

/** Asks the supervisor of a state folder, over its socket. */
export class SupervisorClient {
  readonly #socketPath: string;

  constructor(socketPath: string) {
    this.#socketPath = socketPath;
  }

  /** Throws SuperviseError `unreachable`. */
  async status(): Promise<ProcessTable> {
    return this.#parsed(processTableSchema, await this.#ask("GET", "/v1/status", ANSWER_MS_MAX));
  }

  /** Has the configuration file read again. Throws SuperviseError `unreachable`. */
  async reload(actor: string): Promise<ReloadOutcome> {
    const answer = await this.#ask("POST", "/v1/reload", RELOAD_MS_MAX, { actor });
    return this.#parsed(reloadOutcomeSchema, answer);
  }

  /** Asks it to end with all its processes; returns before they have. */
  async stop(actor: string): Promise<void> {
    await this.#ask("POST", "/v1/stop", ANSWER_MS_MAX, { actor });
  }

  async #ask(
    method: "GET" | "POST",
    path: string,
    withinMs: number,
    body?: object,
  ): Promise<unknown> {
    const { Client } = await import("undici"); // roles come through this door and never ask
    const client = new Client("http://localhost", { socketPath: this.#socketPath });
    try {
      const response = await client.request({
        method,
        path,
        signal: AbortSignal.timeout(withinMs),
        ...(body === undefined
          ? {}
          : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
      });
      return await response.body.json();
    } catch (cause) {
      throw this.#unreachable(errorText(cause), cause);
    } finally {
      await client.destroy();
    }
  }

  #parsed<Schema extends z.ZodType>(schema: Schema, answer: unknown): z.infer<Schema> {
    const read = schema.safeParse(answer);
    if (read.success) return read.data;
    throw this.#unreachable("its answer is not one of this version", read.error);
  }

  #unreachable(reason: string, cause: unknown): SuperviseError {
    return new SuperviseError(
      { code: "unreachable", reason },
      `Cannot ask the supervisor at ${this.#socketPath} as it must run and answer: ${reason}`,
      { cause },
    );
  }
}
