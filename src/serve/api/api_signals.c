#include "serve/api/asked_time.h"
#include "serve/api/listing.h"
#include "serve/http/request.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "base/status.h"
#include "io/clock.h"
#include "serve/api/asked_asset.h"
#include "serve/links/sample_json.h"
#include "serve/links/signal_stream.h"
#include "study/words/korean.h"

// Signals, their samples and charts, and events, as they are asked for. Times are seconds since 1970 with microseconds.

enum { MAX_SAMPLES = 100000, DEFAULT_SAMPLES = 10000, DEFAULT_COLUMNS = 1000, MAX_SIGNALS = 1000 };

static double to_s(maru_time us) { return (double)us * 1e-6; }

static maru_status open_signals(struct request *request, struct signals **out, maru_error *err) {
    return tenant_open_signals(request->server->store, request->tenant, out, err);
}

// ---- what is asked

static maru_status ask_count(const struct request *request, const char *name, int64_t most,
                             int64_t *out, maru_error *err) {
    const char *text = request_query(request, name);
    int64_t n = 0;
    if (text[0] == '\0') {
        return MARU_OK;
    }
    if (!number_int64(text, strlen(text), &n) || n < 1 || n > most) {
        return fail(err, MARU_E_INPUT, "%s is wanted from 1 to %lld", name, (long long)most);
    }
    *out = n;
    return MARU_OK;
}

static maru_status ask_signal(struct request *request, int64_t *out, maru_error *err) {
    const char *text = request->param[0];
    if (!number_int64(text, strlen(text), out) || *out < 1) {
        request->status = 404;
        return fail(err, MARU_E_USAGE, "there is no signal %.20s", text);
    }
    return MARU_OK;
}

// A span of time: the last hour where nothing is said.
static maru_status ask_span(const struct request *request, maru_time *from_us, maru_time *to_us,
                            maru_error *err) {
    *to_us = clock_unix_us();
    maru_status st = asked_time(request, "to", to_us, err);
    *from_us = *to_us - INT64_C(3600000000);
    st = st == MARU_OK ? asked_time(request, "from", from_us, err) : st;
    if (st == MARU_OK && *from_us >= *to_us) {
        st = fail(err, MARU_E_INPUT, "from is wanted before to");
    }
    return st;
}

// ---- the list

struct picking {
    struct list list;
    struct signals *signals;
    const char *search, *asset;
    int64_t last, wanted; // id; how many more
    uint64_t n_seen;
    bool is_counting; // only which they are
    int64_t id[MAX_SIGNALS];
    size_t n_id;
};

static maru_status pick(void *context, const struct signal_row *row, maru_error *err) {
    struct picking *picking = context;
    (void)err;
    picking->n_seen++;
    picking->last = row->id;
    if (picking->wanted == 0 || !asked_is_within(row->asset, picking->asset) ||
        (picking->search[0] && !strcasestr(row->source, picking->search) &&
         !strcasestr(row->name, picking->search) && !strcasestr(row->asset, picking->search))) {
        return MARU_OK;
    }
    picking->wanted--;
    if (picking->is_counting) {
        picking->id[picking->n_id++] = row->id;
        return MARU_OK;
    }
    struct json *json = &picking->list.json;
    json_open_object(json, NULL);
    json_add_integer(json, "id", row->id);
    json_add_string(json, "source", row->source);
    json_add_string(json, "asset", row->asset);
    json_add_string(json, "name", row->name);
    json_add_string(json, "unit", row->unit);
    json_add_string(json, "type", sample_type_name(row->type));
    struct last_sample last;
    if (signals_known_last(picking->signals, row->id, &last)) {
        struct text value;
        text_init(&value, 1 << 12);
        sample_add_value(&value, &last.sample);
        json_open_object(json, "last");
        json_add_number(json, "at", to_s(last.sample.at_us));
        json_add_raw(json, "value", value.bytes ? value.bytes : "null");
        json_add_integer(json, "quality", last.sample.quality);
        json_close(json);
        text_fini(&value);
    } else {
        json_add_string(json, "last", NULL);
    }
    json_close(json);
    picking->list.n++;
    snprintf(picking->list.last, sizeof picking->list.last, "%lld", (long long)row->id);
    return MARU_OK;
}

