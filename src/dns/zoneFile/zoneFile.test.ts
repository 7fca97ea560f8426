import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { nameOf } from "../name.ts";
import { anyName, anyRdata } from "../rdataArbitraries.suite.ts";
import { makeRRset, type RRset, rrsetLines } from "../rrset.ts";
import { RRType } from "../rrType.ts";
import { collectRRsets, readZoneFile, sortRRsets, zoneFileText } from "./zoneFile.ts";
import {
  GENERATE_STEPS_MAX,
  INCLUDE_DEPTH_MAX,
  INCLUDES_MAX,
  PROBLEMS_MAX,
  type ZoneFileOptions,
  type ZoneFileProblem,
} from "./zoneFileOptions.ts";
import { ZoneFileReader } from "./zoneFileReader.ts";

const EXAMPLE: ZoneFileOptions = { origin: nameOf("example"), file: "a.zone", ttlSeconds: 60 };

function linesOf(text: string, options: ZoneFileOptions = EXAMPLE): readonly string[] {
  const read = readZoneFile(text, options);
  assert.deepEqual(read.kind === "malformed" ? read.problems : [], []);
  return collectRRsets(read.kind === "records" ? read.records : []).flatMap(rrsetLines);
}

function problemsOf(text: string, options = EXAMPLE): readonly ZoneFileProblem[] {
  const read = readZoneFile(text, options);
  return read.kind === "malformed" ? read.problems : [];
}

const right = [
  { why: "@ is the origin", text: "@ A 192.0.2.1", want: ["example. 60 IN A 192.0.2.1"] },
  {
    why: "a blank owner is the one before",
    text: "a A 192.0.2.1\n\tTXT b",
    want: ["a.example. 60 IN A 192.0.2.1", 'a.example. 60 IN TXT "b"'],
  },
  {
    why: "an owner at the left edge of a line in parentheses is none",
    text: "a MX ( 10\nb )\nc A 192.0.2.1",
    want: ["a.example. 60 IN MX 10 b.example.", "c.example. 60 IN A 192.0.2.1"],
  },
  {
    why: "TTL and class stand in either order, or not at all",
    text: "a 1h30m IN A 192.0.2.1\nb in 5 A 192.0.2.1\nc 7 A 192.0.2.1\nd IN A 192.0.2.1",
    want: ["a 5400", "b 5", "c 7", "d 60"].map((start) => {
      return `${start.replace(" ", ".example. ")} IN A 192.0.2.1`;
    }),
  },
  {
    why: "names in RDATA are relative, too, and @ is the origin",
    text: "$ORIGIN sub\na MX 10 b\na MX 20 @\na MX 30 c.",
    want: [10, 20, 30].map((preference, index) => {
      const name = ["b.sub.example.", "sub.example.", "c."][index];
      return `a.sub.example. 60 IN MX ${preference} ${name}`;
    }),
  },
  {
    why: "CRLF ends a line as LF does",
    text: 'a A 192.0.2.1\r\n\r\n; b\r\n  TXT "c"\r\n',
    want: ["a.example. 60 IN A 192.0.2.1", 'a.example. 60 IN TXT "c"'],
  },
  {
    why: "marks in quotes are text",
    text: 'a TXT "(;)" \\; ; comment (',
    want: ['a.example. 60 IN TXT "(;)" ";"'],
  },
  {
    why: "what is not ASCII is UTF-8, as other readers of octets have it",
    text: 'a TXT "\u00FC"',
    want: ['a.example. 60 IN TXT "\\195\\188"'],
  },
  {
    why: "an owner may look like a type, a class or a TTL",
    text: "A A 192.0.2.1\nIN A 192.0.2.1\n5 A 192.0.2.1",
    want: ["a", "in", "5"].map((owner) => `${owner}.example. 60 IN A 192.0.2.1`),
  },
  {
    why: "the lowest TTL of an RRset holds, and repeats count once",
    text: "a 9 A 192.0.2.2\na 7 A 192.0.2.1\na 8 A 192.0.2.2",
    want: ["a.example. 7 IN A 192.0.2.1", "a.example. 7 IN A 192.0.2.2"],
  },
];

for (const { why, text, want } of right) {
  test(`readZoneFile(): ${why}`, () => {
    assert.deepEqual(linesOf(text), want);
  });
}

test("a record without TTL has that of $TTL, the last one given, or the SOA's minimum", () => {
  const { ttlSeconds: _, ...bare } = EXAMPLE;
  const ttls = (text: string): readonly number[] => {
    const read = readZoneFile(text, bare);
    return read.kind === "records" ? read.records.map((record) => record.ttlSeconds) : [];
  };
  assert.deepEqual(ttls("@ SOA a b 1 2 3 4 5\n@ NS a\n@ 9 NS b\n@ NS c"), [5, 5, 9, 5]);
  assert.deepEqual(ttls("@ 7 SOA a b 1 2 3 4 5\n@ NS a\n@ 9 NS b\n@ NS c"), [7, 7, 9, 9]);
  assert.deepEqual(ttls("$TTL 8\n@ 7 SOA a b 1 2 3 4 5\n@ NS a\n$TTL 1m\n@ NS c"), [7, 8, 60]);
  assert.deepEqual(ttls("@ NS a"), []);
});

