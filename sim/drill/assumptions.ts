import { LONG_PACE, SIGNIFICANTLY_OLDER } from "../history/historyDesign.ts";
import { BACKOFF_MS_MAX, BACKOFF_MS_MIN, LOCK_MS } from "../history/historyEnactor.ts";
import {
  EVENT_SEED,
  LATE_FROM_MS,
  LATE_MS_MAX,
  LATE_PER_MILLE,
  LATE_TO_MS,
  SCENE,
  SEARCHED,
  SLOW_MS_MAX,
} from "./aws/eventSchedule.ts";
import { NEGATIVE_TTL_SECONDS } from "./aws/replayEvent.ts";
import { spanText } from "./replay.ts";

const { planningMs, pollMs, workMs } = LONG_PACE;

/** All that nobody published, and this replay takes to be so. One sentence or two each. */
export const ASSUMPTIONS: readonly string[] = [
  `A plan is "significantly older", and is cleaned up, when it is more than ${SIGNIFICANTLY_OLDER}
   plans (${(SIGNIFICANTLY_OLDER * planningMs) / 1000} s) behind the one just applied.`,
  `A new plan comes every ${spanText(planningMs)}; an enactor looks for one every
   ${spanText(pollMs)} to ${spanText(2 * pollMs)}, and works about ${workMs / 1000} s at one
   endpoint. There are ${SCENE.enactors} enactors, ${SCENE.endpoints.length} endpoints and
   ${SCENE.targets.length} load balancers.`,
  `The regional endpoint is the last one of a plan: an enactor that is held up at another endpoint
   is late for this one.`,
  `A lock is its holder's for ${spanText(LOCK_MS)}.`,
  `An enactor that is blocked waits about ${BACKOFF_MS_MIN / 1000} s, then twice as long each time,
   up to about ${spanText(BACKOFF_MS_MAX)}.`,
  `What held up the one enactor: for ${spanText(LATE_TO_MS - LATE_FROM_MS)}, of 1000 messages
   between it and DNS, ${LATE_PER_MILLE} are late, by up to ${spanText(LATE_MS_MAX)}. To
   everybody, DNS is slow by up to ${SLOW_MS_MAX / 1000} s a message.`,
  `The run that is shown was searched for: of the seeds 1 to ${SEARCHED.seeds} of this schedule, the
   late enactor turns the name back in ${SEARCHED.backwards}, and in ${SEARCHED.emptied} of them a
   clean-up empties it; seed ${EVENT_SEED} is the first of those in which the enactor that is held
   up is late with a write of ours as well.`,
  `The clock of the replay is set so that the name is emptied at 06:48, and people repair it at
   09:25 because they did.`,
  `Resolvers keep "there is no address" for ${spanText(1000 * NEGATIVE_TTL_SECONDS["2025"])} in the
   zone of 2025, which fits the quarter of an hour between repair and recovery.`,
  `DNS under the design of 2025 never fails by itself: it loses nothing and applies each batch
   whole. Its plan files are never lost and there is one planner. All of this is in its favour.`,
].map((text) => text.replaceAll(/\s+/g, " "));
