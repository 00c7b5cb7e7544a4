#include "study/filming.h"

#include <stdbool.h>
#include <stddef.h>

#include "base/alloc.h"
#include "base/status.h"

// Events of the twin that can be seen.
struct watching {
    maru_film *film;
    const maru_sim *sim;
    maru_tool_now *tool; // (n_tool)
    uint32_t set_up;     // the tool that has begun to be, or MARU_NONE
    uint64_t n_event;
};

// How long a setup takes is known when its first lot has been taken.
static void watch_setup(struct watching *w, const maru_event *event) {
    if (event->kind == MARU_EV_SETUP) {
        w->set_up = event->tool;
    } else if (event->kind == MARU_EV_START && event->tool == w->set_up) {
        maru_sim_look_at_tools(w->sim, w->tool);
        if (w->tool[event->tool].state == MARU_TOOL_SETUP) {
            maru_film_setup(w->film, event->time_us, event->tool, w->tool[event->tool].until_us);
        }
        w->set_up = MARU_NONE;
    }
}

static void watch(void *context, const maru_event *event) {
    static const struct {
        bool is_seen;
        maru_film_event as;
    } seen[] = {
        [MARU_EV_START] = {true, MARU_FILM_TAKE},           [MARU_EV_END] = {true, MARU_FILM_GIVE},
        [MARU_EV_FINISH] = {true, MARU_FILM_DONE},          [MARU_EV_FAIL] = {true, MARU_FILM_FAIL},
        [MARU_EV_MAINTENANCE] = {true, MARU_FILM_MAINTAIN}, [MARU_EV_UP] = {true, MARU_FILM_UP},
        [MARU_EV_LATE_QUEUE] = {false, MARU_FILM_UP},
    };
    struct watching *watching = context;
    watching->n_event++;
    if (seen[event->kind].is_seen) {
        maru_film_tell(watching->film, event->time_us, seen[event->kind].as, event->tool,
                       event->lot);
    }
    watch_setup(watching, event);
}

maru_status filming_run(const maru_layout *layout, maru_time until_us, uint64_t seed,
                        maru_film **out, uint64_t *n_event, maru_error *err) {
    maru_model *model = NULL;
    maru_sim *sim = NULL;
    struct watching watching = {.film = maru_film_new(layout), .set_up = MARU_NONE};
    watching.tool = alloc_new((size_t)layout->n_tool + 1, sizeof *watching.tool);
    maru_status st = watching.film && watching.tool
                         ? maru_model_new(layout->plant, NULL, &model, err)
                         : fail(err, MARU_E_MEMORY, "no memory left for the film");
    if (st == MARU_OK) {
        st = maru_sim_new(model, seed, &sim, err);
    }
    if (st == MARU_OK) {
        watching.sim = sim;
        maru_sim_set_trace(sim, watch, &watching);
        st = maru_sim_run(sim, until_us, err);
    }
    if (st == MARU_OK) {
        st = maru_film_end(watching.film, until_us, err);
    }
    alloc_free(watching.tool);
    maru_sim_free(sim);
    maru_model_free(model);
    *n_event = watching.n_event;
    if (st == MARU_OK) {
        *out = watching.film;
    } else {
        maru_film_free(watching.film);
    }
    return st;
}