const wrong = [
  { text: "a A 192.0.2", line: 1, column: 5, problem: /A RDATA: it must be one IPv4/ },
  { text: "\n\na FOO bar", line: 3, column: 3, problem: /type of zone data: it is "FOO"/ },
  { text: "a IN", line: 1, column: 1, problem: /it is nothing/ },
  { text: "a CH A 192.0.2.1", line: 1, column: 3, problem: /class must be IN/ },
  { text: "a TSIG \\# 0", line: 1, column: 3, problem: /type of zone data/ },
  { text: "a 4294967296 A 192.0.2.1", line: 1, column: 3, problem: /TTL must be/ },
  { text: "a MX (\n 10\n b..c )", line: 3, column: 2, problem: /^Cannot read name/ },
  { text: "a TXT ( b", line: 1, column: 1, problem: /parenthesis is not closed/ },
  { text: "a TXT b )", line: 1, column: 9, problem: /parenthesis is not open/ },
  { text: 'a TXT "b', line: 1, column: 7, problem: /quote is not closed/ },
  { text: "a A 192.0.2.1 192.0.2.2", line: 1, column: 15, problem: /there is more/ },
  { text: " A 192.0.2.1", line: 1, column: 2, problem: /no owner before/ },
  { text: "$ORIGINAL x", line: 1, column: 1, problem: /\$ORIGIN, \$TTL/ },
  { text: "$TTL 1x", line: 1, column: 6, problem: /TTL must be/ },
  { text: "$TTL 1 2", line: 1, column: 8, problem: /more than \$TTL takes/ },
  { text: "$ORIGIN", line: 1, column: 1, problem: /needs an argument/ },
  { text: "$INCLUDE x", line: 1, column: 1, problem: /not allowed here/ },
  { text: "$GENERATE 1-x h$ A 192.0.2.$", line: 1, column: 1, problem: /range must be/ },
  { text: "$GENERATE 300-301 h$ A 192.0.2.$", line: 1, column: 1, problem: /IPv4/ },
  { text: `$GENERATE 0-${GENERATE_STEPS_MAX} h$ A ::`, line: 1, column: 1, problem: /steps/ },
  { text: "a TYPE731 \\# 2 ab", line: 1, column: 16, problem: /must have 2 octets/ },
  { text: "a A \\# 3 010203", line: 1, column: 10, problem: /data ends early/ },
];

for (const { text, line, column, problem } of wrong) {
  test(`readZoneFile() says where ${JSON.stringify(text)} is wrong, and why`, () => {
    const [first, ...others] = problemsOf(text);
    assert.deepEqual(others, []);
    assert.deepEqual([first?.file, first?.line, first?.column], ["a.zone", line, column]);
    assert.match(first?.problem ?? "", problem);
    assert.match(first?.problem ?? "", /^Cannot read /);
  });
}

test("what is malformed is passed over, and the entries behind it are read", () => {
  const records: string[] = [];
  const reader = new ZoneFileReader(EXAMPLE, (record) => records.push(record.name));
  reader.push("a A 192.0.2.1\nb A x\nc TXT )\nd A 192.0.2.1\n");
  assert.deepEqual(
    reader.finish().map((problem) => problem.line),
    [2, 3],
  );
  assert.deepEqual(records, ["a.example.", "d.example."]);
});

test(`reading stops at ${PROBLEMS_MAX} problems`, () => {
  assert.equal(problemsOf("a A x\n".repeat(1000)).length, PROBLEMS_MAX);
});

test("relative names need an origin", () => {
  assert.match(problemsOf("a A 192.0.2.1", { ttlSeconds: 1 })[0]?.problem ?? "", /no \$ORIGIN/);
  assert.deepEqual(linesOf("a. A 192.0.2.1", { ttlSeconds: 1 }), ["a. 1 IN A 192.0.2.1"]);
});

test("$INCLUDE has an origin and an owner of its own, and problems in it name its file", () => {
  const include = (path: string, from: string) => {
    assert.equal(from, "a.zone");
    return path === "b.zone" ? " TXT 1\n$ORIGIN deep\nx TXT 2\ny A z\n" : undefined;
  };
  const text = "a TXT 0\n$INCLUDE b.zone sub\n TXT 3\nb TXT 4\n$INCLUDE c.zone\n";
  const problems = problemsOf(text, { ...EXAMPLE, include });
  assert.deepEqual(
    problems.map(({ file, line }) => `${file}:${line}`),
    ["b.zone:4", "a.zone:5"],
  );
  const kept = "a TXT 0\n$INCLUDE b.zone sub\n TXT 3\nb TXT 4\n";
  assert.deepEqual(linesOf(kept, { ...EXAMPLE, include: () => " TXT 1\n$ORIGIN deep\nx TXT 2" }), [
    'a.example. 60 IN TXT "0"',
    'a.example. 60 IN TXT "1"',
    'a.example. 60 IN TXT "3"',
    'x.deep.sub.example. 60 IN TXT "2"',
    'b.example. 60 IN TXT "4"',
  ]);
});

