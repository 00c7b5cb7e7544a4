#include <stdio.h>
#include <string.h>

#include "study/quality/quality_json_inside.h"

// What was understood of a file, in words that are hints again: a reader corrects one and sends it back (quality_hints.h).

enum { N_EXAMPLE = 3, EXAMPLE_BYTES = 120, WORDS_MOST = 200, MINUTE_MS = 60000 };

// ---- the file

static void add_sheets(struct json *json, const struct workbook *workbook) {
    json_open_list(json, "sheets");
    for (uint32_t i = 0; i < workbook->n_sheet; i++) {
        json_add_string(json, NULL, workbook->sheet[i].name);
    }
    json_close(json);
    json_add_string(json, "sheet",
                    workbook->n_sheet > 0 ? workbook->sheet[workbook->chosen].name : NULL);
}

static void add_sign(struct json *json, const char *key, char sign) {
    const char text[] = {sign, '\0'};
    json_add_string(json, key, sign ? text : NULL);
}

static void add_left_out(struct json *json, const struct sheet_reading *reading) {
    static const char *const key[N_SHEET_WHY] = {"title", "total", "note", "headerAgain", "limits"};
    json_open_object(json, "leftOut");
    for (int why = 0; why < N_SHEET_WHY; why++) {
        json_add_count(json, key[why], reading->n_left_out[why]);
    }
    json_close(json);
    json_open_list(json, "leftOutLines");
    for (uint32_t i = 0; i < reading->n_shown; i++) {
        const struct sheet_left_out *one = &reading->left_out[i];
        json_open_object(json, NULL);
        json_add_count(json, "line", one->line);
        json_add_string(json, "why", key[one->why]);
        json_add_string(json, "text", one->text);
        json_close(json);
    }
    json_close(json);
}

void quality_json_add_reading(struct json *json, const struct quality_file *file) {
    const struct sheet_reading *reading = &file->reading;
    json_open_object(json, "reading");
    json_add_bool(json, "workbook", file->is_workbook);
    add_sheets(json, &file->workbook);
    json_add_string(json, "charset", charset_name((enum charset)file->charset));
    json_add_string(json, "separator", quality_separator_name(reading->separator));
    add_sign(json, "decimal", reading->decimal);
    add_sign(json, "thousands", reading->thousands);
    json_add_bool(json, "ambiguous", reading->is_ambiguous);
    json_open_list(json, "headLines");
    for (uint32_t i = 0; i < reading->n_head; i++) {
        json_add_count(json, NULL, reading->head_line[i]);
    }
    json_close(json);
    json_add_count(json, "unitLine", reading->unit_line);
    json_add_count(json, "firstLine", reading->first_line);
    json_add_count(json, "blankLines", reading->n_blank);
    add_left_out(json, reading);
    json_add_count(json, "cellsBeyond", reading->n_beyond);
    json_close(json);
}

// ---- the verdict

static void add_bad_words(struct json *json, const struct quality *q) {
    const struct target *target = &q->roles.target;
    const struct names *words = &q->frame->column[target->column].words;
    json_open_list(json, "bad");
    for (uint32_t i = 0; target->is_bad_word && i < words->n; i++) {
        if (target->is_bad_word[i]) {
            json_add_string(json, NULL, words->name[i]);
        }
    }
    json_close(json);
    json_open_list(json, "words");
    for (uint32_t i = 0; i < words->n && i < WORDS_MOST; i++) {
        json_add_string(json, NULL, words->name[i]);
    }
    json_close(json);
}

void quality_json_add_target(struct json *json, const struct quality *q) {
    static const char *const form[N_TARGET_FORM] = {"none",  "word",   "flag",
                                                    "count", "limits", "number"};
    const struct target *target = &q->roles.target;
    json_open_object(json, "target");
    json_add_string(json, "form", form[target->form]);
    if (target->form != TARGET_NONE) {
        json_add_string(json, "column", q->frame->column[target->column].name);
        json_add_bool(json, "guessed", target->is_guessed);
        json_add_number(json, "lower", target->lower);
        json_add_number(json, "upper", target->upper);
    }
    if (target->form == TARGET_WORD) {
        add_bad_words(json, q);
    } else if (target->form == TARGET_FLAG) {
        json_add_number(json, "good", target->good);
    } else if (target->form == TARGET_NUMBER) {
        json_add_bool(json, "lowIsBad", target->is_low_bad);
    }
    json_close(json);
}

