import { assertNever, base64Text } from "../../base/index.ts";
import { IPV4_FIELD, IPV6_FIELD, type PlainField, parseNumber } from "../rdataField.ts";
import type { TokenCursor } from "../token.ts";
import type { WireReader } from "../wireReader.ts";
import type { WireWriter } from "../wireWriter.ts";
import { ALGORITHM_FIELD } from "./dnssec.ts";
import { keptNameText, parseNameField, skipPlainName } from "./domainName.ts";
import { parseBase64 } from "./octetText.ts";

/** What a gateway or relay is (RFC 4025 section 2.3, RFC 8777 section 4.2.3): none to a name. */
type GatewayType = 0 | 1 | 2 | 3;

function gatewayType(value: number): GatewayType | undefined {
  return value === 0 || value === 1 || value === 2 || value === 3 ? value : undefined;
}

function skipGateway(reader: WireReader, value: number): void {
  const type = gatewayType(value);
  if (type === 1) IPV4_FIELD.skip(reader);
  else if (type === 2) IPV6_FIELD.skip(reader);
  else if (type === 3) skipPlainName(reader);
  else if (type === undefined) reader.fail(`gateway type ${value} is not 0 to 3`);
}

function gatewayText(reader: WireReader, value: number): string {
  const type = gatewayType(value);
  switch (type) {
    case 0:
      return ".";
    case 1:
      return IPV4_FIELD.text(reader);
    case 2:
      return IPV6_FIELD.text(reader);
    case 3:
      return keptNameText(reader);
    case undefined:
      return "";
    default:
      return assertNever(type);
  }
}

function parseGateway(tokens: TokenCursor, out: WireWriter, value: number): string | undefined {
  const type = gatewayType(value);
  switch (type) {
    case 0:
      return tokens.next()?.text === "." ? undefined : "where there is no gateway, it must be .";
    case 1:
      return IPV4_FIELD.parse(tokens, out);
    case 2:
      return IPV6_FIELD.parse(tokens, out);
    case 3:
      return parseNameField(tokens, out, "keep");
    case undefined:
      return `gateway type must be 0 to 3: it is ${value}`;
    default:
      return assertNever(type);
  }
}

/** Gateway type, algorithm, gateway and public key of an IPSECKEY record (RFC 4025 section 2). */
export const IPSEC_GATEWAY_FIELD: PlainField = {
  kind: "plain",
  skip: (reader) => {
    const type = reader.u8();
    reader.skip(1);
    skipGateway(reader, type);
    reader.skip(reader.left);
  },
  parse: (tokens, out) => {
    const type = parseNumber(tokens, "the gateway type", 255);
    if (typeof type === "string") return type;
    out.u8(type);
    const problem = ALGORITHM_FIELD.parse(tokens, out) ?? parseGateway(tokens, out, type);
    if (problem !== undefined) return problem;
    const key = parseBase64(tokens.rest());
    if (key === undefined) return "the public key must be base64";
    out.octets(key);
    return undefined;
  },
  text: (reader) => {
    const type = reader.u8();
    const algorithm = reader.u8();
    const gateway = gatewayText(reader, type);
    const key = base64Text(reader.octets(reader.left));
    return `${type} ${algorithm} ${gateway}${key === "" ? "" : ` ${key}`}`;
  },
};

const DISCOVERY = 0x80;

/** Discovery bit, type and relay of an AMTRELAY record (RFC 8777 section 4.3). */
export const AMT_RELAY_FIELD: PlainField = {
  kind: "plain",
  skip: (reader) => {
    skipGateway(reader, reader.u8() & ~DISCOVERY);
  },
  parse: (tokens, out) => {
    const discovery = parseNumber(tokens, "the discovery bit", 1);
    if (typeof discovery === "string") return discovery;
    const type = parseNumber(tokens, "the relay type", 127);
    if (typeof type === "string") return type;
    out.u8((discovery === 1 ? DISCOVERY : 0) | type);
    return parseGateway(tokens, out, type);
  },
  text: (reader) => {
    const octet = reader.u8();
    const type = octet & ~DISCOVERY;
    return `${(octet & DISCOVERY) === 0 ? 0 : 1} ${type} ${gatewayText(reader, type)}`;
  },
};
