import type { GuardPolicy } from "../../src/guard/machine/policy.ts";

/** Networks that the machine may be in. */
export const NETWORKS = ["home", "office"] as const;
export type NetworkId = (typeof NETWORKS)[number];

/** How a recursive server answers. */
export const MOODS = [
  "silent",
  "servfail",
  "refused",
  "lame",
  "garbage",
  "truncated",
  "late",
  "doubled",
] as const;
export type Mood = "well" | (typeof MOODS)[number];

/** What a name answers in one network, of one type. */
export type Said =
  | {
      readonly kind: "answer";
      readonly addresses: readonly string[];
      readonly ttlSeconds: number;
      /** The name that the addresses are really at. */
      readonly alias?: string;
    }
  | {
      readonly kind: "nodata" | "nxdomain";
      readonly isSigned: boolean;
      /** An extended error (RFC 8914). */
      readonly extendedError?: number;
      readonly soaSeconds?: number;
    };

/** What becomes of a load balancer. */
export type Health = "service" | "recycled" | "down";

/** What happens to a world. Each act is whole by itself: any may be left out. */
export type Act =
  | {
      readonly kind: "says";
      readonly network: NetworkId;
      readonly name: string;
      readonly type: number;
      readonly said: Said;
    }
  | {
      readonly kind: "tombstone";
      readonly network: NetworkId;
      readonly name: string;
      readonly tombstone: "none" | "plain" | "signed";
    }
  | {
      readonly kind: "mood";
      readonly network: NetworkId;
      readonly server: number;
      readonly mood: Mood;
    }
  | {
      readonly kind: "lies";
      readonly network: NetworkId;
      readonly server: number;
      readonly addresses: readonly string[];
    }
  | { readonly kind: "forgers"; readonly areThere: boolean }
  | { readonly kind: "health"; readonly address: string; readonly health: Health }
  | { readonly kind: "blind"; readonly isBlind: boolean }
  | { readonly kind: "moves"; readonly to: NetworkId }
  | {
      readonly kind: "restarts";
      readonly isOrderly: boolean;
      readonly downMs: number;
      readonly file: "own" | "old" | "torn" | "lost";
    }
  | { readonly kind: "wall-jump"; readonly byMs: number }
  | { readonly kind: "drift"; readonly rate: number }
  | { readonly kind: "pauses"; readonly forMs: number }
  | { readonly kind: "quiet"; readonly forMs: number }
  | { readonly kind: "flood"; readonly names: number };

export interface TimedAct {
  readonly atMs: number;
  readonly act: Act;
}

/** One world, as drawn from a seed. */
export interface Scene {
  readonly seed: number;
  readonly front: "library" | "forwarder";
  readonly policy: GuardPolicy;
  readonly proof: "tls" | "connections";
  /** Addresses tried at once. */
  readonly tryingMax: number;
  /** Names and types that the library remembers. */
  readonly entriesMax: number;
  readonly mixesCase: boolean;
  /** Of each network: whether a server's word on DNSSEC counts. */
  readonly trusted: readonly boolean[];
  readonly names: readonly string[];
  /** Networks besides public ones whose addresses may be tried. */
  readonly allowNetworks: readonly string[];
  /** Applications look up about so often. */
  readonly paceMs: number;
  /** From now on anything may happen, and applications ask more often. */
  readonly warmMs: number;
  readonly endMs: number;
  readonly acts: readonly TimedAct[];
}

export const A = 1;
export const AAAA = 28;
export const ADDRESS_TYPES = [A, AAAA] as const;

/** The address of a forger's making: no server gives it. */
export const FORGED = "203.0.113.66";
/** What a careless or evil server says of names that nobody asked it about. */
export const STRAY = "203.0.113.99";

/** The `index`th load balancer of a name in a network. Those of an office are private. */
export function addressOf(network: NetworkId, name: number, type: number, index: number): string {
  if (type === AAAA) {
    return network === "home" ? `2600:${name + 1}::${index + 1}` : `fd00:${name + 1}::${index + 1}`;
  }
  return network === "home" ? `8.8.${name + 1}.${index + 1}` : `10.1.${name + 1}.${index + 1}`;
}
