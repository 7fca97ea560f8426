import type { PlainField } from "../rdataField.ts";

const DAY_SECONDS = 86_400;
const ERA_DAYS = 146_097; // 400 years of the Gregorian calendar
const EPOCH_DAYS = 719_468; // from 1 March of year 0 to 1 January 1970
const SECONDS_MAX = 2 ** 32 - 1;

/**
 * `YYYYMMDDHHmmSS` in UTC of seconds since 1970, 0..2^32-1 (RFC 4034 section 3.2). Years count
 * from March, so that a leap day is the last day of its year.
 */
export function signatureTimeText(seconds: number): string {
  const days = Math.floor(seconds / DAY_SECONDS) + EPOCH_DAYS;
  const era = Math.floor(days / ERA_DAYS);
  const dayOfEra = days - era * ERA_DAYS;
  const leapDays =
    Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leapDays) / 365);
  const dayOfYear = dayOfEra - yearDays(yearOfEra);
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const time = seconds % DAY_SECONDS;
  const parts = [month, day, Math.floor(time / 3600), Math.floor(time / 60) % 60, time % 60];
  return `${year}${parts.map((part) => String(part).padStart(2, "0")).join("")}`;
}

/** Days before a year of an era that counts from March. */
function yearDays(yearOfEra: number): number {
  return 365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100);
}

/**
 * Seconds since 1970 of `YYYYMMDDHHmmSS`, or of up to ten digits that say them directly
 * (RFC 4034 section 3.2); undefined where it is neither, or not in 0..2^32-1.
 */
export function parseSignatureTime(text: string): number | undefined {
  if (/^[0-9]{1,10}$/.test(text)) return Number(text) <= SECONDS_MAX ? Number(text) : undefined;
  if (!/^[0-9]{14}$/.test(text)) return undefined;
  const part = (start: number, end: number) => Number(text.slice(start, end));
  const [year, month, day] = [part(0, 4), part(4, 6), part(6, 8)];
  if (month < 1 || month > 12 || day < 1) return undefined;
  const marchYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(marchYear / 400);
  const monthFromMarch = month <= 2 ? month + 9 : month - 3;
  const dayOfYear = Math.floor((153 * monthFromMarch + 2) / 5) + day - 1;
  const days = era * ERA_DAYS + yearDays(marchYear - era * 400) + dayOfYear - EPOCH_DAYS;
  const time = part(8, 10) * 3600 + part(10, 12) * 60 + part(12, 14);
  const seconds = days * DAY_SECONDS + time;
  // 30 February, 25 o'clock and the years before 1970 come back as something else.
  const isRight = seconds >= 0 && seconds <= SECONDS_MAX && signatureTimeText(seconds) === text;
  return isRight ? seconds : undefined;
}

/** When a signature begins or ends to be valid. */
export function signatureTimeField(what: string): PlainField {
  return {
    kind: "plain",
    skip: (reader) => {
      reader.skip(4);
    },
    parse: (tokens, out) => {
      const seconds = parseSignatureTime(tokens.next()?.text ?? "");
      if (seconds === undefined) return `${what} must be YYYYMMDDHHmmSS of 1970 to 2106`;
      out.u32(seconds);
      return undefined;
    },
    text: (reader) => signatureTimeText(reader.u32()),
  };
}

const UNIT_SECONDS: Readonly<Record<string, number>> = {
  s: 1,
  m: 60,
  h: 3600,
  d: DAY_SECONDS,
  w: 7 * DAY_SECONDS,
};

/** Seconds of `3600`, `1h` or `1h30m`, in any case; undefined where it is no such duration. */
export function parseDuration(text: string): number | undefined {
  if (/^[0-9]{1,10}$/.test(text)) return Number(text);
  if (text.length > 40 || !/^([0-9]{1,10}[smhdwSMHDW])+$/.test(text)) return undefined;
  let seconds = 0;
  for (const [, digits, unit] of text.matchAll(/([0-9]+)([a-zA-Z])/g)) {
    seconds += Number(digits) * (UNIT_SECONDS[unit?.toLowerCase() ?? ""] ?? 0);
  }
  return seconds;
}

/** Thirty-two bits of seconds that may be written with units; written without. */
export function durationField(what: string): PlainField {
  return {
    kind: "plain",
    skip: (reader) => {
      reader.skip(4);
    },
    parse: (tokens, out) => {
      const seconds = parseDuration(tokens.next()?.text ?? "");
      if (seconds === undefined || seconds > SECONDS_MAX) {
        return `${what} must be seconds in 0..${SECONDS_MAX}, or with units as 1h30m`;
      }
      out.u32(seconds);
      return undefined;
    },
    text: (reader) => String(reader.u32()),
  };
}
