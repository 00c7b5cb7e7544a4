#include "wire/secs/item.h"

#include "base/number.h"
#include "base/status.h"

#include <assert.h>
#include <math.h>
#include <string.h>

// One walk over the bytes, used twice: first without a place for the items, to check everything and
// count them, then into one block of the arena. Open lists are kept on a stack of SECS_MAX_DEPTH
// entries, so nothing recurses.
//
//     format byte   6 bits of code, 2 bits: how many length bytes (1 to 3)
//     length        bytes of the body; of a list: how many items
//     body          values, big-endian
//
// Each item takes 2 bytes at least, so a count is compared with what is left before it is believed.

struct kind_row {
    const char *name;
    uint8_t code;
    uint8_t width;
};

static const struct kind_row kinds[N_SECS_KIND] = {
#define SECS_ROW(name, code, width) {#name, code, width},
    SECS_KINDS(SECS_ROW)
#undef SECS_ROW
};

const char *secs_kind_name(enum secs_kind kind) { return kinds[kind].name; }

uint32_t secs_kind_width(enum secs_kind kind) { return kinds[kind].width; }

bool secs_kind_named(const char *name, size_t n, enum secs_kind *kind) {
    for (uint32_t i = 0; i < N_SECS_KIND; i++) {
        if (strlen(kinds[i].name) == n && memcmp(kinds[i].name, name, n) == 0) {
            *kind = (enum secs_kind)i;
            return true;
        }
    }
    return false;
}

static bool kind_of_code(uint8_t code, uint8_t *kind) {
    for (uint32_t i = 0; i < N_SECS_KIND; i++) {
        if (kinds[i].code == code) {
            *kind = (uint8_t)i;
            return true;
        }
    }
    return false;
}

// ---- decoding

struct walk {
    const uint8_t *bytes;
    size_t n, at;
    struct secs_item *item; // NULL while counting
    uint32_t n_item;
    uint32_t depth;
    struct {
        uint32_t item, left;
    } open[SECS_MAX_DEPTH];
    maru_error *err;
};

static maru_status refuse(const struct walk *w, size_t at, uint32_t wanted) {
    return fail_at(w->err, MARU_E_INPUT, NULL, 0, (uint32_t)at + 1,
                   "%u bytes wanted at %zu, %zu there", (unsigned)wanted, at, w->n - at);
}

// Reads format byte and length at `at`; leaves `at` at the body.
static maru_status read_head(struct walk *w, uint8_t *kind, uint32_t *length) {
    const size_t start = w->at;
    if (start == w->n) {
        return fail_at(w->err, MARU_E_INPUT, NULL, 0, (uint32_t)start + 1,
                       "an item is wanted at %zu, where the bytes end", start);
    }
    const uint8_t format = w->bytes[start];
    const uint32_t n_length = format & 3;
    if (!kind_of_code(format >> 2, kind)) {
        return fail_at(w->err, MARU_E_INPUT, NULL, 0, (uint32_t)start + 1,
                       "the format code 0o%02o at %zu is not defined", (unsigned)(format >> 2),
                       start);
    }
    if (n_length == 0) {
        return fail_at(w->err, MARU_E_INPUT, NULL, 0, (uint32_t)start + 1,
                       "the format byte at %zu says that no length follows", start);
    }
    w->at++;
    if (n_length > w->n - w->at) {
        return refuse(w, w->at, n_length);
    }
    *length = 0;
    for (uint32_t i = 0; i < n_length; i++) {
        *length = *length << 8 | w->bytes[w->at++];
    }
    return MARU_OK;
}

static maru_status open_list(struct walk *w, uint32_t n, size_t start) {
    if (n > (w->n - w->at) / 2) {
        return fail_at(w->err, MARU_E_INPUT, NULL, 0, (uint32_t)start + 1,
                       "a list of %u items at %zu, but only %zu bytes follow", (unsigned)n, start,
                       w->n - w->at);
    }
    if (n > 0) {
        if (w->depth == SECS_MAX_DEPTH) {
            return fail_at(w->err, MARU_E_LIMIT, NULL, 0, (uint32_t)start + 1,
                           "more than %d lists inside each other, at %zu", SECS_MAX_DEPTH, start);
        }
        w->open[w->depth].item = w->n_item - 1;
        w->open[w->depth].left = n;
        w->depth++;
    }
    return MARU_OK;
}

