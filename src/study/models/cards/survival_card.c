#include "study/models/cards/survival_card.h"

#include <math.h>
#include <stdio.h>

#include "study/json_writer.h"
#include "study/models/cards/card.h"
#include "study/quality/sentences.h"

enum { NAME_BYTES = 1 << 16, EFFECTS_SHOWN = 12, CELL_BYTES = 200 };

static const double sure = 0.05;

// ---- text

static void add_line(struct text *out, enum lang lang, enum word id, const char *const *arguments) {
    words_add(out, lang, id, arguments);
    text_addz(out, "\n");
}

static void add_heading(struct text *out, struct look look, const char *text) {
    text_addz(out, "\n");
    table_styled(out, look, STYLE_STRONG, text);
    text_addz(out, "\n");
}

static struct numeral number(double value) {
    static const struct numeral endless = {.text = "∞"}, unknown = {.text = "-"};
    return isinf(value) ? endless : isnan(value) ? unknown : told_number(value);
}

static void add_age(struct text *out, const struct survival_model *m, enum lang lang, enum word id,
                    double share) {
    const struct weibull_value age = weibull_quantile(&m->weibull, share);
    add_line(out, lang, id,
             (const char *const[]){number(age.value).text, number(age.low).text,
                                   number(age.high).text, m->counted_in, NULL});
}

static void add_wear(struct text *out, const struct survival_model *m, enum lang lang) {
    const struct weibull_value *shape = &m->weibull.shape;
    add_line(out, lang,
             shape->low > 1    ? W_SURVIVAL_WEAR
             : shape->high < 1 ? W_SURVIVAL_EARLY
                               : W_SURVIVAL_CHANCE,
             (const char *const[]){number(shape->value).text, number(shape->low).text,
                                   number(shape->high).text, NULL});
    add_age(out, m, lang, W_SURVIVAL_TENTH, 0.1);
    add_age(out, m, lang, W_SURVIVAL_HALF, 0.5);
}

static void add_replacement(struct text *out, const struct survival_model *m, enum lang lang) {
    const struct replacement *r = &m->replacement;
    const struct numeral failure = number(m->cost_failure), planned = number(m->cost_planned);
    if (!r->is_planned) {
        add_line(out, lang, W_SURVIVAL_RUN_ON,
                 (const char *const[]){failure.text, planned.text, NULL});
        return;
    }
    words_add(
        out, lang, W_SURVIVAL_REPLACE,
        (const char *const[]){number(r->age).text, m->counted_in, told_share(r->saving.value).text,
                              told_share(r->saving.low).text, told_share(r->saving.high).text,
                              told_share(r->surviving).text, failure.text, planned.text, NULL});
    if (!r->is_sure) {
        text_addz(out, " ");
        words_add(out, lang, W_SURVIVAL_UNSURE, NULL);
    }
    text_addz(out, "\n");
}

static void add_trial(struct text *out, const struct survival_model *m, enum lang lang) {
    if (isfinite(m->concordance.value)) {
        add_line(out, lang, W_SURVIVAL_ORDER,
                 (const char *const[]){numeral_percent(m->concordance.value, 1).text,
                                       numeral_percent(m->concordance.low, 1).text,
                                       numeral_percent(m->concordance.high, 1).text, NULL});
    }
    if (isfinite(m->coverage.value)) {
        add_line(out, lang, W_SURVIVAL_HELD,
                 (const char *const[]){numeral_percent(m->coverage.value, 1).text,
                                       numeral_percent(m->coverage.low, 1).text,
                                       numeral_percent(m->coverage.high, 1).text,
                                       numeral_percent(m->level, 0).text, NULL});
    }
}

static void add_groups(struct text *out, const struct survival_model *m, enum lang lang,
                       struct look look) {
    struct text heading;
    struct table table;
    if (m->n_curve < 2) {
        return;
    }
    text_init(&heading, NAME_BYTES);
    words_add(&heading, lang, W_SURVIVAL_GROUPS, (const char *const[]){m->group, NULL});
    add_heading(out, look, heading.bytes ? heading.bytes : "");
    text_fini(&heading);
    table_init(&table);
    table_column(&table, ALIGN_LEFT, word(lang, W_SURVIVAL_GROUP));
    table_column(&table, ALIGN_RIGHT, word(lang, W_SURVIVAL_N));
    table_column(&table, ALIGN_RIGHT, word(lang, W_SURVIVAL_FAILED));
    table_column(&table, ALIGN_RIGHT, word(lang, W_SURVIVAL_MEDIAN));
    table_column(&table, ALIGN_RIGHT, word(lang, W_INTERVAL_95));
    for (uint32_t k = 1; k < m->n_curve; k++) {
        char interval[CELL_BYTES];
        const struct survival_curve *curve = &m->curve[k];
        snprintf(interval, sizeof interval, "%s ~ %s", number(curve->median.low).text,
                 number(curve->median.high).text);
        table_add(&table, STYLE_PLAIN, curve->name);
        table_add(&table, STYLE_PLAIN, numeral_count(curve->n).text);
        table_add(&table, STYLE_PLAIN, numeral_count(curve->n_failed).text);
        table_add(&table, STYLE_STRONG, number(curve->median.value).text);
        table_add(&table, STYLE_PLAIN, interval);
    }
    table_print(&table, look, out);
    table_fini(&table);
    if (isfinite(m->group_p)) {
        add_line(out, lang, m->group_p < sure ? W_SURVIVAL_GROUPS_DIFFER : W_SURVIVAL_GROUPS_ALIKE,
                 (const char *const[]){number(m->group_p).text, NULL});
    }
}

