import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:https";
import { after, test } from "node:test";
import { NetworkProbe } from "./networkProbe.ts";
import type { ProbeOutcome } from "./probeTypes.ts";

// Made for this test alone: for the name svc.example, trusted by nobody.
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBmzCCAUGgAwIBAgIUB/oHqyZ0mgG13VhmqUvSOt0Dz/MwCgYIKoZIzj0EAwIw
FjEUMBIGA1UEAwwLc3ZjLmV4YW1wbGUwIBcNMjYxMTIyMTAzMTE2WhgPMjEyNjEw
MjkxMDMxMTZaMBYxFDASBgNVBAMMC3N2Yy5leGFtcGxlMFkwEwYHKoZIzj0CAQYI
KoZIzj0DAQcDQgAEBHdn3FiMETjPSq7FwoQuGxfAerLGvFJzeaZcRjjAK7utHlzL
CEmF5nN8qYIx0vmVsKUkhTFgYkzQafRRCRAS8qNrMGkwHQYDVR0OBBYEFLGrKXR0
6kJ0zOvmaUnhPMU6cd5lMB8GA1UdIwQYMBaAFLGrKXR06kJ0zOvmaUnhPMU6cd5l
MA8GA1UdEwEB/wQFMAMBAf8wFgYDVR0RBA8wDYILc3ZjLmV4YW1wbGUwCgYIKoZI
zj0EAwIDSAAwRQIhAMGmF7Fax42uktmfwyXWqXW3WJkko2RXvWvUWlT/E2oFAiBe
UPF8FFT6MHZuBWsFwcg3r/qNI7++hTdK1RbonjAhQg==
-----END CERTIFICATE-----
`;
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQghMe/7R+XAK/fRomu
sD3IE2RiHq40bVanyAwr4tNGj3ihRANCAAQEd2fcWIwROM9KrsXChC4bF8B6ssa8
UnN5plxGOMAru60eXMsISYXmc3ypgjHS+ZWwpSSFMWBiTNBp9FEJEBLy
-----END PRIVATE KEY-----
`;

const server = createServer({ cert: CERTIFICATE, key: KEY }, (_request, answer) => {
  answer.end("ok");
});
server.listen(0, "127.0.0.1");
await once(server, "listening");
after(() => void server.close());

async function ask(host: string | undefined, trusted: boolean): Promise<ProbeOutcome> {
  const local = server.address();
  assert.ok(local !== null && typeof local === "object");
  const options = trusted ? { trustedCertificates: [CERTIFICATE] } : {};
  return new NetworkProbe(undefined, options).check("127.0.0.1", {
    kind: "https",
    port: local.port,
    path: "/healthz",
    timeoutMs: 5_000,
    ...(host === undefined ? {} : { host }),
  });
}

test("check() by HTTPS passes when the certificate is trusted and names the host", async () => {
  const { kind, detail } = await ask("svc.example", true);
  assert.deepEqual([kind, detail], ["pass", "HTTP 200"]);
});

const refusals: { host: string | undefined; trusted: boolean; why: string }[] = [
  { host: "svc.example", trusted: false, why: "nobody vouches for the certificate" },
  { host: "other.example", trusted: true, why: "it is for another name" },
  { host: undefined, trusted: true, why: "it is not for the address" },
];
for (const { host, trusted, why } of refusals) {
  test(`check() by HTTPS fails when ${why}`, async () => {
    const { kind, detail } = await ask(host, trusted);
    assert.equal(kind, "fail");
    assert.match(detail, /^TLS certificate: /);
  });
}
