#include "pool/trace/generated_trace.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>

#include "base/alloc.h"
#include "base/random.h"
#include "base/status.h"

// What a job wants and how long it runs comes first; the sum says how long a time they have to come in for the load that is
// asked for. Moments are a Poisson process whose rate follows the hour of the week: even steps along its integral.
//
// Draws are blocks of (seed, stream, job or account), so a longer trace of the same seed has the same jobs.

#define HOUR_US INT64_C(3600000000)
enum { WEEK_H = 168, PART_GPUS = 8, OF_SIZES = 1, OF_TIMES, OF_KIND, OF_COMING, OF_HABITS };
static const double median_run_s = 900, spread = 2.0;
static const int64_t longest_us = 72 * HOUR_US;

// GPUs of a job and how many of a thousand jobs want them.
static const struct {
    uint16_t n_gpu, weight;
} sizes[] = {{0, 30},  {1, 560}, {2, 110}, {4, 110}, {8, 110}, {16, 35},
             {32, 20}, {64, 12}, {128, 7}, {256, 4}, {512, 2}};

struct habits { // of an account
    double weight, scale, spare;
};

struct room {            // for parts of so many GPUs of a type
    uint64_t n_part;     // in the empty cluster
    uint32_t cpu_milli;  // a GPU, of the node there that has least
    uint32_t memory_mib; // the same
};

struct making {
    struct job_trace *trace;
    const struct generated_shape *shape;
    const struct cluster *cluster;
    struct habits *habits; // (n_account), weights added up
    struct room room[CLUSTER_MAX_TYPES][PART_GPUS + 1];
    uint8_t type[CLUSTER_MAX_TYPES];        // that there are GPUs of
    uint32_t n_type, cpu_milli, memory_mib; // the latter: of the node that has most cores
};

static double draw(uint64_t seed, uint64_t stream, uint64_t at) {
    const struct random_block block = random_at(seed, stream, at);
    return random_open((uint64_t)block.word[0] << 32 | block.word[1]);
}

// ---- who

static void make_habits(struct making *it) {
    double sum = 0;
    for (uint32_t a = 0; a < it->shape->n_account; a++) {
        const double u = draw(it->shape->seed, OF_HABITS, 2 * (uint64_t)a);
        sum += 1.0 / (a + 2.0);
        it->habits[a] =
            (struct habits){.weight = sum,
                            .scale = exact_exp(0.8 * exact_normal_quantile(u)),
                            .spare = 1 + 7 * draw(it->shape->seed, OF_HABITS, 2 * (uint64_t)a + 1)};
    }
}

