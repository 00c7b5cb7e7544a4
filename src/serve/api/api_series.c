#include "serve/http/request.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/number.h"
#include "base/status.h"
#include "io/clock.h"
#include "serve/api/asked_asset.h"
#include "study/json_writer.h"

// Many signals at once as rows, downsampled: what programs such as Grafana ask for. A row is a column of a chart (api_signals.c) with its
// time in milliseconds; columns without a number give no row.

enum { MAX_SERIES = 100, MAX_POINTS = 100000, DEFAULT_COLUMNS = 500, AT_ONCE = 1000 };

struct series_row {
    int64_t id;
    char *source, *asset, *name, *unit; // in the arena
};

struct asking {
    struct arena arena;
    struct series_row row[MAX_SERIES];
    size_t n;
    int64_t id[MAX_SERIES]; // that are asked for, where n_id > 0
    size_t n_id;
    const char *search;
    char asset[PLACING_MAX_NAME_BYTES];
    int64_t last;
    size_t n_seen;
    bool is_more; // than are told
};

// ---- which signals

static maru_status ask_ids(const char *at, struct asking *asking, maru_error *err) {
    while (at[0]) {
        const size_t n = strcspn(at, ",");
        if (asking->n_id == MAX_SERIES) {
            return fail(err, MARU_E_INPUT, "at most %d signals are told at once", MAX_SERIES);
        }
        if (!number_int64(at, n, &asking->id[asking->n_id++])) {
            return fail(err, MARU_E_INPUT, "ids are wanted as numbers with commas");
        }
        at += n + (at[n] == ',');
    }
    return MARU_OK;
}

static bool is_asked(const struct asking *asking, const struct signal_row *row) {
    bool is_one = asking->n_id == 0;
    for (size_t i = 0; i < asking->n_id; i++) {
        is_one = is_one || asking->id[i] == row->id;
    }
    return is_one && row->type != SAMPLE_TEXT && asked_is_within(row->asset, asking->asset) &&
           (asking->search[0] == '\0' || strcasestr(row->source, asking->search) ||
            strcasestr(row->name, asking->search) || strcasestr(row->asset, asking->search));
}

static char *keep(struct asking *asking, const char *text) {
    return arena_text(&asking->arena, text, strlen(text));
}

static maru_status pick(void *of, const struct signal_row *row, maru_error *err) {
    struct asking *asking = of;
    asking->last = row->id;
    asking->n_seen++;
    if (!is_asked(asking, row)) {
        return MARU_OK;
    }
    if (asking->n == MAX_SERIES) {
        asking->is_more = true;
        return MARU_OK;
    }
    struct series_row *kept = &asking->row[asking->n++];
    *kept = (struct series_row){row->id, keep(asking, row->source), keep(asking, row->asset),
                                keep(asking, row->name), keep(asking, row->unit)};
    return kept->source && kept->asset && kept->name && kept->unit
               ? MARU_OK
               : arena_refusal(&asking->arena, err);
}

static maru_status pick_all(struct signals *signals, struct asking *asking, maru_error *err) {
    maru_status st = MARU_OK;
    do {
        asking->n_seen = 0;
        st = signals_each(signals, asking->last, AT_ONCE, pick, asking, err);
    } while (st == MARU_OK && asking->n_seen == AT_ONCE && !asking->is_more);
    return st;
}

// ---- rows

struct telling {
    struct text *out;
    bool is_csv, is_first;
    maru_time from_us, to_us;
    int64_t n_column;
};

static void add_number(struct telling *telling, const char *key, double value) {
    if (telling->is_csv) {
        text_addz(telling->out, ",");
    } else {
        text_addf(telling->out, ",\"%s\":", key);
    }
    text_add_double(telling->out, value);
}

static void add_text(struct telling *telling, const char *key, const char *value) {
    if (telling->is_csv) {
        text_addz(telling->out, ",");
        text_add_csv(telling->out, value);
    } else {
        text_addf(telling->out, ",\"%s\":", key);
        text_add_json(telling->out, value);
    }
}

static void tell_column(struct telling *telling, const struct series_row *row, int64_t i,
                        const struct summary *at) {
    const double span = (double)(telling->to_us - telling->from_us);
    const double us = (double)telling->from_us + span * (double)i / (double)telling->n_column;
    const long long ms = (long long)floor(us / 1000);
    if (telling->is_csv) {
        text_addf(telling->out, "%lld,%lld", ms, (long long)row->id);
    } else {
        text_addf(telling->out, "%s{\"time\":%lld,\"signal\":%lld", telling->is_first ? "" : ",",
                  ms, (long long)row->id);
    }
    telling->is_first = false;
    add_text(telling, "asset", row->asset);
    add_text(telling, "name", row->name);
    add_text(telling, "unit", row->unit);
    add_number(telling, "mean", summary_mean(at));
    add_number(telling, "low", at->low);
    add_number(telling, "high", at->high);
    add_number(telling, "last", at->last);
    add_number(telling, "n", (double)at->n);
    text_addz(telling->out, telling->is_csv ? "\r\n" : "}");
}

