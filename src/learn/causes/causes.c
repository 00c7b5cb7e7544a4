#include "learn/causes/causes.h"

#include <math.h>
#include <string.h>

#include "base/distribution.h"
#include "base/status.h"
#include "learn/causes/cause_parts.h"
#include "learn/causes/cause_search.h"

// From a table to findings:
//
//     rows       with a target, in the order of time, lots together, cut at 70 %              cause_rows.c
//     columns    as codes of 0 to 63, by the early rows                                       cause_columns.c
//     search     strongest cut of each column; the same under some hundred moved targets      cause_search.c
//     findings   columns whose strongest passes what chance finds; one that adds nothing to a stronger one goes with it
//     trial      each finding once more in the later rows, one-sided, against moved targets   cause_parts.c
//     within     all of it once more among the rows inside of a strong finding, one level deep
//
// A column says the same as a finding when, compared only among rows alike in the finding, it no longer passes what chance finds,
// and has lost a third of its strength or more.
//
// A finding is contradicted when the later rows leave no room for half of it. Where they have fewer defects outside of its
// cut, half of it is less by as much: what nobody had any more can be no evidence against a cause.

enum { LEAST_EARLY = 40, LEAST_LATER = 10, LEAST_BAD = 10, LEAST_MOVES = 19, LEAST_SIDE = 5 };

static const double rejected = 0.05;

struct work {
    const struct causes_input *input;
    struct arena scratch;
    struct cause_rows rows;
    struct cause_search search;
    struct cause_span later;
    double threshold;    // in spreads
    uint32_t *candidate; // (n_candidate) of search->column, strongest first
    double *spreads;     // (n_column) of the search
    uint32_t n_candidate;
    uint32_t *found;  // (n_found) of search->column
    uint32_t *leader; // (n_column) of `found` that it goes with, UINT32_MAX: none
    uint32_t n_found;
    struct causes *out;
};

static maru_status no_room(struct work *work, maru_error *err) {
    return arena_refusal(work->scratch.is_full ? &work->scratch : &work->out->arena, err);
}

static maru_status check_input(const struct causes_input *input, maru_error *err) {
    if (input->n_shift < 200 || input->n_shift > CAUSES_MAX_SHIFTS) {
        return fail(err, MARU_E_RANGE, "targets are moved along 200 to %d times, not %u",
                    CAUSES_MAX_SHIFTS, input->n_shift);
    }
    for (uint32_t i = 0; i < input->n_column; i++) {
        if (input->column[i] >= input->frame->n_column) {
            return fail(err, MARU_E_RANGE, "there is no column %u in a table of %u",
                        input->column[i], input->frame->n_column);
        }
    }
    return MARU_OK;
}

// Columns that can be searched, each once, in the order of the table.
static maru_status make_columns(struct work *work, struct cause_column **columns,
                                uint32_t *n_column, maru_error *err) {
    const struct frame *frame = work->input->frame;
    uint8_t *is_wanted = arena_take(&work->scratch, (size_t)frame->n_column + 1, 1);
    double *scratch = arena_take(&work->scratch, (size_t)work->rows.n_early + 1, sizeof *scratch);
    struct cause_column *made =
        arena_take(&work->scratch, (size_t)work->input->n_column + 1, sizeof *made);
    if (!is_wanted || !scratch || !made) {
        return no_room(work, err);
    }
    for (uint32_t i = 0; i < work->input->n_column; i++) {
        is_wanted[work->input->column[i]] = 1;
    }
    for (uint32_t c = 0; c < frame->n_column; c++) {
        if (!is_wanted[c]) {
            continue;
        }
        bool is_left_out = false;
        const maru_status st = cause_column_make(&work->rows, frame, c, scratch, &work->scratch,
                                                 &made[*n_column], &is_left_out, err);
        if (st != MARU_OK) {
            return st;
        }
        if (is_left_out) {
            work->out->searched.n_left_out++;
        } else {
            ++*n_column;
        }
    }
    *columns = made;
    return MARU_OK;
}

static enum cause_side side_of(const struct cause_cut *cut, uint8_t code) {
    const uint64_t bit = UINT64_C(1) << code;
    return (cut->in & bit) ? CAUSE_IN : (cut->all & bit) ? CAUSE_OUT : CAUSE_ABSENT;
}

