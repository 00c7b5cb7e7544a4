#include "control/fdc/tep_data.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

// The short form of docs/QUALITY.md: the usual monitor, learnt from d00 alone, against the bounds that are
// claimed there. The data is found through MARU_DATA, default ../shared/data; without it this is skipped.

static const char *folder(void) {
    static char path[1024];
    const char *data = getenv("MARU_DATA");
    snprintf(path, sizeof path, "%s/tep", data ? data : "../shared/data");
    if (access(path, R_OK) != 0) {
        print_message("skipped: no %s (set MARU_DATA)\n", path);
        skip();
    }
    return path;
}

static void faults_found_at_one_percent(void **state) {
    (void)state;
    static double train[TEP_SAMPLES * TEP_VARIABLES], other[TEP_SAMPLES * TEP_VARIABLES];
    const char *where = folder();
    assert_int_equal(tep_read(where, "d00.dat", train), 500);
    const struct monitor_part part = {train, 500};
    const struct monitor_data data = {&part, 1, TEP_VARIABLES};
    const struct monitor_options options = monitor_defaults();
    struct arena arena, scratch;
    arena_init(&arena, 1 << 26);
    arena_init(&scratch, 1 << 26);
    struct monitor monitor;
    assert_int_equal(monitor_fit(&options, &data, &arena, &scratch, &monitor, NULL), MARU_OK);
    const size_t n_normal = tep_read(where, "d00_te.dat", other);
    assert_int_equal(n_normal, 960);
    assert_true(tep_watch(&monitor, other, n_normal, 0).share <= 0.01);
    double sum = 0.0, sum_without = 0.0;
    for (int fault = 1; fault <= TEP_FAULTS; fault++) {
        char name[32];
        const size_t first = tep_file_of(fault, name);
        const size_t n = tep_read(where, name, other);
        assert_int_equal(n, first ? 960 : 480);
        const struct tep_outcome got = tep_watch(&monitor, other, n, first);
        const bool is_hidden = fault == 3 || fault == 9 || fault == 15;
        sum += got.share;
        sum_without += is_hidden ? 0.0 : got.share;
        if (!is_hidden && fault != 21 && !(got.share > 0.8)) {
            fail_msg("fault %d: %.3f found", fault, got.share);
        }
    }
    assert_true(sum / TEP_FAULTS > 0.80);
    assert_true(sum_without / (TEP_FAULTS - 3) > 0.93);
    arena_fini(&arena);
    arena_fini(&scratch);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(faults_found_at_one_percent)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
