import { Agent, type Dispatcher, errors } from "undici";
import type { z } from "zod";
import { errorText } from "../../base/index.ts";
import { ApiError } from "../apiError.ts";
import { EndpointsPage, EndpointView } from "../schemas/endpoints.ts";
import { Changed, ErrorBody } from "../schemas/fields.ts";
import { BackupView, JournalPage } from "../schemas/journal.ts";
import {
  OrderChanged,
  OrdersPage,
  type OrderView,
  type OverrideRequest,
  type ReleaseRequest,
  type RetirementRequest,
  type RevivalRequest,
  RollbackChanged,
  RollbackPreview,
  type RollbackPreviewRequest,
  type RollbackRequest,
} from "../schemas/orders.ts";
import { type EntryView, PlanDiffView, PlanPage, PlansPage } from "../schemas/plans.ts";
import { StatusView } from "../schemas/status.ts";
import { InventoryView, TargetsView } from "../schemas/targets.ts";
import { eventStream, type StreamedEvent } from "./eventStream.ts";

/** Longest wait for an answer; the API itself waits at most 2 s for others. Milliseconds. */
const ANSWER_MS_MAX = 15_000;
/** Copying a large plan store takes longer than any answer. Milliseconds. */
const BACKUP_MS_MAX = 600_000;
/** A rollback of every endpoint of a large region goes in parts. Milliseconds. */
const ROLLBACK_MS_MAX = 300_000;
/** Rows per page that the client asks for when it wants all of them. */
const PAGE_ROWS = 1000;

/** Where an API is, and as whom to ask. */
export interface ApiAccess {
  /** `http://127.0.0.1:8053`. */
  readonly baseUrl: string;
  /** Wanted of whatever changes anything; reading needs none. */
  readonly token?: string;
  /** `operator:<name>`: who is written down for changes. */
  readonly actor?: string;
}

type Query = Readonly<Record<string, string | number | undefined>>;

/**
 * A client of the API. Every call rejects with ApiError: `api-unreachable` where nobody answers,
 * `api-refused` with the API's own words, `api-malformed-answer` where it is something else.
 */
export class ApiClient {
  readonly #access: ApiAccess;
  readonly #agent = new Agent({ connectTimeout: 2_000, keepAliveTimeout: 1_000 });

  constructor(access: ApiAccess) {
    this.#access = access;
  }

  /** Gives up its connections. */
  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  status(): Promise<StatusView> {
    return this.#get(StatusView, "/v1/status");
  }

  endpoints(query: Query): Promise<EndpointsPage> {
    return this.#get(EndpointsPage, `/v1/endpoints${queryText(query)}`);
  }

  endpoint(name: string): Promise<EndpointView> {
    return this.#get(EndpointView, `/v1/endpoints/${encodeURIComponent(name)}`);
  }

  plans(query: Query): Promise<PlansPage> {
    return this.#get(PlansPage, `/v1/plans${queryText(query)}`);
  }

  diff(from: string, to: string): Promise<PlanDiffView> {
    return this.#get(PlanDiffView, `/v1/plans/${from}/diff/${to}`);
  }

  targets(): Promise<TargetsView> {
    return this.#get(TargetsView, "/v1/targets");
  }

  inventory(): Promise<InventoryView> {
    return this.#get(InventoryView, "/v1/inventory");
  }

  journal(query: Query): Promise<JournalPage> {
    return this.#get(JournalPage, `/v1/journal${queryText(query)}`);
  }

  /** The newest plan with all of its entries, page by page of one generation. */
  async wholePlan(): Promise<PlanPage> {
    const first = await this.#get(PlanPage, `/v1/plans/newest?limit=${PAGE_ROWS}`);
    const entries: EntryView[] = [...first.entries];
    let after = first.next;
    while (after !== undefined) {
      const query = queryText({ after, limit: PAGE_ROWS });
      const page = await this.#get(PlanPage, `/v1/plans/${first.generation}${query}`);
      entries.push(...page.entries);
      after = page.next;
    }
    const { next: _, ...head } = first;
    return { ...head, entries };
  }

  force(targetId: string, state: "drain" | "up" | "down", reason: string): Promise<Changed> {
    const path = `/v1/targets/${encodeURIComponent(targetId)}/force`;
    return this.#ask(Changed, "PUT", path, { state, reason });
  }

  release(targetId: string): Promise<Changed> {
    return this.#ask(Changed, "DELETE", `/v1/targets/${encodeURIComponent(targetId)}/force`);
  }

  /** Every order of a kind (of all kinds where absent), page by page, and overrides only in DNS. */
  async orders(kind?: OrderView["kind"]): Promise<Omit<OrdersPage, "next">> {
    const path = (after?: string) => `/v1/orders${queryText({ kind, after, limit: PAGE_ROWS })}`;
    const first = await this.#get(OrdersPage, path());
    const orders = [...first.orders];
    let after = first.next;
    while (after !== undefined) {
      const page = await this.#get(OrdersPage, path(after));
      orders.push(...page.orders);
      after = page.next;
    }
    return { orders, fenceOverrides: first.fenceOverrides };
  }

  setOverride(name: string, wish: OverrideRequest): Promise<OrderChanged> {
    return this.#ask(OrderChanged, "PUT", orderPath(name, "override"), wish);
  }

