import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { SILENT_LOG } from "../../base/index.ts";
import { options, REAL_CLOCK } from "../fixtures.suite.ts";
import { MemoryStore } from "../memory/memoryStore.ts";
import { planStoreSuite } from "../planStore.suite.ts";
import { serveStore } from "./serveStore.ts";
import { SocketStore } from "./socketStore.ts";

const folder = mkdtempSync(join(tmpdir(), "holdfast-socket-"));
after(() => rmSync(folder, { recursive: true }));

const ports = { clock: REAL_CLOCK, log: SILENT_LOG };
let sockets = 0;

/** A client whose owner goes when it is closed. */
class OwnedSocketStore extends SocketStore {
  closeOwner: () => Promise<void> = async () => {};

  override async close(): Promise<void> {
    await super.close();
    await this.closeOwner();
  }
}

planStoreSuite("SocketStore", async (clock, journalEventsMax) => {
  sockets += 1;
  const path = join(folder, `${sockets}.sock`);
  const owner = new MemoryStore(options(clock, journalEventsMax));
  const served = await serveStore(owner, path, ports);
  const store = new OwnedSocketStore(path, ports);
  store.closeOwner = async () => {
    await served.close();
    await owner.close();
  };
  return store;
});
