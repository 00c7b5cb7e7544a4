#include "connect/fake/fake_relay.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/status.h"
#include "connect/reach.h"
#include "io/clock.h"

// Each pair of sockets has two ways. What the equipment says is cut into messages, each becomes a parcel with
// the time at which it may go; the other way bytes pass in parcels as they were read. Parcels leave in order. A
// message that is swapped waits for the one behind it.

enum { READ_BYTES = 1 << 16, TICK_MS = 50, PART_BYTES = 256, HOLD_US = 1000000 };

struct parcel {
    struct parcel *next;
    int64_t due_us;
    size_t n, n_sent;
    uint8_t bytes[];
};

struct way { // from one socket to the other
    struct parcel *first, *last;
    size_t n_held; // bytes in parcels
    uint8_t *part; // (n_part) of a message that is not whole yet
    size_t n_part, part_room;
    struct parcel *swapped;  // waits for the one behind it
    bool is_framed, is_over; // over: the sender has closed
};

struct pair {
    uint32_t gate;
    int file[2];       // 0: who came, 1: where it goes on to
    struct way way[2]; // [i]: what comes from file[i]
};

struct gate {
    char part[PART_BYTES], host[PART_BYTES];
    int file, host_port;
    bool is_toward_client;
};

struct fake_relay {
    struct fake_relay_options options;
    int wake[2];
    pthread_t thread;
    atomic_bool is_stopping;
    uint64_t random;
    struct pair *pair; // (n_pair)
    uint32_t n_pair;
    struct pollfd *file;

    pthread_mutex_t lock; // of what follows
    struct gate *gate;    // (n_gate); a gate does not change once it is counted
    uint32_t n_gate;
    struct fake_relay_look look;
};

// ---- faults

static double chance(struct fake_relay *relay) { // xorshift64*
    uint64_t x = relay->random | 1;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    relay->random = x;
    return (double)(x * UINT64_C(2685821657736338717) >> 11) * 0x1p-53;
}

// The fault of this kind that holds for a gate now, or NULL.
static const struct fake_link_fault *fault_now(const struct fake_relay *relay, uint32_t gate,
                                               enum fake_harm harm, int64_t now) {
    for (uint32_t i = 0; i < relay->options.n_fault; i++) {
        const struct fake_link_fault *fault = &relay->options.fault[i];
        if (fault->harm == harm && fault->from_us <= now && now < fault->until_us &&
            (fault->part[0] == '\0' || strcmp(fault->part, relay->gate[gate].part) == 0)) {
            return fault;
        }
    }
    return NULL;
}

static bool happens(struct fake_relay *relay, uint32_t gate, enum fake_harm harm, int64_t now) {
    const struct fake_link_fault *fault = fault_now(relay, gate, harm, now);
    return fault && chance(relay) < fault->share;
}

static void count(struct fake_relay *relay, enum fake_harm harm) {
    pthread_mutex_lock(&relay->lock);
    relay->look.n_harm[harm]++;
    pthread_mutex_unlock(&relay->lock);
}

// ---- parcels

static struct parcel *parcel_new(const uint8_t *bytes, size_t n, int64_t due_us) {
    struct parcel *parcel = alloc_new(1, sizeof *parcel + n);
    if (parcel) {
        parcel->due_us = due_us;
        parcel->n = n;
        memcpy(parcel->bytes, bytes, n);
    }
    return parcel;
}

static void push(struct way *way, struct parcel *parcel) {
    if (!parcel) {
        return;
    }
    parcel->next = NULL;
    way->n_held += parcel->n;
    if (way->last) {
        way->last->next = parcel;
    } else {
        way->first = parcel;
    }
    way->last = parcel;
}

static void way_fini(struct way *way) {
    while (way->first) {
        struct parcel *parcel = way->first;
        way->first = parcel->next;
        alloc_free(parcel);
    }
    alloc_free(way->swapped);
    alloc_free(way->part);
    *way = (struct way){0};
}

static void let_swapped_go(struct way *way) {
    push(way, way->swapped);
    way->swapped = NULL;
}

// One byte of its data is another one.
static void spoil(struct fake_relay *relay, struct parcel *parcel, size_t begin) {
    const size_t at = begin + (size_t)(chance(relay) * (double)(parcel->n - begin));
    parcel->bytes[at] ^= (uint8_t)(1 + (unsigned)(chance(relay) * 255));
}

