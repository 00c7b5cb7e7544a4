#include "serve/rounds/round_awarding.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "io/clock.h"
#include "pool/round/round_rules.h"
#include "study/json_writer.h"
#include "study/rounds/round_figures.h"

// A thread a work, joined before the next begins. It has a copy of the round in memory; what it has solved becomes the next version of
// the round, unless somebody has changed that since: then the work has failed, and nothing is kept.

enum { RESULT_BYTES = 16 << 20, MOST_CHANGED = 500 };

struct awarding {
    struct store *store;
    pthread_mutex_t lock; // of all below
    pthread_t thread;
    bool has_thread, is_running;
    char round[ROUND_MAX_ID + 1], id[STORE_ID_BYTES], by[STORE_NAME_BYTES];
    char *rules;
    bool keeps;
    maru_error problem;
    struct text result;
    double done;
    bool stops;
};

// ---- as JSON

static void add_classes(struct json *json, const struct round *round,
                        const struct round_figures *figures) {
    json_open_list(json, "by_class");
    for (uint32_t i = 0; i < round->n_class; i++) {
        json_open_object(json, NULL);
        json_add_string(json, "class", round->class_[i].name);
        json_add_count(json, "applications", figures->class_[i].n);
        json_add_integer(json, "asked", figures->class_[i].asked);
        json_add_integer(json, "awarded", figures->class_[i].awarded);
        json_close(json);
    }
    json_close(json);
}

static void add_quarters(struct json *json, const struct round *round,
                         const struct round_figures *figures) {
    json_open_list(json, "by_quarter");
    for (uint32_t q = 0; q < round->rules.n_quarter; q++) {
        struct round_moment sum = {0};
        struct text name;
        for (uint32_t s = 0; s < round->n_site; s++) {
            const struct round_moment *moment = &figures->moment[round_site_at(round, s, q)];
            sum.arrived += moment->arrived;
            sum.runnable += moment->runnable;
            sum.awarded += moment->awarded;
        }
        text_init(&name, 64);
        round_quarter_write(&name, &round->rules, q);
        json_open_object(json, NULL);
        json_add_string(json, "quarter", name.bytes);
        json_add_integer(json, "there", sum.arrived);
        json_add_integer(json, "runnable", sum.runnable);
        json_add_integer(json, "awarded", sum.awarded);
        json_close(json);
        text_fini(&name);
    }
    json_close(json);
}

// Floors that are not reached, with the GPU quarters that they lack.
static void add_short(struct json *json, const struct round_group *group, uint32_t n,
                      const int64_t *is_short) {
    for (uint32_t i = 0; i < n; i++) {
        if (is_short[i] > 0) {
            json_open_object(json, NULL);
            json_add_string(json, "group", group[i].name);
            json_add_integer(json, "gpu_quarters", is_short[i]);
            json_close(json);
        }
    }
}

void awarding_add(struct json *json, struct round_answer *answer) {
    const struct round *round = &answer->tables.round;
    const struct round_award *award = &answer->award;
    struct round_figures *figures = alloc_new(1, sizeof *figures);
    if (!figures) {
        return;
    }
    round_figures(round, award, figures);
    const double missing = award->is_exact ? 0 : (double)(award->bound - award->worth);
    json_add_integer(json, "worth", award->worth);
    json_add_integer(json, "bound", award->bound);
    json_add_number(json, "gap", award->worth > 0 ? missing / (double)award->worth : 0);
    json_add_bool(json, "proven", award->is_exact);
    json_add_count(json, "awarded_gpus", figures->gpus_awarded);
    json_add_count(json, "n_awarded", figures->n_awarded);
    json_add_integer(json, "awarded_gpu_quarters", figures->awarded);
    json_add_integer(json, "offered_gpu_quarters", figures->offered);
    json_add_bool(json, "lot_settled", award->is_lot_settled);
    json_open_list(json, "short");
    add_short(json, round->class_, round->n_class, award->short_class);
    add_short(json, round->region, round->n_region, award->short_region);
    json_close(json);
    add_classes(json, round, figures);
    add_quarters(json, round, figures);
    alloc_free(figures);
}

