import { AssertionError, assert } from "../../src/base/index.ts";
import { NumberList, StateTable } from "./stateTable.ts";

/**
 * What kind of thing a move is. To show that nothing is ever stuck, only `step`s count (what the
 * machines and the network do by themselves), and a `person`'s acts where something waits for one.
 */
export type MoveKind = "step" | "wish" | "fault" | "person";

/** A rule that a move broke. */
export interface Broken {
  /** Name of the invariant: `never-empty`. */
  readonly rule: string;
  readonly problem: string;
}

/** One thing that may happen next. */
export interface Move {
  readonly kind: MoveKind;
  readonly state: readonly number[];
  /** What happens, in plain words; made only for a story. `names`: of the enactors, in order. */
  readonly tell: (names: readonly string[]) => string;
  /** The two enactors stand in each other's place in the new state: they are alike. */
  readonly swaps?: boolean;
  readonly broken?: Broken | undefined;
}

/** A world as a graph. */
export interface Model {
  /** Numbers per state. */
  readonly width: number;
  readonly initial: readonly number[];
  moves(state: readonly number[]): readonly Move[];
  /** Everything is as the newest plan says. */
  isGoal(state: readonly number[]): boolean;
  /** Of the enactors, in the order in which the initial state has them. */
  readonly names: readonly string[];
  /** How a state looks, for the end of a story. */
  describe(state: readonly number[], names: readonly string[]): readonly string[];
}

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
  /** End at the first broken rule: for mutations, which are to be caught once. */
  readonly stopsAtFirst?: boolean;
  /** Leaves out whether there is always a way to the goal: for worlds that cannot have one. */
  readonly isSafetyOnly?: boolean;
}

const KINDS: readonly MoveKind[] = ["step", "wish", "fault", "person"];

/** Visits every state, breadth first, so that what is found is told by a shortest way to it. */
export function explore(model: Model, options: ExploreOptions): Exploration {
  const graph = new Graph(model);
  const found = new Map<string, Counterexample>();
  const complete = visitAll(graph, found, options);
  let needPerson = 0;
  if (complete && options.isSafetyOnly !== true) {
    const reached = graph.reachBack();
    needPerson = reached.needPerson;
    if (reached.stuck !== undefined) {
      const problem = `${reached.stuckCount} states have no way to the newest plan`;
      const story = graph.storyOf(reached.stuck);
      found.set("converges", { rule: "converges", problem, story });
    }
  }
  const { states, transitions } = graph;
  return { states, transitions, needPerson, found: [...found.values()], complete };
}

/** Whether it came to an end by itself. */
function visitAll(
  graph: Graph,
  found: Map<string, Counterexample>,
  { statesMax, stopsAtFirst }: ExploreOptions,
): boolean {
  for (let index = 0; index < graph.states; index += 1) {
    for (const { rule, problem, move } of graph.expand(index)) {
      if (found.has(rule)) continue;
      found.set(rule, { rule, problem, story: graph.storyOf(index, move) });
    }
    if (stopsAtFirst === true && found.size > 0) return false;
    if (graph.states > statesMax) return false;
  }
  return true;
}

/** A rule broken, by a move where one was made. */
interface BrokenMove extends Broken {
  readonly move?: Move;
}

class Graph {
  readonly #model: Model;
  readonly #table: StateTable;
  readonly #parents = new NumberList();
  /** Which of its parent's moves led to a state. */
  readonly #places = new NumberList();
  readonly #edgeEnds = new NumberList();
  readonly #edgeTargets = new NumberList();
  readonly #edgeKinds = new NumberList();
  transitions = 0;

  constructor(model: Model) {
    this.#model = model;
    this.#table = new StateTable(model.width);
    this.#table.add(model.initial);
    this.#parents.push(-1);
    this.#places.push(-1);
  }

  get states(): number {
    return this.#table.size;
  }

