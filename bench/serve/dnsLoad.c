// Loads one DNS server on 127.0.0.1 over UDP and checks every answer; prints one line of JSON.
// One thread; recvmmsg and sendmmsg, so that it costs less than what it loads.
//
//   dnsLoad --port N --queries FILE [--seconds 5] [--window 200] [--sockets 8] [--rate 0]
//           [--seed 1] [--no-edns] [--resolver] [--once]
//
// Each line of FILE is one query and what its answer must be:
//
//   name type rcode answers base span
//
// `answers`: records in the answer section, or -1 for any. `base` (dotted quad, or "-" for
// unchecked): the first answer must be an A record in base .. base + span - 1. Queries are sent in
// the order of the file, from a place that --seed picks, over and over. Rate 0 is a closed loop:
// `window` queries are always outstanding. With a rate (queries per second) they are sent in time,
// while fewer than `window` are outstanding.
//
// Like a resolver it gives every query a random id and random letter case, and sends EDNS with a
// cookie: its own, constant per socket, and the server's once that has been learnt (RFC 7873).
// With --resolver the server asked is one: queries have RD set, and answers need not be
// authoritative. With --once each query is asked once, and those that are lost are not asked again.
//
// A query that is not answered within a second is lost, and counts as a latency of one second.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
  BATCH = 32,            // datagrams per system call
  SOCKETS_MAX = 64,
  SLOTS = 1024,          // per socket: a power of two, the low bits of an id
  QUESTION_OCTETS = 56,  // name, type and class; whole words
  QUERIES_MAX = 1 << 21,
  HEADER_OCTETS = 12,
  ANSWER_OCTETS = 4096,
  OPT_OCTETS_MAX = 64,
  PAYLOAD_OCTETS = 1232, // RFC 9715
  SOCKET_BUFFER_OCTETS = 4 << 20,
  SPAN_MAX = 256,
  LEARNING_TRIES = 5,
};

static const uint64_t SECOND_NS = 1000000000ull;
static const uint64_t LOST_NS = 1000000000ull;
static const uint64_t SWEEP_NS = 100000000ull;

struct query {
  uint8_t question[QUESTION_OCTETS];
  uint32_t base;
  uint16_t span;
  uint8_t octets;
  int8_t answers;
  uint8_t rcode;
  uint8_t checksBase;
};

struct slot {
  uint8_t question[QUESTION_OCTETS]; // as it was sent, letter case and all
  uint64_t sentNs;                   // 0: free
  const struct query *query;
  uint16_t id;
};

struct client {
  int fd;
  int freeCount;
  int optOctets;
  int cookieOctets;
  uint8_t opt[OPT_OCTETS_MAX];
  uint16_t freeSlots[SLOTS];
  struct slot slots[SLOTS];
};

// Latencies in log-linear buckets: 64 per doubling, so within 1.6 % of the truth.
enum { BUCKETS_PER_DOUBLING = 64, BUCKETS = 64 * 40 };
static uint64_t histogram[BUCKETS];

static struct {
  uint64_t sent, answered, lost, wrong, stray, nxdomain, octets;
  uint64_t offsets[SPAN_MAX]; // how often the first answer was base + offset
  int widest;
  char firstWrong[128];
} counts;

static struct query *queries;
static uint32_t queryCount;
static int isResolver, isOnce;
static uint64_t randomState;

static uint64_t nowNs(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * SECOND_NS + (uint64_t)time.tv_nsec;
}

static uint64_t randomWord(void) { // splitmix64: well spread, and a few cycles
  uint64_t word = (randomState += 0x9e3779b97f4a7c15ull);
  word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9ull;
  word = (word ^ (word >> 27)) * 0x94d049bb133111ebull;
  return word ^ (word >> 31);
}

static void fail(const char *what) {
  fprintf(stderr, "dnsLoad: %s%s%s\n", what, errno != 0 ? ": " : "", errno != 0 ? strerror(errno) : "");
  exit(1);
}

