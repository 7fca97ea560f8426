import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { RRType } from "../dns/index.ts";
import { findingText } from "./finding.ts";
import { nameserverKeys } from "./nameserverKeys.ts";
import { errorsIn, readText, SOUND, settingsIn } from "./readSettings.suite.ts";
import { readSettingsText, settingsText } from "./settingsText.ts";

const KEYS = `keys:
  - { id: xfr, name: xfr.example, secretFile: xfr.key }
  - { id: acme, name: acme.example, secretFile: acme.key }
`;

/** The sound configuration with lines of our nameserver, and of its zone. */
function withDns(dns: string, zone = ""): string {
  const zoned = SOUND.replace("    nameservers:", `${zone}    nameservers:`);
  return `${zoned}${KEYS}dns:\n${dns}`;
}

function warningsIn(text: string): readonly string[] {
  const read = readText(text);
  assert.ok(read.kind === "settings", read.kind === "broken" ? describeAll(text) : "");
  return read.warnings.map(findingText);
}

function describeAll(text: string): string {
  return errorsIn(readText(text)).map(findingText).join("\n");
}

describe("dns of a configuration", () => {
  it("is a plain nameserver where nothing is said", () => {
    const { dns, zones } = settingsIn(readText(SOUND));
    assert.deepEqual(dns, {
      listen: [{ address: "127.0.0.1", port: 5300 }],
      udpThreads: "auto",
      rateLimit: {
        responsesPerSecond: 200,
        slip: 2,
        exempt: ["127.0.0.0/8", "::1/128"],
      },
      secondaries: [],
      updateKeys: [],
    });
    const [zone] = zones;
    assert.deepEqual([zone?.dnssec, zone?.secondaries, zone?.transferTo], [false, [], []]);
  });

  it("takes everything that there is to say, in canonical form", () => {
    const settings = settingsIn(
      readText(
        withDns(
          `  nsid: ns1.use1
  udpThreads: 2
  rateLimit: { responsesPerSecond: 50, slip: 1, exempt: [192.0.2.0/24, "2001:DB8::/32"] }
  catalog: Catalog.Example
  secondaries:
    - { address: "192.0.2.53:53", key: xfr }
  updateKeys:
    - { key: acme, zones: [use1.holdfast.example], names: [_acme-challenge.*], types: [txt] }
`,
          '    transferTo:\n      - { network: "2001:db8::/32", key: xfr }\n',
        ),
      ),
    );
    const { dns } = settings;
    assert.deepEqual([dns.nsid, dns.udpThreads, dns.catalog], ["ns1.use1", 2, "catalog.example."]);
    assert.deepEqual(dns.rateLimit, {
      responsesPerSecond: 50,
      slip: 1,
      exempt: ["192.0.2.0/24", "2001:db8::/32"],
    });
    const secondaries = [{ address: { address: "192.0.2.53", port: 53 }, keyId: "xfr" }];
    assert.deepEqual(dns.secondaries, secondaries);
    assert.deepEqual(settings.zones[0]?.secondaries, secondaries, "those of dns are the zone's");
    assert.deepEqual(settings.zones[0]?.transferTo, [{ network: "2001:db8::/32", keyId: "xfr" }]);
    assert.deepEqual(dns.updateKeys, [
      {
        keyId: "acme",
        zones: ["use1.holdfast.example."],
        names: ["_acme-challenge.*"],
        types: [RRType.TXT],
      },
    ]);
    assert.deepEqual(
      nameserverKeys(settings).map(({ id }) => id),
      ["xfr", "acme"],
    );
    assert.deepEqual(readSettingsText(settingsText(settings)), settings);
  });

  it("lets a zone have secondaries of its own, or none", () => {
    const dns = '  secondaries:\n    - { address: "192.0.2.53:53", key: xfr }\n';
    const own = '    secondaries:\n      - { address: "[::1]:5353" }\n';
    const addressesOf = (zone: string) => {
      const settings = settingsIn(readText(withDns(dns, zone)));
      return settings.zones[0]?.secondaries.map(({ address }) => address.address);
    };
    assert.deepEqual(addressesOf(""), ["192.0.2.53"]);
    assert.deepEqual(addressesOf(own), ["::1"]);
    assert.deepEqual(addressesOf("    secondaries: []\n"), []);
  });

  it("takes off for no rate limit, and keeps the other keys' defaults in a group", () => {
    assert.equal(settingsIn(readText(withDns("  rateLimit: off\n"))).dns.rateLimit, "off");
    const { rateLimit } = settingsIn(readText(withDns("  rateLimit: { slip: 0 }\n"))).dns;
    assert.equal(rateLimit !== "off" && rateLimit.responsesPerSecond, 200);
  });

  it("takes as much as the nameserver has room for", () => {
    const most = `  nsid: ${"ö".repeat(32)}\n  udpThreads: 47\n`;
    const exempt = `  rateLimit: { exempt: [${networks(32)}] }\n`;
    const { dns } = settingsIn(readText(withDns(most + exempt)));
    assert.deepEqual([dns.nsid?.length, dns.udpThreads], [32, 47]);
    assert.equal(dns.rateLimit !== "off" && dns.rateLimit.exempt.length, 32);
  });
});

