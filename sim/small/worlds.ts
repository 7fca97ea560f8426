import { directActs } from "./directActs.ts";
import { ENDPOINTS } from "./names.ts";
import { FAULTS, type Scene } from "./now.ts";
import { SmallWorld } from "./smallWorld.ts";

const [FIRST, SECOND] = ENDPOINTS;
const EVERY_FAULT = FAULTS.filter((fault) => fault !== "hand-makes-name");

/** What is explored whole: each world with every single fault, or with every pair of them. */
export interface WorldPlan extends Scene {
  /** Small enough for every run of the tests. */
  readonly isQuick: boolean;
}

const ONE = { endpoints: [FIRST], acts: [], changes: 0, faults: EVERY_FAULT } as const;
const QUICK = { ...ONE, isQuick: true, faultsMax: 0 } as const;
const SINGLE = { ...ONE, isQuick: false, faultsMax: 1 } as const;
const PAIRS = { ...ONE, isQuick: false, faultsMax: 2 } as const;
const HANDS = EVERY_FAULT.filter((fault) => fault.startsWith("hand-"));
const NO_HANDS = EVERY_FAULT.filter((fault) => !fault.startsWith("hand-"));
const TWO_AUDITED = { ...SINGLE, endpoints: [FIRST, SECOND] } as const;
/** Nobody looks at what is in place: only what a hand does needs that. */
const TWO = { ...TWO_AUDITED, isUnaudited: true } as const;

/** The worlds, smallest first. */
export const WORLDS: readonly WorldPlan[] = [
  { ...QUICK, name: "three plans", changes: 2 },
  { ...QUICK, name: "an override", acts: ["override", "clear"] },
  { ...QUICK, name: "an override in place of another", acts: ["override", "override-again"] },
  { ...QUICK, name: "an alias in place of addresses", acts: ["override-alias", "clear"] },
  { ...QUICK, name: "an override straight to the server", acts: ["override-direct"] },
  { ...QUICK, name: "a direct override taken back", acts: ["override-direct", "clear-direct"] },
  { ...QUICK, name: "a retirement and a revival", acts: ["retire", "revive"] },
  { ...QUICK, name: "a retirement taken back", acts: ["retire", "cancel"] },
  { ...QUICK, name: "a rollback and its release", changes: 1, acts: ["roll-back", "release"] },
  { ...QUICK, name: "a name of somebody else", faults: ["hand-makes-name"], faultsMax: 1 },
  { ...QUICK, name: "one plan, every fault", faultsMax: 1 },
  { ...QUICK, name: "two plans, every fault", changes: 1, faultsMax: 1 },
  { ...SINGLE, name: "three plans, every fault", changes: 2 },
  { ...SINGLE, name: "an override, every fault", acts: ["override"] },
  { ...SINGLE, name: "an override taken back, every fault", acts: ["override", "clear"] },
  { ...SINGLE, name: "a direct override, every fault", acts: ["override-direct"] },
  { ...SINGLE, name: "a retirement, every fault", acts: ["retire"] },
  { ...SINGLE, name: "a retirement and a revival, every fault", acts: ["retire", "revive"] },
  { ...TWO, name: "two endpoints, two plans", changes: 1, faultsMax: 0 },
  { ...TWO, name: "two endpoints, the store restored", faults: ["store-restored"] },
  { ...TWO, name: "two endpoints, every fault but hands", faults: NO_HANDS },
  { ...TWO_AUDITED, name: "two endpoints, every hand", faults: HANDS },
  { ...PAIRS, name: "one plan, every pair of faults" },
  { ...PAIRS, name: "two plans, every pair of faults", changes: 1 },
];

export function worldOf(scene: Scene): SmallWorld {
  return new SmallWorld(scene, directActs);
}
