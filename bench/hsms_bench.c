#include "stopwatch.h"

#include "connect/hsms_connection.h"
#include "connect/trial_hsms.h"
#include "signal/event.h"
#include "store/tenant.h"
#include "store/trial_place.h"

#include <dirent.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>

// Two hundred fake tools on one passive port, 50 collection events a second each. Every event carries the moment when it was fired and a
// count; who follows the store sees it when it is durable. So the time from the tool to the store is measured, with the fake tools' own
// share of it, and what is missing is seen. They run in this process, on the same cores.

enum {
    N_TOOL = 200,
    EVENTS_PER_S = 50,
    SECONDS = 60,
    BUCKET_US = 100,
    N_BUCKET = 100000, // 10 s
    DRAIN_S = 10,
};

static const char table[] = "row,id,name,kind,unit,list,means,value,low,high\n"
                            "setting,,open,,,,,16,,\nsetting,,spool,,,,,yes,,\n"
                            "variable,1,Count,DV,,,,<U4 0>,,\nvariable,2,FiredUs,DV,us,,,<U8 0>,,\n"
                            "report,1,,,,1 2,,,,\nevent,1,Counted,,,1,,,,\n";

struct load {
    struct trial_place where;
    struct store *store;
    struct tenant *tenant;
    struct signals *signals;
    struct hsms_connection *hsms;
    struct profile *kind;
    struct fake tool[N_TOOL];
    uint32_t n_fired[N_TOOL];
    int seconds;

    struct follower *follower; // and what its thread sees
    atomic_bool is_over;
    _Atomic uint64_t n_seen;
    uint32_t n_count[N_TOOL]; // the next that is expected
    uint64_t n_wrong, bucket[N_BUCKET];
    maru_time worst_us;
};

__attribute__((noreturn)) static void stop(const char *what) {
    fprintf(stderr, "hsms: %s\n", what);
    exit(1);
}

// ---- the one who follows

static void see(struct load *load, const struct event *event, maru_time now) {
    const char *name = strrchr(event->source, '/');
    const char *count = strstr(event->detail, "\"Count\":");
    const char *fired = strstr(event->detail, "\"FiredUs\":");
    if (strcmp(event->name, "Counted") != 0 || !name || !count || !fired) {
        return;
    }
    const unsigned long tool = strtoul(name + 2, NULL, 10);
    const maru_time took_us = now - strtoll(fired + strlen("\"FiredUs\":"), NULL, 10);
    const size_t bucket = took_us < 0 ? 0 : (size_t)(took_us / BUCKET_US);
    load->bucket[bucket < N_BUCKET ? bucket : N_BUCKET - 1]++;
    load->worst_us = took_us > load->worst_us ? took_us : load->worst_us;
    load->n_wrong +=
        tool >= N_TOOL || strtoul(count + strlen("\"Count\":"), NULL, 10) != load->n_count[tool]++;
    atomic_fetch_add(&load->n_seen, 1);
}

static void *follow(void *context) {
    struct load *load = context;
    struct text samples, events;
    text_init(&samples, SIGNALS_MAX_FOLLOW_BYTES);
    text_init(&events, SIGNALS_MAX_FOLLOW_BYTES);
    while (!atomic_load(&load->is_over)) {
        text_clear(&samples);
        text_clear(&events);
        if (signals_take_followed(load->follower, 50, &samples, &events)) {
            stop("the follower is too slow");
        }
        const maru_time now = clock_unix_us();
        struct packed_bytes from = {(const uint8_t *)events.bytes,
                                    (const uint8_t *)events.bytes + events.n_bytes};
        struct event event;
        while (from.at != from.end && event_next(&from, &event, NULL) == MARU_OK) {
            see(load, &event, now);
        }
    }
    text_fini(&samples);
    text_fini(&events);
    return NULL;
}

static double percentile_ms(const struct load *load, double part) {
    uint64_t n = 0, sum = 0;
    for (size_t i = 0; i < N_BUCKET; i++) {
        n += load->bucket[i];
    }
    size_t i = 0;
    while (i < N_BUCKET - 1 && (double)(sum += load->bucket[i]) < part * (double)n) {
        i++;
    }
    return (double)(i + 1) * BUCKET_US * 1e-3;
}

