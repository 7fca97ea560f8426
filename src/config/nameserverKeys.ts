import type { KeySettings, Settings } from "./settings.ts";

/** The keys that our own nameserver must know besides those of our processes, each once. */
export function nameserverKeys({
  keys,
  zones,
  dns,
}: Pick<Settings, "keys" | "zones" | "dns">): readonly KeySettings[] {
  const ids = new Set<string | undefined>([
    ...dns.updateKeys.map(({ keyId }) => keyId),
    ...dns.secondaries.map(({ keyId }) => keyId),
    ...zones.flatMap(({ secondaries, transferTo }) => {
      return [...secondaries, ...transferTo].map(({ keyId }) => keyId);
    }),
  ]);
  return keys.filter(({ id }) => ids.has(id));
}
