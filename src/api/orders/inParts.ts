import { type Clock, errorText, sleep } from "../../base/index.ts";
import { refusal } from "../apiError.ts";

/**
 * Orders put or ended in one step of the store, which answers nobody meanwhile: at 30 us each this
 * is a sixth of a second. Fewer would have the planner read all orders more often.
 */
export const PART_ORDERS = 5_000;

/**
 * Gives `items` to `use` in parts, between which others have their turn.
 *
 * @param isStopped asked before each part: whether to go no further.
 * @returns the sum of what `use` counted. Rejects with a refusal that says how far it came, where a
 *   part after the first fails; with the part's own error where the first does.
 */
export async function inParts<Item>(
  clock: Clock,
  items: readonly Item[],
  use: (part: readonly Item[]) => Promise<number>,
  isStopped: () => boolean = () => false,
): Promise<number> {
  let done = 0;
  for (let from = 0; from < items.length; from += PART_ORDERS) {
    if (from > 0) await sleep(clock, 0);
    if (isStopped()) {
      const message = `Stopped: ${from} of ${items.length} endpoints were done`;
      throw refusal(409, "stopped", message, "somebody asked for the contrary meanwhile");
    }
    try {
      done += await use(items.slice(from, from + PART_ORDERS));
    } catch (error) {
      if (from === 0) throw error;
      const message = `Cannot do it whole: ${from} of ${items.length} endpoints are done`;
      const hint = "the same again does the rest";
      throw refusal(503, "partly-done", `${message}, then: ${errorText(error)}`, hint);
    }
  }
  return done;
}
