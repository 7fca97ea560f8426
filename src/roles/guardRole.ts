import { readFileSync } from "node:fs";
import { getCACertificates } from "node:tls";
import { errorText, type Listening, type Log } from "../base/index.ts";
import type { GuardRequest } from "../cli/index.ts";
import { findingText } from "../config/index.ts";
import { decodeMessage, typeText } from "../dns/index.ts";
import {
  AddressProver,
  DEFAULT_BOOKED,
  Exchange,
  Forwarder,
  type ForwarderOptions,
  GuardError,
  type GuardEvent,
  type GuardFile,
  keptDialers,
  MemoryKeeper,
  PolicyBook,
  readForwarderOptions,
  readGuardFile,
  SystemServers,
  serveClients,
  startStatus,
  statusOf,
  TriedAddresses,
  tryAddressWith,
} from "../guard/index.ts";
import {
  NetError,
  openLog,
  RealChance,
  RealClock,
  socketAddressText,
  TcpDialer,
  TcpListener,
  TlsDialer,
  UdpDialer,
} from "../net/index.ts";
import { BootClock } from "../platform/index.ts";
import { type GuardUdp, guardUdp, openGuardThreads } from "./guardUdp.ts";

/** Exit codes, as docs/cli.md lists them. */
const EXIT_OK = 0;
const EXIT_CANNOT = 1;
const EXIT_USAGE = 2;
const EXIT_BROKEN_CONFIGURATION = 3;

/** The clock of threads, and one that goes on while the machine sleeps. */
const threadClock = new RealClock();
const clock = new BootClock(threadClock);

/** Addresses tried at once: it holds up the names of a whole machine, or of many. */
const TRYING_MAX = 256;

/** What is gone by now; SIGHUP reads it again. */
interface Rules {
  book: PolicyBook;
  tried: TriedAddresses;
}

/** Runs the forwarder in this process until SIGTERM or SIGINT. Returns the exit code. */
export async function runForwarder(request: GuardRequest): Promise<number> {
  const log = request.json ? openLog("guard", "json") : openLog("guard");
  try {
    const options = readForwarderOptions(request);
    const rules = readRules(request, options);
    if (rules === undefined) return EXIT_BROKEN_CONFIGURATION;
    let keepNews = (): void => {};
    const threads = await openGuardThreads(options.threads, log, options.listen.length);
    const hasThreads = !("absent" in threads);
    const forwarder = makeForwarder(request, options, { rules, hasThreads }, (event) => {
      tell(event, log);
      keepNews();
    });
    const ending = new Promise<string>((end) => {
      for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => end(signal));
    });
    process.on("SIGHUP", () => {
      if (reread(request, options, rules, log)) forwarder.rulesChanged();
    });
    const memory = new MemoryKeeper({
      ...{ file: request.memory, guard: forwarder.guard, clock },
      report: ({ problem }) => log.error(problem),
    });
    keepNews = () => memory.saveSoon();
    const udp = guardUdp(forwarder, threads, options.allowed);
    const listening = await serve(forwarder, udp, options, log);
    log.info(`ends: ${await ending}`);
    memory.close();
    await Promise.all(listening.map((one) => one.close()));
    forwarder.close();
    return EXIT_OK;
  } catch (error) {
    process.stderr.write(`${withAdvice(error)}\n`);
    const isUsage = error instanceof GuardError && error.fault.code === "bad-option";
    return isUsage ? EXIT_USAGE : EXIT_CANNOT;
  }
}

function makeForwarder(
  request: GuardRequest,
  options: ForwarderOptions,
  { rules, hasThreads }: { readonly rules: Rules; readonly hasThreads: boolean },
  report: (event: GuardEvent) => void,
): Forwarder {
  const { upstreams, cacheOctetsMax } = options;
  const system = new SystemServers(() => clock.monotonicMs(), upstreams);
  const chance = new RealChance();
  const ca = request.ca === undefined ? undefined : trusted(request.ca);
  const exchange = new Exchange({
    datagrams: new UdpDialer(),
    streams: new TcpDialer(),
    secureStreams: keptDialers((name) => new TlsDialer({ name, protocol: "dot", ca }), clock),
    clock,
    chance,
    mixesCase: request.mixesCase,
    decode: decodeMessage,
  });
  const tried = { has: (address: string) => rules.tried.has(address) };
  const settingsFor = (name: string) => rules.book.policyFor(name);
  const prover = new AddressProver({
    settingsFor,
    tried,
    attempt: tryAddressWith(ca),
    tryingMax: TRYING_MAX,
  });
  const isTrusted = ({ address, tlsName }: ForwarderOptions["upstreams"][number]): boolean =>
    request.trustAd || tlsName !== undefined || /^(127\.|::1$)/.test(address);
  return new Forwarder({
    clock,
    chance,
    stub: { exchange, servers: () => upstreams, network: () => system.network, isTrusted },
    prover,
    policyFor: (name) => rules.book.policyFor(name),
    report,
    cacheOctetsMax,
    ...(hasThreads ? { threadClock } : {}),
  });
}