// ---- the tools

static void fire(struct load *load, int i) {
    struct fake *tool = &load->tool[i];
    struct text item;
    text_init(&item, 64);
    secs_put_integer(&item, SECS_U4, load->n_fired[i]++);
    bool is_fired = equipment_set(tool->tool, 0, item.bytes, item.n_bytes, NULL) == MARU_OK;
    text_clear(&item);
    secs_put_integer(&item, SECS_U8, clock_unix_us());
    is_fired = is_fired && equipment_set(tool->tool, 1, item.bytes, item.n_bytes, NULL) == MARU_OK;
    text_fini(&item);
    if (!is_fired || equipment_fire(tool->tool, 0, NULL) != MARU_OK) {
        stop("an event cannot be fired");
    }
}

static void count_ready(void *context, const struct hsms_tool_look *look) {
    *(int *)context += look->is_ready;
}

static void wait_for_all(struct load *load) {
    const maru_time until = clock_unix_us() + 30000000;
    int n_ready = 0;
    while (n_ready < N_TOOL) {
        n_ready = 0;
        for (int i = 0; i < N_TOOL; i++) {
            fake_step(&load->tool[i]);
        }
        hsms_each_tool(load->hsms, count_ready, &n_ready);
        if (clock_unix_us() > until) {
            stop("the tools are not ready");
        }
    }
}

static void start(struct load *load) {
    char secret[STORE_SECRET_BYTES], tools[N_TOOL * 40] = "tool,address,device\n";
    struct hsms_options options = hsms_usual("bench");
    size_t n = strlen(tools);
    for (int i = 0; i < N_TOOL; i++) {
        n += (size_t)snprintf(tools + n, sizeof tools - n, "T%d,127.1.0.%d,1\n", i, i + 1);
    }
    options.port = 0;
    options.tools = tools;
    options.profile = table;
    load->kind = fake_profile(table);
    if (!trial_place_make(&load->where) ||
        store_open(load->where.text, &load->store, secret, NULL) != MARU_OK ||
        store_hold(load->store, "local", &load->tenant, NULL) != MARU_OK ||
        tenant_open_signals(load->store, load->tenant, &load->signals, NULL) != MARU_OK ||
        signals_follow(load->signals, &load->follower, NULL) != MARU_OK ||
        hsms_open(load->signals, &options, &load->hsms, NULL) != MARU_OK) {
        stop("the store or the port cannot be opened");
    }
    while (hsms_port(load->hsms) == 0) {
        usleep(1000);
    }
    for (int i = 0; i < N_TOOL; i++) {
        char from[32];
        snprintf(from, sizeof from, "127.1.0.%d", i + 1);
        if (!fake_start(&load->tool[i], load->kind, true, 1, "X") ||
            !fake_connect(&load->tool[i], from, hsms_port(load->hsms))) {
            stop("a tool cannot connect");
        }
    }
    wait_for_all(load);
}

static void end(struct load *load) {
    signals_unfollow(load->follower);
    hsms_close(load->hsms);
    for (int i = 0; i < N_TOOL; i++) {
        fake_end(&load->tool[i]);
    }
    profile_free(load->kind);
    store_release(load->store, load->tenant);
    store_close(load->store);
    trial_place_remove(&load->where);
}

static long resident_kib(void) {
    char line[128] = "";
    FILE *file = fopen("/proc/self/statm", "r"); // pages: all, resident, ...
    if (!file || !fgets(line, sizeof line, file)) {
        line[0] = '\0';
    }
    if (file) {
        fclose(file);
    }
    const char *resident = strchr(line, ' ');
    return resident ? strtol(resident, NULL, 10) * 4 : 0;
}

