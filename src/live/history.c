#include "live/history.h"

#include <string.h>

#include "base/alloc.h"
#include "base/status.h"

// A twin is a function of its first state and what was done to it, so any moment could be had by
// running from there. Whole states are kept at multiples of an interval to start nearer by. When they
// outgrow their room the interval doubles and every second one goes: the past stays evenly covered,
// however long it gets, and going back costs at most one interval of running.
//
// The first state is that before anything was done, so acts at its time come behind it.

enum { MAX_STATES = 512 };
#define FIRST_INTERVAL MARU_HOUR

struct kept {
    maru_time acted_us;
    maru_sim *sim;
    size_t bytes;
};

struct history {
    struct acts acts;
    struct kept kept[MAX_STATES]; // in the order of their times
    size_t n_kept, bytes, max_bytes;
    maru_time interval_us;
};

// ---- acts

maru_status acts_add(struct acts *acts, struct act act, maru_error *err) {
    if (acts->n == HISTORY_MAX_ACTS) {
        return fail(err, MARU_E_LIMIT, "at most %d events are put into a twin", HISTORY_MAX_ACTS);
    }
    if (acts->n == acts->cap) {
        const size_t cap = acts->cap ? 2 * acts->cap : 16;
        struct act *larger = alloc_resize(acts->act, cap, sizeof *larger);
        if (!larger) {
            return fail(err, MARU_E_MEMORY, "no memory for one more event");
        }
        acts->act = larger;
        acts->cap = cap;
    }
    size_t at = acts->n++;
    for (; at > 0 && acts->act[at - 1].at_us > act.at_us; at--) {
        acts->act[at] = acts->act[at - 1];
    }
    acts->act[at] = act;
    return MARU_OK;
}

static void drop_later_mends(struct acts *acts, uint32_t tool, maru_time at_us) {
    size_t n = 0;
    for (size_t i = 0; i < acts->n; i++) {
        const struct act *act = &acts->act[i];
        if (!(act->kind == ACT_MEND && act->tool == tool && act->at_us > at_us)) {
            acts->act[n++] = *act;
        }
    }
    acts->n = n;
}

maru_status acts_stop(struct acts *acts, uint32_t tool, maru_time at_us, maru_time for_us,
                      maru_error *err) {
    drop_later_mends(acts, tool, at_us);
    maru_status st =
        acts_add(acts, (struct act){.at_us = at_us, .tool = tool, .kind = ACT_STOP}, err);
    if (st == MARU_OK && for_us > 0) {
        st = acts_add(acts, (struct act){.at_us = at_us + for_us, .tool = tool, .kind = ACT_MEND},
                      err);
    }
    return st;
}

maru_status acts_mend(struct acts *acts, uint32_t tool, maru_time at_us, maru_error *err) {
    drop_later_mends(acts, tool, at_us);
    return acts_add(acts, (struct act){.at_us = at_us, .tool = tool, .kind = ACT_MEND}, err);
}

maru_status acts_copy(const struct acts *acts, struct acts *out, maru_error *err) {
    maru_status st = MARU_OK;
    *out = (struct acts){0};
    for (size_t i = 0; st == MARU_OK && i < acts->n; i++) {
        st = acts_add(out, acts->act[i], err);
    }
    return st;
}

void acts_fini(struct acts *acts) {
    alloc_free(acts->act);
    *acts = (struct acts){0};
}

// ---- moments

void moment_fini(struct moment *moment) {
    maru_sim_free(moment->sim);
    moment->sim = NULL;
}

static void act_on(maru_sim *sim, const struct act *act) {
    switch (act->kind) {
    case ACT_STOP:
        maru_sim_stop_tool(sim, act->tool);
        break;
    case ACT_MEND:
        maru_sim_mend_tool(sim, act->tool);
        break;
    case ACT_RESEED:
        maru_sim_reseed(sim, act->seed);
        break;
    }
}

maru_status moment_go(struct moment *moment, const struct acts *acts, maru_time until_us,
                      maru_error *err) {
    maru_status st = MARU_OK;
    for (size_t i = 0; i < acts->n && acts->act[i].at_us <= until_us; i++) {
        const struct act *act = &acts->act[i];
        if (act->at_us <= moment->acted_us) {
            continue;
        }
        st = maru_sim_run(moment->sim, act->at_us, err);
        if (st != MARU_OK) {
            return st;
        }
        act_on(moment->sim, act);
        if (i + 1 == acts->n || acts->act[i + 1].at_us > act->at_us) { // the last of its time
            moment->acted_us = act->at_us;
        }
    }
    st = maru_sim_run(moment->sim, until_us, err);
    if (st == MARU_OK && until_us > moment->acted_us) {
        moment->acted_us = until_us;
    }
    return st;
}

