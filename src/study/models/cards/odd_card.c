#include "study/models/cards/odd_card.h"

#include <math.h>

#include "io/clock.h"
#include "study/json_writer.h"
#include "study/models/cards/card.h"
#include "study/quality/sentences.h"

enum { NAME_BYTES = 1 << 16, SEOUL_MIN = 540, DAY_BYTES = 10 };

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

static void add_times(struct text *out, const struct odd_model *m, enum lang lang) {
    char text[4][CLOCK_TEXT_BYTES];
    const int64_t at[] = {m->train_from, m->train_to, m->test_from, m->test_to};
    if (m->train_from == INT64_MIN) {
        return;
    }
    for (size_t i = 0; i < 4; i++) {
        clock_text((at[i] + SEOUL_MIN * INT64_C(60000000)) / 1000, text[i]);
        text[i][DAY_BYTES] = '\0';
    }
    add_line(out, lang, W_CARD_TIMES,
             (const char *const[]){text[0], text[1], text[2], text[3], NULL});
}

static void add_share_line(struct text *out, enum lang lang, enum word id,
                           const struct odd_figure *figure, const char *name) {
    add_line(out, lang, id,
             (const char *const[]){told_share(figure->value).text, told_share(figure->low).text,
                                   told_share(figure->high).text, name, NULL});
}

static void add_label(struct text *out, const struct odd_model *m, enum lang lang,
                      struct look look) {
    if (!m->label[0]) {
        return;
    }
    struct text heading;
    text_init(&heading, NAME_BYTES);
    words_add(&heading, lang, W_ODD_LABEL, (const char *const[]){m->label, NULL});
    add_heading(out, look, heading.bytes ? heading.bytes : "");
    text_fini(&heading);
    if (isfinite(m->bad_of_odd.value)) {
        add_share_line(out, lang, W_ODD_BAD_OF_ODD, &m->bad_of_odd, m->label);
    }
    if (isfinite(m->bad_of_others.value)) {
        add_share_line(out, lang, W_ODD_BAD_OF_OTHERS, &m->bad_of_others, m->label);
    }
    if (isfinite(m->auc.value)) {
        add_line(out, lang, W_ODD_AUC,
                 (const char *const[]){told_number(m->auc.value).text, told_number(m->auc.low).text,
                                       told_number(m->auc.high).text, NULL});
    }
}

static void add_told(struct text *out, const struct odd_model *m, enum lang lang,
                     struct look look) {
    struct table table;
    if (m->n_told == 0) {
        return;
    }
    add_heading(out, look, word(lang, W_ODD_COLUMNS));
    table_init(&table);
    table_column(&table, ALIGN_LEFT, word(lang, W_QUALITY_COLUMN));
    table_column(&table, ALIGN_RIGHT, word(lang, W_ODD_TIMES));
    for (uint32_t i = 0; i < m->n_told; i++) {
        struct text name;
        text_init(&name, NAME_BYTES);
        recipe_name_feature(&m->recipe, m->told[i].feature, &name);
        table_add(&table, STYLE_PLAIN, name.bytes ? name.bytes : "");
        table_add(&table, STYLE_PLAIN, numeral_count(m->told[i].n).text);
        text_fini(&name);
    }
    table_print(&table, look, out);
    table_fini(&table);
}

static void add_warnings(struct text *out, const struct odd_model *m, enum lang lang,
                         struct look look) {
    if (m->warnings == 0) {
        return;
    }
    add_heading(out, look, word(lang, W_CARD_BEWARE));
    for (uint32_t i = 0; i < N_ODD_WARNING; i++) {
        if (m->warnings >> i & 1) {
            card_add_warning(out, look, odd_warning_text((enum odd_warning)i, lang == LANG_KO));
        }
    }
}

void odd_card_add_text(struct text *out, const struct odd_model *m, enum lang lang,
                       struct look look) {
    struct text title;
    text_init(&title, NAME_BYTES);
    words_add(&title, lang, W_ODD_TITLE, (const char *const[]){m->title, NULL});
    table_styled(out, look, STYLE_STRONG, title.bytes ? title.bytes : "");
    text_addz(out, "\n");
    text_fini(&title);
    add_line(out, lang, W_ODD_ROWS,
             (const char *const[]){numeral_count(m->n_train).text, numeral_count(m->n_test).text,
                                   numeral_count(m->anomaly.n_moving).text, NULL});
    add_times(out, m, lang);
    add_line(out, lang, W_ODD_ALPHA, (const char *const[]){told_share(m->alpha).text, NULL});
    add_share_line(out, lang, W_ODD_LATER, &m->odd, "");
    add_label(out, m, lang, look);
    add_told(out, m, lang, look);
    add_warnings(out, m, lang, look);
    text_addz(out, "\n");
    add_line(out, lang, W_CARD_FINGERPRINT, (const char *const[]){m->fingerprint, m->data, NULL});
}

// ---- JSON

static void add_figure_json(struct json *json, const char *key, const struct odd_figure *figure) {
    json_open_object(json, key);
    json_add_number(json, "value", figure->value);
    json_add_number(json, "low", figure->low);
    json_add_number(json, "high", figure->high);
    json_close(json);
}

static void add_time_json(struct json *json, const char *key, int64_t at) {
    char text[CLOCK_TEXT_BYTES];
    if (at != INT64_MIN) {
        clock_text(at / 1000, text);
    }
    json_add_string(json, key, at == INT64_MIN ? NULL : text);
}

void odd_card_add_json(struct text *out, const struct odd_model *m) {
    struct json json;
    json_writer_init(&json, out);
    json_open_object(&json, NULL);
    json_add_string(&json, "goal", "odd");
    json_add_string(&json, "data", m->title);
    json_add_string(&json, "data_fingerprint", m->data);
    json_add_string(&json, "fingerprint", m->fingerprint);
    json_add_string(&json, "version", m->version);
    json_add_count(&json, "n_train", m->n_train);
    json_add_count(&json, "n_test", m->n_test);
    json_add_count(&json, "n_odd", m->n_odd);
    json_add_count(&json, "n_column", m->anomaly.n_moving);
    add_time_json(&json, "train_from", m->train_from);
    add_time_json(&json, "train_to", m->train_to);
    add_time_json(&json, "test_from", m->test_from);
    add_time_json(&json, "test_to", m->test_to);
    json_add_number(&json, "false_alarms", m->alpha);
    add_figure_json(&json, "odd", &m->odd);
    json_add_string(&json, "label", m->label);
    add_figure_json(&json, "auc", &m->auc);
    add_figure_json(&json, "bad_of_odd", &m->bad_of_odd);
    add_figure_json(&json, "bad_of_others", &m->bad_of_others);
    json_open_list(&json, "columns");
    for (uint32_t i = 0; i < m->n_told; i++) {
        struct text name;
        text_init(&name, NAME_BYTES);
        recipe_name_feature(&m->recipe, m->told[i].feature, &name);
        json_open_object(&json, NULL);
        json_add_string(&json, "feature", name.bytes ? name.bytes : "");
        json_add_count(&json, "n", m->told[i].n);
        json_close(&json);
        text_fini(&name);
    }
    json_close(&json);
    json_open_list(&json, "warnings");
    for (uint32_t i = 0; i < N_ODD_WARNING; i++) {
        if (m->warnings >> i & 1) {
            json_add_string(&json, NULL, odd_warning_key((enum odd_warning)i));
        }
    }
    json_close(&json);
    json_close(&json);
}
