import type { Name } from "../../src/dns/index.ts";
import { comparePositions, type Position } from "../../src/plan/index.ts";
import type { DesignRun, ZoneReader } from "../design.ts";
import type { ZoneChange } from "../world/dnsServer.ts";
import type { Checker } from "./checker.ts";

/**
 * Never backwards: the position that an endpoint holds only rises. A hand from outside may put
 * anything in its place; from what it leaves, the rule begins anew. Where it left nothing that can
 * be read, a writer must at least not fall behind what the same life of it wrote before.
 */
export class NeverBackwards implements Checker {
  readonly invariant = "never-backwards";
  readonly #run: Pick<DesignRun, "positionOf">;
  readonly #reader: ZoneReader;
  readonly #floor = new Map<Name, Position>();
  readonly #written = new Map<string, Position>();

  constructor(run: Pick<DesignRun, "positionOf">, reader: ZoneReader) {
    this.#run = run;
    this.#reader = reader;
  }

  onChange({ by, before, after }: ZoneChange): string | undefined {
    let problem: string | undefined;
    for (const [endpoint, now] of after.endpoints) {
      if (before.endpoints.get(endpoint) === now) continue;
      const position = this.#run.positionOf(this.#reader, endpoint);
      if (by.kind !== "outside") {
        const floor = this.#floor.get(endpoint);
        if (floor !== undefined && position !== undefined && isLower(position, floor)) {
          problem ??= `${by.id} took ${endpoint} from ${text(floor)} back to ${text(position)}`;
        }
        const key = `${by.id} ${by.life} ${endpoint}`;
        const own = this.#written.get(key);
        if (position !== undefined && own !== undefined && isLower(position, own)) {
          problem ??= `${by.id} wrote ${text(position)} to ${endpoint} after ${text(own)}`;
        }
        if (position !== undefined && by.kind === "automation") this.#written.set(key, position);
      }
      if (position !== undefined) this.#floor.set(endpoint, position);
      else if (by.kind === "outside") this.#floor.delete(endpoint);
    }
    return problem;
  }
}

function isLower(left: Position, right: Position): boolean {
  return comparePositions(left, right) < 0;
}

function text({ epoch, generation }: Position): string {
  return `${epoch}/${generation}`;
}
