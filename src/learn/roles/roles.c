#include "learn/roles/roles.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "learn/roles/leaks.h"
#include "learn/roles/role_words.h"

// In this order, since each step needs those before:
//
//     hints      what somebody knows
//     target     the column whose name and values look most like a verdict; which of its values is bad
//     bad        the verdict of each row
//     plain      empty, constant, identifiers, times, lots, tools, limits, amounts, remarks: by name and values
//     leaks      what the verdict itself wrote (leaks.h)

enum { ROLES_MAX_BYTES = 1 << 30, LEAST_ROWS = 2 };

static const char *const role_names[2][N_ROLE] = {{
#define X(name, english, korean) english,
                                                      ROLES(X)
#undef X
                                                  },
                                                  {
#define X(name, english, korean) korean,
                                                      ROLES(X)
#undef X
                                                  }};

static const char *const reasons[2][N_ROLE_REASON] = {{
#define X(name, english, korean) english,
                                                          ROLE_REASONS(X)
#undef X
                                                      },
                                                      {
#define X(name, english, korean) korean,
                                                          ROLE_REASONS(X)
#undef X
                                                      }};

const char *column_role_name(enum role role, bool is_korean) {
    return (unsigned)role < N_ROLE ? role_names[is_korean][role] : "";
}

const char *role_reason_text(enum role_reason reason, bool is_korean) {
    return (unsigned)reason < N_ROLE_REASON ? reasons[is_korean][reason] : "";
}

static void give(struct roles *roles, uint32_t column, enum role role, enum role_reason reason) {
    roles->column[column] = (struct column_role){(uint8_t)role, (uint8_t)reason, (double)NAN};
}

// ---- values

struct number_look {
    double low, high, second; // second: the next one above low, +inf: there is none
    uint32_t n, n_low, n_high;
    bool is_whole, is_two; // no other values than low and high
    bool counts_rows;      // each one more than the one before
};

static struct number_look look_at(const double *number, uint32_t n_row) {
    struct number_look look = {
        .low = (double)INFINITY, .high = -(double)INFINITY, .is_whole = true, .counts_rows = true};
    double before = (double)NAN;
    for (uint32_t i = 0; i < n_row; i++) {
        const double x = number[i];
        if (isnan(x)) {
            continue;
        }
        look.low = x < look.low ? x : look.low;
        look.high = x > look.high ? x : look.high;
        look.is_whole = look.is_whole && x == floor(x);
        look.counts_rows = look.counts_rows && (isnan(before) || x == before + 1.0);
        before = x;
        look.n++;
    }
    for (uint32_t i = 0; i < n_row; i++) {
        look.n_low += number[i] == look.low;
        look.n_high += number[i] == look.high;
    }
    look.is_two = look.low < look.high && look.n_low + look.n_high == look.n;
    look.counts_rows = look.counts_rows && look.n > 2;
    return look;
}

static void count_words(const struct frame_column *column, uint32_t n_row, uint32_t *count) {
    memset(count, 0, (size_t)column->words.n * sizeof *count);
    for (uint32_t i = 0; i < n_row; i++) {
        if (column->word[i] != FRAME_NO_WORD) {
            count[column->word[i]]++;
        }
    }
}

// ---- the target

// How much a column looks like a verdict; 0: not at all.
static int score_word(const struct frame_column *column) {
    uint32_t n_good = 0, n_bad = 0;
    for (uint32_t i = 0; i < column->words.n; i++) {
        n_good += words_is(WORDS_GOOD, column->words.name[i]);
        n_bad += words_is(WORDS_BAD, column->words.name[i]);
    }
    const bool has_name = words_in_name(WORDS_TARGET, column->name);
    const bool is_after = words_in_name(WORDS_AFTER, column->name);
    if (column->words.n < 2 || is_after) {
        return 0;
    }
    const int values = n_good > 0 && n_bad > 0 ? 4 : n_good + n_bad > 0 ? 2 : 0;
    return values == 0 && !(has_name && column->words.n == 2) ? 0 : values + 2 * has_name;
}

