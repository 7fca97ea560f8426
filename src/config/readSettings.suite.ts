// Configurations as texts for the tests of this room.
import { type Finding, findingText } from "./finding.ts";
import { type ReadFile, readSettings, type SettingsRead } from "./readSettings.ts";
import type { Settings } from "./settings.ts";

/** A whole configuration that is right; tests change one thing of it. */
export const SOUND = `version: 1
region: use1
zones:
  - name: use1.holdfast.example
    nameservers:
      - { name: ns1.use1.holdfast.example, addresses: [127.0.0.1] }
checks:
  - { id: http, kind: http, port: 8080, path: /healthz, interval: 1s, timeout: 500ms }
targets:
  - { id: lb-a1, zone: use1-az1, ipv4: 127.77.1.1, ipv6: "2001:DB8:A:0::1", capacity: 100 }
  - { id: lb-b1, zone: use1-az2, ipv4: 127.77.2.1, capacity: 200 }
pools:
  - { id: ddb, check: http, targets: [lb-a1, lb-b1] }
endpoints:
  - { name: dynamodb, zone: use1.holdfast.example, pools: [ddb] }
`;

/** Reads files of which all texts are given; the main one is `holdfast.yaml`. */
export function readFiles(files: Readonly<Record<string, string>>): SettingsRead {
  const readFile: ReadFile = (path) => {
    const text = files[path];
    return text === undefined
      ? { kind: "missing", problem: "no such file" }
      : { kind: "file", text };
  };
  return readSettings("holdfast.yaml", readFile);
}

export function readText(text: string): SettingsRead {
  return readFiles({ "holdfast.yaml": text });
}

export function settingsIn(read: SettingsRead): Settings {
  if (read.kind === "settings") return read.settings;
  throw new Error(read.findings.map(findingText).join("\n"));
}

export function errorsIn(read: SettingsRead): readonly Finding[] {
  if (read.kind === "broken") return read.findings;
  throw new Error("Cannot list errors as the configuration must be broken: it is not");
}