static void fill_early(const struct work *work, uint32_t c, const struct cause_cut *cut,
                       uint8_t *side) {
    for (uint32_t i = 0; i < work->search.span.n; i++) {
        side[i] = (uint8_t)side_of(cut, cause_search_code(&work->search, c, i));
    }
}

static void fill_later(const struct work *work, uint32_t c, const struct cause_cut *cut,
                       uint8_t *side) {
    for (uint32_t i = 0; i < work->later.n; i++) {
        const uint32_t row = work->rows.row[work->later.begin + i];
        side[i] = (uint8_t)side_of(cut, cause_column_code(&work->search.column[c], row));
    }
}

// The strongest cut of a column, turned so that its inside is worse.
static struct cause_cut worse_cut(const struct work *work, uint32_t c) {
    struct cause_cut cut = work->search.best[c];
    if ((cut.strength > 0.0) == work->rows.is_of_good) {
        cut.in = cut.all & ~cut.in;
        cut.strength = -cut.strength;
    }
    return cut;
}

static void list_candidates(struct work *work) {
    const struct cause_search *search = &work->search;
    const bool is_able = search->span.n_move >= LEAST_MOVES;
    for (uint32_t c = 0; c < search->n_column; c++) {
        work->leader[c] = UINT32_MAX;
        work->spreads[c] = cause_search_spreads(search, c, search->best[c].strength);
        if (!is_able || search->best[c].all == 0 ||
            cause_search_p(search, c, search->best[c].strength) > rejected) {
            continue;
        }
        uint32_t at = work->n_candidate++;
        while (at > 0 && work->spreads[work->candidate[at - 1]] < work->spreads[c]) {
            work->candidate[at] = work->candidate[at - 1];
            at--;
        }
        work->candidate[at] = c;
    }
}

enum { GRADES = 8, N_STRATUM = GRADES * 3 };

// Rows alike in a finding: on the same side of its cut, and in about the same eighth of its values.
static void fill_strata(const struct work *work, uint32_t c, const struct cause_cut *cut,
                        uint8_t *stratum) {
    const struct cause_column *column = &work->search.column[c];
    for (uint32_t i = 0; i < work->search.span.n; i++) {
        const uint32_t code = cause_search_code(&work->search, c, i);
        const uint32_t grade =
            column->is_word || code >= column->n_code ? 0 : code * GRADES / column->n_code;
        stratum[i] = (uint8_t)((uint32_t)side_of(cut, (uint8_t)code) * GRADES + grade);
    }
}

// Score of `side` among rows of one stratum.
static double score_given(const struct work *work, const uint8_t *side, const uint8_t *given) {
    struct stratum {
        double n, n_in, sum, square, sum_in;
    } strata[N_STRATUM] = {{0}};
    for (uint32_t i = 0; i < work->search.span.n; i++) {
        if (side[i] == CAUSE_ABSENT) {
            continue;
        }
        struct stratum *in = &strata[given[i]];
        const double weight = (double)work->rows.weight[i];
        in->n += 1.0;
        in->sum += weight;
        in->square += weight * weight;
        if (side[i] == CAUSE_IN) {
            in->n_in += 1.0;
            in->sum_in += weight;
        }
    }
    double u = 0.0, v = 0.0;
    for (size_t i = 0; i < N_STRATUM; i++) {
        const struct stratum *in = &strata[i];
        if (in->n > 1.0) {
            u += in->sum_in - in->n_in * in->sum / in->n;
            v += (in->square - in->sum * in->sum / in->n) / (in->n - 1.0) * in->n_in *
                 (in->n - in->n_in) / in->n;
        }
    }
    return v > 1e-9 ? u * u / v : 0.0;
}

static bool says_the_same(const struct work *work, uint32_t c, const uint8_t *side,
                          const uint8_t *given, const uint8_t *nothing) {
    const double alone = score_given(work, side, nothing);
    const double left = score_given(work, side, given);
    return left < alone * 2.0 / 3.0 &&
           cause_search_spreads(&work->search, c, left) < work->threshold;
}

