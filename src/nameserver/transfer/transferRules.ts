import type { SocketAddress } from "../../base/index.ts";
import { type IpNetwork, isInNetwork, type Name, parseIpNetwork } from "../../dns/index.ts";

/** A server that holds a copy of a zone. */
export interface Secondary {
  /** Where NOTIFY goes, and where it is asked for its serial. */
  readonly address: SocketAddress;
  /** The TSIG key without which it gets nothing; absent: its address is enough. */
  readonly key?: Name;
}

/** Others who may transfer a zone, without being told of changes. */
export interface TransferGrant {
  /** CIDR, as `192.0.2.0/24`. */
  readonly network: string;
  readonly key?: Name;
}

/** Who may have a zone. */
export interface TransferRules {
  readonly secondaries: readonly Secondary[];
  readonly transferTo: readonly TransferGrant[];
}

interface ReadGrant {
  readonly network: IpNetwork;
  readonly key: Name | undefined;
}

/** Decides who may transfer one zone. */
export class TransferAccess {
  readonly secondaries: readonly Secondary[];
  readonly #secondaries: readonly { readonly secondary: Secondary; readonly grant: ReadGrant }[];
  readonly #grants: readonly ReadGrant[];

  /** A network that cannot be read grants nothing: `check` says so before. */
  constructor({ secondaries, transferTo }: TransferRules) {
    this.secondaries = secondaries;
    this.#secondaries = secondaries.flatMap((secondary) => {
      const { address, key } = secondary;
      return readGrant(address.address, key).map((grant) => ({ secondary, grant }));
    });
    this.#grants = transferTo.flatMap(({ network, key }) => readGrant(network, key));
  }

  /** The secondary that asks from this address, if need be with its key. */
  secondaryAt(address: string, key: Name | undefined): Secondary | undefined {
    return this.#secondaries.find(({ grant }) => allows(grant, address, key))?.secondary;
  }

  /** Whether the zone may go to this address, asked for with this key. */
  mayTransfer(address: string, key: Name | undefined): boolean {
    if (this.secondaryAt(address, key) !== undefined) return true;
    return this.#grants.some((grant) => allows(grant, address, key));
  }
}

function readGrant(network: string, key: Name | undefined): readonly ReadGrant[] {
  const read = parseIpNetwork(network);
  return read === undefined ? [] : [{ network: read, key }];
}

function allows(grant: ReadGrant, address: string, key: Name | undefined): boolean {
  return isInNetwork(grant.network, address) && (grant.key === undefined || grant.key === key);
}

/** Whether they are one server, asked and told alike. */
export function isSameSecondary(left: Secondary, right: Secondary): boolean {
  return secondaryText(left) === secondaryText(right) && left.key === right.key;
}

/** `address:port` of a secondary, IPv6 in brackets. */
export function secondaryText({ address: { address, port } }: Secondary): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}
