#include "target.h"

#include <string.h>

#include "pool/accounts_table.h"
#include "pool/money/civil_date.h"

// A table of accounts. Properties: what is refused has a sentence; what is read is written and read back the same; and at each moment at
// which a lease begins or ends it makes accounts that guarantee no more than there is.

enum { MAX_TEXT_BYTES = 1 << 24, MAX_MOMENTS = 8 };

static bool read(const char *bytes, size_t n, struct arena *arena, struct accounts_table *table) {
    struct sheet_faults faults = {.n = 0};
    maru_error err = {0};
    arena_init(arena, (size_t)1 << 28);
    const maru_status st =
        accounts_table_read(bytes, n, CIVIL_SEOUL_MIN, arena, table, &faults, &err);
    must(st == MARU_OK || err.text[0] != '\0');
    if (st != MARU_OK) {
        arena_fini(arena);
    }
    return st == MARU_OK;
}

static void look(const struct accounts_table *table, struct arena *arena, int64_t at_us) {
    static const struct gpu_type type[] = {{"h100", 81920, 60, 700}, {"a100", 81920, 60, 400}};
    static const struct cluster_node node[] = {
        {.name = "x", .cpu_milli = 1000, .memory_mib = 1000, .type = 0, .n_gpu = 7},
        {.name = "y", .cpu_milli = 1000, .memory_mib = 1000, .type = 1, .n_gpu = 3}};
    const struct cluster_rows rows = {.type = type, .node = node, .n_type = 2, .n_node = 2};
    struct cluster cluster;
    struct accounts accounts;
    struct accounts_told told;
    must(cluster_make(&rows, arena, &cluster, NULL) == MARU_OK);
    const struct account_member member = {"vision", "training"};
    const struct accounts_asked asked = {table, &member, 1, &cluster, at_us};
    must(accounts_table_at(&asked, arena, &accounts, &told, NULL) == MARU_OK);
    must(accounts_table_find(&accounts, "vision/training") < accounts.n);
    for (uint32_t i = 0; i < table->n; i++) {
        must(accounts_table_find(&accounts, table->line[i].name) < accounts.n);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    struct arena arena, other;
    struct accounts_table table, again;
    struct text once, twice;
    if (!read((const char *)bytes, n, &arena, &table)) {
        return 0;
    }
    text_init(&once, MAX_TEXT_BYTES);
    text_init(&twice, MAX_TEXT_BYTES);
    accounts_table_write(&once, &table, 0);
    must(once.status == MARU_OK && read(once.bytes, once.n_bytes, &other, &again));
    accounts_table_write(&twice, &again, 0);
    must(table.n == again.n && once.n_bytes == twice.n_bytes);
    must(memcmp(once.bytes, twice.bytes, once.n_bytes) == 0);
    int64_t at_us = ACCOUNTS_ALWAYS;
    for (int i = 0; i < MAX_MOMENTS && at_us != ACCOUNTS_NEVER; i++) {
        look(&table, &arena, at_us);
        const int64_t next = accounts_table_next(&table, at_us);
        must(next > at_us);
        at_us = next;
    }
    text_fini(&once);
    text_fini(&twice);
    arena_fini(&arena);
    arena_fini(&other);
    return 0;
}
