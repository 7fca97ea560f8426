import assert from "node:assert/strict";
import { test } from "node:test";
import { hexText } from "../base/index.ts";
import { RRClass } from "./codes.ts";
import { parseRdata, rdataText } from "./rdata.ts";
import { decodeRdata } from "./rdataWire.ts";
import { RRType } from "./rrType.ts";
import { WireReader } from "./wireReader.ts";

const FOO_COM = "03666f6f076578616d706c6503636f6d00";
const FOO_ORG = "03666f6f076578616d706c65036f726700";

// The test vectors of RFC 9460 appendix D.1 and D.2.
const vectors = [
  { text: "0 foo.example.com.", hex: `0000${FOO_COM}`, why: "alias mode" },
  { text: "1 .", hex: "000100", why: "the owner name itself" },
  { text: "16 foo.example.com. port=53", hex: `0010${FOO_COM}000300020035`, why: "a port" },
  {
    text: "1 foo.example.com. key667=hello",
    hex: `0001${FOO_COM}029b000568656c6c6f`,
    why: "a key without a name, unquoted",
  },
  {
    text: '1 foo.example.com. key667="hello\\210qoo"',
    hex: `0001${FOO_COM}029b000968656c6c6fd2716f6f`,
    why: "a key without a name, with an escape",
  },
  {
    text: '1 foo.example.com. ipv6hint="2001:db8::1,2001:db8::53:1"',
    hex: `0001${FOO_COM}0006002020010db800000000000000000000000120010db8000000000000000000530001`,
    why: "two IPv6 hints",
  },
  {
    text: '1 example.com. ipv6hint="2001:db8:122:344::192.0.2.33"',
    hex: "0001076578616d706c6503636f6d000006001020010db8012203440000" + "0000c0000221",
    why: "an IPv6 hint with an IPv4 tail",
  },
  {
    text: "16 foo.example.org. alpn=h2,h3-19 mandatory=ipv4hint,alpn ipv4hint=192.0.2.1",
    hex: `0010${FOO_ORG}0000000400010004000100090268320568332d313900040004c0000201`,
    why: "keys and mandatory keys are sorted",
  },
  {
    text: '16 foo.example.org. alpn="f\\\\\\\\oo\\\\,bar,h2"',
    hex: `0010${FOO_ORG}0001000c08665c6f6f2c626172026832`,
    why: "escapes of the list within escapes of the string",
  },
  {
    text: "16 foo.example.org. alpn=f\\\\\\092oo\\092,bar,h2",
    hex: `0010${FOO_ORG}0001000c08665c6f6f2c626172026832`,
    why: "the same, unquoted",
  },
];

for (const { text, hex, why } of vectors) {
  test(`parseRdata() reads SVCB ${text}: ${why}`, () => {
    const parsed = parseRdata(RRType.SVCB, text);
    assert.equal(parsed.kind === "parsed" ? hexText(parsed.rdata) : parsed.problem, hex);
    if (parsed.kind !== "parsed") return;
    const again = parseRdata(RRType.SVCB, rdataText(RRType.SVCB, parsed.rdata));
    assert.deepEqual(again, parsed);
  });
}

// RFC 9460 appendix D.3, and sections 7 and 8.
const wrong = [
  { params: "key123=abc key123=def", why: "a key twice" },
  { params: "mandatory", why: "mandatory needs a value" },
  { params: "alpn", why: "alpn needs a value" },
  { params: "port", why: "port needs a value" },
  { params: "ipv4hint", why: "ipv4hint needs a value" },
  { params: "ipv6hint", why: "ipv6hint needs a value" },
  { params: "ech", why: "ech needs a value" },
  { params: "alpn=h2 no-default-alpn=abc", why: "no-default-alpn has no value" },
  { params: "no-default-alpn", why: "7.1.1: alpn must come with it" },
  { params: "mandatory=key123", why: "a mandatory key is missing" },
  { params: "mandatory=mandatory", why: "mandatory is always mandatory" },
  { params: "mandatory=key123,key123 key123=abc", why: "a mandatory key twice" },
  { params: "port=65536", why: "sixteen bits" },
  { params: "ipv4hint=192.0.2.1,2001:db8::1", why: "one family" },
  { params: "alpn=h2,,h3", why: "an empty protocol id" },
  { params: "alpn=h2\\\\x", why: "A.1: only commas and backslashes are escaped in a list" },
  { params: "key65535=a", why: "14.3.2: reserved as invalid" },
  { params: "key01=a", why: "2.1: no leading zeros" },
  { params: "foo=a", why: "no such key" },
  { params: '"port=53"', why: "a key is not quoted" },
];

for (const { params, why } of wrong) {
  test(`parseRdata() refuses SVCB with ${params}: ${why}`, () => {
    assert.equal(parseRdata(RRType.SVCB, `1 foo.example.com. ${params}`).kind, "malformed");
  });
}

const wrongWire = [
  { hex: "0003000200350001000302" + "6832", why: "2.2: keys in another order" },
  { hex: "000300020035000300020035", why: "2.2: a key twice" },
  { hex: "00030001" + "35", why: "a port of one octet" },
  { hex: "00030002", why: "cut off" },
  { hex: "00020000", why: "no-default-alpn without alpn" },
  { hex: "000000020003", why: "a mandatory key is missing" },
  { hex: "0001000302683" + "200", why: "an octet too many" },
  { hex: "00010000", why: "an empty list" },
];

for (const { hex, why } of wrongWire) {
  test(`decodeRdata() refuses HTTPS with params ${hex}: ${why}`, () => {
    const rdata = Uint8Array.from(Buffer.from(`000100${hex}`, "hex"));
    const reader = new WireReader(rdata, "rdata");
    decodeRdata(reader, RRType.HTTPS, RRClass.IN, rdata.length);
    assert.notEqual(reader.problem, undefined);
  });
}
