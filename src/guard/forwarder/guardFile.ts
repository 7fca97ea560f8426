import { z } from "zod";
import {
  type Finding,
  Findings,
  key,
  optionalDuration,
  type Place,
  readDuration,
  readShape,
  readSource,
  within,
} from "../../config/index.ts";
import { type Name, parseIpNetwork, parseName } from "../../dns/index.ts";
import { policyProblems } from "../machine/policy.ts";
import { type BookedPolicy, DEFAULT_BOOKED, PolicyBook } from "./policyBook.ts";

/** What a forwarder's own file says. */
export interface GuardFile {
  readonly book: PolicyBook;
  /** Networks besides public ones whose addresses may be tried, as `10.0.0.0/8`. */
  readonly proveNetworks: readonly string[];
}

/** What became of reading it. */
export type GuardFileRead =
  | { readonly kind: "read"; readonly file: GuardFile }
  | { readonly kind: "broken"; readonly findings: readonly Finding[] };

const DAY = 86_400_000;
const HOUR = 3_600_000;
/** The durations of a policy: bounds as {@link policyProblems} has them. */
const DURATIONS = {
  minAge: { to: "minAgeMs", minMs: 0, maxMs: 7 * DAY },
  confirm: { to: "confirmMs", minMs: 0, maxMs: 7 * DAY },
  holdMax: { to: "holdMsMax", minMs: 0, maxMs: 7 * DAY },
  recheck: { to: "recheckMs", minMs: 100, maxMs: HOUR },
  proveEvery: { to: "proofMs", minMs: 100, maxMs: HOUR },
  staleMax: { to: "staleMsMax", minMs: 0, maxMs: 7 * DAY },
  failureBackOff: { to: "failureBackOffMs", minMs: 1000, maxMs: 300_000 },
} as const;

const upTo = (text: string) => `up to ${text}, such as 30s, 5m or 24h`;
const policySchema = z.strictObject({
  guarded: key(z.boolean().optional(), {
    meaning: "false: what the upstream says is passed on as it is",
    allowed: "true, false",
    otherwise: "true",
  }),
  minAge: optionalDuration(
    "addresses are held on to once seen over this time",
    upTo("168h"),
    "10m",
  ),
  confirm: optionalDuration("a denial is doubted so long without proof", upTo("168h"), "2m"),
  holdMax: optionalDuration("and so long whatever is proven", upTo("168h"), "24h"),
  recheck: optionalDuration("how often the upstream is asked meanwhile", upTo("1h"), "10s"),
  proveEvery: optionalDuration("how often addresses are tried meanwhile", upTo("1h"), "30s"),
  staleMax: optionalDuration("how long stale answers may be served", upTo("168h"), "168h"),
  failureBackOff: optionalDuration("rest after a failure", "1s to 5m", "30s"),
  staleTtlSeconds: key(z.int().min(1).max(3600).optional(), {
    meaning: "TTL of what is stale or held",
    allowed: "a whole number in 1..3600",
    otherwise: "30",
  }),
  proof: key(z.enum(["tls", "tcp", "connections"]).optional(), {
    meaning: "how addresses prove to be the service; connections: they are not tried",
    allowed: "tls, tcp, connections",
    otherwise: "tls",
  }),
  port: key(z.int().min(1).max(65_535).optional(), {
    meaning: "the port that is tried",
    allowed: "a whole number in 1..65535",
    otherwise: "443",
  }),
});
/** The keys of a policy. */
export const POLICY_KEYS: readonly string[] = Object.keys(policySchema.shape);

type PolicyWords = z.output<typeof policySchema>;

const fileSchema = z.strictObject({
  policy: key(z.unknown().optional(), {
    meaning: "how all names are guarded",
    allowed: "a group of keys",
    otherwise: "{}",
  }),
  names: key(z.record(z.string(), z.unknown()).optional(), {
    meaning: "how single names are guarded, and all below them",
    allowed: "names, and a group of keys for each",
    otherwise: "{}",
  }),
  proveNetworks: key(z.array(z.string()).optional(), {
    meaning: "networks besides public ones whose addresses may be tried",
    allowed: "a list of networks, as 10.0.0.0/8",
    otherwise: "[]",
  }),
});

/** Reads a forwarder's file: YAML, or JSON where its name says so. */
export function readGuardFile(file: string, text: string): GuardFileRead {
  const read = readSource(file, text);
  if (read.kind === "broken") return read;
  const findings = new Findings();
  const root: Place = { source: read.source, path: [] };
  const said = readShape(fileSchema, read.source.data ?? {}, root, findings);
  const all = readPolicy(said?.policy ?? {}, within(root, "policy"), DEFAULT_BOOKED, findings);
  const names = new Map<Name, BookedPolicy>();
  for (const [nameText, words] of Object.entries(said?.names ?? {})) {
    const place = within(root, "names", nameText);
    const parsed = parseName(nameText);
    if (parsed.kind === "parsed") names.set(parsed.name, readPolicy(words, place, all, findings));
    else findings.error(place, parsed.problem, "a domain name", "key");
  }
  const proveNetworks = said?.proveNetworks ?? [];
  for (const [at, network] of proveNetworks.entries()) {
    if (parseIpNetwork(network) !== undefined && network.includes("/")) continue;
    const place = within(root, "proveNetworks", at);
    findings.error(place, `Cannot take ${network} here`, "a network, as 10.0.0.0/8");
  }
  if (findings.broken) return { kind: "broken", findings: findings.errors(file) };
  return { kind: "read", file: { book: new PolicyBook(all, names), proveNetworks } };
}

/** A policy: what is not said is as `base` has it. */
function readPolicy(
  value: unknown,
  place: Place,
  base: BookedPolicy,
  findings: Findings,
): BookedPolicy {
  const words = readShape(policySchema, value, place, findings);
  if (words === undefined) return base;
  const { guarded = base.isGuarded, staleTtlSeconds = base.staleTtlSeconds } = words;
  const { proof = base.proof, port = base.port } = words;
  const times = readTimes(words, place, findings);
  const policy = { ...base, ...times, isGuarded: guarded, staleTtlSeconds, proof, port };
  const [problem] = policyProblems(policy);
  if (problem !== undefined && !findings.broken)
    findings.error(place, problem, "holdMax >= confirm");
  return policy;
}

function readTimes(
  words: PolicyWords,
  place: Place,
  findings: Findings,
): Readonly<Record<string, number>> {
  const times: Record<string, number> = {};
  for (const [word, { to, ...bounds }] of Object.entries(DURATIONS)) {
    const text = words[word as keyof typeof DURATIONS];
    const ms = text === undefined ? undefined : readDuration(text, place, word, bounds, findings);
    if (ms !== undefined) times[to] = ms;
  }
  return times;
}
