// Sends signed UPDATE messages that were made beforehand over one TCP connection to a DNS server
// on 127.0.0.1, and prints one line of JSON.
//
//   updateLoad --port N --updates FILE [--skip 0] [--seconds 5] [--outstanding 1] [--rate 0]
//
// FILE holds messages as TCP carries them: two octets of length, then the message. The first
// `skip` are left out. Rate 0 is a closed loop: `outstanding` messages are always waiting for
// their response. With a rate (messages per second) they are sent in time, while fewer than
// `outstanding` wait. Every response is awaited in the end; `next` says how many messages of the
// file have been used.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { IDS = 65536, RCODES = 16, RESPONSES_MAX = 1 << 22, INPUT_OCTETS = 1 << 20, RUN_OCTETS = 1 << 16 };
static const uint64_t SECOND_NS = 1000000000ull;
static const uint64_t PATIENCE_NS = 10 * 1000000000ull; // for the last responses

static uint64_t sentNs[IDS];
static uint32_t *latencies; // in tenths of microseconds
static uint64_t answered, unsignedCount, strayCount, rcodes[RCODES];
static uint8_t input[INPUT_OCTETS];
static size_t inputOctets;

static uint64_t nowNs(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * SECOND_NS + (uint64_t)time.tv_nsec;
}

static void fail(const char *what) {
  fprintf(stderr, "updateLoad: %s: %s\n", what, errno != 0 ? strerror(errno) : "malformed");
  exit(1);
}

static int openConnection(int port) {
  struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (connect(fd, (struct sockaddr *)&server, sizeof server) != 0) fail("connect");
  return fd;
}

static void takeResponse(const uint8_t *message, size_t octets, uint64_t timeNs) {
  if (octets < 12) fail("a response");
  int id = message[0] << 8 | message[1];
  if (sentNs[id] == 0) {
    strayCount++;
    return;
  }
  if (answered < RESPONSES_MAX) latencies[answered] = (uint32_t)((timeNs - sentNs[id]) / 100);
  answered++;
  sentNs[id] = 0;
  rcodes[message[3] & 15]++;
  if ((message[10] | message[11]) == 0) unsignedCount++;
}

/** Reads what is there; waits at most `waitNs` for it. */
static void receive(int fd, uint64_t waitNs) {
  struct pollfd waiting = {.fd = fd, .events = POLLIN};
  struct timespec pause = {(time_t)(waitNs / SECOND_NS), (long)(waitNs % SECOND_NS)};
  if (ppoll(&waiting, 1, &pause, NULL) < 1) return;
  ssize_t got = recv(fd, input + inputOctets, INPUT_OCTETS - inputOctets, MSG_DONTWAIT);
  if (got == 0) fail("the server closed the connection");
  if (got < 0) return;
  inputOctets += (size_t)got;
  uint64_t timeNs = nowNs();
  size_t at = 0;
  while (at + 2 <= inputOctets) {
    size_t octets = (size_t)(input[at] << 8 | input[at + 1]);
    if (at + 2 + octets > inputOctets) break;
    takeResponse(input + at + 2, octets, timeNs);
    at += 2 + octets;
  }
  memmove(input, input + at, inputOctets - at);
  inputOctets -= at;
}

static void sendAll(int fd, const uint8_t *octets, size_t count) {
  while (count > 0) {
    ssize_t sent = send(fd, octets, count, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) fail("send");
    if (sent < 0) {
      receive(fd, 1000000);
      continue;
    }
    octets += sent;
    count -= (size_t)sent;
  }
}

static int byLatency(const void *left, const void *right) {
  uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
  return a < b ? -1 : a > b;
}

static void report(double elapsed, uint64_t next, int isExhausted) {
  uint64_t kept = answered < RESPONSES_MAX ? answered : RESPONSES_MAX;
  qsort(latencies, kept, sizeof *latencies, byLatency);
  double p50 = kept > 0 ? latencies[kept / 2] / 10.0 : 0;
  double p99 = kept > 0 ? latencies[kept * 99 / 100] / 10.0 : 0;
  double longest = kept > 0 ? latencies[kept - 1] / 10.0 : 0;
  printf("{\"perSecond\":%.1f,\"answered\":%lu,\"unsigned\":%lu,\"stray\":%lu,\"next\":%lu,\"exhausted\":%s,",
         (double)answered / elapsed, answered, unsignedCount, strayCount, next, isExhausted ? "true" : "false");
  printf("\"p50Us\":%.1f,\"p99Us\":%.1f,\"maxUs\":%.1f,\"rcodes\":[", p50, p99, longest);
  for (int i = 0; i < RCODES; i++) printf("%s%lu", i > 0 ? "," : "", rcodes[i]);
  printf("]}\n");
}

int main(int argumentCount, char **arguments) {
  static const struct option OPTIONS[] = {{"port", 1, 0, 'p'},    {"updates", 1, 0, 'u'},     {"skip", 1, 0, 'k'},
                                          {"seconds", 1, 0, 's'}, {"outstanding", 1, 0, 'o'}, {"rate", 1, 0, 'r'},
                                          {0, 0, 0, 0}};
  int port = 0, outstanding = 1;
  double seconds = 5, rate = 0;
  uint64_t skip = 0;
  const char *path = NULL;
  for (int option; (option = getopt_long(argumentCount, arguments, "", OPTIONS, NULL)) != -1;) {
    if (option == 'p') port = atoi(optarg);
    else if (option == 'u') path = optarg;
    else if (option == 'k') skip = strtoull(optarg, NULL, 10);
    else if (option == 's') seconds = atof(optarg);
    else if (option == 'o') outstanding = atoi(optarg);
    else if (option == 'r') rate = atof(optarg);
    else return 2;
  }
  if (port == 0 || path == NULL) fail("--port and --updates are needed");
  prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
  int file = open(path, O_RDONLY);
  struct stat facts;
  if (file < 0 || fstat(file, &facts) != 0) fail(path);
  size_t size = (size_t)facts.st_size, at = 0;
  const uint8_t *updates = mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
  if (updates == MAP_FAILED) fail(path);
  latencies = malloc(sizeof *latencies * RESPONSES_MAX);
  uint64_t used = 0;
  for (; used < skip && at < size; used++) at += 2 + (size_t)(updates[at] << 8 | updates[at + 1]);
  int fd = openConnection(port);
  uint64_t sent = 0, startNs = nowNs(), endNs = startNs + (uint64_t)(seconds * 1e9);
  for (;;) {
    uint64_t timeNs = nowNs();
    int isOver = timeNs >= endNs || at >= size;
    if (!isOver) {
      uint64_t due = rate > 0 ? (uint64_t)((double)(timeNs - startNs) * 1e-9 * rate) + 1 : UINT64_MAX;
      size_t first = at;
      while (at < size && sent - answered < (uint64_t)outstanding && sent < due && at - first < RUN_OCTETS) {
        size_t octets = (size_t)(updates[at] << 8 | updates[at + 1]);
        sentNs[updates[at + 2] << 8 | updates[at + 3]] = timeNs;
        at += 2 + octets;
        sent++;
      }
      if (at > first) sendAll(fd, updates + first, at - first);
    }
    if (isOver && (sent == answered || timeNs > endNs + PATIENCE_NS)) break;
    receive(fd, rate > 0 ? 1000000 : 100000000);
  }
  uint64_t doneNs = nowNs();
  report((double)(doneNs - startNs) * 1e-9, skip + sent, at >= size);
  return 0;
}