static maru_status tell_all(struct signals *signals, const struct asking *asking,
                            struct telling *telling, maru_error *err) {
    struct summary *column = calloc((size_t)telling->n_column, sizeof *column);
    maru_status st = column ? MARU_OK : fail(err, MARU_E_MEMORY, "no memory");
    for (size_t k = 0; column && st == MARU_OK && k < asking->n; k++) {
        st = signals_draw(signals, asking->row[k].id, telling->from_us, telling->to_us, column,
                          (size_t)telling->n_column, err);
        for (int64_t i = 0; st == MARU_OK && i < telling->n_column; i++) {
            if (column[i].n_number > 0) {
                tell_column(telling, &asking->row[k], i, &column[i]);
            }
        }
    }
    free(column);
    return st;
}

// ---- asking

static maru_status ask_seconds(const struct request *request, const char *name, maru_time *out,
                               maru_error *err) {
    const char *text = request_query(request, name);
    double seconds = 0;
    if (text[0] == '\0') {
        return MARU_OK;
    }
    if (!number_double(text, strlen(text), &seconds) || !(fabs(seconds) < 1e12)) {
        return fail(err, MARU_E_INPUT, "%s is wanted as seconds since 1970-01-01 UTC", name);
    }
    *out = (maru_time)llround(seconds * 1e6);
    return MARU_OK;
}

static maru_status ask_span(const struct request *request, struct telling *out, maru_error *err) {
    const char *text = request_query(request, "columns");
    out->to_us = clock_unix_us();
    out->n_column = DEFAULT_COLUMNS;
    maru_status st = ask_seconds(request, "to", &out->to_us, err);
    out->from_us = out->to_us - INT64_C(3600000000);
    st = st == MARU_OK ? ask_seconds(request, "from", &out->from_us, err) : st;
    if (st == MARU_OK && out->from_us >= out->to_us) {
        st = fail(err, MARU_E_INPUT, "from is wanted before to");
    }
    if (st == MARU_OK && text[0] &&
        (!number_int64(text, strlen(text), &out->n_column) || out->n_column < 1 ||
         out->n_column > SIGNALS_MAX_COLUMNS)) {
        st = fail(err, MARU_E_INPUT, "%s is wanted from 1 to %lld", "columns",
                  (long long)SIGNALS_MAX_COLUMNS);
    }
    return st;
}

static maru_status ask(struct request *request, struct asking *asking, struct telling *telling,
                       maru_error *err) {
    const char *format = request_query(request, "format");
    maru_status st = ask_span(request, telling, err);
    telling->is_csv = strcmp(format, "csv") == 0;
    if (st == MARU_OK && format[0] && !telling->is_csv && strcmp(format, "json") != 0) {
        st = fail(err, MARU_E_INPUT, "format is wanted as json or csv");
    }
    asking->search = request_query(request, "q");
    return st == MARU_OK ? ask_ids(request_query(request, "ids"), asking, err) : st;
}

maru_status api_list_series(struct request *request, maru_error *err) {
    struct asking *asking = calloc(1, sizeof *asking);
    struct telling telling = {.out = &request->out, .is_first = true};
    struct signals *signals = NULL;
    if (!asking) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    arena_init(&asking->arena, (size_t)4 * MAX_SERIES * PLACING_MAX_NAME_BYTES);
    maru_status st = ask(request, asking, &telling, err);
    st = st == MARU_OK ? tenant_open_signals(request->server->store, request->tenant, &signals, err)
                       : st;
    if (st == MARU_OK && asked_asset(request, asking->asset)) {
        st = pick_all(signals, asking, err);
    }
    if (st == MARU_OK && (int64_t)asking->n * telling.n_column > MAX_POINTS) {
        telling.n_column = MAX_POINTS / (int64_t)asking->n;
    }
    if (st == MARU_OK) {
        text_addz(telling.out, telling.is_csv
                                   ? "time,signal,asset,name,unit,mean,low,high,last,n\r\n"
                                   : "{\"rows\":[");
        st = tell_all(signals, asking, &telling, err);
        if (telling.is_csv) {
            request->type = "text/csv; charset=utf-8";
        } else {
            text_addf(telling.out, "],\"more\":%s}\n", asking->is_more ? "true" : "false");
        }
    }
    arena_fini(&asking->arena);
    free(asking);
    return st;
}
