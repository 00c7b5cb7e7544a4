#include "pool/trace/generated_trace.h"

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
enum { WEEK_H = 168, OF_SIZES = 1, OF_TIMES, OF_KIND, OF_COMING, OF_HABITS };
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

struct making {
    struct job_trace *trace;
    const struct generated_shape *shape;
    const struct cluster *cluster;
    struct habits *habits; // (n_account), weights added up
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

static uint32_t largest_node(const struct cluster *cluster) {
    uint32_t most = 1;
    for (uint32_t i = 0; i < cluster->n_node; i++) {
        most = cluster->node[i].n_gpu > most ? cluster->node[i].n_gpu : most;
    }
    return most;
}

// Parts of at most a node, of one type where the job minds; never above a quarter of the smallest type.
static void want_of(const struct making *it, uint64_t i, uint32_t n_gpu, struct trace_job *job) {
    const struct cluster *cluster = it->cluster;
    const struct random_block block = random_at(it->shape->seed, OF_KIND, i);
    const uint32_t type = block.word[0] % cluster->n_type;
    const uint32_t most = cluster->n_gpu[type] / 4 ? cluster->n_gpu[type] / 4 : 1;
    const uint32_t node = largest_node(cluster) < 8 ? largest_node(cluster) : 8;
    const uint32_t cpus = 4U << block.word[1] % 3;
    while (n_gpu > most) {
        n_gpu /= 2;
    }
    const uint32_t each = n_gpu < node ? n_gpu : node;
    const bool is_share = n_gpu == 1 && block.word[2] % 8 == 0;
    job->n_part = each ? (n_gpu + each - 1) / each : 1;
    job->want = (struct want){
        .types = cluster->n_type > 1 && block.word[3] % 3 == 0 && n_gpu ? UINT32_C(1) << type : 0,
        .cpu_milli = 1000 * (each ? cpus * each : cpus),
        .memory_mib = 8192 * (each ? each : 1),
        .gpu_milli = (uint16_t)(n_gpu == 0 ? 0
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
    maru_status st = name_accounts(&it, err);
    st = st == MARU_OK ? make_jobs(&it, &gpu_us, err) : st;
    if (st == MARU_OK) {
        make_times(&it, gpu_us / (shape->load * (double)cluster->n_gpu_all));
    }
    alloc_free(it.habits);
    return st;
}
