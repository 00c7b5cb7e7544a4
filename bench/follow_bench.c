#include "stopwatch.h"

#include "base/random.h"
#include "live/follower.h"
#include "plant/plant.h"
#include "sim/follow/present.h"
#include "sim/twin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// A twin that follows HVLM of SMT2020, where MARU_DATA has it: a floor of other luck whose processing takes
// 5 % longer tells what happens, one event in a hundred is lost. How many events a second the mirror
// takes, how long a present takes, and how many of the 80 % intervals of a day ahead held, over a
// forecast each day of FIRST to LAST. Seconds are of CPU time.

enum { FIRST_DAY = 15, LAST_DAY = 40, N_FUTURE = 49, LOST_PER_MILLE = 10, N_PRESENT = 20 };

__attribute__((noreturn)) static void stop(const char *what, const maru_error *err) {
    fprintf(stderr, "%s: %s\n", what, err->text);
    exit(1);
}

static void require(maru_status status, const char *what, const maru_error *err) {
    if (status != MARU_OK) {
        stop(what, err);
    }
}

struct followed {
    maru_model *model, *floor_model;
    maru_sim *floor;
    struct follower *follower;
    uint64_t n_event, n_told;
};

static void describe(const struct followed *f, uint32_t serial, struct told *told) {
    for (uint32_t i = 0; i < f->floor->s.head->n_lot_room; i++) {
        const struct lot *l = &f->floor->s.lot[i];
        if (l->flags & LOT_IN_PLANT && l->serial == serial) {
            told->priority = f->floor_model->class_priority[l->class_];
            told->wafers = l->wafers;
            told->due_us = l->due;
            return;
        }
    }
}

static void hear(void *context, const maru_event *event) {
    static const enum told_kind kind[] = {
        TOLD_RELEASED, TOLD_ARRIVED, TOLD_STARTED, TOLD_ENDED,       TOLD_SKIPPED, TOLD_REWORK,
        TOLD_FINISHED, TOLD_SETUP,   TOLD_DOWN,    TOLD_MAINTENANCE, TOLD_UP};
    struct followed *f = context;
    const struct random_block luck = random_at(3, 1, f->n_event++);
    const bool is_stock = event->time_us == 0;
    if (event->kind == MARU_EV_LATE_QUEUE || (!is_stock && luck.word[0] % 1000 < LOST_PER_MILLE)) {
        return;
    }
    struct told told = told_new(kind[event->kind], event->time_us);
    told.order = f->n_event;
    told.tool = event->tool;
    told.step = event->step;
    told.product = event->product;
    if (event->kind == MARU_EV_RELEASE || (is_stock && event->kind == MARU_EV_ARRIVE)) {
        describe(f, event->lot, &told);
    }
    if (event->kind == MARU_EV_MAINTENANCE) {
        told.downtime =
            f->floor_model->group[f->floor_model->tool_group[event->tool]].first_downtime +
            f->floor->s.tool[event->tool].pm_running;
    }
    char name[16];
    const int n = snprintf(name, sizeof name, "L%u", (unsigned)event->lot);
    maru_error err = {0};
    require(mirror_take(follower_mirror(f->follower), name, (size_t)n, &told, event->time_us, &err),
            "event", &err);
    f->n_told++;
}

static bool begin(const char *name, struct followed *f) {
    const char *data = getenv("MARU_DATA");
    char folder[512];
    maru_plant *plant = NULL, *slow = NULL;
    maru_error err = {0};
    snprintf(folder, sizeof folder, "%s/smt2020/HVLM", data ? data : "../shared/data");
    if (maru_plant_open(folder, NULL, &plant, &err) != MARU_OK) {
        bench_skip(name, "no SMT2020: set MARU_DATA");
        return false;
    }
    const maru_change change = {"process:*", "105"};
    const struct mirror_options options = {
        .window_us = 10 * MARU_MINUTE, .keep_us = 3 * MARU_DAY, .max_lot = 20000};
    require(maru_plant_change(plant, &change, 1, &slow, &err), "change", &err);
    require(maru_model_new(plant, NULL, &f->model, &err), "model", &err);
    require(maru_model_new(slow, NULL, &f->floor_model, &err), "model", &err);
    require(maru_sim_new(f->floor_model, 9, &f->floor, &err), "floor", &err);
    require(follower_new(f->model, &options, &f->follower, &err), "follower", &err);
    return true;
}

