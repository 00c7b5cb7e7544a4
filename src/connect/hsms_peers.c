#include "connect/hsms_inside.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/status.h"

// Sockets never block. Bytes are read only from a peer that takes its answers, so that one that does not cannot fill our memory; and of each
// only so many a turn, so that one cannot keep the others from theirs.
//
// Who connects has to select within T7 (wire/secs/session.h). Until then it is nobody: of these there are HSMS_MAX_UNSELECTED at most, and
// when more come the oldest goes. So a flood of connections costs tools that are at work nothing.

static const maru_time connect_us = 10000000;

// ---- sockets

static void set_up(int fd) {
    const int yes = 1;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

static struct sockaddr_in6 address_of(const struct in6_addr *ip, int port) {
    return (struct sockaddr_in6){
        .sin6_family = AF_INET6, .sin6_addr = *ip, .sin6_port = htons((uint16_t)port)};
}

// IPv4 goes through sockets of IPv6, where the system has them.
static int new_socket(void) {
    const int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const int no = 0;
    if (fd >= 0) {
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof no);
    }
    return fd;
}

maru_status hsms_listen(struct hsms_connection *hsms, maru_error *err) {
    struct hsms_address host = {.ip = IN6ADDR_ANY_INIT};
    const int yes = 1;
    if (hsms->host[0] != '\0') {
        (void)hsms_address_read(hsms->host, &host);
    }
    struct sockaddr_in6 address = address_of(&host.ip, hsms->options.port);
    socklen_t n = sizeof address;
    const int fd = new_socket();
    if (fd < 0) {
        return fail(err, MARU_E_IO, "no more files can be opened");
    }
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || listen(fd, 512) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &n) != 0) {
        const int why = errno;
        close(fd);
        return fail(err, MARU_E_IO, "port %d cannot be listened at: %s", hsms->options.port,
                    why == EADDRINUSE ? "another program has it" : strerrorname_np(why));
    }
    hsms->listening = fd;
    atomic_store(&hsms->port, ntohs(address.sin6_port));
    return MARU_OK;
}

// ---- peers

static struct hsms_peer *new_peer(struct hsms_connection *hsms, int fd, const struct in6_addr *ip) {
    struct hsms_peer *peer = alloc_new(1, sizeof *peer);
    if (!peer) {
        return NULL;
    }
    peer->fd = fd;
    peer->ip = *ip;
    peer->began_us = hsms->now_us;
    set_up(fd);
    hsms->peer[hsms->n_peer++] = peer;
    return peer;
}

// Whoever waits for an answer of this tool waits no longer.
static void lose_requests(struct hsms_connection *hsms, struct hsms_peer *peer) {
    struct gem_output output;
    hsms_session_closed(gem_host_session(peer->host), peer->now_us);
    while (gem_host_next(peer->host, peer->now_us, &output)) {
        if (output.kind == GEM_REPLY) {
            requests_answer(hsms->requests, output.token, &output);
        }
    }
}

void hsms_free_peer(struct hsms_connection *hsms, struct hsms_peer *peer) {
    if (peer->host) {
        lose_requests(hsms, peer);
    }
    uint32_t i = 0;
    while (hsms->peer[i] != peer) {
        i++;
    }
    hsms->peer[i] = hsms->peer[--hsms->n_peer];
    close(peer->fd);
    gem_host_free(peer->host);
    alloc_free(peer);
}

static bool is_selected(const struct hsms_peer *peer) {
    return peer->host && hsms_session_is_selected(gem_host_session(peer->host));
}

// The oldest goes when there are too many who say nothing.
static void make_room(struct hsms_connection *hsms) {
    struct hsms_peer *oldest = NULL;
    uint32_t n = 0;
    for (uint32_t i = 0; i < hsms->n_peer; i++) {
        struct hsms_peer *peer = hsms->peer[i];
        if (!is_selected(peer) && peer->state == PEER_OPEN) {
            oldest = !oldest || peer->began_us < oldest->began_us ? peer : oldest;
            n++;
        }
    }
    if (oldest && (n >= HSMS_MAX_UNSELECTED || hsms->n_peer >= HSMS_MAX_PEERS)) {
        oldest->state = PEER_ENDING;
        hsms_close_ended(hsms);
    }
}

