import { isIPv6 } from "node:net";
import type { SocketAddress } from "../base/index.ts";
import type { BatchCalls } from "./batchCalls.ts";
import { type BatchSocketHandle, isWildcard } from "./batchSocket.ts";
import { listenError } from "./listenError.ts";
import { AF_INET, AF_INET6, NAME_OCTETS_V6, socketAddressAt, socketName } from "./socketName.ts";

/** Sockets that share one address: the system spreads clients over them. */
export interface BatchSockets {
  readonly local: SocketAddress;
  readonly handles: readonly BatchSocketHandle[];
  /** Only after the threads that used them have ended. */
  close(): void;
}

/** How long a thread sleeps in receive() at the most: so soon it sees that it is to stop. */
export const RECEIVE_WAIT_MS_MAX = 100;

/** Asked of the kernel, which caps it: a burst must survive a pause of the process. */
const BUFFER_OCTETS = 4 * 1024 * 1024;

// Numbers of Linux on x64 and arm64.
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000; // programs that this one starts must not hold the port
const SOL_SOCKET = 1;
const SO_SNDBUF = 7;
const SO_RCVBUF = 8;
const SO_REUSEPORT = 15;
const SO_RCVTIMEO = 20;
const IPPROTO_IP = 0;
const IP_PKTINFO = 8;
const IP_MTU_DISCOVER = 10;
const IPPROTO_IPV6 = 41;
const IPV6_MTU_DISCOVER = 23;
const IPV6_V6ONLY = 26;
const IPV6_RECVPKTINFO = 49;
const PMTUDISC_OMIT = 5; // believe no ICMP that asks for fragments (RFC 9715)

/**
 * Opens `count` sockets on one address; port 0 takes any port, the same for all. They share it
 * among themselves (SO_REUSEPORT), but not with another program: that is looked at first.
 *
 * @throws NetError `address-in-use`, `address-not-permitted` or `address-unusable`.
 */
export function openBatchSockets(
  calls: BatchCalls,
  on: SocketAddress,
  count: number,
): BatchSockets {
  const alone = openSocket(calls, on, false);
  calls.close(alone.fd);
  const handles: BatchSocketHandle[] = [];
  let { local } = alone;
  const close = (): void => {
    for (const { fd } of handles.splice(0)) calls.close(fd);
  };
  try {
    while (handles.length < count) {
      const opened = openSocket(calls, { address: on.address, port: local.port }, true);
      handles.push({
        fd: opened.fd,
        isV6: isIPv6(on.address),
        isWildcard: isWildcard(on.address),
      });
      local = opened.local;
    }
  } catch (error) {
    close();
    throw error;
  }
  return { local, handles: [...handles], close };
}

interface OpenSocket {
  readonly fd: number;
  readonly local: SocketAddress;
}

function openSocket(calls: BatchCalls, on: SocketAddress, isShared: boolean): OpenSocket {
  const isV6 = isIPv6(on.address);
  const refuse = (): never => {
    const code = calls.errorName(calls.errno());
    throw listenError(on, "UDP", Object.assign(new Error(code), { code }));
  };
  const fd = calls.socket(isV6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) refuse();
  try {
    configure(calls, fd, isV6);
    if (isShared) set(calls, fd, SOL_SOCKET, SO_REUSEPORT, 1);
    if (isWildcard(on.address)) {
      if (isV6) set(calls, fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
      else set(calls, fd, IPPROTO_IP, IP_PKTINFO, 1);
    }
    const name = socketName(on);
    if (calls.bind(fd, name, name.length) !== 0) refuse();
    const bound = new Uint8Array(NAME_OCTETS_V6);
    if (calls.getsockname(fd, bound, Int32Array.of(bound.length)) !== 0) refuse();
    return { fd, local: socketAddressAt(bound, 0) };
  } catch (error) {
    calls.close(fd);
    throw error;
  }
}

function configure(calls: BatchCalls, fd: number, isV6: boolean): void {
  set(calls, fd, SOL_SOCKET, SO_RCVBUF, BUFFER_OCTETS);
  set(calls, fd, SOL_SOCKET, SO_SNDBUF, BUFFER_OCTETS);
  // struct timeval: two 64-bit words.
  const wait = Int32Array.of(0, 0, RECEIVE_WAIT_MS_MAX * 1000, 0);
  calls.setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, wait, wait.byteLength);
  if (isV6) {
    set(calls, fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
    set(calls, fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, PMTUDISC_OMIT);
  } else {
    set(calls, fd, IPPROTO_IP, IP_MTU_DISCOVER, PMTUDISC_OMIT);
  }
}

/** Sets an option of four octets. One that an old kernel lacks is gone without. */
function set(calls: BatchCalls, fd: number, level: number, option: number, value: number): void {
  calls.setsockopt(fd, level, option, Int32Array.of(value), 4);
}
