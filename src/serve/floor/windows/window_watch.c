#include "serve/floor/windows/window_watch.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "serve/floor/signal_names.h"
#include "signal/placing.h"

// A row of the table and a tool are a place. A tool is known by its signals: the part of a signal's name in front of the name that
// the row wants, where the row's pattern meets it; and by its events. No sample is kept: a span of time is remembered, and what the
// store has of it is read when the span has settled. What comes late makes one of the last spans due again.

// ---- the table

static maru_status read_table(struct window_watch *w, const struct text *table, maru_error *err) {
    maru_faults *faults = maru_faults_new();
    if (!faults) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    const maru_status st = window_table_read("windows.csv", table->bytes ? table->bytes : "",
                                             table->n_bytes, faults, &w->table, err);
    maru_faults_free(faults);
    return st;
}

static maru_status want(struct window_watch *w, uint32_t row, uint32_t signal, const char *name,
                        maru_error *err) {
    const uint32_t n_before = w->wanted.n, k = w->n_wanted++;
    uint32_t number = 0;
    const maru_status st = names_add(&w->wanted, name, strlen(name), &number, err);
    if (st == MARU_OK) {
        w->wanted_row[k] = row;
        w->wanted_signal[k] = signal;
        w->next_wanted[k] = number < n_before ? w->first_wanted[number] : WINDOW_NONE;
        w->first_wanted[number] = k;
    }
    return st;
}

static maru_status want_signals(struct window_watch *w, maru_error *err) {
    size_t n = 1;
    maru_status st = MARU_OK;
    for (uint32_t i = 0; i < w->table.n; i++) {
        n += w->table.window[i].n_signal + 1;
    }
    w->first_wanted = alloc_new(n, sizeof *w->first_wanted);
    w->next_wanted = alloc_new(n, sizeof *w->next_wanted);
    w->wanted_row = alloc_new(n, sizeof *w->wanted_row);
    w->wanted_signal = alloc_new(n, sizeof *w->wanted_signal);
    if (!w->first_wanted || !w->next_wanted || !w->wanted_row || !w->wanted_signal) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    for (uint32_t i = 0; i < w->table.n; i++) {
        const struct window_def *def = &w->table.window[i];
        for (uint32_t k = 0; st == MARU_OK && k < def->n_signal; k++) {
            st = want(w, i, k, def->signal[k], err);
        }
        if (st == MARU_OK && def->by == WINDOW_BY_SIGNAL) {
            st = want(w, i, WINDOW_NONE, def->by_signal, err);
        }
    }
    return st;
}

static maru_status make_rows(struct window_watch *w, maru_error *err) {
    uint32_t number = 0;
    maru_status st = MARU_OK;
    w->live = alloc_new(w->table.n + 1, sizeof *w->live);
    if (!w->live) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    for (uint32_t i = 0; st == MARU_OK && i < w->table.n; i++) {
        const char *name = w->table.window[i].name;
        w->live[i].is_new = true;
        st = names_add(&w->by_name, name, strlen(name), &number, err);
    }
    return st == MARU_OK ? want_signals(w, err) : st;
}

maru_status window_watch_new(const struct text *table, int64_t version, struct window_watch **out,
                             maru_error *err) {
    struct window_watch *w = alloc_new(1, sizeof *w);
    if (!w) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    w->version = version;
    w->next_due_us = WINDOW_OPEN;
    names_init(&w->by_name, WINDOW_MAX_NAMES_BYTES);
    names_init(&w->by_place, WINDOW_MAX_NAMES_BYTES);
    names_init(&w->wanted, WINDOW_MAX_NAMES_BYTES);
    maru_status st = read_table(w, table, err);
    st = st == MARU_OK ? make_rows(w, err) : st;
    if (st != MARU_OK) {
        window_watch_free(w);
        return st;
    }
    *out = w;
    return MARU_OK;
}

static void free_place(struct window_place *place) {
    for (uint32_t i = 0; i < place->n_span; i++) {
        alloc_free(place->span[i].text);
    }
    for (uint32_t i = 0; i < place->n_made; i++) {
        alloc_free(place->made[i].text);
    }
    alloc_free(place->span);
    alloc_free(place->made);
    alloc_free(place->signal);
    alloc_free(place->made_signal);
    alloc_free(place->asset);
    alloc_free(place->value);
    window_runs_free(place->runs);
}

