import { CodedError } from "../../src/base/index.ts";
import { adoptedPosition, adoptStep } from "../../src/cli/direct/adoptStep.ts";
import { carryOut, type DirectOutcome } from "../../src/cli/direct/carryOut.ts";
import { clearStep } from "../../src/cli/direct/clearStep.ts";
import type { DirectStep } from "../../src/cli/direct/directStep.ts";
import { type EntryKnown, epochStep, nextEpoch } from "../../src/cli/direct/epochStep.ts";
import { overrideStep } from "../../src/cli/direct/overrideStep.ts";
import { changeGates } from "../../src/cli/gates/changeGates.ts";
import type { Name } from "../../src/dns/index.ts";
import type { ReadReading } from "../../src/enact/index.ts";
import {
  checkOverride,
  type NonEmpty,
  type Order,
  orderId,
  type PlanEntry,
  type PlannedContent,
  type PlannedRecord,
  plannedContent,
  rollbackContent,
} from "../../src/plan/index.ts";
import type { ActIntake, IntakeOutcome } from "../../src/store/intake.ts";
import type { DesignWorld, Host } from "../design.ts";
import type { OperatorAct } from "../schedule/act.ts";
import { type Configuration, OPERATOR } from "./configuration.ts";
import type { Ledger } from "./ledger.ts";
import { StoreClient } from "./storeClient.ts";
import type { StoreHouse } from "./storeHouse.ts";
import { ZoneClient } from "./zoneClient.ts";

/** Wait before an act that waits in a file is offered to the store again. */
const INTAKE_RETRY_MS = 500;
/** What a person keeps of old plans when asked to make room: next to nothing. */
const RETENTION = { plansMin: 2, plansMax: 3 };

type Act<Kind extends OperatorAct["kind"]> = Extract<OperatorAct, { readonly kind: Kind }>;

/** The people on duty, with the tools of the product in their hands. */
export class People {
  readonly #world: DesignWorld;
  readonly #ledger: Ledger;
  readonly #configuration: Configuration;
  readonly #house: StoreHouse;
  #host: Host | undefined;
  #zone: ZoneClient | undefined;
  #store: StoreClient | undefined;
  #acts = 0;

  constructor(world: DesignWorld, house: StoreHouse, configuration: Configuration, ledger: Ledger) {
    this.#world = world;
    this.#house = house;
    this.#configuration = configuration;
    this.#ledger = ledger;
    world.spawn({ id: "operator", role: "people", boot: (host) => this.#boot(host) });
  }

  #boot(host: Host): void {
    this.#host = host;
    this.#zone = new ZoneClient(host, this.#world.dns, this.#world.scene, "operator");
    this.#store = new StoreClient(host, this.#house.port);
  }

  /** Begins an act; what becomes of it is told in the story. */
  operate(act: OperatorAct): void {
    const host = this.#host;
    const zone = this.#zone;
    const store = this.#store;
    if (host === undefined || zone === undefined || store === undefined) return;
    const tools: Tools = { host, zone, store };
    void this.#do(act, tools).then(
      (said) => this.#world.tell("operator", () => `${act.kind}: ${said}`),
      (error: unknown) => {
        if (!(error instanceof CodedError)) throw error; // a bug of the tool
        this.#world.tell("operator", () => `${act.kind} failed: ${error.message}`);
      },
    );
  }

