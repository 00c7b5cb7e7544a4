#include "learn/wafer/lot_patterns.h"

#include "base/distribution.h"
#include "base/random.h"
#include "base/status.h"
#include "learn/drift/many_tests.h"

static const double sure = 0.05, level = 0.95;

static double ln_ways(uint32_t of, uint32_t k) {
    return gamma_ln(of + 1.0) - gamma_ln(k + 1.0) - gamma_ln(of - k + 1.0);
}

double lot_pattern_chance(uint32_t k, uint32_t n, uint32_t n_all, uint32_t n_map) {
    const double ln_all = ln_ways(n_map, n);
    double sum = 0;
    for (uint32_t i = k; i <= n && i <= n_all; i++) {
        if (n - i <= n_map - n_all) {
            sum += exact_exp(ln_ways(n_all, i) + ln_ways(n_map - n_all, n - i) - ln_all);
        }
    }
    return sum < 1 ? sum : 1;
}

struct counts {
    uint32_t *of_lot;   // (n_lot)
    uint32_t *of_class; // (n_class)
    uint32_t *of_both;  // (n_class, n_lot)
};

static maru_status count(const struct lot_patterns_input *in, struct arena *arena,
                         struct counts *out, maru_error *err) {
    out->of_lot = arena_take(arena, (size_t)in->n_lot + 1, sizeof *out->of_lot);
    out->of_class = arena_take(arena, (size_t)in->n_class + 1, sizeof *out->of_class);
    out->of_both = arena_take(arena, (size_t)in->n_class * in->n_lot + 1, sizeof *out->of_both);
    if (!out->of_lot || !out->of_class || !out->of_both) {
        return arena_refusal(arena, err);
    }
    for (uint32_t i = 0; i < in->n_map; i++) {
        out->of_lot[in->lot[i]]++;
        out->of_class[in->class[i]]++;
        out->of_both[(size_t)in->class[i] * in -> n_lot + in -> lot[i]]++;
    }
    return MARU_OK;
}

static void sort(struct lot_pattern *found, uint32_t n) {
    for (uint32_t i = 1; i < n; i++) {
        const struct lot_pattern one = found[i];
        uint32_t at = i;
        for (; at > 0 && found[at - 1].class == one.class && found[at - 1].p > one.p; at--) {
            found[at] = found[at - 1];
        }
        found[at] = one;
    }
}

maru_status lot_patterns_find(const struct lot_patterns_input *in, struct arena *arena,
                              struct lot_pattern **out, uint32_t *n, maru_error *err) {
    const size_t n_both = (size_t)in->n_class * in->n_lot;
    struct counts counts;
    maru_status st = count(in, arena, &counts, err);
    double *p = arena_take(arena, n_both + 1, sizeof *p);
    struct lot_pattern *found = arena_take(arena, (size_t)in->n_map + 1, sizeof *found);
    if (st == MARU_OK && (!p || !found)) {
        st = arena_refusal(arena, err);
    }
    for (size_t i = 0; st == MARU_OK && i < n_both; i++) {
        const uint32_t class = (uint32_t)(i / in->n_lot), lot = (uint32_t)(i % in->n_lot);
        const bool is_asked = class != in->ordinary && counts.of_both[i] >= LOT_PATTERNS_LEAST &&
                              counts.of_lot[lot] < in->n_map;
        p[i] = is_asked ? lot_pattern_chance(counts.of_both[i], counts.of_lot[lot],
                                             counts.of_class[class], in->n_map)
                        : 1;
    }
    st = st == MARU_OK && n_both > 0 ? many_tests_bh(p, (uint32_t)n_both, arena, p, err) : st;
    uint32_t n_found = 0;
    for (size_t i = 0; st == MARU_OK && i < n_both; i++) {
        const uint32_t class = (uint32_t)(i / in->n_lot), lot = (uint32_t)(i % in->n_lot);
        if (p[i] <= sure && counts.of_both[i] >= LOT_PATTERNS_LEAST) {
            const uint32_t k = counts.of_both[i], of = counts.of_lot[lot];
            found[n_found++] =
                (struct lot_pattern){class,
                                     lot,
                                     k,
                                     of,
                                     share_of(k, of, level),
                                     share_of(counts.of_class[class] - k, in->n_map - of, level),
                                     p[i]};
        }
    }
    if (st == MARU_OK) {
        sort(found, n_found);
        *out = found;
        *n = n_found;
    }
    return st;
}
