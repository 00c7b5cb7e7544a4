#include "learn/trees/forest_inside.h"

// Batches with AVX2: 32 rows to a register, one byte a row.
//
//   1. Each value becomes its rank among its feature's thresholds (forest_layout.c), through a search tree with 16 branches: two
//      comparisons of eight thresholds a level. Ranks are kept column by column, 32 rows in 32 bytes.
//   2. A node is then one comparison for 32 rows. All nodes of a tree are asked, and each level's answer is picked by the answers of
//      the levels above: 63 comparisons and 57 picks for 32 rows of a tree of depth 6, without a branch or a scattered load.
//   3. The answers as bits are the leaf's number; leaves are added for each row in the order of the trees, so that sums have the
//      bits of forest_margin.
//
// A block is four times 32 rows, so that a tree is brought into the cache nearest to the processor once for 128 rows.
//
// The idea of asking all nodes of many rows at once is that of T. Ye et al., RapidScorer, KDD 2018, doi 10.1145/3219819.3219857; picking
// instead of masks of leaves is ours.

#if defined(__x86_64__) && defined(__GNUC__)

#include <cpuid.h>
#include <immintrin.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#define WIDE __attribute__((target("avx2,popcnt")))
#define WIDE_INLINE static inline __attribute__((target("avx2,popcnt"), always_inline))

// Both the processor and the system, which has to keep the wide registers, must be ready.
bool forest_machine_is_wide(void) {
    enum { OSXSAVE = 1 << 27, AVX = 1 << 28, POPCNT = 1 << 23, AVX2 = 1 << 5 };
    unsigned a = 0, b = 0, c = 0, d = 0;
    if (!__get_cpuid(1, &a, &b, &c, &d) || (c & OSXSAVE) == 0 || (c & AVX) == 0 ||
        (c & POPCNT) == 0) {
        return false;
    }
    uint32_t low = 0, high = 0;
    __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (low & 6) == 6 && __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & AVX2) != 0;
}

size_t forest_scratch_wide(const struct forest *forest) {
    return (size_t)FOREST_BLOCK * forest->n_column;
}

// ---- ranks

// How many of the 16 numbers are not above x; NaN is neither.
WIDE_INLINE uint32_t count16(const float *number, __m256 x) {
    const __m256 low = _mm256_cmp_ps(_mm256_loadu_ps(number), x, _CMP_LE_OQ);
    const __m256 high = _mm256_cmp_ps(_mm256_loadu_ps(number + 8), x, _CMP_LE_OQ);
    const uint32_t bits = (uint32_t)_mm256_movemask_ps(low) | (uint32_t)_mm256_movemask_ps(high)
                                                                  << 8;
    return (uint32_t)__builtin_popcount(bits);
}

WIDE_INLINE uint32_t rank(const struct forest *forest, const struct forest_scale *scale, float x) {
    const __m256 all = _mm256_set1_ps(x);
    uint32_t at = 0;
    for (uint32_t level = scale->n_level; level-- > 0;) {
        at = at * 16 + count16(forest->threshold + scale->level[level] + (size_t)at * 16, all);
    }
    return at;
}

// The codes of one value in all columns of its feature.
WIDE_INLINE void put_codes(const struct forest *forest, const struct forest_scale *scale, float x,
                           uint8_t *code) {
    const bool is_missing = isnan(x);
    const uint32_t above = is_missing ? 0 : rank(forest, scale, x);
    for (uint32_t i = 0; i < scale->n_column; i++) {
        const struct forest_column *column = &forest->column[scale->column + i];
        uint32_t value = above > column->first ? above - column->first : 0;
        value = value < FOREST_CODES ? value : FOREST_CODES;
        if (is_missing) {
            value = column->is_missing_left ? 0 : FOREST_CODES;
        }
        code[(size_t)(scale->column + i) * FOREST_LANES] = (uint8_t)(value ^ 0x80);
    }
}

WIDE static void pack(const struct forest *forest, const float *x, size_t n_row, uint8_t *code) {
    const size_t n_each = (size_t)forest->n_column * FOREST_LANES;
    for (uint32_t s = 0; s < forest->n_scale; s++) {
        const struct forest_scale *scale = &forest->scale[s];
        const float *value = x + scale->feature;
        for (size_t i = 0; i < n_row; i++) {
            put_codes(forest, scale, value[i * forest->shape.n_feature],
                      code + i / FOREST_LANES * n_each + i % FOREST_LANES);
        }
    }
}

// ---- one tree, 32 rows

struct tree_place {
    const uint32_t *at;
    const int8_t *code;
    const uint8_t *column;
};

// Which rows go left at this node; `upper` are the answers of the levels above, the nearest first when read backwards.
WIDE_INLINE __m256i pick0(const struct tree_place *t, uint32_t node) {
    const __m256i rows =
        _mm256_loadu_si256((const __m256i *)(const void *)(t->column + t->at[node]));
    return _mm256_cmpgt_epi8(_mm256_set1_epi8(t->code[node]), rows);
}

