#include <math.h>

#include "study/json_writer.h"
#include "study/quality/quality_page.h"

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

static void add_cause(struct json *json, const struct frame *frame, const struct cause *cause) {
    static const char *const how[N_CAUSE_HOW] = {"above",  "at most", "between", "outside",
                                                 "one of", "none of", "missing", "not missing"};
    static const char *const verdict[N_CAUSE_VERDICT] = {"holds", "too few", "does not hold"};
    const struct frame_column *column = &frame->column[cause->column];
    json_open_object(json, NULL);
    json_add_string(json, "column", column->name);
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
    json_close(json);
}

static void add_columns(struct json *json, const struct quality *q) {
    json_open_list(json, "columns");
    for (uint32_t i = 0; i < q->frame->n_column; i++) {
        const struct column_role *role = &q->roles.column[i];
        json_open_object(json, NULL);
        json_add_string(json, "name", q->frame->column[i].name);
        json_add_string(json, "unit", q->frame->column[i].unit);
        json_add_string(json, "role", column_role_name((enum role)role->role, false));
        json_add_string(json, "role_ko", column_role_name((enum role)role->role, true));
        json_add_string(json, "why", role_reason_text((enum role_reason)role->reason, false));
        json_add_string(json, "why_ko", role_reason_text((enum role_reason)role->reason, true));
        json_add_count(json, "missing", q->frame->column[i].n_missing);
        json_close(json);
    }
    json_close(json);
}

static void add_periods(struct json *json, const struct quality *q) {
    static const char *const unit[N_PERIOD_UNIT] = {"rows", "hour", "day", "week", "month"};
    json_add_string(json, "periodUnit", unit[q->periods.unit]);
    json_open_list(json, "periods");
    for (uint32_t i = 0; i < q->periods.n; i++) {
        const struct period *period = &q->periods.period[i];
        json_open_object(json, NULL);
        json_add_number(json, "from", q->has_time ? (double)period->from_us / 1e6 : (double)NAN);
        json_add_count(json, "firstRow", (uint64_t)period->first + 1);
        json_add_number(json, "n", period->n);
        json_add_number(json, "bad", period->bad);
        json_close(json);
    }
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
            json_open_object(json, "capability");
            json_add_number(json, "lower", column->specification.lower);
            json_add_number(json, "upper", column->specification.upper);
            json_add_number(json, "cp", column->capability.within.cp.value);
            json_add_number(json, "cpk", column->capability.within.cpk.value);
            json_add_number(json, "cpkLow", column->capability.within.cpk.low);
            json_add_number(json, "cpkHigh", column->capability.within.cpk.high);
            json_add_number(json, "ppk", column->capability.overall.cpk.value);
            json_add_number(json, "outside", column->capability.below + column->capability.above);
            json_close(json);
        }
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

static void add_sentences(struct json *json, const struct quality *q, const struct told *told) {
    static const char *const mood[] = {"plain", "good", "bad", "unsure"};
    json_open_list(json, "told");
    for (uint32_t i = 0; i < told->n; i++) {
        const struct told_sentence *sentence = &told->sentence[i];
        json_open_object(json, NULL);
        json_add_string(json, "section",
                        told_heading((enum told_section)sentence->section, LANG_EN));
        json_add_string(json, "section_ko",
                        told_heading((enum told_section)sentence->section, LANG_KO));
        json_add_string(json, "mood", mood[sentence->mood]);
        json_add_string(
            json, "column",
            sentence->column < q->frame->n_column ? q->frame->column[sentence->column].name : NULL);
        json_add_string(json, "text", sentence->text[LANG_EN]);
        json_add_string(json, "text_ko", sentence->text[LANG_KO]);
        json_close(json);
    }
    json_close(json);
}

void quality_json(struct text *out, const struct quality *quality, const struct told *told,
                  const char *title) {
    struct json json;
    json_writer_init(&json, out);
    json_open_object(&json, NULL);
    json_add_string(&json, "file", title);
    json_add_count(&json, "rows", quality->frame->n_row);
    add_columns(&json, quality);
    add_periods(&json, quality);
    add_measured(&json, quality);
    json_open_list(&json, "causes");
    for (uint32_t i = 0; i < quality->causes.n_cause; i++) {
        add_cause(&json, quality->frame, &quality->causes.cause[i]);
    }
    json_close(&json);
    add_common(&json, quality);
    json_add_count(&json, "holding", quality->causes.n_holding);
    add_sentences(&json, quality, told);
    json_close(&json);
}
