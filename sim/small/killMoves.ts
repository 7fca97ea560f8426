import { type Durable, durableOf, type LaneNow, restart } from "./lane.ts";
import { once } from "./memo.ts";
import { afterFault, type Fault, mayHappen, type Next, type OwnNow, type Scene } from "./now.ts";
import { withStray } from "./zoneMoves.ts";

const DISKS: readonly { readonly fault: Fault; readonly what: string }[] = [
  { fault: "killed", what: "is killed, and starts again with all that it knew" },
  { fault: "killed-old-disk", what: "is killed before its disk has the last change" },
  { fault: "killed-lost-disk", what: "is killed, and starts again with an empty disk" },
];

/** An enactor is killed and starts again; what it had sent may still arrive. */
export function killMoves(scene: Scene, now: OwnNow): readonly Next<OwnNow>[] {
  const { lanes } = now;
  return DISKS.flatMap(({ fault, what }) => {
    if (!mayHappen(scene, now, fault)) return [];
    if (fault === "killed-old-disk" && lanes.every(({ stale }) => stale === undefined)) return [];
    const back = lanes.map((lane) => RESTARTED[now.circumstances.hour](fault)(lane));
    const restarted = afterFault({ ...now, lanes: back });
    const tell = (name: string): string => `${name} ${what}`;
    const moves: Next<OwnNow>[] = [{ kind: "fault", now: restarted, tell }];
    for (const [place, { flight }] of lanes.entries()) {
      if (flight.kind !== "write") continue;
      const later = withStray(restarted, { place, write: flight.write, knew: flight.knew });
      const tellBoth = (name: string): string => `${tell(name)}; its write goes on`;
      moves.push({ kind: "fault", now: later, tell: tellBoth });
    }
    return moves;
  });
}

function keptBy(fault: Fault, lane: LaneNow): Durable {
  if (fault === "killed-lost-disk") return {};
  return fault === "killed-old-disk" ? (lane.stale ?? durableOf(lane)) : durableOf(lane);
}

function restartedAt(hour: "early" | "late") {
  const make = (fault: Fault) => once((lane: LaneNow) => restart(keptBy(fault, lane), hour));
  const whole = make("killed");
  const old = make("killed-old-disk");
  const lost = make("killed-lost-disk");
  return (fault: Fault): ((lane: LaneNow) => LaneNow) => {
    if (fault === "killed-old-disk") return old;
    return fault === "killed-lost-disk" ? lost : whole;
  };
}

const RESTARTED = { early: restartedAt("early"), late: restartedAt("late") };