void window_watch_free(struct window_watch *w) {
    if (w) {
        for (uint32_t i = 0; w->live && i < w->table.n; i++) {
            reference_free(w->live[i].reference);
        }
        for (uint32_t i = 0; w->place && i < w->by_place.n; i++) {
            free_place(&w->place[i]);
        }
        window_table_fini(&w->table);
        names_fini(&w->by_name);
        names_fini(&w->by_place);
        names_fini(&w->wanted);
        alloc_free(w->live);
        alloc_free(w->place);
        alloc_free(w->first_wanted);
        alloc_free(w->next_wanted);
        alloc_free(w->wanted_row);
        alloc_free(w->wanted_signal);
        alloc_free(w->input);
        alloc_free(w->out);
        alloc_free(w);
    }
}

// ---- places

static void complain(struct window_watch *w, uint32_t row, const char *text) {
    snprintf(w->live[row].problem, sizeof w->live[row].problem, "%s", text);
}

static uint32_t find_place(const struct window_watch *w, uint32_t row, const char *tool, size_t n) {
    char key[WINDOW_TOOL_BYTES + 16];
    const int n_key =
        n < WINDOW_TOOL_BYTES ? snprintf(key, sizeof key, "%u/%.*s", row, (int)n, tool) : -1;
    return n_key < 0 ? WINDOW_NONE : names_find(&w->by_place, key, (size_t)n_key);
}

static bool fill_place(struct window_watch *w, struct window_place *place, uint32_t row) {
    const struct window_def *def = &w->table.window[row];
    *place = (struct window_place){.row = row,
                                   .made_from_us = INT64_MAX,
                                   .made_until_us = INT64_MIN,
                                   .heard_us = INT64_MIN,
                                   .first_us = INT64_MAX,
                                   .last_us = INT64_MIN,
                                   .bucket_us = INT64_MIN};
    place->signal = alloc_new(def->n_signal, sizeof *place->signal);
    place->made_signal = alloc_new(window_def_values(def) + 3, sizeof *place->made_signal);
    place->made = alloc_new(WINDOW_MADE_SPANS, sizeof *place->made);
    if (!place->signal || !place->made_signal || !place->made) {
        free_place(place);
        return false;
    }
    return true;
}

uint32_t window_watch_place(struct window_watch *w, uint32_t row, const char *tool, size_t n) {
    char key[WINDOW_TOOL_BYTES + 16];
    const uint32_t found = find_place(w, row, tool, n);
    if (found != WINDOW_NONE || n == 0) {
        return n > 0 ? found : WINDOW_NONE;
    }
    if (n >= WINDOW_TOOL_BYTES || w->by_place.n == WINDOW_MAX_PLACES) {
        complain(w, row,
                 n >= WINDOW_TOOL_BYTES ? "the name of a tool is too long"
                                        : "more tools than windows may have");
        return WINDOW_NONE;
    }
    if (w->by_place.n == w->cap_place) {
        const uint32_t cap = w->cap_place < 64 ? 64 : 2 * w->cap_place;
        struct window_place *more = alloc_resize(w->place, cap, sizeof *more);
        if (!more) {
            return WINDOW_NONE;
        }
        w->place = more;
        w->cap_place = cap;
    }
    struct window_place *place = &w->place[w->by_place.n];
    if (!fill_place(w, place, row)) {
        return WINDOW_NONE;
    }
    uint32_t number = 0;
    const int n_key = snprintf(key, sizeof key, "%u/%.*s", row, (int)n, tool);
    if (names_add(&w->by_place, key, (size_t)n_key, &number, NULL) != MARU_OK) {
        free_place(place);
        return WINDOW_NONE;
    }
    place->tool = strchr(w->by_place.name[number], '/') + 1;
    return number;
}

// ---- signals

static uint32_t add_input(struct window_watch *w, uint32_t place, uint32_t signal, uint32_t next) {
    if (w->n_input == w->cap_input) {
        const uint32_t cap = w->cap_input < 256 ? 256 : 2 * w->cap_input;
        struct window_input *more =
            cap <= WINDOW_MAX_INPUTS ? alloc_resize(w->input, cap, sizeof *more) : NULL;
        if (!more) {
            complain(w, w->place[place].row, "more signals than windows may have");
            return next;
        }
        w->input = more;
        w->cap_input = cap;
    }
    w->input[w->n_input] = (struct window_input){place, signal, next};
    return w->n_input++;
}

