import assert from "node:assert/strict";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { nameOf } from "../../src/dns/index.ts";
import {
  encodeSigningOrder,
  SIGNING_FILE,
  type SigningOrder,
  type SigningStage,
  signingOrderFile,
} from "../../src/nameserver/index.ts";
import { needs } from "../peers.ts";
import { until } from "../processes/instance.ts";
import { dig, digShort, ran } from "../shown/tools.ts";
import { type Pair, withPair } from "./pair.ts";
import { type Primary, ZONE } from "./primary.ts";
import { SERVERS } from "./servers.ts";

/** Longer than every wait of a roll. */
const WAIT_SECONDS = 3 * 86_400;

/**
 * A primary whose zone is signed and its secondary. The zone is large beside its signatures: so
 * even a pass over all of it is fewer octets as differences than as a whole zone.
 */
class SignedPair {
  readonly #pair: Pair;
  #orders = 0;
  #axfr = 0;

  constructor(pair: Pair) {
    this.#pair = pair;
  }

  get #primary(): Primary {
    return this.#pair.primary;
  }

  /** Signs the zone, and lets the secondary take it whole, once. */
  async begin(): Promise<void> {
    const { secondary, synced } = this.#pair;
    await this.#primary.seed();
    const text = `"${"x".repeat(250)}" `.repeat(16).trim();
    for (let index = 0; index < 12; index += 1) {
      await this.#primary.update([], [`large${index} 60 TXT ${text}`]);
    }
    await this.#staged("settling");
    secondary.start();
    await synced("the signed zone");
    this.#axfr = this.#primary.report.transfers.counts.axfr;
    assert.ok(this.#axfr > 0);
    await this.verify("the whole zone");
  }

  /** Changes the zone, and verifies what the secondary made of the differences. */
  async change(what: string, deletes: readonly string[], adds: readonly string[]): Promise<void> {
    await this.#primary.update(deletes, adds);
    await this.verify(what);
  }

  /** Changes of names, types, cuts, wildcards and addresses, each verified. */
  async changes(round: string): Promise<void> {
    const [a, deep, wild] = [`a${round}`, `deep.${round}.it`, `*.wild${round}`];
    await this.change("a name added", [], [`${a} 60 A 192.0.2.1`, `${a} 60 A 192.0.2.2`]);
    await this.change("an address changed", [`${a} A`], [`${a} 60 A 192.0.2.3`]);
    await this.change("a TTL changed", [`${a} A`], [`${a} 30 A 192.0.2.3`]);
    await this.change("names below", [], [`${deep} 60 AAAA 2001:db8::1`, `${wild} 60 A 192.0.2.9`]);
    await this.change("a cut above a name", [], [`${round}.it 60 NS ns.elsewhere.test.`]);
    await this.change("the cut gone", [`${round}.it NS`], [`${a} 60 TXT "text"`]);
    await this.change("names removed", [`${deep} AAAA`, `${wild} A`], []);
    const { port } = this.#pair.secondary.place;
    assert.deepEqual(await digShort(port, `${a}.${ZONE}`, "A"), ["192.0.2.3"]);
  }

  /** The secondary holds the zone as it is now, verified, and took no whole zone for it. */
  async verify(what: string): Promise<void> {
    const { secondary, synced } = this.#pair;
    await synced(what);
    const zone = await dig(secondary.place.port, "+noall", "+answer", "+onesoa", ZONE, "AXFR");
    const serial = Number(/\sSOA\s+\S+ \S+ (\d+)/.exec(zone)?.[1]);
    assert.equal(serial, this.#primary.serial(), what);
    const ldns = await ran("ldns-verify-zone", [], zone);
    assert.equal(ldns.code, 0, `${what}: ${ldns.stdout}${ldns.stderr}\n${zone}`);
    const { axfr, ixfrAsAxfr } = this.#primary.report.transfers.counts;
    assert.deepEqual([axfr, ixfrAsAxfr], [this.#axfr, 0], `${what} went out as differences`);
  }

  /** Gives an order as `holdfast dnssec` does. */
  async order(act: SigningOrder["act"]): Promise<void> {
    this.#orders += 1;
    const { folder } = this.#primary;
    const file = signingOrderFile(`order000${this.#orders}`);
    writeFileSync(
      `${folder}/draft`,
      encodeSigningOrder({ zone: nameOf(ZONE), act, actor: "test" }),
    );
    renameSync(`${folder}/draft`, `${folder}/${file}`);
  }

  /** Lets the wait of the stage be over: it began long ago, says the file. */
  async wait(stage: SigningStage): Promise<void> {
    await this.#primary.stop();
    const path = `${this.#primary.folder}/${SIGNING_FILE}`;
    const text = readFileSync(path, "utf8").replace(/"sinceSeconds": (\d+)/g, (_, since) => {
      return `"sinceSeconds": ${Number(since) - WAIT_SECONDS}`;
    });
    writeFileSync(path, text);
    await this.#primary.start();
    // Counts are those of a process.
    this.#axfr = 0;
    await this.reached(stage);
  }

  /** Waits for a stage, and verifies what the secondary holds then. */
  async reached(stage: SigningStage): Promise<void> {
    await this.#staged(stage);
    await this.verify(stage);
  }

  /** How many keys the secondary shows. */
  async keys(): Promise<number> {
    return (await digShort(this.#pair.secondary.place.port, ZONE, "DNSKEY")).length;
  }

  #staged(stage: SigningStage): Promise<void> {
    const report = () => this.#primary.report.dnssec;
    return until(
      `is ${stage}`,
      async () => report()?.zones[0]?.stage === stage,
      () => JSON.stringify(report()),
    );
  }
}

for (const kind of [SERVERS.knot, SERVERS.nsd]) {
  test(
    `${kind.name} holds a zone that verifies after every IXFR, also while a key is rolled`,
    needs(...kind.programs, "ldns-verify-zone"),
    async () => {
      await withPair(
        kind,
        async (pair) => {
          const signed = new SignedPair(pair);
          await signed.begin();
          await signed.changes("one");
          await signed.wait("signed");
          await signed.order("roll");
          await signed.reached("roll-publish");
          assert.equal(await signed.keys(), 2);
          await signed.changes("two");
          await signed.wait("roll-ds");
          await signed.order("ds-seen");
          await signed.reached("roll-hold");
          await signed.wait("roll-retire");
          await signed.changes("three");
          await signed.wait("signed");
          assert.equal(await signed.keys(), 1);
          await signed.changes("four");
        },
        { hasDnssec: true },
      );
    },
  );
}
