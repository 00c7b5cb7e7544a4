#include "study/models/cards/fault_card.h"

#include <math.h>

#include "study/json_writer.h"
#include "study/models/cards/card.h"
#include "study/quality/sentences.h"

enum { NAME_BYTES = 1 << 16, SOON = 3, FAULTS_LISTED = 12 };

static const double hardly = 0.1, often = 0.1; // shares of alarms, of names that are another's

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

static struct numeral share(double value) {
    static const struct numeral unknown = {.text = "-"};
    return !isfinite(value) ? unknown : value == 0 ? numeral_percent(0, 0) : told_share(value);
}

static void add_figures(struct text *out, const struct fault_model *m, enum lang lang) {
    add_line(out, lang, W_FAULTS_FALSE,
             (const char *const[]){share(m->alpha).text, numeral_count(m->n_normal_tried).text,
                                   share(m->false_alarms.value).text,
                                   share(m->false_alarms.low).text,
                                   share(m->false_alarms.high).text, NULL});
    if (isfinite(m->detected.value)) {
        add_line(out, lang, W_FAULTS_SEEN,
                 (const char *const[]){share(m->detected.value).text, share(m->detected.low).text,
                                       share(m->detected.high).text, NULL});
    }
    if (isfinite(m->named.value)) {
        add_line(out, lang, W_FAULTS_RIGHT,
                 (const char *const[]){share(m->named.value).text, share(m->named.low).text,
                                       share(m->named.high).text, share(m->unknown.value).text,
                                       NULL});
    }
    if (isfinite(m->unseen.value)) {
        add_line(out, lang, W_FAULTS_NEW,
                 (const char *const[]){share(m->unseen.value).text, share(m->unseen.low).text,
                                       share(m->unseen.high).text, NULL});
    }
}

// ---- the faults in sentences

static bool is_hardly_seen(const struct fault_told *told) { return told->detected.value < hardly; }
static bool is_seen_soon(const struct fault_told *told) {
    return !is_hardly_seen(told) && told->delay < SOON;
}
static bool is_seen_late(const struct fault_told *told) {
    return !is_hardly_seen(told) && told->delay >= SOON;
}
static bool is_often_taken(const struct fault_told *told) {
    return told->taken_for != FAULT_NONE && told->taken >= often;
}

static void add_item(struct text *out, const struct fault_model *m, const struct fault_told *told,
                     enum word item, enum lang lang) {
    if (item == W_FAULTS_AFTER) {
        words_add(out, lang, item,
                  (const char *const[]){told->name, numeral(told->delay, 0).text, NULL});
    } else if (item == W_FAULTS_FOR) {
        words_add(out, lang, item,
                  (const char *const[]){told->name, m->told[told->taken_for].name,
                                        share(told->taken).text, NULL});
    } else {
        text_addz(out, told->name);
    }
}

// A sentence with the faults of which something is true; nothing where there is none.
static void add_list(struct text *out, const struct fault_model *m, enum word sentence,
                     enum word item, bool (*is_so)(const struct fault_told *told), enum lang lang) {
    struct text list;
    uint32_t n = 0;
    text_init(&list, NAME_BYTES);
    for (uint32_t k = 0; k < m->n_fault; k++) {
        if (!is_so(&m->told[k])) {
            continue;
        }
        if (n++ < FAULTS_LISTED) {
            text_addz(&list, n > 1 ? ", " : "");
            add_item(&list, m, &m->told[k], item, lang);
        }
    }
    text_addz(&list, n > FAULTS_LISTED ? ", ..." : "");
    if (n > 0 && list.bytes) {
        add_line(out, lang, sentence, (const char *const[]){list.bytes, NULL});
    }
    text_fini(&list);
}

static void add_sentences(struct text *out, const struct fault_model *m, enum lang lang) {
    add_list(out, m, W_FAULTS_AT_ONCE, W_FAULTS_FAULT, is_seen_soon, lang);
    add_list(out, m, W_FAULTS_LATE, W_FAULTS_AFTER, is_seen_late, lang);
    add_list(out, m, W_FAULTS_HARDLY, W_FAULTS_FAULT, is_hardly_seen, lang);
    add_list(out, m, W_FAULTS_TAKEN, W_FAULTS_FOR, is_often_taken, lang);
}

// ---- the faults in a table