static int bucketOf(uint64_t ns) {
  if (ns < BUCKETS_PER_DOUBLING) return (int)ns;
  int doubling = 63 - __builtin_clzll(ns) - 6;
  int bucket = (doubling + 1) * BUCKETS_PER_DOUBLING + (int)((ns >> doubling) & 63);
  return bucket < BUCKETS ? bucket : BUCKETS - 1;
}

static double bucketNs(int bucket) {
  if (bucket < BUCKETS_PER_DOUBLING) return bucket;
  int doubling = bucket / BUCKETS_PER_DOUBLING - 1;
  double low = (double)((uint64_t)(64 + bucket % BUCKETS_PER_DOUBLING) << doubling);
  return low + (double)(1ull << doubling) / 2;
}

static double quantileUs(double share) {
  uint64_t total = 0, seen = 0;
  for (int i = 0; i < BUCKETS; i++) total += histogram[i];
  for (int i = 0; i < BUCKETS; i++) {
    seen += histogram[i];
    if (total > 0 && (double)seen >= share * (double)total) return bucketNs(i) / 1000;
  }
  return 0;
}

static void readQuery(char *line, struct query *query) {
  char *name, *type, *rcode, *answers, *base, *span, *rest;
  name = strtok_r(line, " \n", &rest);
  type = strtok_r(NULL, " \n", &rest);
  rcode = strtok_r(NULL, " \n", &rest);
  answers = strtok_r(NULL, " \n", &rest);
  base = strtok_r(NULL, " \n", &rest);
  span = strtok_r(NULL, " \n", &rest);
  errno = 0;
  if (span == NULL) fail("a line of the query file must have six fields");
  memset(query, 0, sizeof *query);
  if (strlen(name) + 6 > QUESTION_OCTETS) fail("a name is too long");
  int at = 0;
  for (char *label = name; *label != 0;) {
    char *dot = strchrnul(label, '.');
    query->question[at++] = (uint8_t)(dot - label);
    for (; label < dot; label++) query->question[at++] = (uint8_t)*label;
    if (*label == '.') label++;
  }
  int code = atoi(type);
  query->question[at + 1] = (uint8_t)(code >> 8);
  query->question[at + 2] = (uint8_t)code;
  query->question[at + 4] = 1; // class IN
  query->octets = (uint8_t)(at + 5);
  query->rcode = (uint8_t)atoi(rcode);
  query->answers = (int8_t)atoi(answers);
  struct in_addr address;
  query->checksBase = strcmp(base, "-") != 0;
  if (query->checksBase && inet_pton(AF_INET, base, &address) != 1) fail("a base is no address");
  query->base = query->checksBase ? ntohl(address.s_addr) : 0;
  query->span = (uint16_t)atoi(span);
  if (query->span > SPAN_MAX) fail("a span is too wide");
}

static void readQueries(const char *path) {
  FILE *file = fopen(path, "r");
  if (file == NULL) fail(path);
  queries = aligned_alloc(64, sizeof *queries * (size_t)QUERIES_MAX);
  if (queries == NULL) fail("no memory for queries");
  char line[256];
  while (queryCount < QUERIES_MAX && fgets(line, sizeof line, file) != NULL) {
    readQuery(line, &queries[queryCount++]);
  }
  fclose(file);
  errno = 0;
  if (queryCount == 0) fail("the query file is empty");
}

static void writeOpt(struct client *client, const uint8_t *cookie, int octets) {
  const uint8_t head[] = {0,    0,          41, PAYLOAD_OCTETS >> 8, PAYLOAD_OCTETS & 255, 0, 0, 0, 0,
                          0, (uint8_t)(octets + 4), 0,  10, 0, (uint8_t)octets};
  memmove(client->opt + sizeof head, cookie, (size_t)octets);
  memcpy(client->opt, head, sizeof head);
  client->optOctets = (int)sizeof head + octets;
  client->cookieOctets = octets;
}

