#include "serve/floor/models/model_watch.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/digest.h"
#include "base/number.h"
#include "base/status.h"
#include "io/clock.h"
#include "serve/floor/models/model_telling.h"
#include "serve/models/kept_truths.h"

// A window is known by its end, tool, lot and wafer. Each model remembers the last windows that it has counted, and those whose truth it has
// learned from: one that is made again, after late samples or a kill, is answered again, and counts once. These memories are kept with the
// counts, so that both are of one moment.
//
// What a model has said is read from its event when the truth comes, and the truth that has come before is looked for when a window is made:
// whichever is later finds the other in the store.

static const char *const context_name[LIVEMODELS_CONTEXT] = {"tool", "recipe", "step", "lot",
                                                             "wafer"};

static void complain(struct model_live *m, const maru_error *err) {
    snprintf(m->problem, sizeof m->problem, "%.199s", err->text);
}

// ---- windows that were met

uint64_t window_key_of(const struct truth_key *window) {
    struct digest digest;
    digest_init(&digest);
    digest_i64(&digest, window->at_us);
    digest_bytes(&digest, window->tool, strlen(window->tool));
    digest_bytes(&digest, window->lot, strlen(window->lot));
    digest_bytes(&digest, window->wafer, strlen(window->wafer));
    return digest.lane[0] ^ digest.lane[1];
}

bool window_keys_has(const struct window_keys *keys, uint64_t key) {
    for (uint32_t i = 0; i < keys->n; i++) {
        if (keys->key[i] == key) {
            return true;
        }
    }
    return false;
}

void window_keys_add(struct window_keys *keys, uint64_t key) {
    keys->key[keys->next] = key;
    keys->next = (keys->next + 1) % LIVEMODELS_KEYS;
    keys->n += keys->n < LIVEMODELS_KEYS;
}

// ---- which models there are

static void fini_model(struct model_live *m) {
    for (int side = 0; side < N_SIDE; side++) {
        living_free(m->side[side].living);
    }
    names_fini(&m->by_tool);
    alloc_free(m->place);
    alloc_free(m->made);
    alloc_free(m->learned);
}

void model_watch_free(struct model_watch *w) {
    if (w) {
        for (uint32_t i = 0; i < w->n; i++) {
            fini_model(&w->model[i]);
        }
        alloc_free(w->model);
        alloc_free(w->cell);
        alloc_free(w->out);
        alloc_free(w);
    }
}

void model_watch_pause(struct model_watch *w) {
    for (uint32_t i = 0; w && i < w->n; i++) {
        w->model[i].row = WINDOW_NONE;
    }
}