// The effects that are surest first: p rises.
static uint32_t next_effect(const struct survival_model *m, const bool *is_told) {
    uint32_t best = UINT32_MAX;
    for (uint32_t i = 0; i < m->n_effect; i++) {
        best = !is_told[i] && (best == UINT32_MAX || m->effect[i].p < m->effect[best].p) ? i : best;
    }
    return best;
}

static void add_effect(struct table *table, const struct survival_model *m,
                       const struct survival_effect *effect, enum lang lang) {
    char interval[CELL_BYTES];
    struct text name;
    text_init(&name, NAME_BYTES);
    recipe_name_feature(&m->recipe, effect->feature, &name);
    snprintf(interval, sizeof interval, "%s ~ %s", number(effect->low).text,
             number(effect->high).text);
    table_add(table, STYLE_PLAIN, name.bytes ? name.bytes : "");
    const bool is_word = m->recipe.feature[effect->feature].form == FEATURE_WORD;
    table_add(table, STYLE_PLAIN, is_word ? "" : number(effect->step).text);
    table_add(table, STYLE_STRONG, number(effect->ratio).text);
    table_add(table, STYLE_PLAIN, interval);
    table_add(table, STYLE_DIM, number(effect->p).text);
    table_add(table, STYLE_WARN, effect->changes_with_age ? word(lang, W_SURVIVAL_CHANGES) : "");
    text_fini(&name);
}

static void add_effects(struct text *out, const struct survival_model *m, enum lang lang,
                        struct look look) {
    bool is_told[COX_MAX_COLUMNS] = {0};
    struct table table;
    if (m->n_effect == 0) {
        return;
    }
    add_heading(out, look, word(lang, W_SURVIVAL_EFFECTS));
    table_init(&table);
    table_column(&table, ALIGN_LEFT, word(lang, W_QUALITY_COLUMN));
    table_column(&table, ALIGN_RIGHT, word(lang, W_SURVIVAL_STEP));
    table_column(&table, ALIGN_RIGHT, word(lang, W_SURVIVAL_RATIO));
    table_column(&table, ALIGN_RIGHT, word(lang, W_INTERVAL_95));
    table_column(&table, ALIGN_RIGHT, word(lang, W_SURVIVAL_P));
    table_column(&table, ALIGN_LEFT, "");
    for (uint32_t i = 0; i < m->n_effect && i < EFFECTS_SHOWN; i++) {
        const uint32_t next = next_effect(m, is_told);
        if (next == UINT32_MAX) {
            break;
        }
        is_told[next] = true;
        add_effect(&table, m, &m->effect[next], lang);
    }
    table_print(&table, look, out);
    table_fini(&table);
}

static void add_warnings(struct text *out, const struct survival_model *m, enum lang lang,
                         struct look look) {
    if (m->warnings == 0) {
        return;
    }
    add_heading(out, look, word(lang, W_CARD_BEWARE));
    for (uint32_t i = 0; i < N_SURVIVAL_WARNING; i++) {
        if (m->warnings >> i & 1) {
            card_add_warning(out, look,
                             survival_warning_text((enum survival_warning)i, lang == LANG_KO));
        }
    }
}

void survival_card_add_text(struct text *out, const struct survival_model *m, enum lang lang,
                            struct look look) {
    struct text title;
    text_init(&title, NAME_BYTES);
    words_add(&title, lang, W_SURVIVAL_TITLE, (const char *const[]){m->age, m->title, NULL});
    table_styled(out, look, STYLE_STRONG, title.bytes ? title.bytes : "");
    text_addz(out, "\n");
    text_fini(&title);
    add_line(out, lang, W_SURVIVAL_LIVES,
             (const char *const[]){numeral_count(m->n_life).text, numeral_count(m->n_failed).text,
                                   NULL});
    if (m->n_left_out > 0) {
        add_line(out, lang, W_SURVIVAL_LEFT_OUT,
                 (const char *const[]){numeral_count(m->n_left_out).text, NULL});
    }
    add_wear(out, m, lang);
    add_replacement(out, m, lang);
    add_trial(out, m, lang);
    add_groups(out, m, lang, look);
    add_effects(out, m, lang, look);
    add_warnings(out, m, lang, look);
    text_addz(out, "\n");
    add_line(out, lang, W_CARD_FINGERPRINT, (const char *const[]){m->fingerprint, m->data, NULL});
}

// ---- JSON

