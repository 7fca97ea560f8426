import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Name, nameOf } from "../../dns/index.ts";
import { DeltaHistory, HISTORY_LIMITS, type HistoryLimits } from "./deltaHistory.ts";
import type { ZoneDelta } from "./zoneDelta.ts";

const ZONE = nameOf("one.test.");
const OTHER = nameOf("two.test.");
const NO_OCTETS = new Uint8Array(0);

function delta(fromSerial: number, toSerial: number, octets = 0, zone: Name = ZONE): ZoneDelta {
  return {
    zone,
    fromSerial,
    toSerial,
    fromSoa: NO_OCTETS,
    toSoa: NO_OCTETS,
    removed: NO_OCTETS,
    added: new Uint8Array(octets),
    recordCount: 1,
  };
}

/** One zone's changes from serial 1 on, each of so many octets. */
function filled(limits: Partial<HistoryLimits>, count: number, octets = 0): DeltaHistory {
  const history = new DeltaHistory({ ...HISTORY_LIMITS, ...limits });
  for (let serial = 1; serial <= count; serial += 1) {
    history.note(delta(serial, serial + 1, octets));
  }
  return history;
}

const serials = (history: DeltaHistory, from: number, zone: Name = ZONE) =>
  history.since(zone, from)?.map(({ toSerial }) => toSerial);

describe("DeltaHistory", () => {
  it("leads from every version that it reaches to the newest", () => {
    const history = filled({}, 4);
    assert.deepEqual(serials(history, 1), [2, 3, 4, 5]);
    assert.deepEqual(serials(history, 4), [5]);
    assert.equal(serials(history, 5), undefined);
    assert.equal(serials(history, 1, OTHER), undefined);
  });

  it("forgets what came before a gap: nothing leads across it", () => {
    const history = filled({}, 3);
    history.note(delta(9, 10));
    assert.equal(serials(history, 1), undefined);
    assert.equal(serials(history, 3), undefined);
    assert.deepEqual(serials(history, 9), [10]);
    assert.equal(history.count(ZONE), 1);
  });

  it("keeps the newest of a zone with too many changes, and too many octets", () => {
    const many = filled({ deltasMax: 3 }, 10);
    assert.equal(many.count(ZONE), 3);
    assert.equal(serials(many, 7), undefined);
    assert.deepEqual(serials(many, 8), [9, 10, 11]);
    const long = filled({ zoneOctetsMax: 10_000 }, 100, 1_000);
    assert.ok(long.octets <= 10_000 && long.octets > 5_000, `${long.octets} octets`);
    assert.equal(serials(long, 50), undefined);
    assert.deepEqual(serials(long, 100), [101]);
  });

  it("keeps nothing where the newest change alone is too long, and goes on from there", () => {
    const history = filled({ zoneOctetsMax: 10_000 }, 2);
    history.note(delta(3, 4, 20_000));
    assert.deepEqual([history.count(ZONE), history.octets], [0, 0]);
    assert.equal(serials(history, 3), undefined);
    history.note(delta(4, 5));
    assert.deepEqual(serials(history, 4), [5]);
  });

  it("drops from the zone that keeps most where all keep too much together", () => {
    const history = filled({ octetsMax: 50_000 }, 30, 1_000);
    for (let serial = 1; serial <= 5; serial += 1) {
      history.note(delta(serial, serial + 1, 2_000, OTHER));
    }
    assert.ok(history.octets <= 50_000, `${history.octets} octets`);
    assert.deepEqual(serials(history, 1, OTHER), [2, 3, 4, 5, 6]);
    assert.equal(serials(history, 1), undefined);
    assert.deepEqual(serials(history, 30), [31]);
  });

  it("gives back what it counted when a zone is forgotten", () => {
    const history = filled({}, 10, 100);
    history.clear(ZONE);
    assert.deepEqual([history.octets, history.count(ZONE)], [0, 0]);
    assert.equal(serials(history, 1), undefined);
  });
});
