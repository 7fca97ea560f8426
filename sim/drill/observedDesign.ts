// A design as it is, with somebody at its doors who writes down what passes, and changes nothing.
import type { Update } from "../../src/dns/index.ts";
import type {
  Design,
  DesignWorld,
  DnsReply,
  DnsService,
  Host,
  Port,
  WitnessEvent,
  Writer,
} from "../design.ts";

/** What is seen of a design. Times of `asked` are those of the world, others of its wall. */
export interface Observer {
  /** A process sends a question to another. */
  asked?(atMs: number, by: string, to: string): void;
  /** An UPDATE was answered. */
  answered?(atWallMs: number, by: Writer, update: Update, reply: DnsReply): void;
  witnessed?(atWallMs: number, event: WitnessEvent): void;
  /** The design has begun: people may act by themselves, at times of their own. */
  began?(world: DesignWorld): void;
}

/** The same design, observed. */
export function observedDesign(design: Design, observer: Observer): Design {
  return {
    ...design,
    start: (world) => {
      const observed = observedWorld(world, observer);
      const run = design.start(observed);
      observer.began?.(observed);
      return run;
    },
  };
}

function observedWorld(world: DesignWorld, observer: Observer): DesignWorld {
  const { scene } = world;
  return {
    scene,
    dns: new ObservedPort(world, observer),
    get nowMs() {
      return world.nowMs;
    },
    get wallMs() {
      return world.wallMs;
    },
    isUp: (target) => world.isUp(target),
    chance: (purpose) => world.chance(purpose),
    port: (process) => world.port(process),
    spawn: (spec) => {
      world.spawn({ ...spec, boot: (host) => spec.boot(observedHost(world, host, observer)) });
    },
    end: (id) => world.end(id),
    restart: (id, downMs, between) => world.restart(id, downMs, between),
    later: (afterMs, task) => world.later(afterMs, task),
    tell: (who, line) => world.tell(who, line),
    witness: (event) => {
      observer.witnessed?.(world.wallMs, event);
      world.witness(event);
    },
  };
}

function observedHost(world: DesignWorld, host: Host, observer: Observer): Host {
  if (observer.asked === undefined) return host;
  return {
    ...host,
    ask: (port, work, options) => {
      observer.asked?.(world.nowMs, host.id, port.process);
      return host.ask(port, work, options);
    },
  };
}

class ObservedPort implements Port<DnsService> {
  readonly #world: DesignWorld;
  readonly #observer: Observer;
  /** One for each life of the server: whoever compares them sees the same. */
  readonly #observed = new WeakMap<DnsService, DnsService>();

  constructor(world: DesignWorld, observer: Observer) {
    this.#world = world;
    this.#observer = observer;
  }

  get process(): string {
    return this.#world.dns.process;
  }

  get service(): DnsService | undefined {
    const real = this.#world.dns.service;
    if (real === undefined) return undefined;
    const known = this.#observed.get(real);
    if (known !== undefined) return known;
    const observed = this.#observe(real);
    this.#observed.set(real, observed);
    return observed;
  }

  #observe(real: DnsService): DnsService {
    const note = (by: Writer, update: Update, reply: DnsReply): DnsReply => {
      this.#observer.answered?.(this.#world.wallMs, by, update, reply);
      return reply;
    };
    return {
      read: (names) => real.read(names),
      update: (update, by) => {
        const reply = real.update(update, by);
        if (!(reply instanceof Promise)) return note(by, update, reply);
        return reply.then((said) => note(by, update, said));
      },
    };
  }
}