static maru_status pick_all(struct picking *picking, maru_error *err) {
    enum { AT_ONCE = 1000 };
    maru_status st = MARU_OK;
    do {
        picking->n_seen = 0;
        st = signals_each(picking->signals, picking->last, AT_ONCE, pick, picking, err);
    } while (st == MARU_OK && picking->n_seen == AT_ONCE && picking->wanted > 0);
    return st;
}

// Which they are first, so that their newest samples can be looked for, then what is told of them.
static maru_status list_picked(struct request *request, struct picking *picking, int64_t limit,
                               int64_t after, maru_error *err) {
    struct last_sample *last = calloc(MAX_SIGNALS, sizeof *last);
    if (!last) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    picking->is_counting = true;
    picking->wanted = limit;
    picking->last = after;
    maru_status st = pick_all(picking, err);
    st = st == MARU_OK ? signals_last(picking->signals, picking->id, picking->n_id, last, err) : st;
    free(last);
    if (st == MARU_OK) {
        picking->is_counting = false;
        picking->wanted = (int64_t)picking->n_id;
        picking->last = after;
        list_begin(&picking->list, &request->out, (uint32_t)limit);
        st = picking->n_id > 0 ? pick_all(picking, err) : MARU_OK;
        list_end(&picking->list);
    }
    return st;
}

maru_status api_list_signals(struct request *request, maru_error *err) {
    struct picking *picking = calloc(1, sizeof *picking);
    const char *text = request_query(request, "after");
    char asset[PLACING_MAX_NAME_BYTES];
    int64_t limit = 200, after = 0;
    if (!picking) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    maru_status st = ask_count(request, "limit", MAX_SIGNALS, &limit, err);
    if (st == MARU_OK && text[0] && !number_int64(text, strlen(text), &after)) {
        st = fail(err, MARU_E_INPUT, "after is wanted as the id of a signal");
    }
    st = st == MARU_OK ? open_signals(request, &picking->signals, err) : st;
    if (st == MARU_OK) {
        picking->search = request_query(request, "q");
        picking->asset = asset;
        limit = asked_asset(request, asset) ? limit : 0;
        st = list_picked(request, picking, limit, after, err);
    }
    free(picking);
    return st;
}

// ---- the newest, as they come

maru_status api_follow_signals(struct request *request, maru_error *err) {
    int64_t *signal = calloc(STREAM_MAX_SIGNALS, sizeof *signal);
    const char *at = request_query(request, "ids");
    size_t n = 0;
    maru_status st = signal ? MARU_OK : fail(err, MARU_E_MEMORY, "no memory");
    while (st == MARU_OK && at[0]) {
        const size_t n_digit = strcspn(at, ",");
        if (n == STREAM_MAX_SIGNALS) {
            st = fail(err, MARU_E_INPUT, "at most %d signals are followed at once",
                      STREAM_MAX_SIGNALS);
        } else if (!number_int64(at, n_digit, &signal[n++])) {
            st = fail(err, MARU_E_INPUT, "ids are wanted as numbers with commas");
        }
        at += n_digit + (at[n_digit] == ',');
    }
    if (st == MARU_OK && n == 0) {
        st = fail(err, MARU_E_INPUT, "ids are wanted as numbers with commas");
    }
    st = st == MARU_OK ? signal_stream_follow(request, signal, n, err) : st;
    free(signal);
    return st;
}

// ---- a chart