// How long the threads of this process have waited for a processor so far, together: what a busy machine adds. 0 where the system does
// not tell.
static double waited_s(void) {
    double sum_s = 0;
    DIR *tasks = opendir("/proc/self/task");
    for (struct dirent *task = tasks ? readdir(tasks) : NULL; task; task = readdir(tasks)) {
        char path[300], line[128] = "";
        snprintf(path, sizeof path, "/proc/self/task/%s/schedstat", task->d_name);
        FILE *file = task->d_name[0] != '.' ? fopen(path, "r") : NULL; // ns: run, waited, turns
        if (file) {
            const char *waited = fgets(line, sizeof line, file) ? strchr(line, ' ') : NULL;
            sum_s += waited ? strtod(waited, NULL) * 1e-9 : 0;
            fclose(file);
        }
    }
    if (tasks) {
        closedir(tasks);
    }
    return sum_s;
}

// Moves on those tools that have got something, for a moment.
static void serve_ready(struct load *load) {
    struct pollfd file[N_TOOL];
    for (int i = 0; i < N_TOOL; i++) {
        file[i] = (struct pollfd){.fd = load->tool[i].fd, .events = POLLIN};
    }
    (void)poll(file, N_TOOL, 1);
    for (int i = 0; i < N_TOOL; i++) {
        if (file[i].revents != 0) {
            fake_step(&load->tool[i]);
        }
    }
}

// Fires each tool's events in their turn, and moves all bytes on.
static void drive(struct load *load, long *at_first_kib) {
    const maru_time begin = clock_unix_us(), gap_us = 1000000 / (EVENTS_PER_S * N_TOOL);
    const uint64_t n_all = (uint64_t)load->seconds * EVENTS_PER_S * N_TOOL;
    uint64_t n = 0;
    while (n < n_all || atomic_load(&load->n_seen) < n_all) {
        const maru_time now = clock_unix_us();
        for (; n < n_all && begin + (maru_time)n * gap_us <= now; n++) {
            fire(load, (int)(n % N_TOOL));
            fake_step(&load->tool[n % N_TOOL]);
        }
        serve_ready(load);
        if (n >= n_all / 4 && *at_first_kib == 0) {
            *at_first_kib = resident_kib();
        }
        if (now > begin + (load->seconds + DRAIN_S) * (maru_time)1000000) {
            return; // what is missing now is lost
        }
    }
}

static void time_tools(const char *name, void *of) {
    static struct load load;
    pthread_t follower;
    long first_kib = 0;
    char extra[400];
    load.seconds = *(int *)of;
    start(&load);
    if (pthread_create(&follower, NULL, follow, &load) != 0) {
        stop("no thread");
    }
    const double cpu_s = bench_cpu_s(), wall_s = bench_wall_s(), before_s = waited_s();
    drive(&load, &first_kib);
    const double wait_s = waited_s() - before_s;
    atomic_store(&load.is_over, true);
    pthread_join(follower, NULL);
    const uint64_t n_all = (uint64_t)load.seconds * EVENTS_PER_S * N_TOOL;
    const double seconds = bench_wall_s() - wall_s;
    snprintf(extra, sizeof extra,
             "\"tools\":%d,\"seconds\":%d,\"lost\":%llu,\"out_of_order\":%llu,\"p50_ms\":%.1f,"
             "\"p99_ms\":%.1f,\"p999_ms\":%.1f,\"worst_ms\":%.1f,\"cpu_s\":%.1f,\"waited_s\":%.1f,"
             "\"kib_at_a_quarter\":%ld,\"kib_at_the_end\":%ld",
             N_TOOL, load.seconds, (unsigned long long)(n_all - atomic_load(&load.n_seen)),
             (unsigned long long)load.n_wrong, percentile_ms(&load, 0.5),
             percentile_ms(&load, 0.99), percentile_ms(&load, 0.999), (double)load.worst_us * 1e-3,
             bench_cpu_s() - cpu_s, wait_s, first_kib, resident_kib());
    bench_line(name, "event", (double)n_all, seconds, extra);
    end(&load);
}

int main(int argc, char **argv) {
    static int a_minute = SECONDS, a_moment = 5;
    struct bench bench = bench_init(argc, argv);
    bench_case(&bench, "hsms_200_tools_5s", time_tools, &a_moment);
    bench_case(&bench, "hsms_200_tools", time_tools, &a_minute);
    return bench.is_bad ? 1 : 0;
}