/** Writes one query for `slot` into `out`; its length. */
static int writeQuery(struct client *client, const struct query *query, struct slot *slot, uint8_t *out) {
  static const uint64_t ONES = 0x0101010101010101ull;
  for (int i = 0; i < QUESTION_OCTETS; i += 8) { // letters get a random case, eight at a time
    uint64_t word, fromA, beyondZ;
    memcpy(&word, query->question + i, 8);
    fromA = word + ONES * (0x80 - 'a');
    beyondZ = word + ONES * (0x80 - 'z' - 1);
    word ^= ((fromA & ~beyondZ & (ONES * 0x80)) >> 2) & randomWord();
    memcpy(slot->question + i, &word, 8);
  }
  memset(out, 0, HEADER_OCTETS);
  out[0] = (uint8_t)(slot->id >> 8);
  out[1] = (uint8_t)slot->id;
  out[2] = isResolver ? 1 : 0; // RD
  out[5] = 1;
  memcpy(out + HEADER_OCTETS, slot->question, QUESTION_OCTETS);
  int octets = HEADER_OCTETS + query->octets;
  if (client->optOctets > 0) {
    out[11] = 1;
    memcpy(out + octets, client->opt, OPT_OCTETS_MAX);
  }
  return octets + client->optOctets;
}

/** Why an answer is wrong; NULL where it is right. */
static const char *checkAnswer(const struct client *client, const struct slot *slot, const uint8_t *in, int octets) {
  const struct query *query = slot->query;
  if (octets < HEADER_OCTETS + query->octets) return "short";
  if ((in[2] & 0xf8) != 0x80) return "not a response";
  if (!isResolver && (in[2] & 0x04) == 0) return "not authoritative";
  if ((in[2] & 0x02) != 0) return "truncated";
  if ((in[3] & 15) != query->rcode) return "rcode";
  if (in[4] != 0 || in[5] != 1) return "question count";
  if (memcmp(in + HEADER_OCTETS, slot->question, query->octets) != 0) return "question not echoed";
  if (client->optOctets > 0 && in[11] == 0) return "no EDNS";
  if (query->rcode == 3) counts.nxdomain++;
  if (query->answers >= 0 && in[7] != query->answers) return "answer count";
  if (!query->checksBase) return NULL;
  const uint8_t *record = in + HEADER_OCTETS + query->octets, *end = in + octets;
  while (record < end && *record != 0 && *record < 0xc0) record += 1 + *record;
  if (record < end) record += *record == 0 ? 1 : 2;
  static const uint8_t TYPE_CLASS[] = {0, 1, 0, 1};
  if (record + 14 > end) return "short answer";
  if (memcmp(record, TYPE_CLASS, sizeof TYPE_CLASS) != 0) return "first record";
  const uint8_t *address = record + 10;
  uint32_t offset = (uint32_t)address[0] << 24 | (uint32_t)address[1] << 16 | (uint32_t)address[2] << 8 | address[3];
  offset -= query->base;
  if (offset >= query->span) return "address";
  if (query->span > 1) {
    counts.offsets[offset]++;
    if (query->span > counts.widest) counts.widest = query->span;
  }
  return NULL;
}

static void noteWrong(const char *why, const struct slot *slot) {
  if (counts.wrong++ > 0) return;
  int octets = snprintf(counts.firstWrong, sizeof counts.firstWrong, "%s: ", why);
  for (int i = 1; slot->question[i] != 0 && octets < (int)sizeof counts.firstWrong - 1; i++) {
    uint8_t octet = slot->question[i];
    counts.firstWrong[octets++] = octet < '-' ? '.' : (char)octet;
  }
}