static void go(struct followed *f, maru_time until) {
    maru_error err = {0};
    maru_sim_set_trace(f->floor, hear, f);
    require(maru_sim_run(f->floor, until, &err), "floor", &err);
    mirror_settle(follower_mirror(f->follower), until);
}

static void time_presents(const char *name, void *context) {
    (void)context;
    struct followed f = {0};
    maru_error err = {0};
    if (!begin(name, &f)) {
        return;
    }
    go(&f, FIRST_DAY * MARU_DAY);
    const struct belief *belief = mirror_look(follower_mirror(f.follower));
    double seconds[N_REPEAT];
    for (int i = -1; i < N_REPEAT; i++) {
        const double start = bench_cpu_s();
        for (uint64_t k = 0; k < N_PRESENT; k++) {
            const struct present_plan plan = {belief, f.model, FIRST_DAY * MARU_DAY, k};
            maru_sim *sim = NULL;
            require(present_new(&plan, &sim, &err), "present", &err);
            maru_sim_free(sim);
        }
        seconds[i < 0 ? 0 : i] = bench_cpu_s() - start;
    }
    char extra[64];
    snprintf(extra, sizeof extra, "\"lots\":%u,\"tools\":%u", belief->head->n_live,
             f.model->n_tool);
    bench_line(name, "present", N_PRESENT, bench_median(seconds), extra);
}

static void time_events(const char *name, void *context) {
    (void)context;
    struct followed f = {0}, alone = {0};
    maru_error err = {0};
    if (!begin(name, &f) || !begin(name, &alone)) {
        return;
    }
    go(&f, MARU_DAY);
    require(maru_sim_run(alone.floor, MARU_DAY, &err), "floor", &err);
    double seconds[N_REPEAT];
    const uint64_t before = f.n_told;
    for (int i = 0; i < N_REPEAT; i++) { // what the floor itself takes is taken off
        const double start = bench_cpu_s();
        go(&f, (i + 2) * MARU_DAY);
        const double mid = bench_cpu_s();
        require(maru_sim_run(alone.floor, (i + 2) * MARU_DAY, &err), "floor", &err);
        seconds[i] = mid - start - (bench_cpu_s() - mid);
    }
    bench_line(name, "event", (double)(f.n_told - before) / N_REPEAT, bench_median(seconds), "");
}

static void judge_forecasts(const char *name, void *context) {
    (void)context;
    struct followed f = {0};
    maru_error err = {0};
    if (!begin(name, &f)) {
        return;
    }
    double spent = 0;
    for (int day = FIRST_DAY; day <= LAST_DAY; day++) {
        go(&f, day * MARU_DAY);
        (void)follower_judge(f.follower);
        const struct follower_plan plan = {.seed = (uint64_t)day,
                                           .n_rep = N_FUTURE,
                                           .n_thread = 2,
                                           .span_us = MARU_DAY,
                                           .is_paced = true,
                                           .is_judged = true};
        struct futures futures;
        const double start = bench_cpu_s();
        require(follower_forecast(f.follower, &plan, &futures, &err), "forecast", &err);
        spent += bench_cpu_s() - start;
        futures_fini(&futures);
    }
    go(&f, (LAST_DAY + 2) * MARU_DAY);
    const struct validity_result result = follower_judge(f.follower);
    const struct score *lot = &result.score[CLAIM_LOT], *all = &result.score[CLAIM_ALL];
    const struct score *product = &result.score[CLAIM_PRODUCT];
    const struct belief_head *head = mirror_look(follower_mirror(f.follower))->head;
    char extra[320];
    snprintf(
        extra, sizeof extra,
        "\"lots_inside\":%.3f,\"lots\":%llu,\"below\":%.3f,\"above\":%.3f,\"products_inside\":%.3f,"
        "\"all_inside\":%.3f,\"days\":%llu,\"caught_up\":%llu",
        lot->inside / (double)lot->n, (unsigned long long)lot->n, lot->below / (double)lot->n,
        lot->above / (double)lot->n, product->inside / (double)product->n,
        all->inside / (double)all->n, (unsigned long long)all->n,
        (unsigned long long)head->n_caught_up);
    bench_line(name, "future", N_FUTURE * (LAST_DAY - FIRST_DAY + 1), spent, extra);
}

int main(int argc, char **argv) {
    struct bench bench = bench_init(argc, argv);
    bench_case(&bench, "follow_smt2020_hvlm", time_events, NULL);
    bench_case(&bench, "present_smt2020_hvlm", time_presents, NULL);
    bench_case(&bench, "validity_smt2020_hvlm", judge_forecasts, NULL);
    return bench.is_bad;
}