// A whole message of the equipment.
static void take_message(struct fake_relay *relay, struct pair *pair, struct way *way,
                         const uint8_t *bytes, size_t n) {
    const int64_t now = clock_unix_us();
    const struct fake_link_fault *delay = fault_now(relay, pair->gate, FAKE_HARM_DELAY, now);
    struct parcel *parcel = parcel_new(bytes, n, delay ? now + delay->delay_us : 0);
    size_t begin = 0;
    if (!parcel) {
        return;
    }
    if (delay) {
        count(relay, FAKE_HARM_DELAY);
    }
    if (!fake_frame_is_data(relay->options.framing, bytes, n, &begin)) {
        let_swapped_go(way);
        push(way, parcel);
        return;
    }
    if (happens(relay, pair->gate, FAKE_HARM_MALFORMED, now)) {
        spoil(relay, parcel, begin);
        count(relay, FAKE_HARM_MALFORMED);
    }
    const bool is_repeated = happens(relay, pair->gate, FAKE_HARM_REPEAT, now);
    struct parcel *again = is_repeated ? parcel_new(parcel->bytes, n, parcel->due_us) : NULL;
    if (!way->swapped && happens(relay, pair->gate, FAKE_HARM_REORDER, now)) {
        parcel->due_us = parcel->due_us > 0 ? parcel->due_us : now;
        way->swapped = parcel;
        count(relay, FAKE_HARM_REORDER);
    } else {
        push(way, parcel);
        let_swapped_go(way);
    }
    if (again) {
        push(way, again);
        count(relay, FAKE_HARM_REPEAT);
    }
}

static bool keep_part(struct way *way, const uint8_t *bytes, size_t n) {
    if (way->n_part + n > way->part_room) {
        const size_t room = 2 * (way->n_part + n);
        void *grown = alloc_resize(way->part, room, 1);
        if (!grown) {
            return false;
        }
        way->part = grown;
        way->part_room = room;
    }
    memcpy(way->part + way->n_part, bytes, n);
    way->n_part += n;
    return true;
}

static void take_bytes(struct fake_relay *relay, struct pair *pair, struct way *way,
                       const uint8_t *bytes, size_t n) {
    if (!way->is_framed || !keep_part(way, bytes, n)) {
        push(way, parcel_new(bytes, n, 0));
        return;
    }
    size_t at = 0;
    while (way->is_framed && at < way->n_part) {
        const size_t all =
            fake_frame_bytes(relay->options.framing, way->part + at, way->n_part - at);
        if (all == SIZE_MAX) { // another protocol: from here on its bytes pass as they come
            way->is_framed = false;
            push(way, parcel_new(way->part + at, way->n_part - at, 0));
            at = way->n_part;
        } else if (all == 0 || all > way->n_part - at) {
            break;
        } else {
            take_message(relay, pair, way, way->part + at, all);
            pthread_mutex_lock(&relay->lock);
            relay->look.n_frame++;
            pthread_mutex_unlock(&relay->lock);
            at += all;
        }
    }
    memmove(way->part, way->part + at, way->n_part - at);
    way->n_part -= at;
}

// ---- sockets

static void pair_fini(struct pair *pair) {
    for (int i = 0; i < 2; i++) {
        if (pair->file[i] >= 0) {
            close(pair->file[i]);
        }
        way_fini(&pair->way[i]);
    }
}

static void end_pair(struct fake_relay *relay, uint32_t i) {
    pair_fini(&relay->pair[i]);
    relay->pair[i] = relay->pair[--relay->n_pair];
}

// Read from one side; false: the pair is broken.
static bool read_side(struct fake_relay *relay, struct pair *pair, int side) {
    uint8_t bytes[READ_BYTES];
    const ssize_t n = read(pair->file[side], bytes, sizeof bytes);
    if (n > 0) {
        take_bytes(relay, pair, &pair->way[side], bytes, (size_t)n);
        return true;
    }
    if (n == 0) {
        pair->way[side].is_over = true;
        let_swapped_go(&pair->way[side]);
        return true;
    }
    return errno == EAGAIN || errno == EINTR;
}

