import { assertNever, type CancelWake, type Chance, type Clock } from "../../base/index.ts";
import { type Message, type Name, Rcode, rcodeText, type TsigKey } from "../../dns/index.ts";
import type { DatagramClient } from "./datagramClient.ts";
import {
  NOTIFY_IDLE,
  NOTIFY_TIMES,
  type NotifyEffect,
  type NotifyEvent,
  type NotifyState,
  notifyStep,
} from "./notifyMachine.ts";
import { isSameSecondary, type Secondary } from "./transferRules.ts";

/** At start every zone is told of: spread, so that a thousand do not come in one burst. */
const START_SPREAD_MS = 1_000;

/** What telling secondaries needs. */
export interface NotifierParts {
  readonly client: DatagramClient;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly keyFor: (name: Name) => TsigKey | undefined;
  /** The NOTIFY of a zone as it is now; undefined where there is nothing to tell. */
  readonly messageOf: (zone: Name, id: number) => Message | undefined;
}

interface Told {
  readonly zone: Name;
  readonly secondary: Secondary;
  state: NotifyState;
  cancel: CancelWake;
}

/** Tells secondaries of changes (RFC 1996). */
export class Notifier {
  readonly #parts: NotifierParts;
  readonly #told = new Map<Name, readonly Told[]>();
  #isClosed = false;

  constructor(parts: NotifierParts) {
    this.#parts = parts;
  }

  /** Who is to be told of a zone; what is known of those who stay is kept. */
  setSecondaries(zone: Name, secondaries: readonly Secondary[]): void {
    const before = this.#told.get(zone) ?? [];
    const now = secondaries.map((secondary): Told => {
      const same = before.find((told) => isSameSecondary(told.secondary, secondary));
      return same ?? { zone, secondary, state: NOTIFY_IDLE, cancel: () => {} };
    });
    for (const told of before) if (!now.includes(told)) told.cancel();
    if (now.length === 0) this.#told.delete(zone);
    else this.#told.set(zone, now);
  }

  /** A zone has this serial now. */
  changed(zone: Name, serial: number): void {
    for (const told of this.#told.get(zone) ?? []) this.#on(told, { kind: "changed", serial });
  }

  /** Tells those who were told nothing yet, at start or since they came: soon, not all at once. */
  started(zone: Name, serial: number): void {
    const { clock, chance } = this.#parts;
    for (const told of this.#told.get(zone) ?? []) {
      if (told.state.serial !== undefined) continue;
      told.cancel();
      told.cancel = clock.wakeAfter(chance.below(START_SPREAD_MS), () => {
        // A change meanwhile has told it more.
        if (told.state.serial === undefined) this.#on(told, { kind: "changed", serial });
      });
    }
  }

  /** How far each secondary of a zone has been told. */
  statesOf(zone: Name): readonly { readonly secondary: Secondary; readonly state: NotifyState }[] {
    return this.#told.get(zone) ?? [];
  }

  close(): void {
    this.#isClosed = true;
    for (const told of [...this.#told.values()].flat()) told.cancel();
    this.#told.clear();
  }

  #on(told: Told, event: NotifyEvent): void {
    if (this.#isClosed || this.#told.get(told.zone)?.includes(told) !== true) return;
    const { state, effects } = notifyStep(told.state, event);
    told.state = state;
    for (const effect of effects) this.#do(told, effect);
  }

  #do(told: Told, effect: NotifyEffect): void {
    const { clock, chance } = this.#parts;
    switch (effect.kind) {
      case "send":
        void this.#send(told);
        return;
      case "wake": {
        told.cancel();
        // Jitter of a half: secondaries that failed together do not come back together.
        const afterMs = effect.afterMs / 2 + chance.below(Math.ceil(effect.afterMs));
        told.cancel = clock.wakeAfter(afterMs, () => this.#on(told, { kind: "woken" }));
        return;
      }
      case "cancel-wake":
        told.cancel();
        return;
      default:
        assertNever(effect);
    }
  }

  async #send(told: Told): Promise<void> {
    const { client, keyFor, messageOf } = this.#parts;
    const { zone, secondary } = told;
    const key = secondary.key === undefined ? undefined : keyFor(secondary.key);
    if (secondary.key !== undefined && key === undefined) {
      this.#on(told, { kind: "failed", problem: `there is no key ${secondary.key}` });
      return;
    }
    const first = messageOf(zone, 0);
    if (first === undefined) {
      this.#on(told, { kind: "failed", problem: "the zone is not ready to be transferred" });
      return;
    }
    const build = (id: number): Message => ({ ...first, id });
    const { address } = secondary;
    const asked = await client.ask(address, build, key, NOTIFY_TIMES.answerMs);
    if (asked.kind === "silent") {
      this.#on(told, { kind: "failed", problem: asked.problem });
    } else if (asked.message.rcode !== Rcode.NOERROR) {
      const problem = `it answers NOTIFY with ${rcodeText(asked.message.rcode)}`;
      this.#on(told, { kind: "failed", problem });
    } else {
      this.#on(told, { kind: "answered" });
    }
  }
}