static maru_status group_candidates(struct work *work, maru_error *err) {
    const size_t n = work->search.span.n;
    uint8_t *strata = arena_take(&work->scratch, CAUSES_MAX_FOUND + 2, n + 1);
    if (!strata) {
        return no_room(work, err);
    }
    uint8_t *mine = strata + CAUSES_MAX_FOUND * n, *nothing = mine + n; // all zero: one stratum
    for (uint32_t k = 0; k < work->n_candidate; k++) {
        const uint32_t c = work->candidate[k];
        const struct cause_cut cut = worse_cut(work, c);
        fill_early(work, c, &cut, mine);
        for (uint32_t f = 0; f < work->n_found && work->leader[c] == UINT32_MAX; f++) {
            if (says_the_same(work, c, mine, strata + f * n, nothing)) {
                work->leader[c] = f;
            }
        }
        if (work->leader[c] != UINT32_MAX) {
            continue;
        }
        if (work->n_found == CAUSES_MAX_FOUND) {
            work->out->n_more++;
            continue;
        }
        fill_strata(work, c, &cut, strata + work->n_found * n);
        work->found[work->n_found++] = c;
    }
    return MARU_OK;
}

static bool is_run(uint64_t set) { // of ones, from somewhere on
    const uint64_t low = set & (~set + 1);
    return set != 0 && (set & (set + low)) == 0;
}

static uint32_t lowest(uint64_t set) {
    uint32_t at = 0;
    while (at < 63 && !(set >> at & 1)) {
        at++;
    }
    return at;
}

static void describe_numbers(const struct cause_column *column, const struct cause_cut *cut,
                             struct cause *cause) {
    const bool is_inside = is_run(cut->in);
    const uint64_t run = is_inside ? cut->in : cut->all & ~cut->in;
    const uint32_t begin = lowest(run), end = lowest(~(run >> begin)) + begin;
    const bool from_start = begin == 0, to_end = end == column->n_code;
    cause->how = from_start ? CAUSE_AT_MOST
                 : to_end   ? CAUSE_ABOVE
                            : (is_inside ? CAUSE_BETWEEN : CAUSE_OUTSIDE);
    cause->low = from_start ? -HUGE_VAL : column->edge[begin - 1];
    cause->high = to_end ? HUGE_VAL : column->edge[end - 1];
}

static maru_status describe_words(struct work *work, const struct cause_column *column,
                                  const struct cause_cut *cut, struct cause *cause,
                                  maru_error *err) {
    const bool is_none_of = (cut->in >> CAUSE_OTHER & 1) != 0;
    const uint64_t set = is_none_of ? cut->all & ~cut->in : cut->in;
    uint32_t *word = arena_take(&work->out->arena, column->n_code, sizeof *word);
    if (!word) {
        return no_room(work, err);
    }
    for (uint32_t i = 0; i < column->n_code; i++) {
        if (set >> i & 1) {
            word[cause->n_word++] = column->word[i];
        }
    }
    cause->how = is_none_of ? CAUSE_NONE_OF : CAUSE_ONE_OF;
    cause->word = word;
    return MARU_OK;
}

static maru_status describe(struct work *work, uint32_t f, struct cause *cause, maru_error *err) {
    const uint32_t c = work->found[f];
    const struct cause_column *column = &work->search.column[c];
    const struct cause_cut cut = worse_cut(work, c);
    const uint64_t missing = UINT64_C(1) << CAUSE_MISSING_CODE;
    *cause = (struct cause){.column = column->column, .strength = work->spreads[c]};
    uint32_t *companion =
        arena_take(&work->out->arena, (size_t)work->n_candidate + 1, sizeof *companion);
    if (!companion) {
        return no_room(work, err);
    }
    for (uint32_t k = 0; k < work->n_candidate; k++) {
        if (work->leader[work->candidate[k]] == f) {
            companion[cause->n_companion++] = work->search.column[work->candidate[k]].column;
        }
    }
    cause->companion = companion;
    if (cut.all & missing) {
        cause->how = (cut.in & missing) ? CAUSE_MISSING : CAUSE_NOT_MISSING;
    } else if (column->is_word) {
        return describe_words(work, column, &cut, cause, err);
    } else {
        describe_numbers(column, &cut, cause);
    }
    return MARU_OK;
}

// A difference with worse as more.
static struct share_difference as_worse(const struct work *work, struct share_difference d) {
    return work->input->kind == CAUSES_LOW ? (struct share_difference){-d.value, -d.high, -d.low}
                                           : d;
}

// What the later rows would show if half of a finding were so, and more or fewer were defective for other reasons.
static double half_of_it(const struct work *work, const struct cause *cause) {
    const double half = as_worse(work, cause->early.difference).value / 2.0;
    const double before = cause->early.out.value, after = cause->later.out.value;
    if (work->rows.is_number || work->out->searched.n_bad_later == 0) {
        return work->rows.is_number ? half : 0.0;
    }
    return before > after ? half * after / before : half;
}