// ---- columns

// A cell as people would write it; false: it is empty.
static bool write_cell(const struct quality *q, const struct frame_column *column, uint32_t row,
                       char out[EXAMPLE_BYTES]) {
    if (column->kind == FRAME_NUMBER) {
        snprintf(out, EXAMPLE_BYTES, "%.9g", column->number[row]);
        return column->number[row] == column->number[row];
    }
    if (column->kind == FRAME_TIME) {
        char when[CLOCK_TEXT_BYTES] = "";
        if (column->time[row] != FRAME_NO_TIME) {
            clock_text(column->time[row] / 1000 + (int64_t)q->offset_min * MINUTE_MS, when);
        }
        snprintf(out, EXAMPLE_BYTES, "%.10s %.5s", when, when[0] ? when + 11 : "");
        return when[0] != '\0';
    }
    if (column->kind == FRAME_EMPTY || column->word[row] == FRAME_NO_WORD) {
        return false;
    }
    const char *word = column->words.name[column->word[row]];
    size_t n = strlen(word) < EXAMPLE_BYTES - 1 ? strlen(word) : EXAMPLE_BYTES - 1;
    while (n > 0 && n < strlen(word) && ((unsigned char)word[n] & 0xC0) == 0x80) {
        n--; // a letter is whole
    }
    snprintf(out, EXAMPLE_BYTES, "%.*s", (int)n, word);
    return true;
}

// The first values that differ from the ones before.
static void add_examples(struct json *json, const struct quality *q,
                         const struct frame_column *column) {
    char example[N_EXAMPLE][EXAMPLE_BYTES];
    uint32_t n = 0;
    json_open_list(json, "examples");
    for (uint32_t row = 0; row < q->frame->n_row && n < N_EXAMPLE; row++) {
        bool is_new = write_cell(q, column, row, example[n]);
        for (uint32_t k = 0; is_new && k < n; k++) {
            is_new = strcmp(example[k], example[n]) != 0;
        }
        if (is_new) {
            json_add_string(json, NULL, example[n++]);
        }
    }
    json_close(json);
}

static void add_sheet_column(struct json *json, const struct sheet_column *column) {
    json_add_count(json, "fileColumn", column->column);
    json_add_string(json, "dates",
                    column->form < N_MOMENT_FORM ? moment_form_name((enum moment_form)column->form)
                                                 : NULL);
    json_add_bool(json, "ambiguous", column->is_ambiguous);
    json_add_number(json, "lower", column->lower);
    json_add_number(json, "upper", column->upper);
    json_open_list(json, "oddCells");
    for (uint32_t i = 0; i < column->n_shown; i++) {
        json_open_object(json, NULL);
        json_add_count(json, "line", column->odd[i].line);
        json_add_string(json, "text", column->odd[i].text);
        json_close(json);
    }
    json_close(json);
}

static void add_column(struct json *json, const struct quality *q, uint32_t i) {
    const struct frame_column *column = &q->frame->column[i];
    const enum role role = (enum role)q->roles.column[i].role;
    const enum role_reason reason = (enum role_reason)q->roles.column[i].reason;
    json_open_object(json, NULL);
    json_add_string(json, "name", column->name);
    json_add_string(json, "unit", column->unit);
    json_add_string(json, "kind", quality_kind_name((enum frame_kind)column->kind));
    json_add_string(json, "role", column_role_name(role, false));
    json_add_string(json, "role_ko", column_role_name(role, true));
    json_add_string(json, "why", role_reason_text(reason, false));
    json_add_string(json, "why_ko", role_reason_text(reason, true));
    json_add_bool(json, "said", reason == REASON_SAID);
    json_add_count(json, "missing", column->n_missing);
    json_add_count(json, "odd", column->n_odd);
    if (q->reading && i < q->reading->n_column) {
        add_sheet_column(json, &q->reading->column[i]);
    }
    add_examples(json, q, column);
    json_close(json);
}

void quality_json_add_columns(struct json *json, const struct quality *q) {
    json_open_list(json, "columns");
    for (uint32_t i = 0; i < q->frame->n_column; i++) {
        add_column(json, q, i);
    }
    json_close(json);
}
