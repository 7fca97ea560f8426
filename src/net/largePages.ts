import type { LargePages } from "../base/index.ts";

const LARGE_PAGE_OCTETS = 2 ** 21;
/** One call holds the memory's map for some milliseconds; page faults of other threads wait. */
const STEP_OCTETS = 2 ** 25;
/** `linux/mman.h`: new pages are to be large; those that are there, put together at once. */
const MADV_HUGEPAGE = 14;
const MADV_COLLAPSE = 25;

type Advise = (address: number, octets: number, advice: number) => Promise<number>;

/**
 * Large pages by madvise of Linux, or nothing where koffi or the system cannot: it is faster with
 * them (half of the time of a look-up in a million names is spent on finding pages), and as right
 * without. Never rejects.
 */
export async function openLargePages(): Promise<LargePages> {
  if (process.platform !== "linux") return NONE;
  try {
    const { default: koffi } = await import("koffi");
    const madvise = koffi.load(null).func("madvise", "int", ["uintptr_t", "size_t", "int"]);
    const advise: Advise = (address, octets, advice) =>
      new Promise((resolve) => {
        madvise.async(address, octets, advice, (error: unknown, result: number) => {
          resolve(error === null ? result : -1);
        });
      });
    const addressOf = (memory: SharedArrayBuffer): number =>
      Number(koffi.address(new Uint8Array(memory)));
    return {
      use: (memory, octets) => useLargePages(advise, addressOf(memory), memory, octets),
    };
  } catch {
    return NONE;
  }
}

const NONE: LargePages = { use: () => Promise.resolve(0) };

async function useLargePages(
  advise: Advise,
  start: number,
  memory: SharedArrayBuffer,
  octets: number,
): Promise<number> {
  const from = Math.ceil(start / LARGE_PAGE_OCTETS) * LARGE_PAGE_OCTETS;
  const whole = Math.floor((start + memory.byteLength) / LARGE_PAGE_OCTETS) * LARGE_PAGE_OCTETS;
  if (whole <= from || (await advise(from, whole - from, MADV_HUGEPAGE)) !== 0) return 0;
  const used = Math.floor((start + octets) / LARGE_PAGE_OCTETS) * LARGE_PAGE_OCTETS;
  let done = 0;
  for (let at = from; at < used; at += STEP_OCTETS) {
    const step = Math.min(STEP_OCTETS, used - at);
    // An older kernel has no such advice: its own thread does it some day.
    if ((await advise(at, step, MADV_COLLAPSE)) !== 0) break;
    done += step;
  }
  return done;
}
