#include "table_property.h"

#include "live/following/follow_table.h"

// A table of what a floor's names mean. Properties: what is refused has a fault with what would be right; what
// is read is found by its names, and is written and read back the same.

enum { MAX_TEXT_BYTES = 1 << 26 };

static bool read_table(const char *bytes, size_t n, struct follow_table *table) {
    struct reading reading = reading_begin();
    const maru_status st =
        follow_table_read("follow.csv", bytes, n, reading.faults, table, &reading.err);
    return reading_end(&reading, st);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    struct follow_table table, again;
    if (!read_table((const char *)bytes, n, &table)) {
        return 0;
    }
    for (uint32_t i = 0; i < table.keys.n; i++) {
        const struct follow_row *row = &table.row[i];
        must(row->about < N_FOLLOW_ABOUT && row->name[0] && row->means[0]);
        must((row->about == FOLLOW_EVENT) == (row->meaning < N_FOLLOW_MEANING));
        must(follow_table_find(&table, (enum follow_about)row->about, row->name) == row);
    }
    struct text one, two;
    text_init(&one, MAX_TEXT_BYTES);
    text_init(&two, MAX_TEXT_BYTES);
    follow_table_write(&table, &one);
    must(read_table(one.bytes, one.n_bytes, &again));
    follow_table_write(&again, &two);
    must_be_same(&one, &two);
    text_fini(&one);
    text_fini(&two);
    follow_table_fini(&table);
    follow_table_fini(&again);
    return 0;
}
