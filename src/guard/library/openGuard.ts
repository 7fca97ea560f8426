import dns, { type lookup as nodeLookup } from "node:dns";
import { syncBuiltinESMExports } from "node:module";
import { isIP } from "node:net";
import { rootCertificates } from "node:tls";
import type { CancelWake } from "../../base/index.ts";
import { parseName } from "../../dns/index.ts";
import { Guard } from "../machine/guard.ts";
import type { GuardEvent, HeldName } from "../machine/guardEvent.ts";
import { DEFAULT_POLICY, type GuardPolicy, policyProblems } from "../machine/policy.ts";
import { Exchange, type UpstreamServer } from "../upstream/exchange.ts";
import { StubUpstream } from "../upstream/stubUpstream.ts";
import { AddressProver, type ProofSettings } from "./addressProver.ts";
import { ConnectionWatch } from "./connectionWatch.ts";
import { guardedLookup, promised } from "./guardedLookup.ts";
import { KeptSockets } from "./keptSockets.ts";
import { readMemory, writeMemory } from "./memoryFile.ts";
import { NODE_CHANCE, NODE_CLOCK, NodeDatagrams, NodeStreams } from "./nodePorts.ts";
import { TriedAddresses } from "./publicAddress.ts";
import { SystemServers } from "./systemServers.ts";

/** How one name is guarded; what is not said is as for all names. */
export type NamePolicy = Partial<GuardPolicy> & Partial<ProofSettings>;

/** What {@link openGuard} may be told. Without anything it guards with safe defaults. */
export interface GuardOptions {
  /** Of all names. */
  readonly policy?: NamePolicy;
  /** Of single names, as `api.example.com`: over what is said of all. */
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
  readonly onEvent?: (event: GuardEvent | FileEvent) => void;
  /** Names and types remembered: 10,000 unless said otherwise. */
  readonly entriesMax?: number;
}

/** The memory's file could not be read or written; guard goes on with what it has in memory. */
export interface FileEvent {
  readonly kind: "file-unusable";
  readonly problem: string;
}

/** A guard at work. */
export interface OpenedGuard {
  /** As `dns.lookup`: the `lookup` option of http, https, net, tls, http2 and undici. */
  readonly lookup: typeof nodeLookup;
  /** As `dns.promises`, as far as it guards. */
  readonly promises: { readonly lookup: typeof dns.promises.lookup };
  /** Guards the whole process, `fetch` included, until the function that it gives is called. */
  install(): () => void;
  /** Names that are being held up now. */
  held(): readonly HeldName[];
  /** Writes the memory's file now, where there is one; it is written every minute anyway. */
  save(): void;
  /** Ends it: what it installed is taken back, its file is written. */
  close(): void;
}

const ENTRIES_MAX = 10_000;
const SAVE_MS = 60_000;
const DEFAULT_PROOF: ProofSettings = { proof: "tls", port: 443 };

/**
 * Opens a guard for this process's look-ups.
 *
 * @throws TypeError where an option cannot be used: which, and what it must be.
 */
export function openGuard(options: GuardOptions = {}): OpenedGuard {
  const settings = settingsOf(options);
  const report = options.onEvent ?? (() => {});
  const nowMs = (): number => NODE_CLOCK.monotonicMs();
  const system = new SystemServers(nowMs);
  const tried = new TriedAddresses(options.allowNetworks ?? []);
  const real = dns.lookup;
  const guard = new Guard({
    clock: NODE_CLOCK,
    chance: NODE_CHANCE,
    upstream: stubOf(options, system),
    prover: new AddressProver({ settingsFor: settings.proof, tried, ...trustedBy(options.ca) }),
    policyFor: settings.policy,
    report,
    entriesMax: options.entriesMax ?? ENTRIES_MAX,
  });
  const kept = new KeptSockets(guard, NODE_CLOCK);
  const watch = new ConnectionWatch(guard, kept, nowMs);
  const isLocal = (name: string): boolean => system.isLocal(name);
  const lookup = guardedLookup({ guard, real, isLocal, nowMs });
  const memory = new Memory(options.file, guard, report);
  const promises = { lookup: promised(lookup as never) as typeof dns.promises.lookup };
  let undo: () => void = () => {};
  return {
    lookup,
    promises,
    install: () => {
      undo();
      undo = installed(lookup, promises.lookup);
      return undo;
    },
    held: () => guard.held(),
    save: () => memory.save(),
    close: () => {
      undo();
      watch.close();
      kept.close();
      memory.close();
      guard.close();
    },
  };
}