// The first column of numbers whose name has a word of the list, and says nothing of bad ones.
static uint32_t find_named(const struct frame *frame, enum word_list list, uint32_t but) {
    for (uint32_t i = 0; i < frame->n_column; i++) {
        const struct frame_column *column = &frame->column[i];
        if (i != but && column->kind == FRAME_NUMBER && words_in_name(list, column->name) &&
            !words_in_name(WORDS_BAD_NAME, column->name)) {
            return i;
        }
    }
    return UINT32_MAX;
}

static bool is_whole_count(const struct frame *frame, uint32_t column) {
    const struct number_look look = look_at(frame->column[column].number, frame->n_row);
    return look.n > 0 && look.is_whole && look.low >= 0.0 && look.low < look.high;
}

// Is one at least as large as the other, but for a row of twenty?
static bool is_enough(const struct frame *frame, uint32_t all, uint32_t part) {
    uint32_t n = 0, n_less = 0;
    for (uint32_t i = 0; i < frame->n_row; i++) {
        const double x = frame->column[part].number[i], of = frame->column[all].number[i];
        n += !isnan(x) && !isnan(of);
        n_less += of < x;
    }
    return n > 0 && (uint64_t)n_less * 20 <= n;
}

// Of how many a column counts: a column of amounts; where there is none, one of the others (is_rest). UINT32_MAX: it counts nothing.
static uint32_t find_amount(const struct frame *frame, uint32_t target, bool is_good,
                            bool *is_rest) {
    uint32_t rest = UINT32_MAX;
    *is_rest = false;
    for (uint32_t i = 0; i < frame->n_column; i++) {
        const struct frame_column *column = &frame->column[i];
        const bool may_be = i != target && column->kind == FRAME_NUMBER &&
                            words_in_name(WORDS_AMOUNT, column->name) &&
                            !words_in_name(WORDS_BAD_NAME, column->name) &&
                            !words_in_name(WORDS_SHARE_NAME, column->name);
        if (may_be && words_in_name(WORDS_GOOD_NAME, column->name)) {
            rest = !is_good && is_whole_count(frame, i) ? i : rest;
        } else if (may_be && is_enough(frame, i, target)) {
            return i;
        }
    }
    *is_rest = rest != UINT32_MAX;
    return rest;
}

// Does a column count bad ones, or good ones, of an amount that is known?
static bool counts_units(const struct frame *frame, uint32_t column, struct target *out) {
    const char *name = frame->column[column].name;
    const bool is_bad = words_in_name(WORDS_BAD_NAME, name);
    const bool is_good =
        !is_bad && words_in_name(WORDS_GOOD_NAME, name) && words_in_name(WORDS_COUNT_NAME, name);
    if ((!is_bad && !is_good) || words_in_name(WORDS_SHARE_NAME, name) ||
        !is_whole_count(frame, column)) {
        return false;
    }
    out->of_column = find_amount(frame, column, is_good, &out->of_is_rest);
    out->is_good_count = is_good;
    return out->of_column != UINT32_MAX;
}

static int score_number(const struct frame *frame, uint32_t i) {
    const struct frame_column *column = &frame->column[i];
    const struct number_look look = look_at(column->number, frame->n_row);
    struct target target;
    const bool has_name = words_in_name(WORDS_TARGET, column->name);
    if (!has_name || look.low >= look.high || words_in_name(WORDS_AFTER, column->name)) {
        return 0;
    }
    const bool is_sided =
        words_in_name(WORDS_BAD_NAME, column->name) || words_in_name(WORDS_GOOD_NAME, column->name);
    return (look.is_two && look.is_whole) || counts_units(frame, i, &target) ? 4 : is_sided ? 3 : 0;
}

static uint32_t find_target(const struct frame *frame) {
    uint32_t best = UINT32_MAX;
    int most = 0;
    for (uint32_t i = 0; i < frame->n_column; i++) {
        const struct frame_column *column = &frame->column[i];
        const int score = column->kind == FRAME_WORD     ? score_word(column)
                          : column->kind == FRAME_NUMBER ? score_number(frame, i)
                                                         : 0;
        if (score >= most && score > 0) { // of two alike, the last: verdicts stand at the end
            most = score;
            best = i;
        }
    }
    return best;
}

