#include "learn/nets/product.h"

// A block of c, up to 6 rows and 16 columns, is kept in registers while all terms pass: each term is one number of a for each row, times
// 16 numbers of b. A lane holds one element of c, whose sum runs over the terms in their order; multiplying and adding stay two steps
// (-ffp-contract=off). So eight lanes at once, four, or one give the same bits.
//
// The same text is compiled twice, plainly and for AVX2; which one runs is asked of the machine.

#if defined(__x86_64__) && defined(__GNUC__)
#define WIDE __attribute__((target("avx2")))
#else
#define WIDE
#endif
#define INLINE static inline __attribute__((always_inline))

enum { ROWS = 6 };

typedef float lanes
    __attribute__((vector_size(PRODUCT_LANES * sizeof(float)), aligned(4), may_alias));

// m rows and n x 8 columns of c; both are constants where it is called.
INLINE void block(size_t m, size_t n, struct product_size size, struct product_left a,
                  const float *b, float *c) {
    lanes sum[ROWS][2];
    for (size_t i = 0; i < m; i++) {
        for (size_t j = 0; j < n; j++) {
            sum[i][j] = *(const lanes *)(c + i * size.n_column + j * PRODUCT_LANES);
        }
    }
    for (size_t k = 0; k < size.n_term; k++) {
        const float *term = a.value + k * a.by_term;
        const float *row = b + k * size.n_column;
        for (size_t i = 0; i < m; i++) {
            for (size_t j = 0; j < n; j++) {
                sum[i][j] += term[i * a.by_row] * *(const lanes *)(row + j * PRODUCT_LANES);
            }
        }
    }
    for (size_t i = 0; i < m; i++) {
        for (size_t j = 0; j < n; j++) {
            *(lanes *)(c + i * size.n_column + j * PRODUCT_LANES) = sum[i][j];
        }
    }
}

// n x 8 columns of all rows.
INLINE void strip(size_t n, struct product_size size, struct product_left a, const float *b,
                  float *c) {
    size_t i = 0;
    for (; i + ROWS <= size.n_row; i += ROWS) {
        block(ROWS, n, size, a, b, c + i * size.n_column);
        a.value += ROWS * a.by_row;
    }
    for (; i < size.n_row; i++) {
        block(1, n, size, a, b, c + i * size.n_column);
        a.value += a.by_row;
    }
}

INLINE void add(struct product_size size, struct product_left a, const float *b, float *c) {
    size_t j = 0;
    for (; j + 2 * (size_t)PRODUCT_LANES <= size.n_column; j += 2 * (size_t)PRODUCT_LANES) {
        strip(2, size, a, b + j, c + j);
    }
    if (j < size.n_column) {
        strip(1, size, a, b + j, c + j);
    }
}

WIDE static void add_wide(struct product_size size, struct product_left a, const float *b,
                          float *c) {
    add(size, a, b, c);
}

static void add_plain(struct product_size size, struct product_left a, const float *b, float *c) {
    add(size, a, b, c);
}

void product_add(struct product_size size, struct product_left a, const float *b, float *c,
                 bool is_wide) {
    (is_wide ? add_wide : add_plain)(size, a, b, c);
}