maru_status api_chart_signal(struct request *request, maru_error *err) {
    struct signals *signals = NULL;
    int64_t signal = 0, n_column = DEFAULT_COLUMNS;
    maru_time from_us = 0, to_us = 0;
    maru_status st = ask_signal(request, &signal, err);
    st = st == MARU_OK ? ask_span(request, &from_us, &to_us, err) : st;
    st = st == MARU_OK ? ask_count(request, "columns", SIGNALS_MAX_COLUMNS, &n_column, err) : st;
    st = st == MARU_OK ? open_signals(request, &signals, err) : st;
    if (st != MARU_OK) {
        return st;
    }
    struct summary *column = calloc((size_t)n_column, sizeof *column);
    if (!column) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    st = signals_draw(signals, signal, from_us, to_us, column, (size_t)n_column, err);
    request->status = st == MARU_E_USAGE ? 404 : 0;
    struct text *out = &request->out;
    text_addz(out, "{\"from\":");
    text_add_fixed(out, to_s(from_us), 6);
    text_addz(out, ",\"to\":");
    text_add_fixed(out, to_s(to_us), 6);
    text_addz(out, ",\"columns\":[");
    for (int64_t i = 0; st == MARU_OK && i < n_column; i++) {
        const struct summary *at = &column[i];
        text_addz(out, i > 0 ? "," : "");
        if (at->n == 0) {
            text_addz(out, "null");
            continue;
        }
        const double value[] = {at->first, at->last, at->low, at->high, summary_mean(at)};
        text_addf(out, "[%llu", (unsigned long long)at->n);
        for (int k = 0; k < 5; k++) {
            text_addz(out, ",");
            text_add_double(out, at->n_number > 0 ? value[k] : (double)NAN);
        }
        text_addz(out, "]");
    }
    text_addz(out, "]}\n");
    free(column);
    return st;
}

// ---- samples

struct giving {
    struct text *out;
    int64_t left;
    bool is_csv, is_first, is_more;
};

static void give_csv(struct text *out, const struct sample *sample) {
    text_add_fixed(out, to_s(sample->at_us), 6);
    text_addz(out, ",");
    if (sample->type == SAMPLE_TEXT) {
        struct text text;
        text_init(&text, SAMPLE_MAX_TEXT_BYTES + 1);
        text_add(&text, sample->value.text, sample->n_text);
        text_add_csv(out, text.bytes ? text.bytes : "");
        text_fini(&text);
    } else {
        sample_add_value(out, sample);
    }
    text_addf(out, ",%u\r\n", sample->quality);
}

static maru_status give(void *context, const struct sample *sample, size_t n, maru_error *err) {
    struct giving *giving = context;
    for (size_t i = 0; i < n; i++) {
        if (giving->left == 0) {
            giving->is_more = true;
            return fail(err, MARU_E_STOPPED, "enough");
        }
        giving->left--;
        if (giving->is_csv) {
            give_csv(giving->out, &sample[i]);
            continue;
        }
        text_addz(giving->out, giving->is_first ? "" : ",");
        giving->is_first = false;
        sample_add_json(giving->out, &sample[i]);
    }
    return giving->out->status;
}

