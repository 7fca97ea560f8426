import type { Chance } from "../../src/base/index.ts";
import type { Answer, AskOptions, Port } from "../design.ts";
import type { FaultKind } from "../schedule/act.ts";
import { ANY_LIFE } from "./eventQueue.ts";
import type { Process, Timeline } from "./process.ts";

/** Shortest and longest way of a message on a good day. */
const DELAY_MS_MIN = 1;
const DELAY_MS_SPREAD = 4;
/** How much later the second of a doubled message comes at most. */
const ECHO_MS_MAX = 400;
/** How far a reordered message falls behind at most. */
const REORDER_MS_MAX = 300;
/** When messages that were held for hours arrive, counted from the time that everybody wakes. */
const LATE_SPREAD_MS = 3_000;

/** What a link does to messages for a while. */
export interface LinkFault {
  /** As coverage counts it. */
  readonly label: FaultKind;
  readonly kind: "request-lost" | "reply-lost" | "doubled" | "delayed" | "reordered" | "cut-off";
  /** Process ids; `*` is any. */
  readonly from: string;
  readonly to: string;
  readonly untilMs: number;
  readonly perMille: number;
  readonly delayMsMax: number;
  /** Of its own, so that one fault more or less moves no other. */
  readonly chance: Chance;
}

interface Way {
  readonly from: string;
  readonly to: string;
  readonly isReply: boolean;
}

interface Addressee {
  readonly to: Process;
  readonly life: number;
}

/** Carries messages between processes: slowly, and on bad days badly. */
export class Network {
  readonly #timeline: Timeline;
  readonly #chanceOf: (purpose: string) => Chance;
  /** By sender, then by addressee. */
  readonly #links = new Map<string, Map<string, Chance>>();
  #faults: LinkFault[] = [];
  /** The next message of this process to the DNS server is put aside. */
  #heldFor: string | undefined;
  #late: ((atMs: number) => void)[] = [];

  #lastLateMs = 0;
  readonly #onMet: (fault: LinkFault) => void;

  /** `onMet`: a message suffers from a fault; one that meets none has not happened. */
  constructor(
    timeline: Timeline,
    chanceOf: (purpose: string) => Chance,
    onMet: (fault: LinkFault) => void,
  ) {
    this.#timeline = timeline;
    this.#onMet = onMet;
    this.#chanceOf = chanceOf;
  }

  add(fault: LinkFault): void {
    this.#faults.push(fault);
  }

  clear(): void {
    this.#faults = [];
    this.#heldFor = undefined;
  }

  /** When the last message that a fault delayed arrives. */
  get lastLateMs(): number {
    return this.#lastLateMs;
  }

  /** Puts the next UPDATE of a process aside until {@link releaseLate}. */
  holdNext(process: string): void {
    this.#heldFor = process;
  }

