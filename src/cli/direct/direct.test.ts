import assert from "node:assert/strict";
import { Resolver } from "node:dns/promises";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { ApiWorld } from "../../api/world.suite.ts";
import { nameOf, Rcode, RRType } from "../../dns/index.ts";
import { SEED_TEXT } from "../../plan/index.ts";
import { dependentsOf, lastAskedOf, lastAskedText } from "./index.ts";
import { type DirectWorld, withNameserver } from "./server.suite.ts";
import { NAME, rrsetAt, ZONE } from "./zone.suite.ts";

const PINNED = "127.99.99.99";
const SET = ["override", "set", "signin", "A", PINNED, "--reason", "az1 is lost", "--for", "2h"];
const WWW = nameOf(`www.${ZONE}`);

/** Addresses that a signed reader is told of a name. */
async function heldOf(world: DirectWorld, name: string): Promise<string> {
  const { out, err } = await world.cli.run(["explain", name]);
  return `${out}${err}`;
}

test("override set, list and clear work with nothing there but a nameserver", async () => {
  await withNameserver(async (world) => {
    const { cli } = world;
    const made = await cli.run([...SET, "--direct"]);
    assert.equal(made.code, 0, made.err);
    assert.match(made.out, /embedded\s+written\s+made, pinned until/);
    assert.match(made.out, new RegExp(`A ${PINNED.replaceAll(".", "\\.")} \\(TTL 30 s\\)`));
    assert.match(made.out, /Take it back with: holdfast override clear signin\./);
    assert.match(await heldOf(world, "signin"), new RegExp(`${PINNED}[\\s\\S]*`));
    const [act] = world.acts();
    assert.equal(act?.["kind"], "override-set");
    assert.equal(act?.["reason"], "az1 is lost");
    assert.equal(act?.["actor"], "operator:ann");

    const listed = (await cli.json(["override", "list", "--direct"])) as {
      overrides: { endpoint: string; isExpired: boolean; records: string[] }[];
    };
    assert.deepEqual(
      listed.overrides.map(({ endpoint, isExpired }) => [endpoint, isExpired]),
      [[NAME, false]],
    );
    const { out: text } = await cli.run(["override", "list", "--direct"]);
    const whole = /^signin\.\S+\. {2}until \S+ \(.* left\), on embedded \(o-signin-\S+\)\n {4}A /m;
    assert.match(text, whole, "what a person has to type next is not cut");
    const elsewhere = await cli.run(["override", "list", "--direct", "--store", "nosuch"]);
    assert.equal(elsewhere.code, 2);
    assert.match(elsewhere.err, /Cannot find the zone store "nosuch": they are embedded/);

    const again = await cli.run([...SET.with(4, "127.99.99.98"), "--direct"]);
    assert.match(again.out, /in place of o-signin-/);
    const cleared = await cli.run(["override", "clear", "signin", "--direct", "-r", "az1 is back"]);
    assert.equal(cleared.code, 0, cleared.err);
    assert.match(cleared.out, /o-signin\S+ is over/);
    assert.match(cleared.err, /an enactor brings it.*the planner must run first/);
    const nothing = await cli.run(["override", "clear", "signin", "--direct"]);
    assert.deepEqual([nothing.code, /already/.test(nothing.out)], [0, true]);
    assert.deepEqual(
      world
        .acts()
        .map(({ kind }) => kind)
        .sort(),
      [...["override-cleared", "override-set", "override-set"]],
    );
  });
});

