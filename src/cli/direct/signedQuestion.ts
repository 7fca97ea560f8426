import {
  assert,
  type ByteStream,
  type Clock,
  type SocketAddress,
  type StreamDialer,
} from "../../base/index.ts";
import type { StoreSettings } from "../../config/index.ts";
import {
  decodeMessage,
  encodeMessage,
  FrameReader,
  frame,
  type Message,
  signMessage,
  type TsigKey,
  TsigStreamVerifier,
} from "../../dns/index.ts";
import { RealChance } from "../../net/index.ts";
import { OPERATOR_ID, readKeyFile, readSettingsKey } from "../../supervise/index.ts";
import type { Region } from "../region.ts";

/** Which server is asked, and with whose key. */
export interface Access {
  readonly server: SocketAddress;
  readonly key: TsigKey;
}

/** What a question is asked with. */
export interface AskedWith extends Access {
  readonly dialer: StreamDialer;
  readonly clock: Clock;
}

/** What the asker says of each message of the answer. */
export type Taken =
  | { readonly kind: "more" }
  | { readonly kind: "done" }
  | { readonly kind: "failed"; readonly problem: string };

const DIAL_MS_MAX = 2_000;
const IDS = 65_536; // RFC 1035 section 4.1.1

/** How an operator reaches a zone store's server; throws SuperviseError `key-malformed`. */
export function accessOf(store: StoreSettings, { settings, layout }: Region): Access {
  if (store.kind === "rfc2136") {
    return { server: store.server, key: readSettingsKey(settings, store.keyId) };
  }
  const [server] = settings.dns.listen;
  assert(server !== undefined, "an embedded store has an address to listen on");
  return { server, key: readKeyFile(layout.keyFile(OPERATOR_ID)) };
}

/**
 * Asks one signed question over a connection of its own, and hands over the answer message by
 * message, however many there are; says what was wrong, if anything. Nothing that was handed over
 * counts before it has ended well. Rejects where the server cannot be dialled.
 */
export async function askSigned(
  { server, key, dialer, clock }: AskedWith,
  limitMs: number,
  make: (id: number) => Message,
  take: (message: Message) => Taken,
): Promise<string | undefined> {
  const stream = await dialer.dial(server, DIAL_MS_MAX);
  const id = new RealChance().below(IDS);
  const signed = signMessage(encodeMessage(make(id)), key, { timeSeconds: secondsOf(clock) });
  const verifier = new TsigStreamVerifier(key, signed.mac);
  const receive = (bytes: Uint8Array): Taken => {
    const checked = verifier.check(bytes, secondsOf(clock));
    if (checked.kind === "refused") return failed(checked.problem);
    const decoded = decodeMessage(checked.message);
    if (decoded.kind === "malformed") return failed(decoded.problem);
    const { message } = decoded;
    if (!message.qr || message.id !== id) return failed("a message answers something else");
    const taken = take(message);
    if (taken.kind !== "done" || verifier.isProven) return taken;
    return failed("its end is not signed");
  };
  const ended = received(stream, clock, limitMs, receive);
  stream.write(frame(signed.bytes));
  const problem = await ended;
  stream.destroy();
  return problem;
}

function failed(problem: string): Taken {
  return { kind: "failed", problem };
}

function received(
  stream: ByteStream,
  clock: Clock,
  limitMs: number,
  receive: (message: Uint8Array) => Taken,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const reader = new FrameReader();
    let isOver = false;
    const end = (problem?: string): void => {
      if (isOver) return;
      isOver = true;
      cancel();
      resolve(problem);
    };
    const cancel = clock.wakeAfter(limitMs, () => end(`no whole answer in ${limitMs / 1000} s`));
    stream.onData((bytes) => {
      for (const message of reader.push(bytes)) {
        if (isOver) return;
        const taken = receive(message);
        if (taken.kind === "done") end();
        if (taken.kind === "failed") end(taken.problem);
      }
      if (reader.problem !== undefined) end(reader.problem);
    });
    stream.onClose((problem) => end(problem ?? "the server closed the connection"));
  });
}

function secondsOf(clock: Clock): number {
  return Math.floor(clock.wallMs() / 1000);
}