// Who gains and who loses, the most first; GPUs at the same time, as an application asks for them.
static void add_changed(struct json *json, const struct round_answer *before,
                        const struct round_answer *after) {
    const struct round *round = &before->tables.round;
    const uint32_t n = round->n_application;
    uint32_t *order = alloc_new((size_t)n + 1, sizeof *order), n_told = 0;
    struct round_key *key = alloc_new((size_t)n + 1, sizeof *key);
    for (uint32_t a = 0; order && key && a < n; a++) {
        const int64_t was = round_got(round, &before->award, a);
        const int64_t is = round_got(&after->tables.round, &after->award, a);
        order[a] = a;
        key[a] = (struct round_key){was > is ? is - was : was - is, a};
    }
    json_open_list(json, "applications");
    if (order && key && round_sort(order, n, key, NULL) == MARU_OK) {
        for (uint32_t i = 0; i < n && key[order[i]].first < 0 && n_told < MOST_CHANGED; i++) {
            const struct round_application *it = &round->application[order[i]];
            json_open_object(json, NULL);
            json_add_string(json, "application", it->id);
            json_add_string(json, "institution", round->institution[it->institution]);
            json_add_string(json, "class", round->class_[it->class_].name);
            json_add_count(json, "asked", round_peak(round, NULL, order[i]));
            json_add_count(json, "before", round_peak(round, before->award.gpus, order[i]));
            json_add_count(json, "after",
                           round_peak(&after->tables.round, after->award.gpus, order[i]));
            json_add_integer(json, "gpu_quarters",
                             round_got(&after->tables.round, &after->award, order[i]) -
                                 round_got(round, &before->award, order[i]));
            json_close(json);
            n_told++;
        }
    }
    json_close(json);
    alloc_free(order);
    alloc_free(key);
}

static void add_changes(struct json *json, const struct round_answer *before,
                        const struct round_answer *after) {
    const struct round *round = &before->tables.round;
    struct round_change change;
    round_compare(before, after, &change);
    json_open_object(json, "changes");
    json_add_count(json, "n_gain", change.n_gain);
    json_add_count(json, "n_lose", change.n_lose);
    json_add_integer(json, "moved", change.moved);
    json_open_list(json, "by_class");
    for (uint32_t i = 0; i < round->n_class; i++) {
        json_open_object(json, NULL);
        json_add_string(json, "class", round->class_[i].name);
        json_add_integer(json, "before", change.by_class[0][i]);
        json_add_integer(json, "after", change.by_class[1][i]);
        json_close(json);
    }
    json_close(json);
    add_changed(json, before, after);
    json_close(json);
}

// ---- the work

struct work {
    struct awarding *of;
    struct kept_round kept;
    struct round_answer before, after;
    maru_faults *faults;
    struct text result;
};

static bool goes_on(void *context, double done) {
    struct awarding *awarding = context;
    pthread_mutex_lock(&awarding->lock);
    awarding->done = done > awarding->done ? done : awarding->done;
    const bool goes = !awarding->stops;
    pthread_mutex_unlock(&awarding->lock);
    return goes;
}

// What there is to compare with: what was awarded, else what the round's own rules would give.
static maru_status solve_before(struct work *w, maru_error *err) {
    const struct round_place place = kept_round_place(&w->kept);
    const struct award_watch watch = {goes_on, w->of, 0, 0.5};
    return kept_round_state(&w->kept, 0) >= ROUND_AWARDED
               ? round_answer_read(&w->before, &place, &w->kept.facts, w->faults, err)
               : round_answer_make(&w->before, &place, NULL, &watch, w->faults, err);
}

static maru_status take_rules(struct work *w, maru_error *err) {
    const struct round_place place = kept_round_place(&w->kept);
    struct text rules;
    text_init(&rules, ROUNDS_MAX_FILE_BYTES);
    text_addz(&rules, w->of->rules);
    const maru_status st = round_folder_write(&place, "round.toml", &rules, err);
    text_fini(&rules);
    return st;
}

static maru_status keep(struct work *w, maru_error *err) {
    const struct round_place place = kept_round_place(&w->kept);
    const struct round_award *award = &w->after.award;
    char time[CLOCK_TEXT_BYTES];
    clock_text(clock_unix_ms(), time);
    w->kept.facts = (struct round_facts){award->bound, award->is_exact, award->is_lot_settled};
    const maru_status st = round_answer_write(&w->after, &place, time, err);
    return st == MARU_OK ? kept_round_keep(w->of->store, &w->kept, w->of->by, err) : st;
}

static maru_status do_work(struct work *w, maru_error *err) {
    const struct round_place place = kept_round_place(&w->kept);
    struct json json;
    maru_status st = kept_round_load(w->of->store, w->of->round, &w->kept, err);
    if (st == MARU_OK && w->of->keeps && kept_round_state(&w->kept, 0) == ROUND_LEASED) {
        st = fail(err, MARU_E_RANGE, "this round is leased: its award stands");
    }
    const double before =
        st == MARU_OK && w->of->rules && kept_round_state(&w->kept, 0) < ROUND_AWARDED ? 0.5 : 0;
    const struct award_watch watch = {goes_on, w->of, before, 1 - before};
    if (st == MARU_OK && w->of->rules) {
        st = solve_before(w, err);
        st = st == MARU_OK ? take_rules(w, err) : st;
    }
    st = st == MARU_OK ? round_answer_make(&w->after, &place, NULL, &watch, w->faults, err) : st;
    st = st == MARU_OK && w->of->keeps ? keep(w, err) : st;
    if (st == MARU_OK) {
        json_writer_init(&json, &w->result);
        json_open_object(&json, NULL);
        awarding_add(&json, &w->after);
        if (w->of->rules) {
            add_changes(&json, &w->before, &w->after);
        }
        json_close(&json);
        st = w->result.status == MARU_OK ? MARU_OK : fail(err, w->result.status, "no memory");
    }
    return st;
}

