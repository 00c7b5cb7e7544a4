#include "study/quality/quality_json.h"

#include <math.h>

#include "study/json_writer.h"
#include "study/quality/quality_bins.h"
#include "study/quality/quality_json_inside.h"

// What was answered, with the series behind it; what was understood of the file is quality_json_read.c's.

enum { MEANS_MOST = 40 }; // columns that are steady and told with their means

static void add_share(struct json *json, const char *key, const struct share *share) {
    json_open_object(json, key);
    json_add_count(json, "bad", share->n_bad);
    json_add_count(json, "n", share->n);
    json_add_number(json, "value", share->value);
    json_add_number(json, "low", share->low);
    json_add_number(json, "high", share->high);
    json_close(json);
}

static void add_part(struct json *json, const char *key, const struct cause_part *part) {
    json_open_object(json, key);
    add_share(json, "in", &part->in);
    add_share(json, "out", &part->out);
    json_add_number(json, "difference", part->difference.value);
    json_add_number(json, "differenceLow", part->difference.low);
    json_add_number(json, "differenceHigh", part->difference.high);
    json_add_number(json, "p", part->p);
    json_close(json);
}

// Where the target is good or bad, rows by value say more than the two sides of the cut.
static void add_bins(struct json *json, const struct quality *q, const struct cause *cause) {
    struct quality_bin bin[QUALITY_BINS];
    const uint8_t form = q->roles.target.form;
    const bool has = q->frame->column[cause->column].kind == FRAME_NUMBER &&
                     form != TARGET_NUMBER && form != TARGET_COUNT;
    const uint32_t n = has ? quality_bins(q, cause->column, bin) : 0;
    json_open_list(json, "bins");
    for (uint32_t i = 0; i < n; i++) {
        json_open_object(json, NULL);
        json_add_number(json, "from", bin[i].low);
        json_add_number(json, "to", bin[i].high);
        add_share(json, "share", &bin[i].share);
        json_close(json);
    }
    json_close(json);
}

static void add_cause(struct json *json, const struct quality *q, const struct cause *cause) {
    static const char *const how[N_CAUSE_HOW] = {"above",  "at most", "between", "outside",
                                                 "one of", "none of", "missing", "not missing"};
    static const char *const verdict[N_CAUSE_VERDICT] = {"holds", "too few", "does not hold"};
    const struct frame *frame = q->frame;
    const struct frame_column *column = &frame->column[cause->column];
    json_open_object(json, NULL);
    json_add_string(json, "column", column->name);
    json_add_string(json, "unit", column->unit);
    json_add_string(json, "how", how[cause->how]);
    json_add_number(json, "low", cause->low);
    json_add_number(json, "high", cause->high);
    json_open_list(json, "words");
    for (uint32_t i = 0; i < cause->n_word; i++) {
        json_add_string(json, NULL, column->words.name[cause->word[i]]);
    }
    json_close(json);
    json_add_string(json, "verdict", verdict[cause->verdict]);
    json_add_number(json, "strength", cause->strength);
    add_part(json, "early", &cause->early);
    add_part(json, "later", &cause->later);
    json_open_list(json, "companions");
    for (uint32_t i = 0; i < cause->n_companion; i++) {
        json_add_string(json, NULL, frame->column[cause->companion[i]].name);
    }
    json_close(json);
    add_bins(json, q, cause);
    json_close(json);
}

// How many are bad in all; of a target that is a number, its mean.
static void add_count(struct json *json, const struct quality *q) {
    double n = 0, bad = 0;
    for (uint32_t i = 0; i < q->periods.n; i++) {
        n += q->periods.period[i].n;
        bad += q->periods.period[i].bad;
    }
    if (q->roles.target.form == TARGET_NUMBER) {
        json_add_number(json, "mean", q->trend.mean);
    } else if (q->roles.target.form != TARGET_NONE) {
        const struct share share = share_of((uint64_t)llround(bad), (uint64_t)llround(n), q->level);
        add_share(json, "count", &share);
    }
}

static void add_trend(struct json *json, const struct quality *q) {
    json_open_object(json, "trend");
    json_add_number(json, "mean", q->trend.mean);
    json_add_number(json, "first", q->trend.first);
    json_add_number(json, "last", q->trend.last);
    json_add_number(json, "p", q->trend.p);
    json_add_number(json, "dispersion", q->trend.dispersion);
    json_close(json);
}