static void add_value_json(struct json *json, const char *key, double value, double low,
                           double high) {
    json_open_object(json, key);
    json_add_number(json, "value", value);
    json_add_number(json, "low", low);
    json_add_number(json, "high", high);
    json_close(json);
}

static void add_replacement_json(struct json *json, const struct survival_model *m) {
    const struct replacement *r = &m->replacement;
    json_open_object(json, "replacement");
    json_add_bool(json, "is_planned", r->is_planned);
    json_add_bool(json, "is_sure", r->is_sure);
    json_add_number(json, "age", r->age);
    add_value_json(json, "saving", r->saving.value, r->saving.low, r->saving.high);
    json_add_number(json, "surviving", r->surviving);
    json_add_number(json, "cost_planned", m->cost_planned);
    json_add_number(json, "cost_failure", m->cost_failure);
    json_close(json);
}

static void add_curves_json(struct json *json, const struct survival_model *m) {
    json_add_string(json, "group", m->group);
    json_add_number(json, "group_p", m->group_p);
    json_open_list(json, "curves");
    for (uint32_t k = 0; k < m->n_curve; k++) {
        const struct survival_curve *curve = &m->curve[k];
        json_open_object(json, NULL);
        json_add_string(json, "name", curve->name);
        json_add_count(json, "n", curve->n);
        json_add_count(json, "n_failed", curve->n_failed);
        add_value_json(json, "median", curve->median.value, curve->median.low, curve->median.high);
        json_open_list(json, "points");
        for (uint32_t i = 0; i < curve->n_point; i++) {
            const struct survival_point *p = &curve->point[i];
            json_open_object(json, NULL);
            json_add_number(json, "age", p->age);
            json_add_number(json, "surviving", p->surviving);
            json_add_number(json, "low", p->low);
            json_add_number(json, "high", p->high);
            json_close(json);
        }
        json_close(json);
        json_close(json);
    }
    json_close(json);
}

static void add_effects_json(struct json *json, const struct survival_model *m) {
    json_open_list(json, "effects");
    for (uint32_t i = 0; i < m->n_effect; i++) {
        const struct survival_effect *effect = &m->effect[i];
        struct text name;
        text_init(&name, NAME_BYTES);
        recipe_name_feature(&m->recipe, effect->feature, &name);
        json_open_object(json, NULL);
        json_add_string(json, "feature", name.bytes ? name.bytes : "");
        json_add_number(json, "step", effect->step);
        json_add_number(json, "ratio", effect->ratio);
        json_add_number(json, "low", effect->low);
        json_add_number(json, "high", effect->high);
        json_add_number(json, "p", effect->p);
        json_add_bool(json, "is_used", effect->coefficient != 0);
        json_add_bool(json, "changes_with_age", effect->changes_with_age);
        json_close(json);
        text_fini(&name);
    }
    json_close(json);
}

static void add_weibull_json(struct json *json, const struct survival_model *m) {
    const struct weibull *w = &m->weibull;
    const struct weibull_value tenth = weibull_quantile(w, 0.1), half = weibull_quantile(w, 0.5);
    json_open_object(json, "weibull");
    add_value_json(json, "shape", w->shape.value, w->shape.low, w->shape.high);
    add_value_json(json, "scale", w->scale.value, w->scale.low, w->scale.high);
    add_value_json(json, "tenth", tenth.value, tenth.low, tenth.high);
    add_value_json(json, "half", half.value, half.low, half.high);
    json_close(json);
}

void survival_card_add_json(struct text *out, const struct survival_model *m) {
    struct json json;
    json_writer_init(&json, out);
    json_open_object(&json, NULL);
    json_add_string(&json, "goal", "survival");
    json_add_string(&json, "age", m->age);
    json_add_string(&json, "counted_in", m->counted_in);
    json_add_string(&json, "ended", m->ended);
    json_add_string(&json, "data", m->title);
    json_add_string(&json, "data_fingerprint", m->data);
    json_add_string(&json, "fingerprint", m->fingerprint);
    json_add_string(&json, "version", m->version);
    json_add_count(&json, "seed", m->seed);
    json_add_count(&json, "n_life", m->n_life);
    json_add_count(&json, "n_failed", m->n_failed);
    json_add_count(&json, "n_left_out", m->n_left_out);
    json_add_number(&json, "level", m->level);
    json_add_number(&json, "horizon", m->horizon);
    add_value_json(&json, "concordance", m->concordance.value, m->concordance.low,
                   m->concordance.high);
    add_value_json(&json, "coverage", m->coverage.value, m->coverage.low, m->coverage.high);
    add_weibull_json(&json, m);
    add_replacement_json(&json, m);
    add_effects_json(&json, m);
    add_curves_json(&json, m);
    json_open_list(&json, "warnings");
    for (uint32_t i = 0; i < N_SURVIVAL_WARNING; i++) {
        if (m->warnings >> i & 1) {
            json_add_string(&json, NULL, survival_warning_key((enum survival_warning)i));
        }
    }
    json_close(&json);
    json_close(&json);
}