static void takeAnswer(struct client *client, const uint8_t *in, int octets, uint64_t timeNs) {
  uint16_t id = octets >= HEADER_OCTETS ? (uint16_t)(in[0] << 8 | in[1]) : 0;
  struct slot *slot = &client->slots[id & (SLOTS - 1)];
  if (octets < HEADER_OCTETS || slot->sentNs == 0 || slot->id != id) {
    counts.stray++;
    return;
  }
  histogram[bucketOf(timeNs - slot->sentNs)]++;
  counts.answered++;
  counts.octets += (uint64_t)octets;
  const char *why = checkAnswer(client, slot, in, octets);
  if (why != NULL) noteWrong(why, slot);
  slot->sentNs = 0;
  client->freeSlots[client->freeCount++] = (uint16_t)(id & (SLOTS - 1));
}

/** The server's cookie in an answer is sent back from now on (RFC 7873 section 5.3). */
static int learnCookie(struct client *client, const uint8_t *in, int octets) {
  for (int i = HEADER_OCTETS; i + 12 < octets; i++) { // our own cookie marks the place
    if (in[i] != 0 || in[i + 1] != 10 || in[i + 2] != 0) continue;
    int cookieOctets = in[i + 3];
    if (cookieOctets < 16 || cookieOctets > 40 || i + 4 + cookieOctets > octets) continue;
    if (memcmp(in + i + 4, client->opt + 15, 8) != 0) continue;
    writeOpt(client, in + i + 4, cookieOctets);
    return 1;
  }
  return 0;
}

static void openClient(struct client *client, int port, int window, int edns) {
  struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  memset(client, 0, sizeof *client);
  client->fd = socket(AF_INET, SOCK_DGRAM, 0);
  int octets = SOCKET_BUFFER_OCTETS;
  setsockopt(client->fd, SOL_SOCKET, SO_RCVBUFFORCE, &octets, sizeof octets);
  setsockopt(client->fd, SOL_SOCKET, SO_SNDBUFFORCE, &octets, sizeof octets);
  if (connect(client->fd, (struct sockaddr *)&server, sizeof server) != 0) fail("connect");
  for (int i = 0; i < window; i++) client->freeSlots[client->freeCount++] = (uint16_t)i;
  if (!edns) return;
  uint64_t cookie = randomWord();
  writeOpt(client, (const uint8_t *)&cookie, 8);
  for (int i = 0; i < LEARNING_TRIES; i++) {
    uint8_t out[512], in[ANSWER_OCTETS];
    struct slot slot = {.id = (uint16_t)randomWord()};
    int length = writeQuery(client, &queries[i % (int)queryCount], &slot, out);
    struct pollfd waiting = {.fd = client->fd, .events = POLLIN};
    if (send(client->fd, out, (size_t)length, 0) < 0 || poll(&waiting, 1, 1000) < 1) continue;
    ssize_t got = recv(client->fd, in, sizeof in, 0);
    if (got > 0 && learnCookie(client, in, (int)got)) return;
    if (got > 0) return; // it has none to give
  }
  errno = 0;
  fail("the server does not answer");
}

static struct mmsghdr sends[BATCH], receives[BATCH];
static struct iovec sendVectors[BATCH], receiveVectors[BATCH];
static uint8_t outgoing[BATCH][HEADER_OCTETS + QUESTION_OCTETS + OPT_OCTETS_MAX];
static uint8_t incoming[BATCH][ANSWER_OCTETS];

static void prepareBatches(void) {
  for (int i = 0; i < BATCH; i++) {
    sendVectors[i].iov_base = outgoing[i];
    receiveVectors[i] = (struct iovec){.iov_base = incoming[i], .iov_len = ANSWER_OCTETS};
    sends[i].msg_hdr.msg_iov = &sendVectors[i];
    receives[i].msg_hdr.msg_iov = &receiveVectors[i];
    sends[i].msg_hdr.msg_iovlen = receives[i].msg_hdr.msg_iovlen = 1;
  }
}

