#include "train/thinning.h"

#include "base/status.h"

static uint32_t class_of(const struct thinning *thinning, uint32_t row) {
    return thinning->y ? (uint32_t)thinning->y[row] : 0;
}

// The most rows that a class may keep, so that all together keep at most n_most; at least 1.
static uint32_t most_of_class(const uint32_t *count, uint32_t n_class, uint64_t n_most) {
    uint32_t least = 1, most = UINT32_MAX / 2;
    while (least < most) {
        const uint32_t middle = least + (most - least + 1) / 2;
        uint64_t n = 0;
        for (uint32_t c = 0; c < n_class; c++) {
            n += count[c] < middle ? count[c] : middle;
        }
        if (n <= n_most) {
            least = middle;
        } else {
            most = middle - 1;
        }
    }
    return least;
}

maru_status thinning_keep(const struct thinning *thinning, uint32_t *row, uint32_t n, float *weight,
                          struct arena *arena, uint32_t *n_kept, maru_error *err) {
    const uint32_t n_class = thinning->y ? thinning->n_class : 1;
    uint32_t *count = arena_take(arena, n_class, sizeof *count);
    uint32_t *seen = arena_take(arena, n_class, sizeof *seen);
    if (!count || !seen) {
        return arena_refusal(arena, err);
    }
    for (uint32_t i = 0; i < n; i++) {
        count[class_of(thinning, row[i])]++;
    }
    const uint32_t most = most_of_class(count, n_class, thinning->n_most);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t class = class_of(thinning, row[i]);
        const uint32_t stride = (count[class] + most - 1) / most;
        if (seen[class]++ % stride == 0) {
            if (weight) {
                weight[kept] = (float)stride;
            }
            row[kept++] = row[i];
        }
    }
    *n_kept = kept;
    return MARU_OK;
}
