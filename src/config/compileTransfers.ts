import { ipNetworkText, isInNetwork, parseIpNetwork } from "../dns/index.ts";
import { readSocketAddress, socketAddressText } from "./address.ts";
import type { Catalog } from "./catalog.ts";
import type { SecondaryText, TransferText } from "./dnsSchema.ts";
import { type Findings, type Place, within } from "./findings.ts";
import type { KeySettings, SecondarySettings, TransferSettings } from "./settings.ts";

/** Networks of this host alone: who asks from there needs no key to be trusted. */
export const LOOPBACK_NETWORKS: readonly string[] = ["127.0.0.0/8", "::1/128"];

/** Reads a list of secondaries, each once; what is wrong with one leaves it out. */
export function compileSecondaries(
  texts: readonly SecondaryText[],
  keys: Catalog<KeySettings>,
  place: Place,
  findings: Findings,
): readonly SecondarySettings[] {
  const seen = new Set<string>();
  return texts.flatMap((text, index): readonly SecondarySettings[] => {
    const at = within(place, index);
    const keyId = readKey(text.key, at, keys, findings);
    const address = readSocketAddress(text.address);
    if (address === undefined) {
      const allowed = "address:port, such as 192.0.2.1:53 or [2001:db8::1]:53";
      findings.error(within(at, "address"), `Cannot take "${text.address}" here`, allowed);
      return [];
    }
    const canonical = socketAddressText(address);
    if (seen.has(canonical)) findings.error(at, `Cannot list the secondary ${canonical} twice`);
    seen.add(canonical);
    if (text.key === undefined && !isLoopback(address.address)) {
      const problem = `Whoever can use the address ${address.address} may transfer every record`;
      findings.warn(at, `${problem}: name a key`);
    }
    return [{ address, ...keyId }];
  });
}

/** Reads who else may transfer a zone; what is wrong with one leaves it out. */
export function compileTransferTo(
  texts: readonly TransferText[],
  keys: Catalog<KeySettings>,
  place: Place,
  findings: Findings,
): readonly TransferSettings[] {
  return texts.flatMap((text, index): readonly TransferSettings[] => {
    const at = within(place, index);
    const keyId = readKey(text.key, at, keys, findings);
    const network = readNetwork(text.network, within(at, "network"), findings);
    if (network === undefined) return [];
    if (text.key === undefined && !isLoopback(network.split("/", 1)[0] ?? "")) {
      findings.warn(at, `Whoever asks from ${network} may transfer every record: name a key`);
    }
    return [{ network, ...keyId }];
  });
}

/** Reads a network; the answer is its canonical text. */
export function readNetwork(text: string, place: Place, findings: Findings): string | undefined {
  const network = parseIpNetwork(text);
  if (network !== undefined) return ipNetworkText(network);
  const allowed = "a network such as 192.0.2.0/24 without bits behind its prefix, or an address";
  findings.error(place, `Cannot take "${text}" here`, allowed);
  return undefined;
}

function readKey(
  id: string | undefined,
  place: Place,
  keys: Catalog<KeySettings>,
  findings: Findings,
): { readonly keyId?: string } {
  if (id === undefined) return {};
  keys.find(id, within(place, "key"), findings);
  return { keyId: id };
}

/** Whether an address is of this host alone. */
export function isLoopback(address: string): boolean {
  return LOOPBACK_NETWORKS.some((text) => {
    const network = parseIpNetwork(text);
    return network !== undefined && isInNetwork(network, address);
  });
}
