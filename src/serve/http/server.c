#include "serve/http/server.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/status.h"
#include "io/clock.h"
#include "io/executor/group_home.h"
#include "io/executor/local_executor.h"
#include "io/executor/slurm_executor.h"
#include "io/files.h"
#include "serve/compute/compute.h"
#include "serve/compute/replays.h"
#include "serve/floor/floors.h"
#include "serve/http/address.h"
#include "serve/http/hands.h"
#include "serve/http/http.h"
#include "serve/http/pace.h"
#include "serve/links/links.h"
#include "serve/links/signal_stream.h"
#include "serve/links/upkeep.h"
#include "serve/log.h"
#include "serve/metrics.h"
#include "serve/rounds/round_awarding.h"
#include "serve/rounds/round_leasing.h"
#include "serve/rounds/round_watching.h"
#include "serve/runs/stream.h"
#include "serve/twins/twins.h"

// Everything that a server is made of, begun in the order in which it is needed, ended in the other.
//
// poll in a pool of threads: libmicrohttpd's epoll stalls at exactly 128, 256 or 512 connections.

enum { PATH_BYTES = 4096 };

// Each connection is a file; shells often give 1024 at first, and more to who asks.
static void raise_file_limit(void) {
    enum { OTHER_FILES = 2000 };
    const rlim_t wanted = SERVER_MAX_CONNECTIONS + OTHER_FILES;
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < wanted) {
        limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static maru_status listen_on(struct server *server, const struct server_config *config,
                             struct sockaddr_storage *address, maru_error *err) {
    raise_file_limit();
    unsigned flags = MHD_USE_POLL | MHD_USE_INTERNAL_POLLING_THREAD | MHD_ALLOW_SUSPEND_RESUME;
    flags |= address->ss_family == AF_INET6 ? MHD_USE_IPv6 : 0;
    flags |= config->tls_cert ? MHD_USE_TLS : 0;
    server->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, http_accept, server, MHD_OPTION_SOCK_ADDR, address,
        MHD_OPTION_THREAD_POOL_SIZE, (unsigned)SERVER_THREADS, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)SERVER_MAX_CONNECTIONS, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
        (unsigned)SERVER_MAX_CONNECTIONS_OF_IP, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)SERVER_IDLE_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)SERVER_MAX_HEADER_BYTES, MHD_OPTION_URI_LOG_CALLBACK, http_begin, server,
        MHD_OPTION_NOTIFY_COMPLETED, http_end, NULL, MHD_OPTION_NOTIFY_CONNECTION, pace_notify,
        server->pace, MHD_OPTION_LISTENING_ADDRESS_REUSE, 1U,
        config->tls_cert ? MHD_OPTION_HTTPS_MEM_CERT : MHD_OPTION_END, config->tls_cert,
        MHD_OPTION_HTTPS_MEM_KEY, config->tls_key, MHD_OPTION_END);
    if (!server->daemon) {
        return fail(err, MARU_E_IO,
                    "cannot listen on %s: is the port in use, or the certificate no PEM?",
                    config->address);
    }
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT);
    server->port = info ? info->port : 0;
    return MARU_OK;
}

// What the kernel bounds of jobs; all else is looked at.
static void say_limits(const char *groups) {
    struct log_line line;
    char controllers[GROUP_CONTROLLERS_BYTES] = "";
    if (!groups[0]) {
        return;
    }
    group_home_controllers(groups, controllers);
    log_open(&line, LOG_INFO, "job limits");
    log_add_string(&line, "groups", groups);
    log_add_string(&line, "kernel", controllers);
    log_close(&line);
}

// The executor's own files stand beside the jobs of the tenants, whose names have no point.
static maru_status open_executor(const char *jobs, const struct server_config *config,
                                 struct executor **out, maru_error *err) {
    struct text state;
    text_init(&state, PATH_BYTES);
    files_join(&state, jobs, config->slurm ? ".slurm" : ".executor");
    maru_status st = state.status == MARU_OK
                         ? MARU_OK
                         : fail(err, state.status, "the folder's path is too long");
    if (st == MARU_OK && config->slurm) {
        struct slurm_settings settings = *config->slurm;
        settings.state = state.bytes;
        settings.is_bare = config->may_run_bare;
        st = slurm_open(&settings, out, err);
    } else if (st == MARU_OK) {
        const struct local_settings settings = {.state = state.bytes,
                                                .allow_bare = config->may_run_bare,
                                                .control_group = config->control_group,
                                                .disk_bytes = config->job_disk_mib << 20};
        st = local_executor_open(&settings, out, err);
        if (st == MARU_OK) {
            say_limits(local_executor_groups(*out));
        }
    }
    text_fini(&state);
    return st;
}

// Jobs are a part that a server can do without: where they cannot be run, it says so to who asks for one.
static maru_status start_compute(struct server *server, const struct server_config *config,
                                 maru_error *err) {
    struct executor *executor = NULL;
    maru_error why = {.text = "none were asked for (--jobs)"};
    maru_status st = config->jobs ? files_make_folder(config->jobs, &why) : MARU_E_IO;
    char *folder = st == MARU_OK ? realpath(config->jobs, NULL) : NULL;
    if (st == MARU_OK && !folder) {
        st = fail(&why, MARU_E_IO, "%s: %s", config->jobs, strerror(errno));
    }
    st = st == MARU_OK ? open_executor(folder, config, &executor, &why) : st;
    if (st == MARU_OK) {
        const struct compute_config compute = {.store = server->store,
                                               .executor = executor,
                                               .folder = folder,
                                               .keep_days = (int64_t)config->keep_jobs_days};
        st = compute_start(&compute, &server->compute, err);
    } else {
        snprintf(server->no_compute, sizeof server->no_compute, "%s", why.text);
        log_say(LOG_WARN, "no jobs", why.text);
        st = MARU_OK;
    }
    free(folder);
    return st;
}