// The item that was read is whole: so are the lists that end with it.
static void close_lists(struct walk *w) {
    while (w->depth > 0 && --w->open[w->depth - 1].left == 0) {
        w->depth--;
        const uint32_t list = w->open[w->depth].item;
        if (w->item) {
            w->item[list].span = w->n_item - list;
        }
    }
}

// Steps over the values of an item that is no list, and notes where they are.
static maru_status read_values(struct walk *w, size_t start, enum secs_kind kind, uint32_t length,
                               struct secs_item *item) {
    const uint32_t width = kinds[kind].width > 0 ? kinds[kind].width : 1;
    if (length % width != 0) {
        return fail_at(w->err, MARU_E_INPUT, NULL, 0, (uint32_t)start + 1,
                       "%u bytes at %zu are no whole number of %s", (unsigned)length, start,
                       kinds[kind].name);
    }
    if (length > w->n - w->at) {
        return refuse(w, w->at, length);
    }
    if (item) {
        item->n = length / width;
        item->bytes = w->bytes + w->at;
    }
    w->at += length;
    close_lists(w);
    return MARU_OK;
}

static maru_status read_item(struct walk *w) {
    const size_t start = w->at;
    uint8_t kind = 0;
    uint32_t length = 0;
    maru_status st = read_head(w, &kind, &length);
    if (st != MARU_OK) {
        return st;
    }
    if (w->n_item == SECS_MAX_ITEMS) {
        return fail_at(w->err, MARU_E_LIMIT, NULL, 0, (uint32_t)start + 1,
                       "more than %d items in one message", SECS_MAX_ITEMS);
    }
    struct secs_item *item = w->item ? &w->item[w->n_item] : NULL;
    w->n_item++;
    if (item) {
        *item = (struct secs_item){kind, length, 1, NULL};
    }
    if (kind != SECS_L) {
        return read_values(w, start, (enum secs_kind)kind, length, item);
    }
    st = open_list(w, length, start);
    if (st == MARU_OK && length == 0) {
        close_lists(w);
    }
    return st;
}

static maru_status walk_body(struct walk *w) {
    do {
        const maru_status st = read_item(w);
        if (st != MARU_OK) {
            return st;
        }
    } while (w->depth > 0);
    if (w->at < w->n) {
        return fail_at(w->err, MARU_E_INPUT, NULL, 0, (uint32_t)w->at + 1,
                       "%zu bytes behind the item, at %zu", w->n - w->at, w->at);
    }
    return MARU_OK;
}

maru_status secs_decode(const uint8_t *bytes, size_t n, struct arena *arena,
                        const struct secs_item **root, maru_error *err) {
    if (n == 0) {
        *root = NULL;
        return MARU_OK;
    }
    if (n > UINT32_MAX - 1) {
        return fail(err, MARU_E_LIMIT, "the message is too long");
    }
    struct walk w;
    w.bytes = bytes;
    w.n = n;
    w.at = 0;
    w.item = NULL;
    w.n_item = 0;
    w.depth = 0;
    w.err = err;
    maru_status st = walk_body(&w);
    if (st != MARU_OK) {
        return st;
    }
    w.item = arena_take(arena, w.n_item, sizeof *w.item);
    if (!w.item) {
        return arena_refusal(arena, err);
    }
    w.at = 0;
    w.n_item = 0;
    st = walk_body(&w); // the same way again: it cannot fail now
    if (st == MARU_OK) {
        *root = w.item;
    }
    return st;
}

const struct secs_item *secs_child(const struct secs_item *list, uint32_t k) {
    if (!list || list->kind != SECS_L || k >= list->n) {
        return NULL;
    }
    const struct secs_item *item = list + 1;
    for (; k > 0; k--) {
        item += item->span;
    }
    return item;
}