test(`a file that includes itself ends ${INCLUDE_DEPTH_MAX} deep`, () => {
  let asked = 0;
  const include = () => {
    asked += 1;
    return "$INCLUDE x\n";
  };
  const [problem, ...others] = problemsOf("$INCLUDE x\n", { ...EXAMPLE, include });
  assert.deepEqual(others, []);
  assert.match(problem?.problem ?? "", /deep/);
  assert.equal(asked, INCLUDE_DEPTH_MAX);
});

test(`reading stops at ${INCLUDES_MAX} includes`, () => {
  let asked = 0;
  const include = () => {
    asked += 1;
    return "";
  };
  const text = "$INCLUDE x\n".repeat(INCLUDES_MAX + 10);
  assert.equal(problemsOf(text, { ...EXAMPLE, include }).length, 1);
  assert.equal(asked, INCLUDES_MAX);
});

test("a line without end, and an entry without end, are refused before they fill memory", () => {
  const reader = new ZoneFileReader(EXAMPLE, () => undefined);
  for (let count = 0; count < 100; count += 1) reader.push("a".repeat(100_000));
  assert.match(reader.finish()[0]?.problem ?? "", /a line must be <=/);
  const entry = `a TXT (\n${`${"b".repeat(99)}\n`.repeat(20_000)}`;
  assert.match(problemsOf(entry)[0]?.problem ?? "", /an entry must be <=/);
});

const anyRRset: fc.Arbitrary<RRset> = fc
  .tuple(anyName, anyRdata, fc.nat(2 ** 31 - 1))
  .map(([name, { type, rdata }, ttl]) => makeRRset(name, type, ttl, [rdata]));
const anyZone = fc.uniqueArray(anyRRset, {
  maxLength: 12,
  selector: ({ name, type }) => `${name} ${type}`,
});

test("zoneFileText() is read back as the RRsets that it was made of, however it is cut", () => {
  fc.assert(
    fc.property(anyZone, fc.integer({ min: 1, max: 50 }), (rrsets, size) => {
      const text = zoneFileText(rrsets);
      const records: Parameters<typeof collectRRsets>[0] extends Iterable<infer R> ? R[] : never =
        [];
      const reader = new ZoneFileReader({}, (record) => records.push(record));
      for (let at = 0; at < text.length; at += size) reader.push(text.slice(at, at + size));
      assert.deepEqual(reader.finish(), []);
      assert.deepEqual(collectRRsets(records), rrsets);
    }),
    { numRuns: 200 },
  );
});

test("readZoneFile() answers for any text, and what it reads is written and read the same", () => {
  const pieces = ["a", "\n", " ", "A", "192.0.2.1", "(", ")", '"', ";", "\\", "$TTL", "$ORIGIN"];
  const text = fc
    .array(fc.constantFrom(...pieces, "TXT", "IN", "60", "@", ".", "$GENERATE 1-2 ", "MX", "10"))
    .map((parts) => parts.join(" "));
  fc.assert(
    fc.property(text, (given) => {
      const read = readZoneFile(given, EXAMPLE);
      if (read.kind === "malformed") return;
      const rrsets = collectRRsets(read.records);
      assert.deepEqual(linesOf(zoneFileText(rrsets)), rrsets.flatMap(rrsetLines));
    }),
    { numRuns: 2000 },
  );
});

test("collectRRsets() keeps RRSIGs of different types apart, with their TTLs", () => {
  const rrsig = (type: string) => `${type} 13 1 60 20300101000000 20250101000000 1 example. AAAA`;
  const text = `@ 5 RRSIG ${rrsig("A")}\n@ 7 RRSIG ${rrsig("MX")}\n@ 5 RRSIG ${rrsig("A")}`;
  const read = readZoneFile(text, EXAMPLE);
  const rrsets = collectRRsets(read.kind === "records" ? read.records : []);
  assert.deepEqual(
    rrsets.map(({ type, ttlSeconds, rdata }) => [type, ttlSeconds, rdata.length]),
    [
      [RRType.RRSIG, 5, 1],
      [RRType.RRSIG, 7, 1],
    ],
  );
});

test("sortRRsets() puts the SOA first, and the rest in canonical order", () => {
  const text = "z A 192.0.2.1\n";
  const read = readZoneFile(`${text}a.z A 192.0.2.1\n@ NS z\n@ SOA z z 1 2 3 4 5\n@ A 192.0.2.1`, {
    ...EXAMPLE,
  });
  const rrsets = collectRRsets(read.kind === "records" ? read.records : []);
  assert.deepEqual(
    sortRRsets(rrsets).map(({ name, type }) => `${name} ${type}`),
    ["example. 6", "example. 1", "example. 2", "z.example. 1", "a.z.example. 1"],
  );
});
