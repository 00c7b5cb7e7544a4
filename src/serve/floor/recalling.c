#include "serve/floor/recalling.h"

#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "control/equipment/shift_table.h"
#include "io/clock.h"
#include "serve/floor/models/model_keeping.h"
#include "serve/floor/past.h"
#include "serve/floor/windows/window_keeping.h"
#include "serve/floor/windows/window_past.h"
#include "signal/summary.h"

// Tools are made anew from the samples of the last weeks, since a state is a fold over what was said. Alarms go on from the state
// that was kept with what came since, signal by signal, so that nothing is announced twice.

#define DAY_US INT64_C(86400000000)
#define WINDOW_US                                                                                  \
    INT64_C(                                                                                       \
        600000000) // of samples that a new table of alarms hears first, so that its delays have run

enum { MAX_DOCUMENT_BYTES = TENANT_MAX_DOCUMENT_BYTES };

// ---- the past of the alarms

struct alarms_past {
    struct alarm_watch *watch;
    maru_time now_us;
};

static maru_status take_alarm(void *context, uint32_t tag, const struct sample *sample,
                              maru_error *err) {
    const struct alarms_past *past = context;
    (void)err;
    alarm_watch_sample(past->watch, tag, sample, past->now_us);
    return MARU_OK;
}

static maru_status recall_alarms(struct floor *floor, struct alarm_watch *watch, maru_error *err) {
    const uint32_t n = watch->table.n_signal;
    struct alarms_past context = {watch, clock_unix_us()};
    maru_time from_us = context.now_us;
    struct past_signal *signal = alloc_new(n + 1, sizeof *signal);
    struct past past = {
        .signal = signal, .to_us = SIGNALS_TO_US, .take = take_alarm, .context = &context};
    if (!signal) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    for (uint32_t i = 0; i < n; i++) {
        if (watch->signal[i] > 0) {
            const maru_time heard_us = watch->alarms.signal_us[i];
            signal[past.n_signal++] = (struct past_signal){watch->signal[i], i, heard_us + 1};
            from_us = heard_us + 1 < from_us ? heard_us + 1 : from_us;
        }
    }
    const maru_time longest_us = FLOOR_PAST_DAYS * DAY_US;
    past.from_us = from_us > context.now_us - longest_us ? from_us : context.now_us - longest_us;
    past.to_us = context.now_us + DAY_US;
    const maru_status st = past_read(floor->signals, &past, err);
    alarm_watch_advance(watch, context.now_us - ALARM_WATCH_HEARD_US);
    alloc_free(signal);
    return st;
}

// ---- documents

static maru_status see_number(void *context, const struct document_row *row, maru_error *err) {
    (void)err;
    *(int64_t *)context = row->number;
    return MARU_OK;
}

// out is empty, *number 0, where there is none.
static maru_status read_document(struct floor *floor, const char *name, int64_t wanted,
                                 struct text *out, int64_t *number, maru_error *err) {
    text_clear(out);
    *number = 0;
    const maru_status st =
        tenant_get_document(floor->tenant, name, wanted, out, see_number, number, err);
    return st == MARU_E_USAGE ? MARU_OK : st;
}

// The table of assets, where it is another one than before: its rules are the signals' from here on.
static maru_status make_assets(struct floor *floor, const struct text *text, int64_t number,
                               maru_error *err) {
    struct asset_table *made = alloc_new(1, sizeof *made);
    maru_faults *faults = maru_faults_new();
    const maru_status st = made && faults ? asset_table_read("assets.csv", text->bytes,
                                                             text->n_bytes, faults, made, err)
                                          : fail(err, MARU_E_MEMORY, "no memory");
    maru_faults_free(faults);
    if (!made || st != MARU_OK) {
        alloc_free(made);
        return st;
    }
    signals_place(floor->signals, made->placing);
    made->placing = NULL;
    asset_table_fini(floor->assets);
    alloc_free(floor->assets);
    floor->assets = made;
    floor->assets_version = number;
    return MARU_OK;
}

maru_status recalling_read_assets(struct floor *floor, maru_error *err) {
    struct text table;
    int64_t number = 0;
    text_init(&table, MAX_DOCUMENT_BYTES);
    maru_status st = read_document(floor, FLOOR_ASSETS, 0, &table, &number, err);
    if (st == MARU_OK && number != floor->assets_version) {
        st = make_assets(floor, &table, number, err);
    }
    text_fini(&table);
    return st;
}