static void stand(struct window_place *place, const struct signal_row *row) {
    if (!place->asset) {
        const char *asset = row->asset[0] ? row->asset : place->tool;
        const size_t n = strlen(asset) + 1;
        place->asset = alloc_new(n, 1);
        if (place->asset) {
            memcpy(place->asset, asset, n);
        }
    }
}

// The signal has a name that a row wants, behind this tool.
static uint32_t meet(struct window_watch *w, const struct signal_row *row, uint32_t wanted,
                     const char *tool, size_t n_tool, uint32_t next) {
    const uint32_t number = w->wanted_row[wanted], signal = w->wanted_signal[wanted];
    if (w->live[number].is_deaf || !placing_meets(w->table.window[number].tool, tool, n_tool)) {
        return next;
    }
    for (uint32_t i = next; i != WINDOW_NONE; i = w->input[i].next) { // by another of its names
        const struct window_input *input = &w->input[i];
        if (w->place[input->place].row == number && input->signal == signal &&
            w->table.window[number].by != WINDOW_BY_EVENTS) {
            return next;
        }
        if (input->signal == signal && input->place == find_place(w, number, tool, n_tool)) {
            return next;
        }
    }
    const uint32_t at = window_watch_place(w, number, tool, n_tool);
    if (at == WINDOW_NONE) {
        return next;
    }
    stand(&w->place[at], row);
    *(signal != WINDOW_NONE ? &w->place[at].signal[signal] : &w->place[at].by_signal) = row->id;
    return add_input(w, at, signal, next);
}

uint32_t window_watch_signal(struct window_watch *w, const struct signal_row *row) {
    struct signal_names names = {0};
    uint32_t first = WINDOW_NONE;
    signal_names_of(row, &names);
    for (int k = 0; k < N_SIGNAL_NAME; k++) {
        const char *name = names.name[k];
        for (const char *slash = strchr(name, '/'); slash; slash = strchr(slash + 1, '/')) {
            const uint32_t number = names_find(&w->wanted, slash + 1, strlen(slash + 1));
            uint32_t i = number != UINT32_MAX ? w->first_wanted[number] : WINDOW_NONE;
            for (; i != WINDOW_NONE; i = w->next_wanted[i]) {
                first = meet(w, row, i, name, (size_t)(slash - name), first);
            }
        }
    }
    return first;
}

void window_watch_forget_signals(struct window_watch *w) {
    w->n_input = 0;
    for (uint32_t i = 0; i < w->by_place.n; i++) {
        struct window_place *place = &w->place[i];
        const struct window_def *def = &w->table.window[place->row];
        memset(place->signal, 0, def->n_signal * sizeof *place->signal);
        place->by_signal = 0;
        alloc_free(place->asset);
        place->asset = NULL;
    }
}

// ---- spans

maru_time window_floor(maru_time at_us, maru_time length_us) {
    const maru_time rest = at_us % length_us;
    return at_us - rest - (rest < 0 ? length_us : 0);
}

const char *window_span_text(const struct window_span *span, int which) {
    const char *at = span->text;
    for (int i = 0; i < which; i++) {
        at += strlen(at) + 1;
    }
    return at;
}

char *window_span_join(const char *const text[N_SPAN_TEXT]) {
    size_t n = 0, n_text[N_SPAN_TEXT];
    for (int i = 0; i < N_SPAN_TEXT; i++) {
        n_text[i] = strlen(text[i]) + 1;
        n += n_text[i];
    }
    char *out = alloc_new(n, 1), *at = out;
    for (int i = 0; out && i < N_SPAN_TEXT; i++) {
        memcpy(at, text[i], n_text[i]);
        at += n_text[i];
    }
    return out;
}

static void compact(struct window_place *place) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < place->n_span; i++) {
        if (!place->span[i].is_gone) {
            place->span[n++] = place->span[i];
        }
    }
    place->n_span = n;
    place->n_gone = 0;
    if (n == 0) {
        place->first_us = INT64_MAX;
        place->last_us = INT64_MIN;
    }
}

// When something has to be done about it.
static maru_time due_of(const struct window_span *span) {
    return span->until_us == WINDOW_OPEN ? span->from_us + WINDOW_LONGEST_US + 1 : span->due_us;
}

