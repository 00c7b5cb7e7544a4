#include "scene/ground.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { N_RANDOM = 400 };

static void share(maru_zone *zone, uint32_t n) {
    struct arena arena;
    arena_init(&arena, 1 << 20);
    assert_true(ground_share(zone, n, &arena));
    arena_fini(&arena);
}

static void require_rect(const maru_zone *zone, double x0, double y0, double x1, double y1) {
    const maru_rect *r = &zone->rect;
    if (r->x0_m != x0 || r->y0_m != y0 || r->x1_m != x1 || r->y1_m != y1) {
        fail_msg("got %g %g %g %g, want %g %g %g %g", r->x0_m, r->y0_m, r->x1_m, r->y1_m, x0, y0,
                 x1, y1);
    }
}

static void neighbours_meet_in_the_middle(void **state) {
    (void)state;
    maru_zone row[] = {{0, {4, 0, 8, 3}}, {0, {0, 0, 5, 3}}, {1, {7, 0, 12, 4}}};
    share(row, 3);
    require_rect(&row[1], 0, 0, 4.5, 3);
    require_rect(&row[0], 4.5, 0, 7.5, 3);
    require_rect(&row[2], 7.5, 0, 12, 4);

    maru_zone column[] = {{0, {0, 0, 3, 5}}, {0, {0, 4, 3, 9}}};
    share(column, 2);
    require_rect(&column[0], 0, 0, 3, 4.5);
    require_rect(&column[1], 0, 4.5, 3, 9);

    maru_zone corner[] = {{0, {0, 0, 4, 4}},
                          {0, {3, 2, 8, 8}}}; // 1 across, 2 behind: parted across
    share(corner, 2);
    require_rect(&corner[0], 0, 0, 3.5, 4);
    require_rect(&corner[1], 3.5, 2, 8, 8);
}

static void others_stay(void **state) {
    (void)state;
    maru_zone apart[] = {{0, {0, 0, 2, 2}}, {0, {2, 0, 4, 2}}, {0, {0, 3, 2, 4}}};
    share(apart, 3);
    require_rect(&apart[0], 0, 0, 2, 2);
    require_rect(&apart[1], 2, 0, 4, 2);
    require_rect(&apart[2], 0, 3, 2, 4);
    maru_zone inside[] = {{0, {0, 0, 9, 9}}, {0, {2, 2, 4, 4}}};
    share(inside, 2);
    require_rect(&inside[0], 0, 0, 9, 9);
    require_rect(&inside[1], 2, 2, 4, 4);
    share(inside, 0);
}

// Mats of one size, anywhere: none is turned inside out, none grows, and no two overlap but those at one place.
static void mats_never_overlap(void **state) {
    (void)state;
    maru_zone zone[N_RANDOM], before[N_RANDOM];
    uint64_t random = 88172645463325252u;
    for (uint32_t i = 0; i < N_RANDOM; i++) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        const double x = (double)(random % 997) / 10, y = (double)(random / 1000 % 991) / 10;
        zone[i] = before[i] = (maru_zone){0, {x, y, x + 3, y + 4}};
    }
    share(zone, N_RANDOM);
    for (uint32_t i = 0; i < N_RANDOM; i++) {
        const maru_rect *a = &zone[i].rect, *was = &before[i].rect;
        assert_true(a->x0_m < a->x1_m && a->y0_m < a->y1_m);
        assert_true(a->x0_m >= was->x0_m && a->x1_m <= was->x1_m && a->y0_m >= was->y0_m &&
                    a->y1_m <= was->y1_m);
    }
    uint32_t n_before = 0, n_after = 0;
    for (uint32_t i = 0; i < N_RANDOM; i++) {
        for (uint32_t j = 0; j < i; j++) {
            const maru_rect *a = &before[i].rect, *b = &before[j].rect, *c = &zone[i].rect,
                            *d = &zone[j].rect;
            n_before +=
                a->x0_m < b->x1_m && b->x0_m < a->x1_m && a->y0_m < b->y1_m && b->y0_m < a->y1_m;
            n_after +=
                c->x0_m < d->x1_m && d->x0_m < c->x1_m && c->y0_m < d->y1_m && d->y0_m < c->y1_m;
        }
    }
    assert_true(n_before > 100);
    if (n_after > n_before / 20) { // those of which one had become the inner one
        fail_msg("%u of %u pairs still overlap", n_after, n_before);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(neighbours_meet_in_the_middle),
        cmocka_unit_test(others_stay),
        cmocka_unit_test(mats_never_overlap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
