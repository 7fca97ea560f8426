import { assert, base64Bytes, base64Text } from "../base/index.ts";
import { escapedText, unescapedOctets } from "./escape.ts";
import { ipv4Text, ipv6Text, parseIpv4, parseIpv6 } from "./ipAddress.ts";

/** How the value of one SvcParamKey is checked, read and written (RFC 9460 section 7). */
export interface SvcParamRow {
  readonly key: number;
  readonly text: string;
  /** Whether octets are a right value. */
  readonly isValid: (value: Uint8Array) => boolean;
  /** Presentation value, with its escapes, to octets; a string says what it must be. */
  readonly parse: (value: string) => Uint8Array | string;
  /** Octets that are valid to presentation format; empty where there is no value to show. */
  readonly format: (value: Uint8Array) => string;
}

/** Keys by number and by mnemonic; others are written `key123` with opaque values. */
export const SVC_PARAM_KEY = {
  mandatory: 0,
  alpn: 1,
  noDefaultAlpn: 2,
  port: 3,
  ipv4hint: 4,
  ech: 5,
  ipv6hint: 6,
} as const;

const KEY_MAX = 65534; // 65535 is reserved as invalid: RFC 9460 section 14.3.2

/** The number of `alpn` or `key123`; undefined where the text is no key. */
export function svcParamKey(text: string): number | undefined {
  const row = SVC_PARAMS.find((candidate) => candidate.text === text);
  if (row !== undefined) return row.key;
  const digits = /^key(0|[1-9][0-9]{0,4})$/.exec(text)?.[1];
  const key = digits === undefined ? KEY_MAX + 1 : Number(digits);
  return key <= KEY_MAX ? key : undefined;
}

/** The mnemonic of a key, or `key123`. */
export function svcParamKeyText(key: number): string {
  return svcParamRow(key)?.text ?? `key${key}`;
}

/** The row of a key that has one. */
export function svcParamRow(key: number): SvcParamRow | undefined {
  return SVC_PARAMS[key];
}

/** The keys that a `mandatory` value names. */
export function mandatoryKeys(value: Uint8Array): readonly number[] {
  const keys: number[] = [];
  for (let index = 0; index + 1 < value.length; index += 2) {
    keys.push(((value[index] ?? 0) << 8) | (value[index + 1] ?? 0));
  }
  return keys;
}

const mandatory: SvcParamRow = {
  key: SVC_PARAM_KEY.mandatory,
  text: "mandatory",
  isValid: (value) => {
    const keys = mandatoryKeys(value);
    const ascending = keys.every((key, index) => key > (keys[index - 1] ?? 0));
    return value.length > 0 && value.length % 2 === 0 && ascending;
  },
  parse: (value) => {
    const keys = value.split(",").map(svcParamKey);
    if (keys.some((key) => key === undefined || key === SVC_PARAM_KEY.mandatory)) {
      return "a list of keys other than mandatory";
    }
    const sorted = keys.map((key) => key ?? 0).sort((a, b) => a - b);
    if (new Set(sorted).size !== sorted.length) return "a list of keys, each once";
    return Uint8Array.from(sorted.flatMap((key) => [key >> 8, key & 0xff]));
  },
  format: (value) => mandatoryKeys(value).map(svcParamKeyText).join(","),
};

const alpn: SvcParamRow = {
  key: SVC_PARAM_KEY.alpn,
  text: "alpn",
  isValid: (value) => {
    let offset = 0;
    while (offset < value.length && value[offset] !== 0) offset += 1 + (value[offset] ?? 0);
    return value.length > 0 && offset === value.length;
  },
  parse: (value) => {
    const ids = splitList(unescapedOctets(value));
    if (ids === undefined || ids.some((id) => id.length === 0 || id.length > 255)) {
      return "a list of protocol ids, each 1 to 255 octets";
    }
    return Uint8Array.from(ids.flatMap((id) => [id.length, ...id]));
  },
  format: (value) => {
    const ids: string[] = [];
    for (let offset = 0; offset < value.length; offset += 1 + (value[offset] ?? 0)) {
      ids.push(escapeListItem(value.subarray(offset + 1, offset + 1 + (value[offset] ?? 0))));
    }
    return ids.join(",");
  },
};

const noDefaultAlpn: SvcParamRow = {
  key: SVC_PARAM_KEY.noDefaultAlpn,
  text: "no-default-alpn",
  isValid: (value) => value.length === 0,
  parse: (value) => (value === "" ? new Uint8Array(0) : "without a value"),
  format: () => "",
};

const port: SvcParamRow = {
  key: SVC_PARAM_KEY.port,
  text: "port",
  isValid: (value) => value.length === 2,
  parse: (value) => {
    const number = /^[0-9]{1,5}$/.test(value) ? Number(value) : 65536;
    return number > 65535 ? "a number in 0..65535" : Uint8Array.of(number >> 8, number & 0xff);
  },
  format: (value) => String(((value[0] ?? 0) << 8) | (value[1] ?? 0)),
};

const ech: SvcParamRow = {
  key: SVC_PARAM_KEY.ech,
  text: "ech",
  isValid: (value) => value.length > 0,
  parse: (value) => {
    const octets = base64Bytes(value);
    return octets === undefined || octets.length === 0 ? "base64" : octets;
  },
  format: base64Text,
};

function addressHint(
  key: number,
  text: string,
  octets: 4 | 16,
  parse: (text: string) => Uint8Array | undefined,
  format: (bytes: Uint8Array, offset: number) => string,
): SvcParamRow {
  return {
    key,
    text,
    isValid: (value) => value.length > 0 && value.length % octets === 0,
    parse: (value) => {
      const addresses = value.split(",").map(parse);
      const all = addresses.flatMap((address) => (address === undefined ? [] : [...address]));
      const isWhole = all.length === addresses.length * octets;
      return isWhole ? Uint8Array.from(all) : "a list of addresses";
    },
    format: (value) => {
      const count = value.length / octets;
      return Array.from({ length: count }, (_, at) => format(value, at * octets)).join(",");
    },
  };
}

/** One row for each key, at its number. */
const SVC_PARAMS: readonly SvcParamRow[] = [
  mandatory,
  alpn,
  noDefaultAlpn,
  port,
  addressHint(SVC_PARAM_KEY.ipv4hint, "ipv4hint", 4, parseIpv4, ipv4Text),
  ech,
  addressHint(SVC_PARAM_KEY.ipv6hint, "ipv6hint", 16, parseIpv6, ipv6Text),
];
assert(
  SVC_PARAMS.every((row, key) => row.key === key),
  "each SvcParam row stands at its number",
);

const COMMA = 0x2c;
const BACKSLASH = 0x5c;

/** Splits at commas that no backslash precedes (RFC 9460 appendix A.1); undefined if malformed. */
function splitList(octets: Uint8Array): number[][] | undefined {
  let item: number[] = [];
  const items = [item];
  for (let index = 0; index < octets.length; index += 1) {
    const octet = octets[index] ?? 0;
    if (octet === COMMA) {
      item = [];
      items.push(item);
    } else if (octet === BACKSLASH) {
      index += 1;
      const escaped = octets[index];
      if (escaped !== COMMA && escaped !== BACKSLASH) return undefined;
      item.push(escaped);
    } else {
      item.push(octet);
    }
  }
  return items;
}

function escapeListItem(octets: Uint8Array): string {
  const escaped: number[] = [];
  for (const octet of octets) {
    if (octet === COMMA || octet === BACKSLASH) escaped.push(BACKSLASH);
    escaped.push(octet);
  }
  return escapedText(Uint8Array.from(escaped));
}
