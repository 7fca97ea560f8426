import { zoneStoreSuite } from "../zoneStore.suite.ts";
import { MemoryZoneStore } from "./memoryZoneStore.ts";

zoneStoreSuite("MemoryZoneStore", async () => {
  const store = new MemoryZoneStore();
  return {
    store,
    putRRset: (rrset) => store.putRRset(rrset),
    cutOff: () => {
      store.isCutOff = true;
    },
    close: async () => store.close(),
  };
});
