import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { nameOf } from "../dns/index.ts";
import { gateName, seedName, weightsName } from "../plan/index.ts";
import { errorsIn, readFiles, readText, SOUND, settingsIn } from "./readSettings.suite.ts";

interface Row {
  readonly why: string;
  readonly from: string | RegExp;
  readonly to: string;
  readonly path: string;
  readonly problem: RegExp;
  /** Paths of what else is wrong then. */
  readonly and?: readonly string[];
}

const LONG = Array.from({ length: 4 }, () => "x".repeat(53)).join(".");

const BROKEN: readonly Row[] = [
  {
    why: "an id must be fit for file names and processes",
    from: /lb-b1/g,
    to: "LB_b1",
    path: "targets[1].id",
    problem: /Cannot take "LB_b1"/,
    and: ["pools[0].targets[1]"],
  },
  {
    why: "an id is used once",
    from: "targets:\n",
    to: "targets:\n  - { id: lb-b1, zone: use1-az1, ipv4: 127.77.9.9 }\n",
    path: "targets[2]",
    problem: /Cannot have a second target lb-b1: the first is at holdfast.yaml:10/,
  },
  {
    why: "a check must exist",
    from: "check: http",
    to: "check: htpt",
    path: "pools[0].check",
    problem: /Cannot find the check "htpt": did you mean "http"\?/,
  },
  {
    why: "a pool must exist",
    from: "pools: [ddb]",
    to: "pools: [ddb, spare]",
    path: "endpoints[0].pools[1]",
    problem: /Cannot find the pool "spare"$/,
  },
  {
    why: "a zone must exist",
    from: "{ name: dynamodb, zone: use1.",
    to: "{ name: dynamodb, zone: use2.",
    path: "endpoints[0].zone",
    problem: /Cannot find the zone "use2.holdfast.example.": did you mean "use1/,
  },
  {
    why: "an absolute name must be in its zone",
    from: "{ name: dynamodb,",
    to: "{ name: dynamodb.example.,",
    path: "endpoints[0].name",
    problem: /as it is not below/,
  },
  {
    why: "an endpoint at the apex would share its name with the zone's own records",
    from: "{ name: dynamodb,",
    to: "{ name: use1.holdfast.example.,",
    path: "endpoints[0].name",
    problem: /the zone's own records/,
  },
  {
    why: "a nearer zone would hide the name",
    from: "zones:\n",
    to: "zones:\n  - { name: dynamodb.use1.holdfast.example, nameservers: [{ name: ns.a }] }\n",
    path: "endpoints[0].name",
    problem: /as dynamodb.use1.holdfast.example. hides it/,
  },
  {
    why: "a wildcard has no name for a fence",
    from: "{ name: dynamodb,",
    to: '{ name: "*.dynamodb",',
    path: "endpoints[0].name",
    problem: /wildcard/,
  },
  {
    why: "control names are ours",
    from: "{ name: dynamodb,",
    to: "{ name: x._holdfast.dynamodb,",
    path: "endpoints[0].name",
    problem: /below _holdfast/,
  },
  {
    why: "the control names must fit in front",
    from: "{ name: dynamodb,",
    to: `{ name: ${LONG},`,
    path: "endpoints[0].name",
    problem: /to leave room for ours/,
  },
  {
    why: "a nameserver's own addresses are the zone's",
    from: "{ name: dynamodb,",
    to: "{ name: ns1,",
    path: "endpoints[0].name",
    problem: /it is a nameserver of a zone/,
  },
  {
    why: "no target has such an address",
    from: "pools: [ddb] }",
    to: "pools: [v4], types: [A, AAAA] }\npools: [{ id: v4, check: http, targets: [lb-b1] }]\n",
    path: "endpoints[0].types[1]",
    problem: /Cannot answer AAAA as no target of its pools has an ipv6 address/,
  },
  {
    why: "a floor over the pool's size could never be met",
    from: "pools: [ddb] }",
    to: "pools: [ddb], floor: 3 }",
    path: "endpoints[0].floor",
    problem: /Cannot have a floor of 3 as the pool ddb is smaller/,
  },
  {
    why: "half a second is no TTL",
    from: "pools: [ddb] }",
    to: "pools: [ddb], ttl: 1500ms }",
    path: "endpoints[0].ttl",
    problem: /Cannot take 1500ms/,
  },
  {
    why: "velocity 0 would hold failed targets for ever",
    from: "pools: [ddb] }",
    to: "pools: [ddb], velocity: { fraction: 0 } }",
    path: "endpoints[0].velocity.fraction",
    problem: /Cannot take 0/,
  },
  {
    why: "a zone id means something on one host only",
    from: '"2001:DB8:A:0::1"',
    to: '"fe80::1%eth0"',
    path: "targets[0].ipv6",
    problem: /zone id/,
  },
  {
    why: "nobody can connect to the unspecified address",
    from: "127.77.2.1",
    to: "0.0.0.0",
    path: "targets[1].ipv4",
    problem: /unspecified/,
  },
  {
    why: "a target without an address can serve nothing",
    from: "ipv4: 127.77.2.1, ",
    to: "",
    path: "targets[1]",
    problem: /without an address/,
  },
  {
    why: "a made-up load balancer listens on loopback only",
    from: /127\.77\.2\.1([\s\S]*)/,
    to: "192.0.2.1$1demo: { loadBalancers: true }\n",
    path: "targets[1].ipv4",
    problem: /must be local: it is 192.0.2.1/,
  },
  {
    why: "probes of one target must not overlap",
    from: "timeout: 500ms",
    to: "timeout: 2s",
    path: "checks[0].timeout",
    problem: /Cannot take 2s/,
  },
  {
    why: "negative answers outlive repairs",
    from: "    nameservers:",
    to: "    negativeTtl: 31s\n    nameservers:",
    path: "zones[0].negativeTtl",
    problem: /Cannot take 31s/,
  },
  {
    why: "an in-zone nameserver needs glue",
    from: ", addresses: [127.0.0.1]",
    to: "",
    path: "zones[0].nameservers[0]",
    problem: /without addresses/,
  },
  {
    why: "a nameserver elsewhere has its addresses there",
    from: "name: ns1.use1.holdfast.example",
    to: "name: ns1.example",
    path: "zones[0].nameservers[0].addresses",
    problem: /not in use1/,
  },
  {
    why: "a secret is in exactly one place",
    from: "checks:",
    to: "keys: [{ id: k, name: k }]\nchecks:",
    path: "keys[0]",
    problem: /where the secret of key k is/,
  },
  {
    why: "an enactor is not the planner",
    from: "checks:",
    to: "enactors: [planner]\nchecks:",
    path: "enactors[0]",
    problem: /another process/,
  },
  {
    why: "an address to listen on has a port",
    from: "checks:",
    to: "dns: { listen: [127.0.0.1] }\nchecks:",
    path: "dns.listen[0]",
    problem: /Cannot listen on "127.0.0.1"/,
  },
  {
    why: "two listeners cannot share an address",
    from: "checks:",
    to: 'dns: { listen: ["127.0.0.1:8053"] }\nchecks:',
    path: "api.listen",
    problem: /Cannot listen on 127.0.0.1:8053 twice/,
  },
  {
    why: "a missing key is told where its group stands",
    from: "region: use1\n",
    to: "",
    path: "region",
    problem: /Cannot go without the key "region"/,
  },
  {
    why: "a number where text is wanted needs quotes",
    from: "region: use1",
    to: "region: 1e3",
    path: "region",
    problem: /Cannot take 1000 here: put it in quotes/,
  },
  {
    why: "a store kind that is not known",
    from: "checks:",
    to: "stores: [{ id: x, kind: route53 }]\nchecks:",
    path: "stores[0].kind",
    problem: /Cannot take "route53"/,
  },
  {
    why: "an included file must be there",
    from: "checks:",
    to: "include: [gone.yaml]\nchecks:",
    path: "include[0]",
    problem: /Cannot read the file gone.yaml as it is missing/,
  },
  {
    why: "a key may come once",
    from: "region: use1",
    to: "region: use1\nregion: use2",
    path: "",
    problem: /Map keys must be unique/,
  },
];