static maru_status make_tools(struct floor *floor, struct text *table, struct text *ideals,
                              maru_error *err) {
    int64_t number = 0, of_ideals = 0;
    struct tool_states *tools = NULL;
    maru_status st = read_document(floor, FLOOR_EQUIPMENT, 0, table, &number, err);
    st = st == MARU_OK ? read_document(floor, FLOOR_IDEALS, 0, ideals, &of_ideals, err) : st;
    if (st == MARU_OK && number > 0) {
        st = tool_states_new(table, ideals, floor->signals, &tools, err);
    }
    if (st == MARU_OK) {
        tool_states_free(floor->tools);
        floor->tools = tools;
    }
    return st;
}

// Take over from an older table: that which runs, or that which was kept.
static maru_status inherit(struct floor *floor, struct alarm_watch *made, const struct text *kept,
                           maru_time now_us, maru_error *err) {
    struct text table;
    struct alarm_watch *old = NULL;
    int64_t number = 0;
    if (floor->alarms) {
        alarm_watch_inherit(made, floor->alarms, now_us);
        return MARU_OK;
    }
    text_init(&table, MAX_DOCUMENT_BYTES);
    maru_status st =
        read_document(floor, FLOOR_ALARMS, alarm_watch_version_of(kept), &table, &number, err);
    st = st == MARU_OK && number > 0 ? alarm_watch_new(&table, number, now_us, &old, err) : st;
    if (st == MARU_OK && old && alarm_watch_load(old, kept, err) == MARU_OK) {
        alarm_watch_inherit(made, old, now_us);
    }
    alarm_watch_free(old);
    text_fini(&table);
    return st;
}

// How the signals of the alarms stood at start_us, where nothing was kept.
static maru_status hear_last(struct floor *floor, struct alarm_watch *watch, maru_time start_us,
                             maru_error *err) {
    const uint32_t n = watch->table.n_signal;
    struct last_sample *last = alloc_new(n + 1, sizeof *last);
    int64_t *id = alloc_new(n + 1, sizeof *id);
    uint32_t *signal = alloc_new(n + 1, sizeof *signal), n_id = 0;
    const bool has_room = last && id && signal;
    maru_status st = has_room ? MARU_OK : fail(err, MARU_E_MEMORY, "no memory");
    for (uint32_t i = 0; has_room && i < n; i++) {
        if (watch->signal[i] > 0) {
            signal[n_id] = i;
            id[n_id++] = watch->signal[i];
        }
    }
    st = st == MARU_OK && n_id > 0 ? signals_last(floor->signals, id, n_id, last, err) : st;
    for (uint32_t i = 0; has_room && st == MARU_OK && i < n_id; i++) {
        if (last[i].sample.at_us != 0 && last[i].sample.at_us < start_us) {
            last[i].sample.at_us = start_us;
            alarm_watch_sample(watch, signal[i], &last[i].sample, start_us);
        }
    }
    alloc_free(last);
    alloc_free(id);
    alloc_free(signal);
    return st;
}

static maru_status begin_alarms(struct floor *floor, struct alarm_watch *made,
                                const struct text *kept, maru_time now_us, maru_error *err) {
    if (!floor->alarms && alarm_watch_version_of(kept) == made->version &&
        alarm_watch_load(made, kept, err) == MARU_OK) {
        return MARU_OK; // goes on where it was
    }
    const bool has_old = floor->alarms || alarm_watch_version_of(kept) > 0;
    maru_status st = alarm_watch_find_signals(made, floor->signals, err);
    struct news *news = made->news;
    made->news = has_old ? NULL : news;
    st = st == MARU_OK ? hear_last(floor, made, now_us - WINDOW_US, err) : st;
    st = st == MARU_OK ? recall_alarms(floor, made, err) : st;
    made->news = news;
    return st == MARU_OK && has_old ? inherit(floor, made, kept, now_us, err) : st;
}

static maru_status make_alarms(struct floor *floor, struct text *table, maru_error *err) {
    const maru_time now_us = clock_unix_us();
    struct alarm_watch *made = NULL;
    struct text kept;
    int64_t number = 0;
    text_init(&kept, TENANT_MAX_ENGINE_BYTES);
    maru_status st = read_document(floor, FLOOR_ALARMS, 0, table, &number, err);
    if (st == MARU_OK && floor->alarms && floor->alarms->version == number) {
        text_fini(&kept);
        return MARU_OK; // as it was
    }
    if (st == MARU_OK && !floor->alarms) {
        st = tenant_get_engine(floor->tenant, FLOOR_ALARMS, &kept, err);
        st = st == MARU_E_USAGE ? MARU_OK : st;
    }
    if (st == MARU_OK && number > 0) {
        st = alarm_watch_new(table, number, now_us - WINDOW_US, &made, err);
    }
    if (made) {
        alarm_watch_listen(made, &floor->news);
        st = begin_alarms(floor, made, &kept, now_us, err);
        made->is_changed = true;
    }
    if (st == MARU_OK) {
        alarm_watch_free(floor->alarms);
        floor->alarms = made;
    } else {
        alarm_watch_free(made);
    }
    text_fini(&kept);
    return st;
}

