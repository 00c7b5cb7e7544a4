#include "target.h"

#include <string.h>

#include "base/alloc.h"
#include "pool/money/civil_date.h"
#include "pool/money/prices.h"

// A table of prices. Properties: what is refused has a sentence; what is read is written and read back the same; and whatever is
// charged by it, two pieces are the whole.

enum { MAX_TEXT_BYTES = 1 << 24 };

static bool read(const char *bytes, size_t n, struct arena *arena, struct prices *prices) {
    maru_error err = {0};
    arena_init(arena, (size_t)1 << 28);
    const maru_status st = prices_read(bytes, n, CIVIL_SEOUL_MIN, arena, prices, &err);
    must(st == MARU_OK || err.text[0] != '\0');
    if (st != MARU_OK) {
        arena_fini(arena);
    }
    return st == MARU_OK;
}

static void charge(const struct prices *prices, uint64_t milli) {
    const struct price_gpus gpus = {prices->n_resource - 1, milli};
    const struct price_use use = {gpus.resource >= PRICE_OTHER ? &gpus : NULL,
                                  gpus.resource >= PRICE_OTHER, milli, milli};
    const int64_t from = prices->n ? prices->row[prices->n - 1].from_us : 0;
    const struct price_span whole = {from, from, from + 7777777777},
                            head = {from, from, from + 1234567},
                            tail = {from, from + 1234567, from + 7777777777};
    struct money sum, a, b;
    if (prices_charge(prices, &use, &whole, &sum, NULL) == MARU_OK) {
        must(prices_charge(prices, &use, &head, &a, NULL) == MARU_OK);
        must(prices_charge(prices, &use, &tail, &b, NULL) == MARU_OK);
        must(a.credits_micro + b.credits_micro == sum.credits_micro);
        must(a.krw_milli + b.krw_milli == sum.krw_milli && sum.krw_milli >= 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    struct arena arena, other;
    struct prices prices, again;
    struct text once, twice;
    if (!read((const char *)bytes, n, &arena, &prices)) {
        return 0;
    }
    text_init(&once, MAX_TEXT_BYTES);
    text_init(&twice, MAX_TEXT_BYTES);
    prices_write(&once, &prices, 0);
    must(once.status == MARU_OK && read(once.bytes, once.n_bytes, &other, &again));
    prices_write(&twice, &again, 0);
    must(prices.n == again.n && once.n_bytes == twice.n_bytes);
    must(memcmp(once.bytes, twice.bytes, once.n_bytes) == 0);
    for (uint64_t milli = 1; milli < UINT64_MAX / 64; milli *= 37) {
        charge(&prices, milli);
    }
    text_fini(&once);
    text_fini(&twice);
    arena_fini(&arena);
    arena_fini(&other);
    return 0;
}