// Those that can live, as far as there is room.
static maru_status see_model(void *context, const struct model_row *row, maru_error *err) {
    struct model_watch *w = context;
    struct model_live m = {.row = WINDOW_NONE, .is_on = row->is_on, .since_ms = row->since_ms};
    if (w->n == LIVEMODELS_MAX || row->champion == 0 || !row->feed[0] ||
        model_feed_read(row->feed, strlen(row->feed), &m.feed, NULL) != MARU_OK) {
        return MARU_OK;
    }
    snprintf(m.id, sizeof m.id, "%s", row->id);
    snprintf(m.name, sizeof m.name, "%.123s", row->name);
    m.side[SIDE_CHAMPION].version = row->champion;
    m.side[SIDE_CHALLENGER].version = row->challenger;
    names_init(&m.by_tool, WINDOW_MAX_NAMES_BYTES);
    m.made = alloc_new(1, sizeof *m.made);
    m.learned = alloc_new(1, sizeof *m.learned);
    if (!m.made || !m.learned) {
        fini_model(&m);
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    w->model[w->n++] = m;
    return MARU_OK;
}

static struct model_live *find_model(struct model_watch *w, const char *id) {
    for (uint32_t i = 0; w && i < w->n; i++) {
        if (strcmp(w->model[i].id, id) == 0) {
            return &w->model[i];
        }
    }
    return NULL;
}

static struct model_side *find_version(struct model_live *m, int64_t version) {
    for (int side = 0; m && side < N_SIDE; side++) {
        if (m->side[side].living && m->side[side].version == version) {
            return &m->side[side];
        }
    }
    return NULL;
}

static void open_version(struct model_watch *w, struct model_live *m, struct model_side *side) {
    const struct living_options options = living_options_usual();
    struct text bytes;
    maru_error err = {0};
    text_init(&bytes, TENANT_MAX_MODEL_BYTES);
    maru_status st = tenant_get_model_version(w->tenant, m->id, side->version, &bytes, &err);
    st = st == MARU_OK ? living_new(bytes.bytes, bytes.n_bytes, &options, &side->living, &err) : st;
    if (st != MARU_OK) {
        complain(m, &err); // it does not answer; who asks is told
    }
    text_fini(&bytes);
}

// What an older watch knows goes on here. Somebody who switches a model on forgives what spoke against it.
static void take_over(struct model_live *m, struct model_live *old) {
    const bool is_same_pair =
        m->side[0].version == old->side[0].version && m->side[1].version == old->side[1].version;
    struct model_side moved[N_SIDE];
    for (int side = 0; side < N_SIDE; side++) {
        struct model_side *from = find_version(old, m->side[side].version);
        moved[side] = from ? *from : m->side[side];
    }
    for (int side = 0; side < N_SIDE; side++) { // before it was moved nothing is changed
        struct model_side *from = find_version(old, m->side[side].version);
        m->side[side] = moved[side];
        if (from) {
            from->living = NULL;
        }
    }
    m->rivals = is_same_pair ? old->rivals : m->rivals;
    m->n_predicted = old->n_predicted;
    m->n_truth = old->n_truth;
    m->last_us = old->last_us;
    struct window_keys *const made = m->made, *const learned = m->learned;
    m->made = old->made;
    m->learned = old->learned;
    old->made = made;
    old->learned = learned;
    if (strcmp(m->name, old->name) == 0) { // else its signals are called otherwise
        const struct names by_tool = m->by_tool;
        m->by_tool = old->by_tool;
        old->by_tool = by_tool;
        m->place = old->place;
        old->place = NULL;
        m->drift = old->drift;
        m->used = old->used;
    }
    if (m->is_on && (!old->is_on || m->since_ms != old->since_ms) && m->side[0].living) {
        living_forgive(m->side[0].living);
    }
}

// ---- which windows they answer

static maru_status bind_values(struct model_live *m, const struct window_def *def,
                               struct arena *arena, maru_error *err) {
    const uint32_t n = window_def_values(def), n_name = LIVEMODELS_CONTEXT + n;
    const char **name = arena_take(arena, n_name, sizeof *name);
    maru_status st = name ? MARU_OK : arena_refusal(arena, err);
    for (uint32_t i = 0; st == MARU_OK && i < n_name; i++) {
        struct text text;
        text_init(&text, 1024);
        if (i < LIVEMODELS_CONTEXT) {
            text_addz(&text, context_name[i]);
        } else {
            window_def_value_name(def, i - LIVEMODELS_CONTEXT, &text);
        }
        name[i] = text.bytes ? arena_text(arena, text.bytes, text.n_bytes) : NULL;
        st = name[i] ? MARU_OK : fail(err, MARU_E_MEMORY, "no memory");
        text_fini(&text);
    }
    for (int side = 0; st == MARU_OK && side < N_SIDE; side++) {
        struct living *living = m->side[side].living;
        st = living ? living_bind(living, name, n_name, err) : MARU_OK;
    }
    m->n_value = n;
    return st;
}

static void bind_windows(struct model_live *m, const struct window_table *table) {
    struct arena arena;
    maru_error err = {0};
    for (uint32_t i = 0; table && m->side[SIDE_CHAMPION].living && i < table->n; i++) {
        if (strcmp(table->window[i].name, m->feed.window) == 0) {
            arena_init(&arena, 1 << 24);
            if (bind_values(m, &table->window[i], &arena, &err) == MARU_OK) {
                m->row = i;
            } else {
                complain(m, &err);
            }
            arena_fini(&arena);
            return;
        }
    }
}

static maru_status list_models(struct model_watch *w, maru_error *err) {
    const struct page page = {.limit = TENANT_MAX_MODELS, .after = ""};
    w->model = alloc_new(LIVEMODELS_MAX, sizeof *w->model);
    w->cell = alloc_new(LIVEMODELS_CONTEXT + CONTEXT_MAX_FEATURES, sizeof *w->cell);
    w->out = alloc_new(LIVEMODELS_MAX_OUT, sizeof *w->out);
    if (!w->model || !w->cell || !w->out) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    return w->tenant ? tenant_each_model(w->tenant, &page, see_model, w, err) : MARU_OK;
}

maru_status model_watch_new(const struct model_watch_asked *asked, struct model_watch *old,
                            struct model_watch **out, maru_error *err) {
    struct model_watch *w = alloc_new(1, sizeof *w);
    if (!w) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    w->tenant = asked->tenant;
    w->signals = asked->signals;
    w->news = asked->news;
    maru_status st = list_models(w, err);
    st = st == MARU_OK && !old ? signals_last_event(w->signals, &w->heard_event, err) : st;
    if (st != MARU_OK) {
        model_watch_free(w);
        return st;
    }
    for (uint32_t i = 0; i < w->n; i++) {
        struct model_live *m = &w->model[i], *before = find_model(old, m->id);
        for (int side = 0; side < N_SIDE; side++) {
            if (m->side[side].version > 0 && !find_version(before, m->side[side].version)) {
                open_version(w, m, &m->side[side]);
            }
        }
        if (before) {
            take_over(m, before);
        }
        bind_windows(m, asked->table);
    }
    if (old) {
        w->heard_event = old->heard_event;
        memcpy(w->out, old->out, old->n_out * sizeof *w->out);
        w->n_out = old->n_out;
        w->is_changed = true;
        model_watch_free(old);
    }
    *out = w;
    return MARU_OK;
}

maru_status model_watch_flush(struct model_watch *w, maru_error *err) {
    const maru_status st =
        w->n_out > 0 ? signals_write(w->signals, w->out, w->n_out, err) : MARU_OK;
    w->n_out = st == MARU_OK ? 0 : w->n_out;
    return st;
}

// ---- off

// The store is told first: what could not be kept is tried again with the next row.
static void look_after(struct model_watch *w, struct model_live *m, maru_time at_us) {
    const enum living_reason reason = living_reason(m->side[SIDE_CHAMPION].living);
    maru_error err = {0};
    if (reason == LIVING_FINE || !m->is_on) {
        return;
    }
    const struct model_row row = {
        .id = m->id, .is_on = false, .reason = model_reason_name(reason), .set_by = NEWS_SOURCE};
    maru_status st = w->tenant ? tenant_use_model(w->tenant, &row, &err) : MARU_OK;
    if (st == MARU_OK) {
        m->is_on = false;
        model_telling_off(w, m, reason, at_us);
        st = model_telling_state(w, m, at_us, &err);
    }
    if (st != MARU_OK) {
        complain(m, &err);
    }
}

// ---- truths

struct side_truth {
    bool is_there;
    double error;
};

// What was said by a version, in the event or of its challenger.
static const json_t *find_said(const json_t *detail, int64_t version) {
    const json_t *challenger = json_object_get(detail, "challenger");
    return json_integer_value(json_object_get(detail, "version")) == version       ? detail
           : json_integer_value(json_object_get(challenger, "version")) == version ? challenger
                                                                                   : NULL;
}

static double number_of(const json_t *said, const char *key) {
    const json_t *value = json_object_get(said, key);
    return json_is_number(value) ? json_number_value(value) : (double)NAN;
}

static struct side_truth learn_side(struct model_side *side, const json_t *said, const char *tool,
                                    const char *cell) {
    struct side_truth out = {0};
    if (!side->living || !said) {
        return out;
    }
    const double truth = living_truth_of(side->living, cell);
    if (isnan(truth)) {
        return out;
    }
    struct living_truth known = {number_of(said, "value"), truth, number_of(said, "low"),
                                 number_of(said, "high"), tool};
    const json_t *all = json_object_get(said, "p"); // of classes
    if (all) {
        const json_t *p = json_array_get(all, (size_t)truth);
        known.value = json_is_number(p) ? json_number_value(p) : (double)NAN;
        known.truth = 1;
    }
    out.is_there = living_learn(side->living, &known, &out.error, NULL) == MARU_OK;
    return out;
}

// The errors of both as shares of those of the champion's training; of probabilities they are shares already.
static void compare(struct model_live *m, const struct side_truth truth[N_SIDE]) {
    const struct living *champion = m->side[SIDE_CHAMPION].living;
    const double error[2] = {truth[0].error, truth[1].error};
    const double share[2] = {living_share(champion, error[0]), living_share(champion, error[1])};
    rivals_step(&m->rivals, error, share);
}

// Learn once of each window.
static void learn(struct model_watch *w, struct model_live *m, const struct truth_key *window,
                  const char *detail, const char *cell) {
    const uint64_t key = window_key_of(window);
    struct side_truth truth[N_SIDE] = {{0}};
    if (window_keys_has(m->learned, key)) {
        return;
    }
    json_t *said = json_loads(detail, 0, NULL);
    for (int side = 0; side < N_SIDE; side++) {
        truth[side] =
            learn_side(&m->side[side], find_said(said, m->side[side].version), window->tool, cell);
    }
    json_decref(said);
    if (truth[SIDE_CHAMPION].is_there && truth[SIDE_CHALLENGER].is_there) {
        compare(m, truth);
    }
    if (truth[SIDE_CHAMPION].is_there || truth[SIDE_CHALLENGER].is_there) {
        window_keys_add(m->learned, key);
        m->n_truth += truth[SIDE_CHAMPION].is_there;
        w->is_changed = true;
    }
    if (truth[SIDE_CHAMPION].is_there) {
        look_after(w, m, window->at_us);
    }
}

// ---- windows

static void fill_cells(struct model_watch *w, const struct model_live *m,
                       const struct window_place *place, const struct window_span *span,
                       const double *value) {
    const char *const context[LIVEMODELS_CONTEXT] = {
        place->tool, window_span_text(span, SPAN_RECIPE), window_span_text(span, SPAN_STEP),
        window_span_text(span, SPAN_LOT), window_span_text(span, SPAN_WAFER)};
    for (uint32_t i = 0; i < LIVEMODELS_CONTEXT; i++) {
        w->cell[i] = (struct recipe_cell){context[i], 0};
    }
    for (uint32_t i = 0; i < m->n_value; i++) {
        w->cell[LIVEMODELS_CONTEXT + i] = (struct recipe_cell){NULL, value[i]};
    }
}

// The truth of a window, where it has come already.
static void find_truth(struct model_watch *w, struct model_live *m, const struct truth_key *window,
                       const struct model_said *said) {
    const struct truth_wanted wanted = model_feed_truth(&m->feed);
    const maru_time span[2] = {window->at_us, window->at_us + wanted.within_us + 1};
    const struct truth_list windows = {window, 1};
    struct kept_truths truths;
    uint32_t match = UINT32_MAX;
    maru_error err = {0};
    kept_truths_init(&truths);
    maru_status st = kept_truths_add(&truths, w->signals, &wanted, span, window->lot,
                                     window->lot[0] ? "" : window->tool, &err);
    st = st == MARU_OK ? kept_truths_join(&truths, &wanted, &windows, &match, &err) : st;
    if (st != MARU_OK) {
        complain(m, &err);
    } else if (match != UINT32_MAX) {
        struct text detail;
        text_init(&detail, EVENT_MAX_DETAIL_BYTES);
        model_telling_detail(m, said, &detail);
        learn(w, m, window, detail.bytes ? detail.bytes : "", truths.cell[match]);
        text_fini(&detail);
    }
    kept_truths_fini(&truths);
}

static void answer(struct model_live *m, const struct living_window *window, bool is_new,
                   struct model_said *said, bool *is_judged) {
    maru_error err = {0};
    for (int side = 0; side < N_SIDE; side++) {
        struct living *living = m->side[side].living;
        bool has_verdict = false;
        said->of[side] = living_said_nothing();
        maru_status st = living ? living_answer(living, window, &said->of[side], &err) : MARU_OK;
        if (living && is_new && st == MARU_OK) {
            st = living_count(living, &has_verdict, &err);
        }
        if (st != MARU_OK) {
            complain(m, &err);
        }
        *is_judged = *is_judged || (side == SIDE_CHAMPION && has_verdict);
    }
}

// What the champion says, as an event and as signals.
static void tell_window(struct model_watch *w, struct model_live *m,
                        const struct model_said *said) {
    struct text detail;
    maru_error err = {0};
    text_init(&detail, EVENT_MAX_DETAIL_BYTES);
    model_telling_detail(m, said, &detail);
    model_telling_event(w, m, said, &detail);
    text_fini(&detail);
    if (model_telling_samples(w, m, said, &err) != MARU_OK) {
        complain(m, &err);
    }
}

static void take_window(struct model_watch *w, struct model_live *m,
                        const struct window_place *place, const struct window_span *span) {
    const struct truth_key window = {span->until_us, place->tool, window_span_text(span, SPAN_LOT),
                                     window_span_text(span, SPAN_WAFER)};
    const uint64_t key = window_key_of(&window);
    const struct living_window asked = {w->cell, place->tool, span->until_us, key};
    const bool is_new = !window_keys_has(m->made, key);
    struct model_said said = {.place = place, .span = span};
    bool is_judged = false;
    maru_error err = {0};
    answer(m, &asked, is_new, &said, &is_judged);
    if (is_new) {
        window_keys_add(m->made, key);
        m->n_predicted += said.of[SIDE_CHAMPION].is_there;
        w->is_changed = true;
    }
    m->last_us = span->until_us > m->last_us ? span->until_us : m->last_us;
    if (said.of[SIDE_CHAMPION].is_there) {
        tell_window(w, m, &said);
    }
    if (is_judged && model_telling_state(w, m, span->until_us, &err) != MARU_OK) {
        complain(m, &err);
    }
    if (is_judged || living_has_lives(m->side[SIDE_CHAMPION].living)) {
        look_after(w, m, span->until_us);
    }
    if (m->feed.has_truth && !window_keys_has(m->learned, key)) {
        find_truth(w, m, &window, &said);
    }
}

maru_status model_watch_see(void *context, const struct window_place *place,
                            const struct window_span *span, const double *value, maru_error *err) {
    struct model_watch *w = context;
    (void)err;
    for (uint32_t i = 0; i < w->n; i++) {
        struct model_live *m = &w->model[i];
        if (m->row == place->row) {
            fill_cells(w, m, place, span, value);
            take_window(w, m, place, span);
        }
    }
    return MARU_OK;
}

// ---- truths that come

enum { HEARD_AT_ONCE = 1000, MOST_WINDOWS = 2000, LOOKED_AT = 8000, HEARING_BYTES = 256 << 20 };

struct heard_truth {
    struct model_live *model;
    struct truth_key key;
};

struct hearing {
    struct model_watch *watch;
    struct arena arena;
    struct heard_truth *truth; // (n, cap)
    uint32_t n, cap;
    int64_t last;
    size_t n_event;
};

static maru_status keep_truth(struct hearing *h, struct model_live *m, const struct event *event,
                              maru_error *err) {
    if (h->n == h->cap) {
        const uint32_t cap = h->cap > 0 ? 2 * h->cap : 64;
        struct heard_truth *more = alloc_resize(h->truth, cap, sizeof *more);
        if (!more) {
            return fail(err, MARU_E_MEMORY, "no memory");
        }
        h->truth = more;
        h->cap = cap;
    }
    struct truth_key key = {event->at_us,
                            arena_text(&h->arena, event->source, strlen(event->source)),
                            arena_text(&h->arena, event->lot, strlen(event->lot)),
                            arena_text(&h->arena, event->wafer, strlen(event->wafer))};
    if (!key.tool || !key.lot || !key.wafer) {
        return arena_refusal(&h->arena, err);
    }
    h->truth[h->n++] = (struct heard_truth){m, key};
    return MARU_OK;
}

// The life of a unit has ended: both versions begin anew with the next window.
static maru_status hear_end(struct model_live *m, const struct event *event, maru_error *err) {
    const struct living_end end = {event->source, event->lot, event->wafer, event->at_us};
    maru_status st = MARU_OK;
    for (int side = 0; st == MARU_OK && side < N_SIDE; side++) {
        struct living *living = m->side[side].living;
        st = living ? living_end(living, &end, err) : MARU_OK;
    }
    return st;
}

static maru_status hear_event(void *context, int64_t id, const struct event *event,
                              maru_error *err) {
    struct hearing *h = context;
    maru_status st = MARU_OK;
    h->last = id;
    h->n_event++;
    for (uint32_t i = 0; st == MARU_OK && i < h->watch->n; i++) {
        struct model_live *m = &h->watch->model[i];
        const struct truth_wanted wanted = model_feed_truth(&m->feed);
        if (m->feed.has_truth && truth_is_wanted(&wanted, event)) {
            st = keep_truth(h, m, event, err);
        }
        if (st == MARU_OK && model_feed_ends(&m->feed, event)) {
            st = hear_end(m, event, err);
        }
    }
    return st;
}

struct foretold { // windows that a truth may be of
    const struct heard_truth *truth;
    struct arena arena;
    struct truth_key *key; // (n)
    const char **detail;   // (n)
    uint32_t n;
};

static maru_status see_prediction(void *context, int64_t id, const struct event *event,
                                  maru_error *err) {
    struct foretold *f = context;
    const struct truth_wanted wanted = model_feed_truth(&f->truth->model->feed);
    const struct truth_key window = truth_key_of(event);
    (void)id;
    if (f->n == MOST_WINDOWS || !truth_is_of(&wanted, &window, &f->truth->key) ||
        !strstr(event->detail, f->truth->model->id) ||
        window_keys_has(f->truth->model->learned, window_key_of(&window))) {
        return MARU_OK;
    }
    f->key[f->n] =
        (struct truth_key){window.at_us, arena_text(&f->arena, window.tool, strlen(window.tool)),
                           arena_text(&f->arena, window.lot, strlen(window.lot)),
                           arena_text(&f->arena, window.wafer, strlen(window.wafer))};
    f->detail[f->n] = arena_text(&f->arena, event->detail, strlen(event->detail));
    if (!f->key[f->n].tool || !f->key[f->n].lot || !f->key[f->n].wafer || !f->detail[f->n]) {
        return arena_refusal(&f->arena, err);
    }
    f->n++;
    return MARU_OK;
}

// The windows that were foretold and whose truth this is: of those that may be, the first in time.
static maru_status learn_from(struct model_watch *w, struct foretold *f, maru_error *err) {
    struct model_live *m = f->truth->model;
    const struct truth_key *event = &f->truth->key;
    const struct truth_wanted wanted = model_feed_truth(&m->feed);
    const maru_time span[2] = {f->key[f->n - 1].at_us, event->at_us + 1};
    const struct truth_list windows = {f->key, f->n};
    struct kept_truths truths;
    uint32_t *match = arena_take(&f->arena, f->n, sizeof *match);
    kept_truths_init(&truths);
    maru_status st = match ? kept_truths_add(&truths, w->signals, &wanted, span, event->lot,
                                             event->lot[0] ? "" : event->tool, err)
                           : arena_refusal(&f->arena, err);
    st = st == MARU_OK ? kept_truths_join(&truths, &wanted, &windows, match, err) : st;
    for (uint32_t i = f->n; st == MARU_OK && i-- > 0;) { // the oldest first
        if (match[i] != UINT32_MAX && truths.key[match[i]].at_us == event->at_us) {
            learn(w, m, &f->key[i], f->detail[i], truths.cell[match[i]]);
        }
    }
    kept_truths_fini(&truths);
    return st;
}

static maru_status look_back(struct model_watch *w, const struct heard_truth *truth,
                             maru_error *err) {
    const struct truth_wanted wanted = model_feed_truth(&truth->model->feed);
    const struct event_filter filter = {.from_us = truth->key.at_us - wanted.within_us,
                                        .to_us = truth->key.at_us + 1,
                                        .before_us = INT64_MAX,
                                        .limit = LOOKED_AT,
                                        .kind = EVENT_PREDICTION,
                                        .source = truth->key.lot[0] ? "" : truth->key.tool,
                                        .lot = truth->key.lot};
    struct foretold f = {.truth = truth};
    arena_init(&f.arena, HEARING_BYTES);
    f.key = arena_take(&f.arena, MOST_WINDOWS, sizeof *f.key);
    f.detail = arena_take(&f.arena, MOST_WINDOWS, sizeof *f.detail);
    maru_status st = f.key && f.detail
                         ? signals_each_event(w->signals, &filter, see_prediction, &f, err)
                         : arena_refusal(&f.arena, err);
    st = st == MARU_OK && f.n > 0 ? learn_from(w, &f, err) : st;
    arena_fini(&f.arena);
    return st;
}

maru_status model_watch_hear(struct model_watch *w, maru_error *err) {
    maru_status st = MARU_OK;
    size_t n_event = HEARD_AT_ONCE;
    while (st == MARU_OK && n_event == HEARD_AT_ONCE) {
        struct hearing h = {.watch = w, .last = w->heard_event};
        arena_init(&h.arena, HEARING_BYTES);
        st = signals_each_event_after(w->signals, w->heard_event, HEARD_AT_ONCE, hear_event, &h,
                                      err);
        for (uint32_t i = 0; st == MARU_OK && i < h.n; i++) {
            st = look_back(w, &h.truth[i], err);
        }
        if (st == MARU_OK) {
            w->is_changed = w->is_changed || h.last != w->heard_event;
            w->heard_event = h.last;
        }
        n_event = h.n_event;
        alloc_free(h.truth);
        arena_fini(&h.arena);
    }
    return st;
}
