import { expandInto, MOVE_KINDS, type Model, Successors } from "./model.ts";
import type { StateTable } from "./stateTable.ts";

/** Whether there is always a way to a goal. */
export interface Reach {
  /** The first state, as they were found, that has none. */
  readonly stuck: number | undefined;
  readonly stuckCount: number;
  /** States that have one only with a person's help. */
  readonly needPerson: number;
}

const STEP = MOVE_KINDS.indexOf("step");
const PERSON = MOVE_KINDS.indexOf("person");

/**
 * Goes back from the goals. Edges are not kept, they would need more memory than the states: each
 * state is expanded again until one of its successors is known to have a way. Breadth first, most
 * moves lead to states found later, so that a sweep from the last to the first settles most; what
 * is left is swept again, to and fro, until a sweep settles nothing.
 */
export function reachBack(
  model: Model,
  table: StateTable,
  onProgress: (text: string) => void = () => {},
): Reach {
  const states = table.size;
  const state = new Int32Array(model.width);
  const successors = new Successors(model.width);
  const hasWay = new Uint8Array(states);
  let left = states;
  for (let index = 0; index < states; index += 1) {
    table.read(index, state);
    if (!model.isGoal(state)) continue;
    hasWay[index] = 1;
    left -= 1;
  }

  const leadsThere = (index: number, isHelped: boolean): boolean => {
    table.read(index, state);
    expandInto(model, state, successors);
    for (let at = 0; at < successors.size; at += 1) {
      const kind = successors.kinds[at];
      if (successors.broken[at] === 1) continue;
      if (kind !== STEP && !(isHelped && kind === PERSON)) continue;
      if (hasWay[table.find(successors.rows, at * successors.width)] === 1) return true;
    }
    return false;
  };

  const sweepAll = (isHelped: boolean): void => {
    for (let before = -1, down = true; left > 0 && left !== before; down = !down) {
      before = left;
      onProgress(`${left} of ${states} states have no way to the goal yet`);
      for (let at = 0; at < states; at += 1) {
        const index = down ? states - 1 - at : at;
        if (hasWay[index] === 1 || !leadsThere(index, isHelped)) continue;
        hasWay[index] = 1;
        left -= 1;
      }
    }
  };

  sweepAll(false);
  const alone = left;
  sweepAll(true);
  const stuck = hasWay.indexOf(0);
  return { stuck: stuck < 0 ? undefined : stuck, stuckCount: left, needPerson: alone - left };
}
