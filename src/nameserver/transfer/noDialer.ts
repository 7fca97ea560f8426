import type { DatagramDialer } from "../../base/index.ts";

/** Where nobody is told of changes: tools, and tests of other things. */
export const NO_DIALER: DatagramDialer = {
  dial: () => Promise.reject(new Error("Cannot ask secondaries as there is no way to send")),
};