maru_status api_get_samples(struct request *request, maru_error *err) {
    struct signals *signals = NULL;
    int64_t signal = 0;
    maru_time from_us = 0, to_us = 0;
    const char *format = request_query(request, "format");
    struct giving giving = {.out = &request->out, .left = DEFAULT_SAMPLES, .is_first = true};
    maru_status st = ask_signal(request, &signal, err);
    st = st == MARU_OK ? ask_span(request, &from_us, &to_us, err) : st;
    giving.is_csv = strcmp(format, "csv") == 0;
    if (st == MARU_OK && format[0] && !giving.is_csv && strcmp(format, "json") != 0) {
        st = fail(err, MARU_E_INPUT, "format is wanted as json or csv");
    }
    st = st == MARU_OK
             ? ask_count(request, "limit", giving.is_csv ? 100 * MAX_SAMPLES : MAX_SAMPLES,
                         &giving.left, err)
             : st;
    st = st == MARU_OK ? open_signals(request, &signals, err) : st;
    if (st != MARU_OK) {
        return st;
    }
    text_addz(giving.out, giving.is_csv ? "time,value,quality\r\n" : "{\"samples\":[");
    st = signals_read(signals, signal, from_us, to_us, give, &giving, err);
    request->status = st == MARU_E_USAGE ? 404 : 0;
    st = st == MARU_E_STOPPED && giving.is_more ? MARU_OK : st;
    if (giving.is_csv) {
        request->type = "text/csv; charset=utf-8";
        snprintf(request->disposition, sizeof request->disposition,
                 "attachment; filename=\"signal-%lld.csv\"", (long long)signal);
    } else {
        text_addf(giving.out, "],\"more\":%s}\n", giving.is_more ? "true" : "false");
    }
    return st;
}

// ---- events

// Why data is missing, in Korean.
static void add_cause(struct json *json, const char *detail) {
    json_t *parsed = json_loads(detail, 0, NULL);
    const char *cause = json_string_value(json_object_get(parsed, "cause"));
    struct text ko;
    text_init(&ko, EVENT_MAX_DETAIL_BYTES);
    if (cause && korean_add(&ko, cause) && ko.status == MARU_OK) {
        json_add_string(json, "cause_ko", ko.bytes);
    }
    text_fini(&ko);
    json_decref(parsed);
}

static maru_status list_event(void *context, int64_t id, const struct event *event,
                              maru_error *err) {
    static const char *const key[N_EVENT_TEXT - 1] = {"kind",  "source", "name", "lot",
                                                      "wafer", "recipe", "step"};
    struct list *list = context;
    struct json *json = &list->json;
    (void)err;
    json_open_object(json, NULL);
    json_add_integer(json, "id", id);
    json_add_number(json, "at", to_s(event->at_us));
    for (int i = 0; i < N_EVENT_TEXT - 1; i++) {
        json_add_string(json, key[i], event->text[i]);
    }
    json_add_raw(json, "detail", event->detail[0] == '{' ? event->detail : "{}");
    if (strcmp(event->kind, EVENT_GAP) == 0) {
        add_cause(json, event->detail);
    }
    json_close(json);
    list->n++;
    snprintf(list->last, sizeof list->last, "%lld-%lld", (long long)event->at_us, (long long)id);
    return MARU_OK;
}

maru_status api_list_events(struct request *request, maru_error *err) {
    struct signals *signals = NULL;
    struct list list;
    struct event_filter filter = {.from_us = SIGNALS_FROM_US,
                                  .to_us = SIGNALS_TO_US,
                                  .before_us = INT64_MAX,
                                  .limit = 100,
                                  .kind = request_query(request, "kind"),
                                  .source = request_query(request, "source"),
                                  .lot = request_query(request, "lot")};
    const char *before = request_query(request, "before");
    maru_status st = asked_time(request, "from", &filter.from_us, err);
    st = st == MARU_OK ? asked_time(request, "to", &filter.to_us, err) : st;
    st = st == MARU_OK ? ask_count(request, "limit", MAX_SIGNALS, &filter.limit, err) : st;
    if (st == MARU_OK && before[0]) {
        const char *dash = strrchr(before, '-');
        if (!dash || !number_int64(before, (size_t)(dash - before), &filter.before_us) ||
            !number_int64(dash + 1, strlen(dash + 1), &filter.before_id)) {
            st = fail(err, MARU_E_INPUT, "before is wanted as `next` of the page before");
        }
    }
    st = st == MARU_OK ? open_signals(request, &signals, err) : st;
    if (st == MARU_OK) {
        list_begin(&list, &request->out, (uint32_t)filter.limit);
        st = signals_each_event(signals, &filter, list_event, &list, err);
        list_end(&list);
    }
    return st;
}
