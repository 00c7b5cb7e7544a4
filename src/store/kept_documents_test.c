#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/tenant.h"

#include <stdio.h>
#include <string.h>

#include "store/trial_place.h"

// Laws: a version never changes, the newest is the one that is read, nobody overwrites what he has not seen, and what an
// engine has kept comes back byte for byte.

static maru_status add(struct trial_store *s, const char *name, const char *text, int64_t *number) {
    const struct document_row row = {.name = name, .by = "kim", .n_bytes = (int64_t)strlen(text)};
    return tenant_add_document(s->local, &row, text, number, NULL);
}

static void expect(struct trial_store *s, const char *name, int64_t number, const char *want) {
    struct text out;
    maru_error err = {0};
    text_init(&out, 1 << 20);
    if (tenant_get_document(s->local, name, number, &out, NULL, NULL, &err) != MARU_OK) {
        fail_msg("%s %lld: %s", name, (long long)number, err.text);
    }
    assert_int_equal(out.n_bytes, strlen(want));
    if (want[0]) {
        assert_string_equal(out.bytes, want);
    }
    text_fini(&out);
}

static maru_status list(void *context, const struct document_row *row, maru_error *err) {
    struct text *out = context;
    (void)err;
    text_addf(out, "%s %lld %s %lld;", row->name, (long long)row->number, row->by,
              (long long)row->n_bytes);
    return MARU_OK;
}

static void versions_stay(void **state) {
    struct trial_store *s = *state;
    struct text told;
    int64_t number = 0;
    text_init(&told, 1 << 12);
    assert_int_equal(tenant_get_document(s->local, "alarms", 0, &told, NULL, NULL, NULL),
                     MARU_E_USAGE);
    assert_int_equal(add(s, "alarms", "a,b\n", &number), MARU_OK);
    assert_int_equal(number, 1);
    number = 0;
    assert_int_equal(add(s, "alarms", "a,b,c\n", &number), MARU_OK);
    assert_int_equal(number, 2);
    number = 1; // somebody edited version 1 meanwhile
    assert_int_equal(add(s, "alarms", "lost", &number), MARU_E_RANGE);
    assert_int_equal(number, 1);
    number = 2;
    assert_int_equal(add(s, "alarms", "", &number), MARU_OK);
    number = 0;
    assert_int_equal(add(s, "equipment", "x", &number), MARU_OK);
    assert_int_equal(number, 1);
    expect(s, "alarms", 1, "a,b\n");
    expect(s, "alarms", 2, "a,b,c\n");
    expect(s, "alarms", 0, "");
    assert_int_equal(tenant_each_document(s->local, list, &told, NULL), MARU_OK);
    assert_string_equal(told.bytes, "alarms 3 kim 0;equipment 1 kim 1;");
    text_clear(&told);
    const struct page two = {.limit = 2, .after = ""}, rest = {.limit = 2, .after = "2"};
    assert_int_equal(tenant_each_document_version(s->local, "alarms", &two, list, &told, NULL),
                     MARU_OK);
    assert_int_equal(tenant_each_document_version(s->local, "alarms", &rest, list, &told, NULL),
                     MARU_OK);
    assert_string_equal(told.bytes, "alarms 3 kim 0;alarms 2 kim 6;alarms 1 kim 4;");
    assert_int_equal(add(s, "", "x", &number), MARU_E_LIMIT);
    text_fini(&told);
}

static maru_status count(void *context, const struct audit_row *row, maru_error *err) {
    (void)err;
    *(int *)context += strcmp(row->action, "acknowledge alarm") == 0;
    return MARU_OK;
}

static void an_engine_goes_on(void **state) {
    struct trial_store *s = *state;
    struct text out;
    unsigned char bytes[5000];
    int n_audit = 0;
    const struct page page = {.limit = 100, .after = ""};
    text_init(&out, 1 << 20);
    assert_int_equal(tenant_get_engine(s->local, "alarms", &out, NULL), MARU_E_USAGE);
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (unsigned char)(i * i >> 3);
    }
    const struct engine_act act = {"kim", "acknowledge alarm", "HOT", ""};
    assert_int_equal(tenant_keep_engine(s->local, "alarms", "old", 3, NULL, NULL), MARU_OK);
    assert_int_equal(tenant_keep_engine(s->local, "alarms", bytes, sizeof bytes, &act, NULL),
                     MARU_OK);
    assert_int_equal(tenant_get_engine(s->local, "alarms", &out, NULL), MARU_OK);
    assert_int_equal(out.n_bytes, sizeof bytes);
    assert_memory_equal(out.bytes, bytes, sizeof bytes);
    assert_int_equal(tenant_each_audit(s->local, &page, count, &n_audit, NULL), MARU_OK);
    assert_int_equal(n_audit, 1);
    text_fini(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(versions_stay, trial_store_setup, trial_store_teardown),
        cmocka_unit_test_setup_teardown(an_engine_goes_on, trial_store_setup, trial_store_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
