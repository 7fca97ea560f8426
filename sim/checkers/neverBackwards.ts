import type { Name } from "../../src/dns/index.ts";
import { comparePositions, type Position } from "../../src/plan/index.ts";
import type { DesignRun, WitnessEvent, ZoneReader } from "../design.ts";
import { LOST_DISK, type ZoneChange } from "../world/dnsServer.ts";
import type { EndpointState, ZoneState } from "../world/zoneState.ts";
import { type Checker, isHand } from "./checker.ts";

/** A hand's generation: no plan of a world comes so far. */
const FAR_AHEAD = 1_000_000;

/** Below which an endpoint must not fall. */
interface Floor {
  readonly position: Position;
  /** A hand took the fence and left the answers: plan stores and memories still know. */
  readonly isRemembered: boolean;
}

/**
 * Never backwards: the position that an endpoint holds only rises. A hand from outside may put
 * another fence in its place; from what it leaves, the rule begins anew. Where it took fence and
 * answers, a writer must at least not fall behind what the same life of it wrote before; where it
 * took or spoilt the fence alone, behind nothing that a plan store which lost nothing knows. The
 * same holds of a server that lost its disk, once it speaks again.
 */
export class NeverBackwards implements Checker {
  readonly invariant = "never-backwards";
  readonly #run: Pick<DesignRun, "positionOf">;
  readonly #reader: ZoneReader;
  readonly #wasReplaced: () => boolean;
  readonly #floor = new Map<Name, Floor>();
  readonly #written = new Map<string, Position>();
  /** The highest epoch that a plan of an endpoint had, where it is not 0. */
  readonly #planned = new Map<Name, number>();
  /** What a server held that lost its disk, until it speaks. */
  readonly #lost = new Map<Name, Position>();

  /** `wasReplaced`: whether a plan store was lost or put back, or there is none that could know. */
  constructor(
    run: Pick<DesignRun, "positionOf">,
    reader: ZoneReader,
    wasReplaced: () => boolean = () => true,
  ) {
    this.#run = run;
    this.#reader = reader;
    this.#wasReplaced = wasReplaced;
  }

  onWitness(event: WitnessEvent): undefined {
    if (event.kind !== "plan") return;
    for (const { endpoint, epoch } of event.entries) {
      if (epoch > this.#plannedEpoch(endpoint)) this.#planned.set(endpoint, epoch);
    }
  }

  onChange({ by, before, after }: ZoneChange): string | undefined {
    let problem: string | undefined;
    for (const [endpoint, now] of after.endpoints) {
      const was = before.endpoints.get(endpoint);
      const position = this.#run.positionOf(this.#reader, endpoint);
      if (!before.speaks && after.speaks) problem ??= this.#speak(endpoint, position);
      if (was === now) continue;
      if (isHand(by)) this.#begin(endpoint, position, by.id, was, now);
      else problem ??= this.#judge(endpoint, position, by, { was, after });
    }
    return problem;
  }

  #judge(
    endpoint: Name,
    position: Position | undefined,
    by: ZoneChange["by"],
    { was, after }: { readonly was: EndpointState | undefined; readonly after: ZoneState },
  ): string | undefined {
    if (position === undefined) return undefined;
    const floor = this.#floor.get(endpoint);
    this.#floor.set(endpoint, { position, isRemembered: false });
    // What a person pins to a server that lost everything is in no plan's place.
    if (by.kind === "operator") this.#lost.delete(endpoint);
    // A person who adopts what a hand left without a fence begins anew as well.
    const isAdopted = by.kind === "operator" && was?.fence === undefined;
    // Nobody remembers an epoch that a person has just raised, and that no plan has yet.
    const isNews = floor !== undefined && floor.position.epoch > this.#plannedEpoch(endpoint);
    const isKnown = !isAdopted && !isNews && !this.#wasReplaced();
    const isAsked = floor?.isRemembered !== true || isKnown;
    if (isAsked && floor !== undefined && isLower(position, floor.position)) {
      return `${by.id} took ${endpoint} from ${text(floor.position)} back to ${text(position)}`;
    }
    if (by.kind !== "automation") return undefined;
    const key = `${by.id} ${by.life} ${endpoint}`;
    const own = this.#written.get(key);
    const isBehind = own !== undefined && isLower(position, own);
    // What was meant for a server's life before may reach it in its next, where there is nothing
    // yet: it counts when that speaks.
    if (isBehind && !after.speaks && was?.fence === undefined) return undefined;
    this.#written.set(key, position);
    if (!isBehind) return undefined;
    return `${by.id} wrote ${text(position)} to ${endpoint} after ${text(own)}`;
  }

  #plannedEpoch(endpoint: Name): number {
    return this.#planned.get(endpoint) ?? 0;
  }

  #begin(
    endpoint: Name,
    position: Position | undefined,
    by: string,
    was: EndpointState | undefined,
    now: EndpointState,
  ): void {
    const floor = this.#floor.get(endpoint);
    if (position !== undefined) this.#floor.set(endpoint, { position, isRemembered: false });
    else if (floor !== undefined && !isImplausible(floor.position) && stillAnswers(was, now)) {
      this.#floor.set(endpoint, { ...floor, isRemembered: true });
    } else this.#floor.delete(endpoint);
    if (by !== LOST_DISK) this.#lost.delete(endpoint);
    else if (floor !== undefined && !floor.isRemembered) this.#lost.set(endpoint, floor.position);
  }

  #speak(endpoint: Name, position: Position | undefined): string | undefined {
    const lost = this.#lost.get(endpoint);
    this.#lost.delete(endpoint);
    if (lost === undefined || position === undefined || this.#wasReplaced()) return undefined;
    // An epoch that nobody had read yet, and a hand's far generation, are lost with the disk.
    if (lost.epoch > position.epoch || isImplausible(lost)) return undefined;
    if (!isLower(position, lost)) return undefined;
    return `the server speaks again, and ${endpoint} went from ${text(lost)} to ${text(position)}`;
  }
}

/** Whether everything that the name answered before is answered still. */
function stillAnswers(was: EndpointState | undefined, now: EndpointState): boolean {
  const { A = "", AAAA = "" } = was?.answers ?? {};
  if (A === "" && AAAA === "") return false;
  return (A === "" || now.answers.A !== "") && (AAAA === "" || now.answers.AAAA !== "");
}

function isImplausible({ generation }: Position): boolean {
  return generation >= FAR_AHEAD;
}

function isLower(left: Position, right: Position): boolean {
  return comparePositions(left, right) < 0;
}

function text({ epoch, generation }: Position): string {
  return `${epoch}/${generation}`;
}
