import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededChance } from "../../../sim/seededChance.ts";
import { SimClock } from "../../../sim/simClock.ts";
import { SILENT_LOG, type ThreadedDatagrams } from "../../base/index.ts";
import { Arena } from "../zone/arena.ts";
import { allReadersAt, pin } from "../zone/arenaReader.ts";
import { THREAD_READERS } from "./mainThreadServer.ts";
import { NO_RATE_LIMIT } from "./rateLimitTable.ts";
import { UdpService } from "./udpService.ts";

test("a thread that ended in the middle of a batch holds no version of the zones", async () => {
  const arena = new Arena();
  const services: ThreadedDatagrams[] = [];
  const local = { address: "127.0.0.1", port: 53 };
  const listening = { local, close: () => Promise.resolve() };
  const service = new UdpService({
    arena: arena.memory,
    nsid: "",
    rateLimit: NO_RATE_LIMIT,
    threads: {
      perAddress: 2,
      running: 2,
      restarts: 0,
      listen: (_on, given) => {
        services.push(given);
        return Promise.resolve(listening);
      },
    },
    datagrams: { listen: () => assert.fail("threads serve") },
    handle: () => assert.fail("nothing is handed over"),
    clock: new SimClock(),
    chance: new SeededChance(1),
    log: SILENT_LOG,
  });
  await service.listen(local);
  for (const thread of [0, 1]) pin(arena.words, THREAD_READERS + thread);
  const next = arena.version + 1;
  services[0]?.ended(1);
  assert.equal(allReadersAt(arena.words, next), false, "the other thread goes on");
  services[0]?.ended(0);
  assert.equal(allReadersAt(arena.words, next), true);
  service.close();
});
