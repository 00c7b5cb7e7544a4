#include "learn/drift/drift.h"

#include <math.h>
#include <stdbool.h>

#include "base/distribution.h"
#include "base/random.h"
#include "base/status.h"

// Edges stand at quantiles of the values, so that a value that repeats ends a bin. A column of one value gets an edge on both sides of it, so
// that anything else is seen. Bins that are empty on both sides take no part in a comparison, and for p those where fewer than FEW rows
// are expected on a side are taken together: chi-square holds then.

#define FEW 5.0

static bool is_words(const struct drift_reference *r) { return r->edge == NULL; }

uint32_t drift_bins_of(const struct drift_reference *r) {
    return is_words(r) ? r->n_word + 2 : r->n_edge + 2;
}

maru_status drift_check(const struct drift_reference *r, maru_error *err) {
    bool is_right = is_words(r) ? r->n_word <= DRIFT_MAX_WORDS && r->n_edge == 0
                                : r->n_edge < DRIFT_MAX_BINS + 1 && r->n_word == 0;
    for (uint32_t i = 0; is_right && i < r->n_edge; i++) {
        is_right = !isnan(r->edge[i]) && (i == 0 || r->edge[i] > r->edge[i - 1]);
    }
    uint64_t left = r->n;
    for (uint32_t i = 0; is_right && i < drift_bins_of(r); i++) {
        is_right = r->count[i] <= left;
        left -= is_right ? r->count[i] : 0;
    }
    is_right = is_right && left == 0 && isnan(r->least) == isnan(r->most) && !(r->least > r->most);
    return is_right ? MARU_OK : fail(err, MARU_E_INPUT, "a column's past that contradicts itself");
}

static uint32_t missing_bin(const struct drift_reference *r) { return drift_bins_of(r) - 1; }

// The edges of n > 0 sorted values; how many.
static uint32_t place_edges(const double *sorted, uint32_t n, uint32_t n_bin, double *edge) {
    if (sorted[0] == sorted[n - 1]) {
        edge[0] = nextafter(sorted[0], (double)-INFINITY);
        edge[1] = sorted[0];
        return edge[0] < edge[1] ? 2 : 1;
    }
    uint32_t n_edge = 0;
    for (uint32_t k = 1; k < n_bin; k++) {
        const uint64_t at = (uint64_t)n * k / n_bin;
        const double value = sorted[at > 0 ? at - 1 : 0];
        if (value < sorted[n - 1] && (n_edge == 0 || value > edge[n_edge - 1])) {
            edge[n_edge++] = value;
        }
    }
    return n_edge;
}

maru_status drift_keep_numbers(const double *value, uint32_t n, uint32_t n_bin, struct arena *arena,
                               struct drift_reference *out, maru_error *err) {
    if (n_bin < 2 || n_bin > DRIFT_MAX_BINS) {
        return fail(err, MARU_E_LIMIT, "%u bins, at most %d", n_bin, DRIFT_MAX_BINS);
    }
    double *sorted = arena_take(arena, n, sizeof *sorted);
    double *edge = arena_take(arena, n_bin, sizeof *edge);
    uint64_t *count = arena_take(arena, (size_t)n_bin + 2, sizeof *count);
    if (!sorted || !edge || !count) {
        return arena_refusal(arena, err);
    }
    struct drift_reference r = {
        .edge = edge, .count = count, .n = n, .least = (double)NAN, .most = (double)NAN};
    uint32_t n_value = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (!isnan(value[i])) {
            sorted[n_value++] = value[i];
        }
        if (isfinite(value[i])) {
            r.least = fmin(r.least, value[i]);
            r.most = fmax(r.most, value[i]);
        }
    }
    empirical_sort(sorted, n_value);
    r.n_edge = n_value > 0 ? place_edges(sorted, n_value, n_bin, edge) : 0;
    for (uint32_t i = 0; i < n; i++) {
        drift_count_number(&r, value[i], count);
    }
    *out = r;
    return MARU_OK;
}

maru_status drift_keep_words(const uint32_t *word, uint32_t n, uint32_t n_word, struct arena *arena,
                             struct drift_reference *out, maru_error *err) {
    if (n_word > DRIFT_MAX_WORDS) {
        return fail(err, MARU_E_LIMIT, "%u words, at most %d", n_word, DRIFT_MAX_WORDS);
    }
    for (uint32_t i = 0; i < n; i++) {
        if (word[i] >= n_word && word[i] != UINT32_MAX) {
            return fail(err, MARU_E_RANGE, "row %u has word %u, there are %u", i + 1, word[i],
                        n_word);
        }
    }
    uint64_t *count = arena_take(arena, (size_t)n_word + 2, sizeof *count);
    if (!count) {
        return arena_refusal(arena, err);
    }
    struct drift_reference r = {
        .n_word = n_word, .count = count, .n = n, .least = (double)NAN, .most = (double)NAN};
    for (uint32_t i = 0; i < n; i++) {
        drift_count_word(&r, word[i], count);
    }
    *out = r;
    return MARU_OK;
}

