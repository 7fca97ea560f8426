import { NSID_OCTETS_MAX, utf8 } from "../base/index.ts";
import {
  isAtOrBelow,
  isBelow,
  isMetaType,
  type Name,
  parseName,
  parseOwnerPattern,
  typeCode,
} from "../dns/index.ts";
import type { EndpointPolicy } from "../plan/index.ts";
import type { Catalog } from "./catalog.ts";
import { isLoopback, LOOPBACK_NETWORKS, readNetwork } from "./compileTransfers.ts";
import type { DnsText, RateLimitText, UpdateKeyText } from "./dnsSchema.ts";
import { type Findings, type Place, within } from "./findings.ts";
import type {
  DnsSettings,
  KeySettings,
  RateLimitSettings,
  UpdateKeySettings,
  ZoneSettings,
} from "./settings.ts";

/** Like answers to a network and second: resolvers ask a name once per TTL, so far fewer do. */
const RESPONSES_PER_SECOND = 200;
/** Half of what is over the limit is answered truncated: the usual choice of other servers. */
const SLIP = 2;

/** What the settings of our nameserver refer to. */
export interface DnsContext {
  readonly keys: Catalog<KeySettings>;
  readonly zones: Catalog<ZoneSettings>;
  readonly endpoints: readonly EndpointPolicy[];
  readonly listening: Pick<DnsSettings, "listen" | "secondaries">;
}

/** The settings of our nameserver; what is wrong, and what is not said, is as if absent. */
export function compileDns(
  text: DnsText,
  context: DnsContext,
  place: Place,
  findings: Findings,
): DnsSettings {
  const { listening } = context;
  const nsid = readNsid(text.nsid, within(place, "nsid"), findings);
  const catalog = readCatalog(text.catalog, context, within(place, "catalog"), findings);
  const rateLimit = compileRateLimit(text.rateLimit, within(place, "rateLimit"), findings);
  const isOpen = listening.listen.some(({ address }) => !isLoopback(address));
  if (rateLimit === "off" && isOpen) {
    const problem = "Without a limit, floods with forged senders are answered at full speed";
    findings.warn(within(place, "rateLimit"), problem);
  }
  const updateKeysAt = within(place, "updateKeys");
  return {
    ...listening,
    ...(nsid === undefined ? {} : { nsid }),
    udpThreads: text.udpThreads ?? "auto",
    rateLimit,
    ...(catalog === undefined ? {} : { catalog }),
    updateKeys: (text.updateKeys ?? []).map((part, index) => {
      return compileUpdateKey(part, context, within(updateKeysAt, index), findings);
    }),
  };
}

function readNsid(text: string | undefined, place: Place, findings: Findings): string | undefined {
  const octets = utf8(text ?? "").length;
  if (octets > NSID_OCTETS_MAX) {
    const problem = `Cannot take so long a text here: it has ${octets} octets`;
    findings.error(place, problem, `text of at most ${NSID_OCTETS_MAX} octets`);
  }
  return text;
}

function readCatalog(
  text: string | undefined,
  { zones, endpoints, listening }: DnsContext,
  place: Place,
  findings: Findings,
): Name | undefined {
  if (text === undefined) return undefined;
  const parsed = parseName(text);
  if (parsed.kind === "malformed") {
    findings.error(place, parsed.problem, "a domain name");
    return undefined;
  }
  const { name } = parsed;
  const allowed = "a name of its own, such as catalog.example.";
  if (zones.mayHave(name)) {
    findings.error(place, `Cannot have the catalog at ${name} as it is a zone of its own`, allowed);
  }
  const hidden = endpoints.find((endpoint) => {
    return isAtOrBelow(endpoint.name, name) && isBelow(name, endpoint.zone);
  });
  if (hidden !== undefined) {
    const problem = `Cannot have the catalog at ${name} as it hides the endpoint ${hidden.name}`;
    findings.error(place, problem, allowed);
  }
  if (listening.secondaries.length === 0) {
    const problem = `The catalog ${name} has no secondaries: nobody may read it`;
    findings.warn(place, `${problem} but those of dns.secondaries`);
  }
  return name;
}

function compileRateLimit(
  text: RateLimitText | "off" | undefined,
  place: Place,
  findings: Findings,
): "off" | RateLimitSettings {
  if (text === "off") return "off";
  const exemptAt = within(place, "exempt");
  const exempt = text?.exempt?.flatMap((network, index) => {
    return readNetwork(network, within(exemptAt, index), findings) ?? [];
  });
  return {
    responsesPerSecond: text?.responsesPerSecond ?? RESPONSES_PER_SECOND,
    slip: text?.slip ?? SLIP,
    exempt: exempt ?? LOOPBACK_NETWORKS,
  };
}

function compileUpdateKey(
  text: UpdateKeyText,
  { keys, zones }: DnsContext,
  place: Place,
  findings: Findings,
): UpdateKeySettings {
  keys.find(text.key, within(place, "key"), findings);
  if (text.names === undefined && text.types === undefined) {
    const where = text.zones === undefined ? "every zone" : text.zones.join(", ");
    const problem = `The key ${text.key} may change every name of ${where}, within the rules`;
    findings.warn(place, `${problem}: name what it is for`);
  }
  return {
    keyId: text.key,
    zones: readZones(text.zones ?? [], zones, within(place, "zones"), findings),
    names: readPatterns(text.names ?? [], within(place, "names"), findings),
    types: readTypes(text.types ?? [], within(place, "types"), findings),
  };
}

function readZones(
  texts: readonly string[],
  zones: Catalog<ZoneSettings>,
  place: Place,
  findings: Findings,
): readonly Name[] {
  return texts.flatMap((text, index) => {
    const at = within(place, index);
    const parsed = parseName(text);
    if (parsed.kind === "parsed") return zones.find(parsed.name, at, findings)?.name ?? [];
    findings.error(at, parsed.problem, "name of a zone in zones");
    return [];
  });
}

function readPatterns(
  texts: readonly string[],
  place: Place,
  findings: Findings,
): readonly string[] {
  for (const [index, text] of texts.entries()) {
    const parsed = parseOwnerPattern(text);
    if (parsed.kind === "pattern") continue;
    const allowed =
      "a name, such as _acme-challenge.* or www; * alone is every name below the zone";
    findings.error(within(place, index), parsed.problem, allowed);
  }
  return texts;
}

function readTypes(texts: readonly string[], place: Place, findings: Findings): readonly number[] {
  return texts.flatMap((text, index) => {
    const type = typeCode(text);
    if (type !== undefined && !isMetaType(type)) return [type];
    const problem = `Cannot take "${text}" as it is no type of zone data`;
    findings.error(within(place, index), problem, "a type such as A, TXT or TYPE65280");
    return [];
  });
}