// Under "defect" yes is bad, under "passed" it is good. Of two words one is yes, else nothing is changed.
static void answer_yes(const struct frame_column *column, struct target *target) {
    const bool is_bad = words_in_name(WORDS_BAD_NAME, column->name);
    const bool is_good = words_in_name(WORDS_GOOD_NAME, column->name);
    if (column->words.n != 2 || is_bad == is_good ||
        words_is(WORDS_YES, column->words.name[0]) == words_is(WORDS_YES, column->words.name[1])) {
        return;
    }
    for (uint32_t i = 0; i < 2; i++) {
        target->is_bad_word[i] = words_is(WORDS_YES, column->words.name[i]) == is_bad;
    }
    target->is_guessed = false;
}

static maru_status set_words(const struct frame *frame, const char *bad, struct roles *roles,
                             maru_error *err) {
    struct target *target = &roles->target;
    const struct frame_column *column = &frame->column[target->column];
    uint32_t *count = arena_take(&roles->arena, (size_t)column->words.n + 1, sizeof *count);
    target->is_bad_word = arena_take(&roles->arena, (size_t)column->words.n + 1, sizeof(bool));
    uint32_t n_good = 0, n_bad = 0, most = 0;
    if (!count || !target->is_bad_word) {
        return arena_refusal(&roles->arena, err);
    }
    count_words(column, frame->n_row, count);
    for (uint32_t i = 0; i < column->words.n; i++) {
        const char *word = column->words.name[i];
        n_good += words_is(WORDS_GOOD, word);
        target->is_bad_word[i] = bad ? strcmp(word, bad) == 0 : words_is(WORDS_BAD, word);
        n_bad += target->is_bad_word[i];
        most = count[i] > count[most] ? i : most;
    }
    target->form = TARGET_WORD;
    if (bad && n_bad == 0) {
        return fail(err, MARU_E_INPUT, "no value of \"%s\" is \"%s\"", column->name, bad);
    }
    for (uint32_t i = 0; !bad && i < column->words.n; i++) {
        if (n_good > 0) { // all the others, such as kinds of defects
            target->is_bad_word[i] = !words_is(WORDS_GOOD, column->words.name[i]);
        } else if (n_bad == 0) {
            target->is_bad_word[i] = i != most;
            target->is_guessed = true;
        }
    }
    if (!bad && n_good + n_bad == 0) {
        answer_yes(column, target);
    }
    return MARU_OK;
}

static bool read_bad_number(const char *bad, double *out) {
    double value = 0, sign = 1;
    size_t i = bad[0] == '-' ? 1 : 0;
    sign = bad[0] == '-' ? -1.0 : 1.0;
    for (; bad[i] >= '0' && bad[i] <= '9' && i < 15; i++) {
        value = 10.0 * value + (bad[i] - '0');
    }
    *out = sign * value;
    return i > 0 && bad[i] == '\0';
}

static maru_status set_flag(const struct frame *frame, const char *bad,
                            const struct number_look *look, struct target *target,
                            maru_error *err) {
    const struct frame_column *column = &frame->column[target->column];
    double bad_number = (double)NAN;
    target->form = TARGET_FLAG;
    if (bad) {
        if (!read_bad_number(bad, &bad_number) ||
            (bad_number != look->low && bad_number != look->high)) {
            return fail(err, MARU_E_INPUT, "no value of \"%s\" is \"%s\"", column->name, bad);
        }
        target->good = bad_number == look->low ? look->high : look->low;
        return MARU_OK;
    }
    const bool is_bad = words_in_name(WORDS_BAD_NAME, column->name);
    const bool is_good = words_in_name(WORDS_GOOD_NAME, column->name);
    if (is_bad != is_good) {
        target->good = is_bad ? look->low : look->high;
    } else {
        target->good = look->n_low >= look->n_high ? look->low : look->high;
        target->is_guessed = true;
    }
    return MARU_OK;
}

