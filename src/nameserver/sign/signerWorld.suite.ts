import assert from "node:assert/strict";
import { SeededChance } from "../../../sim/seededChance.ts";
import { SimClock } from "../../../sim/simClock.ts";
import { SimDisk } from "../../../sim/simDisk.ts";
import type { Log } from "../../base/index.ts";
import { decodeRrsig, type Name, type RRset, RRType } from "../../dns/index.ts";
import { APEX, zoneOf } from "../zone/exampleZone.suite.ts";
import type { ZoneData } from "../zone/zoneData.ts";
import { ZoneDraft } from "../zone/zoneDraft.ts";
import { rrsetOfType } from "../zone/zoneNode.ts";
import { encodeOrder, orderFile, type SigningOrder } from "./orders.ts";
import { checkSigned, crypto, ordered } from "./signedZone.suite.ts";
import { Signer } from "./signer.ts";
import { decodeBook, SIGNING_FILE, type SigningBook } from "./signingFile.ts";
import type { Stage } from "./zoneSigning.ts";

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

const LINES = [
  "www 60 A 192.0.2.1",
  "*.w 60 A 192.0.2.3",
  "child 60 NS ns.child.example.test.",
  "ns.child 60 A 192.0.2.5",
];

/** One zone, a signer, and commits as the committer makes them. */
export class SignerWorld {
  readonly clock = new SimClock();
  disk = new SimDisk();
  readonly alarms: string[] = [];
  commits = 0;
  commitsLeft = Number.POSITIVE_INFINITY;
  tickMs = HOUR_MS / 2;
  data: ZoneData = zoneOf(LINES);
  #signer: Signer | undefined;
  #orders = 0;

  get signer(): Signer {
    assert.ok(this.#signer !== undefined);
    return this.#signer;
  }

  async start(isWanted = true): Promise<void> {
    const log: Log = {
      info: () => {},
      warn: () => {},
      error: (text, facts) => void this.alarms.push(`${text} ${facts?.["problem"] ?? ""}`),
    };
    this.#signer = await Signer.open({
      disk: this.disk,
      clock: this.clock,
      chance: new SeededChance(1),
      crypto,
      log,
      zoneOf: (apex) => (apex === APEX ? this.view() : undefined),
      tickMs: this.tickMs,
    });
    this.signer.start(async () => (this.commit([]) ? {} : { problem: "the disk is full" }));
    this.want(isWanted);
    await this.clock.advance(1);
  }

  want(isWanted: boolean): void {
    this.signer.configure(new Map([[APEX, isWanted]]));
  }

  view() {
    const view = ordered(this.data);
    return rrsetOfType(this.data.node(APEX), RRType.DNSKEY) === undefined
      ? { ...view, order: undefined }
      : view;
  }

  commit(changes: readonly (readonly [Name, readonly RRset[]])[]): boolean {
    if (this.commits >= this.commitsLeft) return false;
    this.commits += 1;
    const draft = new ZoneDraft(this.data);
    for (const [name, rrsets] of changes) draft.set(name, rrsets);
    this.signer.complete(draft, this.view());
    this.data.apply(draft);
    return true;
  }

  async order(act: SigningOrder["act"]): Promise<string> {
    this.#orders += 1;
    const id = `order000${this.#orders}`;
    await this.disk.replace(orderFile(id), encodeOrder({ zone: APEX, act, actor: "test" }));
    await this.clock.advance(HOUR_MS);
    const outcome = (await this.book())?.outcomes.find((one) => one.id === id);
    assert.ok(outcome !== undefined, `order ${act} was taken`);
    assert.equal(await this.disk.read(orderFile(id)), undefined);
    return outcome.isDone ? "done" : outcome.text;
  }

  async book(): Promise<SigningBook | undefined> {
    const read = decodeBook((await this.disk.read(SIGNING_FILE)) ?? new Uint8Array(0));
    return read.kind === "book" ? read.book : undefined;
  }

  stage(): Stage | undefined {
    return this.signer.report().zones[0]?.stage;
  }

  /** Checks the zone as a validator whose clock shows this would. */
  check(wallMs = this.clock.wallMs()): void {
    checkSigned(this.data, Math.floor(wallMs / 1000));
  }

  rdata(type: number): readonly Uint8Array[] {
    return rrsetOfType(this.data.node(APEX), type)?.rdata ?? [];
  }

  /** Seconds that the signature that ends first still holds. */
  leastLeft(): number {
    const nowSeconds = this.clock.wallMs() / 1000;
    const ends = [...this.data.nodes()].flatMap(([, { rrsets }]) =>
      rrsets
        .filter(({ type }) => type === RRType.RRSIG)
        .flatMap(({ rdata }) => rdata.map((octets) => decodeRrsig(octets)?.expiration ?? 0)),
    );
    return Math.min(...ends) - nowSeconds;
  }
}
