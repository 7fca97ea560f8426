// Those who depend on a name: one model of caching, connections and retries, several sets of
// parameters. A thousand clients ask through resolvers, connect, lose connections, and try again.
import { SeededChance } from "../seededChance.ts";

/** What a kind of clients is like. */
export interface Dependent {
  readonly id: string;
  /** `a messenger that needs new connections`. */
  readonly title: string;
  /** What the parameters stand for, in one or two sentences. */
  readonly text: string;
  /** Mean life of a connection. */
  readonly connectionSeconds: number;
  /** Waits between attempts to connect double from the first to the second of these. */
  readonly retrySecondsMin: number;
  readonly retrySecondsMax: number;
  /** Resolvers that keep answers, good and empty ones, at least so long, whatever the TTL says. */
  readonly poorResolverShare: number;
  readonly poorResolverSeconds: number;
  /** Part of all clients that the service can take in per second: a herd has to queue. */
  readonly admittedPerSecond: number;
  /** Part of its use that needs no connection. */
  readonly offlineShare: number;
}

/** From one moment on, whether the name answers. */
export interface AnsweringSince {
  readonly atSeconds: number;
  readonly answers: boolean;
}

/** What is asked of the model. */
export interface DependentsInputs {
  /** In order of time; the first at 0. */
  readonly answering: readonly AnsweringSince[];
  readonly durationSeconds: number;
  readonly positiveTtlSeconds: number;
  /** How long a resolver may keep "there is no such address". */
  readonly negativeTtlSeconds: number;
  readonly seed: number;
}

/** How much of the use was served in the step that begins then. */
export interface AvailabilityPoint {
  readonly atSeconds: number;
  /** 0..1. */
  readonly available: number;
}

export const DEPENDENTS: readonly Dependent[] = [
  {
    id: "messenger",
    title: "A messenger",
    text:
      "Needs a new connection whenever somebody opens it: connections live about 5 minutes, " +
      "and it tries again every 1 to 30 seconds.",
    connectionSeconds: 300,
    retrySecondsMin: 1,
    retrySecondsMax: 30,
    poorResolverShare: 0.05,
    poorResolverSeconds: 300,
    admittedPerSecond: 0.02,
    offlineShare: 0,
  },
  {
    id: "learning-app",
    title: "A learning app",
    text:
      "Four tenths of it work without a network; progress, accounts and calls need new " +
      "connections, each about a minute long.",
    connectionSeconds: 60,
    retrySecondsMin: 2,
    retrySecondsMax: 60,
    poorResolverShare: 0.05,
    poorResolverSeconds: 300,
    admittedPerSecond: 0.01,
    offlineShare: 0.4,
  },
  {
    id: "connected-devices",
    title: "A fleet of connected devices",
    text:
      "Connections live 4 hours, so most are lost slowly; but cheap home routers keep empty " +
      "answers half an hour, devices wait up to 10 minutes before they try again, and the " +
      "service takes them back slowly.",
    connectionSeconds: 4 * 3600,
    retrySecondsMin: 15,
    retrySecondsMax: 600,
    poorResolverShare: 0.6,
    poorResolverSeconds: 1800,
    admittedPerSecond: 0.0005,
    offlineShare: 0,
  },
];

/** Clients that are followed. */
export const CLIENTS = 1000;
/** One resolver serves so many of them. */
const CLIENTS_PER_RESOLVER = 5;
/** Length of a step of the model. */
export const STEP_SECONDS = 5;
/** Points of the curve are this far apart. */
const POINT_SECONDS = 60;

/** What a resolver holds. */
interface Cache {
  readonly keepsAtLeastSeconds: number;
  holds: "good" | "empty";
  untilSeconds: number;
}

interface Client {
  readonly cache: Cache;
  isConnected: boolean;
  /** When it will try again, or when its connection ends. */
  nextSeconds: number;
  failures: number;
}