static void open_passive(struct hsms_connection *hsms, int fd, const struct in6_addr *ip) {
    make_room(hsms);
    struct hsms_peer *peer = hsms->n_peer < HSMS_MAX_PEERS ? new_peer(hsms, fd, ip) : NULL;
    if (!peer) {
        close(fd);
        return;
    }
    const struct hsms_sight sight = {.ip = *ip, .device = -1};
    const uint32_t row = hsms_tools_match(&hsms->tools, &sight, &peer->is_sure);
    const uint32_t only = hsms_tools_only(&hsms->tools, ip);
    peer->profile = hsms_profile_for(
        &hsms->options, only == UINT32_MAX ? hsms->tools.usual : hsms->tools.row[only].profile,
        only == UINT32_MAX ? -1 : hsms->tools.row[only].device);
    peer->state = PEER_OPEN;
    const bool is_refused = row == UINT32_MAX && peer->is_sure && !hsms->options.takes_unknown;
    peer->is_sure = false; // of the tool, which it gets when it says something
    if (is_refused || gem_host_new(&peer->profile, &peer->host, NULL) != MARU_OK) {
        hsms_free_peer(hsms, peer);
        return;
    }
    hsms_session_opened(gem_host_session(peer->host), hsms->now_us);
}

void hsms_accept(struct hsms_connection *hsms) {
    enum { AT_ONCE = 64 };
    for (int i = 0; i < AT_ONCE; i++) {
        struct sockaddr_in6 address;
        socklen_t n = sizeof address;
        const int fd =
            accept4(hsms->listening, (struct sockaddr *)&address, &n, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd < 0) {
            return;
        }
        open_passive(hsms, fd, &address.sin6_addr);
    }
}

// ---- connecting

static void begin_to_connect(struct hsms_connection *hsms, struct hsms_tool *tool) {
    const struct sockaddr_in6 address = address_of(&tool->row->address.ip, tool->row->port);
    const int fd = new_socket();
    const bool has_begun =
        fd >= 0 && (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0 ||
                    errno == EINPROGRESS);
    const int why = errno;
    struct hsms_peer *peer =
        has_begun && hsms->n_peer < HSMS_MAX_PEERS ? new_peer(hsms, fd, &address.sin6_addr) : NULL;
    if (!peer) {
        if (fd >= 0) {
            close(fd);
        }
        hsms_tool_is_down(hsms, tool,
                          fd < 0 ? "no more files can be opened" : strerrorname_np(why));
        hsms_try_later(hsms, tool);
        return;
    }
    peer->state = PEER_CONNECTING;
    peer->tool = tool;
    peer->is_sure = true;
    peer->profile = hsms_profile_for(&hsms->options, tool->kind, tool->row->device);
    tool->peer = peer;
}

void hsms_connect_due(struct hsms_connection *hsms) {
    for (uint32_t i = 0; hsms->options.is_active && i < hsms->n_tool; i++) {
        if (!hsms->tool[i]->peer && hsms->now_us >= hsms->tool[i]->try_us) {
            begin_to_connect(hsms, hsms->tool[i]);
        }
    }
}

maru_time hsms_connect_deadline(const struct hsms_connection *hsms) {
    maru_time at = INT64_MAX;
    for (uint32_t i = 0; hsms->options.is_active && i < hsms->n_tool; i++) {
        const struct hsms_tool *tool = hsms->tool[i];
        const maru_time due_us = tool->peer == NULL ? tool->try_us
                                 : tool->peer->state == PEER_CONNECTING
                                     ? tool->peer->began_us + connect_us
                                     : INT64_MAX;
        at = due_us < at ? due_us : at;
    }
    return at;
}

static const char *connect_problem(int why) {
    return why == ECONNREFUSED ? "nothing listens at the tool's port: is its HSMS switched on?"
           : why == ETIMEDOUT  ? "the tool does not answer: is it switched on, and does a firewall "
                                 "let us?"
                               : strerrorname_np(why);
}

