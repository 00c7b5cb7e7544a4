#include "serve/http/pace.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base/alloc.h"
#include "base/status.h"
#include "io/clock.h"

// libmicrohttpd knows idle time only, and each byte ends it. How far a connection really is the kernel
// tells: bytes received and bytes acknowledged by the other side (TCP_INFO), whatever TLS and
// libmicrohttpd do with them. A slow one is shut down: libmicrohttpd sees it end and closes it, which is
// told here (under the same lock) before its number could be another connection's. Where bytes lie unread
// the server is the slow one.

struct wire {
    int socket;
    enum pace_phase phase;
    double since_s;  // begin of the window; of a header its first byte, 0 before it
    uint64_t n_mark; // bytes received or acknowledged at that moment
    bool is_cut;
    struct wire *next, **link;
};

struct pace {
    pthread_mutex_t lock;
    struct wire *first;
    size_t n;
    double patience_s;
};

maru_status pace_new(double patience_s, struct pace **out, maru_error *err) {
    struct pace *pace = alloc_new(1, sizeof *pace);
    if (!pace) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    pthread_mutex_init(&pace->lock, NULL);
    pace->patience_s = patience_s;
    *out = pace;
    return MARU_OK;
}

void pace_free(struct pace *pace) {
    if (pace) {
        pthread_mutex_destroy(&pace->lock);
        alloc_free(pace);
    }
}

// False where the kernel does not say: then only idle time counts.
static bool n_moved(const struct wire *wire, uint64_t *n) {
    struct tcp_info info = {0};
    socklen_t n_info = sizeof info;
    if (getsockopt(wire->socket, IPPROTO_TCP, TCP_INFO, &info, &n_info) != 0 ||
        n_info < offsetof(struct tcp_info, tcpi_bytes_received) + sizeof info.tcpi_bytes_received) {
        return false;
    }
    *n = wire->phase == PACE_SENDING ? info.tcpi_bytes_acked : info.tcpi_bytes_received;
    return true;
}

static void begin(struct wire *wire, enum pace_phase phase) {
    wire->phase = phase;
    wire->since_s = phase == PACE_WAITING ? 0 : clock_seconds();
    wire->n_mark = 0;
    (void)n_moved(wire, &wire->n_mark);
}

void pace_notify(void *context, struct MHD_Connection *connection, void **own,
                 enum MHD_ConnectionNotificationCode code) {
    struct pace *pace = context;
    struct wire *wire = *own;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *info =
            MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
        wire = info ? alloc_new(1, sizeof *wire) : NULL;
        *own = wire;
        if (wire) {
            wire->socket = info->connect_fd;
            pthread_mutex_lock(&pace->lock);
            wire->next = pace->first;
            wire->link = &pace->first;
            if (pace->first) {
                pace->first->link = &wire->next;
            }
            pace->first = wire;
            pace->n++;
            pthread_mutex_unlock(&pace->lock);
        }
    } else if (wire) {
        pthread_mutex_lock(&pace->lock);
        *wire->link = wire->next;
        if (wire->next) {
            wire->next->link = wire->link;
        }
        pace->n--;
        pthread_mutex_unlock(&pace->lock);
        alloc_free(wire);
        *own = NULL;
    }
}

void pace_enter(struct pace *pace, struct MHD_Connection *connection, enum pace_phase phase) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct wire *wire = info ? info->socket_context : NULL;
    if (wire) {
        pthread_mutex_lock(&pace->lock);
        begin(wire, phase);
        pthread_mutex_unlock(&pace->lock);
    }
}

static bool has_unread(const struct wire *wire) {
    int n = 0;
    return ioctl(wire->socket, FIONREAD, &n) == 0 && n > 0;
}

static bool is_too_slow(const struct pace *pace, struct wire *wire, double now_s) {
    uint64_t n = 0;
    if (wire->is_cut || wire->phase == PACE_WORKING || wire->phase == PACE_EXEMPT ||
        !n_moved(wire, &n)) {
        return false;
    }
    if (wire->phase == PACE_WAITING) {
        if (wire->since_s <= 0 && n > wire->n_mark) {
            wire->since_s = now_s; // the first byte of a header
        }
        return wire->since_s > 0 && now_s - wire->since_s > pace->patience_s;
    }
    const double window_s = PACE_WINDOWS * pace->patience_s;
    if (now_s - wire->since_s <= window_s) {
        return false;
    }
    const bool is_slow = (double)(n - wire->n_mark) < window_s * PACE_LEAST_BYTES_PER_S;
    wire->since_s = now_s;
    wire->n_mark = n;
    return is_slow;
}

size_t pace_sweep(struct pace *pace) {
    const double now_s = clock_seconds();
    size_t n_cut = 0;
    pthread_mutex_lock(&pace->lock);
    for (struct wire *wire = pace->first; wire; wire = wire->next) {
        if (is_too_slow(pace, wire, now_s) && (wire->phase == PACE_SENDING || !has_unread(wire))) {
            wire->is_cut = true;
            const struct linger at_once = {.l_onoff = 1}; // what is not sent yet is not kept
            (void)setsockopt(wire->socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
            shutdown(wire->socket, SHUT_RDWR);
            n_cut++;
        }
    }
    pthread_mutex_unlock(&pace->lock);
    return n_cut;
}

size_t pace_n_connection(struct pace *pace) {
    pthread_mutex_lock(&pace->lock);
    const size_t n = pace->n;
    pthread_mutex_unlock(&pace->lock);
    return n;
}
