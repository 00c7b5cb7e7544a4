#include "target.h"

#include "base/csv.h"
#include "base/text.h"

#include <string.h>

// CSV text, read as a whole, in small pushes, and once more after our own writer wrote what was
// read.
//
// The first byte chooses the reader (separator, quotes) and the size of the pushes; the rest is the
// text. Properties: any split of the input gives the same rows or the same error; each prefix of a
// good row gives MORE and touches nothing; rows that were written read back the same.

enum { MAX_PREFIX_BYTES = 300, MAX_ARENA_BYTES = 1 << 28 };

// Adds a row as text in which nothing is ambiguous: line, number of fields, lengths, bytes.
static void show_row(const struct csv_row *row, struct text *out) {
    text_addf(out, "%u:%u", row->line, row->n_field);
    for (uint32_t i = 0; i < row->n_field; i++) {
        must(strlen(row->field[i].bytes) == row->field[i].n);
        text_addf(out, "|%u|", row->field[i].n);
        text_add(out, row->field[i].bytes, row->field[i].n);
    }
    text_addz(out, "\n");
}

// Reads everything, `n_more` bytes visible more at a time, into `out`, and an error too.
static maru_status show_all(struct csv_reader reader, const char *bytes, size_t n, size_t n_more,
                            struct text *out) {
    struct arena arena;
    arena_init(&arena, MAX_ARENA_BYTES);
    size_t n_seen = n_more < n ? n_more : n;
    maru_status st = MARU_OK;
    while (st == MARU_OK) {
        struct csv_row row;
        size_t n_used = 0;
        maru_error err;
        st = csv_next(&reader, bytes, n_seen, n_seen == n, &arena, &row, &n_used, &err);
        if (st == MARU_OK) {
            must(n_used > 0 && n_used <= n_seen);
            show_row(&row, out);
            bytes += n_used;
            n -= n_used;
            n_seen -= n_used;
        } else if (st == MARU_MORE && n_seen < n) {
            n_seen = n - n_seen > n_more ? n_seen + n_more : n;
            st = MARU_OK;
        } else if (st != MARU_MORE) {
            text_addf(out, "%d %u:%u %s", (int)st, err.row, err.column, err.text);
        }
    }
    arena_fini(&arena);
    must(out->status == MARU_OK);
    return st;
}

static void check_prefixes(struct csv_reader reader, const char *bytes, size_t n) {
    struct arena arena;
    arena_init(&arena, MAX_ARENA_BYTES);
    struct csv_row row = {0};
    size_t n_row = 0;
    struct csv_reader first = reader;
    if (csv_next(&first, bytes, n, false, &arena, &row, &n_row, NULL) == MARU_OK) {
        const size_t n_arena = arena.used_bytes;
        for (size_t k = 0; k < n_row && k < MAX_PREFIX_BYTES; k++) {
            struct csv_row other = {0};
            size_t n_used = 0;
            must(csv_next(&reader, bytes, k, false, &arena, &other, &n_used, NULL) == MARU_MORE);
            must(!other.field && n_used == 0 && arena.used_bytes == n_arena && reader.at_start);
        }
    }
    arena_fini(&arena);
}

// Writes all good rows with text_add_csv; gives their number.
static size_t write_rows(struct csv_reader reader, const char *bytes, size_t n, struct text *out) {
    struct arena arena;
    arena_init(&arena, MAX_ARENA_BYTES);
    struct csv_row row;
    size_t n_used = 0;
    size_t n_row = 0;
    while (csv_next(&reader, bytes, n, true, &arena, &row, &n_used, NULL) == MARU_OK) {
        for (uint32_t i = 0; i < row.n_field; i++) {
            text_addz(out, i > 0 ? "," : "");
            text_add_csv(out, row.field[i].bytes);
        }
        text_addz(out, "\n");
        bytes += n_used;
        n -= n_used;
        n_row++;
    }
    arena_fini(&arena);
    must(out->status == MARU_OK);
    return n_row;
}

static void check_round_trip(struct csv_reader reader, const char *bytes, size_t n) {
    struct text once, twice;
    text_init(&once, MAX_ARENA_BYTES);
    text_init(&twice, MAX_ARENA_BYTES);
    struct csv_reader comma;
    csv_init(&comma, ',', true);
    const size_t n_row = write_rows(reader, bytes, n, &once);
    // Quotes make rows longer: near the limit of a row they need not read back.
    if (n_row > 0 && n < CSV_MAX_ROW_BYTES / 3) {
        must(write_rows(comma, once.bytes, once.n_bytes, &twice) == n_row);
        must(once.n_bytes == twice.n_bytes && memcmp(once.bytes, twice.bytes, once.n_bytes) == 0);
    }
    text_fini(&once);
    text_fini(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    if (n == 0) {
        return 0;
    }
    struct csv_reader reader;
    csv_init(&reader, ",\t; "[bytes[0] & 3], (bytes[0] & 4) == 0);
    const char *input = (const char *)bytes + 1;
    n--;
    struct text whole, split;
    text_init(&whole, MAX_ARENA_BYTES);
    text_init(&split, MAX_ARENA_BYTES);
    const maru_status st = show_all(reader, input, n, SIZE_MAX, &whole);
    const size_t n_more = (size_t)(bytes[0] >> 3) + 1 + n / 1000; // few pushes of a long text
    must(show_all(reader, input, n, n_more, &split) == st);
    must(whole.n_bytes == split.n_bytes);
    must(whole.n_bytes == 0 || memcmp(whole.bytes, split.bytes, whole.n_bytes) == 0);
    text_fini(&whole);
    text_fini(&split);
    check_prefixes(reader, input, n);
    check_round_trip(reader, input, n);
    return 0;
}