static void expect(struct window_watch *w, const struct window_span *span) {
    const maru_time due_us = due_of(span);
    w->next_due_us = due_us < w->next_due_us ? due_us : w->next_due_us;
    w->is_changed = true;
}

// Put a span among those of its place; its text is the place's from here on.
static struct window_span *put(struct window_watch *w, uint32_t at,
                               const struct window_span *span) {
    struct window_place *place = &w->place[at];
    if (w->n_span == WINDOW_MAX_SPANS || !span->text) {
        w->live[place->row].n_dropped++;
        complain(w, place->row, "more windows wait than memory may hold: some were dropped");
        alloc_free(span->text);
        return NULL;
    }
    if (place->n_span == place->cap_span) {
        const uint32_t cap = place->cap_span < 4 ? 4 : 2 * place->cap_span;
        struct window_span *more = alloc_resize(place->span, cap, sizeof *more);
        if (!more) {
            w->live[place->row].n_dropped++;
            alloc_free(span->text);
            return NULL;
        }
        place->span = more;
        place->cap_span = cap;
    }
    place->span[place->n_span] = *span;
    place->first_us = span->from_us < place->first_us ? span->from_us : place->first_us;
    place->last_us = span->from_us > place->last_us ? span->from_us : place->last_us;
    place->is_met = true;
    w->n_span++;
    expect(w, span);
    return &place->span[place->n_span++];
}

static void drop(struct window_watch *w, struct window_place *place, struct window_span *span) {
    span->is_gone = true;
    alloc_free(span->text);
    span->text = NULL;
    place->n_gone++;
    w->n_span--;
    w->is_changed = true;
}

static void end_span(struct window_watch *w, struct window_span *span, maru_time at_us,
                     maru_time now_us) {
    span->until_us = at_us;
    span->due_us = (at_us > now_us ? at_us : now_us) + WINDOW_SETTLE_US;
    expect(w, span);
}

// The one that began then, NULL: there is none.
static struct window_span *find_span(struct window_place *place, maru_time from_us, const char *lot,
                                     const char *wafer) {
    for (uint32_t i = place->n_span; i-- > 0;) {
        struct window_span *span = &place->span[i];
        if (!span->is_gone && span->from_us == from_us &&
            strcmp(window_span_text(span, SPAN_LOT), lot) == 0 &&
            strcmp(window_span_text(span, SPAN_WAFER), wafer) == 0) {
            return span;
        }
    }
    return NULL;
}

// The same among those that were made; it waits again then.
static struct window_span *find_made(struct window_watch *w, uint32_t at, maru_time from_us,
                                     const char *lot, const char *wafer) {
    struct window_place *place = &w->place[at];
    for (uint32_t i = 0; i < place->n_made; i++) {
        const struct window_span *span = &place->made[i];
        if (span->from_us == from_us && strcmp(window_span_text(span, SPAN_LOT), lot) == 0 &&
            strcmp(window_span_text(span, SPAN_WAFER), wafer) == 0) {
            return &place->made[i];
        }
    }
    return NULL;
}

// One of those that were made is due again.
static void wake(struct window_watch *w, uint32_t at, uint32_t i, maru_time now_us) {
    struct window_place *place = &w->place[at];
    struct window_span span = place->made[i];
    place->made[i] = place->made[--place->n_made];
    place->made_at = 0;
    span.due_us = now_us + WINDOW_SETTLE_US;
    span.is_gone = false;
    put(w, at, &span);
}

// A sample for a window that was made already.
static void take_late(struct window_watch *w, uint32_t at, maru_time at_us, maru_time now_us) {
    struct window_place *place = &w->place[at];
    if (at_us < place->made_from_us || at_us >= place->made_until_us) {
        return;
    }
    for (uint32_t i = place->n_made; i-- > 0;) {
        if (at_us >= place->made[i].from_us && at_us < place->made[i].until_us) {
            wake(w, at, i, now_us);
        }
    }
}

// The window by time that begins then and waits. Samples come in the order of time as a rule, so it is the next one.
static bool has_bucket(struct window_place *place, maru_time from_us) {
    if (from_us < place->first_us || from_us > place->last_us) {
        place->hint = place->n_span; // where it is going to be
        return false;
    }
    for (uint32_t k = place->hint; k < place->n_span && k < place->hint + 2; k++) {
        if (!place->span[k].is_gone && place->span[k].from_us == from_us) {
            place->hint = k;
            return true;
        }
    }
    const struct window_span *found = find_span(place, from_us, "", "");
    place->hint = found ? (uint32_t)(found - place->span) : place->n_span;
    return found != NULL;
}