bool secs_is_list(const struct secs_item *item, uint32_t n) {
    return item && item->kind == SECS_L && item->n == n;
}

bool secs_is_text(const struct secs_item *item) {
    return item && (item->kind == SECS_A || item->kind == SECS_J || item->kind == SECS_C2);
}

// ---- values

// A number as it is, without loss: a sign and 64 bits, or a double.
struct number {
    bool is_double;
    bool is_negative; // and the magnitude is not 0
    uint64_t magnitude;
    double value; // of a double
};

static uint64_t read_bits(const struct secs_item *item, uint32_t k) {
    const uint32_t width = kinds[item->kind].width;
    const uint8_t *p = item->bytes + (size_t)k * width;
    uint64_t bits = 0;
    for (uint32_t i = 0; i < width; i++) {
        bits = bits << 8 | p[i];
    }
    return bits;
}

static double read_float(const struct secs_item *item, uint32_t k) {
    const uint64_t bits = read_bits(item, k);
    if (item->kind == SECS_F4) {
        const uint32_t half = (uint32_t)bits;
        float value = 0.0F;
        memcpy(&value, &half, sizeof value);
        return (double)value;
    }
    double value = 0.0;
    memcpy(&value, &bits, sizeof value);
    return value;
}

// A whole double becomes a whole number, so that 5 is 5.
static struct number of_double(double value) {
    struct number out = {.is_double = true, .value = value};
    if (fabs(value) < 0x1p64 && floor(value) == value) {
        out.is_double = false;
        out.is_negative = value < 0.0;
        out.magnitude = (uint64_t)fabs(value);
    }
    return out;
}

static struct number of_signed(uint64_t bits, uint32_t width) {
    assert(width > 0 && width <= 8);
    const uint64_t sign = UINT64_C(1) << (width * 8 - 1);
    struct number out = {.is_negative = (bits & sign) != 0, .magnitude = bits};
    if (out.is_negative) {
        const uint64_t all = sign | (sign - 1);
        out.magnitude = (all - bits + 1) & all;
        out.magnitude = out.magnitude == 0 ? sign : out.magnitude;
    }
    return out;
}

// False where value k is no number.
static bool read_number(const struct secs_item *item, uint32_t k, struct number *out) {
    if (!item || item->kind == SECS_L || k >= item->n) {
        return false;
    }
    switch ((enum secs_kind)item->kind) {
    case SECS_B:
    case SECS_U1:
    case SECS_U2:
    case SECS_U4:
    case SECS_U8:
        *out = (struct number){.magnitude = read_bits(item, k)};
        return true;
    case SECS_BOOLEAN:
        *out = (struct number){.magnitude = read_bits(item, k) != 0};
        return true;
    case SECS_I1:
    case SECS_I2:
    case SECS_I4:
    case SECS_I8:
        *out = of_signed(read_bits(item, k), kinds[item->kind].width);
        return true;
    case SECS_F4:
    case SECS_F8:
        *out = of_double(read_float(item, k));
        return true;
    case SECS_L:
    case SECS_A:
    case SECS_J:
    case SECS_C2:
    case N_SECS_KIND:
    default:
        return false;
    }
}

static bool as_int64(const struct number *number, int64_t *value) {
    const uint64_t lowest = UINT64_C(1) << 63;
    if (number->is_double || number->magnitude > lowest ||
        (number->magnitude == lowest && !number->is_negative)) {
        return false;
    }
    if (number->magnitude == lowest) {
        *value = INT64_MIN;
    } else {
        *value = number->is_negative ? -(int64_t)number->magnitude : (int64_t)number->magnitude;
    }
    return true;
}

bool secs_integer(const struct secs_item *item, uint32_t k, int64_t *value) {
    struct number number;
    return read_number(item, k, &number) && as_int64(&number, value);
}

