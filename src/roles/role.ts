import type { Chance, Clock, Log } from "../base/index.ts";
import type { Settings, StateLayout } from "../config/index.ts";
import type { RoleReport } from "../supervise/index.ts";

/** What every role is made from: real adapters, and what the region's people want. */
export interface RoleParts {
  /** Human-readable and unique in the region, such as `enactor-az1`. */
  readonly id: string;
  readonly layout: StateLayout;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly log: Log;
  /** Ends this process with an error, for what fails after the start. */
  readonly fail: (error: unknown) => void;
}

/** A role at work in this process. */
export interface RunningRole {
  /** What it says of itself, for the supervisor. Cheap: asked once a second. */
  state(): Omit<RoleReport, "kind">;
  /** Takes up settings that were accepted anew; a role without it has nothing to take up. */
  reload?(settings: Settings, actor: string): Promise<void>;
  close(): Promise<void>;
}

/** Puts one role together, and starts it. Rejects where it cannot start. */
export type StartRole = (parts: RoleParts) => Promise<RunningRole>;
