#include "maru/scene.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "scene/body.h"
#include "scene/trial_hall.h"

// The laws of a hall, on plants of many sizes.

static const double slack = 1e-9;

// The rectangle around a body whose heading is a multiple of 90 degrees.
static maru_rect body_of(const maru_layout *l, uint32_t t) {
    const bool is_across = fmod(l->heading_deg[t], 180) > 0;
    const double half_x = (is_across ? l->depth_m[t] : l->width_m[t]) / 2;
    const double half_y = (is_across ? l->width_m[t] : l->depth_m[t]) / 2;
    return (maru_rect){l->x_m[t] - half_x, l->y_m[t] - half_y, l->x_m[t] + half_x,
                       l->y_m[t] + half_y};
}

static bool overlap(const maru_rect *a, const maru_rect *b) {
    return a->x0_m < b->x1_m - slack && b->x0_m < a->x1_m - slack && a->y0_m < b->y1_m - slack &&
           b->y0_m < a->y1_m - slack;
}

static bool contains(const maru_rect *all, const maru_rect *part) {
    return part->x0_m >= all->x0_m - slack && part->y0_m >= all->y0_m - slack &&
           part->x1_m <= all->x1_m + slack && part->y1_m <= all->y1_m + slack;
}

static bool is_in_aisle(const maru_layout *l, double x, double y) {
    const maru_rect point = {x, y, x, y};
    for (uint32_t i = 0; i < l->n_aisle; i++) {
        if (contains(&l->aisle[i], &point)) {
            return true;
        }
    }
    return false;
}

static void check_tool(const maru_layout *l, uint32_t t) {
    const maru_plant *p = l->plant;
    const maru_rect body = body_of(l, t);
    const uint32_t area = p->group[p->tool_group[t]].area;
    uint32_t n_in = 0;
    assert_true(contains(&l->hall, &body));
    for (uint32_t i = 0; i < l->n_zone; i++) {
        const bool is_own = l->zone[i].area == area;
        n_in += is_own && contains(&l->zone[i].rect, &body);
        if (!is_own && overlap(&body, &l->zone[i].rect)) {
            fail_msg("tool %u stands in the zone of area %u", t, l->zone[i].area);
        }
    }
    assert_true(n_in >= 1);
    for (uint32_t i = 0; i < l->n_aisle; i++) {
        if (overlap(&body, &l->aisle[i])) {
            fail_msg("tool %u stands in aisle %u", t, i);
        }
    }
}

static void check_ways(const maru_layout *l) {
    maru_ways *ways = NULL;
    assert_int_equal(maru_ways_new(l, &ways, NULL), MARU_OK);
    const uint32_t step = l->n_tool / 40 + 1;
    for (uint32_t a = 0; a < l->n_tool; a += step) {
        for (uint32_t b = 0; b < l->n_tool; b += step) {
            const double back_m = maru_ways_find(ways, b, a).length_m;
            const maru_way way = maru_ways_find(ways, a, b);
            assert_true(way.n_point >= 1 && way.n_point <= 4 && !way.is_on_rails);
            assert_true(fabs(back_m - way.length_m) < 1e-6);
            for (uint32_t i = 1; i < way.n_point; i++) {
                for (int k = 0; k <= 8; k++) {
                    const double part = k / 8.0;
                    const double x = way.x_m[i - 1] + part * (way.x_m[i] - way.x_m[i - 1]);
                    const double y = way.y_m[i - 1] + part * (way.y_m[i] - way.y_m[i - 1]);
                    if (!is_in_aisle(l, x, y)) {
                        fail_msg("the way from tool %u to %u leaves the aisles at %g %g", a, b, x,
                                 y);
                    }
                }
            }
        }
    }
    maru_ways_free(ways);
}

static void check_hall(const maru_layout *l) {
    for (uint32_t a = 0; a < l->n_tool; a++) {
        if (l->body[a] == MARU_BODY_NONE) {
            continue;
        }
        check_tool(l, a);
        const maru_rect body = body_of(l, a);
        for (uint32_t b = 0; b < a; b++) {
            const maru_rect other = body_of(l, b);
            if (l->body[b] != MARU_BODY_NONE && overlap(&body, &other)) {
                fail_msg("tools %u and %u overlap", b, a);
            }
        }
    }
    for (uint32_t a = 0; a < l->n_zone; a++) { // one zone an area: its tools stand together
        for (uint32_t b = 0; b < a; b++) {
            assert_int_not_equal(l->zone[a].area, l->zone[b].area);
            assert_false(overlap(&l->zone[a].rect, &l->zone[b].rect));
        }
    }
}

static maru_layout *must_lay_out(const maru_plant *plant) {
    assert_non_null(plant);
    maru_layout *layout = NULL;
    maru_error err = {0};
    if (maru_layout_new(plant, &layout, &err) != MARU_OK) {
        fail_msg("%s", err.text);
    }
    return layout;
}

