import type { Chance } from "../../src/base/index.ts";
import { DEFAULT_POLICY, type GuardPolicy } from "../../src/guard/machine/policy.ts";
import { SeededChance } from "../seededChance.ts";
import { drawActs } from "./drawActs.ts";
import { good, nothing, type Pick, PLAIN_DENIAL, pickBy } from "./draws.ts";
import { A, AAAA, type Act, ADDRESS_TYPES, NETWORKS, type Scene } from "./scene.ts";

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

const NAMES = ["api.shop.com.", "login.shop.com."] as const;
const ACTS_MIN = 6;
const ACTS_SPREAD = 16;

/** The world of a seed. */
export function drawScene(seed: number): Scene {
  const chance = new SeededChance(seed);
  const pick = pickBy(chance);
  const policy = drawPolicy(pick);
  const names = NAMES.slice(0, 1 + chance.below(2));
  const opening = names.flatMap((_, name) => openingOf(pick, chance, name));
  // Good for as long as it takes to be held on to; then anything may happen.
  const warmMs = pick([0.5, 1.2, 1.2, 1.2]) * policy.minAgeMs + MINUTE_MS;
  const lastsMs = pick([5, 10, 20, 60]) * MINUTE_MS;
  const endMs = warmMs + lastsMs;
  const acts = Array.from({ length: ACTS_MIN + chance.below(ACTS_SPREAD) }, () => {
    const atMs = warmMs + chance.below(lastsMs);
    return drawActs(chance, names, atMs);
  });
  // Of each world's days one is like that in October 2025.
  const fatal = { ...PLAIN_DENIAL, ...(chance.below(3) === 0 ? nothing(pick) : {}) };
  const emptied = { kind: "says", network: "home", name: NAMES[0], type: A, said: fatal } as const;
  acts.push([{ atMs: warmMs + chance.below(MINUTE_MS), act: emptied }]);
  const timed = [...opening.map((act) => ({ atMs: 0, act })), ...acts.flat()];
  return {
    seed,
    front: pick(["library", "library", "forwarder"]),
    policy,
    proof: pick(["tls", "tls", "tls", "tls", "connections"]),
    tryingMax: pick([16, 16, 2]),
    entriesMax: pick([100, 100, 100, 3]),
    mixesCase: chance.below(2) === 0,
    trusted: [chance.below(2) === 0, chance.below(2) === 0],
    names,
    allowNetworks: pick([[], ["10.1.0.0/16", "fd00::/8"]]),
    paceMs: Math.ceil(endMs / pick([10, 20, 30])),
    warmMs,
    endMs,
    acts: timed.filter(({ atMs }) => atMs < endMs).sort((left, right) => left.atMs - right.atMs),
  };
}

function drawPolicy(pick: Pick): GuardPolicy {
  const confirmMs = pick([20 * SECOND_MS, MINUTE_MS, 2 * MINUTE_MS, 5 * MINUTE_MS]);
  return {
    isGuarded: pick([true, true, true, true, true, true, true, true, true, false]),
    minAgeMs: pick([0, MINUTE_MS, 5 * MINUTE_MS, DEFAULT_POLICY.minAgeMs]),
    confirmMs,
    holdMsMax: pick([confirmMs, 10 * MINUTE_MS, HOUR_MS, DEFAULT_POLICY.holdMsMax]),
    recheckMs: pick([SECOND_MS, 10 * SECOND_MS, MINUTE_MS]),
    proofMs: pick([5 * SECOND_MS, 30 * SECOND_MS, 2 * MINUTE_MS]),
    staleTtlSeconds: pick([1, 30]),
    staleMsMax: pick([0, 5 * MINUTE_MS, HOUR_MS, DEFAULT_POLICY.staleMsMax]),
    failureBackOffMs: pick([0, 5 * SECOND_MS, 30 * SECOND_MS]),
  };
}

function openingOf(pick: Pick, chance: Chance, name: number): readonly Act[] {
  return NETWORKS.flatMap((network) =>
    ADDRESS_TYPES.map((type): Act => {
      const said =
        type === AAAA && chance.below(2) === 0 ? nothing(pick) : good(pick, network, name, type);
      return { kind: "says", network, name: NAMES[name] ?? NAMES[0], type, said };
    }),
  );
}
