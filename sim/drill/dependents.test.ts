import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  type AnsweringSince,
  type AvailabilityPoint,
  DEPENDENTS,
  type Dependent,
  followDependent,
  hoursLost,
} from "./dependents.ts";

const HOUR = 3600;
const ALWAYS: readonly AnsweringSince[] = [{ atSeconds: 0, answers: true }];
/** Empty from the first hour to the third. */
const OUTAGE: readonly AnsweringSince[] = [
  ...ALWAYS,
  { atSeconds: HOUR, answers: false },
  { atSeconds: 3 * HOUR, answers: true },
];

function follow(
  id: string,
  answering: readonly AnsweringSince[],
  negativeTtlSeconds = 900,
): readonly AvailabilityPoint[] {
  const durationSeconds = 5 * HOUR;
  const inputs = { answering, durationSeconds, positiveTtlSeconds: 5, negativeTtlSeconds, seed: 1 };
  return followDependent(dependent(id), inputs);
}

function dependent(id: string): Dependent {
  const found = DEPENDENTS.find((one) => one.id === id);
  assert(found !== undefined, id);
  return found;
}

/** First minute, counted from when the name answers again, in which nearly all is served. */
function recoveredAfterMinutes(points: readonly AvailabilityPoint[]): number {
  const found = points.findIndex((point) => {
    return point.atSeconds >= 3 * HOUR && point.available > 0.95;
  });
  return found === -1 ? Number.POSITIVE_INFINITY : found - (3 * HOUR) / 60;
}

describe("followDependent", () => {
  for (const { id } of DEPENDENTS) {
    it(`leaves ${id} alone while the name answers`, () => {
      const points = follow(id, ALWAYS);
      assert.equal(points.length, (5 * HOUR) / 60);
      assert(points.every(({ available }) => available === 1));
      assert.equal(hoursLost(points), 0);
    });

    it(`takes ${id} down while it does not, and lets it come back`, () => {
      const points = follow(id, OUTAGE);
      const { offlineShare } = dependent(id);
      const low = Math.min(...points.map(({ available }) => available));
      assert(low < 0.7, `${low}`);
      assert(low >= offlineShare, `what needs no network goes on: ${low}`);
      assert(recoveredAfterMinutes(points) > 0);
      assert(recoveredAfterMinutes(points) < 120);
    });
  }

  it("loses long connections slower, and gets a fleet back later, than short ones", () => {
    const messenger = follow("messenger", OUTAGE);
    const devices = follow("connected-devices", OUTAGE);
    const at = (points: readonly AvailabilityPoint[], minute: number) => {
      return points[minute]?.available ?? 0;
    };
    assert(at(devices, 75) > at(messenger, 75), "a quarter of an hour after the name went");
    assert(recoveredAfterMinutes(devices) > recoveredAfterMinutes(messenger));
  });

  it("loses more the longer empty answers are kept, and is equal for an equal seed", () => {
    const long = follow("messenger", OUTAGE, 900);
    const short = follow("messenger", OUTAGE, 30);
    assert(hoursLost(long) > hoursLost(short));
    assert.deepEqual(follow("messenger", OUTAGE, 30), short);
  });
});
