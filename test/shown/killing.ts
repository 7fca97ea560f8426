// Takes a region's processes away, so that nothing brings them back.
import type { Instance, Region } from "../processes/instance.ts";

/** Kills the supervisor, and then every process but those kept. */
export async function killAllBut(
  region: Region,
  instance: Instance,
  kept: readonly string[],
): Promise<void> {
  const { processes } = await region.table();
  instance.child.kill("SIGKILL");
  await instance.ended;
  for (const { id, pid } of processes) {
    if (!kept.includes(id) && pid !== undefined) kill(pid);
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It had ended by itself, as roles do without their supervisor.
  }
}