  /** Adds what may follow; a move that breaks a rule is told, and leads nowhere. */
  expand(index: number): readonly BrokenMove[] {
    const broken: BrokenMove[] = [];
    const moves = this.#movesOf(index);
    if ("rule" in moves) {
      this.#edgeEnds.push(this.#edgeTargets.size);
      return [moves];
    }
    for (const [place, move] of moves.entries()) {
      this.transitions += 1;
      if (move.broken !== undefined) {
        broken.push({ ...move.broken, move });
        continue;
      }
      const before = this.#table.size;
      const target = this.#table.add(move.state);
      if (this.#table.size > before) {
        this.#parents.push(index);
        this.#places.push(place);
      }
      if (move.kind === "step" || move.kind === "person") {
        this.#edgeTargets.push(target);
        this.#edgeKinds.push(KINDS.indexOf(move.kind));
      }
    }
    this.#edgeEnds.push(this.#edgeTargets.size);
    return broken;
  }

  /** A machine that finds one of its own claims broken stops there. */
  #movesOf(index: number): readonly Move[] | BrokenMove {
    try {
      return this.#model.moves(this.#table.row(index));
    } catch (error) {
      if (!(error instanceof AssertionError)) throw error;
      return { rule: "a claim of the code", problem: error.message };
    }
  }

  /** What happened on the shortest way to a state, and in one more move where one is given. */
  storyOf(index: number, last?: Move): readonly string[] {
    const path: Move[] = last === undefined ? [] : [last];
    for (let at = index; this.#parents.at(at) >= 0; at = this.#parents.at(at)) {
      const moves = this.#model.moves(this.#table.row(this.#parents.at(at)));
      const move = moves[this.#places.at(at)];
      assert(move !== undefined, "a model gives the same moves each time");
      path.unshift(move);
    }
    let names = this.#model.names;
    const lines: string[] = [];
    for (const move of path) {
      lines.push(move.tell(names));
      if (move.swaps === true) names = names.toReversed();
    }
    const end = path.at(-1)?.state ?? this.#model.initial;
    return [...lines, ...this.#model.describe(end, names)];
  }

  /** Which states have no way to a goal, and how many have one only with a person's help. */
  reachBack(): { stuck: number | undefined; stuckCount: number; needPerson: number } {
    const reverse = this.#reversed();
    const reached = new Uint8Array(this.states);
    const queue = new NumberList();
    for (let index = 0; index < this.states; index += 1) {
      if (!this.#model.isGoal(this.#table.row(index))) continue;
      reached[index] = 1;
      queue.push(index);
    }
    this.#flood(reverse, reached, queue, "step");
    const alone = queue.size;
    this.#flood(reverse, reached, queue, "person");
    const stuck = reached.indexOf(0);
    return {
      stuck: stuck < 0 ? undefined : stuck,
      stuckCount: this.states - queue.size,
      needPerson: queue.size - alone,
    };
  }

  /** Goes back from all that is queued over steps, and persons' acts where they are asked for. */
  #flood(reverse: Reversed, reached: Uint8Array, queue: NumberList, over: "step" | "person"): void {
    const person = KINDS.indexOf("person");
    for (let next = 0; next < queue.size; next += 1) {
      const target = queue.at(next);
      const end = reverse.starts[target + 1] ?? 0;
      for (let at = reverse.starts[target] ?? 0; at < end; at += 1) {
        const source = reverse.sources[at] ?? 0;
        if (reached[source] === 1) continue;
        if (over === "step" && reverse.kinds[at] === person) continue;
        reached[source] = 1;
        queue.push(source);
      }
    }
  }

  #reversed(): Reversed {
    const edges = this.#edgeTargets.size;
    const starts = new Int32Array(this.states + 1);
    for (let edge = 0; edge < edges; edge += 1) {
      const after = this.#edgeTargets.at(edge) + 1;
      starts[after] = (starts[after] ?? 0) + 1;
    }
    for (let index = 0; index < this.states; index += 1) {
      starts[index + 1] = (starts[index + 1] ?? 0) + (starts[index] ?? 0);
    }
    const places = starts.slice();
    const sources = new Int32Array(edges);
    const kinds = new Uint8Array(edges);
    let edge = 0;
    for (let source = 0; source < this.states; source += 1) {
      for (const end = this.#edgeEnds.at(source); edge < end; edge += 1) {
        const target = this.#edgeTargets.at(edge);
        const place = places[target] ?? 0;
        places[target] = place + 1;
        sources[place] = source;
        kinds[place] = this.#edgeKinds.at(edge);
      }
    }
    return { starts, sources, kinds };
  }
}

interface Reversed {
  readonly starts: Int32Array;
  readonly sources: Int32Array;
  readonly kinds: Uint8Array;
}
