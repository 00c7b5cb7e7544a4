#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/backend/dialect.h"

#include <string.h>

#include "store/tenant.h"

// Laws: what stands in quotes is never touched; a migration, translated, has nothing left of SQLite's own.

static void places_of_values_are_numbered(void **state) {
    (void)state;
    static const struct {
        const char *from, *to;
        size_t n;
    } cases[] = {
        {"SELECT 1", "SELECT 1", 0},
        {"SELECT ?, ?", "SELECT $1, $2", 2},
        {"SELECT ?2, ?, ?1", "SELECT $2, $3, $1", 3},
        {"a = ?12 AND b = '?' AND c = \"?1\"", "a = $12 AND b = '?' AND c = \"?1\"", 12},
        {"x = 'it''s ?' OR y = ?", "x = 'it''s ?' OR y = $1", 1},
        {"'no end ?", "'no end ?", 0},
        {"", "", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct text out;
        text_init(&out, 1 << 12);
        const size_t n = dialect_add_statement(&out, cases[i].from);
        assert_string_equal(out.bytes ? out.bytes : "", cases[i].to);
        assert_int_equal(n, cases[i].n);
        text_fini(&out);
    }
}

static void migrations_are_translated(void **state) {
    (void)state;
    static const struct {
        const char *from, *to;
    } cases[] = {
        {"CREATE TABLE t(a INTEGER PRIMARY KEY, b REAL, c TEXT, d BLOB) STRICT, WITHOUT ROWID;",
         "CREATE TABLE t(a BIGINT PRIMARY KEY, b DOUBLE PRECISION, c TEXT COLLATE \"C\", d BYTEA);"
         "\n"},
        {"ALTER TABLE t ADD COLUMN e TEXT NOT NULL DEFAULT 'TEXT';CREATE INDEX i ON t(a)",
         "ALTER TABLE t ADD COLUMN e TEXT COLLATE \"C\" NOT NULL DEFAULT 'TEXT';\nCREATE INDEX i "
         "ON "
         "t(a);\n"},
        {"CREATE TABLE t(a TEXT CHECK(a <> ';)'), FOREIGN KEY(a, b) REFERENCES s(x, y))",
         "CREATE TABLE t(a TEXT COLLATE \"C\" CHECK(a <> ';)'), FOREIGN KEY(a, b) REFERENCES "
         "s(x, y));\n"},
        {"CREATE TRIGGER g BEFORE UPDATE ON t BEGIN SELECT raise(ABORT, 'it''s 5 %'); END;",
         "CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS $maru$BEGIN RAISE EXCEPTION "
         "USING "
         "MESSAGE = 'it''s 5 %'; END$maru$;CREATE TRIGGER g BEFORE UPDATE ON t FOR EACH ROW "
         "EXECUTE "
         "FUNCTION g();\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct text out;
        text_init(&out, 1 << 12);
        assert_int_equal(dialect_add_migration(&out, cases[i].from, NULL), MARU_OK);
        assert_string_equal(out.bytes, cases[i].to);
        text_fini(&out);
    }
    static const char *const bad[] = {
        "CREATE TRIGGER g AFTER UPDATE ON t BEGIN SELECT 1; END;",
        "CREATE TRIGGER g BEFORE UPDATE ON t BEGIN DELETE FROM s; END;",
        "CREATE TRIGGER",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct text out;
        text_init(&out, 1 << 12);
        assert_int_equal(dialect_add_migration(&out, bad[i], NULL), MARU_E_INPUT);
        text_fini(&out);
    }
}

static void nothing_of_sqlite_is_left(void **state) {
    (void)state;
    static const char *const own[] = {"STRICT", "ROWID",         "INTEGER",  "BLOB",
                                      "raise(", "AUTOINCREMENT", "OR IGNORE"};
    for (size_t i = 0; i < tenant_n_migration; i++) {
        struct text out;
        text_init(&out, 1 << 16);
        assert_int_equal(dialect_add_migration(&out, tenant_migration[i], NULL), MARU_OK);
        for (size_t k = 0; k < sizeof own / sizeof own[0]; k++) {
            if (strstr(out.bytes, own[k])) {
                fail_msg("migration %zu: %s is left", i, own[k]);
            }
        }
        text_fini(&out);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_of_values_are_numbered),
        cmocka_unit_test(migrations_are_translated),
        cmocka_unit_test(nothing_of_sqlite_is_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