static void *work(void *context) {
    struct awarding *awarding = context;
    struct work *w = alloc_new(1, sizeof *w);
    maru_error err = {0};
    maru_status st = w ? MARU_OK : fail(&err, MARU_E_MEMORY, "no memory");
    if (w) {
        w->of = awarding;
        w->faults = maru_faults_new();
        text_init(&w->result, RESULT_BYTES);
        st = w->faults ? do_work(w, &err) : fail(&err, MARU_E_MEMORY, "no memory");
    }
    pthread_mutex_lock(&awarding->lock);
    awarding->problem = err;
    awarding->problem.code = st;
    text_clear(&awarding->result);
    if (st == MARU_OK) {
        text_add(&awarding->result, w->result.bytes, w->result.n_bytes);
    }
    awarding->is_running = false;
    pthread_mutex_unlock(&awarding->lock);
    if (w) {
        round_answer_fini(&w->before);
        round_answer_fini(&w->after);
        kept_round_fini(&w->kept);
        maru_faults_free(w->faults);
        text_fini(&w->result);
    }
    alloc_free(w);
    return NULL;
}

// ---- asked for

maru_status awarding_start(struct store *store, struct awarding **out, maru_error *err) {
    struct awarding *awarding = alloc_new(1, sizeof *awarding);
    if (!awarding || pthread_mutex_init(&awarding->lock, NULL) != 0) {
        alloc_free(awarding);
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    awarding->store = store;
    text_init(&awarding->result, RESULT_BYTES);
    *out = awarding;
    return MARU_OK;
}

void awarding_stop(struct awarding *awarding) {
    if (!awarding) {
        return;
    }
    pthread_mutex_lock(&awarding->lock);
    awarding->stops = true;
    pthread_mutex_unlock(&awarding->lock);
    if (awarding->has_thread) {
        pthread_join(awarding->thread, NULL);
    }
    pthread_mutex_destroy(&awarding->lock);
    text_fini(&awarding->result);
    alloc_free(awarding->rules);
    alloc_free(awarding);
}

static maru_status begin(struct awarding *awarding, const struct awarding_asked *asked,
                         maru_error *err) {
    const size_t n = asked->rules ? strlen(asked->rules) + 1 : 0;
    char *rules = n > 0 ? alloc_new(n, 1) : NULL;
    if (n > 0 && !rules) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    if (awarding->has_thread) { // it has ended
        pthread_join(awarding->thread, NULL);
        awarding->has_thread = false;
    }
    if (rules) {
        memcpy(rules, asked->rules, n);
    }
    alloc_free(awarding->rules);
    awarding->rules = rules;
    awarding->keeps = asked->keeps;
    snprintf(awarding->round, sizeof awarding->round, "%s", asked->round);
    snprintf(awarding->by, sizeof awarding->by, "%s", asked->by);
    store_make_id(awarding->id);
    awarding->is_running = true;
    awarding->stops = false;
    awarding->done = 0;
    if (pthread_create(&awarding->thread, NULL, work, awarding) != 0) {
        awarding->is_running = false;
        return fail(err, MARU_E_MEMORY, "no thread can be started");
    }
    awarding->has_thread = true;
    return MARU_OK;
}

maru_status awarding_begin(struct awarding *awarding, const struct awarding_asked *asked,
                           char id[STORE_ID_BYTES], maru_error *err) {
    pthread_mutex_lock(&awarding->lock);
    maru_status st = awarding->is_running
                         ? fail(err, MARU_E_RANGE, "another award is being solved: ask again later")
                         : begin(awarding, asked, err);
    snprintf(id, STORE_ID_BYTES, "%s", awarding->id);
    pthread_mutex_unlock(&awarding->lock);
    return st;
}

bool awarding_cancel(struct awarding *awarding, const char *round) {
    pthread_mutex_lock(&awarding->lock);
    const bool is_its = awarding->is_running && strcmp(awarding->round, round) == 0;
    awarding->stops = awarding->stops || is_its;
    pthread_mutex_unlock(&awarding->lock);
    return is_its;
}

bool awarding_look(struct awarding *awarding, const char *round, struct awarding_look *out) {
    pthread_mutex_lock(&awarding->lock);
    const bool is_there = awarding->id[0] && strcmp(awarding->round, round) == 0;
    if (is_there) {
        snprintf(out->id, sizeof out->id, "%s", awarding->id);
        out->is_running = awarding->is_running;
        out->done = awarding->is_running ? awarding->done : 1;
        out->problem = awarding->problem;
        text_init(&out->result, RESULT_BYTES);
        if (!awarding->is_running && awarding->result.n_bytes > 0) {
            text_add(&out->result, awarding->result.bytes, awarding->result.n_bytes);
        }
    }
    pthread_mutex_unlock(&awarding->lock);
    return is_there;
}
