#include "stopwatch.h"

#include "real_signals.h"
#include "store/copy.h"
#include "store/tenant.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Samples into a tenant's database and back, on one core: batches of 1000 samples, one of each of 1000 signals, 32 of
// them in flight, acknowledged after the sync of the disk. Values are the TEP's. A chart of a month of one signal at 1 Hz.

enum { N_SIGNAL = 1000, N_FLIGHT = 32, N_MOMENT = 10000, N_MONTH = 30 * 86400, N_COLUMN = 1000 };

struct place {
    char folder[64];
    struct store *store;
    struct tenant *tenant;
    struct signals *signals;
    struct real_signals real;
};

__attribute__((noreturn)) static void stop(const char *what, const maru_error *err) {
    fprintf(stderr, "%s: %s\n", what, err->text);
    exit(1);
}

static void require(maru_status status, const char *what, const maru_error *err) {
    if (status != MARU_OK) {
        stop(what, err);
    }
}

static void remove_place(struct place *place) {
    store_release(place->store, place->tenant);
    store_close(place->store);
    copy_remove_tree(place->folder);
    real_signals_free(&place->real);
}

static bool new_place(struct place *place, const char *name, size_t n_signal) {
    char secret[STORE_SECRET_BYTES];
    maru_error err = {0};
    *place = (struct place){.folder = "store-bench-XXXXXX"};
    if (!real_signals_read("tep", &place->real)) {
        bench_skip(name, "no data: set MARU_DATA");
        return false;
    }
    if (!mkdtemp(place->folder)) {
        bench_skip(name, "the folder cannot be written");
        return false;
    }
    require(store_open(place->folder, &place->store, secret, &err), "store", &err);
    require(store_hold(place->store, "local", &place->tenant, &err), "tenant", &err);
    require(tenant_open_signals(place->store, place->tenant, &place->signals, &err), "signals",
            &err);
    for (size_t i = 0; i < n_signal; i++) {
        char source[32];
        int64_t id = 0;
        snprintf(source, sizeof source, "tep/%zu", i);
        const struct signal_row row = {
            .source = source, .asset = "tep", .name = source, .unit = ""};
        require(signals_declare(place->signals, &row, 1, &id, &err), "declare", &err);
    }
    return true;
}

static void use_one_core(void) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(0, &set);
    (void)sched_setaffinity(0, sizeof set, &set);
}

// ---- many signals

static void write_moments(struct place *place, size_t begin, size_t end) {
    static struct batch_sample batch[N_SIGNAL];
    uint64_t ticket = 0;
    maru_error err = {0};
    for (size_t i = begin; i < end; i++) {
        for (size_t k = 0; k < N_SIGNAL; k++) {
            batch[k].signal = (int64_t)k + 1;
            batch[k].sample = real_sample(&place->real, k, i + k / 52 * 997);
            batch[k].sample.at_us = INT64_C(1700000000000000) + (int64_t)i * 1000000;
        }
        require(signals_add(place->signals, batch, N_SIGNAL, &ticket, &err), "add", &err);
        if ((i + 1 - begin) % N_FLIGHT == 0 || i + 1 == end) {
            require(signals_commit(place->signals, ticket, &err), "commit", &err);
        }
    }
}

static maru_status add_up(void *context, const struct sample *sample, size_t n, maru_error *err) {
    (void)err;
    double *sum = context;
    for (size_t i = 0; i < n; i++) {
        sum[0] += sample[i].value.number;
    }
    sum[1] += (double)n;
    return MARU_OK;
}

static void read_everything(struct place *place, double n_wanted) {
    double sum[2] = {0};
    maru_error err = {0};
    for (int64_t signal = 1; signal <= N_SIGNAL; signal++) {
        require(signals_read(place->signals, signal, INT64_MIN, INT64_MAX, add_up, sum, &err),
                "read", &err);
    }
    if (sum[1] != n_wanted || sum[0] != sum[0]) {
        fprintf(stderr, "%.0f samples of %.0f\n", sum[1], n_wanted);
        exit(1);
    }
}

static void time_store(const char *name, void *context) {
    (void)context;
    struct place place;
    double wall_s[N_REPEAT], read_s[N_REPEAT];
    use_one_core();
    if (!new_place(&place, name, N_SIGNAL)) {
        return;
    }
    const double n = (double)N_MOMENT / N_REPEAT * N_SIGNAL;
    for (int i = 0; i < N_REPEAT; i++) {
        const double begin = bench_wall_s();
        write_moments(&place, (size_t)i * N_MOMENT / N_REPEAT,
                      (size_t)(i + 1) * N_MOMENT / N_REPEAT);
        wall_s[i] = bench_wall_s() - begin;
    }
    char line[64], extra[128];
    snprintf(line, sizeof line, "%s_write", name);
    bench_line(line, "sample", n, bench_median(wall_s),
               "\"clock\":\"wall\",\"batch\":1000,\"in_flight\":32");
    maru_error err = {0};
    require(signals_settle(place.signals, &err), "settle", &err);
    for (int i = 0; i < N_REPEAT; i++) {
        const double begin = bench_wall_s();
        read_everything(&place, (double)N_MOMENT * N_SIGNAL);
        read_s[i] = bench_wall_s() - begin;
    }
    int64_t n_bytes = 0;
    require(tenant_count_bytes(place.tenant, &n_bytes, &err), "size", &err);
    snprintf(extra, sizeof extra, "\"clock\":\"wall\",\"bytes_a_sample\":%.3f",
             (double)n_bytes / ((double)N_MOMENT * N_SIGNAL));
    snprintf(line, sizeof line, "%s_read", name);
    bench_line(line, "sample", (double)N_MOMENT * N_SIGNAL, bench_median(read_s), extra);
    remove_place(&place);
}

// ---- one signal for long

static void write_month(struct place *place) {
    static struct batch_sample batch[10000];
    for (size_t i = 0; i < N_MONTH;) {
        size_t n = 0;
        maru_error err = {0};
        for (; n < 10000 && i < N_MONTH; n++, i++) {
            batch[n] = (struct batch_sample){1, real_sample(&place->real, 3, i)};
            batch[n].sample.at_us = INT64_C(1700000000000000) + (int64_t)i * 1000000;
        }
        require(signals_write(place->signals, batch, n, &err), "write", &err);
    }
}

static void time_chart(const char *name, void *context) {
    (void)context;
    static struct summary column[N_COLUMN];
    struct place place;
    double wall_s[N_REPEAT];
    if (!new_place(&place, name, 1)) {
        return;
    }
    maru_error err = {0};
    write_month(&place);
    require(signals_settle(place.signals, &err), "settle", &err);
    for (int i = -1; i < N_REPEAT; i++) {
        const double begin = bench_wall_s();
        require(signals_draw(place.signals, 1, INT64_C(1700000000000000),
                             INT64_C(1700000000000000) + INT64_C(1000000) * N_MONTH, column,
                             N_COLUMN, &err),
                "draw", &err);
        wall_s[i < 0 ? 0 : i] = bench_wall_s() - begin;
    }
    bench_line(name, "chart", 1, bench_median(wall_s),
               "\"clock\":\"wall\",\"samples\":2592000,\"columns\":1000");
    remove_place(&place);
}

int main(int argc, char **argv) {
    struct bench bench = bench_init(argc, argv);
    bench_case(&bench, "store_sqlite", time_store, NULL);
    bench_case(&bench, "store_month_chart", time_chart, NULL);
    return bench.is_bad;
}
