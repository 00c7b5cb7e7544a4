#include "serve/metrics.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "base/alloc.h"
#include "base/status.h"
#include "serve/compute/compute.h"
#include "serve/http/pace.h"

// Counters are atomics that only grow, one set a route and one for all that is no route (the page, paths
// that are not there), so a client cannot make new ones. Format: Prometheus text 0.0.4.

enum { N_BUCKET = 12, N_CLASS = 5 };

static const double bound_s[N_BUCKET] = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                         0.1,   0.25,   0.5,   1,    2.5,   10};

struct counts {
    _Atomic uint64_t n_of_class[N_CLASS]; // 1xx to 5xx
    _Atomic uint64_t n_timed, n_below[N_BUCKET], sum_us;
};

struct metrics {
    struct counts *of; // (n_route + 1), the last for what is no route
    size_t n_route;
    _Atomic uint64_t n_cut;
};

maru_status metrics_new(struct metrics **out, maru_error *err) {
    struct metrics *metrics = alloc_new(1, sizeof *metrics);
    if (metrics) {
        while (route_at(metrics->n_route)) {
            metrics->n_route++;
        }
        metrics->of = alloc_new(metrics->n_route + 1, sizeof *metrics->of);
    }
    if (!metrics || !metrics->of) {
        alloc_free(metrics);
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    *out = metrics;
    return MARU_OK;
}

void metrics_free(struct metrics *metrics) {
    if (metrics) {
        alloc_free(metrics->of);
        alloc_free(metrics);
    }
}

static void add(_Atomic uint64_t *count, uint64_t n) {
    atomic_fetch_add_explicit(count, n, memory_order_relaxed);
}

void metrics_count(struct metrics *metrics, const struct route *route, int status, double seconds,
                   bool is_timed) {
    struct counts *counts = &metrics->of[route ? (size_t)(route - route_at(0)) : metrics->n_route];
    if (status >= 100 && status < 600) {
        add(&counts->n_of_class[status / 100 - 1], 1);
    }
    if (is_timed) {
        size_t i = 0;
        while (i < N_BUCKET && seconds > bound_s[i]) {
            i++;
        }
        if (i < N_BUCKET) {
            add(&counts->n_below[i], 1);
        }
        add(&counts->n_timed, 1);
        add(&counts->sum_us, (uint64_t)(seconds * 1e6));
    }
}

void metrics_count_cut(struct metrics *metrics, uint64_t n) { add(&metrics->n_cut, n); }

// ---- telling

static void add_head(struct text *out, const char *name, const char *kind, const char *help) {
    text_addf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind);
}

static void add_gauge(struct text *out, const char *name, const char *help, double value) {
    add_head(out, name, "gauge", help);
    text_addf(out, "%s ", name);
    text_add_double(out, value);
    text_addz(out, "\n");
}

// Patterns and methods have no character that would have to be escaped: routes.c is ours.
static void add_labels(struct text *out, const char *name, const struct route *route) {
    text_addf(out, "%s{method=\"%s\",route=\"%s\"", name, route ? route->method : "other",
              route ? route->pattern : "other");
}

static void add_requests(struct text *out, const struct metrics *metrics) {
    add_head(out, "maru_requests_total", "counter",
             "Requests answered, by route and class of status.");
    for (size_t i = 0; i <= metrics->n_route; i++) {
        for (int k = 0; k < N_CLASS; k++) {
            const uint64_t n = atomic_load(&metrics->of[i].n_of_class[k]);
            if (n > 0) {
                add_labels(out, "maru_requests_total", route_at(i));
                text_addf(out, ",status=\"%dxx\"} %llu\n", k + 1, (unsigned long long)n);
            }
        }
    }
}

static void add_times(struct text *out, const struct metrics *metrics) {
    static const char name[] = "maru_request_duration_seconds";
    add_head(out, name, "histogram",
             "Time from a request's header to the end of its answer, by route; without streams.");
    for (size_t i = 0; i <= metrics->n_route; i++) {
        const struct counts *counts = &metrics->of[i];
        uint64_t n_below = 0;
        // the total first: what ends meanwhile may be in a bucket and not in it, never the reverse
        const uint64_t n = atomic_load(&counts->n_timed);
        if (n == 0) {
            continue;
        }
        for (int k = 0; k < N_BUCKET; k++) {
            n_below += atomic_load(&counts->n_below[k]);
            add_labels(out, "maru_request_duration_seconds_bucket", route_at(i));
            text_addz(out, ",le=\"");
            text_add_double(out, bound_s[k]);
            text_addf(out, "\"} %llu\n", (unsigned long long)(n_below < n ? n_below : n));
        }
        add_labels(out, "maru_request_duration_seconds_bucket", route_at(i));
        text_addf(out, ",le=\"+Inf\"} %llu\n", (unsigned long long)n);
        add_labels(out, "maru_request_duration_seconds_sum", route_at(i));
        text_addz(out, "} ");
        text_add_double(out, (double)atomic_load(&counts->sum_us) * 1e-6);
        text_addz(out, "\n");
        add_labels(out, "maru_request_duration_seconds_count", route_at(i));
        text_addf(out, "} %llu\n", (unsigned long long)n);
    }
}

