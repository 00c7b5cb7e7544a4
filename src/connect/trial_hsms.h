// For the tests and the benchmark: fake tools (wire/secs/equipment.h) on real sockets, moved on by whoever tests.
#ifndef CONNECT_TRIAL_HSMS_H
#define CONNECT_TRIAL_HSMS_H

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "io/clock.h"
#include "wire/secs/equipment.h"
#include "wire/secs/item_text.h"

struct fake {               // a tool
    struct profile profile; // the tables of another, settings of its own
    struct equipment *tool;
    int fd; // -1: not connected
    maru_time now_us;
    uint32_t n_said[16]; // outputs by kind
    bool is_deaf;        // it reads nothing
};

static inline struct profile *fake_profile(const char *csv) {
    struct profile *profile = NULL;
    maru_error err = {0};
    if (profile_read(csv, strlen(csv), &profile, &err) != MARU_OK) {
        fprintf(stderr, "%u:%u: %s\n", err.row, err.column, err.text);
        abort();
    }
    return profile;
}

static inline bool fake_start(struct fake *fake, const struct profile *kind, bool is_active,
                              int device, const char *model) {
    *fake = (struct fake){.profile = *kind, .fd = -1};
    fake->profile.set.is_active = is_active;
    fake->profile.set.device = device;
    fake->profile.set.model = model;
    return equipment_new(&fake->profile, &fake->tool, NULL) == MARU_OK;
}

static inline struct hsms_session *fake_session(struct fake *fake) {
    return equipment_session(fake->tool);
}

static inline void fake_pull(struct fake *fake) {
    struct equipment_output o;
    const maru_time now = clock_unix_us();
    fake->now_us = now > fake->now_us ? now : fake->now_us;
    while (equipment_next(fake->tool, fake->now_us, &o)) {
        fake->n_said[o.kind]++;
        if (o.kind == EQUIPMENT_CLOSED && fake->fd >= 0) {
            close(fake->fd);
            fake->fd = -1;
        }
    }
}

static inline void fake_opened(struct fake *fake, int fd) {
    const int yes = 1;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    (void)fcntl(fd, F_SETFL, O_NONBLOCK);
    fake_pull(fake);
    fake->fd = fd;
    hsms_session_opened(fake_session(fake), fake->now_us);
}

static inline struct sockaddr_in fake_address(const char *ip, int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    (void)inet_pton(AF_INET, ip, &address.sin_addr);
    return address;
}

// A socket from this address of the machine (127.0.0.x) to the port; -1: it could not be.
static inline int fake_socket(const char *from, int port) {
    const struct sockaddr_in own = fake_address(from, 0), peer = fake_address("127.0.0.1", port);
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (const struct sockaddr *)&own, sizeof own) != 0 ||
        connect(fd, (const struct sockaddr *)&peer, sizeof peer) != 0) {
        if (fd >= 0) {
            close(fd);
        }
        return -1;
    }
    return fd;
}

static inline bool fake_connect(struct fake *fake, const char *from, int port) {
    const int fd = fake_socket(from, port);
    if (fd >= 0) {
        fake_opened(fake, fd);
    }
    return fd >= 0;
}

static inline void fake_cut(struct fake *fake) { // pull the cable: no word of farewell
    if (fake->fd >= 0) {
        const struct linger now = {1, 0};
        (void)setsockopt(fake->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        close(fake->fd);
        fake->fd = -1;
        hsms_session_closed(fake_session(fake), fake->now_us);
        fake_pull(fake);
    }
}

static inline void fake_write(struct fake *fake) {
    size_t n = 0;
    const uint8_t *bytes = hsms_session_output(fake_session(fake), &n);
    const ssize_t n_sent =
        n > 0 && fake->fd >= 0 ? send(fake->fd, bytes, n, MSG_NOSIGNAL | MSG_DONTWAIT) : 0;
    hsms_session_sent(fake_session(fake), n_sent > 0 ? (size_t)n_sent : 0);
}

// Move on what has come and what is to go.
static inline void fake_step(struct fake *fake) {
    static _Thread_local uint8_t bytes[HSMS_MAX_RECEIVE_BYTES];
    fake_pull(fake);
    ssize_t n = -1;
    while (fake->fd >= 0 && !fake->is_deaf && (n = recv(fake->fd, bytes, sizeof bytes, 0)) > 0) {
        (void)!hsms_session_receive(fake_session(fake), bytes, (size_t)n, fake->now_us, NULL);
        fake_pull(fake);
    }
    if (fake->fd >= 0 && !fake->is_deaf && n == 0) {
        hsms_session_closed(fake_session(fake), fake->now_us);
        fake_pull(fake);
    }
    fake_write(fake);
}

static inline void fake_end(struct fake *fake) {
    if (fake->fd >= 0) {
        close(fake->fd);
    }
    equipment_free(fake->tool);
}

// Set a variable by its name to an item that is written as text.
static inline bool fake_set(struct fake *fake, const char *name, const char *item) {
    struct text bytes;
    text_init(&bytes, 1 << 16);
    const bool is_set = secs_read_text(item, strlen(item), &bytes, NULL) == MARU_OK &&
                        equipment_set(fake->tool, profile_variable_named(&fake->profile, name),
                                      bytes.bytes, bytes.n_bytes, NULL) == MARU_OK;
    text_fini(&bytes);
    return is_set;
}

static inline bool fake_fire(struct fake *fake, const char *id) {
    return equipment_fire(fake->tool, profile_event_at(&fake->profile, id), NULL) == MARU_OK;
}

#endif
