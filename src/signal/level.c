#include "signal/level.h"

#include <string.h>

#include "base/status.h"
#include "signal/decimals.h"

// Layout of the bytes: FORMAT, varint n, then columns: times, n, n_number, last_us - at_us packed as integers, low, high, mean,
// last as doubles.

enum { FORMAT = 1, N_WHOLE = 4, N_DOUBLE = 4 };

maru_time level_floor(maru_time at_us, maru_time step_us) {
    const maru_time rest = at_us % step_us;
    return at_us - (rest < 0 ? rest + step_us : rest);
}

// Put later numbers into a bucket.
static void join(struct bucket *to, const struct bucket *later) {
    const uint64_t n_number = to->n_number + later->n_number;
    if (later->n_number > 0 && to->n_number == 0) {
        const uint64_t n = to->n;
        const maru_time at_us = to->at_us;
        *to = *later;
        to->n = n;
        to->at_us = at_us;
    } else if (later->n_number > 0) {
        to->low = later->low < to->low ? later->low : to->low;
        to->high = later->high > to->high ? later->high : to->high;
        to->mean += (later->mean - to->mean) * ((double)later->n_number / (double)n_number);
        if (later->last_us >= to->last_us) {
            to->last = later->last;
            to->last_us = later->last_us;
        }
    }
    to->n_number = n_number;
    to->n += later->n;
}

size_t level_add(struct bucket *bucket, size_t *n_bucket, size_t cap, maru_time step_us,
                 const struct sample *sample, size_t n) {
    for (size_t i = 0; i < n; i++) {
        const maru_time at_us = level_floor(sample[i].at_us, step_us);
        if (*n_bucket == 0 || bucket[*n_bucket - 1].at_us != at_us) {
            if (*n_bucket == cap) {
                return i;
            }
            bucket[(*n_bucket)++] = (struct bucket){.at_us = at_us};
        }
        struct summary one = {0};
        summary_add(&one, &sample[i], 1);
        const struct bucket later = {.n = 1,
                                     .n_number = one.n_number,
                                     .low = one.low,
                                     .high = one.high,
                                     .mean = one.sum,
                                     .last = one.last,
                                     .last_us = one.last_us};
        join(&bucket[*n_bucket - 1], &later);
    }
    return n;
}

size_t level_join(struct bucket *out, maru_time step_us, const struct bucket *a, size_t n_a,
                  const struct bucket *b, size_t n_b) {
    size_t n = 0, i = 0, k = 0;
    while (i < n_a || k < n_b) {
        const bool takes_a = k == n_b || (i < n_a && a[i].at_us <= b[k].at_us);
        const struct bucket *next = takes_a ? &a[i++] : &b[k++];
        const maru_time at_us = level_floor(next->at_us, step_us);
        if (n == 0 || out[n - 1].at_us != at_us) {
            out[n++] = (struct bucket){.at_us = at_us};
        }
        join(&out[n - 1], next);
    }
    return n;
}

struct summary bucket_summary(const struct bucket *bucket, maru_time step_us) {
    return (struct summary){.n = bucket->n,
                            .n_number = bucket->n_number,
                            .from_us = bucket->at_us,
                            .to_us = bucket->at_us + step_us - 1,
                            .first = bucket->mean,
                            .last = bucket->last,
                            .low = bucket->low,
                            .high = bucket->high,
                            .sum = bucket->mean * (double)bucket->n_number,
                            .first_us = bucket->at_us,
                            .last_us = bucket->last_us,
                            .low_us = bucket->at_us,
                            .high_us = bucket->at_us};
}

// ---- bytes

static int64_t whole(const struct bucket *bucket, int column) {
    switch (column) {
    case 0:
        return bucket->at_us;
    case 1:
        return (int64_t)bucket->n;
    case 2:
        return (int64_t)bucket->n_number;
    default:
        return bucket->n_number > 0 ? bucket->last_us - bucket->at_us : 0;
    }
}

static double *number(struct bucket *bucket, int column) {
    double *const at[N_DOUBLE] = {&bucket->low, &bucket->high, &bucket->mean, &bucket->last};
    return at[column];
}

size_t level_bound(size_t n) {
    return 16 + N_WHOLE * packing_bound(n) + N_DOUBLE * decimals_bound(n);
}

size_t level_write(uint8_t *out, const struct bucket *bucket, size_t n) {
    int64_t column[LEVEL_MAX_BUCKETS];
    uint8_t *at = out;
    *at++ = FORMAT;
    at += varint_write(at, n);
    for (int k = 0; k < N_WHOLE; k++) {
        for (size_t i = 0; i < n; i++) {
            column[i] = whole(&bucket[i], k);
        }
        at += packing_write(at, column, n);
    }
    for (int k = 0; k < N_DOUBLE; k++) {
        for (size_t i = 0; i < n; i++) {
            struct bucket one = bucket[i];
            memcpy(&column[i], number(&one, k), sizeof column[i]);
        }
        at += decimals_write(at, column, n);
    }
    return (size_t)(at - out);
}

static bool is_sound(const struct bucket *bucket, int64_t n, int64_t n_number, int64_t last_us) {
    return n > 0 && n_number >= 0 && n_number <= n && last_us >= 0 &&
           last_us <= INT64_MAX - (bucket->at_us > 0 ? bucket->at_us : 0);
}

maru_status level_read(const uint8_t *bytes, size_t n_bytes, struct bucket *bucket, size_t *n,
                       maru_error *err) {
    struct packed_bytes from = {bytes, bytes + n_bytes};
    int64_t column[N_WHOLE][LEVEL_MAX_BUCKETS];
    uint64_t n_bucket = 0;
    bool is_good = n_bytes > 0 && *from.at++ == FORMAT && varint_read(&from, &n_bucket) &&
                   n_bucket > 0 && n_bucket <= LEVEL_MAX_BUCKETS;
    for (int k = 0; is_good && k < N_WHOLE; k++) {
        is_good = packing_read(&from, column[k], (size_t)n_bucket);
    }
    for (uint64_t i = 0; is_good && i < n_bucket; i++) {
        bucket[i] = (struct bucket){.at_us = column[0][i]};
        is_good = is_sound(&bucket[i], column[1][i], column[2][i], column[3][i]);
        if (is_good) {
            bucket[i].n = (uint64_t)column[1][i];
            bucket[i].n_number = (uint64_t)column[2][i];
            bucket[i].last_us = column[0][i] + column[3][i];
        }
    }
    for (int k = 0; is_good && k < N_DOUBLE; k++) {
        is_good = decimals_read(&from, column[0], (size_t)n_bucket);
        for (uint64_t i = 0; is_good && i < n_bucket; i++) {
            memcpy(number(&bucket[i], k), &column[0][i], sizeof column[0][i]);
        }
    }
    if (!is_good || from.at != from.end) {
        return fail(err, MARU_E_INPUT, "a downsampled block is damaged");
    }
    *n = (size_t)n_bucket;
    return MARU_OK;
}
