import type { Chance } from "../../src/base/index.ts";
import { addressOf, type NetworkId, type Said } from "./scene.ts";

/** One of several things, each as likely. */
export type Pick = <const Value>(values: readonly [Value, ...Value[]]) => Value;

export function pickBy(chance: Chance): Pick {
  return (values) => values[chance.below(values.length)] ?? values[0];
}

/** RFC 8767's seven days are less than this. */
const HUGE_SECONDS = 2 ** 31 - 1;

export const PLAIN_DENIAL = { kind: "nodata", isSigned: false } as const;

/** Any denial. */
export function nothing(pick: Pick): Said {
  const kind = pick(["nodata", "nodata", "nxdomain"]);
  const isSigned = pick([false, false, false, false, false, true]);
  // 15 to 17 say that the upstream hides something; 3 and 22 do not.
  const extendedError = pick([0, 0, 0, 0, 0, 0, 15, 16, 17, 3, 22]);
  const soaSeconds = pick([0, 0, 5, 60]);
  return {
    kind,
    isSigned,
    ...(extendedError === 0 ? {} : { extendedError }),
    ...(soaSeconds === 0 ? {} : { soaSeconds }),
  };
}

/** Any good answer. */
export function good(pick: Pick, network: NetworkId, name: number, type: number): Said {
  const shown = pick<readonly number[]>([[0], [0, 1], [0, 1], [1, 2], [2, 3], [0, 1, 2, 3, 4, 5]]);
  const addresses = shown.map((index) => addressOf(network, name, type, index));
  const ttlSeconds = pick([0, 1, 5, 5, 5, 30, 60, HUGE_SECONDS]);
  const alias = pick(["", "", "edge.provider.net."]);
  return { kind: "answer", addresses, ttlSeconds, ...(alias === "" ? {} : { alias }) };
}
