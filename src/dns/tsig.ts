import { concatBytes } from "../base/index.ts";
import { Rcode, RRClass } from "./codes.ts";
import { type Name, nameOf } from "./name.ts";
import {
  algorithmName,
  computeMac,
  isSameMac,
  macOctets,
  type TsigAlgorithm,
  type TsigKey,
} from "./tsigKey.ts";
import {
  appendTsig,
  type LocatedTsig,
  locateTsig,
  TSIG_FIXED_OCTETS,
  type TsigNames,
  type TsigRecord,
} from "./tsigRecord.ts";
import { copyOctets, HEADER_OCTETS } from "./wireReader.ts";
import { encodeName, WireWriter } from "./wireWriter.ts";

/** Seconds that two clocks may differ (RFC 8945 section 10 recommends this). */
export const TSIG_FUDGE_SECONDS = 300;

const TIME_OCTETS = 6; // RFC 8945 section 4.2: 48 bits
const NO_OCTETS = new Uint8Array(0);

/** What a signature says besides the message. */
export interface TsigSigning {
  /** Seconds since the Unix epoch; in a BADTIME response, the time that the client signed. */
  readonly timeSeconds: number;
  readonly fudgeSeconds?: number;
  /** The MAC of the request, where this is its response (RFC 8945 section 5.3). */
  readonly requestMac?: Uint8Array;
  readonly error?: number;
  /** The server's own time, in a BADTIME response. */
  readonly otherTimeSeconds?: number;
}

/** Signs a whole message; `mac` is what the response to it is signed and checked with. */
export function signMessage(
  bytes: Uint8Array,
  key: TsigKey,
  signing: TsigSigning,
): { readonly bytes: Uint8Array; readonly mac: Uint8Array } {
  const unsigned = {
    name: key.name,
    algorithm: algorithmName(key.algorithm),
    timeSigned: signing.timeSeconds,
    fudgeSeconds: signing.fudgeSeconds ?? TSIG_FUDGE_SECONDS,
    originalId: messageId(bytes),
    error: signing.error ?? Rcode.NOERROR,
    otherData:
      signing.otherTimeSeconds === undefined ? NO_OCTETS : encodeTime(signing.otherTimeSeconds),
  };
  const mac = computeMac(key, signedParts([bytes], key, unsigned, signing.requestMac));
  return { bytes: appendTsig(bytes, { ...unsigned, mac }, keyWire(key)), mac };
}

/**
 * A response whose TSIG has no MAC: how BADKEY and BADSIG are said, since there is no key to sign
 * with (RFC 8945 section 5.3.2). `algorithm` is the one of the request.
 */
export function unsignedTsigError(
  bytes: Uint8Array,
  keyName: Name,
  algorithm: Name | TsigAlgorithm,
  error: number,
  timeSeconds: number,
): Uint8Array {
  return appendTsig(bytes, {
    name: keyName,
    algorithm: nameOf(algorithm),
    timeSigned: timeSeconds,
    fudgeSeconds: TSIG_FUDGE_SECONDS,
    mac: NO_OCTETS,
    originalId: messageId(bytes),
    error,
    otherData: NO_OCTETS,
  });
}

/** Why a signature does not count, as an extended RCODE (RFC 8945 section 3). */
export type TsigError =
  | typeof Rcode.BADSIG
  | typeof Rcode.BADKEY
  | typeof Rcode.BADTIME
  | typeof Rcode.BADTRUNC;

/** What {@link verifyMessage} says. */
export type VerifiedMessage =
  | { readonly kind: "unsigned" }
  | { readonly kind: "malformed"; readonly problem: string }
  | {
      readonly kind: "verified";
      readonly key: TsigKey;
      readonly mac: Uint8Array;
      readonly timeSigned: number;
      /**
       * The message as it was before it was signed: without TSIG, its original id restored. Made
       * of the octets that were checked when it is asked for.
       */
      readonly message: Uint8Array;
    }
  | {
      readonly kind: "refused";
      readonly error: TsigError;
      readonly keyName: Name;
      /** The algorithm's name as it came, for {@link unsignedTsigError}. */
      readonly algorithm: Name;
      readonly timeSigned: number;
      /** There where the MAC was right: the refusal is then signed, and may be believed. */
      readonly key?: TsigKey;
      readonly mac?: Uint8Array;
      /** The server's time in a BADTIME response whose MAC was right: try again with it. */
      readonly serverTimeSeconds?: number;
    };

/** What a signature is checked against. */
export interface TsigCheck {
  readonly nowSeconds: number;
  /** The MAC of the request, where a response is checked. */
  readonly requestMac?: Uint8Array;
}

/**
 * Checks a signature: key, then MAC, then time, then truncation (RFC 8945 section 5.2). A response
 * that says BADTIME is refused with the server's signed time; one that says BADKEY or BADSIG is
 * refused with that error, which nothing proves: it comes without a `key`. `known`: the TSIG that
 * `decodeMessage` found in the same octets, which then need not be walked again.
 */
