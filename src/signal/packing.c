#include "signal/packing.h"

#include <string.h>

// What signals have in common is that a value is near the one before (a level), or that its change is near the change
// before (a clock). So there are three orders of difference: the value itself, its difference, the difference of the differences;
// and two ways to make them small and not negative: subtract the smallest, or fold the sign in (0, -1, 1, -2, ...).
// Of the six the shortest is taken. All then have the same number of bits, so that reading is a shift and a mask; the few that
// would need more are kept apart with their places and written over what stands there (patched frame of reference: Zukowski
// et al., ICDE 2006).
//
// Layout: a byte (order | FOLDED | PATCHED), a byte with the width 0 to 64, `order` first values as svarints, the base as
// svarint unless folded, where PATCHED a varint count and for each place (u16) and value (u64), then the bits, lowest first.
// Arithmetic is modulo 2^64, so that any integers come back.

enum { FOLDED = 4, PATCHED = 8, N_ORDER = 3, PATCH_BITS = 80, HEAD_BYTES = 2 + 3 * 10 + 3 };

size_t packing_bound(size_t n) { return HEAD_BYTES + 8 * n + 8; }

static uint64_t fold(int64_t value) {
    return ((uint64_t)value << 1) ^ (value < 0 ? UINT64_MAX : 0);
}
static int64_t unfold(uint64_t value) {
    return (int64_t)((value >> 1) ^ ((value & 1) ? UINT64_MAX : 0));
}

size_t varint_write(uint8_t *out, uint64_t value) {
    size_t n = 0;
    while (value >= 0x80) {
        out[n++] = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    out[n++] = (uint8_t)value;
    return n;
}

bool varint_read(struct packed_bytes *from, uint64_t *value) {
    uint64_t sum = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (from->at == from->end) {
            return false;
        }
        const uint8_t byte = *from->at++;
        if (shift == 63 && byte > 1) {
            return false;
        }
        sum |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            *value = sum;
            return true;
        }
    }
    return false;
}

size_t svarint_write(uint8_t *out, int64_t value) { return varint_write(out, fold(value)); }

bool svarint_read(struct packed_bytes *from, int64_t *value) {
    uint64_t folded = 0;
    if (!varint_read(from, &folded)) {
        return false;
    }
    *value = unfold(folded);
    return true;
}

static unsigned width_of(uint64_t value) {
    return value == 0 ? 0 : 64 - (unsigned)__builtin_clzll(value);
}

static int64_t minus(int64_t a, int64_t b) { return (int64_t)((uint64_t)a - (uint64_t)b); }
static int64_t plus(int64_t a, int64_t b) { return (int64_t)((uint64_t)a + (uint64_t)b); }

// ---- choosing

struct choice {
    unsigned order, width;
    bool is_folded;
    uint32_t n_patch;
    uint64_t bits; // of the whole, roughly
};

static unsigned n_of(uint32_t count[65]) {
    unsigned n = 64;
    while (n > 0 && count[n] == 0) {
        n--;
    }
    return n;
}

// The width that costs least, where `count` says how many values need how many bits.
static void weigh(struct choice *best, uint32_t count[65], unsigned order, bool is_folded) {
    uint32_t n = 0;
    for (unsigned w = 0; w <= 64; w++) {
        n += count[w];
    }
    uint32_t n_patch = 0;
    for (unsigned w = n_of(count);; w--) {
        const uint64_t bits = (uint64_t)n * w + (uint64_t)n_patch * PATCH_BITS + order * 16u;
        if (bits < best->bits && n_patch <= n / 8) {
            *best = (struct choice){order, w, is_folded, n_patch, bits};
        }
        n_patch += count[w];
        if (w == 0) {
            return;
        }
    }
}

// Differences of one order, in place of the values; the first `order` of them stay what they are.
static void differ(int64_t *value, size_t n, unsigned order) {
    for (unsigned k = 0; k < order; k++) {
        for (size_t i = n; i-- > k + 1;) {
            value[i] = minus(value[i], value[i - 1]);
        }
    }
}