/** The last good answers in a file, if there is to be one. */
class Memory {
  readonly #file: string | undefined;
  readonly #guard: Guard;
  readonly #report: (event: FileEvent) => void;
  #cancel: CancelWake = () => {};

  constructor(file: string | undefined, guard: Guard, report: (event: FileEvent) => void) {
    this.#file = file;
    this.#guard = guard;
    this.#report = report;
    if (file === undefined) return;
    const problem = readMemory(file, guard, timesNow());
    if (problem !== undefined) report({ kind: "file-unusable", problem });
    this.#saveLater();
  }

  save(): void {
    if (this.#file === undefined) return;
    try {
      writeMemory(this.#file, this.#guard, timesNow());
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const problem = `Cannot write ${this.#file} as its folder must take it: ${reason}`;
      this.#report({ kind: "file-unusable", problem });
    }
  }

  close(): void {
    this.#cancel();
    this.save();
  }

  #saveLater(): void {
    this.#cancel = NODE_CLOCK.wakeAfter(SAVE_MS, () => {
      this.save();
      this.#saveLater();
    });
  }
}

function timesNow(): { readonly monotonicMs: number; readonly wallMs: number } {
  return { monotonicMs: NODE_CLOCK.monotonicMs(), wallMs: NODE_CLOCK.wallMs() };
}

/** Node's own clients read `dns.lookup` anew for each connection. */
function installed(
  lookup: typeof dns.lookup,
  lookupPromise: typeof dns.promises.lookup,
): () => void {
  const before = { lookup: dns.lookup, promise: dns.promises.lookup };
  dns.lookup = lookup;
  dns.promises.lookup = lookupPromise;
  syncBuiltinESMExports();
  return () => {
    if (dns.lookup !== lookup) return; // somebody else's by now, or taken back before
    dns.lookup = before.lookup;
    dns.promises.lookup = before.promise;
    syncBuiltinESMExports();
  };
}

function stubOf(options: GuardOptions, system: SystemServers): StubUpstream {
  const { upstreams, trustAd, mixesCase = false } = options;
  const exchange = new Exchange({
    datagrams: new NodeDatagrams(),
    streams: new NodeStreams(),
    secureStreams: (tlsName) => new NodeStreams(tlsName),
    clock: NODE_CLOCK,
    chance: NODE_CHANCE,
    mixesCase,
  });
  return new StubUpstream({
    exchange,
    clock: NODE_CLOCK,
    servers: () => upstreams ?? system.servers,
    network: () => system.network,
    isTrusted: ({ address, tlsName }) => {
      return trustAd ?? (tlsName !== undefined || /^(127\.|::1$)/.test(address));
    },
  });
}

interface Settings {
  readonly policy: (name: string) => GuardPolicy;
  readonly proof: (name: string) => ProofSettings;
}

function settingsOf({ policy, names = {}, upstreams }: GuardOptions): Settings {
  const all = { ...DEFAULT_POLICY, ...DEFAULT_PROOF, ...policy };
  checkPolicy("policy", all);
  const single = new Map<string, GuardPolicy & ProofSettings>();
  for (const [text, own] of Object.entries(names)) {
    const parsed = parseName(text);
    if (parsed.kind === "malformed") throw new TypeError(`names: ${parsed.problem}`);
    const merged = { ...all, ...own };
    checkPolicy(`names: ${text}`, merged);
    single.set(parsed.name, merged);
  }
  if (upstreams?.length === 0) throw new TypeError("Cannot use upstreams as one must be there");
  for (const { address, port } of upstreams ?? []) checkPlace("upstreams", address, port);
  const policyFor = (name: string): GuardPolicy & ProofSettings => single.get(name) ?? all;
  return { policy: policyFor, proof: policyFor };
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
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new TypeError(`${where}: Cannot use port as it must be 1..65535: it is ${port}`);
  }
}

/** In Node `ca` takes the place of the system's certificates: these are to count as well. */
function trustedBy(ca: GuardOptions["ca"]): { readonly ca?: readonly string[] } {
  return ca === undefined ? {} : { ca: [...rootCertificates, ...[ca].flat()] };
}