static void set_measured(const struct frame *frame, const struct roles_hints *hints,
                         struct target *target) {
    const struct frame_column *column = &frame->column[target->column];
    const bool is_bad = words_in_name(WORDS_BAD_NAME, column->name);
    target->lower = hints->lower;
    target->upper = hints->upper;
    target->low_column = find_named(frame, WORDS_LOWER, target->column);
    target->high_column = find_named(frame, WORDS_UPPER, target->column);
    const bool has_limits = !isnan(hints->lower) || !isnan(hints->upper) ||
                            target->low_column != UINT32_MAX || target->high_column != UINT32_MAX;
    target->is_low_bad = !is_bad;
    target->form = has_limits ? TARGET_LIMITS : TARGET_NUMBER;
}

static maru_status set_target(const struct frame *frame, const struct roles_hints *hints,
                              struct roles *roles, maru_error *err) {
    struct target *target = &roles->target;
    *target = (struct target){.column = UINT32_MAX,
                              .of_column = UINT32_MAX,
                              .low_column = UINT32_MAX,
                              .high_column = UINT32_MAX,
                              .lower = (double)NAN,
                              .upper = (double)NAN};
    target->column = hints->target ? frame_find(frame, hints->target) : find_target(frame);
    if (target->column == UINT32_MAX) {
        return hints->target ? fail(err, MARU_E_INPUT, "there is no column \"%s\"", hints->target)
                             : MARU_OK;
    }
    const struct frame_column *column = &frame->column[target->column];
    if (column->kind == FRAME_WORD || column->kind == FRAME_TEXT) {
        return set_words(frame, hints->bad, roles, err);
    }
    if (column->kind != FRAME_NUMBER) {
        return fail(err, MARU_E_INPUT, "\"%s\" has neither words nor numbers", column->name);
    }
    const struct number_look look = look_at(column->number, frame->n_row);
    const bool has_limits = !isnan(hints->lower) || !isnan(hints->upper);
    if (!has_limits && !hints->bad && counts_units(frame, target->column, target)) {
        target->form = TARGET_COUNT;
        return MARU_OK;
    }
    if (look.is_two && !has_limits) {
        return set_flag(frame, hints->bad, &look, target, err);
    }
    set_measured(frame, hints, target);
    return MARU_OK;
}

// ---- the verdict of each row

static double cell(const struct frame *frame, uint32_t column, uint32_t row, double otherwise) {
    return column == UINT32_MAX || frame->column[column].kind != FRAME_NUMBER
               ? otherwise
               : frame->column[column].number[row];
}

// COUNT: units of a row.
static double units_of(const struct frame *frame, const struct target *target, uint32_t row) {
    const double of = frame->column[target->of_column].number[row];
    return target->of_is_rest ? of + frame->column[target->column].number[row] : of;
}

static double verdict(const struct frame *frame, const struct target *target, uint32_t row) {
    const struct frame_column *column = &frame->column[target->column];
    if (target->form == TARGET_WORD) {
        const uint32_t word = column->word[row];
        return word == FRAME_NO_WORD ? (double)NAN : target->is_bad_word[word];
    }
    const double x = column->number[row];
    if (isnan(x) || target->form == TARGET_NUMBER) {
        return x;
    }
    if (target->form == TARGET_FLAG) {
        return x != target->good;
    }
    if (target->form == TARGET_COUNT) {
        const double n = units_of(frame, target, row);
        const double share = x / n;
        return n > 0.0 && x >= 0.0 && x <= n ? (target->is_good_count ? 1.0 - share : share)
                                             : (double)NAN;
    }
    const double lower = cell(frame, target->low_column, row, target->lower);
    const double upper = cell(frame, target->high_column, row, target->upper);
    return isnan(lower) && isnan(upper) ? (double)NAN : x < lower || x > upper;
}

