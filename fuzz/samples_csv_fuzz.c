#include "target.h"

#include "base/text.h"
#include "wire/csv/samples_csv.h"

#include <inttypes.h>
#include <string.h>

// Any bytes as a file of measurements. The first byte says how many bytes are seen more at a time.
// Properties: a layout that was guessed can be read with; pushed in parts the rows are the same as at
// once; each cell of a row becomes a value, a fault or nothing, and never two of them.

enum { MAX_BYTES = 1 << 26 };

static void check_layout(const struct samples_layout *l) {
    must(l->n_column > 1 && l->n_column <= CSV_MAX_FIELDS && l->time_column < l->n_column);
    must(l->decimal != l->thousands && l->form < N_MOMENT_FORM);
    must(!l->is_long || (l->name_column < l->n_column && l->value_column < l->n_column &&
                         l->name_column != l->value_column));
    for (uint32_t i = 0; i < l->n_column; i++) {
        must(l->column[i].name[0] != '\0' && l->column[i].kind <= SAMPLES_TEXT);
    }
}

static void show_row(const struct samples_layout *l, const struct samples_row *row,
                     struct text *out) {
    must(row->n + row->n_fault + row->n_empty <= CSV_MAX_FIELDS);
    must(row->line >= l->first_line);
    for (uint32_t i = 0; i < row->n; i++) {
        const struct samples_value *v = &row->value[i];
        must(v->column != l->time_column && v->sample.type < N_SAMPLE_TYPE);
        must(i == 0 || v->column > row->value[i - 1].column);
        text_addf(out, "%u %s %" PRId64 " ", row->line, v->name, v->sample.at_us);
        if (v->sample.type == SAMPLE_TEXT) {
            text_add(out, v->sample.value.text, v->sample.n_text);
        } else {
            text_addf(out, "%" PRId64, v->sample.value.integer);
        }
    }
    for (uint32_t i = 0; i < row->n_fault; i++) {
        text_addf(out, "!%u:%u %s", row->fault[i].line, row->fault[i].column, row->fault[i].why);
    }
}

static void show_all(const struct samples_layout *layout, const char *bytes, size_t n,
                     size_t n_more, struct text *out) {
    struct samples_reader reader;
    samples_init(&reader, layout);
    size_t n_seen = n_more < n ? n_more : n;
    maru_status st = MARU_OK;
    while (st == MARU_OK) {
        struct arena arena;
        arena_init(&arena, MAX_BYTES);
        struct samples_row row;
        size_t n_used = 0;
        maru_error err = {0};
        st = samples_next(&reader, bytes, n_seen, n_seen == n, &arena, &row, &n_used, &err);
        if (st == MARU_OK) {
            must(n_used > 0 && n_used <= n_seen);
            show_row(layout, &row, out);
            bytes += n_used;
            n -= n_used;
            n_seen -= n_used;
        } else if (st == MARU_MORE && n_seen < n) {
            n_seen = n - n_seen > n_more ? n_seen + n_more : n;
            st = MARU_OK;
        } else if (st != MARU_MORE) {
            text_addf(out, "%u:%u %s", err.row, err.column, err.text);
        }
        arena_fini(&arena);
    }
    must(out->status == MARU_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    if (n == 0) {
        return 0;
    }
    const char *input = (const char *)bytes + 1;
    struct arena arena;
    arena_init(&arena, MAX_BYTES);
    struct samples_layout layout;
    maru_error err = {0};
    struct text whole, split;
    text_init(&whole, MAX_BYTES);
    text_init(&split, MAX_BYTES);
    if (samples_guess(input, n - 1, MOMENT_SEOUL_MIN, &arena, &layout, &err) == MARU_OK) {
        check_layout(&layout);
        show_all(&layout, input, n - 1, SIZE_MAX, &whole);
        show_all(&layout, input, n - 1, (size_t)(bytes[0] & 31) + 1 + n / 1000, &split);
        must(whole.n_bytes == split.n_bytes);
        must(whole.n_bytes == 0 || memcmp(whole.bytes, split.bytes, whole.n_bytes) == 0);
    } else {
        must(err.text[0] != '\0');
    }
    text_fini(&whole);
    text_fini(&split);
    arena_fini(&arena);
    return 0;
}
