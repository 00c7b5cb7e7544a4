#include <math.h>

#include "study/quality/quality_capability.h"
#include "study/quality/sentences_inside.h"

// What was understood of a file: lines that are no rows, numbers and dates that could mean something else, the verdict, limits that are written,
// and columns that were left out.

enum { MAX_LEFT_OUT = 20, MAX_ODD = 10 };

// "< 9.95, > 10.05", of those sides that there are.
static void add_limits(double lower, double upper, struct text *out) {
    if (!isnan(lower)) {
        text_addf(out, "< %s", told_number(lower).text);
    }
    if (!isnan(upper)) {
        text_addf(out, "%s> %s", isnan(lower) ? "" : ", ", told_number(upper).text);
    }
}

static void list_bad(const struct telling *t, struct text *out) {
    const struct target *target = &t->q->roles.target;
    const struct frame_column *column = &t->q->frame->column[target->column];
    uint32_t word[TOLD_LIST_MOST], n = 0;
    if (target->form == TARGET_FLAG) {
        text_addz(out, target->good == 0.0 ? "1" : target->good == 1.0 ? "0" : "");
        if (target->good != 0.0 && target->good != 1.0) {
            text_addf(out, "≠ %s", told_number(target->good).text);
        }
        return;
    }
    if (target->form == TARGET_LIMITS) {
        add_limits(target->lower, target->upper, out);
        return;
    }
    for (uint32_t i = 0; target->is_bad_word && i < column->words.n && n < TOLD_LIST_MOST; i++) {
        if (target->is_bad_word[i]) {
            word[n++] = i;
        }
    }
    told_list_words(column, word, n, out);
    if (target->form == TARGET_COUNT) {
        text_addz(out, told_name(t, target->of_column));
    }
}

static enum told_word target_word(const struct target *target) {
    switch ((enum target_form)target->form) {
    case TARGET_COUNT:
        return target->of_is_rest      ? TW_TARGET_COUNT_REST
               : target->is_good_count ? TW_TARGET_COUNT_GOOD
                                       : TW_TARGET_COUNT;
    case TARGET_LIMITS:
        return isnan(target->lower) && isnan(target->upper) ? TW_TARGET : TW_TARGET_LIMITS;
    case TARGET_NUMBER:
        return target->is_low_bad ? TW_TARGET_NUMBER_LOW : TW_TARGET_NUMBER_HIGH;
    case TARGET_WORD:
    case TARGET_FLAG:
    case TARGET_NONE:
    case N_TARGET_FORM:
        break;
    }
    return target->is_guessed ? TW_TARGET_GUESSED : TW_TARGET;
}

static void tell_target(struct telling *t) {
    const struct target *target = &t->q->roles.target;
    if (target->form == TARGET_NONE) {
        told_say(t, TOLD_READ, TOLD_UNSURE, TW_TARGET_NONE, NULL);
        return;
    }
    struct text bad;
    text_init(&bad, TOLD_LIST_BYTES);
    list_bad(t, &bad);
    const char *const arguments[] = {told_name(t, target->column), bad.bytes ? bad.bytes : ""};
    struct told_sentence *sentence =
        told_say(t, TOLD_READ, target->is_guessed ? TOLD_UNSURE : TOLD_PLAIN, target_word(target),
                 arguments);
    if (sentence) {
        sentence->column = target->column;
    }
    text_fini(&bad);
}

// How the file was read, as far as it could have been read otherwise.
static void tell_file(struct telling *t, const struct sheet_reading *reading) {
    const uint32_t n_left = reading->n_left_out[SHEET_TOTAL] + reading->n_left_out[SHEET_NOTE];
    const struct sheet_left_out *first = NULL;
    for (uint32_t i = 0; i < reading->n_shown && !first; i++) {
        const uint8_t why = reading->left_out[i].why;
        first = why == SHEET_TOTAL || why == SHEET_NOTE ? &reading->left_out[i] : NULL;
    }
    const struct numeral titles = numeral_count(reading->n_left_out[SHEET_TITLE]);
    const struct numeral n = numeral_count(n_left), line = numeral_count(first ? first->line : 0);
    const char *const of_titles[] = {titles.text};
    const char *const of_total[] = {line.text, first ? first->text : ""};
    const char *const of_totals[] = {n.text, line.text, first ? first->text : ""};
    if (reading->n_left_out[SHEET_TITLE] > 0) {
        told_say(t, TOLD_READ, TOLD_PLAIN, TW_TITLES, of_titles);
    }
    if (n_left == 1 && first) {
        told_say(t, TOLD_READ, TOLD_PLAIN, TW_TOTAL, of_total);
    } else if (n_left > 1 && first) {
        told_say(t, TOLD_READ, TOLD_PLAIN, TW_TOTALS, of_totals);
    }
    if (reading->n_head == 0) {
        told_say(t, TOLD_READ, TOLD_UNSURE, TW_NO_HEADER, NULL);
    }
    if (reading->decimal == ',') {
        told_say(t, TOLD_READ, TOLD_PLAIN, TW_DECIMAL_COMMA, NULL);
    } else if (reading->is_ambiguous) {
        told_say(t, TOLD_READ, TOLD_UNSURE, TW_AMBIGUOUS_NUMBER, NULL);
    }
}