/** Sends at most `allowed` queries over one socket; how many. */
static int sendSome(struct client *client, uint64_t allowed, uint32_t *next) {
  struct slot *batch[BATCH];
  int count = 0;
  while (count < BATCH && client->freeCount > 0 && (uint64_t)count < allowed) {
    uint16_t index = client->freeSlots[--client->freeCount];
    struct slot *slot = &client->slots[index];
    slot->query = &queries[*next];
    if (++*next == queryCount) *next = 0;
    slot->id = (uint16_t)((randomWord() & ~(uint64_t)(SLOTS - 1)) | index);
    sendVectors[count].iov_len = (size_t)writeQuery(client, slot->query, slot, outgoing[count]);
    batch[count++] = slot;
  }
  if (count == 0) return 0;
  uint64_t timeNs = nowNs();
  int sent = sendmmsg(client->fd, sends, (unsigned)count, MSG_DONTWAIT);
  if (sent < 0) sent = 0;
  for (int i = 0; i < sent; i++) batch[i]->sentNs = timeNs;
  for (int i = sent; i < count; i++) {
    client->freeSlots[client->freeCount++] = (uint16_t)(batch[i] - client->slots);
  }
  counts.sent += (uint64_t)sent;
  return sent;
}

static int receiveSome(struct client *client) {
  int got = recvmmsg(client->fd, receives, BATCH, MSG_DONTWAIT, NULL);
  if (got <= 0) return 0;
  uint64_t timeNs = nowNs();
  for (int i = 0; i < got; i++) takeAnswer(client, incoming[i], (int)receives[i].msg_len, timeNs);
  return got;
}

static void sweepLost(struct client *clients, int socketCount) {
  uint64_t timeNs = nowNs();
  for (int s = 0; s < socketCount; s++) {
    for (int i = 0; i < SLOTS; i++) {
      struct slot *slot = &clients[s].slots[i];
      if (slot->sentNs == 0 || timeNs - slot->sentNs < LOST_NS) continue;
      slot->sentNs = 0;
      clients[s].freeSlots[clients[s].freeCount++] = (uint16_t)i;
      histogram[bucketOf(LOST_NS)]++;
      counts.lost++;
    }
  }
}

static double load(struct client *clients, int socketCount, double seconds, double rate) {
  struct pollfd waiting[SOCKETS_MAX];
  for (int i = 0; i < socketCount; i++) waiting[i] = (struct pollfd){.fd = clients[i].fd, .events = POLLIN};
  uint32_t next = isOnce ? 0 : (uint32_t)(randomWord() % queryCount);
  uint64_t startNs = nowNs(), sweptNs = startNs, endNs = startNs + (uint64_t)(seconds * 1e9);
  int first = 0;
  for (;;) {
    uint64_t timeNs = nowNs();
    int isOver = timeNs >= endNs || (isOnce && counts.sent >= queryCount);
    uint64_t allowed = isOnce ? queryCount - counts.sent : UINT64_MAX;
    if (rate > 0) {
      double due = (double)(timeNs - startNs) * 1e-9 * rate + 1;
      uint64_t owed = due > (double)counts.sent ? (uint64_t)(due - (double)counts.sent) : 0;
      if (owed < allowed) allowed = owed;
    }
    int busy = 0, outstanding = 0;
    first = (first + 1) % socketCount;
    for (int i = 0; i < socketCount; i++) {
      struct client *client = &clients[(first + i) % socketCount];
      // Paced, a socket sends what is due one by one in turn, as separate resolvers would.
      uint64_t share = rate > 0 && allowed > 0 ? 1 + (allowed - 1) / (uint64_t)socketCount : allowed;
      if (!isOver) {
        int sent = sendSome(client, share < allowed ? share : allowed, &next);
        allowed -= (uint64_t)sent;
      }
      busy |= receiveSome(client);
    }
    if (timeNs - sweptNs > SWEEP_NS) {
      sweptNs = timeNs;
      sweepLost(clients, socketCount);
    }
    for (int i = 0; i < socketCount && isOver; i++) {
      for (int j = 0; j < SLOTS; j++) outstanding += clients[i].slots[j].sentNs != 0;
    }
    if (isOver && (outstanding == 0 || timeNs > endNs + 2 * SECOND_NS)) break;
    if (!busy) {
      struct timespec pause = {0, rate > 0 ? 20000 : 1000000};
      ppoll(waiting, (nfds_t)socketCount, &pause, NULL);
    }
  }
  return (double)((isOnce ? nowNs() : endNs) - startNs) * 1e-9;
}