// The rate of a period with its interval; of a target that is a number its mean.
static void add_rate(struct json *json, const struct quality *q, const struct period *period) {
    if (q->roles.target.form == TARGET_NUMBER) {
        json_add_number(json, "value", period->n > 0 ? period->bad / period->n : (double)NAN);
        return;
    }
    const struct share share =
        share_of((uint64_t)llround(period->bad), (uint64_t)llround(period->n), q->level);
    json_add_number(json, "value", share.value);
    json_add_number(json, "low", share.low);
    json_add_number(json, "high", share.high);
}

static void add_periods(struct json *json, const struct quality *q) {
    static const char *const unit[N_PERIOD_UNIT] = {"rows", "hour", "day", "week", "month"};
    json_add_string(json, "periodUnit", unit[q->periods.unit]);
    json_open_list(json, "periods");
    for (uint32_t i = 0; i < q->periods.n; i++) {
        const struct period *period = &q->periods.period[i];
        char when[CLOCK_TEXT_BYTES];
        json_open_object(json, NULL);
        json_add_number(json, "from", q->has_time ? (double)period->from_us / 1e6 : (double)NAN);
        json_add_count(json, "firstRow", (uint64_t)period->first + 1);
        json_add_number(json, "n", period->n);
        json_add_number(json, "bad", period->bad);
        add_rate(json, q, period);
        told_when(q, i, when);
        json_add_string(json, "when", when);
        json_close(json);
    }
    json_close(json);
}

static void add_capability(struct json *json, const struct quality *q,
                           const struct quality_column *column) {
    struct quality_histogram histogram;
    json_open_object(json, "capability");
    json_add_number(json, "lower", column->specification.lower);
    json_add_number(json, "upper", column->specification.upper);
    json_add_number(json, "cp", column->capability.within.cp.value);
    json_add_number(json, "cpk", column->capability.within.cpk.value);
    json_add_number(json, "cpkLow", column->capability.within.cpk.low);
    json_add_number(json, "cpkHigh", column->capability.within.cpk.high);
    json_add_number(json, "ppk", column->capability.overall.cpk.value);
    json_add_number(json, "mean", column->capability.mean);
    json_add_number(json, "outside", column->capability.below + column->capability.above);
    if (quality_histogram(q, column->column, &histogram)) {
        json_open_object(json, "histogram");
        json_add_number(json, "from", histogram.from);
        json_add_number(json, "width", histogram.width);
        json_open_list(json, "counts");
        for (uint32_t i = 0; i < QUALITY_BARS; i++) {
            json_add_count(json, NULL, histogram.count[i]);
        }
        json_close(json);
        json_close(json);
    }
    json_close(json);
}

static void add_values(struct json *json, const char *key, const double *value, uint32_t n) {
    json_open_list(json, key);
    for (uint32_t i = 0; i < n; i++) {
        json_add_number(json, NULL, value[i]);
    }
    json_close(json);
}

static void add_chart(struct json *json, const struct quality *q,
                      const struct quality_chart *chart) {
    if (chart->n_reference == 0) {
        return;
    }
    json_open_object(json, "chart");
    json_add_count(json, "reference", chart->n_reference);
    json_add_count(json, "judged", chart->n_judged);
    json_open_list(json, "beyond");
    for (uint32_t i = 0; i < q->periods.n; i++) {
        if (chart->is_beyond[i]) {
            json_add_count(json, NULL, i);
        }
    }
    json_close(json);
    json_add_number(json, "center", chart->center);
    json_add_bool(json, "out", chart == &q->rate_chart ? chart->n_beyond > 0 : chart->is_out);
    add_values(json, "lower", chart->lower, q->periods.n);
    add_values(json, "upper", chart->upper, q->periods.n);
    json_close(json);
}

static void add_measured(struct json *json, const struct quality *q) {
    json_open_list(json, "measured");
    for (uint32_t i = 0; i < q->n_column; i++) {
        const struct quality_column *column = &q->column[i];
        json_open_object(json, NULL);
        json_add_string(json, "column", q->frame->column[column->column].name);
        json_open_object(json, "change");
        json_add_count(json, "period", column->change.at);
        json_add_number(json, "before", column->change.before);
        json_add_number(json, "after", column->change.after);
        json_add_number(json, "p", column->change.p);
        json_close(json);
        if (column->has_capability) {
            add_capability(json, q, column);
        }
        if (column->change.p <= 0.05 || i < MEANS_MOST || q->chart[i].n_beyond > 0) {
            add_values(json, "means", q->mean + (size_t)i * q->periods.n, q->periods.n);
            add_chart(json, q, &q->chart[i]);
        }
        json_close(json);
    }
    json_close(json);
}

