#include "scene/film.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/number.h"
#include "scene/trial_hall.h"

#define MINUTE ((maru_time)60000000)
enum { OVEN = 0, LIGHT = 3, REST = 9 };

static maru_layout *lay_out(maru_plant **plant) {
    *plant = trial_plant(false);
    maru_layout *layout = NULL;
    assert_int_equal(maru_layout_new(*plant, &layout, NULL), MARU_OK);
    return layout;
}

static maru_status keep(void *context, const maru_file *file, maru_error *err) {
    (void)err;
    struct text *out = context;
    text_add(out, file->bytes, file->n_bytes);
    return out->status;
}

// Two lots in an oven at once; one goes on to a machine that fails; a lot number comes again.
static void tell_all(maru_film *film) {
    static const struct {
        int minute;
        maru_film_event event;
        uint32_t tool, lot;
    } events[] = {
        {0, MARU_FILM_TAKE, OVEN, 4},        {1, MARU_FILM_TAKE, OVEN, 0},
        {10, MARU_FILM_GIVE, OVEN, 4},       {12, MARU_FILM_GIVE, OVEN, 0},
        {12, MARU_FILM_TAKE, LIGHT, 4},      {13, MARU_FILM_GIVE, LIGHT, 4},
        {13, MARU_FILM_FAIL, LIGHT, 0},      {20, MARU_FILM_UP, LIGHT, 0},
        {21, MARU_FILM_TAKE, REST, 4},       {25, MARU_FILM_GIVE, REST, 4},
        {25, MARU_FILM_DONE, UINT32_MAX, 4}, {30, MARU_FILM_TAKE, OVEN, 4},
        {40, MARU_FILM_MAINTAIN, LIGHT, 0},
    };
    for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
        maru_film_tell(film, events[i].minute * MINUTE, events[i].event, events[i].tool,
                       events[i].lot);
    }
}

static void sorts_what_it_is_told(void **state) {
    (void)state;
    maru_plant *plant = NULL;
    maru_layout *layout = lay_out(&plant);
    maru_film *film = maru_film_new(layout);
    tell_all(film);
    assert_int_equal(maru_film_end(film, 50 * MINUTE, NULL), MARU_OK);
    static const struct {
        uint32_t tool;
        int minute;
        enum look look;
    } looks[] = {{OVEN, 0, LOOK_PRODUCTIVE},  {OVEN, 12, LOOK_STANDBY},
                 {OVEN, 30, LOOK_PRODUCTIVE}, {LIGHT, 12, LOOK_PRODUCTIVE},
                 {LIGHT, 13, LOOK_STANDBY},   {LIGHT, 13, LOOK_FAILED},
                 {LIGHT, 20, LOOK_STANDBY},   {LIGHT, 40, LOOK_MAINTENANCE}};
    assert_int_equal(film->look.n, sizeof looks / sizeof *looks); // a delay has no looks
    for (uint32_t i = 0; i < film->look.n; i++) {
        assert_int_equal(film->look.key[i].subject, looks[i].tool);
        assert_int_equal(film->look.key[i].at_us, looks[i].minute * MINUTE);
        assert_int_equal(film->look.key[i].value, looks[i].look);
    }
    assert_int_equal(film->visit.n_subject, 5);
    assert_int_equal(film->visit.first[0], 0);
    assert_int_equal(film->visit.first[1], 2);
    assert_int_equal(film->visit.first[4], 2);
    assert_int_equal(film->visit.first[5], 10);
    maru_film_free(film);
    maru_layout_free(layout);
    maru_plant_free(plant);
}

// A setup ends by itself, later by as long as the tool was down, and is seen only where a lot is inside.
static void shows_setups(void **state) {
    (void)state;
    maru_plant *plant = NULL;
    maru_layout *layout = lay_out(&plant);
    maru_film *film = maru_film_new(layout);
    maru_film_tell(film, 1 * MINUTE, MARU_FILM_TAKE, LIGHT, 0);
    maru_film_setup(film, 1 * MINUTE, LIGHT, 11 * MINUTE);
    maru_film_tell(film, 3 * MINUTE, MARU_FILM_FAIL, LIGHT, 0);
    maru_film_tell(film, 8 * MINUTE, MARU_FILM_UP, LIGHT, 0);
    maru_film_tell(film, 20 * MINUTE, MARU_FILM_GIVE, LIGHT, 0);
    maru_film_tell(film, 21 * MINUTE, MARU_FILM_TAKE, OVEN, 0);
    maru_film_setup(film, 21 * MINUTE, OVEN, 25 * MINUTE);
    assert_int_equal(maru_film_end(film, 30 * MINUTE, NULL), MARU_OK);
    static const struct {
        uint32_t tool;
        int minute;
        enum look look;
    } looks[] = {
        {OVEN, 21, LOOK_PRODUCTIVE}, {OVEN, 21, LOOK_SETUP},       {OVEN, 25, LOOK_PRODUCTIVE},
        {LIGHT, 1, LOOK_PRODUCTIVE}, {LIGHT, 1, LOOK_SETUP},       {LIGHT, 3, LOOK_FAILED},
        {LIGHT, 8, LOOK_SETUP},      {LIGHT, 16, LOOK_PRODUCTIVE}, {LIGHT, 20, LOOK_STANDBY}};
    assert_int_equal(film->look.n, sizeof looks / sizeof *looks);
    for (uint32_t i = 0; i < film->look.n; i++) {
        assert_int_equal(film->look.key[i].subject, looks[i].tool);
        assert_int_equal(film->look.key[i].at_us, looks[i].minute * MINUTE);
        assert_int_equal(film->look.key[i].value, looks[i].look);
    }
    maru_film_free(film);
    maru_layout_free(layout);
    maru_plant_free(plant);
}

