#include "target.h"

#include "store/backend/dialect.h"

#include <stdlib.h>
#include <string.h>

// SQL on its way to PostgreSQL: a translated statement has nothing left to translate and has lost nothing but
// its question marks; a migration, whatever it is, is translated or refused with a sentence, and a second
// time the same.

enum { MAX_BYTES = 1 << 24 };

static size_t n_other(const char *text) { // bytes that are neither digits nor marks of values
    size_t n = 0;
    for (; *text; text++) {
        n += strchr("0123456789?$", *text) == NULL;
    }
    return n;
}

static void try_statement(const char *sql) {
    struct text once, twice;
    text_init(&once, MAX_BYTES);
    text_init(&twice, MAX_BYTES);
    (void)dialect_add_statement(&once, sql);
    must(once.status == MARU_OK);
    const char *translated = once.bytes ? once.bytes : "";
    must(n_other(translated) == n_other(sql));
    must(dialect_add_statement(&twice, translated) == 0);
    must(strcmp(translated, twice.bytes ? twice.bytes : "") == 0);
    text_fini(&once);
    text_fini(&twice);
}

static void try_migration(const char *sql) {
    struct text once, twice;
    maru_error err = {0};
    text_init(&once, MAX_BYTES);
    text_init(&twice, MAX_BYTES);
    const maru_status st = dialect_add_migration(&once, sql, &err);
    must(st == MARU_OK || (st == MARU_E_INPUT && err.text[0]));
    must(dialect_add_migration(&twice, sql, NULL) == st);
    must(once.n_bytes == twice.n_bytes);
    must(once.n_bytes == 0 || memcmp(once.bytes, twice.bytes, once.n_bytes) == 0);
    text_fini(&once);
    text_fini(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    char *sql = malloc(n + 1); // of its own, so that a byte too many is seen
    must(sql != NULL);
    memcpy(sql, bytes, n);
    sql[n] = '\0';
    try_statement(sql);
    try_migration(sql);
    free(sql);
    return 0;
}
