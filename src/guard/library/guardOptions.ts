import { isIP } from "node:net";
import { parseName } from "../../dns/stub/index.ts";
import type { GuardEvent } from "../machine/guardEvent.ts";
import { DEFAULT_POLICY, type GuardPolicy, policyProblems } from "../machine/policy.ts";
import type { UpstreamServer } from "../upstream/exchange.ts";
import type { ProofSettings } from "./addressProver.ts";
import type { SearchEvent } from "./guardedLookup.ts";
import type { FileEvent } from "./memoryKeeper.ts";

/** How one name is guarded; what is not said is as for all names. */
export type NamePolicy = Partial<GuardPolicy> & Partial<ProofSettings>;

/** What {@link openGuard} may be told. Without anything it guards with safe defaults. */
export interface GuardOptions {
  /** Of all names. */
  readonly policy?: NamePolicy;
  /**
   * Of single names, as `api.example.com`: over what is said of all. They are guarded whatever
   * `ndots` says (resolv.conf): none of them is a name in a search domain.
   */
  readonly names?: Readonly<Record<string, NamePolicy>>;
  /** Recursive servers; without them those of the system (resolv.conf), as they change. */
  readonly upstreams?: readonly UpstreamServer[];
  /**
   * Whether the servers' word on DNSSEC counts (the AD bit). Without it: only of a server on this
   * machine, or over TLS, as anybody on the way could set a bit.
   */
  readonly trustAd?: boolean;
  /** Networks besides public ones whose addresses may be tried, as `10.0.0.0/8`. */
  readonly allowNetworks?: readonly string[];
  /** Certificates that addresses may prove themselves by, besides the system's; PEM. */
  readonly ca?: string | readonly string[];
  /** Random letter case in questions: a defence against forgers that a few servers do not bear. */
  readonly mixesCase?: boolean;
  /** A file where the last good answers survive a restart; without it they are in memory alone. */
  readonly file?: string;
  /** Told of what somebody on call wants to know. Must not throw. */
  readonly onEvent?: (event: GuardEvent | FileEvent | SearchEvent) => void;
  /** Names and types remembered, 1..1,000,000: 10,000 unless said otherwise. */
  readonly entriesMax?: number;
}

const ENTRIES = 10_000;
const ENTRIES_MAX = 1_000_000;
const OPTIONS: Readonly<Record<keyof GuardOptions, true>> = {
  policy: true,
  names: true,
  upstreams: true,
  trustAd: true,
  allowNetworks: true,
  ca: true,
  mixesCase: true,
  file: true,
  onEvent: true,
  entriesMax: true,
};
const DEFAULT_PROOF: ProofSettings = { proof: "tls", port: 443 };

/** What options say of each name, checked. */
export interface Settings {
  readonly policy: (name: string) => GuardPolicy;
  readonly proof: (name: string) => ProofSettings;
  /** Whether it is one of the single names, and guarded; as a `Name` of src/dns. */
  readonly isNamed: (name: string) => boolean;
  /** Names and types remembered. */
  readonly entriesMax: number;
}

/** @throws TypeError where an option cannot be used: which, and what it must be. */
export function settingsOf(options: GuardOptions): Settings {
  const { policy, names = {}, upstreams, entriesMax = ENTRIES } = options;
  checkKeys("openGuard", options, OPTIONS);
  const defaults = { ...DEFAULT_POLICY, ...DEFAULT_PROOF };
  checkKeys("policy", policy, defaults);
  const all = { ...defaults, ...policy };
  checkPolicy("policy", all);
  const single = new Map<string, GuardPolicy & ProofSettings>();
  for (const [text, own] of Object.entries(names)) {
    const parsed = parseName(text);
    if (parsed.kind === "malformed") throw new TypeError(`names: ${parsed.problem}`);
    checkKeys(`names: ${text}`, own, defaults);
    const merged = { ...all, ...own };
    checkPolicy(`names: ${text}`, merged);
    single.set(parsed.name, merged);
  }
  if (upstreams?.length === 0) throw new TypeError("Cannot use upstreams as one must be there");
  for (const { address, port } of upstreams ?? []) checkPlace("upstreams", address, port);
  const policyFor = (name: string): GuardPolicy & ProofSettings => single.get(name) ?? all;
  checkNumber("openGuard", "entriesMax", entriesMax, ENTRIES_MAX);
  const isNamed = (name: string): boolean => single.get(name)?.isGuarded === true;
  return { policy: policyFor, proof: policyFor, isNamed, entriesMax };
}

function checkPolicy(where: string, policy: GuardPolicy & ProofSettings): void {
  const [problem] = policyProblems(policy);
  if (problem !== undefined) throw new TypeError(`${where}: ${problem}`);
  if (!["tls", "tcp", "connections"].includes(policy.proof)) {
    throw new TypeError(
      `${where}: Cannot use proof as it must be tls, tcp or connections: it is ${policy.proof}`,
    );
  }
  checkPlace(where, "127.0.0.1", policy.port);
}

function checkPlace(where: string, address: string, port: number): void {
  if (isIP(address) === 0) {
    throw new TypeError(`${where}: Cannot use ${address} as it must be an IP address`);
  }
  checkNumber(where, "port", port, 65_535);
}

function checkNumber(where: string, what: string, value: number, max: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= max) return;
  throw new TypeError(`${where}: Cannot use ${what} as it must be 1..${max}: it is ${value}`);
}

/** What is misspelt would be as if it had not been said. */
function checkKeys(where: string, given: object | undefined, known: object): void {
  const unknown = Object.keys(given ?? {}).find((key) => !(key in known));
  if (unknown === undefined) return;
  const keys = Object.keys(known).join(", ");
  throw new TypeError(`${where}: Cannot use ${unknown} as it must be one of ${keys}`);
}