describe("a configuration is refused", () => {
  for (const { why, from, to, path, problem, and = [] } of BROKEN) {
    it(`as ${why}`, () => {
      // A second `pools` key in a replacement takes the place of the first.
      const start = to.includes("\npools:") ? SOUND.replace(/pools:\n.*\n/, "") : SOUND;
      const text = start.replace(from, to);
      assert.notEqual(text, start, "the row changes something");
      const errors = errorsIn(readText(text));
      const found = errors.find((error) => error.path === path && problem.test(error.problem));
      assert.ok(found !== undefined, JSON.stringify(errors, null, 1));
      for (const other of and) assert.ok(errors.some((error) => error.path === other));
      assert.equal(errors.length, 1 + and.length, JSON.stringify(errors, null, 1));
    });
  }

  it("as JSON keys may come once as well", () => {
    const errors = errorsIn(
      readFiles({
        "holdfast.yaml": `${SOUND}include: [x.json]\n`,
        "x.json": '{"pools": [],\n "pools": []}',
      }),
    );
    assert.deepEqual(
      errors.map(({ file, line, column, path }) => [file, line, column, path]),
      [["x.json", 2, 2, "pools"]],
    );
  });

  it("as aliases must not grow without bound", () => {
    const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
    for (let depth = 1; depth < 12; depth += 1) {
      const uses = Array.from({ length: 10 }, () => `*a${depth - 1}`).join(", ");
      lines.push(`a${depth}: &a${depth} [${uses}]`);
    }
    const errors = errorsIn(readText(lines.join("\n")));
    assert.match(errors[0]?.problem ?? "", /Excessive alias count/);
  });

  it("as a file nested without end is not read", () => {
    assert.match(errorsIn(readText("[".repeat(20_000)))[0]?.problem ?? "", /Cannot read the file/);
  });
});