uint32_t drift_bin_of_number(const struct drift_reference *r, double value) {
    uint32_t low = 0, high = r->n_edge; // edges before low are below value
    while (low < high && !isnan(value)) {
        const uint32_t middle = (low + high) / 2;
        if (r->edge[middle] < value) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return isnan(value) ? missing_bin(r) : low;
}

void drift_count_number(const struct drift_reference *r, double value, uint64_t *count) {
    count[drift_bin_of_number(r, value)]++;
}

void drift_count_word(const struct drift_reference *r, uint32_t word, uint64_t *count) {
    const uint32_t bin = word == UINT32_MAX ? missing_bin(r) : word < r->n_word ? word : r->n_word;
    count[bin]++;
}

static double normal_edge(double below, double n) {
    return exact_normal_quantile(fmin(fmax(below, 0.5), n - 0.5) / n);
}

void drift_scores(const struct drift_reference *r, double *score) {
    const uint32_t missing = missing_bin(r);
    const double n = (double)(r->n - r->count[missing]);
    double below = 0;
    for (uint32_t i = 0; i <= missing; i++) {
        const double here = i < missing ? (double)r->count[i] : 0.0;
        const double low = below > 0.0 ? normal_density(normal_edge(below, n)) : 0.0;
        const double high = below + here < n ? normal_density(normal_edge(below + here, n)) : 0.0;
        score[i] = n < 1.0 || i == missing ? 0.0
                   : here > 0.0            ? (low - high) * n / here
                                           : normal_edge(below + 0.5, n + 1.0);
        below += here;
    }
}

// Chi-square of two rows of counts, with sparse bins taken together.
struct table {
    double n, m, chi_square, sparse_n, sparse_m;
    uint32_t n_cell;
};

static void add_cell(struct table *t, double a, double b) {
    if (a + b > 0.0) {
        const double want_a = (a + b) * t->n / (t->n + t->m), want_b = a + b - want_a;
        t->chi_square +=
            (a - want_a) * (a - want_a) / want_a + (b - want_b) * (b - want_b) / want_b;
        t->n_cell++;
    }
}

static void add_bin(struct table *t, double a, double b) {
    if ((a + b) * fmin(t->n, t->m) / (t->n + t->m) < FEW) {
        t->sparse_n += a;
        t->sparse_m += b;
    } else {
        add_cell(t, a, b);
    }
}

static uint8_t size_of(double corrected) {
    return corrected >= 0.25 ? DRIFT_MUCH : corrected >= 0.1 ? DRIFT_SOME : DRIFT_NONE;
}

struct drift drift_of(const struct drift_reference *r, const uint64_t *count) {
    struct drift d = {.index = NAN, .by_chance = NAN, .corrected = NAN, .p = NAN};
    const uint32_t n_bin = drift_bins_of(r);
    uint32_t n_used = 0;
    for (uint32_t i = 0; i < n_bin; i++) {
        d.n += count[i];
        n_used += count[i] + r->count[i] > 0;
    }
    d.n_reference = r->n;
    d.n_missing = count[missing_bin(r)];
    d.n_unseen = is_words(r) ? count[r->n_word] : 0;
    if (d.n == 0 || d.n_reference == 0) {
        return d;
    }
    struct table t = {.n = (double)d.n_reference, .m = (double)d.n};
    d.index = 0;
    for (uint32_t i = 0; i < n_bin; i++) {
        const double a = (double)r->count[i], b = (double)count[i];
        if (a + b > 0.0) {
            const double p = (a + 0.5) / (t.n + 0.5 * n_used), q = (b + 0.5) / (t.m + 0.5 * n_used);
            d.index += (p - q) * exact_ln(p / q);
            add_bin(&t, a, b);
        }
    }
    add_cell(&t, t.sparse_n, t.sparse_m);
    d.by_chance = (n_used - 1.0) * (1.0 / t.n + 1.0 / t.m);
    d.corrected = fmax(d.index - d.by_chance, 0.0);
    d.chi_square = t.chi_square;
    d.freedom = t.n_cell - 1.0;
    d.p = t.n_cell > 1 ? chi_square_above(t.chi_square, d.freedom) : 1.0;
    d.size = size_of(d.corrected);
    return d;
}

// ---- outside of what was seen

void drift_outside_number(const struct drift_reference *r, double value,
                          struct drift_outside *out) {
    if (!isnan(value)) {
        out->n++;
        out->n_below += value < r->least;
        out->n_above += value > r->most;
        out->n_unseen += isnan(r->least) ? 1 : 0; // nothing was ever seen
    }
}

void drift_outside_word(const struct drift_reference *r, uint32_t word, struct drift_outside *out) {
    if (word != UINT32_MAX) {
        out->n++;
        out->n_unseen += word >= r->n_word || r->count[word] == 0;
    }
}

// ---- without bins

// Probability that Kolmogorov's distribution is above x.
static double kolmogorov_above(double x) {
    if (x < 0.2) {
        return 1.0; // within 1e-12
    }
    double sum = 0;
    for (int j = 1; j <= 100; j++) {
        const double term = exact_exp(-2.0 * j * j * x * x);
        sum += j % 2 ? term : -term;
    }
    return fmin(fmax(2.0 * sum, 0.0), 1.0);
}

struct two_samples two_samples_compare(const double *a, uint32_t n, const double *b, uint32_t m) {
    struct two_samples out = {(double)NAN, (double)NAN, n, m};
    if (n == 0 || m == 0) {
        return out;
    }
    out.d = 0;
    for (uint32_t i = 0, j = 0; i < n && j < m;) {
        const double at = fmin(a[i], b[j]);
        while (i < n && a[i] == at) {
            i++;
        }
        while (j < m && b[j] == at) {
            j++;
        }
        out.d = fmax(out.d, fabs((double)i / n - (double)j / m));
    }
    const double root = sqrt((double)n * m / ((double)n + m));
    out.p = kolmogorov_above((root + 0.12 + 0.11 / root) * out.d);
    return out;
}