bool secs_number(const struct secs_item *item, uint32_t k, double *value) {
    struct number number;
    if (!read_number(item, k, &number)) {
        return false;
    }
    if (item->kind == SECS_F4 || item->kind == SECS_F8) {
        *value = read_float(item, k);
    } else {
        *value = number.is_negative ? -(double)number.magnitude : (double)number.magnitude;
    }
    return true;
}

static bool is_same_number(const struct number *a, const struct number *b) {
    if (a->is_double != b->is_double) {
        return false;
    }
    if (a->is_double) {
        return a->value == b->value || (isnan(a->value) && isnan(b->value));
    }
    return a->magnitude == b->magnitude && (a->magnitude == 0 || a->is_negative == b->is_negative);
}

// What a kind is compared as.
enum family { OF_LIST, OF_TEXT, OF_WIDE_TEXT, OF_BYTES, OF_TRUTH, OF_NUMBERS };

static enum family family_of(const struct secs_item *item) {
    switch ((enum secs_kind)item->kind) {
    case SECS_L:
        return OF_LIST;
    case SECS_A:
    case SECS_J:
        return OF_TEXT;
    case SECS_C2:
        return OF_WIDE_TEXT;
    case SECS_B:
        return OF_BYTES;
    case SECS_BOOLEAN:
        return OF_TRUTH;
    case SECS_I8:
    case SECS_I1:
    case SECS_I2:
    case SECS_I4:
    case SECS_F8:
    case SECS_F4:
    case SECS_U8:
    case SECS_U1:
    case SECS_U2:
    case SECS_U4:
    case N_SECS_KIND:
    default:
        return OF_NUMBERS;
    }
}

static bool is_bytes_alike(const struct secs_item *a, const struct secs_item *b) {
    return a->n == b->n && (a->n == 0 || memcmp(a->bytes, b->bytes, a->n) == 0);
}

static bool are_numbers_alike(const struct secs_item *a, const struct secs_item *b) {
    if (a->n != b->n) {
        return false;
    }
    for (uint32_t k = 0; k < a->n; k++) {
        struct number x, y;
        if (!read_number(a, k, &x) || !read_number(b, k, &y) || !is_same_number(&x, &y)) {
            return false;
        }
    }
    return true;
}

// Text that is a whole number, and one number.
static bool is_text_of_number(const struct secs_item *text, const struct secs_item *number) {
    int64_t a = 0;
    int64_t b = 0;
    return number->n == 1 && text->n > 0 && number_int64((const char *)text->bytes, text->n, &a) &&
           secs_integer(number, 0, &b) && a == b;
}

static bool is_value_alike(const struct secs_item *a, const struct secs_item *b,
                           enum secs_sameness how) {
    const enum family x = family_of(a);
    const enum family y = family_of(b);
    if (x == OF_LIST || y == OF_LIST) {
        return x == y && a->n == b->n;
    }
    if (x == y) {
        return x >= OF_TRUTH ? are_numbers_alike(a, b) : is_bytes_alike(a, b);
    }
    if (how != SECS_LOOSELY) {
        return false;
    }
    if (x >= OF_BYTES && y >= OF_BYTES) {
        return are_numbers_alike(a, b);
    }
    return (x == OF_TEXT && y >= OF_BYTES && is_text_of_number(a, b)) ||
           (y == OF_TEXT && x >= OF_BYTES && is_text_of_number(b, a));
}

bool secs_is_same(const struct secs_item *a, const struct secs_item *b, enum secs_sameness how) {
    if (!a || !b) {
        return a == b;
    }
    // Lists with the same counts have the same shape, so both can be walked side by side.
    const uint32_t n = a->span;
    if (b->span != n) {
        return false;
    }
    for (uint32_t i = 0; i < n; i++) {
        if (!is_value_alike(&a[i], &b[i], how)) {
            return false;
        }
    }
    return true;
}

// ---- writing