static void look_at_connecting(struct hsms_connection *hsms, struct hsms_peer *peer) {
    int why = 0;
    socklen_t n = sizeof why;
    if (peer->ready != 0) {
        if (getsockopt(peer->fd, SOL_SOCKET, SO_ERROR, &why, &n) != 0) {
            why = errno;
        }
    } else if (hsms->now_us < peer->began_us + connect_us) {
        return;
    } else {
        why = ETIMEDOUT;
    }
    if (why == 0 && gem_host_new(&peer->profile, &peer->host, NULL) != MARU_OK) {
        why = ENOMEM;
    }
    if (why != 0) {
        hsms_tool_is_down(hsms, peer->tool, connect_problem(why));
        peer->state = PEER_ENDING;
        return;
    }
    peer->state = PEER_OPEN;
    hsms_pull(hsms, peer); // it wants to be connected: it is
    hsms_session_opened(gem_host_session(peer->host), peer->now_us);
}

// ---- bytes

bool hsms_has_output(const struct hsms_peer *peer, size_t *n) {
    *n = 0;
    if (peer->host) {
        (void)hsms_session_output(gem_host_session(peer->host), n);
    }
    return *n > 0;
}

static bool reads_some(struct hsms_connection *hsms, struct hsms_peer *peer) {
    uint8_t bytes[HSMS_MAX_RECEIVE_BYTES / 4];
    const ssize_t n = recv(peer->fd, bytes, sizeof bytes, 0);
    struct hsms_session *session = gem_host_session(peer->host);
    const maru_time now = hsms->now_us > peer->now_us ? hsms->now_us : peer->now_us;
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
        return false;
    }
    if (n > 0 && peer->tool) {
        peer->tool->heard_us = now;
    }
    if (n <= 0) {
        hsms_session_closed(session, now);
    } else if (hsms_session_receive(session, bytes, (size_t)n, now, NULL) != MARU_OK) {
        hsms_tool_is_down(hsms, peer->tool, "no memory for what the tool sends");
        peer->state = PEER_ENDING;
        return false;
    }
    hsms_pull(hsms, peer);
    return n == (ssize_t)sizeof bytes && peer->state == PEER_OPEN;
}

void hsms_read(struct hsms_connection *hsms, struct hsms_peer *peer) {
    size_t n_behind = 0;
    if (peer->state == PEER_CONNECTING) {
        look_at_connecting(hsms, peer);
    }
    if (peer->state != PEER_OPEN) {
        return;
    }
    bool is_more = peer->ready != 0;
    (void)hsms_has_output(peer, &n_behind);
    for (int n = 0; is_more && n_behind < HSMS_MAX_BEHIND_BYTES; n += HSMS_MAX_RECEIVE_BYTES / 4) {
        if (n >= HSMS_MAX_READ_BYTES || intake_is_full(hsms->connection.intake)) {
            hsms->has_more = true;
            return;
        }
        is_more = reads_some(hsms, peer);
        (void)hsms_has_output(peer, &n_behind);
    }
    if (peer->state == PEER_OPEN && gem_host_deadline(peer->host) <= hsms->now_us) {
        hsms_pull(hsms, peer);
    }
}

void hsms_write(struct hsms_connection *hsms, struct hsms_peer *peer) {
    struct hsms_session *session = peer->host ? gem_host_session(peer->host) : NULL;
    while (session) {
        size_t n = 0;
        const uint8_t *bytes = hsms_session_output(session, &n);
        const ssize_t n_sent = n > 0 ? send(peer->fd, bytes, n, MSG_NOSIGNAL | MSG_DONTWAIT) : 0;
        if (n == 0 || (n_sent < 0 && errno == EAGAIN)) {
            return;
        }
        if (n_sent < 0 && errno != EINTR) {
            if (peer->state == PEER_OPEN) {
                hsms_session_closed(session, peer->now_us);
                hsms_pull(hsms, peer);
                peer->state = PEER_ENDING;
            }
            return;
        }
        hsms_session_sent(session, n_sent > 0 ? (size_t)n_sent : 0);
    }
}

void hsms_close_ended(struct hsms_connection *hsms) {
    for (uint32_t i = hsms->n_peer; i-- > 0;) {
        struct hsms_peer *peer = hsms->peer[i];
        if (peer->state == PEER_ENDING) {
            if (peer->tool && peer->tool->peer == peer) {
                if (peer->tool->is_connected) {
                    hsms_tool_is_down(hsms, peer->tool, "the connection was closed");
                }
                peer->tool->peer = NULL;
                hsms_try_later(hsms, peer->tool);
            }
            hsms_free_peer(hsms, peer);
        }
    }
}