static maru_status judge_rows(const struct frame *frame, struct roles *roles, maru_error *err) {
    const struct target *target = &roles->target;
    const bool is_count = target->form == TARGET_COUNT;
    roles->bad = arena_take(&roles->arena, (size_t)frame->n_row + 1, sizeof *roles->bad);
    roles->weight = is_count
                        ? arena_take(&roles->arena, (size_t)frame->n_row + 1, sizeof *roles->weight)
                        : NULL;
    if (!roles->bad || (is_count && !roles->weight)) {
        return arena_refusal(&roles->arena, err);
    }
    const bool has_classes = !is_count && target->form != TARGET_NUMBER;
    for (uint32_t i = 0; i < frame->n_row; i++) {
        const double bad = target->form == TARGET_NONE ? (double)NAN : verdict(frame, target, i);
        roles->bad[i] = bad;
        roles->n_unknown += isnan(bad) ? 1U : 0U;
        roles->n_bad += has_classes && bad == 1.0;
        roles->n_good += has_classes && bad == 0.0;
        if (is_count) {
            roles->weight[i] = isnan(bad) ? 0.0 : units_of(frame, target, i);
        }
    }
    if (target->form != TARGET_NONE && has_classes && (roles->n_bad == 0 || roles->n_good == 0)) {
        const char *name = frame->column[target->column].name;
        const unsigned long long n = roles->n_bad + roles->n_good;
        return roles->n_bad == 0
                   ? fail(err, MARU_E_INPUT, "none of %llu units is bad by \"%s\"", n, name)
                   : fail(err, MARU_E_INPUT, "all of %llu units are bad by \"%s\"", n, name);
    }
    return MARU_OK;
}

// ---- all other columns

static bool is_identifier(const struct frame *frame, const struct frame_column *column) {
    const uint32_t n = frame->n_row - column->n_missing;
    if (column->kind == FRAME_TEXT) {
        return column->words.n > n / 2;
    }
    return column->kind == FRAME_WORD && n >= 10 && column->words.n > n - n / 10;
}

static void set_number(const struct frame *frame, uint32_t i, struct roles *roles) {
    const struct frame_column *column = &frame->column[i];
    const struct number_look look = look_at(column->number, frame->n_row);
    if (look.low >= look.high) {
        give(roles, i, ROLE_CONSTANT, REASON_ONE_VALUE);
    } else if (look.counts_rows) {
        give(roles, i, ROLE_IDENTIFIER, REASON_COUNTS_ROWS);
    } else if (words_in_name(WORDS_LOT, column->name) && look.is_whole) {
        give(roles, i, ROLE_LOT, REASON_NAME);
    } else {
        give(roles, i, ROLE_INPUT, REASON_NONE);
    }
}

static void set_word(const struct frame *frame, uint32_t i, struct roles *roles) {
    const struct frame_column *column = &frame->column[i];
    const bool is_unique = is_identifier(frame, column);
    if (words_in_name(WORDS_REMARK, column->name)) {
        give(roles, i, ROLE_REMARK, REASON_NAME);
    } else if (is_unique) {
        give(roles, i, ROLE_IDENTIFIER, REASON_ALL_DIFFERENT);
    } else if (words_in_name(WORDS_LOT, column->name)) {
        give(roles, i, ROLE_LOT, REASON_NAME);
    } else if (column->words.n < 2) {
        give(roles, i, ROLE_CONSTANT, REASON_ONE_VALUE);
    } else if (column->kind == FRAME_TEXT) {
        give(roles, i, ROLE_REMARK, REASON_VALUES);
    } else if (words_in_name(WORDS_TOOL, column->name)) {
        give(roles, i, ROLE_TOOL, REASON_NAME);
    } else {
        give(roles, i, ROLE_INPUT, REASON_NONE);
    }
}

static void set_plain(const struct frame *frame, uint32_t i, struct roles *roles) {
    switch ((enum frame_kind)frame->column[i].kind) {
    case FRAME_EMPTY:
        give(roles, i, ROLE_EMPTY, REASON_NO_VALUE);
        break;
    case FRAME_TIME:
        give(roles, i, ROLE_TIME, REASON_VALUES);
        break;
    case FRAME_NUMBER:
        set_number(frame, i, roles);
        break;
    case FRAME_WORD:
    case FRAME_TEXT:
        set_word(frame, i, roles);
        break;
    case N_FRAME_KIND:
        break;
    }
}