  async #do(act: OperatorAct, tools: Tools): Promise<string> {
    switch (act.kind) {
      case "pause":
        return this.#gate(tools, act.repairs ? "repairs" : "paused");
      case "resume":
        return this.#gate(tools, "on");
      case "override":
        return act.direct ? this.#overrideDirectly(act, tools) : this.#override(act, tools);
      case "clear":
        return act.direct
          ? this.#clearDirectly(act.endpoint, tools)
          : this.#end("override", act.endpoint, tools);
      case "retire":
        return this.#retire(act, tools);
      case "cancel":
        return this.#end("retirement", act.endpoint, tools);
      case "revive":
        return this.#revive(act.endpoint, tools);
      case "rollback":
        return this.#rollBack(act, tools);
      case "release":
        return this.#end("rollback", act.endpoint, tools);
      case "adopt":
        return this.#adopt(act.endpoint, tools);
      case "epoch-raise":
        return this.#raiseEpoch(act.endpoint, tools);
      case "clean-up": {
        const madeAfterMs = tools.host.clock.wallMs();
        const outcome = await tools.store.cleanUp({ ...RETENTION, madeAfterMs });
        return `${outcome.plans} plans dropped`;
      }
    }
  }

  async #gate({ host, zone }: Tools, wanted: "on" | "repairs" | "paused"): Promise<string> {
    const task = { zone: this.#world.scene.zone, storeId: zone.id, store: zone };
    const [outcome] = await changeGates([task], wanted, () => host.clock.wallMs());
    return `gate ${wanted}: ${outcome?.outcome} ${outcome?.problem ?? ""}`;
  }

  async #override(act: Act<"override">, { host, store }: Tools): Promise<string> {
    const { endpoint } = act;
    const plan = await store.read();
    const entry = plan?.entries.get(endpoint);
    if (entry?.kind !== "serving") return "nothing is planned for it";
    const planned = plannedContent(entry);
    const content: PlannedContent = {
      answers: planned.answers,
      rrsets: pinned(planned.rrsets, act.addresses),
    };
    const problem = checkOverride(content, planned, endpoint)[0];
    if (problem !== undefined) return problem;
    const untilMs = wholeSeconds(host.clock.wallMs() + act.forMs);
    const id = this.#orderId("override", endpoint, host);
    this.#ledger.pin(id, endpoint, untilMs);
    await store.putOrders([
      { kind: "override", ...this.#asked(id, endpoint, host), untilMs, ...content, direct: false },
    ]);
    return `${id} is asked for`;
  }

  async #overrideDirectly(act: Act<"override">, tools: Tools): Promise<string> {
    const { endpoint } = act;
    const { host, zone } = tools;
    const id = this.#orderId("override", endpoint, host);
    const nowMs = host.clock.wallMs();
    const untilMs = wholeSeconds(nowMs + act.forMs);
    const configured = this.#configuration.endpoint(endpoint);
    const [address = "192.0.2.250", ...more] = act.addresses;
    const records: NonEmpty<string> = [address, ...more];
    const wish = {
      id,
      untilMs,
      pins: [{ type: "A", records }] as const,
      ttlSeconds: undefined,
      zone: this.#world.scene.zone,
      ownsWholeName: zone.abilities.needsSeed,
      mayCreate: configured !== undefined,
      ...(configured === undefined ? {} : { wantedTypes: configured.types }),
      nowMs,
    };
    this.#ledger.pin(id, endpoint, untilMs);
    const outcome = await this.#carryOut(endpoint, "override", tools, (reading) =>
      overrideStep(reading, wish),
    );
    const { content } = outcome;
    if (content === undefined || isNothing(outcome)) return said(outcome);
    const override: Order = {
      kind: "override",
      ...this.#asked(id, endpoint, host),
      untilMs,
      ...content,
      direct: true,
    };
    this.#note({ override }, "override-set", endpoint, tools);
    return `${id}: ${said(outcome)}`;
  }

  async #clearDirectly(endpoint: Name, tools: Tools): Promise<string> {
    const { host, zone } = tools;
    const nowMs = host.clock.wallMs();
    let overrideId: string | undefined;
    const outcome = await this.#carryOut(endpoint, "clear", tools, (reading) => {
      const mark = reading.fence.kind === "fence" ? reading.fence.fence.mark : undefined;
      if (mark?.kind === "override") overrideId = mark.id;
      return clearStep(reading, {
        zone: this.#world.scene.zone,
        ownsWholeName: zone.abilities.needsSeed,
        nowMs,
      });
    });
    if (overrideId === undefined || isNothing(outcome)) return said(outcome);
    this.#ledger.clear(overrideId);
    this.#note({ clear: { endpoint, overrideId } }, "override-ended", endpoint, tools);
    return said(outcome);
  }

  async #retire(act: Act<"retire">, { host, store }: Tools): Promise<string> {
    const { endpoint, holdDownMs } = act;
    const id = this.#orderId("retirement", endpoint, host);
    const atMs = this.#world.nowMs;
    this.#ledger.retirements.set(id, { endpoint, atMs, holdDownMs, cancelledAtMs: undefined });
    await store.putOrders([{ kind: "retirement", ...this.#asked(id, endpoint, host), holdDownMs }]);
    return `${id} is asked for`;
  }

  async #revive(endpoint: Name, { host, store, zone }: Tools): Promise<string> {
    const [reading] = await zone.read(this.#world.scene.zone, [endpoint]);
    const fence = reading?.kind === "read" && reading.fence.kind === "fence" && reading.fence.fence;
    const entry = (await store.read())?.entries.get(endpoint);
    const inZone = fence && fence.mark?.kind === "tombstone" ? fence.mark.id : undefined;
    const tombstoneId = inZone ?? (entry?.kind === "tombstone" ? entry.tombstoneId : undefined);
    if (tombstoneId === undefined) return "it is not retired";
    this.#ledger.revivals.add(tombstoneId);
    const id = this.#orderId("revival", endpoint, host);
    await store.putOrders([{ kind: "revival", ...this.#asked(id, endpoint, host), tombstoneId }]);
    return `${id} is asked for`;
  }

  async #rollBack(act: Act<"rollback">, { host, store }: Tools): Promise<string> {
    const { endpoint, plansBack } = act;
    const summaries = await store.summaries(plansBack + 1);
    const toGeneration = summaries.at(-1)?.generation;
    const old = toGeneration === undefined ? undefined : await store.read(toGeneration);
    const entry = old?.entries.get(endpoint);
    const now = (await store.read())?.entries.get(endpoint);
    if (entry?.kind !== "serving" || now?.kind !== "serving" || toGeneration === undefined) {
      return "there is nothing to go back to";
    }
    const content = rollbackContent(plannedContent(entry), plannedContent(now));
    const id = this.#orderId("rollback", endpoint, host);
    await store.putOrders([
      { kind: "rollback", ...this.#asked(id, endpoint, host), toGeneration, ...content },
    ]);
    return `${id} is asked for`;
  }

  async #adopt(endpoint: Name, tools: Tools): Promise<string> {
    const { zone } = tools;
    const entry = this.#ledger.newest.get(endpoint);
    const planned = entry?.kind === "serving" ? entry.rrsets.map(({ type }) => type) : [];
    const plannedTypes = this.#configuration.endpoint(endpoint)?.types ?? planned;
    const outcome = await this.#carryOut(endpoint, "adopt", tools, (reading) =>
      adoptStep(reading, {
        zone: this.#world.scene.zone,
        ownsWholeName: zone.abilities.needsSeed,
        plannedTypes,
        position: adoptedPosition(entry),
        nowMs: tools.host.clock.wallMs(),
      }),
    );
    return said(outcome);
  }

  async #raiseEpoch(endpoint: Name, tools: Tools): Promise<string> {
    const { host, store, zone } = tools;
    const found = (await store.read().catch(() => undefined))?.entries.get(endpoint);
    const known = found === undefined ? undefined : entryKnown(found);
    const [first] = await zone.read(this.#world.scene.zone, [endpoint]);
    if (first?.kind !== "read") return "the server does not answer";
    const holdsFences = zone.abilities.needsSeed;
    const epoch = nextEpoch([{ reading: first, holdsFences }], known);
    const outcome = await this.#carryOut(endpoint, "epoch-raise", tools, (reading) =>
      epochStep(reading, {
        zone: this.#world.scene.zone,
        ownsWholeName: holdsFences,
        epoch,
        entry: known,
        nowMs: host.clock.wallMs(),
      }),
    );
    if (!isNothing(outcome))
      this.#note({ epoch: { endpoint, epoch } }, "epoch-raised", endpoint, tools);
    return said(outcome);
  }

  async #end(kind: Order["kind"], endpoint: Name, { store }: Tools): Promise<string> {
    const orders = await store.orders();
    const order = orders.find((one) => one.kind === kind && one.endpoint === endpoint);
    if (order === undefined) return `it has no ${kind}`;
    if (kind === "override") this.#ledger.clear(order.id);
    const ended = await store.endOrders([order.id], OPERATOR, "not wanted any more");
    const retirement = this.#ledger.retirements.get(order.id);
    if (ended.length > 0 && retirement !== undefined) {
      retirement.cancelledAtMs ??= this.#world.nowMs;
    }
    return `${order.id}: ${ended.length > 0 ? "ended" : "was not there any more"}`;
  }

  async #carryOut(
    endpoint: Name,
    what: "override" | "clear" | "adopt" | "epoch-raise",
    { host, zone }: Tools,
    decide: (reading: ReadReading) => DirectStep,
  ): Promise<DirectOutcome> {
    const task = { storeId: zone.id, store: zone, zone: this.#world.scene.zone, endpoint };
    return carryOut(
      {
        ...task,
        decide: (reading) => {
          const step = decide(reading);
          if (step.kind === "write") {
            const { write, content } = step;
            const { fence: position } = write;
            if (content !== undefined)
              this.#ledger.acts.push({ endpoint, what, content, position });
          }
          return step;
        },
      },
      host.clock,
    );
  }

  /** An act in a file: the store takes it in when it lives. */
  #note(
    act: { override?: Extract<Order, { kind: "override" }> } & Pick<ActIntake, "clear" | "epoch">,
    kind: "override-set" | "override-ended" | "epoch-raised",
    endpoint: Name,
    { host }: Tools,
  ): void {
    this.#acts += 1;
    const id = `a-${this.#acts}`;
    const atMs = host.clock.wallMs();
    const event = {
      atMs,
      kind,
      actor: OPERATOR,
      subject: endpoint,
      text: kind,
      facts: {},
    } as const;
    const intake: ActIntake = { id, events: [event], ...act };
    const offer = async (): Promise<void> => {
      const answer = await host.ask(this.#house.port, ({ store }) => store.takeIn(intake), {
        patienceMs: INTAKE_RETRY_MS,
        what: "take in",
        transport: "stream",
      });
      if (answer.kind !== "answered") host.clock.wakeAfter(INTAKE_RETRY_MS, () => void offer());
      else if (act.override !== undefined && wasOver(answer.reply)) {
        this.#ledger.overridesToldLate.add(act.override.id);
      }
    };
    host.clock.wakeAfter(INTAKE_RETRY_MS, () => void offer());
  }

  #orderId(kind: Order["kind"], endpoint: Name, host: Host): string {
    return orderId(kind, endpoint, host.clock.wallMs(), host.chance);
  }

  #asked(id: string, endpoint: Name, { clock }: Host) {
    const { zone } = this.#world.scene;
    return { id, endpoint, zone, actor: OPERATOR, reason: "a test", atMs: clock.wallMs() };
  }
}

