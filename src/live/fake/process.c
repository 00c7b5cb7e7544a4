#include "live/fake/process.h"

#include <math.h>
#include <stdbool.h>

#include "base/random.h"
#include "maru/sim.h"

// Each variable follows its target as a system of first order does: x(t) = to + (from - to) exp(-(t - since) / tau),
// which needs no steps of time. On it lie wear and the rise before a failure, as far as the tool is active (a
// tool that is off shows none), and noise of two kinds: white, one draw in 100 ms, and a slow one, drawn every
// ten minutes and straight between. Some variables move together, as the current of a motor does with its power:
// their noise is a share of the other's and a rest of their own, so that its standard deviation is 1 as before.
//
// Recipes and the small differences between tools are drawn from seeds of their own, so that fakes of one
// plant with different seeds run the same recipes on the same tools.

enum { WHITE_US = 100000, STREAM_WHITE = 1, STREAM_SLOW = 2, RECIPES = 1000, OFFSETS = 1001 };
#define SLOW_US (10 * MARU_MINUTE)
#define IDLE_ACTIVITY 0.3
#define QUIET_NOISE 0.2 // of a tool that is off

const struct fake_variable_kind fake_variable_kinds[N_FAKE_VARIABLE] = {
#define X(name, told, unit, off, idle, low, high, tau, noise, wear, failure, deadband, with,       \
          share)                                                                                   \
    {told, unit, off, idle, low, high, tau, noise, wear, failure, deadband, FAKE_##with, share},
    FAKE_VARIABLES(X)
#undef X
};

static double normal(uint64_t seed, uint64_t stream, uint64_t counter) {
    const struct random_block block = random_at(seed, stream, counter);
    return exact_normal_quantile(random_open((uint64_t)block.word[0] << 32 | block.word[1]));
}

static double uniform(uint64_t seed, uint64_t stream, uint64_t counter) {
    const struct random_block block = random_at(seed, stream, counter);
    return random_open((uint64_t)block.word[0] << 32 | block.word[1]);
}

double process_set_point(uint32_t group, uint32_t step, enum fake_variable variable) {
    const struct fake_variable_kind *kind = &fake_variable_kinds[variable];
    const double u = uniform(RECIPES, group, (uint64_t)step * N_FAKE_VARIABLE + variable);
    return kind->run_low + u * (kind->run_high - kind->run_low);
}

static double offset(uint32_t tool, enum fake_variable variable) { // of this tool, in its noise
    return normal(OFFSETS, tool, variable);
}

// ---- how far on its way

static double way_left(const struct process *process, enum fake_variable variable,
                       maru_time at_us) {
    const double s = (double)(at_us - process->since_us) / (double)MARU_SECOND;
    return exact_exp(-s / fake_variable_kinds[variable].tau_s);
}

static double level(const struct process *process, enum fake_variable variable, double left) {
    return process->to[variable] + (process->from[variable] - process->to[variable]) * left;
}

static double activity(const struct process *process, enum fake_variable variable, double left) {
    const double to = process->activity_to;
    return to + (process->activity_from[variable] - to) * left;
}

double process_wear(const struct process *process, maru_time at_us) {
    return process->wear + process->wear_per_us * (double)(at_us - process->since_us);
}

double process_rise(const struct process_trouble *trouble, maru_time at_us) {
    if (!trouble || trouble->length_us <= 0 || at_us > trouble->fail_us ||
        at_us <= trouble->fail_us - trouble->length_us) {
        return 0;
    }
    const double left = (double)(trouble->fail_us - at_us) / (double)trouble->length_us;
    return (1 - left) * (1 - left);
}

// ---- what happens to it

void process_init(struct process *process, uint64_t seed, uint32_t tool, uint32_t group,
                  maru_time at_us) {
    *process = (struct process){.seed = seed, .tool = tool, .group = group, .since_us = at_us};
    for (int v = 0; v < N_FAKE_VARIABLE; v++) {
        process->from[v] = fake_variable_kinds[v].off;
        process->to[v] = fake_variable_kinds[v].off;
    }
}

// Where it is now is where it goes on from.
static void stand(struct process *process, maru_time at_us) {
    process->wear = process_wear(process, at_us);
    for (int v = 0; v < N_FAKE_VARIABLE; v++) {
        const enum fake_variable variable = (enum fake_variable)v;
        const double left = way_left(process, variable, at_us);
        process->from[v] = level(process, variable, left);
        process->activity_from[v] = activity(process, variable, left);
    }
    process->since_us = at_us;
}

void process_turn(struct process *process, enum process_mode mode, uint32_t step, maru_time wear_us,
                  maru_time at_us) {
    stand(process, at_us);
    for (int v = 0; v < N_FAKE_VARIABLE; v++) {
        const struct fake_variable_kind *kind = &fake_variable_kinds[v];
        const enum fake_variable variable = (enum fake_variable)v;
        process->to[v] = mode == PROCESS_OFF    ? kind->off
                         : mode == PROCESS_IDLE ? kind->idle
                                                : process_set_point(process->group, step, variable);
    }
    process->activity_to = mode == PROCESS_OFF ? 0 : mode == PROCESS_IDLE ? IDLE_ACTIVITY : 1;
    process->wear_per_us = mode == PROCESS_RUN && wear_us > 0 ? 1 / (double)wear_us : 0;
}

void process_renew(struct process *process, double share, maru_time at_us) {
    stand(process, at_us);
    process->wear *= share;
}

// ---- what is measured

static double slow_noise(const struct process *process, uint64_t stream, maru_time at_us) {
    const uint64_t knot = (uint64_t)at_us / (uint64_t)SLOW_US;
    const double share = (double)((uint64_t)at_us % (uint64_t)SLOW_US) / (double)SLOW_US;
    const double a = normal(process->seed, stream, knot);
    return a + share * (normal(process->seed, stream, knot + 1) - a);
}

// Of a sensor by itself, in units of its standard deviation.
static double own_noise(const struct process *process, enum fake_variable variable,
                        maru_time at_us) {
    const uint64_t sensor = (uint64_t)process->tool * N_FAKE_VARIABLE + variable;
    const double white =
        normal(process->seed, (uint64_t)STREAM_WHITE << 40 | sensor, (uint64_t)at_us / WHITE_US);
    return white + slow_noise(process, (uint64_t)STREAM_SLOW << 40 | sensor, at_us);
}

static double noise(const struct process *process, enum fake_variable variable, maru_time at_us) {
    const struct fake_variable_kind *kind = &fake_variable_kinds[variable];
    const double own = own_noise(process, variable, at_us);
    return kind->share > 0 ? kind->share * own_noise(process, kind->with, at_us) +
                                 sqrt(1 - kind->share * kind->share) * own
                           : own;
}

double process_value(const struct process *process, enum fake_variable variable,
                     const struct process_trouble *trouble, maru_time at_us) {
    const struct fake_variable_kind *kind = &fake_variable_kinds[variable];
    const double left = way_left(process, variable, at_us);
    const double active = activity(process, variable, left);
    const bool is_its = trouble && trouble->variable == variable;
    const double more = kind->by_wear * process_wear(process, at_us) +
                        kind->noise * offset(process->tool, variable) +
                        (is_its ? kind->by_failure * process_rise(trouble, at_us) : 0);
    const double shown = kind->noise * (QUIET_NOISE + (1 - QUIET_NOISE) * active);
    return level(process, variable, left) + active * more + shown * noise(process, variable, at_us);
}
