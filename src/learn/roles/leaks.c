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
// Where the verdict is a number, or so many of so many, there are no good rows and bad rows, and two other looks:
//
//     part      whole numbers that are never above the number of bad ones, where chance would have put some above: scratches among defects
//     computed  it follows the verdict, or the number of bad ones, along a straight line: the share in percent, the good ones
//
// A true cause can look like the last two. So these columns are left out with a word on why, and whoever knows them puts them back.

enum { LEAST_BAD = 5, LEAST_BAD_FOR_ALL = 10, LEAST_ABOVE = 7, LEAST_LINE = 10 };

static const double straight = 0.99; // square of a correlation

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

// ---- a verdict in numbers

// Number of bad ones of a row, NaN: the verdict does not count.
static double bad_of(const struct frame *frame, const struct roles *roles, uint32_t row) {
    const struct target *target = &roles->target;
    if (target->form == TARGET_COUNT) {
        return roles->bad[row] * roles->weight[row];
    }
    const double x = frame->column[target->column].number[row];
    return words_in_name(WORDS_BAD_NAME, frame->column[target->column].name) &&
                   !words_in_name(WORDS_SHARE_NAME, frame->column[target->column].name) &&
                   x >= 0.0 && x == floor(x)
               ? x
               : (double)NAN;
}

enum { BAD_MOST = 64 }; // numbers of bad ones that are told apart

// Never above, though `LEAST_ABOVE` rows would be if both were independent.
static bool is_part(const struct frame *frame, const struct frame_column *column,
                    const struct roles *roles) {
    double n = 0.0, above = 0.0, of_bad[BAD_MOST + 1] = {0.0}, of_x[BAD_MOST + 1] = {0.0};
    for (uint32_t i = 0; i < frame->n_row; i++) {
        const double x = column->number[i], bad = bad_of(frame, roles, i);
        if (isnan(x) || isnan(bad)) {
            continue;
        }
        if (x < 0.0 || x != floor(x) || x > bad + 0.5) {
            return false;
        }
        n += 1.0;
        of_bad[bad < BAD_MOST ? (uint32_t)(bad + 0.5) : BAD_MOST] += 1.0;
        of_x[x < BAD_MOST ? (uint32_t)x : BAD_MOST] += 1.0;
    }
    double below = 0.0; // rows with fewer bad ones
    for (uint32_t k = 0; k <= BAD_MOST && n > 0.0; k++) {
        above += of_x[k] * below / n;
        below += of_bad[k];
    }
    return above >= LEAST_ABOVE;
}

struct line {
    double n, x, y, xx, yy, xy;
};

static void line_add(struct line *line, double x, double y) {
    if (!isnan(x) && !isnan(y)) {
        line->n += 1.0;
        line->x += x;
        line->y += y;
        line->xx += x * x;
        line->yy += y * y;
        line->xy += x * y;
    }
}

static bool is_straight(const struct line *line) {
    const double xx = line->xx - line->x * line->x / line->n;
    const double yy = line->yy - line->y * line->y / line->n;
    const double xy = line->xy - line->x * line->y / line->n;
    return line->n >= LEAST_LINE && xx > 0.0 && yy > 0.0 && xy * xy >= straight * xx * yy;
}

static bool is_computed(const struct frame *frame, const struct frame_column *column,
                        const struct roles *roles) {
    struct line share = {0}, count = {0};
    const double first = frame->n_row > 0 ? column->number[0] : 0.0; // digits of large numbers stay
    for (uint32_t i = 0; i < frame->n_row; i++) {
        const double x = column->number[i] - (isnan(first) ? 0.0 : first);
        line_add(&share, x, roles->bad[i]);
        line_add(&count, x, bad_of(frame, roles, i));
    }
    return is_straight(&share) || is_straight(&count);
}

// COUNT: the units of a row less the bad ones.
static bool is_rest(const struct frame *frame, const struct frame_column *column,
                    const struct roles *roles) {
    uint32_t n = 0, n_equal = 0;
    for (uint32_t i = 0; roles->target.form == TARGET_COUNT && i < frame->n_row; i++) {
        const double good = roles->weight[i] * (1.0 - roles->bad[i]);
        n += !isnan(column->number[i]) && !isnan(good);
        n_equal += fabs(column->number[i] - good) < 0.5;
    }
    return n >= LEAST_LINE && (uint64_t)n_equal * 20 >= (uint64_t)n * 19;
}

static uint8_t judge_against_number(const struct frame *frame, const struct frame_column *column,
                                    const struct roles *roles) {
    if (is_part(frame, column, roles)) {
        return REASON_PART_OF;
    }
    return is_computed(frame, column, roles) || is_rest(frame, column, roles) ? REASON_COMPUTED
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
    const bool is_number =
        roles->target.form == TARGET_COUNT || roles->target.form == TARGET_NUMBER;
    if (is_number && column->kind == FRAME_NUMBER) {
        reason = judge_against_number(frame, column, roles);
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