// Of several: the one whose name says that it was made then, else the one that is filled most.
static uint32_t choose_time(const struct frame *frame, const struct roles *roles) {
    uint32_t best = UINT32_MAX;
    for (uint32_t i = 0; i < frame->n_column; i++) {
        const struct frame_column *column = &frame->column[i];
        if (roles->column[i].role != ROLE_TIME) {
            continue;
        }
        const struct frame_column *old = best == UINT32_MAX ? NULL : &frame->column[best];
        const int more = old ? words_in_name(WORDS_TIME_MADE, column->name) -
                                   words_in_name(WORDS_TIME_MADE, old->name)
                             : 1;
        best = more > 0 || (more == 0 && column->n_missing < old->n_missing) ? i : best;
    }
    return best;
}

static uint32_t choose(const struct roles *roles, enum role role) {
    for (uint32_t i = 0; i < roles->n_column; i++) {
        if (roles->column[i].role == role) {
            return i;
        }
    }
    return UINT32_MAX;
}

static void set_target_columns(struct roles *roles, const struct roles_hints *hints) {
    const struct target *target = &roles->target;
    if (target->form != TARGET_NONE) {
        give(roles, target->column, ROLE_TARGET,
             hints->target ? REASON_SAID : REASON_NAME_AND_VALUES);
    }
    if (target->form == TARGET_COUNT && target->of_column != UINT32_MAX) {
        give(roles, target->of_column, ROLE_AMOUNT, REASON_NAME);
    }
    if (target->form == TARGET_LIMITS && target->low_column != UINT32_MAX) {
        give(roles, target->low_column, ROLE_LIMIT, REASON_NAME);
    }
    if (target->form == TARGET_LIMITS && target->high_column != UINT32_MAX) {
        give(roles, target->high_column, ROLE_LIMIT, REASON_NAME);
    }
}

static maru_status take_hints(const struct frame *frame, const struct roles_hints *hints,
                              struct roles *roles, maru_error *err) {
    for (size_t i = 0; i < hints->n_hint; i++) {
        const uint32_t column = frame_find(frame, hints->hint[i].column);
        if (column == UINT32_MAX) {
            return fail(err, MARU_E_INPUT, "there is no column \"%s\"", hints->hint[i].column);
        }
        give(roles, column, (enum role)hints->hint[i].role, REASON_SAID);
    }
    return MARU_OK;
}

static maru_status find_roles(const struct frame *frame, const struct roles_hints *hints,
                              struct roles *roles, maru_error *err) {
    maru_status st = set_target(frame, hints, roles, err);
    st = st == MARU_OK ? judge_rows(frame, roles, err) : st;
    for (uint32_t i = 0; st == MARU_OK && i < frame->n_column; i++) {
        set_plain(frame, i, roles);
    }
    if (st == MARU_OK) {
        set_target_columns(roles, hints);
        st = leaks_find(frame, roles, err);
    }
    st = st == MARU_OK ? take_hints(frame, hints, roles, err) : st;
    if (st == MARU_OK) {
        roles->time_column = choose_time(frame, roles);
        roles->lot_column = choose(roles, ROLE_LOT);
    }
    return st;
}

maru_status roles_find(const struct frame *frame, const struct roles_hints *hints,
                       struct roles *out, maru_error *err) {
    static const struct roles_hints no_hints = {.lower = (double)NAN, .upper = (double)NAN};
    struct roles roles = {.n_column = frame->n_column};
    if (frame->n_row < LEAST_ROWS) {
        return fail(err, MARU_E_INPUT, "a table of %u rows says nothing", frame->n_row);
    }
    arena_init(&roles.arena, ROLES_MAX_BYTES);
    roles.column = arena_take(&roles.arena, (size_t)frame->n_column + 1, sizeof *roles.column);
    maru_status st = roles.column ? find_roles(frame, hints ? hints : &no_hints, &roles, err)
                                  : arena_refusal(&roles.arena, err);
    if (st != MARU_OK) {
        arena_fini(&roles.arena);
        return st;
    }
    *out = roles;
    return MARU_OK;
}

void roles_fini(struct roles *roles) {
    arena_fini(&roles->arena);
    *roles = (struct roles){0};
}
