#include "target.h"

#include <string.h>

#include "pool/money/civil_date.h"
#include "pool/reservation_table.h"

// A table of reservations. Properties: what is refused has a sentence; what is read is written and read back the same; each ends after it
// begins.

enum { MAX_TEXT_BYTES = 1 << 24 };

static bool read(const char *bytes, size_t n, struct arena *arena,
                 struct reservation_table *table) {
    maru_error err = {0};
    arena_init(arena, (size_t)1 << 28);
    const maru_status st = reservation_table_read(bytes, n, CIVIL_SEOUL_MIN, arena, table, &err);
    must(st == MARU_OK || err.text[0] != '\0');
    if (st != MARU_OK) {
        arena_fini(arena);
    }
    return st == MARU_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    struct arena arena, other;
    struct reservation_table table, again;
    struct text once, twice;
    if (!read((const char *)bytes, n, &arena, &table)) {
        return 0;
    }
    text_init(&once, MAX_TEXT_BYTES);
    text_init(&twice, MAX_TEXT_BYTES);
    reservation_table_write(&once, &table, 0);
    must(once.status == MARU_OK && read(once.bytes, once.n_bytes, &other, &again));
    reservation_table_write(&twice, &again, 0);
    must(table.n == again.n && once.n_bytes == twice.n_bytes);
    must(memcmp(once.bytes, twice.bytes, once.n_bytes) == 0);
    for (uint32_t i = 0; i < table.n; i++) {
        must(table.row[i].from_us < table.row[i].until_us);
        must(reservation_table_find(&table, table.row[i].name) == &table.row[i]);
    }
    text_fini(&once);
    text_fini(&twice);
    arena_fini(&arena);
    arena_fini(&other);
    return 0;
}
