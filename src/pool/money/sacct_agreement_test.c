#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pool/money/sacct_agreement.h"

#include <string.h>

#include "base/alloc.h"
#include "base/text.h"

// Laws: a side agrees with itself cut to seconds, in any order; each thing that is changed is told, and nothing else.

enum { N = 50 };

static maru_status tell(void *context, const struct agreement_difference *difference,
                        maru_error *err) {
    struct text *out = context;
    (void)err;
    text_addf(out, "%s %d.%u;", agreement_kind_names[difference->kind], (int)difference->job,
              difference->attempt);
    return MARU_OK;
}

struct scene {
    struct agreement_row maru[N + 1], sacct[N + 1];
    uint32_t n_maru, n_sacct;
    struct text told;
};

static void make(struct scene *s) {
    *s = (struct scene){.n_maru = N, .n_sacct = N};
    text_init(&s->told, 1 << 12);
    for (uint32_t i = 0; i < N; i++) {
        const int64_t from = (int64_t)i * 1234567 + 999999, until = from + (int64_t)i * 7654321;
        s->maru[i] = (struct agreement_row){i / 2,
                                            i % 2,
                                            i % 3 ? "a" : "b",
                                            from,
                                            until,
                                            UINT64_C(500) * i,
                                            i == 2 ? AGREEMENT_NO_CREDITS : i};
        s->sacct[N - 1 - i] = s->maru[i];
        s->sacct[N - 1 - i].from_us = from / 1000000 * 1000000;
        s->sacct[N - 1 - i].until_us = until / 1000000 * 1000000;
    }
}

static struct agreement_told check(struct scene *s, const char *want) {
    const struct agreement_sides sides = {s->maru, s->sacct, s->n_maru, s->n_sacct};
    struct agreement_told told;
    assert_int_equal(agreement_check(&sides, tell, &s->told, &told, NULL), MARU_OK);
    assert_string_equal(s->told.bytes ? s->told.bytes : "", want);
    text_clear(&s->told);
    return told;
}

static void to_the_second(void **state) {
    (void)state;
    struct scene s;
    make(&s);
    const struct agreement_told same = check(&s, "");
    assert_int_equal(same.n_same, N);
    assert_int_equal(same.n_different, 0);
    assert_int_equal(same.maru_gpu_s, same.sacct_gpu_s);
    s.maru[4].from_us += 1000000;
    s.maru[7].until_us -= 1000000;
    s.maru[9].gpu_milli++;
    s.maru[11].account = "c";
    s.maru[11].until_us += 1000000;
    s.maru[13].attempt = 7;
    s.maru[2].credits_micro = 5; // nobody knows what it should be
    s.maru[14].credits_micro += AGREEMENT_ROUNDING_MICRO + 1;
    s.maru[15].credits_micro -= AGREEMENT_ROUNDING_MICRO;
    s.maru[16].credits_micro = AGREEMENT_NO_CREDITS;
    s.maru[N] = s.maru[20];
    s.n_maru++;
    const struct agreement_told told =
        check(&s, "start 2.0;end 3.1;gpus 4.1;account 5.1;end 5.1;only-sacct 6.1;only-maru 6.7;"
                  "credits 7.0;twice 10.0;");
    assert_int_equal(told.n_different, 8);
    assert_int_equal(told.n_same, N - 7);
    s.n_maru = 0;
    assert_int_equal(check(&s, "only-sacct 0.0;" /* and so on */
                               "only-sacct 0.1;only-sacct 1.0;only-sacct 1.1;only-sacct 2.0;"
                               "only-sacct 2.1;only-sacct 3.0;only-sacct 3.1;only-sacct 4.0;"
                               "only-sacct 4.1;only-sacct 5.0;only-sacct 5.1;only-sacct 6.0;"
                               "only-sacct 6.1;only-sacct 7.0;only-sacct 7.1;only-sacct 8.0;"
                               "only-sacct 8.1;only-sacct 9.0;only-sacct 9.1;only-sacct 10.0;"
                               "only-sacct 10.1;only-sacct 11.0;only-sacct 11.1;only-sacct 12.0;"
                               "only-sacct 12.1;only-sacct 13.0;only-sacct 13.1;only-sacct 14.0;"
                               "only-sacct 14.1;only-sacct 15.0;only-sacct 15.1;only-sacct 16.0;"
                               "only-sacct 16.1;only-sacct 17.0;only-sacct 17.1;only-sacct 18.0;"
                               "only-sacct 18.1;only-sacct 19.0;only-sacct 19.1;only-sacct 20.0;"
                               "only-sacct 20.1;only-sacct 21.0;only-sacct 21.1;only-sacct 22.0;"
                               "only-sacct 22.1;only-sacct 23.0;only-sacct 23.1;only-sacct 24.0;"
                               "only-sacct 24.1;")
                         .n_different,
                     N);
    s.n_sacct = 0;
    (void)check(&s, "");
    text_fini(&s.told);
}

static maru_status refuse(void *context, const struct agreement_difference *difference,
                          maru_error *err) {
    (void)context;
    (void)difference;
    (void)err;
    return MARU_E_STOPPED;
}

static void what_goes_wrong(void **state) {
    (void)state;
    struct scene s;
    struct agreement_told told = {.n_same = 77};
    make(&s);
    const struct agreement_sides sides = {s.maru, s.sacct, N, N};
    for (uint64_t k = 0; k < 3; k++) {
        alloc_fail_after(k);
        const maru_status st = agreement_check(&sides, tell, &s.told, &told, NULL);
        alloc_fail_after(UINT64_MAX);
        assert_int_equal(st, k < 2 ? MARU_E_MEMORY : MARU_OK);
    }
    s.maru[3].account = "z";
    assert_int_equal(agreement_check(&sides, refuse, NULL, &told, NULL), MARU_E_STOPPED);
    s.sacct[3].until_us = s.sacct[3].from_us - 1;
    maru_error err = {0};
    told.n_same = 77;
    assert_int_equal(agreement_check(&sides, tell, &s.told, &told, &err), MARU_E_RANGE);
    assert_int_equal(err.row, 4);
    assert_int_equal(told.n_same, 77);
    text_fini(&s.told);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(to_the_second),
        cmocka_unit_test(what_goes_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
