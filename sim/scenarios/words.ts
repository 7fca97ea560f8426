// What happens in scenarios, in few words; about one endpoint unless told otherwise.
import { nameOf } from "../../src/dns/index.ts";
import type { Act, FaultAct, HandAct, PolicyAct } from "../schedule/act.ts";

export const ZONE = nameOf("sim.example");
/** The endpoint that acts are about where they name none. */
export const API = nameOf(`api.${ZONE}`);
export const DB = nameOf(`db.${ZONE}`);

export const DAY_MS = 86_400_000;

type Killed = Extract<FaultAct, { readonly kind: "killed" }>;
type Link = Extract<FaultAct, { readonly kind: "link" }>;

function policy(change: PolicyAct["change"]): Act {
  return { kind: "policy", change };
}

/** A change that every enactor has to write: another TTL, by another number. */
export function wish(number: number, endpoint = API): Act {
  return policy({ kind: "ttl", endpoint, ttlSeconds: 5 + number });
}

export function types(...wanted: readonly ("A" | "AAAA")[]): Act {
  return policy({ kind: "types", endpoint: API, types: wanted });
}

export function leaves(endpoint = API): Act {
  return policy({ kind: "endpoint-removed", endpoint });
}

export function down(target: string): Act {
  return { kind: "health", target, isUp: false };
}

/** Behind everybody's back: on our nameserver in its files. */
export function hand(what: HandAct["what"], endpoint = API): Act {
  return { kind: "hand", endpoint, byForce: true, what };
}

export function pin(forMs: number, direct: boolean, address = "198.51.100.7"): Act {
  return { kind: "override", endpoint: API, addresses: [address], forMs, direct };
}

export function clear(direct: boolean): Act {
  return { kind: "clear", endpoint: API, direct };
}

export function retire(holdDownMs: number, endpoint = API): Act {
  return { kind: "retire", endpoint, holdDownMs };
}

/** An act about the endpoint that has no more to say. */
export function act(kind: "revive" | "epoch-raise", endpoint = API): Act {
  return { kind, endpoint };
}

export function pause(repairs = false): Act {
  return { kind: "pause", repairs };
}

export const RESUME: Act = { kind: "resume" };
export const CLEAN_UP: Act = { kind: "clean-up" };
export const STORE_LOST: Act = { kind: "store-lost" };

export function oldCopy(agoMs: number): Act {
  return { kind: "store-old-copy", agoMs };
}

export function twoPlanners(forMs: number): Act {
  return { kind: "two-planners", forMs };
}

export function killed(process: string, downMs: number, disk: Killed["disk"] = "own"): Act {
  return { kind: "killed", process, keep: "everything", downMs, disk, midWrite: false };
}

export function stopped(process: string, forMs: number): Act {
  return { kind: "stopped", process, forMs };
}

export function jump(byMs: number, process = "*"): Act {
  return { kind: "clock-jump", process, byMs };
}

/** Every message between two that it is said of; a half with `perMille` 500. */
export function link(
  fault: Link["fault"],
  from: string,
  to: string,
  forMs: number,
  rest: { readonly perMille?: number; readonly delayMsMax?: number } = {},
): Act {
  const { perMille = 1_000, delayMsMax = 0 } = rest;
  return { kind: "link", fault, from, to, forMs, perMille, delayMsMax };
}

/** The next write of an enactor arrives hours later. */
export function hoursLate(process: string, hours: number): Act {
  return { kind: "delayed-hours", process, hours };
}
