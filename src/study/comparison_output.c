// A comparison as JSON and as tables for a terminal.

#include "study/comparison.h"
#include "study/json_writer.h"
#include "study/table.h"

#include <math.h>
#include <stdio.h>

static const char *const verdict_keys[] = {"none", "better", "worse", "different"};

// ---- JSON ----

static void add_interval(struct json *json, const char *key, struct interval interval) {
    json_open_object(json, key);
    json_add_number(json, "mean", interval.mean);
    json_add_number(json, "half_width", interval.half_width);
    json_add_count(json, "n", interval.n);
    json_close(json);
}

static void add_json_row(struct json *json, const struct comparison *comparison,
                         const struct comparison_row *row, size_t v) {
    const struct difference difference = comparison_of(comparison, row, v);
    json_open_object(json, NULL);
    json_add_string(json, "figure", row->column->key);
    if (row->kind == ROW_CLASS) {
        json_add_string(json, "product", row->product[0] ? row->product : NULL);
        json_add_integer(json, "priority", row->priority);
    } else if (row->kind == ROW_GROUP) {
        json_add_string(json, "group", row->group);
    }
    add_interval(json, "first", difference.a);
    add_interval(json, "this", difference.b);
    add_interval(json, "difference", difference.paired);
    json_add_string(json, "verdict", verdict_keys[difference.verdict]);
    json_close(json);
}

static void add_json_variant(struct json *json, const struct comparison *comparison, size_t v) {
    const struct variant *variant = &comparison->variant[v];
    json_open_object(json, NULL);
    json_add_string(json, "name", variant->name);
    json_add_string(json, "text", variant->text);
    json_open_list(json, "replications");
    for (size_t rep = 0; rep < comparison->n_rep; rep++) {
        const struct run *run = &comparison->run[rep * comparison->n_variant + v];
        json_open_object(json, NULL);
        json_add_count(json, "seed", run->seed);
        json_add_string(json, "status", maru_status_name(run->status));
        json_add_string(json, "digest", run->results ? run->results->digest : NULL);
        for (size_t i = 0; i < N_FIGURE; i++) {
            json_add_number(json, figure_columns[i].key,
                            run->results ? figure_columns[i].of(run->results, 0) : NAN);
        }
        json_close(json);
    }
    json_close(json);
    json_open_list(json, "differences");
    for (size_t i = 0; v > 0 && i < comparison->n_row; i++) {
        add_json_row(json, comparison, &comparison->row[i], v);
    }
    json_close(json);
    json_close(json);
}

void comparison_add_json(struct text *out, const struct comparison *comparison) {
    struct json json;
    json_writer_init(&json, out);
    json_open_object(&json, NULL);
    json_add_string(&json, "maru", maru_version());
    json_open_object(&json, "run");
    json_add_string(&json, "plant", maru_plant_name(comparison->plant));
    json_add_string(&json, "folder", comparison->folder);
    json_add_number(&json, "days", (double)comparison->until_us / (double)MARU_DAY);
    json_add_number(&json, "warmup_days", (double)comparison->warmup_us / (double)MARU_DAY);
    json_add_count(&json, "seed", comparison->seed);
    json_add_count(&json, "replications", comparison->n_rep);
    const struct run *worst =
        runs_worst(comparison->run, comparison->n_rep * comparison->n_variant);
    json_add_bool(&json, "complete", worst == NULL);
    json_add_string(&json, "stopped_because", worst ? worst->err.text : NULL);
    json_close(&json);
    json_open_list(&json, "variants");
    for (size_t v = 0; v < comparison->n_variant; v++) {
        add_json_variant(&json, comparison, v);
    }
    json_close(&json);
    json_close(&json);
}

// ---- terminal ----

static const enum table_style verdict_style[] = {STYLE_DIM, STYLE_GOOD, STYLE_BAD, STYLE_WARN};
static const enum word verdict_word[] = {W_VERDICT_NONE, W_VERDICT_BETTER, W_VERDICT_WORSE,
                                         W_VERDICT_DIFFERENT};