// ---- kept states

static void drop_state(struct history *history, size_t index) {
    history->bytes -= history->kept[index].bytes;
    maru_sim_free(history->kept[index].sim);
}

// Every second one goes.
static void thin_out(struct history *history) {
    size_t n = 1;
    history->interval_us *= 2;
    for (size_t i = 1; i < history->n_kept; i++) {
        if (history->kept[i].acted_us % history->interval_us == 0) {
            history->kept[n++] = history->kept[i];
        } else {
            drop_state(history, i);
        }
    }
    history->n_kept = n;
}

static void keep(struct history *history, const struct moment *moment) {
    const size_t bytes = maru_sim_bytes(moment->sim);
    while (history->n_kept > 1 && moment->acted_us % history->interval_us == 0 &&
           (history->n_kept == MAX_STATES || history->bytes + bytes > history->max_bytes)) {
        thin_out(history);
    }
    maru_sim *sim = NULL;
    const bool has_room =
        history->n_kept < MAX_STATES && history->bytes + bytes <= history->max_bytes;
    if (!has_room || moment->acted_us % history->interval_us != 0 ||
        maru_sim_copy(moment->sim, &sim, NULL) != MARU_OK) {
        return; // no harm: going back takes longer
    }
    size_t at = history->n_kept++;
    for (; at > 0 && history->kept[at - 1].acted_us > moment->acted_us; at--) {
        history->kept[at] = history->kept[at - 1];
    }
    history->kept[at] = (struct kept){moment->acted_us, sim, bytes};
    history->bytes += bytes;
}

// Index of the last one that is not after `at_us`.
static size_t find(const struct history *history, maru_time at_us) {
    size_t at = history->n_kept - 1;
    while (at > 0 && history->kept[at].acted_us > at_us) {
        at--;
    }
    return at;
}

maru_status history_new(const maru_sim *first, size_t max_bytes, struct history **out,
                        maru_error *err) {
    struct history *history = alloc_new(1, sizeof *history);
    if (!history) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    history->max_bytes = max_bytes;
    history->interval_us = FIRST_INTERVAL;
    const maru_status st = maru_sim_copy(first, &history->kept[0].sim, err);
    if (st != MARU_OK) {
        alloc_free(history);
        return st;
    }
    history->kept[0].acted_us = maru_sim_now(first) - 1;
    history->n_kept = 1;
    *out = history;
    return MARU_OK;
}

void history_free(struct history *history) {
    if (history) {
        for (size_t i = 0; i < history->n_kept; i++) {
            maru_sim_free(history->kept[i].sim);
        }
        acts_fini(&history->acts);
        alloc_free(history);
    }
}

struct acts *history_acts(struct history *history) {
    return &history->acts;
}
size_t history_count(const struct history *history) { return history->n_kept; }
maru_time history_begin(const struct history *history) {
    return maru_sim_now(history->kept[0].sim);
}

void history_forget(struct history *history, maru_time from_us) {
    while (history->n_kept > 1 && history->kept[history->n_kept - 1].acted_us >= from_us) {
        drop_state(history, --history->n_kept);
    }
}

maru_status history_find(const struct history *history, maru_time at_us, struct moment *out,
                         maru_error *err) {
    const struct kept *kept = &history->kept[find(history, at_us)];
    out->acted_us = kept->acted_us;
    out->sim = NULL;
    return maru_sim_copy(kept->sim, &out->sim, err);
}

maru_status history_go(struct history *history, struct moment *moment, maru_time until_us,
                       maru_error *err) {
    maru_status st = MARU_OK;
    while (st == MARU_OK) {
        const maru_time now = moment->acted_us < 0 ? 0 : moment->acted_us;
        const maru_time next = (now / history->interval_us + 1) * history->interval_us;
        if (next > until_us) {
            break;
        }
        st = moment_go(moment, &history->acts, next, err);
        if (st == MARU_OK && history->kept[find(history, next)].acted_us != next) {
            keep(history, moment);
        }
    }
    return st == MARU_OK ? moment_go(moment, &history->acts, until_us, err) : st;
}
