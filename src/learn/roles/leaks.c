#include "learn/roles/leaks.h"

#include <math.h>
#include <string.h>

#include "base/status.h"
#include "learn/roles/role_words.h"

// Four looks at each column, on the rows whose verdict is known:
//
//     name      a kind of defect, a cause, a repair: written after the verdict
//     filled    there is a value for bad units and hardly ever for good ones
//     same      good units all have one value, and nearly all units with another value are bad
//     all       its values part good from bad without an error
//
// A true cause can look like the last two. So these columns are left out with a word on why, and whoever knows them puts them back.

enum { LEAST_BAD = 5, LEAST_BAD_FOR_ALL = 10 };

static const double hardly = 0.02, mostly = 0.5, nearly_all_good = 0.995, nearly_all_bad = 0.95;

struct counts {    // rows with a value
    uint64_t n[2]; // good, bad
};

static bool is_filled_when_bad(const struct roles *roles, const struct counts *filled) {
    const double of_good = (double)filled->n[0] / (double)roles->n_good;
    const double of_bad = (double)filled->n[1] / (double)roles->n_bad;
    return filled->n[1] >= LEAST_BAD && of_good <= hardly && of_bad >= mostly;
}

// Values other than the one that good units have.
static bool is_same_when_good(const struct counts *filled, const struct counts *usual) {
    const uint64_t other_good = filled->n[0] - usual->n[0], other_bad = filled->n[1] - usual->n[1];
    const double share_good = filled->n[0] > 0 ? (double)usual->n[0] / (double)filled->n[0] : 0.0;
    return other_bad >= LEAST_BAD && share_good >= nearly_all_good &&
           (double)other_bad >= nearly_all_bad * (double)(other_bad + other_good);
}

static uint8_t judge_words(const struct frame *frame, const struct frame_column *column,
                           const struct roles *roles, struct counts *of_word) {
    struct counts filled = {{0, 0}};
    uint32_t usual = 0;
    bool is_pure = true;
    memset(of_word, 0, (size_t)column->words.n * sizeof *of_word);
    for (uint32_t i = 0; i < frame->n_row; i++) {
        if (column->word[i] != FRAME_NO_WORD && !isnan(roles->bad[i])) {
            of_word[column->word[i]].n[roles->bad[i] == 1.0]++;
            filled.n[roles->bad[i] == 1.0]++;
        }
    }
    for (uint32_t k = 0; k < column->words.n; k++) {
        usual = of_word[k].n[0] > of_word[usual].n[0] ? k : usual;
        is_pure = is_pure && (of_word[k].n[0] == 0 || of_word[k].n[1] == 0);
    }
    if (is_filled_when_bad(roles, &filled)) {
        return REASON_FILLED_WHEN_BAD;
    }
    if (column->words.n > 0 && is_same_when_good(&filled, &of_word[usual])) {
        return REASON_SAME_WHEN_GOOD;
    }
    const bool is_few = (uint64_t)column->words.n * 10 <= filled.n[0] + filled.n[1];
    return is_pure && is_few && filled.n[1] >= LEAST_BAD_FOR_ALL && filled.n[0] > 0
               ? REASON_SAYS_IT_ALL
               : REASON_NONE;
}

struct span {
    double low, high;
};

static uint8_t judge_numbers(const struct frame *frame, const struct frame_column *column,
                             const struct roles *roles) {
    struct counts filled = {{0, 0}}, usual = {{0, 0}};
    struct span span[2] = {{(double)INFINITY, -(double)INFINITY},
                           {(double)INFINITY, -(double)INFINITY}};
    // The value of most good units, if there is one: it outlives all others when they cancel out in pairs (Boyer and Moore).
    double most = (double)NAN;
    uint64_t lead = 0;
    for (uint32_t i = 0; i < frame->n_row; i++) {
        const double x = column->number[i];
        if (isnan(x) || isnan(roles->bad[i])) {
            continue;
        }
        const int bad = roles->bad[i] == 1.0;
        filled.n[bad]++;
        span[bad].low = x < span[bad].low ? x : span[bad].low;
        span[bad].high = x > span[bad].high ? x : span[bad].high;
        if (!bad) {
            most = lead == 0 ? x : most;
            lead = x == most ? lead + 1 : lead - 1;
        }
    }
    for (uint32_t i = 0; i < frame->n_row; i++) {
        if (column->number[i] == most && !isnan(roles->bad[i])) {
            usual.n[roles->bad[i] == 1.0]++;
        }
    }
    if (is_filled_when_bad(roles, &filled)) {
        return REASON_FILLED_WHEN_BAD;
    }
    if (is_same_when_good(&filled, &usual)) {
        return REASON_SAME_WHEN_GOOD;
    }
    const bool is_parted = span[0].high < span[1].low || span[1].high < span[0].low;
    return is_parted && filled.n[1] >= LEAST_BAD_FOR_ALL && filled.n[0] > 0 ? REASON_SAYS_IT_ALL
                                                                            : REASON_NONE;
}

static bool may_be_leak(const struct roles *roles, uint32_t i) {
    const uint8_t role = roles->column[i].role;
    return role == ROLE_INPUT || role == ROLE_TOOL || role == ROLE_REMARK ||
           role == ROLE_CONSTANT || role == ROLE_IDENTIFIER;
}

static uint8_t judge(const struct frame *frame, const struct roles *roles, uint32_t i,
                     struct counts *of_word) {
    const struct frame_column *column = &frame->column[i];
    uint8_t reason = REASON_NONE;
    if (roles->n_bad > 0 && roles->n_good > 0) {
        reason = column->kind == FRAME_NUMBER ? judge_numbers(frame, column, roles)
                                              : judge_words(frame, column, roles, of_word);
    }
    if (reason == REASON_NONE && roles->target.form != TARGET_NONE &&
        words_in_name(WORDS_AFTER, column->name)) {
        reason = REASON_WRITTEN_AFTER;
    }
    return reason;
}

maru_status leaks_find(const struct frame *frame, struct roles *roles, maru_error *err) {
    uint32_t n_word = 0;
    for (uint32_t i = 0; i < frame->n_column; i++) {
        n_word = frame->column[i].words.n > n_word ? frame->column[i].words.n : n_word;
    }
    struct arena arena;
    arena_init(&arena, SIZE_MAX);
    struct counts *of_word = arena_take(&arena, (size_t)n_word + 1, sizeof *of_word);
    if (!of_word) {
        const maru_status st = arena_refusal(&arena, err);
        arena_fini(&arena);
        return st;
    }
    for (uint32_t i = 0; i < frame->n_column; i++) {
        const uint8_t kind = frame->column[i].kind;
        const bool has_values = kind == FRAME_NUMBER || kind == FRAME_WORD || kind == FRAME_TEXT;
        if (has_values && may_be_leak(roles, i)) {
            const uint8_t reason = judge(frame, roles, i, of_word);
            if (reason != REASON_NONE) {
                roles->column[i] = (struct column_role){ROLE_LEAK, reason, (double)NAN};
            }
        }
    }
    arena_fini(&arena);
    return MARU_OK;
}
