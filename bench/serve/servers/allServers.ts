import { BIND } from "./bind.ts";
import { GDNSD } from "./gdnsd.ts";
import { KNOT } from "./knot.ts";
import { NSD } from "./nsd.ts";
import { OURS } from "./ours.ts";
import { PDNS } from "./pdns.ts";
import type { ServerId, ServerKind } from "./serverKind.ts";

/** Every server compared, in the order in which they take their turns. */
export const SERVERS: Readonly<Record<ServerId, ServerKind>> = {
  ours: OURS,
  nsd: NSD,
  knot: KNOT,
  bind: BIND,
  pdns: PDNS,
  gdnsd: GDNSD,
};
