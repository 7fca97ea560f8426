import { escapedText, unescapedOctets } from "./escape.ts";
import type { PlainField } from "./rdataField.ts";
import {
  mandatoryKeys,
  SVC_PARAM_KEY,
  svcParamKey,
  svcParamKeyText,
  svcParamRow,
} from "./svcParam.table.ts";
import type { Token } from "./token.ts";
import type { WireReader } from "./wireReader.ts";

type SvcParams = ReadonlyMap<number, Uint8Array>;

/** The parameters of an SVCB or HTTPS record (RFC 9460 section 2), keys in ascending order. */
export const SVC_PARAMS_FIELD: PlainField = {
  kind: "plain",
  skip: (reader) => {
    const params = readParams(reader);
    const problem = inconsistency(params);
    if (problem !== undefined) reader.fail(problem);
  },
  parse: (tokens, out) => {
    const params = new Map<number, Uint8Array>();
    for (let token = tokens.next(); token !== undefined; token = tokens.next()) {
      const param = parseParam(token);
      if (typeof param === "string") return param;
      if (params.has(param.key)) return `${svcParamKeyText(param.key)} must be there once`;
      params.set(param.key, param.value);
    }
    const problem = inconsistency(params);
    if (problem !== undefined) return problem;
    for (const [key, value] of [...params].sort(([a], [b]) => a - b)) {
      out.u16(key);
      out.u16(value.length);
      out.octets(value);
    }
    return undefined;
  },
  text: (reader) => [...readParams(reader)].map(paramText).join(" "),
};

function readParams(reader: WireReader): SvcParams {
  const params = new Map<number, Uint8Array>();
  let last = -1;
  while (reader.left > 0) {
    const key = reader.u16();
    const value = reader.octets(reader.u16());
    if (key <= last) reader.fail("SvcParamKeys must be in ascending order");
    if (svcParamRow(key)?.isValid(value) === false || key === 0xffff) {
      reader.fail(`value of SvcParam ${svcParamKeyText(key)} is malformed`);
    }
    last = key;
    params.set(key, value);
  }
  return params;
}

/** What makes a set of parameters contradict itself (RFC 9460 section 7.1.1 and 8). */
function inconsistency(params: SvcParams): string | undefined {
  if (params.has(SVC_PARAM_KEY.noDefaultAlpn) && !params.has(SVC_PARAM_KEY.alpn)) {
    return "no-default-alpn must come with alpn";
  }
  const mandatory = params.get(SVC_PARAM_KEY.mandatory) ?? new Uint8Array(0);
  const missing = mandatoryKeys(mandatory).find((key) => !params.has(key));
  return missing === undefined ? undefined : `mandatory ${svcParamKeyText(missing)} is missing`;
}

function parseParam(token: Token): { key: number; value: Uint8Array } | string {
  const equals = token.text.indexOf("=");
  const keyText = equals < 0 ? token.text : token.text.slice(0, equals);
  const valueText = equals < 0 ? "" : token.text.slice(equals + 1);
  const key = token.quoted ? undefined : svcParamKey(keyText);
  if (key === undefined) return `"${keyText.slice(0, 40)}" is no SvcParamKey`;
  const row = svcParamRow(key);
  if (row === undefined) return { key, value: unescapedOctets(valueText) };
  const value = row.parse(valueText);
  return typeof value === "string" ? `${row.text} must be ${value}` : { key, value };
}

function paramText([key, value]: readonly [number, Uint8Array]): string {
  const text = svcParamRow(key)?.format(value) ?? escapedText(value);
  if (text === "") return svcParamKeyText(key);
  // Quotes only where they are needed, as others write it.
  const isBare = /^[A-Za-z0-9.:,+/=_-]+$/.test(text);
  return `${svcParamKeyText(key)}=${isBare ? text : `"${text}"`}`;
}