  /** Hours have passed: what was put aside arrives soon. */
  releaseLate(chance: Chance): number {
    const late = this.#late;
    this.#late = [];
    for (const arrive of late) arrive(this.#noteLate(chance.below(LATE_SPREAD_MS)));
    return late.length;
  }

  /** One question and its answer. Never rejects. */
  ask<Service, Reply>(
    from: Process,
    to: Process,
    port: Port<Service>,
    work: (service: Service) => Reply | Promise<Reply>,
    { patienceMs, what, transport }: AskOptions,
  ): Promise<Answer<Reply>> {
    const asker = from.life;
    return new Promise((resolve) => {
      let isOpen = true;
      const settle = (answer: Answer<Reply>): void => {
        if (!isOpen) return;
        isOpen = false;
        cancel();
        resolve(answer);
      };
      const cancel = from.clock.wakeAfter(patienceMs, () => {
        settle({ kind: "no-answer", problem: `no answer in ${patienceMs} ms` });
      });
      const answer = (reply: Answer<Reply>): void => {
        const way = { from: to.id, to: from.id, isReply: true };
        // For the life that asked; no other has heard of the question.
        this.#carry(way, { to: from, life: asker }, answerTo(what), () => settle(reply));
      };
      const arrive = (copy: number): void => {
        const { service } = port;
        // A stream has no doubles: who sends what it carried once more is not there to be answered.
        const told = copy > 0 && transport === "stream" ? unheard : answer;
        if (service !== undefined) {
          doWork(to, service, work, told);
        } else if (transport === "stream") {
          told({ kind: "no-answer", problem: "connection refused" });
        }
      };
      // For whoever has the address when it arrives, whichever life of the server that is.
      const way: Way = { from: from.id, to: to.id, isReply: false };
      this.#carry(way, { to, life: ANY_LIFE }, what, arrive);
    });
  }

  /** One message that asks for no answer, to the life that the other process has now. */
  send(from: Process, to: Process, task: () => void, what: string): void {
    const way: Way = { from: from.id, to: to.id, isReply: false };
    this.#carry(way, { to, life: to.life }, what, task);
  }

  /** `task` is told which copy of the message arrives: 0 is the message itself. */
  #carry(way: Way, { to, life }: Addressee, what: string, task: (copy: number) => void): void {
    const schedule = (atMs: number, copy = 0): void => {
      const run = (): void => task(copy);
      this.#timeline.schedule({ atMs, process: to, life, what, isMessage: true, run });
    };
    if (this.#heldFor === way.from && !way.isReply && what === "update") {
      this.#heldFor = undefined;
      this.#late.push(schedule);
      return;
    }
    const delays = this.#delaysOf(way);
    for (const [copy, delayMs] of delays.entries()) schedule(this.#timeline.nowMs + delayMs, copy);
  }

  /** When each copy of a message arrives; none: it is lost. */
  #delaysOf(way: Way): readonly number[] {
    const baseMs = DELAY_MS_MIN + this.#link(way).below(DELAY_MS_SPREAD);
    let delays = [baseMs];
    if (this.#faults.length === 0) return delays;
    for (const fault of this.#faults) {
      if (fault.untilMs <= this.#timeline.nowMs || !isMet(fault, way)) continue;
      if (fault.chance.below(1_000) >= fault.perMille) continue;
      this.#onMet(fault);
      delays = suffered(fault, delays);
      for (const delayMs of delays) this.#noteLate(delayMs);
    }
    return delays;
  }

  #noteLate(delayMs: number): number {
    const atMs = this.#timeline.nowMs + delayMs;
    this.#lastLateMs = Math.max(this.#lastLateMs, atMs);
    return atMs;
  }

  #link(way: Way): Chance {
    const { from, to } = way;
    let links = this.#links.get(from);
    if (links === undefined) {
      links = new Map();
      this.#links.set(from, links);
    }
    let chance = links.get(to);
    if (chance === undefined) {
      chance = this.#chanceOf(`link ${from}>${to}`);
      links.set(to, chance);
    }
    return chance;
  }
}

function unheard(): void {}

const answers = new Map<string, string>();

/** What the answer to a question is called: one text for each, as a step's name is looked up. */
function answerTo(what: string): string {
  let text = answers.get(what);
  if (text === undefined) {
    text = `${what} answered`;
    answers.set(what, text);
  }
  return text;
}

function doWork<Service, Reply>(
  to: Process,
  service: Service,
  work: (service: Service) => Reply | Promise<Reply>,
  answer: (reply: Answer<Reply>) => void,
): void {
  const { life, disk } = to;
  // A process that died over the question answers nothing.
  const isAlive = (): boolean => to.life === life && !disk.isOff;
  const told = (reply: Answer<Reply>): void => {
    if (isAlive()) answer(reply);
  };
  try {
    const result = work(service);
    if (result instanceof Promise) {
      result.then(
        (reply) => told({ kind: "answered", reply }),
        (error: unknown) => told({ kind: "failed", error }),
      );
    } else {
      told({ kind: "answered", reply: result });
    }
  } catch (error) {
    told({ kind: "failed", error });
  }
}

function isMet(fault: LinkFault, { from, to, isReply }: Way): boolean {
  // A link is named from the asker's side, whichever way a message goes.
  const [asker, asked] = isReply ? [to, from] : [from, to];
  if (fault.from !== "*" && fault.from !== asker) return false;
  if (fault.to !== "*" && fault.to !== asked) return false;
  if (fault.kind === "request-lost") return !isReply;
  if (fault.kind === "reply-lost") return isReply;
  return true;
}

function suffered(fault: LinkFault, delays: readonly number[]): number[] {
  switch (fault.kind) {
    case "request-lost":
    case "reply-lost":
    case "cut-off":
      return [];
    case "doubled":
      return [...delays, ...delays.map((delayMs) => delayMs + fault.chance.below(ECHO_MS_MAX))];
    case "delayed":
      return delays.map((delayMs) => delayMs + fault.chance.below(fault.delayMsMax + 1));
    case "reordered":
      return delays.map((delayMs) => delayMs + fault.chance.below(REORDER_MS_MAX));
  }
}
