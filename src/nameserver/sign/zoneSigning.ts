import type { P256KeyPair } from "../../base/index.ts";
import type { Name, ZoneKey } from "../../dns/index.ts";
import { ECDSA_P256_SHA256, encodeDnskey, KEY_SIGNING_FLAGS, zoneKey } from "../../dns/index.ts";

/**
 * Where a zone is on its way. It only goes on by itself over waits; what touches the parent waits
 * for a person:
 * - `signing`: the keys are published, and the first pass signs every name;
 * - `settling`: all is signed; what was cached unsigned runs out, before a DS may be there;
 * - `signed`: the DS of the active key may be, and stay, at the parent;
 * - `roll-publish`: a second key is published, and reaches every cache;
 * - `roll-ds`: the parent is to take the new DS; a person says when it has;
 * - `roll-hold`: the DS of the old key runs out of caches;
 * - `roll-resign`: the new key is the active one, and a pass signs every name with it;
 * - `roll-retire`: signatures of the old key run out of caches;
 * - `leaving`: not wanted any more; the parent is to delete the DS; a person says when it has;
 * - `leaving-hold`: that DS runs out of caches; `unsigning`: a pass takes everything away.
 */
export type Stage =
  | "signing"
  | "settling"
  | "signed"
  | "roll-publish"
  | "roll-ds"
  | "roll-hold"
  | "roll-resign"
  | "roll-retire"
  | "leaving"
  | "leaving-hold"
  | "unsigning";

/** Every stage, for reading it. */
export const STAGES = [
  ...(["signing", "settling", "signed"] as const),
  ...(["roll-publish", "roll-ds", "roll-hold", "roll-resign", "roll-retire"] as const),
  ...(["leaving", "leaving-hold", "unsigning"] as const),
] satisfies readonly Stage[];

/** A key of a zone: `active` signs the zone, `next` and `old` only the keys. */
export interface HeldKey extends ZoneKey {
  readonly role: "next" | "active" | "old";
  readonly madeSeconds: number;
}

/** The keys of one zone and what is being done with them: what must outlive the process. */
export interface ZoneSigning {
  readonly zone: Name;
  readonly stage: Stage;
  /** When the stage began, by what is certain of time (JudgedTime). */
  readonly sinceSeconds: number;
  readonly keys: readonly HeldKey[];
  /** The highest TTL of the zone's data seen: how long caches hold what is replaced. */
  readonly ttlSecondsMax: number;
  /** See TimeRecord: kept so that a restart knows a wrong clock. */
  readonly newestSeconds: number;
  readonly lastExpirationSeconds: number;
  /** How far the wall clock was past `newestSeconds`, which waits are counted by: to show them. */
  readonly aheadSeconds: number;
}

/** A key as this zone publishes it: one key that both the parent points to and that signs all. */
export function heldKey(pair: P256KeyPair, role: HeldKey["role"], madeSeconds: number): HeldKey {
  const { publicKey } = pair;
  const dnskey = encodeDnskey({
    flags: KEY_SIGNING_FLAGS,
    algorithm: ECDSA_P256_SHA256,
    publicKey,
  });
  return { ...zoneKey(pair, dnskey), role, madeSeconds };
}

/** The key that signs the zone; every zone being signed has one. */
export function activeKey({ keys }: ZoneSigning): HeldKey | undefined {
  return keys.find(({ role }) => role === "active");
}

/** The key that replaces it, while a roll goes on. */
export function nextKey({ keys }: ZoneSigning): HeldKey | undefined {
  return keys.find(({ role }) => role === "next");
}
