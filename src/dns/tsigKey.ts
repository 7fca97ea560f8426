import { hmac } from "@noble/hashes/hmac.js";
import { sha256, sha384, sha512 } from "@noble/hashes/sha2.js";
import { base64Bytes } from "../base/index.ts";
import { type Name, nameOf, parseName } from "./name.ts";

/** HMAC algorithms in use (RFC 8945 section 6); MD5 and SHA-1 are refused. */
export type TsigAlgorithm = "hmac-sha256" | "hmac-sha384" | "hmac-sha512";

/** A secret shared by two parties, under a name and for one algorithm. */
export interface TsigKey {
  readonly name: Name;
  readonly algorithm: TsigAlgorithm;
  readonly secret: Uint8Array;
  /** The MAC over all parts, one after another: a faster way to what is computed here. */
  readonly mac?: (parts: readonly Uint8Array[]) => Uint8Array;
}

/** What {@link parseTsigKey} says. `problem` never shows the secret. */
export type ParsedTsigKey =
  | { readonly kind: "parsed"; readonly key: TsigKey }
  | { readonly kind: "malformed"; readonly problem: string };

/** Shortest secret, in octets: what cannot be guessed (RFC 8945 section 8 wants the MAC's size). */
export const TSIG_SECRET_OCTETS_MIN = 16;

interface AlgorithmRow {
  readonly algorithm: TsigAlgorithm;
  readonly wireName: Name;
  readonly macOctets: number;
  readonly hash: typeof sha256 | typeof sha384 | typeof sha512;
}

const ALGORITHMS: Readonly<Record<TsigAlgorithm, AlgorithmRow>> = {
  "hmac-sha256": {
    algorithm: "hmac-sha256",
    wireName: nameOf("hmac-sha256"),
    macOctets: 32,
    hash: sha256,
  },
  "hmac-sha384": {
    algorithm: "hmac-sha384",
    wireName: nameOf("hmac-sha384"),
    macOctets: 48,
    hash: sha384,
  },
  "hmac-sha512": {
    algorithm: "hmac-sha512",
    wireName: nameOf("hmac-sha512"),
    macOctets: 64,
    hash: sha512,
  },
};

/** Makes a key of configuration text; `secret` is base64. */
export function parseTsigKey(text: {
  readonly name: string;
  readonly algorithm: string;
  readonly secret: string;
}): ParsedTsigKey {
  const parsed = parseName(text.name);
  if (parsed.kind === "malformed") return parsed;
  const problem = (detail: string): ParsedTsigKey => {
    return { kind: "malformed", problem: `Cannot read TSIG key ${parsed.name} as ${detail}` };
  };
  const algorithm = algorithmOf(text.algorithm.toLowerCase().replace(/\.$/, ""));
  if (algorithm === undefined) {
    return problem(`its algorithm must be one of ${Object.keys(ALGORITHMS).join(", ")}`);
  }
  const secret = base64Bytes(text.secret);
  if (secret === undefined) return problem("its secret must be base64");
  if (secret.length < TSIG_SECRET_OCTETS_MIN) {
    return problem(
      `its secret must be >= ${TSIG_SECRET_OCTETS_MIN} octets: it has ${secret.length}`,
    );
  }
  return { kind: "parsed", key: { name: parsed.name, algorithm, secret } };
}

function algorithmOf(text: string): TsigAlgorithm | undefined {
  return Object.values(ALGORITHMS).find((row) => row.algorithm === text)?.algorithm;
}

/** The name of an algorithm in TSIG records. */
export function algorithmName(algorithm: TsigAlgorithm): Name {
  return ALGORITHMS[algorithm].wireName;
}

/** Octets of an algorithm's whole MAC. */
export function macOctets(algorithm: TsigAlgorithm): number {
  return ALGORITHMS[algorithm].macOctets;
}

// A keyed state is two hash blocks already done; it costs as much as signing a short message.
const keyedStates = new WeakMap<TsigKey, ReturnType<typeof hmac.create>>();

/** The MAC over all parts, one after another (RFC 2104). */
export function computeMac(key: TsigKey, parts: readonly Uint8Array[]): Uint8Array {
  if (key.mac !== undefined) return key.mac(parts);
  let keyed = keyedStates.get(key);
  if (keyed === undefined) {
    keyed = hmac.create(ALGORITHMS[key.algorithm].hash, key.secret);
    keyedStates.set(key, keyed);
  }
  const state = keyed.clone();
  for (const part of parts) state.update(part);
  return state.digest();
}

/** Whether two MACs are equal up to the length of `received`, in time that says nothing of them. */
export function isSameMac(computed: Uint8Array, received: Uint8Array): boolean {
  let difference = received.length <= computed.length ? 0 : 1;
  for (let index = 0; index < received.length; index += 1) {
    difference |= (received[index] ?? 0) ^ (computed[index] ?? 0);
  }
  return difference === 0;
}
