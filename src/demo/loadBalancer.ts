import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { systemCode, systemErrorText } from "../net/index.ts";
import { DemoError } from "./demoError.ts";
import type { DemoListener, DemoTarget } from "./demoTarget.ts";

/** How a made-up load balancer is. */
export interface DemoState {
  readonly id: string;
  readonly availabilityZone: string;
  readonly address: string;
  readonly ports: readonly number[];
  /** `failed`: refuses connections. */
  readonly state: "serving" | "failed";
  /** How long each answer waits. */
  readonly delayMs: number;
}

/** A listener's place, which stays the same over fail and heal. */
interface Place {
  port: number;
  readonly paths: ReadonlySet<string>;
  server: Server | undefined;
}

/** One made-up load balancer: real HTTP on its own loopback address, broken on demand. */
export class LoadBalancer {
  readonly id: string;
  readonly availabilityZone: string;
  readonly #address: string;
  readonly #places: readonly Place[];
  #delayMs = 0;

  constructor(target: DemoTarget) {
    this.id = target.id;
    this.availabilityZone = target.availabilityZone;
    this.#address = target.address;
    this.#places = target.listeners.map(placeOf);
  }

  get state(): DemoState {
    const isServing = this.#places.every((place) => place.server !== undefined);
    return {
      id: this.id,
      availabilityZone: this.availabilityZone,
      address: this.#address,
      ports: this.#places.map((place) => place.port),
      state: isServing ? "serving" : "failed",
      delayMs: this.#delayMs,
    };
  }

  /** Each answer waits this long from now on; 0 for none. */
  slow(delayMs: number): void {
    this.#delayMs = delayMs;
  }

  /** Listens, without delay; harmless where it does. Throws as `start` of all. */
  async heal(): Promise<void> {
    this.#delayMs = 0;
    await Promise.all(this.#places.map((place) => this.#open(place)));
  }

  /** Refuses connections from now on, and breaks those that are open. */
  async fail(): Promise<void> {
    await Promise.all(this.#places.map(closePlace));
  }

  async #open(place: Place): Promise<void> {
    if (place.server !== undefined) return;
    const server = createServer((request, answer) => this.#answer(place, request, answer));
    try {
      place.port = await listen(server, this.#address, place.port);
    } catch (error) {
      throw this.#refusal(place.port, error);
    }
    place.server = server;
  }

  #answer(place: Place, request: IncomingMessage, answer: ServerResponse): void {
    const path = request.url?.split("?", 1)[0] ?? "";
    const status = place.paths.has(path) ? 200 : 404;
    const say = (): void => {
      answer.writeHead(status, { "content-type": "text/plain" });
      answer.end(status === 200 ? `${this.id} serves\n` : `${this.id} has no ${path}\n`);
    };
    if (this.#delayMs === 0) {
      say();
      return;
    }
    const timer = setTimeout(say, this.#delayMs);
    answer.on("close", () => clearTimeout(timer));
  }

  #refusal(port: number, cause: unknown): DemoError {
    const at = { target: this.id, address: this.#address, port };
    const act = `Cannot start the load balancer ${this.id} on ${this.#address}:${port}`;
    if (systemCode(cause) === "EADDRINUSE") {
      const message = `${act} as the port must be free: another program has it`;
      return new DemoError({ code: "port-in-use", ...at }, message, { cause });
    }
    const reason = systemErrorText(cause);
    const message = `${act} as the address must be usable here: ${reason}`;
    return new DemoError({ code: "address-unusable", ...at, reason }, message, { cause });
  }
}

function placeOf(listener: DemoListener): Place {
  return { port: listener.port, paths: new Set(listener.paths), server: undefined };
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port, exclusive: true }, () => {
      server.off("error", reject);
      server.on("error", () => {}); // single connections: the prober asks again
      const local = server.address();
      resolve(local !== null && typeof local === "object" ? local.port : port);
    });
  });
}

function closePlace(place: Place): Promise<void> {
  const { server } = place;
  place.server = undefined;
  if (server === undefined) return Promise.resolve();
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