static struct choice choose(const int64_t *value, size_t n, int64_t least[N_ORDER]) {
    struct choice best = {.bits = UINT64_MAX};
    uint32_t count[N_ORDER][65] = {{0}}, folded[N_ORDER][65] = {{0}};
    for (unsigned order = 0; order < N_ORDER; order++) {
        least[order] = INT64_MAX;
    }
    for (int pass = 0; pass < 2; pass++) { // the smallest of each order, then the widths above it
        int64_t first = 0, second = 0;
        for (size_t i = 0; i < n; i++) {
            const int64_t d[N_ORDER] = {value[i], minus(value[i], first),
                                        minus(minus(value[i], first), second)};
            for (unsigned order = 0; order < N_ORDER && order <= i; order++) {
                if (pass == 0) {
                    least[order] = d[order] < least[order] ? d[order] : least[order];
                } else {
                    count[order][width_of((uint64_t)d[order] - (uint64_t)least[order])]++;
                    folded[order][width_of(fold(d[order]))]++;
                }
            }
            second = i == 0 ? 0 : d[1];
            first = value[i];
        }
    }
    for (unsigned order = 0; order < N_ORDER && (order < n || order == 0); order++) {
        weigh(&best, count[order], order, false);
        weigh(&best, folded[order], order, true);
    }
    return best;
}

// ---- writing

static uint8_t *put_u64(uint8_t *at, uint64_t value) {
    for (unsigned i = 0; i < 8; i++) {
        at[i] = (uint8_t)(value >> (8 * i));
    }
    return at + 8;
}

static uint64_t load_u64(const uint8_t *at) {
    uint64_t value = 0;
    for (unsigned i = 0; i < 8; i++) { // compilers make one load of it
        value |= (uint64_t)at[i] << (8 * i);
    }
    return value;
}

static uint8_t *put_patches(uint8_t *at, const uint64_t *small, size_t n,
                            const struct choice *choice) {
    at += varint_write(at, choice->n_patch);
    for (size_t i = 0; i < n; i++) {
        if (width_of(small[i]) > choice->width) {
            *at++ = (uint8_t)i;
            *at++ = (uint8_t)(i >> 8);
            at = put_u64(at, small[i]);
        }
    }
    return at;
}

static uint8_t *put_bits(uint8_t *at, const uint64_t *small, size_t n, unsigned width) {
    const uint64_t mask = width == 64 ? UINT64_MAX : ((uint64_t)1 << width) - 1;
    uint64_t pending = 0;
    unsigned n_pending = 0;
    for (size_t i = 0; i < n && width > 0; i++) {
        const uint64_t bits = small[i] & mask;
        pending |= bits << n_pending;
        if (n_pending + width >= 64) {
            at = put_u64(at, pending);
            pending = n_pending == 0 ? 0 : bits >> (64 - n_pending);
            n_pending = n_pending + width - 64;
        } else {
            n_pending += width;
        }
    }
    for (; n_pending > 0; n_pending = n_pending > 8 ? n_pending - 8 : 0) {
        *at++ = (uint8_t)pending;
        pending >>= 8;
    }
    return at;
}

size_t packing_write(uint8_t *out, const int64_t *value, size_t n) {
    if (n == 0) {
        return 0;
    }
    int64_t least[N_ORDER];
    const struct choice choice = choose(value, n, least);
    int64_t difference[PACKING_MAX_VALUES];
    uint64_t small[PACKING_MAX_VALUES];
    memcpy(difference, value, n * sizeof *value);
    differ(difference, n, choice.order);
    const int64_t base = choice.is_folded ? 0 : least[choice.order];
    const size_t n_small = n - choice.order;
    for (size_t i = 0; i < n_small; i++) {
        const int64_t d = difference[i + choice.order];
        small[i] = choice.is_folded ? fold(d) : (uint64_t)d - (uint64_t)base;
    }
    uint8_t *at = out;
    *at++ = (uint8_t)(choice.order | (choice.is_folded ? FOLDED : 0u) |
                      (choice.n_patch > 0 ? PATCHED : 0u));
    *at++ = (uint8_t)choice.width;
    for (unsigned i = 0; i < choice.order; i++) {
        at += svarint_write(at, difference[i]);
    }
    if (!choice.is_folded) {
        at += svarint_write(at, base);
    }
    if (choice.n_patch > 0) {
        at = put_patches(at, small, n_small, &choice);
    }
    return (size_t)(put_bits(at, small, n_small, choice.width) - out);
}

