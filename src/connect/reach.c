#include "connect/reach.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/status.h"

// A name may have several addresses: each is tried, within what is left of the time. The name itself is asked
// for by the system, which has limits of its own.

enum { PATIENCE_MS = 5000, BACKLOG = 64 };

static maru_status lookup(const char *host, int port, int flags, struct addrinfo **found,
                          maru_error *err) {
    const struct addrinfo wanted = {.ai_socktype = SOCK_STREAM, .ai_flags = flags | AI_ADDRCONFIG};
    char service[16];
    snprintf(service, sizeof service, "%d", port);
    return getaddrinfo(host, service, &wanted, found) == 0
               ? MARU_OK
               : fail(err, MARU_E_IO,
                      "no computer is called %.200s: look at its name, or at the DNS", host);
}

static int connect_to(const struct addrinfo *to, int *why) {
    const int file = socket(to->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const int on = 1;
    if (file < 0) {
        *why = errno;
        return -1;
    }
    int code = connect(file, to->ai_addr, to->ai_addrlen) == 0 ? 0 : errno;
    if (code == EINPROGRESS) {
        struct pollfd wait = {.fd = file, .events = POLLOUT};
        socklen_t n = sizeof code;
        if (poll(&wait, 1, PATIENCE_MS) <= 0) {
            code = ETIMEDOUT;
        } else if (getsockopt(file, SOL_SOCKET, SO_ERROR, &code, &n) != 0) {
            code = errno;
        }
    }
    if (code != 0) {
        close(file);
        *why = code;
        return -1;
    }
    (void)setsockopt(file, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return file;
}

static maru_status say_why(const char *host, int port, int why, maru_error *err) {
    switch (why) {
    case ECONNREFUSED:
        return fail(err, MARU_E_IO,
                    "nothing listens at %.200s port %d: is the program there running?", host, port);
    case ETIMEDOUT:
        return fail(
            err, MARU_E_IO,
            "%.200s port %d does not answer: is it switched on, and does a firewall let us?", host,
            port);
    default:
        return fail(err, MARU_E_IO, "%.200s port %d cannot be reached: %s", host, port,
                    strerror(why));
    }
}

maru_status reach_connect(const char *host, int port, int *file, maru_error *err) {
    struct addrinfo *found = NULL;
    int why = 0, got = -1;
    const maru_status st = lookup(host, port, 0, &found, err);
    if (st != MARU_OK) {
        return st;
    }
    for (const struct addrinfo *to = found; to && got < 0; to = to->ai_next) {
        got = connect_to(to, &why);
    }
    freeaddrinfo(found);
    if (got >= 0) {
        *file = got;
    }
    return got >= 0 ? MARU_OK : say_why(host, port, why, err);
}

maru_status reach_probe(const char *host, int port, maru_error *err) {
    int file = -1;
    const maru_status st = reach_connect(host, port, &file, err);
    if (st == MARU_OK) {
        close(file);
    }
    return st;
}

static int port_of(int file) {
    struct sockaddr_storage own;
    socklen_t n = sizeof own;
    memset(&own, 0, sizeof own);
    if (getsockname(file, (struct sockaddr *)&own, &n) != 0) {
        return 0;
    }
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    if (own.ss_family == AF_INET6) {
        memcpy(&v6, &own, sizeof v6);
        return ntohs(v6.sin6_port);
    }
    memcpy(&v4, &own, sizeof v4);
    return ntohs(v4.sin_port);
}

maru_status reach_listen(const char *address, int port, int *file, int *got, maru_error *err) {
    struct addrinfo *found = NULL;
    const int on = 1;
    const maru_status st = lookup(address, port, AI_PASSIVE, &found, err);
    if (st != MARU_OK) {
        return st;
    }
    const int made = socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const bool is_good =
        made >= 0 && setsockopt(made, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
        bind(made, found->ai_addr, found->ai_addrlen) == 0 && listen(made, BACKLOG) == 0;
    const int why = errno;
    freeaddrinfo(found);
    if (!is_good) {
        if (made >= 0) {
            close(made);
        }
        return fail(err, MARU_E_IO, "nobody can listen on %.200s port %d: %s", address, port,
                    strerror(why));
    }
    *file = made;
    if (got) {
        *got = port_of(made);
    }
    return MARU_OK;
}
