import { cpus, release, totalmem } from "node:os";

/** What a benchmark ran on: cores, processor, memory, kernel. */
export function machineText(): string {
  const [cpu] = cpus();
  const gibibytes = Math.round(totalmem() / 2 ** 30);
  // Without what the kernel's builder added.
  const kernel = `Linux ${/^\d+\.\d+/.exec(release())?.[0] ?? "of an unknown version"}`;
  return [`${cpus().length} cores`, cpu?.model, `${gibibytes} GiB`, kernel].join(", ");
}
