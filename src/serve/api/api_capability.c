#include "serve/api/asked_time.h"
#include "serve/http/request.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "control/charts/capability.h"
#include "io/clock.h"
#include "serve/floor/floors.h"
#include "serve/floor/past.h"
#include "signal/sample.h"
#include "study/json_writer.h"

// What a chart's process is good for: its stored values of a time against the specification that stands in the table of charts. Sigma
// within subgroups is that of the frozen limits; without these only the overall one is known.

enum { MAX_VALUES = 1000000, N_BIN = 40 };
#define LEVEL 0.95
#define DAY_US INT64_C(86400000000)

static double to_s(maru_time us) { return (double)us * 1e-6; }

struct values {
    double *value; // (n)
    size_t n, cap;
};

static maru_status take(void *context, uint32_t tag, const struct sample *sample, maru_error *err) {
    struct values *values = context;
    const double value = sample_number(sample);
    (void)tag;
    if (sample->quality < QUALITY_UNCERTAIN || !isfinite(value)) {
        return MARU_OK;
    }
    if (values->n == MAX_VALUES) {
        return fail(err, MARU_E_LIMIT, "more than %d samples: ask for a shorter time", MAX_VALUES);
    }
    if (values->n == values->cap) {
        const size_t cap = values->cap < 1024 ? 1024 : 2 * values->cap;
        double *more = alloc_resize(values->value, cap, sizeof *more);
        if (!more) {
            return fail(err, MARU_E_MEMORY, "no memory");
        }
        values->value = more;
        values->cap = cap;
    }
    values->value[values->n++] = value;
    return MARU_OK;
}

// ---- telling

static void add_estimate(struct json *json, const char *key, const struct estimate *estimate) {
    json_open_object(json, key);
    json_add_number(json, "value", estimate->value);
    json_add_number(json, "low", estimate->low);
    json_add_number(json, "high", estimate->high);
    json_close(json);
}

static void add_indices(struct json *json, const char *key, const struct indices *indices) {
    json_open_object(json, key);
    json_add_number(json, "sigma", indices->sigma);
    add_estimate(json, "cp", &indices->cp);
    add_estimate(json, "cpk", &indices->cpk);
    add_estimate(json, "cpm", &indices->cpm);
    json_add_number(json, "below", indices->below);
    json_add_number(json, "above", indices->above);
    json_close(json);
}

// How many values lie where, in bins of equal width from the lowest to the highest.
static void add_histogram(struct json *json, const struct values *values) {
    uint32_t count[N_BIN] = {0};
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < values->n; i++) {
        low = fmin(low, values->value[i]);
        high = fmax(high, values->value[i]);
    }
    const double width = (high - low) / N_BIN;
    for (size_t i = 0; i < values->n; i++) {
        const double at = (values->value[i] - low) / width;
        count[at >= 0 && at < N_BIN ? (size_t)at : N_BIN - 1]++;
    }
    json_open_object(json, "histogram");
    json_add_number(json, "from", low);
    json_add_number(json, "width", width);
    json_open_list(json, "counts");
    for (size_t i = 0; i < N_BIN; i++) {
        json_add_count(json, NULL, count[i]);
    }
    json_close(json);
    json_close(json);
}

static maru_status tell(struct json *json, const struct chart_def *def, const double sigma[2],
                        const struct values *values, maru_error *err) {
    struct capability is;
    double *scratch = alloc_new(values->n + 1, sizeof *scratch);
    if (!scratch) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    const maru_status st = capability_of(values->value, values->n, &def->specification, sigma,
                                         LEVEL, scratch, &is, err);
    alloc_free(scratch);
    if (st != MARU_OK) {
        return st;
    }
    json_add_number(json, "level", LEVEL);
    json_add_count(json, "n", is.n);
    json_add_number(json, "mean", is.mean);
    add_indices(json, "within", &is.within);
    add_indices(json, "overall", &is.overall);
    json_add_number(json, "below", is.below);
    json_add_number(json, "above", is.above);
    json_add_number(json, "pValue", is.normality.p_value);
    json_add_bool(json, "nonNormal", is.is_non_normal);
    add_histogram(json, values);
    return MARU_OK;
}

// ---- asking

struct asked { // copied while the floor was ours
    struct chart_def def;
    double sigma[2]; // with its degrees of freedom; NaN: not known
    int64_t signal;
    maru_time from_us, to_us;
};

// False: there is no such chart.
static bool look(struct request *request, struct asked *out) {
    const char *name = request->param[0];
    struct floor *floor = floors_enter(request->server->floors, request->who.tenant);
    const struct chart_watch *charts = floor ? floor->charts : NULL;
    const uint32_t i = charts ? names_find(&charts->by_name, name, strlen(name)) : UINT32_MAX;
    if (i != UINT32_MAX) {
        const struct chart_live *live = &charts->live[i];
        *out = (struct asked){.def = charts->table.chart[i],
                              .sigma = {live->is_frozen ? live->limits.sigma : NAN,
                                        live->is_frozen ? live->limits.df : NAN},
                              .signal = charts->signal[i],
                              .to_us = clock_unix_us()};
        out->def.name = out->def.signal = NULL; // the table's own
    }
    floors_leave(request->server->floors, floor);
    return i != UINT32_MAX;
}

static maru_status read_values(struct request *request, const struct asked *asked,
                               struct values *values, maru_error *err) {
    const struct past_signal wanted = {asked->signal, 0, SIGNALS_FROM_US};
    const struct past past = {.signal = &wanted,
                              .n_signal = asked->signal > 0,
                              .from_us = asked->from_us,
                              .to_us = asked->to_us,
                              .take = take,
                              .context = values};
    struct signals *signals = NULL;
    const maru_status st =
        tenant_open_signals(request->server->store, request->tenant, &signals, err);
    return st == MARU_OK ? past_read(signals, &past, err) : st;
}

maru_status api_get_capability(struct request *request, maru_error *err) {
    struct asked asked;
    struct values values = {0};
    struct json json;
    if (!look(request, &asked)) {
        return request_refuse(request, 404, err, "there is no chart '%.100s'", request->param[0]);
    }
    maru_status st = asked_time(request, "to", &asked.to_us, err);
    asked.from_us = asked.to_us - DAY_US;
    st = st == MARU_OK ? asked_time(request, "from", &asked.from_us, err) : st;
    if (st == MARU_OK && asked.from_us >= asked.to_us) {
        st = fail(err, MARU_E_INPUT, "from is wanted before to");
    }
    if (st == MARU_OK && isnan(asked.def.specification.lower) &&
        isnan(asked.def.specification.upper)) {
        return request_refuse(
            request, 422, err,
            "the chart has no specification: its table has columns lower and upper");
    }
    st = st == MARU_OK ? read_values(request, &asked, &values, err) : st;
    json_writer_init(&json, &request->out);
    json_open_object(&json, NULL);
    json_add_number(&json, "from", to_s(asked.from_us));
    json_add_number(&json, "to", to_s(asked.to_us));
    json_add_number(&json, "lower", asked.def.specification.lower);
    json_add_number(&json, "upper", asked.def.specification.upper);
    json_add_number(&json, "target", asked.def.specification.target);
    if (st == MARU_OK) {
        st = tell(&json, &asked.def, asked.sigma, &values, err);
        request->status = st == MARU_E_INPUT ? 422 : request->status;
    }
    json_close(&json);
    alloc_free(values.value);
    return st;
}