// The same for 2^k nodes next to each other: those of the second half where the level that tells the halves apart went left.
#define PICK(k, below)                                                                             \
    WIDE_INLINE __m256i pick##k(const struct tree_place *t, uint32_t node, const __m256i *upper) { \
        const __m256i right = below(t, node), left = below(t, node + (1U << (k - 1)));             \
        return _mm256_blendv_epi8(right, left, upper[-(k - 1)]);                                   \
    }
#define NODE_OF_1(t, node) pick0(t, node)
#define NODE_OF_2(t, node) pick1(t, node, upper)
#define NODE_OF_3(t, node) pick2(t, node, upper)
#define NODE_OF_4(t, node) pick3(t, node, upper)
#define NODE_OF_5(t, node) pick4(t, node, upper)
#define NODE_OF_6(t, node) pick5(t, node, upper)
#define NODE_OF_7(t, node) pick6(t, node, upper)
PICK(1, NODE_OF_1)
PICK(2, NODE_OF_2)
PICK(3, NODE_OF_3)
PICK(4, NODE_OF_4)
PICK(5, NODE_OF_5)
PICK(6, NODE_OF_6)
PICK(7, NODE_OF_7)

// The number of each row's leaf in the complete tree.
WIDE static void find_leaves(const struct tree_place *t, uint32_t depth,
                             uint8_t leaf[FOREST_LANES]) {
    __m256i went[FOREST_FULL_DEPTH];
    if (depth > 0) {
        went[0] = pick0(t, 1);
    }
    if (depth > 1) {
        went[1] = pick1(t, 2, &went[0]);
    }
    if (depth > 2) {
        went[2] = pick2(t, 4, &went[1]);
    }
    if (depth > 3) {
        went[3] = pick3(t, 8, &went[2]);
    }
    if (depth > 4) {
        went[4] = pick4(t, 16, &went[3]);
    }
    if (depth > 5) {
        went[5] = pick5(t, 32, &went[4]);
    }
    if (depth > 6) {
        went[6] = pick6(t, 64, &went[5]);
    }
    if (depth > 7) {
        went[7] = pick7(t, 128, &went[6]);
    }
    __m256i number = _mm256_setzero_si256();
    for (uint32_t k = 0; k < depth; k++) { // an answer is -1 or 0
        number = _mm256_sub_epi8(_mm256_add_epi8(number, number), went[k]);
    }
    _mm256_storeu_si256((__m256i *)(void *)leaf, number);
}

// ---- a block

WIDE static void add_run(const struct forest *forest, const struct forest_run *run,
                         const uint8_t *column, size_t n_row, float *margin) {
    uint8_t number[FOREST_RUN][FOREST_LANES];
    for (uint32_t k = 0; k < run->n_tree; k++) {
        const uint32_t begin = run->at + (k << run->depth);
        const struct tree_place place = {forest->place_at + begin, forest->place_code + begin,
                                         column};
        find_leaves(&place, run->depth, number[k]);
    }
    const float *leaf = forest->leaf + run->at;
    const uint16_t *group = forest->group + run->tree;
    const uint32_t n_group = forest->shape.n_group;
    for (size_t i = 0; i < n_row; i++) {
        float *own = margin + i * n_group;
        if (n_group == 1 && run->n_tree == FOREST_RUN) {
            float sum = *own;
            for (uint32_t k = 0; k < FOREST_RUN; k++) {
                sum += leaf[(k << run->depth) + number[k][i]];
            }
            *own = sum;
            continue;
        }
        for (uint32_t k = 0; k < run->n_tree; k++) {
            own[group[k]] += leaf[(k << run->depth) + number[k][i]];
        }
    }
}

WIDE void forest_margins_wide(const struct forest *forest, const float *x, size_t n_row,
                              void *scratch, float *margin) {
    uint8_t *code = scratch;
    const size_t n_each = (size_t)forest->n_column * FOREST_LANES;
    const uint32_t n_group = forest->shape.n_group, n_feature = forest->shape.n_feature;
    pack(forest, x, n_row, code);
    for (size_t i = 0; i < n_row * n_group; i++) {
        margin[i] = forest->shape.base;
    }
    for (uint32_t r = 0; r < forest->n_run; r++) {
        const struct forest_run *run = &forest->run[r];
        if (run->depth > FOREST_FULL_DEPTH) {
            for (size_t i = 0; i < n_row; i++) { // a deep tree, row by row
                margin[i * n_group + forest->group[run->tree]] +=
                    forest_walk(forest, run->tree, x + i * n_feature);
            }
            continue;
        }
        for (size_t first = 0; first < n_row; first += FOREST_LANES) {
            const size_t n = n_row - first < FOREST_LANES ? n_row - first : FOREST_LANES;
            add_run(forest, run, code + first / FOREST_LANES * n_each, n, margin + first * n_group);
        }
    }
}

#else // another machine: forest_margins takes row by row

bool forest_machine_is_wide(void) { return false; }

size_t forest_scratch_wide(const struct forest *forest) {
    (void)forest;
    return 0;
}

void forest_margins_wide(const struct forest *forest, const float *x, size_t n_row, void *scratch,
                         float *margin) {
    for (size_t i = 0; i < n_row; i++) {
        forest_margin(forest, x + i * forest->shape.n_feature, scratch,
                      margin + i * forest->shape.n_group);
    }
}

#endif