void window_watch_touch(struct window_watch *w, uint32_t at, maru_time at_us, maru_time now_us) {
    static const char *const none[N_SPAN_TEXT] = {"", "", "", ""};
    struct window_place *place = &w->place[at];
    const maru_time length_us = w->table.window[place->row].length_us;
    const maru_time from_us = window_floor(at_us, length_us);
    if (from_us == place->bucket_us) {
        return;
    }
    if (!has_bucket(place, from_us)) {
        const struct window_span *made = find_made(w, at, from_us, "", "");
        if (made) {
            wake(w, at, (uint32_t)(made - place->made), now_us);
        } else {
            struct window_span span = {.from_us = from_us, .text = window_span_join(none)};
            end_span(w, &span, from_us + length_us, now_us);
            put(w, at, &span);
        }
    }
    place->bucket_us = from_us;
}

// ---- what comes

// The value of a sample as the name of a step; "": there is none.
static void name_value(const struct sample *sample, struct text *out) {
    if (sample->quality < QUALITY_UNCERTAIN) {
        return;
    }
    if (sample->type == SAMPLE_TEXT) {
        text_add(out, sample->value.text,
                 sample->n_text < WINDOW_TOOL_BYTES ? sample->n_text : WINDOW_TOOL_BYTES - 1);
    } else if (sample->type == SAMPLE_BOOL) {
        text_addz(out, sample->value.integer ? "true" : "false");
    } else if (isfinite(sample_number(sample))) {
        text_add_double(out, sample_number(sample));
    }
}

// Do both say the same, as far as they say something?
static bool may_be(const char *a, const char *b) { return !a[0] || !b[0] || strcmp(a, b) == 0; }

static struct window_span *find_open(struct window_place *place, const char *lot,
                                     const char *wafer) {
    for (uint32_t i = place->n_span; i-- > 0;) {
        struct window_span *span = &place->span[i];
        if (!span->is_gone && span->until_us == WINDOW_OPEN &&
            may_be(window_span_text(span, SPAN_LOT), lot) &&
            may_be(window_span_text(span, SPAN_WAFER), wafer)) {
            return span;
        }
    }
    return NULL;
}

void window_watch_name_run(const struct window_place *place, struct window_span *span) {
    const maru_time middle_us = span->from_us + (span->until_us - span->from_us) / 2;
    const struct window_run *run = window_runs_at(place->runs, middle_us);
    if (run && !window_span_text(span, SPAN_LOT)[0] && !window_span_text(span, SPAN_RECIPE)[0]) {
        const char *const text[N_SPAN_TEXT] = {run->text[RUN_LOT], run->text[RUN_WAFER],
                                               run->text[RUN_RECIPE],
                                               window_span_text(span, SPAN_STEP)};
        char *joined = window_span_join(text);
        if (joined) {
            alloc_free(span->text);
            span->text = joined;
        }
    }
}

static void change_value(struct window_watch *w, uint32_t at, const char *value, maru_time at_us,
                         maru_time now_us) {
    struct window_place *place = &w->place[at];
    const char *const text[N_SPAN_TEXT] = {"", "", "", value};
    struct window_span *open = find_open(place, "", "");
    const size_t n = strlen(value) + 1;
    if (open && at_us > open->from_us) {
        end_span(w, open, at_us, now_us);
        window_watch_name_run(place, open);
    } else if (open) {
        drop(w, place, open);
    }
    const bool is_first = !place->value; // when it began is not known
    char *kept = alloc_resize(place->value, n, 1);
    if (!kept) {
        return;
    }
    memcpy(kept, value, n);
    place->value = kept;
    if (!is_first && value[0]) {
        const struct window_span span = {.from_us = at_us,
                                         .until_us = WINDOW_OPEN,
                                         .due_us = WINDOW_OPEN,
                                         .text = window_span_join(text)};
        put(w, at, &span);
    }
}

