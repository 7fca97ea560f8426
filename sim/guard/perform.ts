import type { Host } from "./host.ts";
import type { Onlooker } from "./onlooker.ts";
import { A, type Act } from "./scene.ts";
import type { MachineClock, Timeline } from "./timeline.ts";
import type { Truth } from "./truth.ts";

/** Whom acts change. */
export interface Stage {
  readonly timeline: Timeline;
  readonly clock: MachineClock;
  readonly truth: Truth;
  readonly host: Host;
  readonly onlooker: Onlooker;
  /** Nobody asks until then, on the world's clock. */
  quietUntilMs: number;
}

/** Does what an act says. */
export function perform(stage: Stage, act: Act): void {
  const { timeline, clock, truth, host, onlooker } = stage;
  switch (act.kind) {
    case "says":
      truth.say(act.network, act.name, act.type, act.said);
      break;
    case "tombstone":
      truth.bury(act.network, act.name, act.tombstone);
      break;
    case "mood":
      truth.turn(act.network, act.server, act.mood);
      break;
    case "lies":
      truth.lie(act.network, act.server, act.addresses);
      break;
    case "forgers":
      truth.areForgersThere = act.areThere;
      break;
    case "health":
      truth.setHealth(act.address, act.health);
      onlooker.noteProvable();
      break;
    case "blind":
      truth.isProverBlind = act.isBlind;
      onlooker.noteProvable();
      break;
    case "moves":
      onlooker.move(act.to);
      break;
    case "restarts":
      host.restart(act);
      break;
    case "wall-jump":
      clock.jumpWall(act.byMs);
      break;
    case "drift":
      clock.drift(act.rate);
      break;
    case "pauses":
      host.pause(act.forMs);
      break;
    case "quiet":
      stage.quietUntilMs = timeline.nowMs + act.forMs;
      break;
    case "flood":
      flood(stage, act.names);
      break;
  }
}

/** So many names that others are forgotten. */
function flood({ host, onlooker }: Stage, names: number): void {
  if (host.process === undefined || host.isAsleep) return;
  onlooker.mayForget = true;
  for (let index = 0; index < names; index += 1) {
    void host.process.lookUp(`n${index}.flood.shop.com.`, A);
  }
}
