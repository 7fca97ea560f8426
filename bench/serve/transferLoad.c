// Transfers a zone (AXFR) from a DNS server on 127.0.0.1, some times in a row, and prints one line
// of JSON: how long each took, and what came.
//
//   transferLoad --port N --zone NAME [--times 1] [--pause 0.2]
//
// Each transfer has a connection of its own, and lasts from connecting to the closing SOA record.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { INPUT_OCTETS = 1 << 20, HEADER_OCTETS = 12, TYPE_SOA = 6, TYPE_AXFR = 252, TIMES_MAX = 1000 };
static uint8_t input[INPUT_OCTETS];

static void fail(const char *what) {
  fprintf(stderr, "transferLoad: %s: %s\n", what, errno != 0 ? strerror(errno) : "malformed");
  exit(1);
}

static double nowMs(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static size_t writeQuery(uint8_t *out, const char *zone) {
  memset(out, 0, 512);
  size_t at = 2 + HEADER_OCTETS;
  out[3] = 1;
  out[7] = 1;
  while (*zone != 0) {
    const char *dot = strchrnul(zone, '.');
    size_t octets = (size_t)(dot - zone);
    if (octets == 0) break;
    out[at++] = (uint8_t)octets;
    memcpy(out + at, zone, octets);
    at += octets;
    zone = *dot == '.' ? dot + 1 : dot;
  }
  out[at + 2] = TYPE_AXFR;
  out[at + 4] = 1;
  at += 5;
  out[0] = (uint8_t)((at - 2) >> 8);
  out[1] = (uint8_t)(at - 2);
  return at;
}

static size_t skipName(const uint8_t *message, size_t octets, size_t at) {
  while (at < octets) {
    if (message[at] >= 0xc0) return at + 2;
    if (message[at] == 0) return at + 1;
    at += 1 + message[at];
  }
  fail("a name");
  return 0;
}

/** Counts the records of one message; how many of them are SOA is added to `soas`. */
static uint64_t countRecords(const uint8_t *message, size_t octets, uint64_t *soas) {
  if (octets < HEADER_OCTETS) fail("a message");
  errno = 0;
  if ((message[3] & 15) != 0) {
    fprintf(stderr, "transferLoad: the server answers with RCODE %d\n", message[3] & 15);
    exit(1);
  }
  size_t at = HEADER_OCTETS;
  for (int i = message[4] << 8 | message[5]; i > 0; i--) at = skipName(message, octets, at) + 4;
  int count = message[6] << 8 | message[7];
  for (int i = 0; i < count; i++) {
    at = skipName(message, octets, at);
    if (at + 10 > octets) fail("a record");
    *soas += (message[at] << 8 | message[at + 1]) == TYPE_SOA;
    at += 10 + (size_t)(message[at + 8] << 8 | message[at + 9]);
  }
  return (uint64_t)count;
}

static double transfer(int port, const char *zone, uint64_t *records, uint64_t *octets) {
  struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  uint8_t query[512];
  size_t length = writeQuery(query, zone);
  int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  double startMs = nowMs();
  if (connect(fd, (struct sockaddr *)&server, sizeof server) != 0) fail("connect");
  if (send(fd, query, length, 0) != (ssize_t)length) fail("send");
  uint64_t soas = 0;
  size_t held = 0;
  *records = *octets = 0;
  while (soas < 2) {
    ssize_t got = recv(fd, input + held, INPUT_OCTETS - held, 0);
    if (got <= 0) fail("the transfer was cut off");
    held += (size_t)got;
    *octets += (uint64_t)got;
    size_t at = 0;
    while (at + 2 <= held) {
      size_t message = (size_t)(input[at] << 8 | input[at + 1]);
      if (at + 2 + message > held) break;
      *records += countRecords(input + at + 2, message, &soas);
      at += 2 + message;
    }
    memmove(input, input + at, held - at);
    held -= at;
  }
  double tookMs = nowMs() - startMs;
  close(fd);
  return tookMs;
}

int main(int argumentCount, char **arguments) {
  static const struct option OPTIONS[] = {
      {"port", 1, 0, 'p'}, {"zone", 1, 0, 'z'}, {"times", 1, 0, 't'}, {"pause", 1, 0, 'w'}, {0, 0, 0, 0}};
  int port = 0, times = 1;
  double pauseSeconds = 0.2;
  const char *zone = NULL;
  for (int option; (option = getopt_long(argumentCount, arguments, "", OPTIONS, NULL)) != -1;) {
    if (option == 'p') port = atoi(optarg);
    else if (option == 'z') zone = optarg;
    else if (option == 't') times = atoi(optarg);
    else if (option == 'w') pauseSeconds = atof(optarg);
    else return 2;
  }
  errno = 0;
  if (port == 0 || zone == NULL || times < 1 || times > TIMES_MAX) fail("--port, --zone and --times");
  uint64_t records = 0, octets = 0;
  printf("{\"tookMs\":[");
  for (int i = 0; i < times; i++) {
    if (i > 0) usleep((useconds_t)(pauseSeconds * 1e6));
    printf("%s%.2f", i > 0 ? "," : "", transfer(port, zone, &records, &octets));
  }
  printf("],\"records\":%lu,\"octets\":%lu}\n", records, octets);
  return 0;
}