test("override set --direct --dry-run sends nothing, and prints it for nsupdate", async () => {
  await withNameserver(async (world) => {
    const { code, out } = await world.cli.run([...SET, "--direct", "--dry-run"]);
    assert.equal(code, 0);
    assert.match(out, /; nsupdate -v -k .*operator\.key/);
    assert.match(out, new RegExp(`update add ${NAME} 30 IN A ${PINNED}`));
    assert.match(out, /update add _holdfast\.signin.* TXT "holdfast=1 .* override=o-signin-/);
    assert.doesNotMatch(await heldOf(world, "signin"), new RegExp(PINNED));
  });
});

test("override set --direct asks before a name that nobody knows is made", async () => {
  await withNameserver(async ({ cli }) => {
    const words = SET.with(2, `sgnin.${ZONE}`);
    const refused = await cli.run([...words, "--direct"]);
    assert.equal(refused.code, 1);
    assert.match(refused.err, /embedded: .*--new/);
    const made = await cli.run([...words, "--direct", "--new"]);
    assert.equal(made.code, 0);
    assert.match(made.err, /sgnin\S+ is not in the configuration: it goes on .*retired/);
    const outside = await cli.run([...SET.with(2, "www.example.org"), "--direct"]);
    assert.equal(outside.code, 2);
    assert.match(outside.err, /in one of the zones use1\.holdfast\.example/);
    const elsewhere = await cli.run([...SET, "--direct", "--store", "bind-a"]);
    assert.equal(elsewhere.code, 2);
  });
});

test("override set --direct refuses a CNAME that would answer nothing", async () => {
  await withNameserver(async (world) => {
    const { cli } = world;
    const alias = (target: string) => {
      return cli.run([...SET.with(3, "CNAME").with(4, target), "--direct"]);
    };
    const absent = await alias(`nosuch.${ZONE}`);
    assert.deepEqual([absent.code, /nosuch\S+ has no address/.test(absent.err)], [2, true]);
    await world.put(rrsetAt(WWW, "CNAME", NAME));
    const loop = await alias(WWW);
    assert.deepEqual([loop.code, /in a loop/.test(loop.err)], [2, true]);
    assert.equal((await alias("elsewhere.example.org.")).code, 0);
  });
});

test("override set --direct is noted and told before anything is probed", async () => {
  await withNameserver(async (world) => {
    const { cli } = world;
    const seen: (readonly [told: boolean, acts: number])[] = [];
    cli.onErr = (text) => {
      if (text.startsWith("Warning"))
        seen.push([/Take it back/.test(cli.out), world.acts().length]);
    };
    assert.equal((await cli.run([...SET, "--direct"])).code, 0);
    assert.deepEqual(seen, [[true, 1]], "nobody answers at the pinned address");
  });
});

test("override set --direct says on which store it failed, and ends with 1", async () => {
  await withNameserver(async (world) => {
    await world.cli.run([...SET, "--direct"]);
    const { code, err } = await world.cli.run([...SET.with(3, "AAAA").with(4, "::1"), "--direct"]);
    assert.equal(code, 1);
    assert.match(err, /embedded: .*AAAA/);
    assert.match(err, /Done on 0 of 1 zone stores/);
  });
});

test("adopt shows, asks, and writes a fence beside records that were there", async () => {
  await withNameserver(async (world) => {
    const { cli } = world;
    assert.equal(await world.put(rrsetAt(WWW, "A", "192.0.2.7")), undefined);
    const alone = await cli.run(["adopt", "www", "--confirm", WWW]);
    assert.equal(alone.code, 1, "how far the plan is must be known");
    assert.match(alone.err, /nobody can say how far its plan is/);
    await world.withApi(() => adoptWww(world));
    assert.match(await heldOf(world, "www"), /generation=0 edition=1 types=A[\s\S]*192\.0\.2\.7/);
  });
});

async function adoptWww(world: DirectWorld): Promise<void> {
  const { cli } = world;
  cli.answers = ["sign.use1.holdfast.example"];
  const unsure = await cli.run(["adopt", "www"]);
  assert.equal(unsure.code, 1);
  assert.match(unsure.err, /192\.0\.2\.7/);
  cli.answers = [WWW];
  const adopted = await cli.run(["adopt", "www", "--reason", "ours now"]);
  assert.equal(adopted.code, 0, adopted.err);
  assert.equal((await cli.run(["adopt", "www"])).code, 0, "a second time is harmless");
  assert.deepEqual(
    world.acts().map(({ kind }) => kind),
    ["endpoint-adopted"],
  );
  const unknown = await cli.run(["adopt", `other.${ZONE}`]);
  assert.equal(unknown.code, 2, unknown.err);
}

test("adopt leaves a retired name alone, whatever records somebody put there", async () => {
  const api = new ApiWorld();
  await api.plan(["www"]);
  const id = "t-www-20261122-1405-k3xw";
  const wish = { endpoint: WWW, zone: ZONE, actor: "operator:ann", reason: "unused", atMs: 0 };
  await api.store.putOrders([{ kind: "retirement", id, holdDownMs: 0, ...wish }]);
  await api.replan([id]);
  await withNameserver(async (world) => {
    await world.put(rrsetAt(WWW, "A", "192.0.2.7"));
    await world.withApi(async () => {
      const { code, err } = await world.cli.run(["adopt", "www", "--confirm", WWW]);
      assert.equal(code, 2);
      assert.match(err, /as it is retired: bring it back with holdfast revive/);
    }, api);
    assert.doesNotMatch(await heldOf(world, "www"), /generation=/);
  });
});

test("what cannot be noted is done all the same, and said", async () => {
  await withNameserver(async ({ cli }) => {
    writeFileSync(join(cli.layout.folder, "acts"), "a file where the folder should be");
    const { code, out, err } = await cli.run(["pause", "--json"]);
    assert.equal(code, 0, err);
    assert.equal(JSON.parse(out).noted, false);
    assert.match(err, /It is done, but who did it and why cannot be noted: /);
  });
});

test("adopt and epoch raise change only what was shown, whatever came between", async () => {
  await withNameserver(async (world) => {
    const { cli } = world;
    await world.put(rrsetAt(WWW, "A", "192.0.2.7"));
    await world.withApi(async () => {
      cli.whileAsked = () => world.put(rrsetAt(WWW, "A", "192.0.2.8"));
      cli.answers = [WWW];
      const adopted = await cli.run(["adopt", "www"]);
      assert.equal(adopted.code, 1, "nobody was shown 192.0.2.8");
      assert.match(adopted.err, /embedded: it is not as it was shown/);
    });
    assert.doesNotMatch(await heldOf(world, "www"), /edition=/);
    await cli.run([...SET, "--direct"]);
    cli.whileAsked = () => cli.run([...SET.with(4, "127.99.99.98"), "--direct"]);
    cli.answers = [NAME];
    const raised = await cli.run(["epoch", "raise", "signin", "--store", "embedded"]);
    assert.equal(raised.code, 1);
    assert.match(raised.err, /embedded: it is not as it was shown/);
    assert.match(await heldOf(world, "signin"), /epoch=0 /);
  });
});

test("epoch raise wants a fault, or a store by name, and leaves the answer as it is", async () => {
  await withNameserver(async (world) => {
    const { cli } = world;
    await cli.run([...SET, "--direct"]);
    const words = ["epoch", "raise", "signin", "--confirm", NAME];
    const unseen = await cli.run(words);
    assert.equal(unseen.code, 2);
    assert.match(unseen.err, /--store/);
    const raised = await cli.run([...words, "--store", "embedded"]);
    assert.equal(raised.code, 0, raised.err);
    assert.match(raised.out, /embedded\s+written\s+epoch 1/);
    assert.match(await heldOf(world, "signin"), /epoch=1 generation=0 edition=2 .*override=o-/);
    assert.ok(world.acts().some(({ kind, epoch }) => kind === "epoch-raised" && epoch === 1));
  });
});

test("pause --repairs sets the gate, and notes it where the journal is away", async () => {
  await withNameserver(async (world) => {
    const { cli } = world;
    const paused = await cli.run(["pause", "--repairs", "--reason", "looking"]);
    assert.equal(paused.code, 0, paused.err);
    assert.match(paused.out, /repairs only/);
    assert.equal((await cli.run(["resume"])).code, 0);
    assert.deepEqual(
      world
        .acts()
        .map(({ kind, automation }) => [kind, automation])
        .sort(),
      [
        ["gate-set", "on"],
        ["gate-set", "repairs"],
      ],
    );
  });
});

test("pause is told to the journal by one way only, so that it is there once", async () => {
  await withNameserver(async (world) => {
    const { cli } = world;
    let callers = 0;
    const store = createServer(() => {
      callers += 1; // and never answers
    });
    mkdirSync(dirname(cli.layout.storeSocket), { recursive: true });
    await new Promise<void>((resolve) => store.listen(cli.layout.storeSocket, resolve));
    try {
      assert.equal((await cli.run(["pause"])).code, 0);
      assert.equal(world.acts().length, 1);
      assert.equal(callers, 0);
    } finally {
      store.close();
    }
  });
});

test("retire can see who leads to a name, and when it was last asked for", async () => {
  await withNameserver(async (world) => {
    await world.cli.run([...SET, "--direct"]);
    await world.put(rrsetAt(nameOf(`_seed._holdfast.${ZONE}`), "TXT", `"${SEED_TEXT}"`));
    await world.put(rrsetAt(WWW, "CNAME", NAME));
    const { io, region } = world.region();
    assert.deepEqual(await dependentsOf(ZONE, NAME, region, io), {
      ...{ kind: "listed", names: [{ name: WWW, type: "CNAME" }], more: 0 },
    });
    const before = await lastAskedOf(NAME, region, io);
    assert.equal(before.kind, "never", lastAskedText(before, io.clock.wallMs()));
    const resolver = new Resolver({ timeout: 2_000, tries: 3 });
    resolver.setServers([`127.0.0.1:${world.port}`]);
    assert.deepEqual(await resolver.resolve4(NAME), [PINNED]);
    const stranger = await world.askUnsigned(nameOf(`_asked._holdfast.${NAME}`), RRType.TXT);
    assert.equal(stranger.rcode, Rcode.NXDOMAIN, "only who signs is told");
    const after = await lastAskedOf(NAME, region, io);
    assert.equal(lastAskedText(after, io.clock.wallMs()), "asked for within the last two minutes");
    assert.equal((await lastAskedOf(WWW, region, io)).kind, "never");
    await world.askUnsigned(WWW, RRType.A);
    assert.equal((await lastAskedOf(WWW, region, io)).kind, "asked", "over TCP, too");
  });
});