static uint64_t bytes_below(const char *folder) {
    uint64_t n = 0;
    DIR *dir = opendir(folder);
    // cppcheck-suppress readdirCalled; one thread has this folder
    for (const struct dirent *entry = dir ? readdir(dir) : NULL; entry; entry = readdir(dir)) {
        struct stat what;
        if (fstatat(dirfd(dir), entry->d_name, &what, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISREG(what.st_mode)) {
            n += (uint64_t)what.st_size;
        }
    }
    if (dir) {
        closedir(dir);
    }
    return n;
}

static void add_store(struct text *out, struct store *store, const char *folder) {
    char tenants[4096];
    uint64_t n_server = 0, n_tenant = 0;
    struct statvfs disk;
    const bool is_folder = !store_measure(store, &n_server, &n_tenant);
    if (is_folder) {
        snprintf(tenants, sizeof tenants, "%s/tenants", folder);
        n_server = bytes_below(folder);
        n_tenant = bytes_below(tenants);
    }
    add_head(out, "maru_store_bytes", "gauge", "Bytes of the files that are kept, by kind.");
    text_addf(out, "maru_store_bytes{kind=\"server\"} %llu\n", (unsigned long long)n_server);
    text_addf(out, "maru_store_bytes{kind=\"tenants\"} %llu\n", (unsigned long long)n_tenant);
    if (is_folder && statvfs(folder, &disk) == 0) {
        add_gauge(out, "maru_store_free_bytes", "Bytes free on the disk of the data folder.",
                  (double)disk.f_bavail * (double)disk.f_frsize);
    }
}

static void add_counter(struct text *out, const char *name, const char *what, const char *label,
                        uint64_t value) {
    if (what) {
        add_head(out, name, "counter", what);
    }
    text_addf(out, "%s%s %llu\n", name, label, (unsigned long long)value);
}

static void add_pool(struct text *out, struct compute *compute) {
    static const char *const states[] = {"up", "drained", "down"};
    struct compute_count count;
    compute_count(compute, &count);
    add_head(out, "maru_jobs", "gauge", "Jobs of the pool that have not ended, by what they do.");
    for (int i = 0; i < COMPUTE_PHASES; i++) {
        text_addf(out, "maru_jobs{phase=\"%s\"} %llu\n", job_phase_names[i],
                  (unsigned long long)count.n_job[i]);
    }
    add_head(out, "maru_nodes", "gauge", "Nodes of the pool by state.");
    for (int i = 0; i < COMPUTE_NODE_STATES; i++) {
        text_addf(out, "maru_nodes{state=\"%s\"} %llu\n", states[i],
                  (unsigned long long)count.n_node[i]);
    }
    add_gauge(out, "maru_gpus", "GPUs of the pool.", (double)count.n_gpu);
    add_gauge(out, "maru_gpus_busy", "GPUs that a job holds, or a share of them.",
              (double)count.n_gpu_busy);
    add_gauge(out, "maru_accounts_held", "Accounts of which nothing starts: no credits.",
              (double)count.n_held);
    add_counter(out, "maru_pool_turns_total", "How often the scheduler has decided.", "",
                count.n_turn);
    add_counter(out, "maru_pool_decisions_total", "What it has decided.", "{kind=\"start\"}",
                count.n_start);
    add_counter(out, "maru_pool_decisions_total", NULL, "{kind=\"stop\"}", count.n_stop);
    add_head(out, "maru_pool_deciding_seconds_total", "counter", "Seconds that deciding took.");
    text_addz(out, "maru_pool_deciding_seconds_total ");
    text_add_double(out, count.deciding_s);
    text_addz(out, "\n");
}

maru_status api_metrics(struct request *request, maru_error *err) {
    (void)err;
    struct server *server = request->server;
    struct text *out = &request->out;
    request->type = "text/plain; version=0.0.4; charset=utf-8";
    add_head(out, "maru_build_info", "gauge", "Always 1; the version is a label.");
    text_addf(out, "maru_build_info{version=\"%s\"} 1\n", maru_version());
    add_gauge(out, "maru_start_time_seconds", "When the server began, in seconds since 1970.",
              (double)server->started_ms * 1e-3);
    add_requests(out, server->metrics);
    add_times(out, server->metrics);
    add_head(out, "maru_connections_cut_total", "counter",
             "Connections cut because they were too slow.");
    text_addf(out, "maru_connections_cut_total %llu\n",
              (unsigned long long)atomic_load(&server->metrics->n_cut));
    add_gauge(out, "maru_connections", "Connections that are open.",
              (double)pace_n_connection(server->pace));
    add_gauge(out, "maru_streams", "Event streams that are followed.",
              (double)atomic_load(&server->n_stream));
    add_head(out, "maru_runs", "gauge", "Runs that wait or run.");
    text_addf(out, "maru_runs{state=\"waiting\"} %zu\n", jobs_count(server->jobs, RUN_WAITING));
    text_addf(out, "maru_runs{state=\"running\"} %zu\n", jobs_count(server->jobs, RUN_RUNNING));
    add_head(out, "maru_trainings_total", "counter", "Trainings of models that ended, by how.");
    for (enum run_state state = RUN_DONE; state <= RUN_FAILED; state++) {
        text_addf(out, "maru_trainings_total{state=\"%s\"} %llu\n", run_state_name(state),
                  (unsigned long long)jobs_count_trained(server->jobs, state));
    }
    add_gauge(out, "maru_tenants", "Tenants of this server.",
              (double)store_n_tenant(server->store));
    add_store(out, server->store, server->data);
    if (server->compute) {
        add_pool(out, server->compute);
    }
    return MARU_OK;
}