// A carrier leaves when its lot does, keeps to the way, and is there when the lot is taken.
static void is_there_in_time(void **state) {
    (void)state;
    maru_plant *plant = NULL;
    maru_layout *layout = lay_out(&plant);
    maru_ways *ways = NULL;
    assert_int_equal(maru_ways_new(layout, &ways, NULL), MARU_OK);
    assert_int_equal(film_way_points(layout), 8);
    for (uint32_t from = 0; from < layout->n_tool; from++) {
        for (uint32_t to = 0; to < layout->n_tool; to++) {
            for (maru_time span = 0; span <= 100000000; span = 3 * span + 7) {
                const struct film_key a = {5, 0, from, MARU_FILM_GIVE};
                const struct film_key b = {5 + span, 0, to, MARU_FILM_TAKE};
                struct film_point point[8];
                const uint32_t n = film_way(ways, &a, &b, point);
                assert_true(n >= 1 && point[0].at_us == 5 && point[n - 1].at_us <= 5 + span);
                for (uint32_t i = 1; i < n; i++) {
                    assert_true(point[i].at_us >= point[i - 1].at_us);
                }
                assert_true(fabs(point[n - 1].x_m - layout->port_x_m[to]) < 1e-6);
            }
        }
    }
    maru_ways_free(ways);
    maru_layout_free(layout);
    maru_plant_free(plant);
}

// Between { and }, times rise.
static void check_times(const char *text) {
    for (const char *p = strstr(text, "timeSamples = {"); p; p = strstr(p + 1, "timeSamples = {")) {
        double last = -1;
        for (const char *at = strchr(p, '\n') + 1; !strchr("}", at[strspn(at, " ")]);
             at = strchr(at, '\n') + 1) {
            double now = 0;
            const char *number = at + strspn(at, " ");
            assert_true(number_double(number, strcspn(number, ":"), &now));
            if (now <= last) {
                fail_msg("%g stands behind %g", now, last);
            }
            last = now;
        }
        assert_true(last >= 0);
    }
}

static void writes_samples(void **state) {
    (void)state;
    maru_plant *plant = NULL;
    maru_layout *layout = lay_out(&plant);
    maru_film *film = maru_film_new(layout);
    tell_all(film);
    assert_int_equal(maru_film_end(film, 50 * MINUTE, NULL), MARU_OK);
    struct text out;
    text_init(&out, 1 << 24);
    assert_int_equal(maru_scene_write(layout, MARU_SCENE_USDA, film, keep, &out, NULL), MARU_OK);
    assert_non_null(strstr(out.bytes, "endTimeCode = 50\n"));
    assert_non_null(strstr(out.bytes, "25: \"invisible\",\n                30: \"inherited\""));
    assert_non_null(strstr(out.bytes, "def Xform \"L4\""));
    assert_null(strstr(out.bytes, "def Xform \"L1\""));
    check_times(out.bytes);
    text_fini(&out);
    maru_film_free(film);
    maru_layout_free(layout);
    maru_plant_free(plant);
}

static void survives_without_memory(void **state) {
    (void)state;
    maru_plant *plant = NULL;
    maru_layout *layout = lay_out(&plant);
    for (uint64_t k = 0;; k++) {
        alloc_fail_after(k);
        maru_film *film = maru_film_new(layout);
        maru_status st = MARU_E_MEMORY;
        if (film) {
            tell_all(film);
            st = maru_film_end(film, 50 * MINUTE, NULL);
        }
        alloc_fail_after(UINT64_MAX);
        maru_film_free(film);
        if (st == MARU_OK) {
            assert_true(k > 4);
            break;
        }
        assert_int_equal(st, MARU_E_MEMORY);
    }
    maru_layout_free(layout);
    maru_plant_free(plant);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sorts_what_it_is_told),
        cmocka_unit_test(is_there_in_time),
        cmocka_unit_test(shows_setups),
        cmocka_unit_test(writes_samples),
        cmocka_unit_test(survives_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
