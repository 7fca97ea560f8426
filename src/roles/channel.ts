import type { Clock } from "../base/index.ts";
import {
  REPORT_EVERY_MS,
  type RoleOrder,
  type RoleReport,
  roleOrderSchema,
} from "../supervise/index.ts";

/** The channel to the supervisor that spawned this process; does nothing where there is none. */
export class SupervisorChannel {
  readonly #clock: Clock;
  #state: () => Omit<RoleReport, "kind"> = () => ({ ready: false, settled: false, report: {} });
  #isSending = false;

  constructor(clock: Clock) {
    this.#clock = clock;
    if (!this.isSupervised) return;
    this.#tick();
  }

  /** Whether a supervisor spawned this process, and is there. */
  get isSupervised(): boolean {
    return process.connected === true;
  }

  /** From now on, reports are made by `state`; the first one goes out at once. */
  reportBy(state: () => Omit<RoleReport, "kind">): void {
    this.#state = state;
    this.#report();
  }

  onOrder(obey: (order: RoleOrder) => void): void {
    process.on("message", (message) => {
      const read = roleOrderSchema.safeParse(message);
      if (read.success) obey(read.data);
    });
  }

  /** Calls back once the supervisor is gone, however it ended. */
  onLost(listener: () => void): void {
    process.once("disconnect", listener);
  }

  #tick(): void {
    if (!this.isSupervised) return;
    this.#report();
    this.#clock.wakeAfter(REPORT_EVERY_MS, () => this.#tick());
  }

  #report(): void {
    // One at a time: a stopped supervisor reads nothing, and must not fill our memory.
    if (!this.isSupervised || this.#isSending) return;
    this.#isSending = true;
    const report: RoleReport = { kind: "report", ...this.#state() };
    process.send?.(report, undefined, undefined, () => {
      this.#isSending = false; // sent, or the channel is gone: `disconnect` tells that
    });
  }
}
