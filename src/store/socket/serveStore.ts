import type { IncomingMessage, ServerResponse } from "node:http";
import type { FastifyInstance } from "fastify";
import { type Clock, errorText, type Log } from "../../base/index.ts";
import type { Store } from "../store.ts";
import { refused, StoreError } from "../storeError.ts";
import { answerText, type Operation } from "./operation.ts";
import { OPERATIONS } from "./operations.ts";
import {
  ALIVE_EVERY_MS,
  checkVersion,
  failureText,
  PROTOCOL_HEADER,
  PROTOCOL_VERSION,
  STATUS,
} from "./protocol.ts";
import { checkSocketPath, removeStaleSocket } from "./socketPath.ts";
import { Subscriber } from "./subscriber.ts";

/** Watchers at once: a region has about ten processes, and a person may look on from a few more. */
export const SUBSCRIBERS_MAX = 64;
/** Connections at once; each process keeps a few. */
const CONNECTIONS_MAX = 512;
/** A connection on which nothing moves for this long is closed: its process is stopped or gone. */
const IDLE_MS_MAX = 30_000;

const OWNER_ONLY_UMASK = 0o177;

/** A plan store that is being served. */
export interface ServedStore {
  /** Stops listening, cuts every connection and removes the socket. The store stays open. */
  close(): Promise<void>;
}

/**
 * Serves a store on a Unix domain socket that only its owner may open. Rejects with StoreError
 * `refused` (path too long, something else there) or `unusable`.
 */
export async function serveStore(
  store: Store,
  socketPath: string,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): Promise<ServedStore> {
  checkSocketPath(socketPath);
  const watchers = new Watchers(store, clock);
  const app = await buildApp(store, watchers, log);
  await app.ready();
  await removeStaleSocket(socketPath);
  await listen(app, socketPath);
  return {
    close: async () => {
      watchers.close();
      app.server.closeAllConnections();
      await app.close();
    },
  };
}

async function buildApp(store: Store, watchers: Watchers, log: Log): Promise<FastifyInstance> {
  // Loaded here, as every process comes through this room's door and one alone serves.
  const { default: Fastify } = await import("fastify");
  const app = Fastify({
    logger: false,
    connectionTimeout: IDLE_MS_MAX,
    requestTimeout: IDLE_MS_MAX,
    forceCloseConnections: true,
  });
  app.server.maxConnections = CONNECTIONS_MAX;
  app.addHook("onRequest", async (request, reply) => {
    reply.header(PROTOCOL_HEADER, String(PROTOCOL_VERSION));
    checkVersion(request.headers[PROTOCOL_HEADER], "a caller");
  });
  app.setNotFoundHandler((request) => {
    throw refused(`Cannot ${request.method} ${request.url} as it must be an operation`);
  });
  app.setErrorHandler((error, request, reply) => {
    const fault = faultOf(error, request.url);
    if (fault.fault.code === "unreachable") {
      log.error("the plan store failed", { operation: request.url, problem: errorText(error) });
    }
    return reply
      .status(STATUS[fault.fault.code])
      .header("content-type", "application/json")
      .send(failureText(fault));
  });
  for (const operation of Object.values(OPERATIONS)) addOperation(app, store, operation);
  app.get("/v1/watch", async (_request, reply) => {
    watchers.checkRoom();
    reply.hijack();
    await watchers.add(reply.raw);
  });
  return app;
}

function addOperation(
  app: FastifyInstance,
  store: Store,
  operation: Operation<never, unknown>,
): void {
  app.post(`/v1/${operation.name}`, { bodyLimit: operation.octetsMax }, async (request, reply) => {
    const answer = await operation.handle(store, request.body);
    return reply.header("content-type", "application/json").send(answerText(answer));
  });
}

// What is no StoreError is either a request that fastify could not read, or a bug here: of a bug's
// outcome the caller knows nothing.
function faultOf(error: unknown, operation: string): StoreError {
  if (error instanceof StoreError) return error;
  const status = error instanceof Error && "statusCode" in error ? error.statusCode : 500;
  const problem = errorText(error);
  if (typeof status === "number" && status >= 400 && status < 500) {
    return new StoreError({ code: "malformed", problem }, `Cannot read the request: ${problem}`);
  }
  return new StoreError({ code: "unreachable", operation }, `The plan store failed: ${problem}`);
}

function listen(app: FastifyInstance, socketPath: string): Promise<void> {
  return new Promise((resolve, reject) => {
    app.server.once("error", (error) => {
      const message = `Cannot listen on ${socketPath} as its folder must be writable`;
      const fault = { code: "unusable", problem: errorText(error) } as const;
      reject(new StoreError(fault, message, { cause: error }));
    });
    // Binding to a path is synchronous, so that the socket never has wider permissions.
    const umask = process.umask(OWNER_ONLY_UMASK);
    try {
      app.server.listen(socketPath, resolve);
    } finally {
      process.umask(umask);
    }
  });
}

/** Everybody who watches. */
class Watchers {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #leave = new Set<() => void>();

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  checkRoom(): void {
    if (this.#leave.size < SUBSCRIBERS_MAX) return;
    throw refused(`Cannot watch as at most ${SUBSCRIBERS_MAX} may: as many do`);
  }

  async add(response: ServerResponse<IncomingMessage>): Promise<void> {
    response.writeHead(200, {
      "content-type": "application/x-ndjson",
      [PROTOCOL_HEADER]: String(PROTOCOL_VERSION),
    });
    const subscriber = new Subscriber((text) => response.write(text));
    response.on("drain", () => subscriber.drained());
    const stopHints = this.#store.watch((hint) => subscriber.hint(hint));
    const stopJournal = this.#store.watchJournal((seq) => subscriber.journalRose(seq));
    let cancelAlive = (): void => {};
    const aliveAgain = (): void => {
      subscriber.alive();
      cancelAlive = this.#clock.wakeAfter(ALIVE_EVERY_MS, aliveAgain);
    };
    aliveAgain();
    const leave = (): void => {
      if (!this.#leave.delete(leave)) return;
      stopHints();
      stopJournal();
      cancelAlive();
      response.destroy();
    };
    this.#leave.add(leave);
    response.on("close", leave);
    response.on("error", leave);
    // Events may have been recorded while this watcher was away.
    const [newest] = await this.#store.newestEvents(1).catch(() => []);
    if (newest !== undefined) subscriber.journalRose(newest.seq);
  }

  close(): void {
    for (const leave of [...this.#leave]) leave();
  }
}