static uint32_t account_at(const struct making *it, double u) {
    uint32_t low = 0, high = it->shape->n_account - 1;
    const double at = u * it->habits[high].weight;
    while (low < high) {
        const uint32_t mid = low + (high - low) / 2;
        if (it->habits[mid].weight < at) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return low;
}

static maru_status name_accounts(const struct making *it, maru_error *err) {
    maru_status st = MARU_OK;
    for (uint32_t a = 0; st == MARU_OK && a < it->shape->n_account; a++) {
        char name[16];
        uint32_t number = 0;
        const int n = snprintf(name, sizeof name, "t%u", a);
        st = names_add(&it->trace->account, name, (size_t)n, &number, err);
    }
    return st;
}

// ---- what

static uint32_t size_at(double u) {
    double left = u * 1000;
    uint32_t i = 0;
    while (i + 1 < sizeof sizes / sizeof *sizes && left >= sizes[i].weight) {
        left -= sizes[i++].weight;
    }
    return sizes[i].n_gpu;
}

static void add_room(struct room *room, const struct cluster_node *node, uint32_t n_gpu) {
    const uint32_t cpu_milli = node->cpu_milli / node->n_gpu;
    const uint32_t memory_mib = node->memory_mib / node->n_gpu;
    const bool is_first = room->n_part == 0;
    room->n_part += node->n_gpu / n_gpu;
    room->cpu_milli = is_first || cpu_milli < room->cpu_milli ? cpu_milli : room->cpu_milli;
    room->memory_mib = is_first || memory_mib < room->memory_mib ? memory_mib : room->memory_mib;
}

static void measure_rooms(struct making *it) {
    for (uint32_t i = 0; i < it->cluster->n_node; i++) {
        const struct cluster_node *node = &it->cluster->node[i];
        const bool is_larger = node->cpu_milli > it->cpu_milli;
        it->cpu_milli = is_larger ? node->cpu_milli : it->cpu_milli;
        it->memory_mib = is_larger ? node->memory_mib : it->memory_mib;
        for (uint32_t n = 1; n <= PART_GPUS && n <= node->n_gpu; n++) {
            add_room(&it->room[node->type][n], node, n);
        }
    }
    for (uint32_t t = 0; t < it->cluster->n_type; t++) {
        if (it->cluster->n_gpu[t] > 0) {
            it->type[it->n_type++] = (uint8_t)t;
        }
    }
}

static uint32_t least(uint64_t a, uint32_t b) { return a < b ? (uint32_t)a : b; }

// GPUs of each part and how many parts: at most a node, and a quarter of the type, and as many as there are nodes for.
static uint32_t part_of(const struct making *it, uint32_t type, uint32_t n_gpu, uint32_t *n_part) {
    const struct room *room = it->room[type];
    const uint32_t most = it->cluster->n_gpu[type] / 4 ? it->cluster->n_gpu[type] / 4 : 1;
    uint32_t node = PART_GPUS;
    while (room[node].n_part == 0) {
        node--;
    }
    while (n_gpu > most) {
        n_gpu /= 2;
    }
    uint32_t each = least(n_gpu, node);
    while (each && (n_gpu + each - 1) / each > room[each].n_part) {
        n_gpu /= 2;
        each = least(n_gpu, node);
    }
    *n_part = each ? (n_gpu + each - 1) / each : 1;
    return each;
}

// Of one type where the job minds; no more cores and memory a GPU than each node has on which it can stand.
static void want_of(const struct making *it, uint64_t i, uint32_t n_gpu, struct trace_job *job) {
    const struct random_block block = random_at(it->shape->seed, OF_KIND, i);
    assert(it->n_type > 0); // the cluster has GPUs
    const uint32_t type = it->type[block.word[0] % it->n_type];
    const uint32_t each = part_of(it, type, n_gpu, &job->n_part);
    const uint32_t cpu_milli = 4000U << block.word[1] % 3;
    const bool is_share = each == 1 && job->n_part == 1 && block.word[2] % 8 == 0;
    const bool minds = it->cluster->n_type > 1 && block.word[3] % 3 == 0 && each;
    const struct room none = {.cpu_milli = it->cpu_milli, .memory_mib = it->memory_mib};
    const struct room *room = each ? &it->room[type][each] : &none;
    job->want = (struct want){.types = minds ? UINT32_C(1) << type : 0,
                              .cpu_milli = least(cpu_milli, room->cpu_milli) * (each ? each : 1),
                              .memory_mib = least(8192, room->memory_mib) * (each ? each : 1),
                              .gpu_milli = (uint16_t)(each == 0  ? 0
                                                      : is_share ? 250 + 250 * (block.word[1] >> 31)
                                                                 : GPU_WHOLE),
                              .n_gpu = (uint8_t)each};
}

// The round value that is asked for: the smallest that holds `us`.
static int64_t round_limit(int64_t us) {
    static const uint8_t hours[] = {1, 2, 4, 8, 12, 24, 48, 96, 168};
    uint32_t i = 0;
    while (i + 1 < sizeof hours && hours[i] * HOUR_US < us) {
        i++;
    }
    return hours[i] * HOUR_US;
}

static void times_of(const struct making *it, uint64_t i, struct trace_job *job) {
    const struct habits *habits = &it->habits[job->account];
    const double u = draw(it->shape->seed, OF_TIMES, 2 * i);
    const double larger = job->n_part > 1 ? 2 : 1; // what is large runs longer
    const double s =
        median_run_s * larger * habits->scale * exact_exp(spread * exact_normal_quantile(u));
    const double most = (double)longest_us / 1e6;
    job->run_us = s < most ? (int64_t)(s * 1e6) + 1 : longest_us;
    job->limit_us = round_limit((int64_t)((double)job->run_us * habits->spare));
    if (draw(it->shape->seed, OF_TIMES, 2 * i + 1) < 0.03) { // it was thought to be shorter
        job->limit_us = round_limit(job->run_us / 4);
    }
    job->run_us = job->run_us < job->limit_us ? job->run_us : job->limit_us;
}

static maru_status make_jobs(const struct making *it, double *gpu_us, maru_error *err) {
    maru_status st = MARU_OK;
    for (uint64_t i = 0; st == MARU_OK && i < it->shape->n_job; i++) {
        struct trace_job job = {.started_us = TRACE_NEVER};
        const struct random_block block = random_at(it->shape->seed, OF_SIZES, i);
        job.account = account_at(it, random_open((uint64_t)block.word[0] << 32 | block.word[1]));
        want_of(it, i, size_at(random_open((uint64_t)block.word[2] << 32 | block.word[3])), &job);
        times_of(it, i, &job);
        *gpu_us += (double)trace_job_milli(&job) / GPU_WHOLE * (double)job.run_us;
        st = job_trace_add(it->trace, &job, err);
    }
    return st;
}

// ---- when

static double rate_at(uint32_t hour) {
    const uint32_t of_day = hour % 24;
    const double by_day = of_day < 7 ? 0.6 : of_day < 9 ? 0.9 : of_day < 19 ? 1.4 : 0.9;
    return hour / 24 % 7 < 5 ? by_day : 0.6 * by_day;
}

static void make_times(const struct making *it, double span_us) {
    struct job_trace *trace = it->trace;
    double gaps = 0, whole = 0, at = 0, sum = 0;
    for (uint64_t i = 0; i <= trace->n; i++) {
        gaps -= exact_ln(draw(it->shape->seed, OF_COMING, i));
    }
    const double n_hour = span_us / (double)HOUR_US;
    for (double h = 0; h < n_hour; h++) {
        whole += rate_at((uint32_t)fmod(h, WEEK_H)) * (n_hour - h < 1 ? n_hour - h : 1);
    }
    double hour = 0, rate = rate_at(0);
    for (uint32_t i = 0; i < trace->n; i++) {
        at -= exact_ln(draw(it->shape->seed, OF_COMING, i));
        const double goal = at / gaps * whole;
        while (sum + rate < goal) {
            sum += rate;
            hour++;
            rate = rate_at((uint32_t)fmod(hour, WEEK_H));
        }
        trace->job[i].submit_us = (int64_t)((hour + (goal - sum) / rate) * (double)HOUR_US);
    }
}

maru_status generated_trace(struct job_trace *trace, const struct generated_shape *shape,
                            const struct cluster *cluster, maru_error *err) {
    job_trace_init(trace);
    if (shape->n_job == 0 || shape->n_job > TRACE_MAX_JOBS || shape->n_account == 0 ||
        shape->n_account > TRACE_MAX_ACCOUNTS || !(shape->load > 0) || !(shape->load <= 100) ||
        cluster->n_gpu_all == 0) {
        return fail(err, MARU_E_RANGE,
                    "a generated trace has 1 to %d jobs of 1 to %d accounts, a load above 0, and a "
                    "cluster with GPUs",
                    TRACE_MAX_JOBS, TRACE_MAX_ACCOUNTS);
    }
    struct making it = {.trace = trace, .shape = shape, .cluster = cluster};
    it.habits = alloc_new(shape->n_account, sizeof *it.habits);
    if (!it.habits) {
        return fail(err, MARU_E_MEMORY, "no memory for the accounts of a trace");
    }
    double gpu_us = 0;
    make_habits(&it);
    measure_rooms(&it);
    maru_status st = name_accounts(&it, err);
    st = st == MARU_OK ? make_jobs(&it, &gpu_us, err) : st;
    if (st == MARU_OK) {
        make_times(&it, gpu_us / (shape->load * (double)cluster->n_gpu_all));
    }
    alloc_free(it.habits);
    return st;
}
