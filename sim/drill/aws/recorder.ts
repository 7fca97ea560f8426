import { type Name, parentOf, Rcode, type Update } from "../../../src/dns/index.ts";
import type { DesignWorld, DnsReply, WitnessEvent, Writer } from "../../design.ts";
import type { ZoneChange } from "../../world/dnsServer.ts";
import { heldGeneration, writtenGeneration } from "../heldGeneration.ts";
import type { Observer } from "../observedDesign.ts";
import type { AnswerSpan, DesignReplay, PlanMark, StoryLine, WriteMark } from "../replay.ts";

/** Who a design is, and which part of its time is told in full. */
export interface RecorderOptions {
  readonly id: DesignReplay["id"];
  readonly title: string;
  readonly endpoint: Name;
  readonly endMs: number;
  readonly detailFromMs: number;
  readonly detailToMs: number;
  /** Runs when the design has begun: what people do by themselves. */
  readonly people: (world: DesignWorld) => void;
}

/** Lines of one kind that are told outside of the moments told in full. */
const REPEATS_MAX = 1;

/** Writes down what becomes of one endpoint under one design. */
export class Recorder implements Observer {
  readonly #options: RecorderOptions;
  readonly #spans: AnswerSpan[] = [];
  readonly #plans: PlanMark[] = [];
  readonly #writes: WriteMark[] = [];
  readonly #story: StoryLine[] = [];
  readonly #told = new Map<string, number>();
  /** When each enactor began with each plan: told where that plan matters later. */
  readonly #began = new Map<string, StoryLine>();
  #highest = 0;
  #backwards = 0;

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  began(world: DesignWorld): void {
    this.#options.people(world);
  }

  witnessed(atMs: number, event: WitnessEvent): void {
    if (event.kind !== "plan") return;
    const generations = event.entries.map(({ generation }) => generation);
    this.planned(atMs, Math.max(...generations));
  }

  /** A plan was accepted. */
  planned(atMs: number, generation: number): void {
    this.#plans.push({ atMs, generation });
    this.#tell(atMs, "planner", `makes plan ${generation}`, "detail", "plans");
  }

  answered(atMs: number, by: Writer, update: Update, { rcode }: DnsReply): void {
    const { endpoint } = this.#options;
    const generation = writtenGeneration(update, endpoint);
    if (generation === undefined) return;
    const outcome = rcode === Rcode.NOERROR ? "applied" : "refused";
    this.#writes.push({ atMs, who: by.id, generation, outcome });
    if (outcome === "applied" || this.#options.id === "2025") return;
    const held = this.#spans.at(-1)?.generation ?? 0;
    const why =
      generation < held
        ? `the name has moved on, to plan ${held}, since it was read`
        : "another enactor has written it since it was read";
    const text = `sent plan ${generation} for ${endpoint}; DNS refused it: ${why}`;
    this.#tell(atMs, by.id, text, generation < held ? "turn" : "detail", "refused");
  }

  /** A line that the design itself told; what the world and its checkers tell is left out. */
  told(atMs: number, who: string, text: string): void {
    if (!who.startsWith("enactor") || text === "starts") return;
    // With every number the same, lines of one kind are one text; endpoints are not told apart.
    const kind = text.replaceAll(/\d+/g, "#").replaceAll(/\S+\.example\S*/g, "@");
    const began = /^checks once: the newest plan is (\d+),/.exec(text)?.[1];
    if (began !== undefined)
      this.#began.set(`${who} ${began}`, { atMs, who, text, weight: "turn" });
    this.#tell(atMs, who, text, "detail", kind);
  }

  /** A change of the zone. */
  changed({ wallMs: atMs, by, after }: ZoneChange): void {
    const { endpoint } = this.#options;
    const held = after.endpoints.get(endpoint);
    if (held === undefined || atMs > this.#options.endMs) return;
    const generation = heldGeneration(held, endpoint);
    const isEmpty = held.answers.A === "" || held.answers.AAAA === "";
    if (isEmpty && this.#spans.length === 0) return; // it has not begun
    const state = isEmpty ? "empty" : (generation ?? 0) < this.#highest ? "older" : "current";
    const before = this.#spans.at(-1);
    if (before?.state === state && before.generation === generation) return;
    this.#spans.push({ atMs, state, generation });
    this.#tellTurn(by.id, before, { atMs, state, generation });
    if (!isEmpty && generation !== undefined) this.#highest = Math.max(this.#highest, generation);
  }

  /** What became of it. */
  finish(): DesignReplay {
    const { id, title, endMs } = this.#options;
    const emptyMs = this.#spans.reduce((sum, { atMs, state }, index) => {
      const untilMs = this.#spans[index + 1]?.atMs ?? endMs;
      return state === "empty" ? sum + untilMs - atMs : sum;
    }, 0);
    const applied = new Set(this.#spans.map(({ generation }) => generation)).size;
    return {
      id,
      title,
      spans: this.#spans,
      plans: this.#plans,
      writes: this.#writes,
      story: this.#story.toSorted((left, right) => left.atMs - right.atMs),
      emptyMs,
      backwards: this.#backwards,
      applied,
    };
  }

  #tellTurn(who: string, before: AnswerSpan | undefined, now: AnswerSpan): void {
    const { endpoint } = this.#options;
    const { atMs, state, generation = 0 } = now;
    const wasAhead = before !== undefined && before.state !== "empty" && state !== "empty";
    if (wasAhead && generation < (before.generation ?? 0)) {
      this.#backwards += 1;
      const began = this.#began.get(`${who} ${generation}`);
      if (began !== undefined) this.#keep(began);
      const text = `puts plan ${generation} over plan ${before.generation}: ${endpoint} goes back`;
      this.#tell(atMs, who, text, "turn", "back");
    } else if (state === "empty") {
      const text = `deletes the records that ${endpoint} points at: no address is left`;
      this.#tell(atMs, who, text, "turn", "empty");
    } else if (before?.state === "empty") {
      this.#tell(atMs, who, `puts records in place: ${endpoint} answers again`, "turn", "back up");
    } else if (this.#options.id === "holdfast") {
      const held = before?.generation;
      const condition = held === undefined ? "nothing is there" : `it holds plan ${held}`;
      const text = `writes plan ${generation} to ${endpoint}, on condition that ${condition}`;
      this.#tell(atMs, who, text, "detail", "writes");
    }
  }

  #tell(atMs: number, who: string, text: string, weight: StoryLine["weight"], kind: string): void {
    const { detailFromMs, detailToMs } = this.#options;
    const isInDetail = atMs >= detailFromMs && atMs <= detailToMs;
    const times = (this.#told.get(`${who} ${kind}`) ?? 0) + 1;
    this.#told.set(`${who} ${kind}`, times);
    if (weight === "turn" || isInDetail || times <= REPEATS_MAX) {
      this.#keep({ atMs, who, text: this.#short(text), weight });
    }
  }

  /** Names by their first label: all of a story lie in one zone. */
  #short(text: string): string {
    return text.replaceAll(`.${parentOf(this.#options.endpoint) ?? ""}`, "");
  }

  #keep(line: StoryLine): void {
    const isSame = ({ atMs, who, text }: StoryLine) =>
      atMs === line.atMs && who === line.who && text === line.text;
    const place = this.#story.findIndex(isSame);
    if (place === -1) this.#story.push(line);
    else this.#story[place] = line;
  }
}
