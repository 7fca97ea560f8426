import {
  decodeSoa,
  encodeName,
  encodeSoa,
  isAtOrBelow,
  makeRRset,
  type Name,
  parseRdata,
  type RRset,
  RRType,
} from "../../dns/index.ts";
import { CONTROL_OCTETS_MAX } from "../../plan/index.ts";
import { NameserverError } from "../nameserverError.ts";
import type { Secondary, TransferGrant } from "../transfer/transferRules.ts";
import { DENIAL_SECONDS_MAX } from "../update/rules/judgeUpdate.ts";
import { type HiddenNames, hiddenNames, type KnownZones } from "./hiddenNames.ts";
import type { NameChange } from "./zoneDraft.ts";
import { rrsetOfType, sameRRsets } from "./zoneNode.ts";
import { isFenced, type ZoneView } from "./zoneView.ts";

/** What the configuration says of a zone: its apex, which is not for enactors to write. */
export interface ZoneSetup {
  readonly name: Name;
  /** MNAME of the SOA: the primary server. */
  readonly primary: Name;
  /** RNAME of the SOA: a mailbox, its first label the part before the at sign. */
  readonly hostmaster: Name;
  /** At least one. Addresses in presentation format, for names in this zone. */
  readonly nameservers: readonly { readonly name: Name; readonly addresses: readonly string[] }[];
  /** How long a denial may be believed, 0..30 s. */
  readonly negativeTtlSeconds: number;
  /** TTL of SOA, NS and nameserver addresses. */
  readonly apexTtlSeconds: number;
  /** Whether it is signed; false by default. */
  readonly dnssec?: boolean;
  /** Servers that hold copies: they are told of changes, and may transfer the zone. */
  readonly secondaries?: readonly Secondary[];
  /** Who else may transfer the zone. */
  readonly transferTo?: readonly TransferGrant[];
}

// For secondaries (RFC 1912 section 2.2): they learn of changes by NOTIFY, and ask anyway after
// REFRESH; a secondary that hears nothing for EXPIRE stops answering, which must take weeks.
const REFRESH_SECONDS = 300;
const RETRY_SECONDS = 60;
const EXPIRE_SECONDS = 28 * 24 * 3600;
const NAME_OCTETS_MAX = 255; // RFC 1035 section 2.3.4

/**
 * Checks setups against each other and against what is held.
 *
 * @throws NameserverError `zone-setup-malformed`, `zone-hides-names`
 */
export function checkSetups(setups: readonly ZoneSetup[], zones: KnownZones): void {
  const { problems } = fittingSetups(setups, zones);
  const [first] = problems;
  if (first !== undefined) throw first;
}

/**
 * Setups that may be served with what is held, and why each other one may not: it would hide what
 * must be seen.
 *
 * @throws NameserverError `zone-setup-malformed`
 */
export function fittingSetups(
  setups: readonly ZoneSetup[],
  zones: KnownZones,
): { readonly fitting: readonly ZoneSetup[]; readonly problems: readonly NameserverError[] } {
  checkFormed(setups);
  const names = setups.map(({ name }) => name);
  const hidden = hiddenNames(names, zones);
  return {
    fitting: setups.filter(({ name }) => !hidden.has(name)),
    problems: [...hidden].map(([apex, what]) => hidesNames(apex, what)),
  };
}

function checkFormed(setups: readonly ZoneSetup[]): void {
  const seen = new Set<Name>();
  for (const setup of setups) {
    const problem = seen.has(setup.name) ? "it is there twice" : setupProblem(setup);
    seen.add(setup.name);
    if (problem !== undefined) {
      throw new NameserverError(
        { code: "zone-setup-malformed", zone: setup.name, problem },
        `Cannot serve zone ${setup.name} as ${problem}`,
      );
    }
  }
}