static maru_status make_charts(struct floor *floor, struct text *table, maru_error *err) {
    struct chart_watch *made = NULL;
    struct text kept;
    int64_t number = 0;
    maru_status st = read_document(floor, FLOOR_CHARTS, 0, table, &number, err);
    if (st != MARU_OK || (floor->charts && floor->charts->version == number)) {
        return st;
    }
    text_init(&kept, TENANT_MAX_ENGINE_BYTES);
    st = number > 0 ? chart_watch_new(table, number, clock_unix_us(), &made, err) : MARU_OK;
    if (made && floor->charts) {
        chart_watch_inherit(made, floor->charts);
    } else if (made) {
        st = tenant_get_engine(floor->tenant, FLOOR_CHARTS, &kept, err);
        st = st == MARU_E_USAGE ? MARU_OK : st;
        chart_watch_load(made, &kept);
    }
    if (st == MARU_OK) {
        chart_watch_free(floor->charts);
        floor->charts = made;
    } else {
        chart_watch_free(made);
    }
    if (floor->charts) {
        floor->charts->news = &floor->news;
    }
    text_fini(&kept);
    return st;
}

// What is kept of an engine; empty where there is nothing.
static maru_status read_engine(struct floor *floor, const char *name, struct text *out,
                               maru_error *err) {
    text_clear(out);
    const maru_status st = tenant_get_engine(floor->tenant, name, out, err);
    return st == MARU_E_USAGE ? MARU_OK : st;
}

// Windows go on with what was kept, or with what those of the older table know.
static maru_status inherit_windows(struct floor *floor, struct window_watch *made,
                                   maru_error *err) {
    const maru_time now_us = clock_unix_us();
    struct text state, frozen;
    maru_status st = MARU_OK;
    text_init(&state, TENANT_MAX_ENGINE_BYTES);
    text_init(&frozen, TENANT_MAX_ENGINE_BYTES);
    if (floor->windows) {
        window_keeping_save(floor->windows, now_us, &state);
        window_keeping_save_frozen(floor->windows, &frozen);
    } else {
        st = read_engine(floor, FLOOR_WINDOWS, &state, err);
        st = st == MARU_OK ? read_engine(floor, FLOOR_FROZEN, &frozen, err) : st;
    }
    if (st == MARU_OK) {
        window_keeping_load(made, &state, now_us);
        window_keeping_load_frozen(made, &frozen);
        made->is_changed = made->is_frozen_changed = floor->windows != NULL;
    }
    text_fini(&state);
    text_fini(&frozen);
    return st;
}

static maru_status make_windows(struct floor *floor, struct text *table, maru_error *err) {
    struct window_watch *made = NULL;
    int64_t number = 0;
    maru_status st = read_document(floor, FLOOR_WINDOWS, 0, table, &number, err);
    if (st != MARU_OK || (floor->windows && floor->windows->version == number)) {
        return st;
    }
    st = number > 0 ? window_watch_new(table, number, &made, err) : MARU_OK;
    st = made ? inherit_windows(floor, made, err) : st;
    if (st != MARU_OK) {
        window_watch_free(made);
        return st;
    }
    window_watch_free(floor->windows);
    floor->windows = made;
    if (made) {
        made->news = &floor->news;
    }
    return MARU_OK;
}

// Models go on with what they know, or with what was kept.
static maru_status make_models(struct floor *floor, maru_error *err) {
    const struct model_watch_asked asked = {.tenant = floor->tenant,
                                            .signals = floor->signals,
                                            .news = &floor->news,
                                            .table =
                                                floor->windows ? &floor->windows->table : NULL};
    struct model_watch *made = NULL;
    struct text kept;
    const bool is_first = !floor->models;
    maru_status st = MARU_OK;
    if (!floor->windows && is_first) {
        return MARU_OK; // nothing feeds them
    }
    text_init(&kept, TENANT_MAX_ENGINE_BYTES);
    st = is_first ? read_engine(floor, FLOOR_MODELS, &kept, err) : MARU_OK;
    st = st == MARU_OK ? model_watch_new(&asked, floor->models, &made, err) : st;
    if (st == MARU_OK) {
        floor->models = made;
        if (is_first) {
            model_keeping_load(made, &kept);
        }
    } else {
        model_watch_pause(floor->models); // the table may be another one than it was
    }
    if (floor->windows) {
        floor->windows->see = floor->models ? model_watch_see : NULL;
        floor->windows->context = floor->models;
    }
    text_fini(&kept);
    return st;
}

