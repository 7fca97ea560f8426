import { errorText } from "../base/index.ts";

/** The C library's calls that serving in batches needs. Addresses are plain numbers. */
export interface BatchCalls {
  readonly socket: (family: number, type: number, protocol: number) => number;
  readonly bind: (fd: number, name: Uint8Array, octets: number) => number;
  readonly getsockname: (fd: number, name: Uint8Array, octets: Int32Array) => number;
  readonly setsockopt: (
    fd: number,
    level: number,
    option: number,
    value: Int32Array,
    octets: number,
  ) => number;
  readonly recvmmsg: (
    fd: number,
    headers: number,
    count: number,
    flags: number,
    timeout: number,
  ) => number;
  readonly sendmmsg: (fd: number, headers: number, count: number, flags: number) => number;
  readonly close: (fd: number) => number;
  /** Where the memory of a typed array is. */
  readonly addressOf: (memory: Uint8Array) => number;
  /** The number of the last error of this thread, and its name such as `EADDRINUSE`. */
  readonly errno: () => number;
  readonly errorName: (errno: number) => string;
}

/** Whether this machine can serve in batches. */
export type LoadedBatchCalls =
  | { readonly kind: "loaded"; readonly calls: BatchCalls }
  /** `reason` is for people: it is shown where `node:dgram` serves instead. */
  | { readonly kind: "unavailable"; readonly reason: string };

/** The layouts in batchMemory.ts are those of Linux with 64-bit little-endian words. */
const ARCHITECTURES: readonly string[] = ["x64", "arm64"];

let loading: Promise<LoadedBatchCalls> | undefined;

/** Loads the calls once for this thread. Never rejects: what is missing is said. */
export function loadBatchCalls(
  platform: string = process.platform,
  architecture: string = process.arch,
): Promise<LoadedBatchCalls> {
  if (platform !== "linux" || !ARCHITECTURES.includes(architecture)) {
    const reason = `recvmmsg is Linux's alone: this is ${platform} on ${architecture}`;
    return Promise.resolve({ kind: "unavailable", reason });
  }
  loading ??= importCalls();
  return loading;
}

async function importCalls(): Promise<LoadedBatchCalls> {
  try {
    const { default: koffi } = await import("koffi");
    const library = koffi.load(null); // the C library that Node itself runs on, GNU's or musl
    const names = new Map(Object.entries(koffi.os.errno).map(([name, errno]) => [errno, name]));
    const calls: BatchCalls = {
      socket: library.func("socket", "int", ["int", "int", "int"]),
      bind: library.func("bind", "int", ["int", "void*", "uint32"]),
      getsockname: library.func("getsockname", "int", ["int", "void*", "void*"]),
      setsockopt: library.func("setsockopt", "int", ["int", "int", "int", "void*", "uint32"]),
      recvmmsg: library.func("recvmmsg", "int", ["int", "uintptr_t", "uint32", "int", "uintptr_t"]),
      sendmmsg: library.func("sendmmsg", "int", ["int", "uintptr_t", "uint32", "int"]),
      close: library.func("close", "int", ["int"]),
      addressOf: (memory) => Number(koffi.address(memory)),
      errno: () => koffi.errno(),
      errorName: (errno) => names.get(errno) ?? `error ${errno}`,
    };
    // No such socket: that is what a kernel says that would have done it. A sandbox says other.
    calls.recvmmsg(-1, 0, 0, 0, 0);
    const error = calls.errorName(calls.errno());
    if (error === "EBADF") return { kind: "loaded", calls };
    return { kind: "unavailable", reason: `recvmmsg is not allowed here: ${error}` };
  } catch (error) {
    const [line = "unknown"] = errorText(error).split("\n");
    return { kind: "unavailable", reason: `koffi cannot be loaded: ${line}` };
  }
}