static void take_value(struct window_watch *w, uint32_t at, const struct sample *sample,
                       maru_time now_us) {
    struct window_place *place = &w->place[at];
    struct text value;
    if (sample->at_us <= place->heard_us) {
        w->live[place->row].n_late += sample->at_us < place->heard_us;
        return;
    }
    place->heard_us = sample->at_us;
    w->is_changed = true;
    text_init(&value, (size_t)2 * WINDOW_TOOL_BYTES);
    name_value(sample, &value);
    const char *bytes = value.bytes ? value.bytes : "";
    if (!place->value || strcmp(place->value, bytes) != 0) {
        change_value(w, at, bytes, sample->at_us, now_us);
    }
    text_fini(&value);
}

void window_watch_sample_of(struct window_watch *w, uint32_t input, const struct sample *sample,
                            maru_time now_us) {
    const uint32_t at = w->input[input].place;
    struct window_place *place = &w->place[at];
    const struct window_def *def = &w->table.window[place->row];
    if (w->live[place->row].is_deaf) {
        return;
    }
    if (w->input[input].signal == WINDOW_NONE) {
        take_value(w, at, sample, now_us);
    } else if (def->by == WINDOW_BY_TIME) {
        window_watch_touch(w, at, sample->at_us, now_us);
        place->heard_us = sample->at_us > place->heard_us ? sample->at_us : place->heard_us;
    } else {
        take_late(w, at, sample->at_us, now_us);
    }
}

void window_watch_sample(struct window_watch *w, uint32_t first, const struct sample *sample,
                         maru_time now_us) {
    for (uint32_t i = first; i != WINDOW_NONE; i = w->input[i].next) {
        window_watch_sample_of(w, i, sample, now_us);
    }
}

static bool is_of_floor(const struct event *event) {
    static const char *const other[] = {EVENT_MEASUREMENT, EVENT_FAULT, EVENT_GAP,
                                        EVENT_COMMAND,     "chart",     "prediction"};
    for (size_t i = 0; i < sizeof other / sizeof *other; i++) {
        if (strcmp(event->kind, other[i]) == 0) {
            return false;
        }
    }
    return strcmp(event->source, NEWS_SOURCE) != 0;
}

// The place that an event is about: its tool as it stands, or without the connection in front, whichever has signals.
static uint32_t place_of(struct window_watch *w, uint32_t row, const char *source) {
    const char *pattern = w->table.window[row].tool, *slash = strchr(source, '/');
    const char *const tool[2] = {source, slash ? slash + 1 : ""};
    const char *met = NULL;
    for (int i = 0; i < 2; i++) {
        const size_t n = strlen(tool[i]);
        const uint32_t at = n > 0 ? find_place(w, row, tool[i], n) : WINDOW_NONE;
        if (at != WINDOW_NONE && w->place[at].asset) {
            return at;
        }
        met = met || n == 0 || !placing_meets(pattern, tool[i], n) ? met : tool[i];
    }
    return met ? window_watch_place(w, row, met, strlen(met)) : WINDOW_NONE;
}

static void begin_window(struct window_watch *w, uint32_t at, const struct event *event) {
    struct window_place *place = &w->place[at];
    const char *const text[N_SPAN_TEXT] = {event->lot, event->wafer, event->recipe, event->step};
    if (find_span(place, event->at_us, event->lot, event->wafer) ||
        find_made(w, at, event->at_us, event->lot, event->wafer)) {
        return; // told again
    }
    const struct window_span span = {.from_us = event->at_us,
                                     .until_us = WINDOW_OPEN,
                                     .due_us = WINDOW_OPEN,
                                     .text = window_span_join(text)};
    put(w, at, &span);
}

// What only the end tells counts, too.
static void complete(struct window_span *span, const struct event *event) {
    const char *const told[N_SPAN_TEXT] = {event->lot, event->wafer, event->recipe, event->step};
    const char *text[N_SPAN_TEXT];
    bool is_new = false;
    for (int i = 0; i < N_SPAN_TEXT; i++) {
        text[i] = window_span_text(span, i);
        if (!text[i][0] && told[i][0]) {
            text[i] = told[i];
            is_new = true;
        }
    }
    char *joined = is_new ? window_span_join(text) : NULL;
    if (joined) {
        alloc_free(span->text);
        span->text = joined;
    }
}

static void end_window(struct window_watch *w, uint32_t at, const struct event *event,
                       maru_time now_us) {
    struct window_place *place = &w->place[at];
    struct window_span *span = find_open(place, event->lot, event->wafer);
    if (!span || event->at_us <= span->from_us) {
        return;
    }
    complete(span, event);
    if (window_def_wants(&w->table.window[place->row], window_span_text(span, SPAN_RECIPE),
                         window_span_text(span, SPAN_STEP))) {
        end_span(w, span, event->at_us, now_us);
    } else {
        drop(w, place, span);
    }
}

