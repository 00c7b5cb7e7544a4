#include "study/models/cards/life_card.h"

#include "study/json_writer.h"
#include "study/quality/sentences.h"
#include "study/words/numerals.h"

static void add_line(struct text *out, enum lang lang, enum word id, const char *const *arguments) {
    words_add(out, lang, id, arguments);
    text_addz(out, "\n");
}

static void add_names(struct text *out, const struct life_table *table, bool is_setting) {
    uint32_t n = 0;
    for (uint32_t c = 0; c < table->n_column; c++) {
        if (table->column[c].is_setting == is_setting) {
            text_addf(out, "%s%s", n++ > 0 ? ", " : "", table->column[c].name);
        }
    }
}

void life_card_add_text(struct text *out, const struct life_table *table, enum lang lang) {
    const struct life_parts *parts = life_model_parts(table->model);
    const struct numeral cap = told_number(parts->cap), rmse = told_number(table->rmse);
    struct text names;
    text_init(&names, 1 << 20);
    add_line(out, lang, W_LIFE_TITLE,
             (const char *const[]){table->unit, table->order, table->title, NULL});
    add_line(out, lang, W_LIFE_ROWS,
             (const char *const[]){numeral_count(table->n_unit).text,
                                   numeral_count(table->n_row).text, NULL});
    add_names(&names, table, false);
    add_line(out, lang, W_LIFE_SIGNALS,
             (const char *const[]){names.bytes ? names.bytes : "-", NULL});
    text_clear(&names);
    add_names(&names, table, true);
    if (names.n_bytes > 0) {
        add_line(out, lang, W_LIFE_SETTINGS, (const char *const[]){names.bytes, NULL});
    }
    text_fini(&names);
    add_line(out, lang, W_LIFE_GOOD,
             (const char *const[]){numeral_count(table->n_cut).text, rmse.text, table->counted_in,
                                   NULL});
    add_line(out, lang, W_LIFE_CAP,
             (const char *const[]){cap.text, table->counted_in,
                                   numeral_percent(parts->level, 0).text, NULL});
    add_line(out, lang, W_LIFE_BEWARE, NULL);
    add_line(out, lang, W_CARD_FINGERPRINT,
             (const char *const[]){table->fingerprint, table->data, NULL});
}

void life_card_add_json(struct text *out, const struct life_table *table) {
    const struct life_parts *parts = life_model_parts(table->model);
    struct json json;
    json_writer_init(&json, out);
    json_open_object(&json, NULL);
    json_add_string(&json, "goal", "life");
    json_add_string(&json, "unit", table->unit);
    json_add_string(&json, "order", table->order);
    json_add_string(&json, "counted_in", table->counted_in);
    json_open_list(&json, "columns");
    for (uint32_t c = 0; c < table->n_column; c++) {
        json_open_object(&json, NULL);
        json_add_string(&json, "name", table->column[c].name);
        json_add_bool(&json, "is_setting", table->column[c].is_setting);
        json_close(&json);
    }
    json_close(&json);
    json_add_string(&json, "data", table->title);
    json_add_string(&json, "data_fingerprint", table->data);
    json_add_string(&json, "fingerprint", table->fingerprint);
    json_add_string(&json, "version", table->version);
    json_add_count(&json, "seed", table->seed);
    json_add_count(&json, "n_unit", table->n_unit);
    json_add_count(&json, "n_row", table->n_row);
    json_add_count(&json, "n_held_out", table->n_cut);
    json_add_number(&json, "rmse_held_out", table->rmse);
    json_add_number(&json, "cap", parts->cap);
    json_add_number(&json, "level", parts->level);
    json_close(&json);
}

// ---- answers

static void add_csv(struct text *out, const struct life_asked *asked) {
    text_addz(out, "unit,rows,remaining,low,high,or_more\n");
    for (uint32_t u = 0; u < asked->n_unit; u++) {
        const struct life_answer *answer = &asked->answer[u];
        text_add_csv(out, asked->name[u]);
        text_addf(out, ",%u,", asked->n_row[u]);
        text_add_double(out, answer->remaining);
        text_addz(out, ",");
        text_add_double(out, answer->low);
        text_addz(out, ",");
        text_add_double(out, answer->high);
        text_addz(out, answer->is_open ? ",1\n" : ",0\n");
    }
}

static void add_json(struct text *out, const struct life_table *table,
                     const struct life_asked *asked) {
    struct json json;
    json_writer_init(&json, out);
    json_open_object(&json, NULL);
    json_add_string(&json, "model", table->fingerprint);
    json_add_string(&json, "counted_in", table->counted_in);
    json_open_list(&json, "units");
    for (uint32_t u = 0; u < asked->n_unit; u++) {
        const struct life_answer *answer = &asked->answer[u];
        json_open_object(&json, NULL);
        json_add_string(&json, "unit", asked->name[u]);
        json_add_count(&json, "rows", asked->n_row[u]);
        json_add_number(&json, "remaining", answer->remaining);
        json_add_number(&json, "low", answer->low);
        json_add_number(&json, "high", answer->high);
        json_add_bool(&json, "or_more", answer->is_open);
        json_close(&json);
    }
    json_close(&json);
    json_close(&json);
}

void life_asked_add(struct text *out, const struct life_table *table,
                    const struct life_asked *asked, enum predictions_form form) {
    if (form == PREDICTIONS_JSON) {
        add_json(out, table, asked);
    } else if (form == PREDICTIONS_CSV) {
        add_csv(out, asked);
    } else {
        for (uint32_t u = 0; u < asked->n_unit; u++) {
            text_add_double(out, asked->answer[u].remaining);
            text_addz(out, "\n");
        }
    }
}
