import * as http from "node:http";
import * as https from "node:https";
import { isIP } from "node:net";
import type { ProbeRequest, RunProbe, Verdict } from "./probeTypes.ts";

/** Octets of an answer's body read before the connection is cut: the status is what counts. */
const BODY_OCTETS_MAX = 64 * 1024;
/** A proxy chain adds headers; a target that sends more than this is not well. */
const HEADER_OCTETS_MAX = 16 * 1024;

/**
 * Asks GET with a connection of its own, follows nothing, and judges by the status alone: 2xx is a
 * pass. The body is read to its end, a limit or the deadline, and thrown away.
 */
export function probeHttp(trustedCertificates: readonly string[] | undefined): RunProbe {
  return (address, request, settle) => {
    let status: Verdict | undefined;
    const outgoing = open(address, request, trustedCertificates);
    const finish = (verdict: Verdict): void => {
      settle(verdict);
      outgoing.destroy();
    };
    outgoing.on("response", (answer) => {
      const code = answer.statusCode ?? 0;
      const verdict: Verdict = {
        kind: code >= 200 && code <= 299 ? "pass" : "fail",
        detail: `HTTP ${code}`,
      };
      status = verdict;
      let octets = 0;
      answer.on("data", (chunk: Buffer) => {
        octets += chunk.length;
        if (octets > BODY_OCTETS_MAX) finish(verdict);
      });
      answer.on("close", () => finish(verdict));
      answer.on("error", () => finish(verdict));
    });
    outgoing.on("error", (error) => settle(status ?? { kind: "error", error }));
    outgoing.end();
    return () => {
      outgoing.destroy();
      return status;
    };
  };
}

function open(
  address: string,
  request: ProbeRequest,
  trustedCertificates: readonly string[] | undefined,
): http.ClientRequest {
  const name = request.host ?? address;
  const options = {
    method: "GET",
    host: address,
    port: request.port,
    path: request.path,
    agent: false,
    maxHeaderSize: HEADER_OCTETS_MAX,
    headers: {
      host: hostHeader(name, request),
      "user-agent": "holdfast-prober",
      accept: "*/*",
      connection: "close",
    },
  } as const;
  if (request.kind !== "https") return http.request(options);
  return https.request({
    ...options,
    // Server Name Indication takes no addresses (RFC 6066 section 3); the certificate is still
    // compared with the address then.
    servername: isIP(name) === 0 ? name : "",
    ...(trustedCertificates === undefined ? {} : { ca: [...trustedCertificates] }),
  });
}

// RFC 9110 section 7.2: with the port unless it is the scheme's own; IPv6 in brackets.
function hostHeader(name: string, request: ProbeRequest): string {
  const host = isIP(name) === 6 ? `[${name}]` : name;
  const ownPort = request.kind === "https" ? 443 : 80;
  return request.port === ownPort ? host : `${host}:${request.port}`;
}