static void add_difference(struct table *table, const struct comparison *comparison,
                           const struct comparison_row *row, size_t v, enum lang lang) {
    const struct difference difference = comparison_of(comparison, row, v);
    const enum column_unit unit = comparison_unit(comparison, row);
    const enum table_style style = verdict_style[difference.verdict];
    const double scale = unit_scale(unit);
    char text[160];
    snprintf(text, sizeof text, "%s ± %s",
             numeral_signed(difference.paired.mean * scale, unit_decimals(unit)).text,
             numeral(difference.paired.half_width * scale, unit_decimals(unit)).text);
    table_add(table, STYLE_PLAIN, numeral(difference.b.mean * scale, unit_decimals(unit)).text);
    table_add(table, style, text);
    table_add(table, style, comparison_change(difference, true).text);
    table_add(table, style, word(lang, verdict_word[difference.verdict]));
}

static void add_table(struct text *out, const struct comparison *comparison, enum lang lang,
                      struct look look) {
    struct table table;
    struct text name;
    table_init(&table);
    text_init(&name, 1 << 12);
    table_column(&table, ALIGN_LEFT, word(lang, W_FIGURE));
    table_column(&table, ALIGN_LEFT, word(lang, W_UNIT));
    table_column(&table, ALIGN_RIGHT, comparison->variant[0].name);
    for (size_t v = 1; v < comparison->n_variant; v++) {
        char title[64];
        table_column(&table, ALIGN_RIGHT, comparison->variant[v].name);
        snprintf(title, sizeof title, "%s − A (95 %%)", comparison->variant[v].name);
        table_column(&table, ALIGN_RIGHT, title);
        table_column(&table, ALIGN_RIGHT, word(lang, W_CHANGE));
        table_column(&table, ALIGN_LEFT, word(lang, W_VERDICT));
    }
    for (size_t i = 0; i < comparison->n_row; i++) {
        const struct comparison_row *row = &comparison->row[i];
        const enum column_unit unit = comparison_unit(comparison, row);
        text_clear(&name);
        comparison_add_row_name(&name, comparison, row, lang);
        table_add(&table, row->kind == ROW_FIGURE ? STYLE_STRONG : STYLE_PLAIN,
                  name.bytes ? name.bytes : "");
        table_add(&table, STYLE_DIM, word(lang, unit_word(unit)));
        table_add(&table, STYLE_PLAIN,
                  numeral(comparison_of(comparison, row, 0).a.mean * unit_scale(unit),
                          unit_decimals(unit))
                      .text);
        for (size_t v = 1; v < comparison->n_variant; v++) {
            add_difference(&table, comparison, row, v, lang);
        }
    }
    table_print(&table, look, out);
    text_fini(&name);
    table_fini(&table);
}

void comparison_add_tables(struct text *out, const struct comparison *comparison, enum lang lang,
                           struct look look) {
    for (size_t v = 1; v < comparison->n_variant; v++) {
        comparison_add_sentence(out, comparison, v, lang);
        text_addz(out, "\n");
    }
    text_addz(out, "\n");
    study_add_heading(out, comparison->plant, comparison->folder, look);
    text_addz(out, " · ");
    const double days = (double)comparison->until_us / (double)MARU_DAY;
    const double warmup = (double)comparison->warmup_us / (double)MARU_DAY;
    char seed[24];
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)comparison->seed);
    words_add(out, lang, comparison->warmup_us > 0 ? W_HEADLINE_WARM : W_HEADLINE,
              (const char *const[]){numeral(days, days == floor(days) ? 0 : 2).text, seed,
                                    numeral(warmup, warmup == floor(warmup) ? 0 : 2).text, NULL});
    text_addz(out, " · ");
    words_add(out, lang, W_HEADLINE_PAIRS,
              (const char *const[]){numeral_count(comparison->n_rep).text, NULL});
    text_addz(out, "\n");
    for (size_t v = 0; v < comparison->n_variant; v++) {
        const struct variant *variant = &comparison->variant[v];
        text_addf(out, "  %s: %s\n", variant->name,
                  variant->text[0] ? variant->text : word(lang, W_VARIANT_AS_IS));
    }
    text_addz(out, "\n");
    add_table(out, comparison, lang, look);
    text_addf(out, "\n%s\n", word(lang, W_PAIRS_EXPLAINED));
}