static maru_status make_shifts(struct floor *floor, struct text *table, maru_error *err) {
    int64_t number = 0;
    maru_status st = read_document(floor, FLOOR_SHIFTS, 0, table, &number, err);
    if (st != MARU_OK || number == 0) {
        return st;
    }
    maru_faults *faults = maru_faults_new();
    struct shifts *made = faults ? alloc_new(1, sizeof *made) : NULL;
    st = made ? shift_table_read("shifts.csv", table->bytes, table->n_bytes, faults, made, err)
              : fail(err, MARU_E_MEMORY, "no memory");
    maru_faults_free(faults);
    if (st != MARU_OK) {
        alloc_free(made);
        return st;
    }
    alloc_free(floor->shifts);
    floor->shifts = made;
    return MARU_OK;
}

static maru_status take_chart(void *context, uint32_t tag, const struct sample *sample,
                              maru_error *err) {
    (void)err;
    chart_watch_sample_of(context, tag, sample);
    return MARU_OK;
}

static maru_status recall_charts(struct floor *floor, maru_error *err) {
    struct chart_watch *charts = floor->charts;
    const maru_time now_us = clock_unix_us();
    struct past_signal *signal = alloc_new(charts->table.n + 1, sizeof *signal);
    struct past past = {.signal = signal,
                        .from_us = now_us,
                        .to_us = now_us + DAY_US,
                        .take = take_chart,
                        .context = charts};
    if (!signal) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    for (uint32_t i = 0; i < charts->table.n; i++) {
        const maru_time from_us = charts->live[i].heard_us + 1;
        if (charts->signal[i] > 0) {
            signal[past.n_signal++] = (struct past_signal){charts->signal[i], i, from_us};
            past.from_us = from_us < past.from_us ? from_us : past.from_us;
        }
    }
    const maru_time oldest_us = now_us - FLOOR_PAST_DAYS * DAY_US;
    past.from_us = past.from_us > oldest_us ? past.from_us : oldest_us;
    const maru_status st = past_read(floor->signals, &past, err);
    alloc_free(signal);
    return st;
}

maru_status recalling_read_documents(struct floor *floor, maru_error *err) {
    struct text table, ideals;
    text_init(&table, MAX_DOCUMENT_BYTES);
    text_init(&ideals, MAX_DOCUMENT_BYTES);
    const maru_status assets = recalling_read_assets(floor, err); // first: the others name places
    const maru_status tools = make_tools(floor, &table, &ideals, assets == MARU_OK ? err : NULL);
    const maru_status alarms =
        make_alarms(floor, &table, assets == MARU_OK && tools == MARU_OK ? err : NULL);
    const bool is_good = assets == MARU_OK && tools == MARU_OK && alarms == MARU_OK;
    const maru_status charts = make_charts(floor, &table, is_good ? err : NULL);
    const bool is_still_good = is_good && charts == MARU_OK;
    const maru_status shifts = make_shifts(floor, &table, is_still_good ? err : NULL);
    const maru_status windows =
        make_windows(floor, &table, is_still_good && shifts == MARU_OK ? err : NULL);
    const bool is_good_so_far = is_still_good && shifts == MARU_OK && windows == MARU_OK;
    const maru_status models = make_models(floor, is_good_so_far ? err : NULL);
    text_fini(&table);
    text_fini(&ideals);
    return assets != MARU_OK    ? assets
           : tools != MARU_OK   ? tools
           : alarms != MARU_OK  ? alarms
           : charts != MARU_OK  ? charts
           : shifts != MARU_OK  ? shifts
           : windows != MARU_OK ? windows
                                : models;
}

// ---- the past of the tools

static maru_status take_tool(void *context, uint32_t tag, const struct sample *sample,
                             maru_error *err) {
    (void)err;
    tool_states_sample(context, tag, sample);
    return MARU_OK;
}

