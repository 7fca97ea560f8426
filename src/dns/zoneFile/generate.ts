import type { ZoneEntry } from "./zoneEntry.ts";
import { GENERATE_STEPS_MAX } from "./zoneFileOptions.ts";

const NUMBER_MAX = 2 ** 31 - 1;

/** What a $GENERATE asks for; `tokens` is how many pieces of the entry said so. */
interface Range {
  readonly start: number;
  readonly stop: number;
  readonly step: number;
}

/**
 * The lines that a `$GENERATE start-stop[/step] owner [TTL] [class] type RDATA` stands for, as
 * BIND has it: `$` is the number, `${offset,width,base}` the number plus an offset, `\$` a dollar
 * sign. A string says what is malformed.
 */
export function generatedLines(entry: ZoneEntry): Iterable<string> | string {
  const [, rangeToken, owner, ...rest] = entry.tokens;
  const range = parseRange(rangeToken?.text ?? "");
  if (typeof range === "string") return range;
  if (owner === undefined || rest.length < 2) return "it needs a range, an owner, a type and RDATA";
  const template = [owner, ...rest].map((token) => token.text).join(" ");
  for (const [whole, parts] of template.matchAll(/(?<!\\)\$\{([^}]*)\}/g)) {
    if (parseModifier(parts ?? "") === undefined) return `${whole} must be \${offset,width,base}`;
  }
  return expand(template, range);
}

function parseRange(text: string): Range | string {
  const [, start, stop, step = "1"] =
    /^([0-9]{1,10})-([0-9]{1,10})(?:\/([0-9]{1,10}))?$/.exec(text) ?? [];
  const range = { start: Number(start), stop: Number(stop), step: Number(step) };
  const isRight =
    start !== undefined && range.start <= range.stop && range.stop <= NUMBER_MAX && range.step > 0;
  if (!isRight) return "its range must be start-stop or start-stop/step";
  const steps = Math.floor((range.stop - range.start) / range.step) + 1;
  return steps <= GENERATE_STEPS_MAX ? range : `its range must be <= ${GENERATE_STEPS_MAX} steps`;
}

function* expand(template: string, range: Range): Iterable<string> {
  for (let number = range.start; number <= range.stop; number += range.step) {
    yield template.replace(/\\\$|\$\{([^}]*)\}|\$/g, (found, parts: string | undefined) => {
      if (found === "\\$") return "\\$";
      return parts === undefined ? String(number) : (parseModifier(parts)?.(number) ?? found);
    });
  }
}

/** Reads `offset[,width[,base]]`; undefined where it is malformed. */
function parseModifier(text: string): ((number: number) => string) | undefined {
  const [, offset, width = "0", base = "d"] =
    /^(-?[0-9]{1,10})(?:,([0-9]{1,3})(?:,([doxXnN]))?)?$/.exec(text) ?? [];
  if (offset === undefined) return undefined;
  return (number) => formatted(number + Number(offset), Number(width), base);
}

function formatted(number: number, width: number, base: string): string {
  if (base === "d") return padded(number, 10, width);
  if (base === "o") return padded(number, 8, width);
  if (base === "x") return padded(number, 16, width);
  if (base === "X") return padded(number, 16, width).toUpperCase();
  const text = nibbles(Math.max(number, 0), width);
  return base === "N" ? text.toUpperCase() : text;
}

/**
 * Hexadecimal digits, the lowest first, a dot behind each but the last: names below ip6.arpa. Dots
 * count as width, so that an even width ends in one.
 */
function nibbles(number: number, width: number): string {
  let text = "";
  for (let left = number; text === "" || left > 0 || text.length < width; ) {
    text += (left % 16).toString(16);
    left = Math.floor(left / 16);
    if (left > 0 || text.length < width) text += ".";
  }
  return text;
}

function padded(number: number, radix: number, width: number): string {
  const digits = Math.abs(number)
    .toString(radix)
    .padStart(width - (number < 0 ? 1 : 0), "0");
  return number < 0 ? `-${digits}` : digits;
}