static void add_kinds(struct json *json, const struct quality *q) {
    json_open_list(json, "kinds");
    for (uint32_t i = 0; i < q->n_kind; i++) {
        json_open_object(json, NULL);
        json_add_string(json, "name", q->kind[i].name);
        json_add_number(json, "n", q->kind[i].n);
        json_add_number(json, "share", q->kind[i].n / q->n_of_kinds);
        json_close(json);
    }
    json_close(json);
}

static void add_common(struct json *json, const struct quality *q) {
    json_open_list(json, "common");
    for (uint32_t i = 0; i < q->causes.n_common; i++) {
        const struct cause_common *common = &q->causes.common[i];
        const struct frame_column *column = &q->frame->column[common->column];
        json_open_object(json, NULL);
        json_add_string(json, "column", column->name);
        json_add_number(json, "p", common->p);
        json_open_list(json, "levels");
        for (uint32_t k = 0; k < common->n_level; k++) {
            json_open_object(json, NULL);
            json_add_string(json, "word", column->words.name[common->level[k].word]);
            add_share(json, "early", &common->level[k].early);
            add_share(json, "later", &common->level[k].later);
            json_add_bool(json, "worse", common->level[k].is_worse);
            json_add_number(json, "p", common->level[k].p);
            json_close(json);
        }
        json_close(json);
        json_close(json);
    }
    json_close(json);
}

static void add_sentence(struct json *json, const struct quality *q,
                         const struct told_sentence *sentence) {
    static const char *const mood[] = {"plain", "good", "bad", "unsure"};
    static const char *const part[N_TOLD_SECTION] = {
        [TOLD_READ] = "read",     [TOLD_COUNT] = "count",   [TOLD_CHANGES] = "changes",
        [TOLD_CHARTS] = "charts", [TOLD_CAUSES] = "causes", [TOLD_CAPABILITY] = "capability",
        [TOLD_COMMON] = "common", [TOLD_NEXT] = "next",     [TOLD_DOUBT] = "doubt"};
    const enum told_section section = (enum told_section)sentence->section;
    json_open_object(json, NULL);
    json_add_string(json, "part", part[section]);
    json_add_string(json, "section", told_heading(section, LANG_EN));
    json_add_string(json, "section_ko", told_heading(section, LANG_KO));
    json_add_string(json, "mood", mood[sentence->mood]);
    json_add_string(json, "column",
                    sentence->column < q->frame->n_column ? q->frame->column[sentence->column].name
                                                          : NULL);
    if (sentence->cause < q->causes.n_cause) {
        json_add_count(json, "cause", sentence->cause);
    }
    json_add_string(json, "text", sentence->text[LANG_EN]);
    json_add_string(json, "text_ko", sentence->text[LANG_KO]);
    json_close(json);
}

static void add_causes(struct json *json, const struct quality *q) {
    json_open_list(json, "causes");
    for (uint32_t i = 0; i < q->causes.n_cause; i++) {
        add_cause(json, q, &q->causes.cause[i]);
    }
    json_close(json);
    add_kinds(json, q);
    add_common(json, q);
    json_add_count(json, "holding", q->causes.n_holding);
}

void quality_json(struct text *out, const struct quality_answer *answer, const char *title) {
    const struct quality *q = &answer->quality;
    struct json json;
    json_writer_init(&json, out);
    json_open_object(&json, NULL);
    json_add_string(&json, "file", title);
    json_add_count(&json, "rows", q->frame->n_row);
    json_add_number(&json, "level", q->level);
    quality_json_add_reading(&json, &answer->file);
    quality_json_add_target(&json, q);
    quality_json_add_columns(&json, q);
    add_count(&json, q);
    add_trend(&json, q);
    add_periods(&json, q);
    add_chart(&json, q, &q->rate_chart);
    add_measured(&json, q);
    add_causes(&json, q);
    json_open_list(&json, "told");
    for (uint32_t i = 0; i < answer->told.n; i++) {
        add_sentence(&json, q, &answer->told.sentence[i]);
    }
    json_close(&json);
    json_close(&json);
}