function setupProblem(setup: ZoneSetup): string | undefined {
  if (encodeName(setup.name).length + CONTROL_OCTETS_MAX > NAME_OCTETS_MAX) {
    return "its name leaves no room for control names";
  }
  if (setup.nameservers.length === 0) return "it must have a nameserver: it has none";
  const { negativeTtlSeconds } = setup;
  if (!(negativeTtlSeconds >= 0 && negativeTtlSeconds <= DENIAL_SECONDS_MAX)) {
    return `denials must be believed for <= ${DENIAL_SECONDS_MAX} s: ${negativeTtlSeconds} s`;
  }
  for (const { name, addresses } of setup.nameservers) {
    for (const address of addresses) {
      const parsed = parseRdata(addressType(address), address);
      if (parsed.kind === "malformed") return `of nameserver ${name}: ${parsed.problem}`;
    }
  }
  return undefined;
}

function hidesNames(apex: Name, { inside, names, text }: HiddenNames): NameserverError {
  return new NameserverError(
    { code: "zone-hides-names", zone: apex, inside, names },
    `Cannot serve zone ${apex} as it must not hide endpoints of zone ${inside}: ${text}`,
  );
}

/** What must be written so that the zone is as its setup says. The serial stays what it is. */
export function setupChanges(
  view: ZoneView,
  setup: ZoneSetup,
  firstSerial: number,
): readonly NameChange[] {
  const { name: apex, apexTtlSeconds: ttlSeconds } = setup;
  const soa = encodeSoa({
    mname: setup.primary,
    rname: setup.hostmaster,
    serial: serialOf(view) ?? firstSerial,
    refreshSeconds: REFRESH_SECONDS,
    retrySeconds: RETRY_SECONDS,
    expireSeconds: EXPIRE_SECONDS,
    minimumSeconds: setup.negativeTtlSeconds,
  });
  const servers = setup.nameservers.map(({ name }) => encodeName(name));
  const wanted = new Map<Name, RRset[]>([
    [
      apex,
      [
        makeRRset(apex, RRType.SOA, ttlSeconds, [soa]),
        makeRRset(apex, RRType.NS, ttlSeconds, servers),
      ],
    ],
  ]);
  for (const { name, addresses } of setup.nameservers) {
    // Out of the zone, the addresses are others' to give; of an endpoint, its plan's.
    if (!isAtOrBelow(name, apex) || isFenced(view, name)) continue;
    const rrsets = addressRRsets(name, addresses, ttlSeconds);
    wanted.set(name, [...(wanted.get(name) ?? []), ...rrsets]);
  }
  return [...wanted].flatMap(([name, rrsets]) => changeFor(view, name, rrsets));
}

function serialOf(view: ZoneView): number | undefined {
  const [rdata] = rrsetOfType(view.node(view.apex), RRType.SOA)?.rdata ?? [];
  return rdata === undefined ? undefined : decodeSoa(rdata).serial;
}

function changeFor(view: ZoneView, name: Name, wanted: readonly RRset[]): readonly NameChange[] {
  const held = view.node(name)?.rrsets ?? [];
  const types = new Set(wanted.map(({ type }) => type));
  const rest = held.filter(({ type }) => !types.has(type) && type !== RRType.CNAME);
  const rrsets = [...rest, ...wanted].toSorted((left, right) => left.type - right.type);
  return wanted.length === 0 || sameRRsets(held, rrsets) ? [] : [{ name, rrsets }];
}

function addressRRsets(
  name: Name,
  addresses: readonly string[],
  ttlSeconds: number,
): readonly RRset[] {
  return [RRType.A, RRType.AAAA].flatMap((type) => {
    const rdata = addresses.flatMap((address) => {
      const parsed = addressType(address) === type ? parseRdata(type, address) : undefined;
      return parsed?.kind === "parsed" ? [parsed.rdata] : [];
    });
    return rdata.length === 0 ? [] : [makeRRset(name, type, ttlSeconds, rdata)];
  });
}

function addressType(address: string): number {
  return address.includes(":") ? RRType.AAAA : RRType.A;
}