async function serve(
  forwarder: Forwarder,
  udp: GuardUdp,
  { listen, allowed, http }: ForwarderOptions,
  log: Log,
): Promise<readonly Listening[]> {
  const startMs = clock.monotonicMs();
  const ports = { datagrams: udp.datagrams, streams: new TcpListener(), clock };
  const listening: Listening[] = [];
  for (const on of listen) {
    listening.push(await serveClients(on, { ...ports, forwarder, allowed }));
    log.info(`answers on ${socketAddressText(on)}, UDP and TCP`);
  }
  const { threads, reason } = udp.status();
  if (reason === undefined) log.info("UDP is answered by threads", { threads });
  else log.info("UDP is answered by one thread, slowly", { why: reason });
  if (http !== undefined) {
    const upSeconds = (): number => Math.round((clock.monotonicMs() - startMs) / 1000);
    const status = () => statusOf(forwarder, udp.status(), upSeconds(), clock.wallMs());
    listening.push(await startStatus(http, status, allowed));
    log.info(`status page on http://${socketAddressText(http)}`);
  }
  return listening;
}

function readRules({ config }: GuardRequest, { off }: ForwarderOptions): Rules | undefined {
  const plain: GuardFile = { book: new PolicyBook(DEFAULT_BOOKED, new Map()), proveNetworks: [] };
  let file = plain;
  if (config !== undefined) {
    const read = readGuardFile(config, readFileSync(config, "utf8"));
    if (read.kind === "broken") {
      for (const finding of read.findings) process.stderr.write(`${findingText(finding)}\n`);
      return undefined;
    }
    file = read.file;
  }
  const { book, proveNetworks } = file;
  return { book: book.without(off), tried: new TriedAddresses(proveNetworks) };
}

/** Whether it was taken up. */
function reread(request: GuardRequest, options: ForwarderOptions, rules: Rules, log: Log): boolean {
  try {
    const read = readRules(request, options);
    if (read === undefined) log.error("goes on as before, as the configuration is broken");
    else Object.assign(rules, read);
    if (read !== undefined) log.info("took up the configuration");
    return read !== undefined;
  } catch (error) {
    log.error(`goes on as before: ${errorText(error)}`);
    return false;
  }
}

/** What somebody on call wants to know of. */
function tell(event: GuardEvent, log: Log): void {
  const what = `${event.name} ${typeText(event.type)}`;
  switch (event.kind) {
    case "hold-began": {
      const { denial, values } = event;
      const text = `holds up ${what}: the upstream suddenly says ${denial.toUpperCase()}`;
      log.warn(text, { event: event.kind, addresses: values.join(" ") });
      break;
    }
    case "upstreams-disagree":
      log.warn(`uses what one upstream says of ${what}: another denies it`, { event: event.kind });
      break;
    case "hold-ended":
      log.info(`the upstream answers again for ${what}`, facts(event));
      break;
    case "denial-believed":
      log.warn(`believes now that there is no ${what}`, { ...facts(event), why: event.why });
      break;
  }
}

function facts({ kind, heldMs }: { readonly kind: string; readonly heldMs: number }) {
  return { event: kind, heldSeconds: Math.round(heldMs / 1000) };
}

/** The system's certificates, and those of a file. */
function trusted(file: string): readonly string[] {
  return [...getCACertificates("default"), readFileSync(file, "utf8")];
}

/** What to do where the usual port cannot be had. */
function withAdvice(error: unknown): string {
  const text = errorText(error);
  if (!(error instanceof NetError)) return text;
  if (error.fault.code === "address-not-permitted") {
    const right = "give it the right (systemd: AmbientCapabilities=CAP_NET_BIND_SERVICE)";
    return `${text}.\nRun it as root, ${right}, or --listen 127.0.0.1:5353`;
  }
  if (error.fault.code !== "address-in-use") return text;
  return `${text}.\nSee who has it with "ss -lnptu", or take another: --listen 127.0.0.2:53`;
}