static enum cause_verdict judge(const struct work *work, const struct cause *cause) {
    const struct share_difference later = as_worse(work, cause->later.difference);
    if (cause->later.in.n < LEAST_SIDE || cause->later.out.n < LEAST_SIDE) {
        return CAUSE_TOO_FEW;
    }
    if (later.low > 0.0 && cause->later.p <= rejected) {
        return CAUSE_HOLDS;
    }
    return later.high >= half_of_it(work, cause) ? CAUSE_TOO_FEW : CAUSE_DOES_NOT_HOLD;
}

// How the later targets are moved for a column: as the earlier ones, where there are lots and stretches enough.
static uint8_t move_later(const struct work *work, uint32_t c) {
    const uint8_t move = work->search.move[c];
    const bool can = move == CAUSE_MOVE_NEAR     ? work->later.n_stretch > 0
                     : move == CAUSE_MOVE_INSIDE ? work->later.has_inside
                                                 : true;
    return can ? move : CAUSE_MOVE_ALL;
}

static maru_status try_found(struct work *work, maru_error *err) {
    const size_t n = work->later.n;
    uint8_t *side = arena_take(&work->scratch, (size_t)work->n_found + 1, n + 1);
    uint8_t *early = arena_take(&work->scratch, (size_t)work->search.span.n + 1, 1);
    struct cause_tried tried[CAUSES_MAX_FOUND];
    double p[CAUSES_MAX_FOUND];
    if (!side || !early) {
        return no_room(work, err);
    }
    for (uint32_t f = 0; f < work->n_found; f++) {
        const struct cause_cut cut = worse_cut(work, work->found[f]);
        tried[f] = (struct cause_tried){!work->rows.is_of_good, move_later(work, work->found[f])};
        fill_later(work, work->found[f], &cut, side + f * n);
    }
    const maru_status st =
        cause_parts_try(&work->later, side, tried, work->n_found, &work->scratch, p, err);
    if (st != MARU_OK) {
        return st;
    }
    for (uint32_t f = 0; f < work->n_found; f++) {
        const struct cause_cut cut = worse_cut(work, work->found[f]);
        struct cause *cause = &work->out->cause[f];
        fill_early(work, work->found[f], &cut, early);
        cause->early = cause_part_of(&work->search.span, early);
        cause->early.p = cause_search_p(&work->search, work->found[f],
                                        work->search.best[work->found[f]].strength);
        cause->later = cause_part_of(&work->later, side + f * n);
        cause->later.p = p[f];
        cause->verdict = (uint8_t)judge(work, cause);
    }
    return MARU_OK;
}

// By verdict, then as they were: strongest first.
static void sort_found(struct causes *out) {
    for (uint32_t i = 1; i < out->n_cause; i++) {
        const struct cause moved = out->cause[i];
        uint32_t at = i;
        while (at > 0 && out->cause[at - 1].verdict > moved.verdict) {
            out->cause[at] = out->cause[at - 1];
            at--;
        }
        out->cause[at] = moved;
    }
    for (uint32_t i = 0; i < out->n_cause; i++) {
        out->n_holding += out->cause[i].verdict == CAUSE_HOLDS;
    }
}

static maru_status find(struct work *work, maru_error *err) {
    const size_t n = (size_t)work->search.n_column + 1;
    work->candidate = arena_take(&work->scratch, n, sizeof *work->candidate);
    work->spreads = arena_take(&work->scratch, n, sizeof *work->spreads);
    work->leader = arena_take(&work->scratch, n, sizeof *work->leader);
    work->found = arena_take(&work->scratch, CAUSES_MAX_FOUND, sizeof *work->found);
    work->out->cause = arena_take(&work->out->arena, CAUSES_MAX_FOUND, sizeof *work->out->cause);
    if (!work->candidate || !work->spreads || !work->leader || !work->found || !work->out->cause) {
        return no_room(work, err);
    }
    work->threshold = cause_search_threshold(&work->search);
    list_candidates(work);
    maru_status st = group_candidates(work, err);
    for (uint32_t f = 0; st == MARU_OK && f < work->n_found; f++) {
        st = describe(work, f, &work->out->cause[f], err);
    }
    if (st == MARU_OK) {
        st = try_found(work, err);
    }
    if (st == MARU_OK) {
        work->out->n_cause = work->n_found;
        sort_found(work->out);
    }
    return st;
}

