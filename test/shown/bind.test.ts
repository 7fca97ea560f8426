import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { needs } from "../peers.ts";
import { freePlaces, until } from "../processes/instance.ts";
import { demoRegion, ZONE } from "./demoRegion.ts";
import { digShort, holdfast, nsupdate } from "./tools.ts";

const NAME = `dynamodb.${ZONE}`;
const BALANCERS = 9;

/** What BIND needs to be a primary of the zone that takes our UPDATEs. */
function writeBind(folder: string, port: number, secret: string): string {
  const key = `key "holdfast." { algorithm hmac-sha256; secret "${secret}"; };\n`;
  writeFileSync(join(folder, "bind.key"), key);
  writeFileSync(join(folder, "bind.secret"), `${secret}\n`);
  writeFileSync(
    join(folder, "zone.db"),
    "$TTL 60\n@ IN SOA ns1 hostmaster 1 300 60 86400 5\n@ IN NS ns1\nns1 IN A 127.0.0.1\n",
  );
  const config = join(folder, "named.conf");
  writeFileSync(
    config,
    `options { directory "${folder}"; pid-file none; recursion no; notify no;
       listen-on port ${port} { 127.0.0.1; }; listen-on-v6 { none; }; };
     controls { };
     ${key}
     zone "${ZONE}" { type primary; file "zone.db";
       update-policy { grant holdfast. zonesub ANY; }; };\n`,
  );
  chmodSync(folder, 0o777);
  return config;
}

test(
  "BIND holds the same endpoints as our nameserver, and what hands delete there is repaired",
  needs("named", "dig", "nsupdate"),
  async () => {
    const { dnsPort: bindPort } = await freePlaces();
    const region = await demoRegion((text) =>
      text.replace(
        "\nchecks:",
        `
stores:
  - { id: embedded, kind: embedded }
  - { id: bind-a, kind: rfc2136, server: "127.0.0.1:${bindPort}", key: bind-key }
keys: [{ id: bind-key, name: holdfast., algorithm: hmac-sha256, secretFile: bind.secret }]

checks:`,
      ),
    );
    const config = writeBind(region.folder, bindPort, randomBytes(32).toString("base64"));
    const named = spawn("named", ["-g", "-4", "-c", config], { stdio: "ignore" });
    const namedEnded = once(named, "exit");
    try {
      await region.up();
      const whole = async (): Promise<boolean> =>
        (await digShort(bindPort, NAME, "A")).length === BALANCERS;
      await until("is filled", whole);
      assert.match((await digShort(bindPort, `_holdfast.${NAME}`, "TXT")).join(), /edition=1 /);

      const key = join(region.folder, "bind.key");
      const hand = [`zone ${ZONE}.`, `update delete ${NAME}. A`];
      const removed = await nsupdate(bindPort, key, [
        ...hand,
        `update delete _holdfast.${NAME}. TXT`,
      ]);
      assert.equal(removed.code, 0, removed.stderr);
      await until("is repaired with fence and records deleted", whole);
      assert.equal((await nsupdate(bindPort, key, hand)).code, 0);
      await until("is repaired with records deleted", whole);

      assert.equal((await holdfast(region.state, "pause", "--reason", "test")).code, 0);
      const gate = await digShort(bindPort, `_gate._holdfast.${ZONE}`, "TXT");
      assert.match(gate.join(), /automation=paused/);
    } finally {
      named.kill("SIGKILL");
      await namedEnded;
      await region.dispose();
    }
  },
);
