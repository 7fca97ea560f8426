import { assertNever } from "../../base/index.ts";

/** Times of NOTIFY (RFC 1996 section 3.6 leaves them to us). */
export const NOTIFY_TIMES = {
  /** An answer takes one round trip; past this it is taken for lost. */
  answerMs: 1_000,
  /** First wait before it is sent again; doubled from one to the next. */
  retryMsMin: 500,
  retryMsMax: 60_000,
  /**
   * Times that one serial is sent: about five minutes. Then the secondary has asked by itself,
   * which it does after REFRESH (300 s), or is not there.
   */
  sendsMax: 12,
} as const;

/** How far one secondary has been told of one zone. */
export interface NotifyState {
  readonly phase: "idle" | "sending" | "waiting";
  /** Serial to be told; undefined before there was any. */
  readonly serial: number | undefined;
  /** Serial in the message that is out. */
  readonly sentSerial: number | undefined;
  /** Times that `serial` was sent without an answer. */
  readonly failures: number;
  /** Serial of the last message that was answered. */
  readonly toldSerial: number | undefined;
  readonly problem: string | undefined;
}

/** What happens to it. */
export type NotifyEvent =
  | { readonly kind: "changed"; readonly serial: number }
  | { readonly kind: "answered" }
  | { readonly kind: "failed"; readonly problem: string }
  | { readonly kind: "woken" };

/** What is to be done. */
export type NotifyEffect =
  | { readonly kind: "send"; readonly serial: number }
  /** Send `woken` after about so long; a later wake takes the place of an earlier one. */
  | { readonly kind: "wake"; readonly afterMs: number }
  | { readonly kind: "cancel-wake" };

/** The next state, and what to do for it. */
export interface NotifyStep {
  readonly state: NotifyState;
  readonly effects: readonly NotifyEffect[];
}

/** Before anything is to be told. */
export const NOTIFY_IDLE: NotifyState = {
  phase: "idle",
  serial: undefined,
  sentSerial: undefined,
  failures: 0,
  toldSerial: undefined,
  problem: undefined,
};

/**
 * One zone and one secondary: one message is out at a time, and a newer serial takes the place of
 * the one before. A secondary that does not answer costs one message in `answerMs`, at most.
 */
export function notifyStep(state: NotifyState, event: NotifyEvent): NotifyStep {
  switch (event.kind) {
    case "changed":
      return onChanged({ ...state, serial: event.serial, failures: 0 });
    case "answered": {
      if (state.phase !== "sending") return { state, effects: [] };
      const told = { ...state, toldSerial: state.sentSerial, failures: 0, problem: undefined };
      if (state.serial !== state.sentSerial) return send(told);
      return { state: { ...told, phase: "idle" }, effects: [] };
    }
    case "failed":
      return onFailed(state, event.problem);
    case "woken":
      return state.phase === "waiting" ? send(state) : { state, effects: [] };
    default:
      return assertNever(event);
  }
}

function onChanged(state: NotifyState): NotifyStep {
  switch (state.phase) {
    case "sending":
      return { state, effects: [] };
    case "waiting": {
      // It may be back: a change is told at once.
      const sent = send(state);
      return { ...sent, effects: [{ kind: "cancel-wake" }, ...sent.effects] };
    }
    case "idle":
      return send(state);
    default:
      return assertNever(state.phase);
  }
}

function onFailed(state: NotifyState, problem: string): NotifyStep {
  if (state.phase !== "sending") return { state, effects: [] };
  // What failed was an older serial's message: the newer one has its own tries.
  if (state.serial !== state.sentSerial) return send({ ...state, problem });
  const failures = state.failures + 1;
  const failed = { ...state, failures, problem };
  if (failures >= NOTIFY_TIMES.sendsMax)
    return { state: { ...failed, phase: "idle" }, effects: [] };
  const { retryMsMin, retryMsMax } = NOTIFY_TIMES;
  const afterMs = Math.min(retryMsMin * 2 ** (failures - 1), retryMsMax);
  return { state: { ...failed, phase: "waiting" }, effects: [{ kind: "wake", afterMs }] };
}

function send(state: NotifyState): NotifyStep {
  const { serial } = state;
  if (serial === undefined) return { state: { ...state, phase: "idle" }, effects: [] };
  return {
    state: { ...state, phase: "sending", sentSerial: serial },
    effects: [{ kind: "send", serial }],
  };
}