static void add_row(struct table *table, const struct fault_model *m, const struct fault_told *told,
                    enum lang lang) {
    struct text cell;
    table_add(table, STYLE_PLAIN, told->name);
    table_add(table, STYLE_PLAIN, numeral_count(told->n_row).text);
    table_add(table, STYLE_PLAIN, numeral_count(told->n_run).text);
    table_add(table, is_hardly_seen(told) ? STYLE_WARN : STYLE_STRONG,
              share(told->detected.value).text);
    text_init(&cell, NAME_BYTES);
    if (told->delay >= SOON) {
        words_add(&cell, lang, W_FAULTS_SAMPLES,
                  (const char *const[]){numeral(told->delay, 0).text, NULL});
    } else {
        text_addz(&cell, word(lang, isfinite(told->delay) ? W_FAULTS_NOW : W_FAULTS_NEVER));
    }
    table_add(table, STYLE_PLAIN, cell.bytes ? cell.bytes : "");
    table_add(table, STYLE_STRONG, share(told->named.value).text);
    table_add(table, STYLE_PLAIN, share(told->unknown).text);
    text_clear(&cell);
    if (told->taken_for != FAULT_NONE) {
        text_addf(&cell, "%s (%s)", m->told[told->taken_for].name, share(told->taken).text);
    }
    table_add(table, is_often_taken(told) ? STYLE_WARN : STYLE_PLAIN, cell.bytes ? cell.bytes : "");
    text_fini(&cell);
}

static void add_faults(struct text *out, const struct fault_model *m, enum lang lang,
                       struct look look) {
    static const enum word titles[] = {W_FAULTS_FAULT,  W_FAULTS_N_ROW, W_FAULTS_N_RUN,
                                       W_FAULTS_ALARMS, W_FAULTS_FIRST, W_FAULTS_NAMED,
                                       W_FAULTS_UNKNOWN};
    struct table table;
    if (m->n_fault == 0) {
        return;
    }
    add_heading(out, look, word(lang, W_FAULTS_EACH));
    add_sentences(out, m, lang);
    table_init(&table);
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++) {
        table_column(&table, i == 0 ? ALIGN_LEFT : ALIGN_RIGHT, word(lang, titles[i]));
    }
    table_column(&table, ALIGN_LEFT, word(lang, W_FAULTS_TAKEN_FOR));
    for (uint32_t k = 0; k < m->n_fault; k++) {
        add_row(&table, m, &m->told[k], lang);
    }
    table_print(&table, look, out);
    table_fini(&table);
}

// ---- the whole

static void add_warnings(struct text *out, const struct fault_model *m, enum lang lang,
                         struct look look) {
    if (m->warnings == 0) {
        return;
    }
    add_heading(out, look, word(lang, W_CARD_BEWARE));
    for (uint32_t i = 0; i < N_FAULT_WARNING; i++) {
        if (m->warnings >> i & 1) {
            card_add_warning(out, look, fault_warning_text((enum fault_warning)i, lang == LANG_KO));
        }
    }
}

void fault_card_add_text(struct text *out, const struct fault_model *m, enum lang lang,
                         struct look look) {
    struct text title;
    text_init(&title, NAME_BYTES);
    words_add(&title, lang, W_FAULTS_TITLE, (const char *const[]){m->title, NULL});
    table_styled(out, look, STYLE_STRONG, title.bytes ? title.bytes : "");
    text_addz(out, "\n");
    text_fini(&title);
    add_line(out, lang, W_FAULTS_ROWS,
             (const char *const[]){numeral_count(m->n_normal).text, numeral_count(m->n_column).text,
                                   numeral_count(m->n_run).text, numeral_count(m->n_fault).text,
                                   NULL});
    if (m->target[0]) {
        add_line(out, lang, W_FAULTS_NORMAL, (const char *const[]){m->target, m->normal, NULL});
    }
    if (m->n_left_out > 0) {
        add_line(out, lang, W_FAULTS_LEFT_OUT,
                 (const char *const[]){numeral_count(m->n_left_out).text, NULL});
    }
    add_figures(out, m, lang);
    add_faults(out, m, lang, look);
    add_warnings(out, m, lang, look);
    text_addz(out, "\n");
    add_line(out, lang, W_CARD_FINGERPRINT, (const char *const[]){m->fingerprint, m->data, NULL});
}

