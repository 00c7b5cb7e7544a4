#include "target.h"

#include "control/charts/capability.h"
#include "control/charts/chart.h"

#include <math.h>
#include <string.h>

// Any options and any points, as the bytes of their doubles: limits are either refused with a sentence or
// stand in their order around the center; verdicts agree with their lines; a state that was saved and read
// back goes on alike. Capability of the same values: shares are shares.

enum { MOST = 200 };

// The next double of the input: any bits there are, or a small number, by its first byte.
static double next(const uint8_t **bytes, size_t *n) {
    uint8_t raw[9] = {0};
    const size_t n_take = *n > 0 && **bytes % 4 == 0 ? sizeof raw : 2;
    const size_t n_there = n_take < *n ? n_take : *n;
    if (n_there > 0) {
        memcpy(raw, *bytes, n_there);
    }
    *bytes += n_there;
    *n -= n_there;
    double value = 0.0;
    memcpy(&value, raw + 1, sizeof value);
    return n_take == sizeof raw ? value : (double)raw[1] / (double)(1 + raw[0] / 4 % 4);
}

static bool is_same(double a, double b) { return a == b || (isnan(a) && isnan(b)); }

static void run(const struct chart_limits *limits, const struct subgroup *points, size_t n) {
    const struct rule_set rules = rule_set_of(RULES_NELSON);
    struct chart_state through, saved;
    chart_start(limits, &through);
    chart_start(limits, &saved);
    for (size_t i = 0; i < n; i++) {
        unsigned char bytes[sizeof saved];
        memcpy(bytes, &saved, sizeof saved);
        memcpy(&saved, bytes, sizeof saved);
        struct chart_verdict a, b;
        chart_add(limits, &rules, &through, &points[i], &a);
        chart_add(limits, &rules, &saved, &points[i], &b);
        must(a.rules == b.rules && is_same(a.value, b.value) && is_same(a.spread, b.spread));
        must(a.severity == rule_severity(&rules, a.rules));
        must(a.rules < 1u << N_RULE && (!a.is_missing || a.rules == 0));
        if (!a.is_missing && limits->options.kind != CHART_CUSUM) {
            const bool is_beyond = a.value > a.line.upper || a.value < a.line.lower;
            must(is_beyond == (bool)(a.rules >> RULE_BEYOND & 1));
        }
    }
}

static void judge(const double *values, size_t n, const struct specification *specification) {
    double scratch[MOST];
    const double unknown[2] = {NAN, NAN};
    struct capability out;
    maru_error err = {0};
    if (capability_of(values, n, specification, unknown, 0.95, scratch, &out, &err) != MARU_OK) {
        must(err.text[0] != '\0');
        return;
    }
    must(out.below >= 0.0 && out.above >= 0.0 && out.below + out.above <= 1.0);
    must(!(out.overall.below < 0.0) && !(out.overall.above > 1.0));
    must(out.n >= 2 && out.n <= n);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    if (n < 2) {
        return 0;
    }
    const enum chart_kind kind = (enum chart_kind)(bytes[0] % (N_CHART_KIND + 1));
    struct chart_options options = chart_defaults(kind);
    options.has_headstart = bytes[1] & 1;
    if (bytes[1] & 2) {
        options.size = bytes[1] / 4;
    }
    bytes += 2;
    n -= 2;
    options.width = next(&bytes, &n);
    options.lambda = next(&bytes, &n);
    options.k = next(&bytes, &n);
    options.h = next(&bytes, &n);
    options.target = next(&bytes, &n);
    struct subgroup points[MOST];
    bool is_excluded[MOST];
    double values[MOST];
    size_t n_point = 0;
    for (; n_point < MOST && n > 0; n_point++) {
        is_excluded[n_point] = bytes[0] % 16 == 1;
        points[n_point].level = values[n_point] = next(&bytes, &n);
        points[n_point].spread = next(&bytes, &n);
        points[n_point].size = n_point % 2 || kind >= CHART_P ? next(&bytes, &n) : options.size;
    }
    struct chart_limits limits;
    maru_error err = {0};
    if (chart_estimate(&options, points, is_excluded, n_point, &limits, &err) == MARU_OK) {
        must(limits.period.n_point + limits.period.n_excluded + limits.period.n_missing == n_point);
        const struct chart_line line = chart_level_line(&limits, limits.usual_size);
        must(!(line.lower > line.center) && !(line.center > line.upper));
        run(&limits, points, n_point);
    } else {
        must(err.text[0] != '\0');
    }
    judge(values, n_point, &(struct specification){options.width, options.lambda, options.target});
    return 0;
}
