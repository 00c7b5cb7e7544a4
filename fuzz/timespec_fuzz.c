#include "target.h"

#include "base/text.h"
#include "plant/dialect/timespec.h"

// One cell of text as a span, an offset, a chance, a date and a share. Property: what is read is
// within its limits, and written and read again it is the same; what is refused has a reason.

static void check_offset(const char *s, size_t n) {
    maru_time value = 0, back = 0;
    struct complaint why = {NULL, NULL};
    struct text text;
    text_init(&text, 1 << 10);
    if (offset_read(s, n, &value, &why)) {
        must(value >= -TIMESPEC_MAX_US && value <= TIMESPEC_MAX_US);
        span_write(&text, value);
        must(offset_read(text.bytes, text.n_bytes, &back, &why) && back == value);
    } else {
        must(why.wrong && why.right);
        must(!span_read(s, n, &value, &why));
    }
    text_fini(&text);
}

static void check_chance(const char *s, size_t n) {
    struct chance chance = {0}, back = {0};
    struct complaint why = {NULL, NULL};
    struct text text;
    text_init(&text, 1 << 10);
    if (!chance_read(s, n, &chance, &why)) {
        must(why.wrong && why.right);
    } else if (chance.dist.kind == DIST_EMPIRICAL) {
        must(chance.n_file > 0 && chance.file >= s && chance.file + chance.n_file < s + n);
    } else {
        const struct dist *d = &chance.dist;
        must(d->a >= 0 && d->b >= 0 && d->c >= 0);
        must(d->kind != DIST_UNIFORM || d->a <= d->b);
        chance_write(&text, d);
        must(chance_read(text.bytes, text.n_bytes, &back, &why));
        const struct dist *b = &back.dist;
        must(b->kind == d->kind && b->a == d->a && b->b == d->b && b->c == d->c);
    }
    text_fini(&text);
}

static void check_date(const char *s, size_t n) {
    maru_time date = 0, back = 0;
    struct complaint why = {NULL, NULL};
    struct text text;
    text_init(&text, 1 << 10);
    if (date_read(s, n, &date, &why) || date_read_us_order(s, n, &date, &why)) {
        date_write(&text, date);
        must(date_read(text.bytes, text.n_bytes, &back, &why) && back == date);
    } else {
        must(why.wrong && why.right);
    }
    text_fini(&text);
}

static void check_share(const char *s, size_t n) {
    double share = -1, back = -1;
    struct complaint why = {NULL, NULL};
    struct text text;
    text_init(&text, 1 << 10);
    for (int is_percent = 0; is_percent < 2; is_percent++) {
        if (share_read(s, n, is_percent != 0, &share, &why)) {
            must(share >= 0 && share <= 1);
            text_clear(&text);
            text_add_double(&text, share);
            must(share_read(text.bytes, text.n_bytes, false, &back, &why) && back == share);
        } else {
            must(why.wrong && why.right);
        }
    }
    text_fini(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    const char *s = (const char *)bytes;
    check_offset(s, n);
    check_chance(s, n);
    check_date(s, n);
    check_share(s, n);
    return 0;
}
