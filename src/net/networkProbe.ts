import { type CancelWake, type Clock, errorText } from "../base/index.ts";
import { RealClock, systemCode, systemErrorText } from "../platform/index.ts";
import { probeHttp } from "./httpProbe.ts";
import type { ProbeOutcome, ProbeRequest, Verdict } from "./probeTypes.ts";
import { probeTcp } from "./tcpProbe.ts";

/** Errors made by this machine alone: they say nothing of the target. */
const LOCAL_TROUBLE: ReadonlySet<string> = new Set([
  "EMFILE",
  "ENFILE",
  "ENOBUFS",
  "ENOMEM",
  "EADDRNOTAVAIL",
  "ENETDOWN",
  "ENETUNREACH",
  "EAFNOSUPPORT",
  "EACCES",
  "EPERM",
]);

/** Certificates put words of the target's choosing into errors: only the head is kept. */
const DETAIL_LENGTH_MAX = 160;

/** Probes over the real network: HTTP, HTTPS and TCP. */
export class NetworkProbe {
  readonly #clock: Clock;
  readonly #trustedCertificates: readonly string[] | undefined;

  /** `trustedCertificates` (PEM) replace the system's for HTTPS checks. */
  constructor(
    clock: Clock = new RealClock(),
    options: { readonly trustedCertificates?: readonly string[] } = {},
  ) {
    this.#clock = clock;
    this.#trustedCertificates = options.trustedCertificates;
  }

  /** Asks once, with nothing kept between probes. Never rejects; ends within `timeoutMs`. */
  check(address: string, request: ProbeRequest): Promise<ProbeOutcome> {
    const run = request.kind === "tcp" ? probeTcp : probeHttp(this.#trustedCertificates);
    const startMs = this.#clock.monotonicMs();
    return new Promise((resolve) => {
      let cancel: CancelWake = () => {};
      const end = (kind: ProbeOutcome["kind"], detail: string): void => {
        cancel();
        resolve({ kind, detail, latencyMs: this.#clock.monotonicMs() - startMs });
      };
      try {
        const breakOff = run(address, request, (verdict) => end(...judge(verdict)));
        cancel = this.#clock.wakeAfter(request.timeoutMs, () => {
          const reached = breakOff();
          if (reached !== undefined) return end(...judge(reached));
          return end("no-answer", `no answer in ${request.timeoutMs} ms`);
        });
      } catch (error) {
        // A request that could not even be made (a bad path or host): never the target's fault.
        end("not-run", errorText(error));
      }
    });
  }
}

function judge(verdict: Verdict): [kind: ProbeOutcome["kind"], detail: string] {
  if (verdict.kind !== "error") return [verdict.kind, verdict.detail];
  return [errorKind(verdict.error), words(verdict.error).slice(0, DETAIL_LENGTH_MAX)];
}

function errorKind(error: unknown): ProbeOutcome["kind"] {
  const code = systemCode(error);
  if (code !== undefined && LOCAL_TROUBLE.has(code)) return "not-run";
  return code === "ETIMEDOUT" ? "no-answer" : "fail";
}

function words(error: unknown): string {
  const code = systemCode(error);
  const isTls = code?.startsWith("ERR_TLS_") || /CERT|SELF_SIGNED|_ISSUER/.test(code ?? "");
  if (isTls) return `TLS certificate: ${errorText(error)}`;
  if (code?.startsWith("HPE_")) return "answer is not HTTP";
  if (code === "EPROTO" || code?.startsWith("ERR_SSL_")) return "TLS handshake failed";
  return systemErrorText(error);
}