// ---- reading

static bool get_bits(struct packed_bytes *from, uint64_t *small, size_t n, unsigned width) {
    const size_t n_bytes = (n * width + 7) / 8;
    if (n_bytes > (size_t)(from->end - from->at)) {
        return false;
    }
    const uint8_t *bytes = from->at;
    const uint64_t mask = width == 64 ? UINT64_MAX : ((uint64_t)1 << width) - 1;
    const size_t n_left = (size_t)(from->end - bytes);
    size_t i = 0;
    for (; i < n && (i * width >> 3) + 9 <= n_left; i++) { // nine bytes hold any value
        const size_t bit = i * width;
        const uint8_t *at = bytes + (bit >> 3);
        const unsigned shift = bit & 7;
        uint64_t value = load_u64(at) >> shift;
        if (shift + width > 64) {
            value |= (uint64_t)at[8] << (64 - shift);
        }
        small[i] = value & mask;
    }
    uint8_t tail[18] = {0}; // the last ones, with room behind them
    const size_t begin = i * width >> 3;
    if (i < n) {
        memcpy(tail, bytes + begin, n_bytes - begin);
    }
    for (; i < n; i++) {
        const size_t bit = i * width - 8 * begin;
        const uint8_t *at = tail + (bit >> 3);
        const unsigned shift = bit & 7;
        uint64_t value = load_u64(at) >> shift;
        if (shift + width > 64) {
            value |= (uint64_t)at[8] << (64 - shift);
        }
        small[i] = value & mask;
    }
    from->at += n_bytes;
    return true;
}

struct patches {
    const uint8_t *at;
    size_t n;
};

static bool get_patches(struct packed_bytes *from, struct patches *out, size_t n) {
    uint64_t n_patch = 0;
    if (!varint_read(from, &n_patch) || n_patch > n ||
        n_patch * 10 > (uint64_t)(from->end - from->at)) {
        return false;
    }
    *out = (struct patches){from->at, (size_t)n_patch};
    from->at += n_patch * 10;
    return true;
}

static bool apply(const struct patches *patches, uint64_t *small, size_t n) {
    for (size_t i = 0; i < patches->n; i++) {
        const uint8_t *at = patches->at + 10 * i;
        const size_t place = (size_t)at[0] | (size_t)at[1] << 8;
        if (place >= n) {
            return false;
        }
        small[place] = load_u64(at + 2);
    }
    return true;
}

bool packing_read(struct packed_bytes *from, int64_t *value, size_t n) {
    if (n == 0) {
        return true;
    }
    if (n > PACKING_MAX_VALUES || from->end - from->at < 2) {
        return false;
    }
    const unsigned how = *from->at++, width = *from->at++;
    const unsigned order = how & 3u;
    if (how > (PATCHED | FOLDED | 2u) || order >= N_ORDER || order > n || width > 64) {
        return false;
    }
    int64_t base = 0;
    for (unsigned i = 0; i < order; i++) {
        if (!svarint_read(from, &value[i])) {
            return false;
        }
    }
    if (!(how & FOLDED) && !svarint_read(from, &base)) {
        return false;
    }
    struct patches patches = {0};
    uint64_t small[PACKING_MAX_VALUES];
    if (((how & PATCHED) && !get_patches(from, &patches, n - order)) ||
        !get_bits(from, small, n - order, width) || !apply(&patches, small, n - order)) {
        return false;
    }
    for (size_t i = order; i < n; i++) {
        const uint64_t bits = small[i - order];
        value[i] = (how & FOLDED) ? unfold(bits) : plus((int64_t)bits, base);
    }
    for (unsigned k = order; k-- > 0;) {
        for (size_t i = k + 1; i < n; i++) {
            value[i] = plus(value[i], value[i - 1]);
        }
    }
    return true;
}