/** So many networks, as YAML. */
function networks(count: number): string {
  return Array.from({ length: count }, (_, index) => `198.51.${index}.0/24`).join(", ");
}

const BROKEN: readonly (readonly [string, string, string, RegExp])[] = [
  [
    "a secondary is address and port",
    "  secondaries: [{ address: ns2.example }]\n",
    "dns.secondaries[0].address",
    /Cannot take "ns2.example"/,
  ],
  [
    "a secondary is there once",
    '  secondaries: [{ address: "192.0.2.1:53" }, { address: "192.0.2.1:53" }]\n',
    "dns.secondaries[1]",
    /Cannot list the secondary 192.0.2.1:53 twice/,
  ],
  [
    "a key must exist",
    '  secondaries: [{ address: "192.0.2.1:53", key: xfer }]\n',
    "dns.secondaries[0].key",
    /Cannot find the key "xfer": did you mean "xfr"\?/,
  ],
  [
    "a network has no bits behind its prefix",
    "  rateLimit: { exempt: [192.0.2.1/24] }\n",
    "dns.rateLimit.exempt[0]",
    /Cannot take "192.0.2.1\/24"/,
  ],
  [
    "what is wrong inside of a rate limit is told there",
    "  rateLimit: { slip: 11 }\n",
    "dns.rateLimit.slip",
    /Cannot take 11 here/,
  ],
  [
    "unknown keys of a rate limit are told with the known",
    "  rateLimit: { slipp: 1 }\n",
    "dns.rateLimit.slipp",
    /did you mean "slip"\?/,
  ],
  ["a rate limit is a group or off", "  rateLimit: on\n", "dns.rateLimit", /Cannot take "on"/],
  ["threads are counted", "  udpThreads: 48\n", "dns.udpThreads", /Cannot take 48/],
  ["NSID goes into every answer", `  nsid: ${"ö".repeat(33)}\n`, "dns.nsid", /it has 66 octets/],
  [
    "every packet is compared with each exempt network",
    `  rateLimit: { exempt: [${networks(33)}] }\n`,
    "dns.rateLimit.exempt",
    /./,
  ],
  [
    "a catalog is a zone of its own",
    "  catalog: use1.holdfast.example\n",
    "dns.catalog",
    /it is a zone of its own/,
  ],
  [
    "a catalog must not hide an endpoint",
    "  catalog: dynamodb.use1.holdfast.example\n",
    "dns.catalog",
    /hides the endpoint dynamodb.use1.holdfast.example./,
  ],
  [
    "an update key must exist",
    "  updateKeys: [{ key: nobody, types: [TXT] }]\n",
    "dns.updateKeys[0].key",
    /Cannot find the key "nobody"/,
  ],
  [
    "an update key's zone must exist",
    "  updateKeys: [{ key: acme, types: [TXT], zones: [use2.holdfast.example] }]\n",
    "dns.updateKeys[0].zones[0]",
    /Cannot find the zone "use2/,
  ],
  [
    "an owner pattern is made of labels",
    "  updateKeys: [{ key: acme, names: [a..b] }]\n",
    "dns.updateKeys[0].names[0]",
    /Cannot read name "a..b"/,
  ],
  [
    "ANY is no type of records",
    "  updateKeys: [{ key: acme, types: [TXT, ANY] }]\n",
    "dns.updateKeys[0].types[1]",
    /Cannot take "ANY"/,
  ],
];

