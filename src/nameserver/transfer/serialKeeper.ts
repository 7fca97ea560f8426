import type { CancelWake, Chance, Clock, Log } from "../../base/index.ts";
import {
  compareSerials,
  decodeSoa,
  type Message,
  makeQuery,
  type Name,
  Rcode,
  RRType,
  rcodeText,
  type TsigKey,
} from "../../dns/index.ts";
import type { DatagramClient } from "./datagramClient.ts";
import { isSameSecondary, type Secondary, secondaryText } from "./transferRules.ts";

/** Times of asking secondaries for their serials. */
export const SERIAL_TIMES = {
  /** Of one question. */
  answerMs: 500,
  /** Questions to each before transfers begin without its answer: two seconds in all. */
  firstAsksMax: 4,
  /** Later questions to those that did not answer, and their number: an hour. */
  laterMs: 60_000,
  laterAsksMax: 60,
  /** A secondary that asks with a serial ahead of ours raises it, this seldom. */
  raisedAgainMs: 60_000,
} as const;

/** What keeping serials needs. */
export interface SerialKeeperParts {
  readonly client: DatagramClient;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly log: Log;
  readonly keyFor: (name: Name) => TsigKey | undefined;
  /** The serial of a zone that is held. */
  readonly serialOf: (zone: Name) => number | undefined;
  /**
   * Gives a zone a serial above this one, and forgets the changes that led to the one before.
   * Never rejects.
   */
  readonly raise: (zone: Name, above: number) => Promise<void>;
  readonly onSettled: (zone: Name) => void;
  /** Whether secondaries drop zones that this one does not list. */
  readonly isCatalog: (zone: Name) => boolean;
}

interface Keeping {
  isSettled: boolean;
  /** Not settled before a person says so: see {@link SerialKeeper.heldZones}. */
  isHeld: boolean;
  secondaries: readonly Secondary[];
  /** Those of them that have not said what they hold. */
  silent: readonly Secondary[];
  isAskingLater: boolean;
  raisedMs: number | undefined;
  /** The serial that the disk held at the start; 0 where there was none. */
  readonly base: number;
}

type Heard =
  | { readonly kind: "serial"; readonly serial: number }
  /** It has no copy, or will not say. */
  | { readonly kind: "none"; readonly problem: string }
  | { readonly kind: "silent" };

/**
 * Sees to it that serials never go back in the eyes of secondaries, also after a disk was lost or
 * a backup restored (docs/adr/0011): they are asked which serial they hold before a zone is first
 * transferred. Queries are answered meanwhile, and UPDATEs taken; only transfers wait.
 */
export class SerialKeeper {
  readonly #parts: SerialKeeperParts;
  readonly #zones = new Map<Name, Keeping>();
  // Waits that a closing server must not sit out.
  readonly #waits = new Set<CancelWake>();
  #isClosed = false;

  constructor(parts: SerialKeeperParts) {
    this.#parts = parts;
  }

  /** Whether a zone's serial may be shown to secondaries. */
  isSettled(zone: Name): boolean {
    return this.#zones.get(zone)?.isSettled ?? false;
  }

