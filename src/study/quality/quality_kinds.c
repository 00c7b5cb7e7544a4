#include "study/quality/quality_kinds.h"

#include <math.h>

#include "base/status.h"
#include "learn/roles/role_words.h"

static void add_kind(struct quality *q, const char *name, double n) {
    uint32_t at = q->n_kind;
    if (!(n > 0.0) || q->n_kind == QUALITY_MOST_KINDS) {
        return;
    }
    q->n_kind++;
    q->n_of_kinds += n;
    while (at > 0 && q->kind[at - 1].n < n) {
        q->kind[at] = q->kind[at - 1];
        at--;
    }
    q->kind[at] = (struct quality_kind){name, n};
}

static void add_columns(struct quality *q) {
    for (uint32_t k = 0; k < q->frame->n_column; k++) {
        double sum = 0.0;
        if (q->roles.column[k].reason != REASON_PART_OF) {
            continue;
        }
        for (uint32_t i = 0; i < q->frame->n_row; i++) {
            const double x = q->frame->column[k].number[i];
            sum += isnan(x) ? 0.0 : x;
        }
        add_kind(q, q->frame->column[k].name, sum);
    }
}

// Words of a column among bad rows; only: NULL, or the words that count.
static void add_words(struct quality *q, const struct frame_column *column, const bool *only,
                      uint32_t *count) {
    for (uint32_t i = 0; i < q->frame->n_row; i++) {
        const uint32_t word = column->word[i];
        count[word == FRAME_NO_WORD ? column->words.n : word] += q->roles.bad[i] == 1.0;
    }
    for (uint32_t w = 0; w < column->words.n; w++) {
        add_kind(q, column->words.name[w], only && !only[w] ? 0.0 : count[w]);
    }
}

// The column of kinds, n_column: there is none.
static uint32_t find_column(const struct quality *q) {
    uint32_t k = 0;
    while (k < q->frame->n_column &&
           !(q->roles.column[k].role == ROLE_LEAK && q->frame->column[k].kind == FRAME_WORD &&
             words_in_name(WORDS_KIND_NAME, q->frame->column[k].name))) {
        k++;
    }
    return k;
}

maru_status quality_kinds_find(struct quality *q, maru_error *err) {
    const struct frame *frame = q->frame;
    const struct target *target = &q->roles.target;
    const uint32_t of = find_column(q);
    const bool has_words = target->form == TARGET_WORD || of < frame->n_column;
    const struct frame_column *column =
        has_words ? &frame->column[of < frame->n_column ? of : target->column] : NULL;
    const size_t n_word = column ? (size_t)column->words.n + 1 : 1;
    uint32_t *count = arena_take(&q->arena, n_word, sizeof *count);
    q->kind = arena_take(&q->arena, QUALITY_MOST_KINDS, sizeof *q->kind);
    if (!count || !q->kind) {
        return arena_refusal(&q->arena, err);
    }
    add_columns(q);
    if (q->n_kind == 0 && column) {
        add_words(q, column, of < frame->n_column ? NULL : target->is_bad_word, count);
    }
    q->n_kind = q->n_kind > 1 ? q->n_kind : 0;
    return MARU_OK;
}
