const HALF = 0x8000_0000;

/**
 * Compares two SOA serials in sequence space (RFC 1982 section 3.2): whether `left` is less than,
 * equal to or greater than `right`; undefined where they are exactly 2^31 apart.
 */
export function compareSerials(
  left: number,
  right: number,
): "equal" | "less" | "greater" | "undefined" {
  if (left === right) return "equal";
  const ahead = (left - right) >>> 0;
  if (ahead === HALF) return "undefined";
  return ahead < HALF ? "greater" : "less";
}

/** The serial after this one: 4294967295 is followed by 0 (RFC 1982 section 3.1). */
export function nextSerial(serial: number): number {
  return (serial + 1) >>> 0;
}