static void report(struct client *clients, int socketCount, double elapsed) {
  int cookies = 0;
  for (int i = 0; i < socketCount; i++) cookies += clients[i].cookieOctets > 8;
  double answered = (double)counts.answered;
  printf("{\"perSecond\":%.0f,\"sent\":%lu,\"answered\":%lu,\"lost\":%lu,\"wrong\":%lu,\"stray\":%lu,",
         answered / elapsed, counts.sent, counts.answered, counts.lost, counts.wrong, counts.stray);
  printf("\"nxdomain\":%lu,\"octets\":%.1f,\"serverCookies\":%d,\"firstWrong\":\"%s\",", counts.nxdomain,
         answered > 0 ? (double)counts.octets / answered : 0, cookies, counts.firstWrong);
  printf("\"p50Us\":%.1f,\"p90Us\":%.1f,\"p99Us\":%.1f,\"p999Us\":%.1f,\"maxUs\":%.1f,\"offsets\":[",
         quantileUs(.5), quantileUs(.9), quantileUs(.99), quantileUs(.999), quantileUs(1));
  for (int i = 0; i < counts.widest; i++) printf("%s%lu", i > 0 ? "," : "", counts.offsets[i]);
  printf("]}\n");
}

int main(int argumentCount, char **arguments) {
  static const struct option OPTIONS[] = {
      {"port", 1, 0, 'p'},    {"queries", 1, 0, 'q'}, {"seconds", 1, 0, 's'}, {"window", 1, 0, 'w'},
      {"sockets", 1, 0, 'n'}, {"rate", 1, 0, 'r'},    {"seed", 1, 0, 'e'},    {"no-edns", 0, 0, 'x'},
      {"resolver", 0, 0, 'a'}, {"once", 0, 0, 'o'},
      {0, 0, 0, 0}};
  int port = 0, window = 200, socketCount = 8, edns = 1;
  double seconds = 5, rate = 0;
  const char *path = NULL;
  randomState = 1;
  for (int option; (option = getopt_long(argumentCount, arguments, "", OPTIONS, NULL)) != -1;) {
    if (option == 'p') port = atoi(optarg);
    else if (option == 'q') path = optarg;
    else if (option == 's') seconds = atof(optarg);
    else if (option == 'w') window = atoi(optarg);
    else if (option == 'n') socketCount = atoi(optarg);
    else if (option == 'r') rate = atof(optarg);
    else if (option == 'e') randomState = strtoull(optarg, NULL, 10);
    else if (option == 'x') edns = 0;
    else if (option == 'a') isResolver = 1;
    else if (option == 'o') isOnce = 1;
    else return 2;
  }
  errno = 0;
  if (port == 0 || path == NULL) fail("--port and --queries are needed");
  if (socketCount < 1 || socketCount > SOCKETS_MAX) fail("--sockets must be in 1..64");
  int perSocket = window / socketCount;
  if (perSocket < 1 || perSocket > SLOTS) fail("--window must be 1..1024 for each socket");
  prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
  readQueries(path);
  prepareBatches();
  struct client *clients = calloc((size_t)socketCount, sizeof *clients);
  for (int i = 0; i < socketCount; i++) openClient(&clients[i], port, perSocket, edns);
  double elapsed = load(clients, socketCount, seconds, rate);
  report(clients, socketCount, elapsed);
  return 0;
}