/** Follows a kind of clients through a time in which a name answers or not. */
export function followDependent(
  dependent: Dependent,
  inputs: DependentsInputs,
): readonly AvailabilityPoint[] {
  const chance = new SeededChance(inputs.seed).fork(dependent.id);
  const clients = startClients(dependent, inputs, chance);
  const points: AvailabilityPoint[] = [];
  let connected = 0;
  let admissible = 0;
  for (let now = 0; now < inputs.durationSeconds; now += STEP_SECONDS) {
    const isAnswering = answersAt(inputs.answering, now);
    // A service takes in what it can, and saves up no more than a step of it.
    const perStep = dependent.admittedPerSecond * CLIENTS * STEP_SECONDS;
    admissible = Math.min(Math.max(1, perStep), admissible + perStep);
    for (const client of clients) {
      if (client.nextSeconds > now) continue;
      const looked = lookUp(client.cache, isAnswering, inputs, now);
      const isAdmitted = looked === "good" && admissible >= 1;
      if (isAdmitted) {
        // Whoever was connected without a break keeps its place: only the rest has to queue.
        if (!client.isConnected) admissible -= 1;
        client.failures = 0;
        client.nextSeconds = now + lifetime(dependent, chance);
      } else {
        client.nextSeconds = now + retryIn(dependent, client.failures, chance);
        client.failures += 1;
      }
      client.isConnected = isAdmitted;
    }
    for (const client of clients) if (client.isConnected) connected += 1;
    if ((now + STEP_SECONDS) % POINT_SECONDS === 0) {
      const share = connected / (CLIENTS * (POINT_SECONDS / STEP_SECONDS));
      const available = dependent.offlineShare + (1 - dependent.offlineShare) * share;
      points.push({ atSeconds: now + STEP_SECONDS - POINT_SECONDS, available });
      connected = 0;
    }
  }
  return points;
}

/** The part of all use in a time that was not served: 1 is an hour of nothing at all. */
export function hoursLost(points: readonly AvailabilityPoint[]): number {
  const lost = points.reduce((sum, point) => sum + (1 - point.available), 0);
  return (lost * POINT_SECONDS) / 3600;
}

function startClients(
  dependent: Dependent,
  inputs: DependentsInputs,
  chance: SeededChance,
): readonly Client[] {
  const resolvers = Array.from({ length: CLIENTS / CLIENTS_PER_RESOLVER }, (_, index): Cache => {
    const isPoor = index < dependent.poorResolverShare * (CLIENTS / CLIENTS_PER_RESOLVER);
    const keepsAtLeastSeconds = isPoor ? dependent.poorResolverSeconds : 0;
    const keeps = Math.max(keepsAtLeastSeconds, inputs.positiveTtlSeconds);
    return { keepsAtLeastSeconds, holds: "good", untilSeconds: chance.below(keeps + 1) };
  });
  return Array.from({ length: CLIENTS }, (_, index): Client => {
    const cache = resolvers[index % resolvers.length] ?? {
      keepsAtLeastSeconds: 0,
      holds: "good",
      untilSeconds: 0,
    };
    const nextSeconds = lifetime(dependent, chance);
    return { cache, isConnected: true, nextSeconds, failures: 0 };
  });
}

function answersAt(answering: readonly AnsweringSince[], now: number): boolean {
  return answering.findLast(({ atSeconds }) => atSeconds <= now)?.answers ?? true;
}

function lookUp(
  cache: Cache,
  isAnswering: boolean,
  { positiveTtlSeconds, negativeTtlSeconds }: DependentsInputs,
  now: number,
): Cache["holds"] {
  if (now < cache.untilSeconds) return cache.holds;
  cache.holds = isAnswering ? "good" : "empty";
  const ttlSeconds = isAnswering ? positiveTtlSeconds : negativeTtlSeconds;
  cache.untilSeconds = now + Math.max(cache.keepsAtLeastSeconds, ttlSeconds);
  return cache.holds;
}

/** Exponential, with the mean life of a connection. */
function lifetime({ connectionSeconds }: Dependent, chance: SeededChance): number {
  const drawn = (chance.below(1_000_000) + 1) / 1_000_001;
  return -Math.log(drawn) * connectionSeconds;
}

function retryIn(
  { retrySecondsMin, retrySecondsMax }: Dependent,
  failures: number,
  chance: SeededChance,
): number {
  const wait = Math.min(retrySecondsMax, retrySecondsMin * 2 ** Math.min(failures, 20));
  return wait / 2 + (chance.below(1000) / 1000) * wait;
}