describe("a configuration is taken with a warning", () => {
  const rows: readonly (readonly [string, string, string, RegExp])[] = [
    [
      "two targets share an address",
      "127.77.2.1",
      "127.77.1.1",
      /also the address of target lb-a1/,
    ],
    ["more answers than targets", "pools: [ddb] }", "pools: [ddb], answers: 3 }", /has 2 targets/],
    ["a long TTL", "pools: [ddb] }", "pools: [ddb], ttl: 1h }", /failed address for 1h/],
    [
      "a target in no pool",
      "targets: [lb-a1, lb-b1]",
      "targets: [lb-a1]",
      /The target lb-b1 is used by nothing/,
    ],
  ];
  for (const [why, from, to, problem] of rows) {
    it(`about ${why}`, () => {
      const read = readText(SOUND.replace(from, to));
      settingsIn(read);
      const warnings = read.kind === "settings" ? read.warnings : [];
      assert.ok(warnings.some((warning) => problem.test(warning.problem)));
    });
  }
});

describe("the longest name that is taken", () => {
  it("leaves room for every control name", () => {
    const zone = "use1.holdfast.example.";
    const fits = (length: number): boolean => {
      const name = `${"x".repeat(50)}.${"x".repeat(50)}.${"x".repeat(50)}.${"y".repeat(length)}`;
      return readText(SOUND.replace("{ name: dynamodb,", `{ name: ${name},`)).kind === "settings";
    };
    const longest =
      Array.from({ length: 63 }, (_, place) => place + 1)
        .filter(fits)
        .at(-1) ?? 0;
    assert.ok(longest > 10 && longest < 63);
    const prefix = `${"x".repeat(50)}.`.repeat(3);
    const name = nameOf(`${prefix}${"y".repeat(longest)}.${zone}`);
    for (const control of [weightsName, gateName, seedName]) assert.ok(control(name).length > 0);
  });
});