  /** Zones with secondaries that have not said what they hold. */
  get unsettledZones(): readonly Name[] {
    const found = [...this.#zones].filter(([, { silent }]) => silent.length > 0);
    return found.map(([zone]) => zone);
  }

  /**
   * Catalog zones made anew while a secondary holds one from before: it may have listed zones that
   * were lost with the disk, and whoever takes the new one deletes its copies of them.
   */
  get heldZones(): readonly Name[] {
    return [...this.#zones].filter(([, { isHeld }]) => isHeld).map(([zone]) => zone);
  }

  /**
   * Begins with a zone that was just loaded, or set up anew. `isNew`: nothing of it was on disk,
   * so that no serial of ours can be one that a secondary has, not even the same. Of a zone that it
   * keeps already, it asks the secondaries that were not there before; transfers go on, also of a
   * zone that was held: a person has looked at the configuration, and reloaded it. `atStart`:
   * the serial found on disk; absent: the one there is now.
   */
  begin(
    zone: Name,
    isNew: boolean,
    secondaries: readonly Secondary[],
    atStart = this.#parts.serialOf(zone),
  ): void {
    const kept = this.#zones.get(zone);
    if (kept !== undefined) {
      this.#change(zone, kept, secondaries);
      if (kept.isHeld) this.#letGo(zone, kept);
      return;
    }
    const silent = atStart === undefined ? [] : secondaries;
    const unasked = { isSettled: false, isHeld: false, isAskingLater: false, raisedMs: undefined };
    const keeping = { ...unasked, secondaries, silent, base: atStart ?? 0 };
    this.#zones.set(zone, keeping);
    void this.#settle(zone, keeping.base, isNew, keeping);
  }

  /** Forgets a zone that is not served any more. */
  end(zone: Name): void {
    this.#zones.delete(zone);
  }

  /**
   * A secondary asked for changes since `serial`. `hasTransferred`: it had this zone from us since
   * our start. One that had not, and holds a number that we gave only since then, has it from
   * before a backup was restored: the same number stands for another content.
   */
  noteAsked(zone: Name, serial: number, hasTransferred: boolean): void {
    const keeping = this.#zones.get(zone);
    const ours = this.#parts.serialOf(zone);
    if (keeping?.isSettled !== true || ours === undefined) return;
    const isOfAnother = !hasTransferred && compareSerials(serial, keeping.base) === "greater";
    if (!isAhead(serial, ours) && !isOfAnother) return;
    const nowMs = this.#parts.clock.monotonicMs();
    const { raisedMs } = keeping;
    if (raisedMs !== undefined && nowMs - raisedMs < SERIAL_TIMES.raisedAgainMs) return;
    keeping.raisedMs = nowMs;
    const cause = "a secondary asked with a serial that we have not given it";
    void this.#raise(zone, ours, higher(ours, serial) ?? ours, cause);
  }

  close(): void {
    this.#isClosed = true;
    this.#zones.clear();
    for (const cancel of this.#waits) cancel();
    this.#waits.clear();
  }

  /** Who left is not asked any more; who came is, at once where the rest has been. */
  #change(zone: Name, keeping: Keeping, secondaries: readonly Secondary[]): void {
    const isIn = (list: readonly Secondary[], one: Secondary): boolean =>
      list.some((other) => isSameSecondary(one, other));
    const came = secondaries.filter((one) => !isIn(keeping.secondaries, one));
    keeping.silent = [...keeping.silent.filter((one) => isIn(secondaries, one)), ...came];
    keeping.secondaries = secondaries;
    if (came.length > 0 && keeping.isSettled) void this.#askNow(zone, keeping);
  }

  async #settle(zone: Name, base: number, isNew: boolean, keeping: Keeping): Promise<void> {
    const { log, onSettled } = this.#parts;
    let highest: number | undefined;
    for (let ask = 0; ask < SERIAL_TIMES.firstAsksMax && keeping.silent.length > 0; ask += 1) {
      highest = higher(highest, await this.#askAll(zone, keeping));
      if (!this.#keeps(zone, keeping)) return;
    }
    // Nothing was transferred since the start: whatever is above `base` is not of this lineage.
    if (highest !== undefined && (isAhead(highest, base) || (isNew && highest === base))) {
      await this.#raise(zone, base, highest, "secondaries hold a newer serial");
      if (!this.#keeps(zone, keeping)) return;
    }
    if (isNew && highest !== undefined && this.#parts.isCatalog(zone)) {
      keeping.isHeld = true;
      log.error("a new catalog zone waits: a secondary holds one that may list more", { zone });
    } else {
      keeping.isSettled = true;
      onSettled(zone);
    }
    if (keeping.silent.length === 0) return;
    const secondaries = keeping.silent.map(secondaryText).join(", ");
    const serial = this.#parts.serialOf(zone);
    log.warn("secondaries did not say which serial they hold; going on with ours", {
      zone,
      serial,
      secondaries,
    });
    await this.#askLater(zone, keeping);
  }

  #letGo(zone: Name, keeping: Keeping): void {
    keeping.isHeld = false;
    keeping.isSettled = true;
    this.#parts.onSettled(zone);
  }

  async #askNow(zone: Name, keeping: Keeping): Promise<void> {
    await this.#askAgain(zone, keeping);
    if (this.#keeps(zone, keeping)) await this.#askLater(zone, keeping);
  }

  /** Whoever was not there is asked again: it may hold more than we have. */
  async #askLater(zone: Name, keeping: Keeping): Promise<void> {
    const { chance } = this.#parts;
    if (keeping.isAskingLater) return;
    keeping.isAskingLater = true;
    for (let ask = 0; ask < SERIAL_TIMES.laterAsksMax && keeping.silent.length > 0; ask += 1) {
      await this.#wait(SERIAL_TIMES.laterMs / 2 + chance.below(SERIAL_TIMES.laterMs));
      if (!this.#keeps(zone, keeping)) return;
      await this.#askAgain(zone, keeping);
      if (!this.#keeps(zone, keeping)) return;
    }
    keeping.isAskingLater = false;
  }

  /** Once more, of a zone that is being transferred. */
  async #askAgain(zone: Name, keeping: Keeping): Promise<void> {
    const heard = await this.#askAll(zone, keeping);
    const ours = this.#parts.serialOf(zone);
    if (!this.#keeps(zone, keeping) || heard === undefined || ours === undefined) return;
    if (!isAhead(heard, ours)) return;
    await this.#raise(zone, ours, heard, "a secondary holds a newer serial");
  }

  /** Asks those that have not answered; the highest serial heard. */
  async #askAll(zone: Name, keeping: Keeping): Promise<number | undefined> {
    const asked = keeping.silent;
    const heard = await Promise.all(asked.map((secondary) => this.#ask(zone, secondary)));
    const answered = asked.filter((_, index) => heard[index]?.kind !== "silent");
    keeping.silent = keeping.silent.filter((one) => !answered.includes(one));
    let highest: number | undefined;
    for (const [index, one] of heard.entries()) {
      if (one.kind === "serial") highest = higher(highest, one.serial);
      const secondary = asked[index];
      if (one.kind !== "none" || secondary === undefined) continue;
      const facts = { zone, secondary: secondaryText(secondary), problem: one.problem };
      this.#parts.log.info("a secondary has no serial to tell", facts);
    }
    return highest;
  }

  async #ask(zone: Name, { address, key: keyName }: Secondary): Promise<Heard> {
    const { client, keyFor } = this.#parts;
    const key = keyName === undefined ? undefined : keyFor(keyName);
    if (keyName !== undefined && key === undefined) return { kind: "silent" };
    const build = (id: number): Message => makeQuery(id, zone, RRType.SOA);
    const asked = await client.ask(address, build, key, SERIAL_TIMES.answerMs);
    if (asked.kind === "silent") return { kind: "silent" };
    const { rcode, answer } = asked.message;
    const soa = answer.find(({ type, name }) => type === RRType.SOA && name === zone);
    if (rcode === Rcode.NOERROR && soa !== undefined) {
      return { kind: "serial", serial: decodeSoa(soa.rdata).serial };
    }
    // It is there, and may have had a copy that it does not show: expired, or being loaded.
    if (rcode === Rcode.SERVFAIL) return { kind: "silent" };
    return { kind: "none", problem: `it answers ${rcodeText(rcode)}` };
  }

  async #raise(zone: Name, from: number, above: number, cause: string): Promise<void> {
    this.#parts.log.warn("raising a zone's serial", { zone, from, above, cause });
    await this.#parts.raise(zone, above);
  }

  #wait(afterMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#parts.clock.wakeAfter(afterMs, () => {
        this.#waits.delete(cancel);
        resolve();
      });
      this.#waits.add(cancel);
    });
  }

  #keeps(zone: Name, keeping: Keeping): boolean {
    return !this.#isClosed && this.#zones.get(zone) === keeping;
  }
}

/** RFC 1982: where the order is not defined, `serial` might as well be ahead. */
function isAhead(serial: number, ours: number): boolean {
  const compared = compareSerials(serial, ours);
  return compared === "greater" || compared === "undefined";
}

function higher(left: number | undefined, right: number | undefined): number | undefined {
  if (left === undefined) return right;
  return right !== undefined && isAhead(right, left) ? right : left;
}