static void fill_level(struct work *work, uint32_t c, uint32_t code, uint8_t *side,
                       struct cause_level *level, double *strength) {
    const struct cause_search *search = &work->search;
    struct cause_cut cut = {UINT64_C(1) << code, ~(UINT64_C(1) << CAUSE_MISSING_CODE), 0.0};
    double effect = 1.0;
    *strength = cause_search_strength(search, c, cut.in, cut.all);
    level->is_worse = (*strength > 0.0) != work->rows.is_of_good && *strength != 0.0;
    level->p = cause_search_p(search, c, *strength);
    *strength = level->is_worse ? fabs(*strength) : -fabs(*strength);
    level->word = search->column[c].word[code];
    fill_early(work, c, &cut, side);
    level->early = cause_share_of(&search->span, side, CAUSE_IN, &effect);
    fill_later(work, c, &cut, side);
    level->later = cause_share_of(&work->later, side, CAUSE_IN, &effect);
}

static void fill_common(struct work *work, uint32_t c, uint8_t *side, struct cause_common *out) {
    const struct cause_search *search = &work->search;
    double strength[CAUSES_MAX_LEVELS];
    out->column = search->column[c].column;
    out->p = cause_search_p(search, c, search->best[c].strength);
    for (uint32_t code = 0; code < search->column[c].n_code; code++) {
        struct cause_level level;
        double mine = 0.0;
        fill_level(work, c, code, side, &level, &mine);
        uint32_t at = out->n_level++;
        while (at > 0 && strength[at - 1] < mine) {
            strength[at] = strength[at - 1];
            out->level[at] = out->level[at - 1];
            at--;
        }
        strength[at] = mine;
        out->level[at] = level;
    }
    for (uint32_t i = 0; i < work->rows.n; i++) {
        const uint8_t code = cause_column_code(&search->column[c], work->rows.row[i]);
        out->n_other += code == CAUSE_OTHER;
        out->n_missing += code == CAUSE_MISSING_CODE;
    }
}

static maru_status find_common(struct work *work, maru_error *err) {
    const struct cause_search *search = &work->search;
    struct causes *out = work->out;
    uint32_t n_word = 0;
    for (uint32_t c = 0; c < search->n_column; c++) {
        n_word += search->column[c].is_word;
    }
    out->common = arena_take(&out->arena, (size_t)n_word + 1, sizeof *out->common);
    uint8_t *side = arena_take(&work->scratch, (size_t)work->rows.n + 1, 1);
    if (!out->common || !side) {
        return no_room(work, err);
    }
    for (uint32_t c = 0; c < search->n_column; c++) {
        if (!search->column[c].is_word) {
            continue;
        }
        struct cause_common *common = &out->common[out->n_common];
        common->level = arena_take(&out->arena, search->column[c].n_code, sizeof *common->level);
        if (!common->level) {
            return no_room(work, err);
        }
        fill_common(work, c, side, common);
        out->n_common++;
    }
    return MARU_OK;
}

// The difference that four of five times would have been found where a cut takes `share` of the early rows: what chance finds in
// a column in the middle of all, and 0.84 spreads more.
static double least_difference(struct work *work, double *root, double share) {
    const struct cause_search *search = &work->search;
    if (search->n_column == 0 || search->span.n_move < LEAST_MOVES) {
        return (double)NAN;
    }
    for (uint32_t c = 0; c < search->n_column; c++) {
        root[c] = search->mean[c] + work->threshold * search->spread[c];
    }
    empirical_sort(root, search->n_column);
    const double n = (double)work->rows.n_early;
    double square = 0.0;
    for (uint32_t i = 0; i < work->rows.n_early; i++) {
        const double off = work->rows.target[i] - work->out->searched.base;
        square += off * off;
    }
    const double wanted = empirical_quantile(root, search->n_column, 0.5) + 0.84;
    return wanted * sqrt(square / n / (n * share * (1.0 - share)));
}

static maru_status fill_power(struct work *work, maru_error *err) {
    struct causes_searched *searched = &work->out->searched;
    double *root = arena_take(&work->scratch, (size_t)work->search.n_column + 1, sizeof *root);
    uint8_t *side = arena_take(&work->scratch, (size_t)work->rows.n_early + 1, 1);
    if (!root || !side) {
        return no_room(work, err);
    }
    memset(side, CAUSE_IN, work->rows.n_early);
    (void)cause_share_of(&work->search.span, side, CAUSE_IN, &searched->design_effect);
    searched->warnings |= searched->design_effect > 1.0 ? (uint32_t)CAUSES_CLUSTERED : 0;
    searched->least_half = least_difference(work, root, 0.5);
    searched->least_tenth = least_difference(work, root, 0.1);
    return MARU_OK;
}

