#include "learn/causes/cause_columns.h"

#include <math.h>

#include "base/distribution.h"

// Bins have their ends at quantiles of the early rows, finer in the tails, since what is out of the ordinary is where causes
// are: 0.5, 1, 2 %, then every 3.7 %, then 98, 99, 99.5 %. Equal values stay together: an end lies halfway between two neighboring
// values that differ, at the change nearest to its quantile. Where a column has no more than 32 values each has its bin.

static const double tail[] = {0.005, 0.01, 0.02};
enum { N_TAIL = sizeof tail / sizeof *tail, N_MIDDLE = CAUSE_MAX_BINS - 1 - 2 * N_TAIL };

static double quantile_of_edge(uint32_t e) {
    if (e < N_TAIL) {
        return tail[e];
    }
    if (e >= N_TAIL + N_MIDDLE) {
        return 1.0 - tail[CAUSE_MAX_BINS - 2 - e];
    }
    return 0.02 + 0.96 * (double)(e - N_TAIL + 1) / (double)(N_MIDDLE + 1);
}

// First place of a value that is above the one before it, nearest to `want`; 0: all are equal.
static uint32_t nearest_change(const double *sorted, uint32_t n, uint32_t want) {
    for (uint32_t off = 0; off < n; off++) {
        if (want > off && want - off < n && sorted[want - off - 1] < sorted[want - off]) {
            return want - off;
        }
        if (want + off < n && want + off > 0 && sorted[want + off - 1] < sorted[want + off]) {
            return want + off;
        }
    }
    return 0;
}

static double halfway(double low, double high) {
    const double middle = low / 2.0 + high / 2.0;
    return middle >= low && middle < high ? middle : low;
}

static uint32_t count_values(const double *sorted, uint32_t n) {
    uint32_t count = n > 0;
    for (uint32_t i = 1; i < n; i++) {
        count += sorted[i - 1] < sorted[i];
    }
    return count;
}

static uint32_t find_edges(const double *sorted, uint32_t n, double *edge) {
    uint32_t n_edge = 0;
    if (count_values(sorted, n) <= CAUSE_MAX_BINS) {
        for (uint32_t i = 1; i < n; i++) {
            if (sorted[i - 1] < sorted[i]) {
                edge[n_edge++] = halfway(sorted[i - 1], sorted[i]);
            }
        }
        return n_edge;
    }
    uint32_t last = 0;
    for (uint32_t e = 0; e < CAUSE_MAX_BINS - 1; e++) {
        const uint32_t want = (uint32_t)floor(quantile_of_edge(e) * (double)n + 0.5);
        const uint32_t at = nearest_change(sorted, n, want);
        if (at > last) {
            edge[n_edge++] = halfway(sorted[at - 1], sorted[at]);
            last = at;
        }
    }
    return n_edge;
}

static maru_status make_bins(const struct cause_rows *rows, double *scratch, struct arena *arena,
                             struct cause_column *out, maru_error *err) {
    out->edge = arena_take(arena, CAUSE_MAX_BINS, sizeof *out->edge);
    if (!out->edge) {
        return arena_refusal(arena, err);
    }
    uint32_t n = 0;
    for (uint32_t i = 0; i < rows->n_early; i++) {
        const double value = out->from->number[rows->row[i]];
        if (isfinite(value)) {
            scratch[n++] =
                value + 0.0; // no negative zero: it equals the other, and one end stands for both
        }
    }
    empirical_sort(scratch, n);
    out->n_code = n == 0 ? 0 : find_edges(scratch, n, out->edge) + 1;
    return MARU_OK;
}

static maru_status make_levels(const struct cause_rows *rows, struct arena *arena,
                               struct cause_column *out, maru_error *err) {
    const uint32_t n_word = out->from->words.n;
    uint32_t *count = arena_take(arena, (size_t)n_word + 1, sizeof *count);
    out->word = arena_take(arena, CAUSES_MAX_LEVELS, sizeof *out->word);
    out->code_of_word = arena_take(arena, (size_t)n_word + 1, sizeof *out->code_of_word);
    if (!count || !out->word || !out->code_of_word) {
        return arena_refusal(arena, err);
    }
    for (uint32_t i = 0; i < rows->n_early; i++) {
        const uint32_t word = out->from->word[rows->row[i]];
        if (word < n_word) {
            count[word]++;
        }
    }
    for (uint32_t w = 0; w < n_word; w++) {
        uint32_t at = out->n_code;
        while (at > 0 && count[out->word[at - 1]] < count[w]) {
            at--;
        }
        if (count[w] == 0 || at >= CAUSES_MAX_LEVELS) {
            continue;
        }
        const uint32_t n_last = out->n_code < CAUSES_MAX_LEVELS ? out->n_code++ : out->n_code - 1;
        for (uint32_t i = n_last; i > at; i--) {
            out->word[i] = out->word[i - 1];
        }
        out->word[at] = w;
    }
    for (uint32_t w = 0; w < n_word; w++) {
        out->code_of_word[w] = CAUSE_OTHER;
    }
    for (uint32_t i = 0; i < out->n_code; i++) {
        out->code_of_word[out->word[i]] = (uint8_t)i;
    }
    return MARU_OK;
}

maru_status cause_column_make(const struct cause_rows *rows, const struct frame *frame,
                              uint32_t column, double *scratch, struct arena *arena,
                              struct cause_column *out, bool *is_left_out, maru_error *err) {
    struct cause_column made = {.from = &frame->column[column], .column = column};
    maru_status st = MARU_OK;
    if (made.from->kind == FRAME_NUMBER) {
        st = make_bins(rows, scratch, arena, &made, err);
    } else if (made.from->kind == FRAME_WORD) {
        made.is_word = true;
        st = make_levels(rows, arena, &made, err);
    }
    if (st != MARU_OK) {
        return st;
    }
    bool has_missing = false;
    for (uint32_t i = 0; i < rows->n_early && made.n_code == 1 && !has_missing; i++) {
        has_missing = cause_column_code(&made, rows->row[i]) == CAUSE_MISSING_CODE;
    }
    *is_left_out = made.n_code == 0 || (made.n_code == 1 && !has_missing);
    *out = made;
    return MARU_OK;
}

uint8_t cause_column_code(const struct cause_column *column, uint32_t row) {
    if (column->is_word) {
        const uint32_t word = column->from->word[row];
        return word < column->from->words.n ? column->code_of_word[word] : CAUSE_MISSING_CODE;
    }
    const double value = column->from->number[row];
    if (!isfinite(value)) {
        return CAUSE_MISSING_CODE;
    }
    uint32_t low = 0, high = column->n_code - 1;
    while (low < high) {
        const uint32_t middle = (low + high) / 2;
        if (value > column->edge[middle]) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return (uint8_t)low;
}