export function verifyMessage(
  bytes: Uint8Array,
  keyFor: (name: Name) => TsigKey | undefined,
  check: TsigCheck,
  known?: TsigRecord,
): VerifiedMessage {
  const located: LocatedTsig =
    known === undefined ? locateTsig(bytes) : { kind: "tsig", tsig: known };
  if (located.kind === "none") return { kind: "unsigned" };
  if (located.kind === "malformed") return located;
  const { tsig } = located;
  const facts = {
    kind: "refused",
    keyName: tsig.name,
    algorithm: tsig.algorithm,
    timeSigned: tsig.timeSigned,
  } as const;
  const isResponse = ((bytes[2] ?? 0) & 0x80) !== 0;
  if (isResponse && tsig.mac.length === 0 && isUnsignedError(tsig.error)) {
    return { ...facts, error: tsig.error };
  }
  const key = keyFor(tsig.name);
  if (key === undefined || algorithmName(key.algorithm) !== tsig.algorithm) {
    return { ...facts, error: Rcode.BADKEY };
  }
  const wholeOctets = macOctets(key.algorithm);
  if (tsig.mac.length > wholeOctets || tsig.mac.length < shortestMac(wholeOctets)) {
    return { kind: "malformed", problem: "Cannot read TSIG as its MAC has an impossible size" };
  }
  const mac = computeMac(key, signedParts(unsignedParts(bytes, tsig), key, tsig, check.requestMac));
  if (!isSameMac(mac, tsig.mac)) return { ...facts, error: Rcode.BADSIG };
  const proven = { ...facts, key, mac: tsig.mac };
  if (isResponse && tsig.error === Rcode.BADTIME) {
    const serverTimeSeconds = decodeTime(tsig.otherData);
    const refused = { ...proven, error: Rcode.BADTIME } as const;
    return serverTimeSeconds === undefined ? refused : { ...refused, serverTimeSeconds };
  }
  if (Math.abs(check.nowSeconds - tsig.timeSigned) > tsig.fudgeSeconds) {
    return { ...proven, error: Rcode.BADTIME };
  }
  // Local policy: whole MACs only. Nobody who shares a key with us has a reason to cut one.
  if (tsig.mac.length < wholeOctets) return { ...proven, error: Rcode.BADTRUNC };
  return {
    kind: "verified",
    key,
    mac,
    timeSigned: tsig.timeSigned,
    get message() {
      return unsignedMessage(bytes, tsig);
    },
  };
}

function isUnsignedError(error: number): error is 16 | 17 {
  return error === Rcode.BADSIG || error === Rcode.BADKEY;
}

/** RFC 8945 section 5.2.2.1: anything shorter is a format error, not a truncation. */
function shortestMac(wholeOctets: number): number {
  return Math.max(10, wholeOctets / 2);
}

/** The message before it was signed: cut, counted and numbered as then. */
export function unsignedMessage(bytes: Uint8Array, tsig: TsigRecord): Uint8Array {
  return concatBytes(unsignedParts(bytes, tsig));
}

/** {@link unsignedMessage} in two parts: its header, and the rest in place. */
function unsignedParts(bytes: Uint8Array, tsig: TsigRecord): readonly [Uint8Array, Uint8Array] {
  const header = copyOctets(bytes, 0, HEADER_OCTETS);
  const additionals = (((header[10] ?? 0) << 8) | (header[11] ?? 0)) - 1;
  header[0] = tsig.originalId >> 8;
  header[1] = tsig.originalId & 0xff;
  header[10] = additionals >> 8;
  header[11] = additionals & 0xff;
  return [header, bytes.subarray(HEADER_OCTETS, tsig.startOffset)];
}

/** What is the same in all that a key signs, in wire format. */
interface KeyWire extends TsigNames {
  /** Its name, class ANY, TTL 0, and its algorithm's name. */
  readonly variablesHead: Uint8Array;
}

const keyWires = new WeakMap<TsigKey, KeyWire>();

function keyWire(key: TsigKey): KeyWire {
  const known = keyWires.get(key);
  if (known !== undefined) return known;
  const owner = encodeName(key.name);
  const algorithm = encodeName(algorithmName(key.algorithm));
  const out = new WireWriter();
  out.octets(owner);
  out.u16(RRClass.ANY);
  out.u32(0);
  out.octets(algorithm);
  const wire = { owner, algorithm, variablesHead: out.finish() };
  keyWires.set(key, wire);
  return wire;
}

/** Octets that {@link signMessage} adds to a message, where it says no time of the server's. */
export function signatureOctets(key: TsigKey): number {
  const { owner, algorithm } = keyWire(key);
  return owner.length + algorithm.length + TSIG_FIXED_OCTETS + macOctets(key.algorithm);
}

/** What the MAC is computed over (RFC 8945 section 4.3); the message in parts. */
function signedParts(
  message: readonly Uint8Array[],
  key: TsigKey,
  tsig: Pick<TsigRecord, "timeSigned" | "fudgeSeconds" | "error" | "otherData">,
  requestMac: Uint8Array | undefined,
): readonly Uint8Array[] {
  const { timeSigned, fudgeSeconds, error, otherData } = tsig;
  const high = Math.floor(timeSigned / 0x1_0000_0000);
  const [times, otherOctets] = [timeSigned >>> 0, otherData.length];
  const tail = Uint8Array.of(
    high >> 8,
    high,
    times >>> 24,
    times >>> 16,
    times >>> 8,
    times,
    fudgeSeconds >> 8,
    fudgeSeconds,
    error >> 8,
    error,
    otherOctets >> 8,
    otherOctets,
  );
  const signed = [...message, keyWire(key).variablesHead, tail];
  if (otherOctets > 0) signed.push(otherData);
  if (requestMac === undefined) return signed;
  const length = Uint8Array.of(requestMac.length >> 8, requestMac.length & 0xff);
  return [length, requestMac, ...signed];
}

function encodeTime(seconds: number): Uint8Array {
  const out = new WireWriter();
  out.u48(seconds);
  return out.finish();
}

function decodeTime(octets: Uint8Array): number | undefined {
  if (octets.length !== TIME_OCTETS) return undefined;
  return octets.reduce((seconds, octet) => seconds * 256 + octet, 0);
}

function messageId(bytes: Uint8Array): number {
  return ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0);
}