describe("dns of a configuration is refused", () => {
  for (const [why, dns, path, problem] of BROKEN) {
    it(`as ${why}`, () => {
      const errors = errorsIn(readText(withDns(dns)));
      assert.equal(errors.length, 1, JSON.stringify(errors, null, 1));
      assert.equal(errors[0]?.path, path);
      assert.match(errors[0]?.problem ?? "", problem);
    });
  }

  it("as a signed message says nothing but the name of its key", () => {
    const text = withDns(
      "  updateKeys: [{ key: acme, types: [TXT] }, { key: xfr, types: [TXT] }]\n",
    );
    const same = errorsIn(readText(text.replace("name: xfr.example", "name: acme.example")));
    assert.deepEqual(
      same.map(({ path }) => path),
      ["keys[1].name"],
    );
    const ours = errorsIn(readText(text.replace("name: xfr.example", "name: enactor-1.use1")));
    assert.match(ours[0]?.problem ?? "", /keys of our own processes are below it/);
    const unused = text
      .replace("xfr.example", "acme.example")
      .replace(", { key: xfr, types: [TXT] }", "");
    settingsIn(readText(unused));
  });
});

describe("dns of a configuration is taken with a warning", () => {
  const rows: readonly (readonly [string, string, RegExp])[] = [
    [
      "a secondary elsewhere without a key",
      withDns('  secondaries: [{ address: "192.0.2.1:53" }]\n'),
      /dns.secondaries\[0\]: Whoever can use the address 192.0.2.1 may transfer/,
    ],
    [
      "a network elsewhere without a key",
      withDns("  nsid: x\n", "    transferTo: [{ network: 192.0.2.0/24 }]\n"),
      /zones\[0\].transferTo\[0\]: Whoever asks from 192.0.2.0\/24 may transfer/,
    ],
    [
      "a key that may change everything",
      withDns("  updateKeys: [{ key: acme }]\n"),
      /dns.updateKeys\[0\]: The key acme may change every name of every zone/,
    ],
    [
      "a catalog that nobody reads",
      withDns("  catalog: catalog.example\n"),
      /dns.catalog: The catalog catalog.example. has no secondaries/,
    ],
    [
      "a catalog that only the secondaries of a zone would read: it does not go to them",
      withDns(
        "  catalog: catalog.example\n",
        '    secondaries: [{ address: "192.0.2.1:53", key: xfr }]\n',
      ),
      /dns.catalog: The catalog catalog.example. has no secondaries/,
    ],
    [
      "no limit on a public address",
      withDns('  rateLimit: off\n  listen: ["192.0.2.1:53"]\n'),
      /dns.rateLimit: Without a limit/,
    ],
    [
      "a signed zone whose endpoints ask for a choice",
      withDns("  nsid: x\n", "    dnssec: true\n"),
      /zones\[0\].dnssec: .*whole set, without weights: dynamodb.use1.* asks for fewer/,
    ],
    [
      "signing what our nameserver does not hold",
      `${SOUND.replace("    nameservers:", "    dnssec: true\n    nameservers:")}stores:
  - { id: bind, kind: rfc2136, server: "[::1]:53", key: xfr }
${KEYS}`,
      /zones\[0\].dnssec: Our nameserver does not hold use1.holdfast.example: dnssec is not used/,
    ],
  ];
  for (const [why, text, problem] of rows) {
    it(`about ${why}`, () => {
      const warnings = warningsIn(text);
      assert.ok(
        warnings.some((warning) => problem.test(warning)),
        warnings.join("\n"),
      );
    });
  }

  it("says nothing of what is as it should be", () => {
    const dns = `  secondaries:
    - { address: "127.0.0.1:5353" }
    - { address: "192.0.2.1:53", key: xfr }
  catalog: catalog.example
  updateKeys: [{ key: acme, names: [_acme-challenge.*], types: [TXT] }]
`;
    const all = withDns(dns, "    dnssec: true\n    transferTo: [{ network: 127.0.0.0/8 }]\n");
    assert.deepEqual(warningsIn(all.replace("pools: [ddb] }", "pools: [ddb], answers: all }")), []);
  });
});

it("settings that an older Holdfast accepted get what it did not know", () => {
  const settings = settingsIn(readText(SOUND));
  const older = JSON.parse(settingsText(settings));
  older.settings.dns = { listen: settings.dns.listen };
  for (const zone of older.settings.zones)
    for (const key of ["dnssec", "secondaries", "transferTo"]) delete zone[key];
  const read = readSettingsText(JSON.stringify(older));
  assert.deepEqual(read.zones, settings.zones);
  assert.equal(read.dns.rateLimit, "off");
  assert.deepEqual(read.dns.updateKeys, []);
});