// Send what is due on a way; false: the pair is broken.
static bool send_way(struct pair *pair, int side, int64_t now) {
    struct way *way = &pair->way[side];
    if (way->swapped && now - way->swapped->due_us > HOLD_US) {
        let_swapped_go(way);
    }
    while (way->first && way->first->due_us <= now) {
        struct parcel *parcel = way->first;
        const ssize_t n = send(pair->file[1 - side], parcel->bytes + parcel->n_sent,
                               parcel->n - parcel->n_sent, MSG_NOSIGNAL);
        if (n < 0) {
            return errno == EAGAIN || errno == EINTR;
        }
        parcel->n_sent += (size_t)n;
        if (parcel->n_sent < parcel->n) {
            return true;
        }
        way->first = parcel->next;
        way->last = way->first ? way->last : NULL;
        way->n_held -= parcel->n;
        alloc_free(parcel);
    }
    return !(way->is_over && !way->first);
}

static void accept_one(struct fake_relay *relay, uint32_t gate) {
    const int came = accept4(relay->gate[gate].file, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    int onward = -1;
    if (came < 0) {
        return;
    }
    if (relay->n_pair == FAKE_MAX_PAIRS ||
        fault_now(relay, gate, FAKE_HARM_DROP, clock_unix_us()) ||
        reach_connect(relay->gate[gate].host, relay->gate[gate].host_port, &onward, NULL) !=
            MARU_OK) {
        close(came);
        return;
    }
    struct pair *pair = &relay->pair[relay->n_pair++];
    *pair = (struct pair){.gate = gate, .file = {came, onward}};
    pair->way[relay->gate[gate].is_toward_client ? 1 : 0].is_framed = true;
    pthread_mutex_lock(&relay->lock);
    relay->look.n_pair++;
    pthread_mutex_unlock(&relay->lock);
}

// ---- the thread

static uint32_t count_gates(struct fake_relay *relay) {
    pthread_mutex_lock(&relay->lock);
    const uint32_t n = relay->n_gate;
    pthread_mutex_unlock(&relay->lock);
    return n;
}

static int wait_ms(const struct fake_relay *relay, int64_t now) {
    int64_t least = (int64_t)TICK_MS * 1000;
    for (uint32_t i = 0; i < relay->n_pair; i++) {
        for (int side = 0; side < 2; side++) {
            const struct parcel *first = relay->pair[i].way[side].first;
            if (first && first->due_us > now && first->due_us - now < least) {
                least = first->due_us - now;
            }
        }
    }
    return (int)((least + 999) / 1000);
}

static void wait_for_files(struct fake_relay *relay, uint32_t n_gate) {
    struct pollfd *file = relay->file;
    const int64_t now = clock_unix_us();
    *file++ = (struct pollfd){.fd = relay->wake[0], .events = POLLIN};
    for (uint32_t i = 0; i < n_gate; i++) {
        *file++ = (struct pollfd){.fd = relay->gate[i].file, .events = POLLIN};
    }
    for (uint32_t i = 0; i < relay->n_pair; i++) {
        for (int side = 0; side < 2; side++) {
            const struct way *in = &relay->pair[i].way[side], *out = &relay->pair[i].way[1 - side];
            short events = in->is_over || in->n_held > FAKE_MAX_HELD_BYTES ? 0 : POLLIN;
            events = (short)(events | (out->first && out->first->due_us <= now ? POLLOUT : 0));
            *file++ =
                (struct pollfd){.fd = events ? relay->pair[i].file[side] : -1, .events = events};
        }
    }
    if (poll(relay->file, 1 + n_gate + 2 * relay->n_pair, wait_ms(relay, now)) < 0) {
        memset(relay->file, 0, (1 + n_gate + 2 * (size_t)relay->n_pair) * sizeof *relay->file);
    }
}

static bool serve_pair(struct fake_relay *relay, uint32_t i, const struct pollfd *file,
                       int64_t now) {
    struct pair *pair = &relay->pair[i];
    if (fault_now(relay, pair->gate, FAKE_HARM_DROP, now)) {
        count(relay, FAKE_HARM_DROP);
        return false;
    }
    bool is_good = true;
    for (int side = 0; side < 2; side++) {
        if (is_good && file[side].revents & (POLLIN | POLLERR | POLLHUP)) {
            is_good = read_side(relay, pair, side);
        }
        is_good = is_good && send_way(pair, side, now);
    }
    return is_good;
}

static void *run(void *context) {
    struct fake_relay *relay = context;
    while (!atomic_load(&relay->is_stopping)) {
        const uint32_t n_gate = count_gates(relay);
        wait_for_files(relay, n_gate);
        if (relay->file[0].revents) {
            char some[64];
            (void)!read(relay->wake[0], some, sizeof some);
        }
        const int64_t now = clock_unix_us();
        for (uint32_t i = relay->n_pair; i > 0;
             i--) { // backwards: one that ends takes the last's place
            if (!serve_pair(relay, i - 1, &relay->file[1 + n_gate + 2 * (size_t)(i - 1)], now)) {
                end_pair(relay, i - 1);
            }
        }
        for (uint32_t i = 0; i < n_gate; i++) {
            if (relay->file[1 + i].revents) {
                accept_one(relay, i);
            }
        }
    }
    return NULL;
}

// ---- beginning and end

static void release(struct fake_relay *relay) {
    while (relay->n_pair > 0) {
        end_pair(relay, relay->n_pair - 1);
    }
    for (uint32_t i = 0; i < relay->n_gate; i++) {
        close(relay->gate[i].file);
    }
    for (int i = 0; i < 2; i++) {
        if (relay->wake[i] >= 0) {
            close(relay->wake[i]);
        }
    }
    pthread_mutex_destroy(&relay->lock);
    alloc_free(relay->gate);
    alloc_free(relay->pair);
    alloc_free(relay->file);
    alloc_free(relay);
}

maru_status fake_relay_open(const struct fake_relay_options *options, struct fake_relay **out,
                            maru_error *err) {
    struct fake_relay *relay = alloc_new(1, sizeof *relay);
    maru_status st = MARU_OK;
    if (!relay) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    relay->options = *options;
    relay->random = options->seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
    relay->wake[0] = -1;
    relay->wake[1] = -1;
    pthread_mutex_init(&relay->lock, NULL);
    relay->gate = alloc_new(FAKE_MAX_GATES, sizeof *relay->gate);
    relay->pair = alloc_new(FAKE_MAX_PAIRS, sizeof *relay->pair);
    relay->file = alloc_new(1 + FAKE_MAX_GATES + 2 * FAKE_MAX_PAIRS, sizeof *relay->file);
    if (!relay->gate || !relay->pair || !relay->file) {
        st = fail(err, MARU_E_MEMORY, "no memory");
    } else if (pipe2(relay->wake, O_CLOEXEC | O_NONBLOCK) != 0) {
        st = fail(err, MARU_E_IO, "no more files can be opened");
    } else if (pthread_create(&relay->thread, NULL, run, relay) != 0) {
        st = fail(err, MARU_E_MEMORY, "no thread can be started");
    }
    if (st != MARU_OK) {
        release(relay);
        return st;
    }
    *out = relay;
    return MARU_OK;
}

maru_status fake_relay_add(struct fake_relay *relay, const struct fake_gate *gate, int *port,
                           maru_error *err) {
    int file = -1;
    if (relay->n_gate == FAKE_MAX_GATES) {
        return fail(err, MARU_E_LIMIT, "more than %d connections with faults", FAKE_MAX_GATES);
    }
    const maru_status st = reach_listen(gate->address, gate->port, &file, port, err);
    if (st != MARU_OK) {
        return st;
    }
    struct gate *made = &relay->gate[relay->n_gate]; // the thread does not look at it yet
    *made = (struct gate){
        .file = file, .host_port = gate->host_port, .is_toward_client = gate->is_toward_client};
    snprintf(made->part, sizeof made->part, "%s", gate->part);
    snprintf(made->host, sizeof made->host, "%s", gate->host);
    pthread_mutex_lock(&relay->lock);
    relay->n_gate++;
    pthread_mutex_unlock(&relay->lock);
    (void)!write(relay->wake[1], "", 1);
    return MARU_OK;
}

void fake_relay_look(struct fake_relay *relay, struct fake_relay_look *out) {
    pthread_mutex_lock(&relay->lock);
    *out = relay->look;
    pthread_mutex_unlock(&relay->lock);
}

void fake_relay_close(struct fake_relay *relay, struct fake_relay_look *last) {
    if (!relay) {
        return;
    }
    atomic_store(&relay->is_stopping, true);
    (void)!write(relay->wake[1], "", 1);
    pthread_join(relay->thread, NULL);
    if (last) {
        *last = relay->look;
    }
    release(relay);
}
