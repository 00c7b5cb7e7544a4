#include "cli/watch.h"

#include "io/clock.h"
#include "io/progress.h"
#include "io/stop.h"

#include <math.h>
#include <stdio.h>

struct watch {
    const struct call *call;
    struct progress progress;
    double begin_s;
};

static bool is_stopped(void *watcher) {
    (void)watcher;
    return stop_asked();
}

static void draw(void *watcher, const struct runs_plan *plan, const struct run *run, size_t n) {
    struct watch *watch = watcher;
    if (!watch->progress.is_shown) {
        return;
    }
    double lot_steps = 0;
    size_t n_done = 0;
    for (size_t i = 0; i < n; i++) {
        lot_steps += (double)atomic_load_explicit(&run[i].n_lot_step, memory_order_relaxed);
        n_done += atomic_load_explicit(&run[i].at_us, memory_order_relaxed) >= plan->until_us;
    }
    const double share = runs_share(plan, run, n), seconds = clock_seconds() - watch->begin_s;
    const double day = (double)plan->until_us / (double)MARU_DAY;
    const double left_s = share > 0 ? seconds * (1 - share) / share : INFINITY;
    char done[24], all[24];
    snprintf(done, sizeof done, "%zu", n_done);
    snprintf(all, sizeof all, "%zu", n);
    struct text words;
    text_init(&words, 1 << 10);
    words_add(&words, watch->call->lang, n > 1 ? W_PROGRESS_MANY : W_PROGRESS,
              (const char *const[]){
                  numeral(day * share, 0).text, numeral(day, 0).text,
                  numeral_short(seconds > 0 ? day * share * (double)n / seconds : 0).text,
                  numeral(left_s, 0).text, done, all,
                  numeral_short(seconds > 0 ? lot_steps / seconds : 0).text, NULL});
    progress_draw(&watch->progress, share, words.bytes ? words.bytes : "");
    text_fini(&words);
}

maru_status watch_runs(const struct call *call, const struct runs_plan *plan, struct run *run,
                       size_t n, maru_error *err) {
    struct watch watch = {.call = call, .begin_s = clock_seconds()};
    struct runs_plan watched = *plan;
    watched.is_stopped = is_stopped;
    watched.look = draw;
    watched.watcher = &watch;
    stop_listen();
    progress_open(&watch.progress, !call->quiet && !call->json);
    const maru_status st = runs_do(&watched, run, n, err);
    progress_close(&watch.progress);
    return st;
}
