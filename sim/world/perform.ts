import type { DesignRun } from "../design.ts";
import type { Act, FaultAct, HandAct, TimedAct } from "../schedule/act.ts";
import { actText } from "../schedule/actText.ts";
import { faultKindOf } from "../schedule/draw.ts";
import type { SimulatedServer } from "./dnsServer.ts";
import { handSteps } from "./hands.ts";
import type { Process } from "./process.ts";
import type { World } from "./world.ts";

/** Makes the acts of a schedule happen. */
export class Performer {
  readonly #world: World;
  readonly #server: SimulatedServer;
  readonly #run: DesignRun;

  constructor(world: World, server: SimulatedServer, run: DesignRun) {
    this.#world = world;
    this.#server = server;
    this.#run = run;
  }

  perform(timed: TimedAct): void {
    const { act } = timed;
    this.#world.tell("*", () => actText(act));
    switch (act.kind) {
      case "health":
        this.#world.setHealth(act.target, act.isUp);
        return;
      case "policy":
        this.#run.configure(act);
        return;
      case "hand":
        if (this.byHand(act)) this.#world.noteMet("hand");
        return;
      default:
        if (isFault(act)) this.#fault(act, timed.n);
        else this.#run.operate(act);
    }
  }

  /** Everything that can be put right without a person is put right. */
  endFaults(): void {
    const world = this.#world;
    world.network.clear();
    for (const process of world.processes.values()) {
      if (process.isEnded) continue;
      process.disk.failWhen = () => undefined;
      process.disk.crashAt = undefined;
      process.clock.drift(0);
      process.clock.correct();
      world.go(process);
      if (process.id === "dns" && this.#server.needsRestart)
        world.kill(process, "everything", "own");
      world.boot(process);
    }
  }

  #fault(act: FaultAct, n: number): void {
    const world = this.#world;
    switch (act.kind) {
      case "link":
        this.#link(act, n);
        return;
      case "stopped":
        this.#on(act.process, (process) => {
          world.stop(process);
          world.later(act.forMs, () => world.go(process));
        });
        return;
      case "delayed-hours":
        world.network.holdNext(act.process);
        world.later(act.hours * 400, () => {
          world.skip(act.hours * 3_600_000);
          const late = world.network.releaseLate(world.chance(`late ${n}`));
          if (late > 0) world.noteMet("delayed-hours");
          world.tell("*", () => `${act.hours} hours pass; ${late} messages are still under way`);
        });
        return;
      case "killed":
        this.#on(act.process, (process) => this.#kill(process, act));
        return;
      case "clock-jump":
        this.#onAll(act.process, (process) => process.clock.jump(act.byMs));
        world.noteMet(act.kind);
        return;
      case "clock-drift":
        this.#onAll(act.process, (process) => process.clock.drift(act.perMille));
        world.noteMet(act.kind);
        world.later(act.forMs, () => this.#onAll(act.process, ({ clock }) => clock.drift(0)));
        return;
      case "disk-full":
        this.#on(act.process, (process) => world.fillDisk(process, act.forMs));
        return;
      default:
        if (this.#run.fault === undefined) return;
        this.#run.fault(act);
        world.noteMet(act.kind);
    }
  }

  #link(act: Extract<FaultAct, { kind: "link" }>, n: number): void {
    const { from, to, perMille, delayMsMax, forMs } = act;
    const chance = this.#world.chance(`fault ${n}`);
    const untilMs = this.#world.nowMs + forMs;
    const kind =
      act.fault === "store-half-way"
        ? "reply-lost"
        : act.fault === "store-away"
          ? "cut-off"
          : act.fault;
    this.#world.network.add({
      kind,
      label: act.fault,
      from,
      to,
      untilMs,
      perMille,
      delayMsMax,
      chance,
    });
  }

  #kill(process: Process, act: Extract<FaultAct, { kind: "killed" }>): void {
    const world = this.#world;
    const kind = faultKindOf(act);
    const hasCopy = act.disk !== "old" || process.oldDisks.length > 0;
    const end = (): void => {
      if (process.isRunning && kind !== undefined) world.noteMet(hasCopy ? kind : "killed");
      if (process.id === "dns" && act.disk === "lost") this.#server.loseDisk();
      world.kill(process, act.keep, act.disk);
      world.later(act.downMs, () => world.boot(process));
    };
    if (!act.midWrite) {
      end();
      return;
    }
    const { disk } = process;
    disk.crashAt = { operation: disk.operations + 1, when: "half-way" };
    process.onMidWrite = end;
  }

  /** Whether there was anything to do for that hand. */
  byHand(act: HandAct): boolean {
    const world = this.#world;
    const { zone, server } = world.scene;
    const steps = handSteps(act, zone, this.#server.reader);
    if (steps.length === 0) return false;
    if (server === "plain" || act.byForce) {
      this.#server.force(steps, "hand");
      return true;
    }
    const { service } = world.dns;
    if (service === undefined) return true;
    const by = { id: "hand", life: 0, kind: "operator", wallMs: world.wallMs } as const;
    void Promise.resolve(service.update({ zone, prerequisites: [], steps }, by)).then(
      ({ rcode, problem }) => world.tell("hand", () => `gets ${rcode} ${problem ?? ""}`),
    );
    return true;
  }

  #on(id: string, task: (process: Process) => void): void {
    const process = this.#world.processes.get(id);
    if (process !== undefined && process.spec.role !== "people") task(process);
  }

  #onAll(id: string, task: (process: Process) => void): void {
    for (const process of this.#world.processes.values()) {
      if (id === "*" || process.id === id) task(process);
    }
  }
}

function isFault(act: Act): act is FaultAct {
  switch (act.kind) {
    case "link":
    case "stopped":
    case "delayed-hours":
    case "killed":
    case "clock-jump":
    case "clock-drift":
    case "disk-full":
    case "store-lost":
    case "store-old-copy":
    case "two-planners":
      return true;
    default:
      return false;
  }
}