static void keeps_the_laws_of_a_hall(void **state) {
    (void)state;
    static const uint32_t sizes[] = {5, 12, 40, 150, 700, 2000};
    for (size_t i = 0; i <= sizeof sizes / sizeof *sizes; i++) {
        maru_plant *plant = i == 0 ? trial_plant(false) : trial_fab(sizes[i - 1]);
        maru_layout *l = must_lay_out(plant);
        check_hall(l);
        check_ways(l);
        // Compact: bodies take a fair share of the ground, and the hall is no corridor.
        double ground = 0;
        for (uint32_t t = 0; t < l->n_tool; t++) {
            ground += l->body[t] != MARU_BODY_NONE ? l->width_m[t] * l->depth_m[t] : 0;
        }
        const double length = l->hall.x1_m - l->hall.x0_m, width = l->hall.y1_m - l->hall.y0_m;
        assert_true(length < 5 * width && width < 5 * length);
        if (l->n_tool >= 150 && ground < 0.25 * length * width) {
            fail_msg("%u tools: %g m2 of %g x %g m", l->n_tool, ground, length, width);
        }
        maru_layout_free(l);
        maru_plant_free(plant);
    }
}

static void gives_a_delay_one_stocker(void **state) {
    (void)state;
    maru_plant *plant = trial_plant(false);
    maru_layout *l = must_lay_out(plant);
    assert_int_equal(l->n_stocker, 1);
    assert_int_equal(l->stocker[0].group, 3);
    assert_int_equal(l->n_tool, 18);
    for (uint32_t t = 9; t < 18; t++) {
        assert_int_equal(l->body[t], MARU_BODY_NONE);
        assert_true(fabs(l->port_y_m[t] - l->stocker[0].y_m) < slack);
    }
    assert_int_equal(l->body[0], MARU_BODY_FURNACE);
    assert_int_equal(l->body[3], MARU_BODY_CLUSTER);
    assert_int_equal(l->body[7], MARU_BODY_TRACK);
    maru_layout_free(l);
    maru_plant_free(plant);
}

static void leaves_given_places_alone(void **state) {
    (void)state;
    maru_plant *plant = trial_plant(true);
    maru_layout *l = must_lay_out(plant);
    assert_true(l->is_given[1] && l->is_given[7] && !l->is_given[0]);
    assert_true(l->x_m[1] == 10 && l->y_m[1] == 20 && l->heading_deg[1] == 30);
    assert_true(l->width_m[1] == 2 && l->height_m[1] == 2.5);
    assert_true(l->width_m[7] == body_shape(MARU_BODY_TRACK)->size.width_m);
    assert_string_equal(l->asset[7], "models/a@b \"c\".usd");
    assert_true(l->port_y_m[7] < l->y_m[7]); // heading 0 looks towards -y
    maru_ways *ways = NULL;
    assert_int_equal(maru_ways_new(l, &ways, NULL), MARU_OK);
    for (uint32_t t = 0; t < l->n_tool; t++) {
        if (!l->is_given[t] && l->body[t] != MARU_BODY_NONE) {
            assert_true(body_of(l, t).x0_m > 12); // east of both
        }
        for (uint32_t other = 0; other < l->n_tool; other++) {
            const maru_way way = maru_ways_find(ways, t, other);
            assert_true(fabs(way.x_m[0] - l->port_x_m[t]) < slack);
            assert_true(fabs(way.y_m[way.n_point - 1] - l->port_y_m[other]) < slack);
        }
    }
    maru_ways_free(ways);
    maru_layout_free(l);
    maru_plant_free(plant);
}

static void is_the_same_each_time(void **state) {
    (void)state;
    maru_plant *plant = trial_fab(300);
    maru_layout *a = must_lay_out(plant), *b = must_lay_out(plant);
    assert_memory_equal(a->x_m, b->x_m, a->n_tool * sizeof *a->x_m);
    assert_memory_equal(a->y_m, b->y_m, a->n_tool * sizeof *a->y_m);
    assert_memory_equal(a->heading_deg, b->heading_deg, a->n_tool * sizeof *a->heading_deg);
    assert_memory_equal(&a->hall, &b->hall, sizeof a->hall);
    maru_layout_free(a);
    maru_layout_free(b);
    maru_plant_free(plant);
}

static void survives_without_memory(void **state) {
    (void)state;
    maru_plant *plant = trial_fab(2000);
    for (uint64_t k = 0;; k++) {
        maru_layout *l = NULL;
        alloc_fail_after(k);
        const maru_status st = maru_layout_new(plant, &l, NULL);
        alloc_fail_after(UINT64_MAX);
        maru_layout_free(l);
        if (st == MARU_OK) {
            assert_true(k > 1);
            break;
        }
        assert_int_equal(st, MARU_E_MEMORY);
        assert_null(l);
    }
    maru_plant_free(plant);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_the_laws_of_a_hall),  cmocka_unit_test(gives_a_delay_one_stocker),
        cmocka_unit_test(leaves_given_places_alone), cmocka_unit_test(is_the_same_each_time),
        cmocka_unit_test(survives_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