static void tell_cells(struct telling *t, const struct sheet_reading *reading) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < reading->n_column && i < t->q->frame->n_column; i++) {
        const struct sheet_column *column = &reading->column[i];
        const char *const name[] = {told_name(t, i)};
        if (column->is_ambiguous) {
            told_say(t, TOLD_READ, TOLD_UNSURE, TW_AMBIGUOUS_DATE, name);
        }
        if (column->n_shown > 0 && n++ < MAX_ODD) {
            const struct numeral count = numeral_count(t->q->frame->column[i].n_odd);
            const struct numeral line = numeral_count(column->odd[0].line);
            const char *const arguments[] = {told_name(t, i), count.text, column->odd[0].text,
                                             line.text};
            struct told_sentence *sentence = told_say(t, TOLD_READ, TOLD_UNSURE, TW_ODD, arguments);
            if (sentence) {
                sentence->column = i;
            }
        }
    }
}

static void tell_limits(struct telling *t) {
    const struct quality *q = t->q;
    struct text list[N_LANG];
    uint32_t n = 0;
    for (int lang = 0; lang < N_LANG; lang++) {
        text_init(&list[lang], TOLD_LIST_BYTES);
    }
    for (uint32_t i = 0; i < q->frame->n_column; i++) {
        struct specification spec;
        if (!quality_limits_written(q, i, &spec) || n++ >= TOLD_LIST_MOST) {
            continue;
        }
        for (int lang = 0; lang < N_LANG; lang++) {
            text_addf(&list[lang], "%s\"%s\" ", n > 1 ? ", " : "", told_name(t, i));
            told_add_range(&spec, (enum lang)lang, &list[lang]);
        }
    }
    for (int lang = 0; n > TOLD_LIST_MOST && lang < N_LANG; lang++) {
        text_addf(&list[lang], ", +%u", n - TOLD_LIST_MOST);
    }
    const char *const en[] = {list[LANG_EN].bytes ? list[LANG_EN].bytes : ""};
    const char *const ko[] = {list[LANG_KO].bytes ? list[LANG_KO].bytes : ""};
    const char *const *const both[N_LANG] = {en, ko};
    if (n > 0) {
        told_say_each(t, TOLD_READ, TOLD_PLAIN, TW_LIMITS_READ, both);
    }
    for (int lang = 0; lang < N_LANG; lang++) {
        text_fini(&list[lang]);
    }
}

void told_read(struct telling *t) {
    const struct quality *q = t->q;
    const struct numeral n_row = numeral_count(q->frame->n_row);
    const struct numeral n_column = numeral_count(q->frame->n_column);
    const char *const counts[] = {n_row.text, n_column.text};
    uint32_t n_left = 0;
    told_say(t, TOLD_READ, TOLD_PLAIN, TW_ROWS, counts);
    if (q->reading) {
        tell_file(t, q->reading);
        tell_cells(t, q->reading);
        tell_limits(t);
    }
    tell_target(t);
    if (q->has_time) {
        const char *const name[] = {told_name(t, q->roles.time_column)};
        told_say(t, TOLD_READ, TOLD_PLAIN, TW_TIME, name);
    } else {
        told_say(t, TOLD_READ, TOLD_UNSURE, TW_NO_TIME, NULL);
    }
    for (uint32_t i = 0; i < q->frame->n_column && n_left < MAX_LEFT_OUT; i++) {
        const struct column_role *role = &q->roles.column[i];
        if (role->role == ROLE_LEAK) {
            const enum role_reason reason = (enum role_reason)role->reason;
            const char *const en[] = {told_name(t, i), role_reason_text(reason, false)};
            const char *const ko[] = {told_name(t, i), role_reason_text(reason, true)};
            const char *const *const both[N_LANG] = {en, ko};
            struct told_sentence *sentence =
                told_say_each(t, TOLD_READ, TOLD_UNSURE, TW_LEFT_OUT, both);
            if (sentence) {
                sentence->column = i;
            }
            n_left++;
        }
    }
}
