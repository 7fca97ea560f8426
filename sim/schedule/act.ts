// The words of a schedule: what happens in a world, and when. All of it is data, so that a schedule
// can be drawn from a seed, shrunk, kept in a file and told as a story.
import type { Name } from "../../src/dns/index.ts";
import type { Velocity } from "../../src/plan/index.ts";
import type { CrashKeep } from "../simDisk.ts";

/** What a world begins with. */
export interface Scene {
  readonly zone: Name;
  readonly endpoints: readonly SceneEndpoint[];
  readonly targets: readonly SceneTarget[];
  /** 2 or 3. */
  readonly enactors: number;
  /** A server that knows UPDATE and nothing more, or our own with its rules and its disk. */
  readonly server: "plain" | "embedded";
  /** What is not as in every world of the simulator; for drills. */
  readonly tuning?: SceneTuning;
}

/** What a scene wants of policy and checks otherwise. */
export interface SceneTuning {
  readonly floor?: number;
  readonly velocity?: Velocity;
  readonly checkIntervalMs?: number;
  /** Of every load balancer; otherwise no two have the same. */
  readonly capacity?: number;
  /** Most steps of the world. */
  readonly stepsMax?: number;
}

/** An endpoint as the first policy has it. */
export interface SceneEndpoint {
  readonly name: Name;
  readonly types: readonly ("A" | "AAAA")[];
  /** Addresses in one answer, where the server can choose; absent: all. */
  readonly answers?: number;
  /** Records that were there before anybody managed the name: it has to be adopted. */
  readonly isForeign: boolean;
}

/** A load balancer. */
export interface SceneTarget {
  readonly id: string;
  readonly ipv4: string;
  readonly ipv6: string;
}

/** Everything that happens in one world besides what its processes do by themselves. */
export interface Schedule {
  readonly seed: number;
  readonly scene: Scene;
  /** In order of time. */
  readonly acts: readonly TimedAct[];
  /**
   * Faults that have to take effect: where fewer did, processes are killed until it is so.
   */
  readonly faultsMin?: number;
  /** When the last fault ends and everything has to come right, in milliseconds of world time. */
  readonly endMs: number;
}

/** Something that happens at a time. */
export interface TimedAct {
  /** Its own number, which it keeps when others are left out: its chance hangs on it. */
  readonly n: number;
  /** Milliseconds of world time from the beginning. */
  readonly atMs: number;
  readonly act: Act;
}

export type Act = HealthAct | PolicyAct | FaultAct | OperatorAct | HandAct;

/** A target begins to fail its checks, or stops failing them. */
export interface HealthAct {
  readonly kind: "health";
  readonly target: string;
  readonly isUp: boolean;
}

/** Somebody puts another configuration in place. */
export interface PolicyAct {
  readonly kind: "policy";
  readonly change: /** The endpoint gets another TTL: a change that every type shows. */
    | { readonly kind: "ttl"; readonly endpoint: Name; readonly ttlSeconds: number }
    /** It begins or ceases to want AAAA. */
    | { readonly kind: "types"; readonly endpoint: Name; readonly types: readonly ("A" | "AAAA")[] }
    | { readonly kind: "endpoint-removed"; readonly endpoint: Name }
    | { readonly kind: "endpoint-back"; readonly endpoint: Name }
    /** An empty configuration: a mistake that has been made. */
    | { readonly kind: "emptied" }
    /** The configuration of the beginning. */
    | { readonly kind: "restored" };
}

/** Kinds of faults, as coverage counts them. */
export const FAULT_KINDS = [
  "request-lost",
  "reply-lost",
  "doubled",
  "delayed",
  "reordered",
  "delayed-hours",
  "stopped",
  "killed",
  "killed-mid-write",
  "old-disk",
  "lost-disk",
  "clock-jump",
  "clock-drift",
  "store-away",
  "store-half-way",
  "store-lost",
  "store-old-copy",
  "server-restarted",
  "disk-full",
  "server-lost-disk",
  "two-planners",
  "cut-off",
  "hand",
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

/** A fault of the machinery. Each ends by itself. */
export type FaultAct =
  /** What goes over one link in a while: `from` and `to` are process ids, `*` is any. */
  | {
      readonly kind: "link";
      readonly fault:
        | "request-lost"
        | "reply-lost"
        | "doubled"
        | "delayed"
        | "reordered"
        | "cut-off"
        | "store-half-way"
        | "store-away";
      readonly from: string;
      readonly to: string;
      readonly forMs: number;
      /** Of a thousand messages that it meets. */
      readonly perMille: number;
      /** For `delayed`: up to so long. */
      readonly delayMsMax: number;
    }
  /** Nothing of it runs; its clocks go on, and what is sent to it waits. */
  | { readonly kind: "stopped"; readonly process: string; readonly forMs: number }
  /** The whole fleet is stopped while messages are on their way: they arrive hours late. */
  | { readonly kind: "delayed-hours"; readonly process: string; readonly hours: number }
  | {
      readonly kind: "killed";
      readonly process: string;
      readonly keep: CrashKeep;
      readonly downMs: number;
      /** `old`: a copy of its disk from earlier; `lost`: an empty one. */
      readonly disk: "own" | "old" | "lost";
      /** In the middle of its next write to its disk, instead of at once. */
      readonly midWrite: boolean;
    }
  /** A process's wall clock is set to another time; for `*` everybody's. */
  | { readonly kind: "clock-jump"; readonly process: string; readonly byMs: number }
  /** A process's clocks run fast or slow, in parts per thousand. */
  | {
      readonly kind: "clock-drift";
      readonly process: string;
      readonly perMille: number;
      readonly forMs: number;
    }
  /** Its disk takes nothing more, and half of what it was just given. */
  | { readonly kind: "disk-full"; readonly process: string; readonly forMs: number }
  | { readonly kind: "store-lost" }
  /** The plan store as it was so long ago. */
  | { readonly kind: "store-old-copy"; readonly agoMs: number }
  /** A second planner that believes to be the only one. */
  | { readonly kind: "two-planners"; readonly forMs: number };

/** What a person asks for by a tool of the product. */
export type OperatorAct =
  | { readonly kind: "pause"; readonly repairs: boolean }
  | { readonly kind: "resume" }
  | {
      readonly kind: "override";
      readonly endpoint: Name;
      readonly addresses: readonly string[];
      readonly forMs: number;
      /** Straight to the DNS server, with nothing else running. */
      readonly direct: boolean;
    }
  | { readonly kind: "clear"; readonly endpoint: Name; readonly direct: boolean }
  | { readonly kind: "retire"; readonly endpoint: Name; readonly holdDownMs: number }
  | { readonly kind: "cancel"; readonly endpoint: Name }
  | { readonly kind: "revive"; readonly endpoint: Name }
  | { readonly kind: "rollback"; readonly endpoint: Name; readonly plansBack: number }
  | { readonly kind: "release"; readonly endpoint: Name }
  | { readonly kind: "adopt"; readonly endpoint: Name }
  | { readonly kind: "epoch-raise"; readonly endpoint: Name }
  | { readonly kind: "clean-up" };

/** What somebody does to the zone behind everybody's back. */
export type HandAct = {
  readonly kind: "hand";
  readonly endpoint: Name;
  /** On a server with rules: in its files, while it is down; else by an UPDATE. */
  readonly byForce: boolean;
  readonly what:
    | "delete-records"
    | "delete-one-type"
    | "delete-fence"
    | "delete-both"
    | "delete-everything"
    | "delete-gate"
    | "add-cname"
    | "add-address"
    | "malformed-fence"
    | "far-ahead-fence"
    | "second-fence";
};
