import { assert } from "../../src/base/index.ts";
import { type Broken, expandInto, type Model, type Move, Successors } from "./model.ts";
import { reachBack } from "./reach.ts";
import { NumberList, StateTable } from "./stateTable.ts";

/** A rule broken, with the shortest way to it. */
export interface Counterexample {
  readonly rule: string;
  readonly problem: string;
  readonly story: readonly string[];
}

/** What an exploration found. */
export interface Exploration {
  readonly states: number;
  readonly transitions: number;
  /** States from which the goal is reached only by an act of a person. */
  readonly needPerson: number;
  /** The shortest way to each rule broken; `converges` where a state has no way to the goal. */
  readonly found: readonly Counterexample[];
  /** All states were visited. */
  readonly complete: boolean;
}

/** How far to go. */
export interface ExploreOptions {
  /** Give up beyond so many states. */
  readonly statesMax: number;
  /** Told now and then what is going on, in words. */
  readonly onProgress?: (text: string) => void;
}

/** States between two tellings. */
const TELL_EVERY = 2 ** 20;

/** Visits every state, breadth first, so that what is found is told by a shortest way to it. */
export function explore(model: Model, options: ExploreOptions): Exploration {
  const graph = new Graph(model);
  const found = new Map<string, Counterexample>();
  const complete = visitAll(graph, found, options);
  let needPerson = 0;
  if (complete) {
    const reached = reachBack(model, graph.table, options.onProgress);
    needPerson = reached.needPerson;
    if (reached.stuck !== undefined) {
      const problem = `${reached.stuckCount} states have no way to the newest plan`;
      const story = graph.storyOf(reached.stuck);
      found.set("converges", { rule: "converges", problem, story });
    }
  }
  const { transitions } = graph;
  const states = graph.table.size;
  return { states, transitions, needPerson, found: [...found.values()], complete };
}

/** Whether it came to an end by itself. */
function visitAll(
  graph: Graph,
  found: Map<string, Counterexample>,
  { statesMax, onProgress }: ExploreOptions,
): boolean {
  const { table } = graph;
  for (let index = 0; index < table.size; index += 1) {
    for (const { rule, problem, move } of graph.expand(index)) {
      if (found.has(rule)) continue;
      found.set(rule, { rule, problem, story: graph.storyOf(index, move) });
    }
    if (table.size > statesMax) return false;
    if (index % TELL_EVERY === TELL_EVERY - 1) {
      onProgress?.(`${index + 1} of ${table.size} states known, ${graph.transitions} steps`);
    }
  }
  return true;
}

/** A rule broken, by a move where one was made. */
interface BrokenMove extends Broken {
  readonly move?: Move;
}

const NONE: readonly BrokenMove[] = [];

class Graph {
  readonly table: StateTable;
  transitions = 0;
  readonly #model: Model;
  readonly #parents = new NumberList();
  readonly #state: Int32Array;
  readonly #successors: Successors;

  constructor(model: Model) {
    this.#model = model;
    this.table = new StateTable(model.width);
    this.table.add(model.initial);
    this.#parents.push(-1);
    this.#state = new Int32Array(model.width);
    this.#successors = new Successors(model.width);
  }

  /** Adds what may follow; a move that breaks a rule is told, and leads nowhere. */
  expand(index: number): readonly BrokenMove[] {
    const { table } = this;
    const next = this.#successors;
    table.read(index, this.#state);
    const error = expandInto(this.#model, this.#state, next);
    if (error !== undefined) return [{ rule: "a claim of the code", problem: error.message }];
    this.transitions += next.size;
    let isBroken = false;
    for (let at = 0; at < next.size; at += 1) {
      if (next.broken[at] === 1) {
        isBroken = true;
        continue;
      }
      const before = table.size;
      table.add(next.rows, at * next.width);
      if (table.size > before) this.#parents.push(index);
    }
    return isBroken ? this.#brokenAt(index) : NONE;
  }

  #brokenAt(index: number): readonly BrokenMove[] {
    return this.#model.moves(this.#stateAt(index)).flatMap((move) => {
      return move.broken === undefined ? [] : [{ ...move.broken, move }];
    });
  }

  /** What happened on the shortest way to a state, and in one more move where one is given. */
  storyOf(index: number, last?: Move): readonly string[] {
    const path: Move[] = last === undefined ? [] : [last];
    for (let at = index; this.#parents.at(at) >= 0; at = this.#parents.at(at)) {
      const state = this.#stateAt(at);
      const moves = this.#model.moves(this.#stateAt(this.#parents.at(at)));
      const move = moves.find((one) => {
        return one.broken === undefined && one.state.every((part, place) => part === state[place]);
      });
      assert(move !== undefined, "a model gives the same moves each time");
      path.unshift(move);
    }
    let names = this.#model.names;
    const lines: string[] = [];
    for (const move of path) {
      lines.push(move.tell(names));
      if (move.swaps === true) names = names.toReversed();
    }
    const end = Int32Array.from(path.at(-1)?.state ?? this.#model.initial);
    return [...lines, ...this.#model.describe(end, names)];
  }

  #stateAt(index: number): Int32Array {
    const state = new Int32Array(this.#model.width);
    this.table.read(index, state);
    return state;
  }
}
