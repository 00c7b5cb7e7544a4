#include "study/filming.h"

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

// Events of the twin that can be seen.
struct watching {
    maru_film *film;
    uint64_t n_event;
};

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
}

maru_status filming_run(const maru_layout *layout, maru_time until_us, uint64_t seed,
                        maru_film **out, uint64_t *n_event, maru_error *err) {
    maru_model *model = NULL;
    maru_sim *sim = NULL;
    struct watching watching = {.film = maru_film_new(layout)};
    maru_status st = watching.film ? maru_model_new(layout->plant, NULL, &model, err)
                                   : fail(err, MARU_E_MEMORY, "no memory left for the film");
    if (st == MARU_OK) {
        st = maru_sim_new(model, seed, &sim, err);
    }
    if (st == MARU_OK) {
        maru_sim_set_trace(sim, watch, &watching);
        st = maru_sim_run(sim, until_us, err);
    }
    if (st == MARU_OK) {
        st = maru_film_end(watching.film, until_us, err);
    }
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