size_t secs_head(enum secs_kind kind, uint32_t length, uint8_t head[SECS_HEAD_BYTES]) {
    const uint32_t n_length = length > 0xFFFF ? 3 : length > 0xFF ? 2 : 1;
    head[0] = (uint8_t)((unsigned)kinds[kind].code << 2 | n_length);
    for (uint32_t i = 0; i < n_length; i++) {
        head[1 + i] = (uint8_t)(length >> 8 * (n_length - 1 - i));
    }
    return 1 + n_length;
}

static void put_head(struct text *out, enum secs_kind kind, size_t length) {
    if (length > SECS_MAX_LENGTH) {
        out->status = out->status == MARU_OK ? MARU_E_LIMIT : out->status;
        return;
    }
    uint8_t head[SECS_HEAD_BYTES];
    text_add(out, (const char *)head, secs_head(kind, (uint32_t)length, head));
}

void secs_put_list(struct text *out, uint32_t n) { put_head(out, SECS_L, n); }

void secs_put_bytes(struct text *out, enum secs_kind kind, const void *bytes, size_t n) {
    put_head(out, kind, n);
    text_add(out, bytes, n);
}

void secs_put_ascii(struct text *out, const char *zero_terminated) {
    secs_put_bytes(out, SECS_A, zero_terminated, strlen(zero_terminated));
}

void secs_put_byte(struct text *out, uint8_t byte) { secs_put_bytes(out, SECS_B, &byte, 1); }

void secs_put_boolean(struct text *out, bool value) {
    const uint8_t byte = value;
    secs_put_bytes(out, SECS_BOOLEAN, &byte, 1);
}

static void add_bits(struct text *out, uint64_t bits, uint32_t width) {
    char bytes[8];
    for (uint32_t i = 0; i < width; i++) {
        bytes[i] = (char)(bits >> 8 * (width - 1 - i));
    }
    text_add(out, bytes, width);
}

static void add_float(struct text *out, enum secs_kind kind, double value) {
    uint64_t bits = 0;
    if (kind == SECS_F4) {
        const float single = (float)value;
        uint32_t half = 0;
        memcpy(&half, &single, sizeof half);
        bits = half;
    } else {
        memcpy(&bits, &value, sizeof bits);
    }
    add_bits(out, bits, kinds[kind].width);
}

static bool is_signed_kind(enum secs_kind kind) {
    return kind == SECS_I1 || kind == SECS_I2 || kind == SECS_I4 || kind == SECS_I8;
}

static bool is_float_kind(enum secs_kind kind) { return kind == SECS_F4 || kind == SECS_F8; }

static bool does_fit(enum secs_kind kind, bool is_negative, uint64_t magnitude) {
    const uint32_t bits = kinds[kind].width * 8U;
    const uint64_t half = UINT64_C(1) << (bits - 1);
    if (is_signed_kind(kind)) {
        return magnitude < half || (is_negative && magnitude == half);
    }
    return (!is_negative || magnitude == 0) && (bits == 64 || magnitude >> bits == 0);
}

void secs_put_integer(struct text *out, enum secs_kind kind, int64_t value) {
    const uint64_t magnitude = value < 0 ? UINT64_C(0) - (uint64_t)value : (uint64_t)value;
    if (is_float_kind(kind)) {
        secs_put_double(out, kind, (double)value);
        return;
    }
    if (!does_fit(kind, value < 0, magnitude)) {
        out->status = out->status == MARU_OK ? MARU_E_RANGE : out->status;
        return;
    }
    put_head(out, kind, kinds[kind].width);
    add_bits(out, (uint64_t)value, kinds[kind].width);
}

void secs_put_double(struct text *out, enum secs_kind kind, double value) {
    put_head(out, kind, kinds[kind].width);
    add_float(out, kind, value);
}

void secs_put_item(struct text *out, const struct secs_item *item) {
    for (uint32_t i = 0; i < item->span; i++) {
        const enum secs_kind kind = (enum secs_kind)item[i].kind;
        if (kind == SECS_L) {
            secs_put_list(out, item[i].n);
        } else {
            secs_put_bytes(out, kind, item[i].bytes, (size_t)item[i].n * kinds[kind].width);
        }
    }
}