static maru_status take_event(void *context, const struct event *event, maru_error *err) {
    (void)err;
    tool_states_event(context, event);
    return MARU_OK;
}

// The day from which on the signals have as many samples as may be read.
static maru_status find_beginning(struct floor *floor, const struct past *past, maru_time *from_us,
                                  maru_error *err) {
    struct summary day[FLOOR_PAST_DAYS];
    uint64_t n[FLOOR_PAST_DAYS] = {0}, sum = 0;
    maru_status st = MARU_OK;
    for (size_t i = 0; st == MARU_OK && i < past->n_signal; i++) {
        st = signals_draw(floor->signals, past->signal[i].signal, past->from_us, past->to_us, day,
                          FLOOR_PAST_DAYS, err);
        for (int k = 0; st == MARU_OK && k < FLOOR_PAST_DAYS; k++) {
            n[k] += day[k].n;
        }
    }
    int k = FLOOR_PAST_DAYS;
    while (k > 0 && sum + n[k - 1] <= FLOOR_MAX_PAST_SAMPLES) {
        sum += n[--k];
    }
    *from_us = past->from_us + k * DAY_US;
    return st;
}

// When maru last told a state: what began since is told now.
static maru_status see_newest(void *context, int64_t id, const struct event *event,
                              maru_error *err) {
    (void)id;
    (void)err;
    *(maru_time *)context = event->at_us;
    return MARU_OK;
}

static maru_status find_told(struct floor *floor, maru_time *out, maru_error *err) {
    const struct event_filter filter = {.from_us = SIGNALS_FROM_US,
                                        .to_us = SIGNALS_TO_US,
                                        .before_us = INT64_MAX,
                                        .limit = 1,
                                        .kind = EVENT_STATE,
                                        .source = NEWS_SOURCE,
                                        .lot = ""};
    *out = INT64_MAX; // nothing was ever told: the past is not
    return signals_each_event(floor->signals, &filter, see_newest, out, err);
}

static maru_status recall_tools(struct floor *floor, maru_error *err) {
    struct tool_states *tools = floor->tools;
    const uint32_t n_key = tools->mapping.keys.n;
    const maru_time now_us = clock_unix_us();
    maru_time told_us = INT64_MAX;
    struct past_signal *signal = alloc_new(n_key + 1, sizeof *signal);
    struct past past = {.signal = signal,
                        .from_us = (now_us / DAY_US + 2 - FLOOR_PAST_DAYS) * DAY_US,
                        .to_us = (now_us / DAY_US + 2) * DAY_US,
                        .take = take_tool,
                        .take_event = take_event,
                        .context = tools};
    maru_status st = signal ? MARU_OK : fail(err, MARU_E_MEMORY, "no memory");
    for (uint32_t key = 0; signal && key < n_key; key++) {
        if (tools->signal[key] > 0) {
            signal[past.n_signal++] =
                (struct past_signal){tools->signal[key], key, SIGNALS_FROM_US};
        }
    }
    st = st == MARU_OK ? find_beginning(floor, &past, &past.from_us, err) : st;
    floor->from_us = past.from_us;
    tools->signals = NULL; // what comes in order needs no looking back
    st = st == MARU_OK ? past_read(floor->signals, &past, err) : st;
    tools->signals = floor->signals;
    st = st == MARU_OK ? find_told(floor, &told_us, err) : st;
    tool_states_hush(tools, told_us);
    alloc_free(signal);
    return st;
}

maru_status recalling_read_past(struct floor *floor, maru_error *err) {
    maru_status st = floor->alarms ? recall_alarms(floor, floor->alarms, err) : MARU_OK;
    const maru_status tools =
        floor->tools ? recall_tools(floor, st == MARU_OK ? err : NULL) : MARU_OK;
    const maru_status charts =
        floor->charts ? recall_charts(floor, st == MARU_OK && tools == MARU_OK ? err : NULL)
                      : MARU_OK;
    const bool is_good = st == MARU_OK && tools == MARU_OK && charts == MARU_OK;
    const maru_status windows = floor->windows
                                    ? window_past_recall(floor->windows, floor->signals,
                                                         clock_unix_us(), is_good ? err : NULL)
                                    : MARU_OK;
    const bool is_all_good = is_good && windows == MARU_OK;
    const maru_status models =
        floor->models ? model_watch_hear(floor->models, is_all_good ? err : NULL) : MARU_OK;
    return st != MARU_OK        ? st
           : tools != MARU_OK   ? tools
           : charts != MARU_OK  ? charts
           : windows != MARU_OK ? windows
                                : models;
}