/** What the tool that raises epochs is told of the newest entry. */
export function entryKnown(entry: PlanEntry): EntryKnown {
  const { epoch, generation, digest } = entry;
  if (entry.kind === "serving") return { epoch, generation, digest, content: entry };
  const tombstone = { kind: "tombstone", id: entry.tombstoneId, atMs: entry.retiredAtMs } as const;
  return { epoch, generation, digest, tombstone };
}

interface Tools {
  readonly host: Host;
  readonly zone: ZoneClient;
  readonly store: StoreClient;
}

/** The planned RRsets with these addresses in place of their A records. */
function pinned(
  rrsets: PlannedContent["rrsets"],
  addresses: readonly string[],
): PlannedContent["rrsets"] {
  const [first, ...more] = addresses.map((rdata): PlannedRecord => ({ rdata, weight: 1 }));
  if (first === undefined) return rrsets;
  const [head, ...rest] = rrsets.map((rrset) => {
    const isAddress = rrset.type === "A";
    return isAddress ? { ...rrset, records: [first, ...more] as const } : rrset;
  });
  return head === undefined ? rrsets : [head, ...rest];
}

function isNothing({ outcome }: DirectOutcome): boolean {
  return outcome === "refused" || outcome === "failed";
}

function said({ outcome, text }: DirectOutcome): string {
  return `${outcome}: ${text}`;
}

function wholeSeconds(ms: number): number {
  return Math.ceil(ms / 1000) * 1000;
}

/** Clocks jump: what is over for the store may go on for those who enact. */
function wasOver(outcome: IntakeOutcome): boolean {
  return outcome.kind === "taken" && outcome.notHeld?.endsWith("has expired") === true;
}