static void count_cells(struct work *work) {
    const struct cause_search *search = &work->search;
    struct causes_searched *searched = &work->out->searched;
    searched->n_column = search->n_column;
    searched->n_cut = search->n_cut;
    searched->n_shift = search->span.n_move;
    for (uint32_t c = 0; c < search->n_column; c++) {
        for (uint32_t i = 0; i < work->rows.n; i++) {
            searched->n_missing +=
                cause_column_code(&search->column[c], work->rows.row[i]) == CAUSE_MISSING_CODE;
        }
    }
    searched->warnings |= searched->n_left_out > 0 ? (uint32_t)CAUSES_UNSEARCHED : 0;
    searched->warnings |= search->span.n_move < LEAST_MOVES || work->later.n_move < LEAST_MOVES
                              ? (uint32_t)CAUSES_FEW_SHIFTS
                              : 0;
}

// What the rows are, and whether they can say anything.
static bool is_enough(struct work *work) {
    const struct cause_rows *rows = &work->rows;
    struct causes_searched *searched = &work->out->searched;
    double sum = 0.0;
    bool is_equal = true;
    for (uint32_t i = 0; i < rows->n; i++) {
        const bool is_bad = !rows->is_number && rows->target[i] == 1.0;
        *(i < rows->n_early ? &searched->n_bad_early : &searched->n_bad_later) += is_bad;
        sum += i < rows->n_early ? rows->target[i] : 0.0;
        is_equal = is_equal && (i >= rows->n_early || rows->target[i] == rows->target[0]);
    }
    searched->n_row = rows->n;
    searched->n_unknown = rows->n_unknown;
    searched->n_early = rows->n_early;
    searched->n_later = rows->n - rows->n_early;
    searched->n_group = rows->n_group;
    searched->base = rows->n_early > 0 ? sum / (double)rows->n_early : (double)NAN;
    searched->least_half = searched->least_tenth = (double)NAN;
    searched->design_effect = 1.0;
    const uint32_t n_good = rows->n_early - searched->n_bad_early;
    const uint32_t n_rarer = n_good < searched->n_bad_early ? n_good : searched->n_bad_early;
    const bool is_few = searched->n_early < LEAST_EARLY || searched->n_later < LEAST_LATER;
    searched->warnings |= is_few ? (uint32_t)CAUSES_FEW_ROWS : 0;
    searched->warnings |= is_equal ? (uint32_t)CAUSES_ONE_CLASS : 0;
    searched->warnings |= !rows->is_number && n_rarer < LEAST_BAD ? (uint32_t)CAUSES_FEW_BAD : 0;
    searched->warnings |=
        !rows->is_number && searched->n_bad_later == 0 ? (uint32_t)CAUSES_NOTHING_LATER : 0;
    return !is_few && !is_equal;
}

// Rows, columns, search, findings. *is_done: there was enough to look at.
static maru_status look(struct work *work, bool *is_done, maru_error *err) {
    *is_done = false;
    maru_status st = cause_rows_make(work->input, &work->scratch, &work->rows, err);
    if (st != MARU_OK || !is_enough(work)) {
        return st;
    }
    struct cause_column *column = NULL;
    uint32_t n_column = 0;
    st = make_columns(work, &column, &n_column, err);
    if (st == MARU_OK) {
        st = cause_search_run(&work->rows, column, n_column, work->input, &work->scratch,
                              &work->search, err);
    }
    if (st != MARU_OK) {
        return st;
    }
    work->later = cause_span_of(&work->rows, true, work->input->n_shift, work->input->seed);
    count_cells(work);
    *is_done = true;
    return find(work, err);
}

// A finding of another search, for good.
static maru_status keep_within(struct work *work, const struct cause *from, struct cause *owner,
                               maru_error *err) {
    struct arena *arena = &work->out->arena;
    struct cause *kept = arena_take(arena, 1, sizeof *kept);
    uint32_t *word = arena_take(arena, (size_t)from->n_word + 1, sizeof *word);
    uint32_t *companion = arena_take(arena, (size_t)from->n_companion + 1, sizeof *companion);
    if (!kept || !word || !companion) {
        return no_room(work, err);
    }
    if (from->n_word > 0) {
        memcpy(word, from->word, from->n_word * sizeof *word);
    }
    memcpy(companion, from->companion, from->n_companion * sizeof *companion);
    *kept = *from;
    kept->word = word;
    kept->companion = companion;
    owner->within = kept;
    return MARU_OK;
}