static void take_event(struct window_watch *w, uint32_t row, const struct event *event,
                       maru_time now_us) {
    const struct window_def *def = &w->table.window[row];
    const bool does_begin = window_def_begins(def, event->name);
    const bool does_end = window_def_ends(def, event->name);
    const uint32_t at = does_begin || does_end ? place_of(w, row, event->source) : WINDOW_NONE;
    struct window_place *place = at != WINDOW_NONE ? &w->place[at] : NULL;
    const bool is_run = def->by == WINDOW_BY_SIGNAL;
    if (place && does_end && is_run) {
        window_runs_end(place->runs, event);
    } else if (place && does_end) {
        end_window(w, at, event, now_us);
    }
    if (place && does_begin && is_run) {
        window_runs_begin(&place->runs, event);
    } else if (place && does_begin) {
        begin_window(w, at, event);
    }
    w->is_changed = w->is_changed || place;
}

void window_watch_event(struct window_watch *w, const struct event *event, maru_time now_us) {
    for (uint32_t i = 0; is_of_floor(event) && i < w->table.n; i++) {
        if (w->table.window[i].by != WINDOW_BY_TIME && !w->live[i].is_deaf) {
            take_event(w, i, event, now_us);
        }
    }
}

// ---- what is due

// Let go what never ended, and find when the next one is due.
static void tidy(struct window_watch *w, maru_time now_us) {
    w->next_due_us = WINDOW_OPEN;
    for (uint32_t i = 0; i < w->by_place.n; i++) {
        struct window_place *place = &w->place[i];
        for (uint32_t k = 0; k < place->n_span; k++) {
            struct window_span *span = &place->span[k];
            const bool is_open = !span->is_gone && span->until_us == WINDOW_OPEN;
            if (is_open && now_us - span->from_us > WINDOW_LONGEST_US) {
                w->live[place->row].n_unended++;
                drop(w, place, span);
            } else if (!span->is_gone) {
                const maru_time due_us = due_of(span);
                w->next_due_us = due_us < w->next_due_us ? due_us : w->next_due_us;
            }
        }
        if (place->n_gone > 0) {
            compact(place);
        }
    }
    w->at_place = w->at_span = 0;
}

struct window_span *window_watch_next(struct window_watch *w, maru_time now_us, uint32_t *at) {
    if (now_us < w->next_due_us) {
        return NULL;
    }
    for (; w->at_place < w->by_place.n; w->at_place++, w->at_span = 0) {
        struct window_place *place = &w->place[w->at_place];
        for (; w->at_span < place->n_span; w->at_span++) {
            struct window_span *span = &place->span[w->at_span];
            if (!span->is_gone && span->due_us <= now_us) {
                *at = w->at_place;
                return span;
            }
        }
    }
    tidy(w, now_us);
    return NULL;
}

static void keep_made(struct window_place *place, const struct window_span *span) {
    if (place->n_made == WINDOW_MADE_SPANS) {
        alloc_free(place->made[place->made_at].text);
        place->made[place->made_at] = *span;
        place->made_at = (place->made_at + 1) % WINDOW_MADE_SPANS;
    } else {
        place->made[place->n_made++] = *span;
    }
    place->made_from_us = INT64_MAX;
    place->made_until_us = INT64_MIN;
    for (uint32_t i = 0; i < place->n_made; i++) {
        const struct window_span *one = &place->made[i];
        place->made_from_us =
            one->from_us < place->made_from_us ? one->from_us : place->made_from_us;
        place->made_until_us =
            one->until_us > place->made_until_us ? one->until_us : place->made_until_us;
    }
}

void window_watch_made(struct window_watch *w, uint32_t at, struct window_span *span) {
    struct window_place *place = &w->place[at];
    if (place->bucket_us == span->from_us) {
        place->bucket_us = INT64_MIN;
    }
    keep_made(place, span);
    span->text = NULL; // it is in the ring now
    drop(w, place, span);
}

void window_watch_put(struct window_watch *w, uint32_t at, const struct window_span *span,
                      bool is_made) {
    struct window_place *place = &w->place[at];
    if (is_made) {
        keep_made(place, span);
        place->is_met = true;
    } else {
        put(w, at, span);
    }
}