static void renew_floor(void *context, const char *tenant) { floors_renew(context, tenant); }

maru_status server_start(const struct server_config *config, struct server **out,
                         char secret[STORE_SECRET_BYTES], maru_error *err) {
    struct sockaddr_storage address;
    bool is_loopback = false;
    secret[0] = '\0';
    maru_status st = address_read(config->address, &address, &is_loopback, err);
    if (st == MARU_OK && !is_loopback && !config->tls_cert && !config->is_insecure) {
        st = fail(err, MARU_E_USAGE,
                  "%s can be reached by others: give --tls-cert and --tls-key, or --insecure if "
                  "something in front of it encrypts",
                  config->address);
    }
    struct server *server = st == MARU_OK ? alloc_new(1, sizeof *server) : NULL;
    if (!server) {
        return st != MARU_OK ? st : fail(err, MARU_E_MEMORY, "no memory");
    }
    server->is_loopback = is_loopback;
    server->page = config->page;
    server->data = config->data;
    server->quota_bytes = (int64_t)config->quota_mib << 20;
    server->started_ms = clock_unix_ms();
    st = pace_new(config->patience_s, &server->pace, err);
    st = st == MARU_OK ? metrics_new(&server->metrics, err) : st;
    st = st == MARU_OK ? answers_new(&server->answers, err) : st;
    st = st != MARU_OK ? st : store_open(config->data, &server->store, secret, err);
    st = st == MARU_OK ? twins_start(server->store, &server->twins, err) : st;
    if (st == MARU_OK) {
        st = jobs_start(server->store, server->twins, &config->room, &server->jobs, err);
    }
    st = st == MARU_OK ? signal_streams_new(&server->signal_streams, err) : st;
    st = st == MARU_OK ? floors_start(server->store, &server->floors, err) : st;
    if (st == MARU_OK) {
        jobs_tell_versions(server->jobs, renew_floor, server->floors);
    }
    st = st == MARU_OK ? links_start(server->store, config->folders, &server->links, err) : st;
    st = st == MARU_OK ? upkeep_start(server->store, &config->retention, &server->upkeep, err) : st;
    st = st == MARU_OK ? start_compute(server, config, err) : st;
    st = st == MARU_OK ? replays_start(&server->replays, err) : st;
    st = st == MARU_OK ? awarding_start(server->store, &server->awarding, err) : st;
    if (st == MARU_OK) {
        round_leasing_take_up(server->store, server->compute);
        st = watching_start(server->store, server->compute, config->watch_minutes,
                            &server->watching, err);
    }
    st = st == MARU_OK ? hands_start(http_resume, &server->hands, err) : st;
    st = st == MARU_OK ? listen_on(server, config, &address, err) : st;
    if (st != MARU_OK) {
        server_stop(server);
        return st;
    }
    *out = server;
    return MARU_OK;
}

uint16_t server_port(const struct server *server) { return server->port; }

enum { TEND_MS = 250 };

static void let_go(void *context, const char *tenant) {
    struct server *server = context;
    jobs_cancel_tenant(server->jobs, tenant);
    twins_close(server->twins, tenant, "", "");
    links_close(server->links, tenant, "");
    floors_close(server->floors, tenant);
    if (server->compute) {
        compute_close_tenant(server->compute, tenant);
    }
}

bool server_tend(struct server *server) {
    const double now_s = clock_seconds();
    maru_error err = {0};
    if (now_s - server->tended_s < TEND_MS * 1e-3) {
        return !server->is_store_away;
    }
    server->tended_s = now_s;
    signal_streams_tell(server->signal_streams, false);
    const size_t n_cut = pace_sweep(server->pace);
    if (n_cut > 0) {
        struct log_line line;
        metrics_count_cut(server->metrics, n_cut);
        log_open(&line, LOG_WARN, "connections cut");
        log_add_integer(&line, "count", (int64_t)n_cut);
        log_close(&line);
    }
    const bool was_away = server->is_store_away;
    server->is_store_away = store_sweep(server->store, let_go, server, &err) != MARU_OK;
    if (server->is_store_away && !was_away) { // it is tried again, and said once
        log_say(LOG_ERROR, "store", err.text);
    } else if (was_away && !server->is_store_away) {
        log_say(LOG_WARN, "store", "answers again");
    }
    return !server->is_store_away;
}

void server_stop(struct server *server) {
    if (!server) {
        return;
    }
    if (server->daemon) {
        const MHD_socket listening = MHD_quiesce_daemon(server->daemon);
        if (listening != MHD_INVALID_SOCKET) {
            close(listening);
        }
        stream_end_all(server);
        signal_streams_tell(server->signal_streams, true);
        twins_end_streams(server->twins);
        hands_stop(server->hands); // what they have in hand is answered
        server->hands = NULL;
        MHD_stop_daemon(server->daemon);
    }
    hands_stop(server->hands);
    replays_stop(server->replays);
    watching_stop(server->watching);
    awarding_stop(server->awarding);
    compute_stop(server->compute);
    upkeep_stop(server->upkeep);
    links_stop(server->links);
    jobs_stop(server->jobs); // they tell the floors of new versions
    floors_stop(server->floors);
    twins_stop(server->twins);
    store_close(server->store);
    pace_free(server->pace);
    metrics_free(server->metrics);
    answers_free(server->answers);
    signal_streams_free(server->signal_streams);
    alloc_free(server);
}