// The same question, asked of the rows inside of a finding alone: early ones stay early, and what says the same is left out.
static maru_status narrow(struct work *work, const struct cause *cause, struct causes_input *inside,
                          maru_error *err) {
    const struct causes_input *input = work->input;
    const size_t n = (size_t)input->frame->n_row + 1;
    double *target = arena_take(&work->scratch, n, sizeof *target);
    bool *is_later = arena_take(&work->scratch, n, sizeof *is_later);
    uint32_t *column = arena_take(&work->scratch, (size_t)input->n_column + 1, sizeof *column);
    if (!target || !is_later || !column) {
        return no_room(work, err);
    }
    uint32_t c = 0;
    while (work->search.column[c].column != cause->column) {
        c++;
    }
    const struct cause_cut cut = worse_cut(work, c);
    for (size_t i = 0; i < n; i++) {
        target[i] = (double)NAN;
    }
    for (uint32_t i = 0; i < work->rows.n; i++) {
        const uint32_t row = work->rows.row[i];
        is_later[row] = i >= work->rows.n_early;
        if (side_of(&cut, cause_column_code(&work->search.column[c], row)) == CAUSE_IN) {
            target[row] = work->rows.target[i];
        }
    }
    inside->target = target;
    inside->is_later = is_later;
    inside->column = column;
    inside->n_column = 0;
    for (uint32_t k = 0; k < input->n_column; k++) {
        bool is_same = input->column[k] == cause->column;
        for (uint32_t m = 0; m < cause->n_companion; m++) {
            is_same = is_same || input->column[k] == cause->companion[m];
        }
        if (!is_same) {
            column[inside->n_column++] = input->column[k];
        }
    }
    return MARU_OK;
}

static maru_status look_within(struct work *work, struct cause *cause, maru_error *err) {
    struct causes_input inside = *work->input;
    maru_status st = narrow(work, cause, &inside, err);
    if (st != MARU_OK) {
        return st;
    }
    struct causes found = {0};
    struct work deeper = {.input = &inside, .out = &found};
    arena_init(&found.arena, inside.cap_bytes);
    arena_init(&deeper.scratch, inside.cap_bytes);
    bool is_done = false;
    st = look(&deeper, &is_done, err);
    if (st == MARU_OK && found.n_holding > 0) {
        st = keep_within(work, &found.cause[0], cause, err);
    }
    arena_fini(&deeper.scratch);
    arena_fini(&found.arena);
    return st;
}

// Only inside of findings that take less than half of the rows: there is no corner in a large part.
static maru_status find_within(struct work *work, maru_error *err) {
    maru_status st = MARU_OK;
    for (uint32_t i = 0; st == MARU_OK && i < work->out->n_holding && i < CAUSES_MAX_WITHIN; i++) {
        struct cause *cause = &work->out->cause[i];
        if (cause->early.in.n < cause->early.out.n) {
            st = look_within(work, cause, err);
        }
    }
    return st;
}

static maru_status run(struct work *work, maru_error *err) {
    bool is_done = false;
    maru_status st = check_input(work->input, err);
    if (st == MARU_OK) {
        st = look(work, &is_done, err);
    }
    if (st != MARU_OK || !is_done) {
        return st;
    }
    st = find_common(work, err);
    if (st == MARU_OK) {
        st = fill_power(work, err);
    }
    return st == MARU_OK ? find_within(work, err) : st;
}

maru_status causes_find(const struct causes_input *input, struct causes *out, maru_error *err) {
    struct causes made = {0};
    struct work work = {.input = input, .out = &made};
    arena_init(&made.arena, input->cap_bytes);
    arena_init(&work.scratch, input->cap_bytes);
    const maru_status st = run(&work, err);
    arena_fini(&work.scratch);
    if (st == MARU_OK) {
        *out = made;
    } else {
        arena_fini(&made.arena);
    }
    return st;
}

void causes_fini(struct causes *causes) {
    arena_fini(&causes->arena);
    *causes = (struct causes){0};
}
