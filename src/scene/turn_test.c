#include "scene/turn.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void is_exact_at_quarters(void **state) {
    (void)state;
    static const double cosine[] = {1, 0, -1, 0}, sine[] = {0, 1, 0, -1};
    for (int k = -8; k <= 8; k++) {
        const struct turn t = turn_of(90.0 * k);
        const int quarter = ((k % 4) + 4) % 4;
        if (fabs(t.cos - cosine[quarter]) > 0 || fabs(t.sin - sine[quarter]) > 0) {
            fail_msg("%d degrees: %g %g", 90 * k, t.cos, t.sin);
        }
    }
}

static void is_near_the_truth(void **state) {
    (void)state;
    for (double d = -720; d <= 720; d += 0.37) {
        const struct turn t = turn_of(d);
        const double x = d * (acos(-1) / 180);
        if (fabs(t.cos - cos(x)) > 4e-15 || fabs(t.sin - sin(x)) > 4e-15) {
            fail_msg("%g degrees: %.17g %.17g, want %.17g %.17g", d, t.cos, t.sin, cos(x), sin(x));
        }
    }
}

static void keeps_the_length(void **state) {
    (void)state;
    for (double d = -360; d <= 360; d += 0.01) {
        const struct turn t = turn_of(d);
        assert_true(fabs(t.cos * t.cos + t.sin * t.sin - 1) < 1e-15);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_exact_at_quarters),
        cmocka_unit_test(is_near_the_truth),
        cmocka_unit_test(keeps_the_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
