import type { Chance } from "../../src/base/index.ts";
import { good, nothing, type Pick, PLAIN_DENIAL, pickBy } from "./draws.ts";
import {
  A,
  AAAA,
  type Act,
  addressOf,
  MOODS,
  type NetworkId,
  type Said,
  type TimedAct,
} from "./scene.ts";

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** Where and when one thing happens. */
interface Spot {
  readonly chance: Chance;
  readonly pick: Pick;
  readonly network: NetworkId;
  readonly server: number;
  readonly name: string;
  /** Of the name, among all. */
  readonly index: number;
  readonly atMs: number;
  readonly untilMs: number;
}

type Kind = (spot: Spot) => readonly TimedAct[];

/** One thing that happens, and how it ends again, where it does. */
export function drawActs(
  chance: Chance,
  names: readonly string[],
  atMs: number,
): readonly TimedAct[] {
  const pick = pickBy(chance);
  const index = chance.below(names.length);
  const lastsMs = pick([5 * SECOND_MS, MINUTE_MS, 5 * MINUTE_MS, 10 * MINUTE_MS, HOUR_MS]);
  const spot = {
    ...{ chance, pick, index, name: names[index] ?? "", atMs, untilMs: atMs + lastsMs },
    network: pick(["home", "home", "home", "office"]),
    server: chance.below(2),
  };
  return KINDS[chance.below(KINDS.length)]?.(spot) ?? [];
}

const denied: Kind = (spot) => {
  const { chance, pick, atMs, untilMs, network, index } = spot;
  const endsNever = chance.below(3) === 0;
  return deniedTypes(spot).flatMap(({ type, said }) => {
    const begins = { atMs, act: says(spot, type, said) };
    const back = good(pick, network, index, type);
    return endsNever ? [begins] : [begins, { atMs: untilMs, act: says(spot, type, back) }];
  });
};

const changed: Kind = (spot) => {
  const { pick, network, index, atMs } = spot;
  return [{ atMs, act: says(spot, A, good(pick, network, index, A)) }];
};

const buried: Kind = (spot) => {
  const { pick, network, name, atMs } = spot;
  const act = { kind: "tombstone", network, name, tombstone: pick(["plain", "signed"]) } as const;
  const acts = deniedTypes(spot).map(({ type, said }) => ({ atMs, act: says(spot, type, said) }));
  return [{ atMs, act }, ...acts];
};

const oneServer: Kind = (spot) => badMood(spot, spot.server);

const bothServers: Kind = (spot) => [0, 1].flatMap((server) => badMood(spot, server));

const lies: Kind = (spot) => {
  const { pick, network, server, index } = spot;
  const evil = pick(["10.9.9.9", "127.0.0.1", "9.9.9.9"]);
  const addresses = [addressOf(network, index, A, 8), evil];
  const what = { kind: "lies", network, server } as const;
  return spell(spot, { ...what, addresses }, { ...what, addresses: [] });
};

const forged: Kind = (spot) =>
  spell(spot, { kind: "forgers", areThere: true }, { kind: "forgers", areThere: false });

const unhealthy: Kind = (spot) => {
  const { chance, pick, network, index } = spot;
  const health = pick(["recycled", "down", "down"]);
  const balancers = [0, 1, 2, 3].filter(() => chance.below(2) === 0);
  return balancers.flatMap((balancer) => {
    const address = addressOf(network, index, pick([A, A, AAAA]), balancer);
    const ends = { kind: "health", address, health: "service" } as const;
    return spell(spot, { kind: "health", address, health }, ends).slice(0, 1 + chance.below(2));
  });
};

const moved: Kind = (spot) =>
  spell(spot, { kind: "moves", to: "office" }, { kind: "moves", to: "home" });

const restarted: Kind = ({ chance, pick, atMs }) =>
  Array.from({ length: 1 + chance.below(5) }, (_, times) => ({
    atMs: atMs + times * pick([10 * SECOND_MS, MINUTE_MS]),
    act: {
      kind: "restarts",
      isOrderly: chance.below(2) === 0,
      downMs: pick([100, 5 * SECOND_MS, 5 * MINUTE_MS]),
      file: pick(["own", "own", "own", "own", "old", "torn", "lost"]),
    } as const,
  }));

const timeFaults: Kind = ({ pick, atMs }) => {
  const act = pick<Act>([
    { kind: "wall-jump", byMs: pick([-HOUR_MS, -MINUTE_MS, MINUTE_MS, 24 * HOUR_MS]) },
    { kind: "drift", rate: pick([0.9, 0.999, 1.001, 1.1]) },
    { kind: "pauses", forMs: pick([10 * SECOND_MS, 2 * MINUTE_MS, 10 * MINUTE_MS, 8 * HOUR_MS]) },
  ]);
  return [{ atMs, act }];
};

/** Somebody else's answer for a moment; then nothing, and then from nobody. */
const hijacked: Kind = (spot) => {
  const { network, atMs } = spot;
  const brief = { kind: "answer", addresses: ["9.9.9.9"], ttlSeconds: 1 } as const;
  const fails = [0, 1].map(
    (server) => ({ kind: "mood", network, server, mood: "servfail" }) as const,
  );
  return [
    { atMs, act: says(spot, A, brief) },
    { atMs: atMs + 20 * SECOND_MS, act: says(spot, A, PLAIN_DENIAL) },
    ...fails.map((act) => ({ atMs: atMs + 40 * SECOND_MS, act })),
  ];
};

const blind: Kind = (spot) =>
  spell(spot, { kind: "blind", isBlind: true }, { kind: "blind", isBlind: false });

const quiet: Kind = ({ pick, atMs }) => [
  { atMs, act: { kind: "quiet", forMs: pick([10 * MINUTE_MS, 3 * HOUR_MS]) } },
];

const flooded: Kind = ({ pick, atMs }) => [
  { atMs, act: { kind: "flood", names: pick([20, 400]) } },
];

/** As often as they stand here. */
const KINDS: readonly Kind[] = [
  ...[denied, denied, denied, denied, denied, changed, buried, buried],
  ...[oneServer, oneServer, bothServers, lies, forged, unhealthy, unhealthy, moved],
  ...[restarted, timeFaults, timeFaults, hijacked, blind, quiet, flooded],
];

function badMood(spot: Spot, server: number): readonly TimedAct[] {
  const { network, pick } = spot;
  const what = { kind: "mood", network, server } as const;
  return spell(spot, { ...what, mood: pick(MOODS) }, { ...what, mood: "well" });
}

function spell({ atMs, untilMs }: Spot, begins: Act, ends: Act): readonly TimedAct[] {
  return [
    { atMs, act: begins },
    { atMs: untilMs, act: ends },
  ];
}

function says({ network, name }: Spot, type: number, said: Said): Act {
  return { kind: "says", network, name, type, said };
}

function deniedTypes({ pick }: Spot): readonly { readonly type: number; readonly said: Said }[] {
  const said = nothing(pick);
  const types: readonly number[] = pick([[A], [A], [A, AAAA], [A, AAAA], [AAAA]]);
  return types.map((type) => ({ type, said }));
}