  retire(name: string, wish: RetirementRequest): Promise<OrderChanged> {
    return this.#ask(OrderChanged, "PUT", orderPath(name, "retirement"), wish);
  }

  revive(name: string, wish: RevivalRequest): Promise<OrderChanged> {
    return this.#ask(OrderChanged, "PUT", orderPath(name, "revival"), wish);
  }

  /** Ends an endpoint's order before its time. */
  endOrder(
    name: string,
    kind: "override" | "retirement" | "revival",
    reason: string | undefined,
  ): Promise<OrderChanged> {
    const path = `${orderPath(name, kind)}${queryText({ reason })}`;
    return this.#ask(OrderChanged, "DELETE", path);
  }

  previewRollback(wish: RollbackPreviewRequest): Promise<RollbackPreview> {
    return this.#ask(RollbackPreview, "POST", "/v1/rollbacks/preview", wish, ROLLBACK_MS_MAX);
  }

  rollback(wish: RollbackRequest): Promise<RollbackChanged> {
    return this.#ask(RollbackChanged, "POST", "/v1/rollbacks", wish, ROLLBACK_MS_MAX);
  }

  releaseRollbacks(wish: ReleaseRequest): Promise<RollbackChanged> {
    return this.#ask(RollbackChanged, "POST", "/v1/rollbacks/release", wish, ROLLBACK_MS_MAX);
  }

  /** Copies the plan store to an absolute path on the API's machine. */
  backup(path: string): Promise<z.output<typeof BackupView>> {
    return this.#ask(BackupView, "POST", "/v1/backup", { path }, BACKUP_MS_MAX);
  }

  /**
   * Events as they happen, from behind `after`. Ends when the API ends the stream; rejects where
   * it cannot be reached. `signal` ends it from this side.
   */
  async *events(after: number | undefined, signal: AbortSignal): AsyncGenerator<StreamedEvent> {
    const path = `/v1/events${queryText({ after })}`;
    const response = await this.#send("GET", path, undefined, 0, signal);
    if (response.statusCode !== 200) throw await this.#refusal(response);
    yield* eventStream(response.body);
  }

  #get<Schema extends z.ZodType>(schema: Schema, path: string): Promise<z.output<Schema>> {
    return this.#ask(schema, "GET", path);
  }

  async #ask<Schema extends z.ZodType>(
    schema: Schema,
    method: "GET" | "PUT" | "POST" | "DELETE",
    path: string,
    body?: object,
    withinMs: number = ANSWER_MS_MAX,
  ): Promise<z.output<Schema>> {
    const signal = AbortSignal.timeout(withinMs);
    const response = await this.#send(method, path, body, withinMs, signal);
    if (response.statusCode !== 200) throw await this.#refusal(response);
    const read = schema.safeParse(await this.#json(response));
    if (read.success) return read.data;
    throw malformed(`${method} ${path} answered something else`, read.error);
  }

  async #send(
    method: "GET" | "PUT" | "POST" | "DELETE",
    path: string,
    body: object | undefined,
    withinMs: number,
    signal: AbortSignal,
  ): Promise<Dispatcher.ResponseData> {
    const { baseUrl, token, actor } = this.#access;
    try {
      return await this.#agent.request({
        ...{ origin: baseUrl, method, path, signal },
        ...{ headersTimeout: withinMs === 0 ? ANSWER_MS_MAX : withinMs, bodyTimeout: withinMs },
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(actor === undefined ? {} : { "holdfast-actor": actor }),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        body: body === undefined ? null : JSON.stringify(body),
      });
    } catch (cause) {
      throw this.#unreachable(cause);
    }
  }

  async #json(response: Dispatcher.ResponseData): Promise<unknown> {
    try {
      return await response.body.json();
    } catch (cause) {
      if (cause instanceof SyntaxError) throw malformed("its answer is not JSON", cause);
      throw this.#unreachable(cause);
    }
  }

  async #refusal(response: Dispatcher.ResponseData): Promise<ApiError> {
    const read = ErrorBody.safeParse(await this.#json(response));
    if (!read.success) return malformed(`it answered with status ${response.statusCode}`);
    const { code, message, hint } = read.data.error;
    const facts = { code: "api-refused" as const, status: response.statusCode, reason: code };
    return new ApiError(hint === undefined ? facts : { ...facts, hint }, message);
  }

  #unreachable(cause: unknown): ApiError {
    const { baseUrl } = this.#access;
    const late = cause instanceof errors.HeadersTimeoutError || cause instanceof DOMException;
    const reason = late ? "it does not answer in time" : errorText(cause);
    return new ApiError(
      { code: "api-unreachable", address: baseUrl },
      `Cannot ask the API at ${baseUrl}: ${reason}`,
      { cause },
    );
  }
}

function malformed(problem: string, cause?: unknown): ApiError {
  return new ApiError(
    { code: "api-malformed-answer", problem },
    `Cannot understand the API: ${problem}. Is it another program, or another version?`,
    cause === undefined ? {} : { cause },
  );
}

function orderPath(name: string, kind: "override" | "retirement" | "revival"): string {
  return `/v1/endpoints/${encodeURIComponent(name)}/${kind}`;
}

function queryText(query: Query): string {
  const parts = Object.entries(query).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${encodeURIComponent(value)}`],
  );
  return parts.length === 0 ? "" : `?${parts.join("&")}`;
}
