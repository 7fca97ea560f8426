import type { PlainField } from "../rdataField.ts";
import type { TokenCursor } from "../token.ts";
import type { WireReader } from "../wireReader.ts";

// RFC 1876 section 2. Angles are thousandths of a second of arc from the equator or prime meridian,
// at 2^31; altitude is centimetres above 100 km below the ellipsoid.
const ANGLE_ZERO = 2 ** 31;
const DEGREE = 3_600_000;
const ALTITUDE_ZERO = 10_000_000;
const ALTITUDE_MAX = 2 ** 32 - 1;
const SIZE_MAX = 9_000_000_000; // centimetres: nine times ten to the ninth

/** What is written where sizes are left out: 1 m, 10 km, 10 m (RFC 1876 section 3). */
const SIZES_DEFAULT = [100, 1_000_000, 1000] as const;

interface Axis {
  readonly degreesMax: number;
  readonly positive: "N" | "E";
  readonly negative: "S" | "W";
}
const LATITUDE: Axis = { degreesMax: 90, positive: "N", negative: "S" };
const LONGITUDE: Axis = { degreesMax: 180, positive: "E", negative: "W" };

/** The whole of a LOC record (RFC 1876). */
export const LOCATION_FIELD: PlainField = {
  kind: "plain",
  skip: (reader) => {
    const version = reader.u8();
    if (version !== 0) reader.fail(`LOC version ${version} is not 0`);
    for (let size = 0; size < 3; size += 1) {
      const octet = reader.u8();
      const isZeroPower = octet >> 4 === 0 && octet !== 0;
      if (octet >> 4 > 9 || (octet & 0xf) > 9 || isZeroPower) {
        reader.fail("a LOC size is not a digit and a power of ten");
      }
    }
    for (const { degreesMax } of [LATITUDE, LONGITUDE]) {
      const angle = Math.abs(reader.u32() - ANGLE_ZERO);
      if (angle > degreesMax * DEGREE) reader.fail(`a LOC angle is over ${degreesMax} degrees`);
    }
    reader.skip(4);
  },
  parse: (tokens, out) => {
    const latitude = parseAngle(tokens, LATITUDE);
    if (typeof latitude === "string") return latitude;
    const longitude = parseAngle(tokens, LONGITUDE);
    if (typeof longitude === "string") return longitude;
    const altitude = parseMetres(tokens.next()?.text ?? "");
    const above = altitude === undefined ? -1 : altitude + ALTITUDE_ZERO;
    if (above < 0 || above > ALTITUDE_MAX) {
      return "the altitude must be metres in -100000.00..42849672.95";
    }
    out.u8(0);
    for (const [index, otherwise] of SIZES_DEFAULT.entries()) {
      const size = tokens.atEnd ? otherwise : parseMetres(tokens.next()?.text ?? "");
      if (size === undefined || size < 0 || size > SIZE_MAX) {
        const what = ["size", "horizontal precision", "vertical precision"][index];
        return `the ${what} must be metres in 0..90000000`;
      }
      out.u8(sizeOctet(size));
    }
    out.u32(latitude);
    out.u32(longitude);
    out.u32(above);
    return undefined;
  },
  text: (reader) => {
    reader.skip(1);
    const sizes = [reader.u8(), reader.u8(), reader.u8()].map(sizeText);
    const angles = [angleText(reader, LATITUDE), angleText(reader, LONGITUDE)];
    const altitude = reader.u32() - ALTITUDE_ZERO;
    return [...angles, metresText(altitude), ...sizes].join(" ");
  },
};

/** Reads `degrees [minutes [seconds]] letter`; a string says what is malformed. */
function parseAngle(tokens: TokenCursor, axis: Axis): number | string {
  const letters = `${axis.positive} or ${axis.negative}`;
  const wanted = `an angle must be degrees <= ${axis.degreesMax} [minutes [seconds]] ${letters}`;
  let angle = 0;
  let unit = DEGREE;
  for (let part = 0; part < 4; part += 1) {
    const text = tokens.next()?.text ?? "";
    const letter = text.toUpperCase();
    if (part > 0 && (letter === axis.positive || letter === axis.negative)) {
      if (angle > axis.degreesMax * DEGREE) return `an angle must be <= ${axis.degreesMax} degrees`;
      return ANGLE_ZERO + (letter === axis.positive ? angle : -angle);
    }
    const shape = part === 2 ? /^[0-9]{1,2}(\.[0-9]{1,3})?$/ : /^[0-9]{1,3}$/;
    const value = shape.test(text) ? Number(text) : Number.NaN;
    if (!(value < (part === 0 ? axis.degreesMax + 1 : 60))) return wanted;
    angle += Math.round(value * unit);
    unit /= 60;
  }
  return wanted;
}

/** Centimetres of `-24m` or `10.50`; undefined where the text is neither. */
function parseMetres(text: string): number | undefined {
  const [, sign, whole = "", part = ""] =
    /^(-?)([0-9]{1,8})(?:\.([0-9]{1,2}))?m?$/i.exec(text) ?? [];
  if (whole === "") return undefined;
  const centimetres = Number(whole) * 100 + Number(part.padEnd(2, "0"));
  return sign === "-" ? -centimetres : centimetres;
}

/** One digit and a power of ten: the nearest at or below, as the format says no more. */
function sizeOctet(centimetres: number): number {
  let power = 0;
  let digit = centimetres;
  while (digit > 9) {
    digit = Math.floor(digit / 10);
    power += 1;
  }
  return (digit << 4) | power;
}

function sizeText(octet: number): string {
  const centimetres = (octet >> 4) * 10 ** (octet & 0xf);
  return centimetres >= 100 ? `${centimetres / 100}m` : metresText(centimetres);
}

function metresText(centimetres: number): string {
  const absolute = Math.abs(centimetres);
  const whole = `${Math.floor(absolute / 100)}.${String(absolute % 100).padStart(2, "0")}m`;
  return centimetres < 0 ? `-${whole}` : whole;
}

function angleText(reader: WireReader, axis: Axis): string {
  const signed = reader.u32() - ANGLE_ZERO;
  const angle = Math.abs(signed);
  const degrees = Math.floor(angle / DEGREE);
  const minutes = Math.floor(angle / 60_000) % 60;
  const seconds = Math.floor(angle / 1000) % 60;
  const thousandths = String(angle % 1000).padStart(3, "0");
  const letter = signed < 0 ? axis.negative : axis.positive;
  return `${degrees} ${minutes} ${seconds}.${thousandths} ${letter}`;
}