void fault_card_add_why(struct text *out, const struct fault_model *model,
                        const struct fault_answer *answer, enum lang lang) {
    const struct numeral over = told_number(answer->statistic);
    if (!answer->is_alarm) {
        words_add(out, lang, W_FAULTS_WHY_QUIET,
                  (const char *const[]){share(answer->statistic).text, NULL});
        return;
    }
    words_add(
        out, lang, answer->n_cause > 0 ? W_FAULTS_WHY_ALARM : W_FAULTS_WHY_BARE,
        (const char *const[]){
            over.text, answer->n_cause > 0 ? model->column[answer->cause[0].column] : "", NULL});
    if (answer->has_name) {
        text_addz(out, " ");
        words_add(out, lang, answer->name.is_unknown ? W_FAULTS_WHY_UNKNOWN : W_FAULTS_WHY_NAME,
                  (const char *const[]){model->told[answer->name.fault].name,
                                        share((double)answer->name.probability).text, NULL});
    }
}

// ---- JSON

static void add_figure_json(struct json *json, const char *key, const struct fault_figure *figure) {
    json_open_object(json, key);
    json_add_number(json, "value", figure->value);
    json_add_number(json, "low", figure->low);
    json_add_number(json, "high", figure->high);
    json_close(json);
}

static void add_faults_json(struct json *json, const struct fault_model *m) {
    json_open_list(json, "faults");
    for (uint32_t k = 0; k < m->n_fault; k++) {
        const struct fault_told *told = &m->told[k];
        json_open_object(json, NULL);
        json_add_string(json, "name", told->name);
        json_add_count(json, "n_row", told->n_row);
        json_add_count(json, "n_run", told->n_run);
        json_add_count(json, "n_missed", told->n_missed);
        json_add_count(json, "n_tried", told->n_tried);
        json_add_bool(json, "is_learnt", told->is_learnt);
        json_add_bool(json, "is_by_run", told->is_by_run);
        json_add_number(json, "delay", told->delay);
        add_figure_json(json, "detected", &told->detected);
        add_figure_json(json, "named", &told->named);
        json_add_number(json, "unknown", told->unknown);
        json_add_number(json, "unseen", told->unseen);
        json_add_string(json, "taken_for",
                        told->taken_for == FAULT_NONE ? NULL : m->told[told->taken_for].name);
        json_add_number(json, "taken", told->taken);
        json_close(json);
    }
    json_close(json);
}

static void add_confusion_json(struct json *json, const struct fault_model *m) {
    const uint32_t n = m->trees.n_fault;
    json_open_list(json, "confusion");
    for (uint32_t truth = 0; truth < n; truth++) {
        for (uint32_t said = 0; said < n; said++) {
            if (m->confusion[truth * n + said] > 0) {
                json_open_object(json, NULL);
                json_add_string(json, "fault", m->told[m->class_fault[truth]].name);
                json_add_string(json, "said", m->told[m->class_fault[said]].name);
                json_add_count(json, "n", m->confusion[truth * n + said]);
                json_close(json);
            }
        }
    }
    json_close(json);
}

void fault_card_add_json(struct text *out, const struct fault_model *m) {
    struct json json;
    json_writer_init(&json, out);
    json_open_object(&json, NULL);
    json_add_string(&json, "goal", "faults");
    json_add_string(&json, "data", m->title);
    json_add_string(&json, "data_fingerprint", m->data);
    json_add_string(&json, "fingerprint", m->fingerprint);
    json_add_string(&json, "version", m->version);
    json_add_string(&json, "target", m->target);
    json_add_string(&json, "normal", m->normal);
    json_add_string(&json, "unit", m->unit);
    json_add_string(&json, "order", m->order);
    json_add_count(&json, "n_column", m->n_column);
    json_add_count(&json, "n_normal", m->n_normal);
    json_add_count(&json, "n_normal_tried", m->n_normal_tried);
    json_add_count(&json, "n_run", m->n_run);
    json_add_count(&json, "n_left_out", m->n_left_out);
    json_add_number(&json, "alpha", m->alpha);
    add_figure_json(&json, "false_alarms", &m->false_alarms);
    add_figure_json(&json, "detected", &m->detected);
    add_figure_json(&json, "named", &m->named);
    add_figure_json(&json, "unknown", &m->unknown);
    add_figure_json(&json, "unseen", &m->unseen);
    add_faults_json(&json, m);
    add_confusion_json(&json, m);
    json_open_list(&json, "warnings");
    for (uint32_t i = 0; i < N_FAULT_WARNING; i++) {
        if (m->warnings >> i & 1) {
            json_add_string(&json, NULL, fault_warning_key((enum fault_warning)i));
        }
    }
    json_close(&json);
    json_close(&json);
}
