import dns, { type lookup as nodeLookup } from "node:dns";
import tls from "node:tls";
import { decodeStubMessage } from "../../dns/stub/index.ts";
import {
  BootClock,
  RealChance,
  RealClock,
  TcpDialer,
  TlsDialer,
  UdpDialer,
} from "../../platform/index.ts";
import { Guard } from "../machine/guard.ts";
import type { GuardEvent, HeldName } from "../machine/guardEvent.ts";
import { Exchange } from "../upstream/exchange.ts";
import { keptDialers } from "../upstream/keptStreams.ts";
import { StubUpstream } from "../upstream/stubUpstream.ts";
import { AddressProver } from "./addressProver.ts";
import { ConnectionWatch } from "./connectionWatch.ts";
import { guardedLookup, promised, type SearchEvent } from "./guardedLookup.ts";
import { type GuardOptions, settingsOf } from "./guardOptions.ts";
import { installed } from "./installed.ts";
import { KeptSockets } from "./keptSockets.ts";
import { type FileEvent, MemoryKeeper } from "./memoryKeeper.ts";
import { TriedAddresses } from "./publicAddress.ts";
import { SystemServers } from "./systemServers.ts";
import { tryAddressWith } from "./tryAddress.ts";

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

const clock = new BootClock(new RealClock("let-process-end"));
const chance = new RealChance();

/**
 * Opens a guard for this process's look-ups.
 *
 * @throws TypeError where an option cannot be used: which, and what it must be.
 */
export function openGuard(options: GuardOptions = {}): OpenedGuard {
  const settings = settingsOf(options);
  const tell = telling(options.onEvent);
  const nowMs = (): number => clock.monotonicMs();
  const system = new SystemServers(nowMs, options.upstreams);
  const tried = new TriedAddresses(options.allowNetworks ?? []);
  const real = dns.lookup;
  let memory: MemoryKeeper | undefined;
  let isOpen = true;
  const guard = new Guard({
    clock,
    chance,
    upstream: stubOf(options, system),
    prover: new AddressProver({
      settingsFor: settings.proof,
      tried,
      attempt: tryAddressWith(trustedBy(options.ca)),
    }),
    policyFor: settings.policy,
    report: (event) => {
      memory?.saveSoon();
      tell(event);
    },
    entriesMax: settings.entriesMax,
  });
  const kept = new KeptSockets(guard, clock);
  const watch = new ConnectionWatch(guard, kept, nowMs);
  const { isNamed } = settings;
  const look = { guard, real, system, isNamed, isOpen: () => isOpen, nowMs, report: tell };
  const lookup = guardedLookup(look);
  const keeper = new MemoryKeeper({ file: options.file, guard, clock, report: tell });
  memory = keeper;
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
    save: () => keeper.save(),
    close: () => {
      isOpen = false;
      undo();
      watch.close();
      kept.close();
      keeper.close();
      guard.close();
    },
  };
}

/** What the application throws when it is told is its own: nothing here stops by it. */
function telling(
  onEvent: GuardOptions["onEvent"],
): (event: GuardEvent | FileEvent | SearchEvent) => void {
  return (event) => {
    try {
      onEvent?.(event);
    } catch (error) {
      process.emitWarning(error instanceof Error ? error : String(error));
    }
  };
}

function stubOf(options: GuardOptions, system: SystemServers): StubUpstream {
  const { upstreams, trustAd, mixesCase = false } = options;
  const exchange = new Exchange({
    datagrams: new UdpDialer(),
    streams: new TcpDialer(),
    secureStreams: keptDialers((name) => new TlsDialer({ name, protocol: "dot" }), clock),
    clock,
    chance,
    mixesCase,
    decode: decodeStubMessage,
  });
  return new StubUpstream({
    exchange,
    clock,
    servers: () => upstreams ?? system.servers,
    network: () => system.network,
    isTrusted: ({ address, tlsName }) => {
      return trustAd ?? (tlsName !== undefined || /^(127\.|::1$)/.test(address));
    },
  });
}

/** In Node `ca` takes the place of the system's certificates: these are to count as well. */
function trustedBy(ca: GuardOptions["ca"]): readonly string[] | undefined {
  if (ca === undefined) return undefined;
  // From Node 22.15 on; NODE_EXTRA_CA_CERTS and --use-system-ca are in it.
  const hasSystem = typeof tls.getCACertificates === "function";
  const system = hasSystem ? tls.getCACertificates("default") : tls.rootCertificates;
  return [...system, ...[ca].flat()];
}
