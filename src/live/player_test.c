#include "live/player.h"

#include "io/clock.h"
#include "sim/trial.h"

#include <stdatomic.h>
#include <time.h>

// A twin that plays is where its clock says, goes where it is sent, and is there what it was before.

static void wait_s(double seconds) {
    struct timespec span = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
    nanosleep(&span, NULL);
}

static struct player_state look(struct player *player) {
    struct player_state state;
    player_look(player, &state);
    return state;
}

static void wait_for(struct player *player, enum player_mode mode) {
    for (int i = 0; i < 2000; i++) {
        if (look(player).mode == mode) {
            return;
        }
        wait_s(0.005);
    }
    fail_msg("the twin never got into mode %d", (int)mode);
}

static struct player *start(const struct trial *t, bool is_playing, double speed) {
    struct acts none = {0};
    const struct player_config config = {.model = t->model,
                                         .first = t->sim,
                                         .acts = &none,
                                         .speed = speed,
                                         .is_playing = is_playing};
    struct player *player = NULL;
    assert_int_equal(player_start(&config, &player, NULL), MARU_OK);
    return player;
}

static void digest_at(struct player *player, maru_time at, char out[33]) {
    struct moment moment;
    struct acts acts;
    maru_error err = {0};
    if (player_moment(player, at, &moment, &acts, &err) != MARU_OK) {
        fail_msg("%s", err.text);
    }
    memcpy(out, trial_digest(moment.sim), 33);
    moment_fini(&moment);
    acts_fini(&acts);
}

static void it_plays_by_the_clock(void **state) {
    (void)state;
    struct trial t = trial_new(trial_full, NULL, 5);
    struct player *player = start(&t, true, 36000); // ten hours a second
    wait_for(player, PLAYER_PLAYING);
    const maru_time from = look(player).time_us;
    const double start_s = clock_seconds();
    wait_s(0.5);
    const maru_time to = look(player).time_us;
    const double want = (clock_seconds() - start_s) * 36000 * 1e6, have = (double)(to - from);
    assert_true(have > want * 0.5 && have < want + 0.2 * 36000 * 1e6);
    player_pause(player);
    const maru_time at = look(player).time_us;
    wait_s(0.1);
    assert_true(look(player).time_us == at);
    assert_int_equal(look(player).mode, PLAYER_PAUSED);
    player_play(player, 0); // as fast as it can
    wait_s(0.3);
    player_pause(player);
    assert_true(look(player).time_us > at + 2 * MARU_DAY);
    assert_true(look(player).end_us == look(player).time_us);
    player_free(player);
    trial_free(&t);
}

static void it_goes_where_it_is_sent(void **state) {
    (void)state;
    char early[33], late[33], other[33];
    struct trial t = trial_new(trial_full, NULL, 5);
    struct player *player = start(&t, false, 60);
    player_seek(player, 30 * MARU_DAY);
    wait_for(player, PLAYER_PAUSED);
    assert_true(look(player).time_us == 30 * MARU_DAY);
    digest_at(player, -1, late);
    digest_at(player, 12 * MARU_DAY, early);
    player_seek(player, 12 * MARU_DAY);
    wait_for(player, PLAYER_PAUSED);
    digest_at(player, -1, other);
    assert_string_equal(early, other);
    trial_run(t.sim, 12 * MARU_DAY); // and it is what it is without any player
    assert_string_equal(early, trial_digest(t.sim));
    digest_at(player, 30 * MARU_DAY, other);
    assert_string_equal(late, other);
    struct moment moment;
    struct acts acts;
    assert_int_equal(player_moment(player, 31 * MARU_DAY, &moment, &acts, NULL), MARU_E_RANGE);
    moment_fini(&moment);
    acts_fini(&acts);
    assert_true(look(player).end_us == 30 * MARU_DAY);
    player_free(player);
    trial_free(&t);
}

static void what_is_done_to_it_is_its_history(void **state) {
    (void)state;
    char with[33], again[33], without[33];
    maru_time at = 0;
    struct trial t = trial_new(trial_full, NULL, 5);
    struct player *player = start(&t, false, 60);
    wait_for(player, PLAYER_PAUSED);
    assert_int_equal(player_stop_tool(player, 1, 0, &at, NULL), MARU_OK); // at time 0
    assert_int_equal(player_mend_tool(player, 1, &at, NULL), MARU_OK);
    player_seek(player, 10 * MARU_DAY);
    wait_for(player, PLAYER_PAUSED);
    digest_at(player, -1, without);
    player_seek(player, 5 * MARU_DAY);
    wait_for(player, PLAYER_PAUSED);
    assert_int_equal(player_stop_tool(player, 0, 40 * MARU_HOUR, &at, NULL), MARU_OK);
    assert_true(at == 5 * MARU_DAY);
    struct moment moment;
    struct acts acts;
    assert_int_equal(player_moment(player, -1, &moment, &acts, NULL), MARU_OK);
    maru_tool_now tool[64];
    maru_sim_look_at_tools(moment.sim, tool);
    assert_int_equal(tool[0].state, MARU_TOOL_UNSCHEDULED_DOWN);
    assert_int_equal(acts.n, 4);
    moment_fini(&moment);
    acts_fini(&acts);
    player_seek(player, 10 * MARU_DAY);
    wait_for(player, PLAYER_PAUSED);
    digest_at(player, -1, with);
    assert_string_not_equal(with, without);
    player_seek(player, 1 * MARU_DAY);
    wait_for(player, PLAYER_PAUSED);
    digest_at(player, 10 * MARU_DAY, again);
    assert_string_equal(with, again);
    assert_int_equal(look(player).n_act, 4);
    player_free(player);
    trial_free(&t);
}

struct counting {
    struct player_watcher watcher; // first
    struct player *player;
    atomic_int n;
};

static void count(struct player_watcher *watcher) {
    struct counting *counting = (struct counting *)watcher;
    struct view *view = player_view_inside(counting->player);
    if (view) {
        assert_true(view->version > watcher->seen);
        watcher->seen = view->version;
        view_release(view);
    }
    atomic_fetch_add(&counting->n, 1);
}

static void watchers_are_told_twenty_times_a_second(void **state) {
    (void)state;
    struct trial t = trial_new(trial_full, NULL, 5);
    struct player *player = start(&t, true, 0);
    struct counting all = {.watcher = {.wake = count, .is_asleep = true}, .player = player};
    struct counting slow = all;
    slow.watcher.next_s = clock_seconds() + 1e6; // its budget is used up
    player_watch(player, &all.watcher);
    player_watch(player, &slow.watcher);
    wait_s(1);
    player_pause(player);
    wait_s(0.2);
    player_enter(player);
    const int n = atomic_load(&all.n), n_slow = atomic_load(&slow.n);
    struct view *view = player_view_inside(player);
    assert_non_null(view);
    assert_true(view->version == all.watcher.seen); // the last is told, too
    assert_int_equal(view->flags, 0);
    player_leave(player);
    view_release(view);
    assert_true(n >= 8 && n <= 23);
    assert_int_equal(n_slow, 0);
    player_unwatch(player, &all.watcher);
    player_unwatch(player, &slow.watcher);
    player_free(player);
    trial_free(&t);
}

static void it_stops_where_time_ends(void **state) {
    (void)state;
    static const char quiet[] = "=== routes.csv\nroute,tools,time\nA,Press,20 min\n"
                                "=== tools.csv\ntools,count\nPress,1\n"
                                "=== releases.csv\nstream,product,every\nA,A,60 day\n";
    struct trial t = trial_new(quiet, NULL, 5);
    struct player *player = start(&t, true, 0);
    player_seek(player, PLAYER_MAX_TIME - MARU_DAY);
    for (int i = 0; i < 20000 && look(player).mode == PLAYER_SEEKING; i++) {
        wait_s(0.005);
    }
    wait_for(player, PLAYER_PAUSED);
    assert_true(look(player).time_us == PLAYER_MAX_TIME && !look(player).is_playing);
    player_free(player);
    trial_free(&t);
}

static void a_plant_that_drowns_fails_and_says_so(void **state) {
    (void)state;
    struct trial t = trial_new(trial_full, "load=400; max_lot=300", 5);
    struct player *player = start(&t, true, 0);
    wait_for(player, PLAYER_FAILED);
    assert_int_equal(look(player).err.code, MARU_E_LIMIT);
    maru_time at = 0;
    assert_int_equal(player_mend_tool(player, 0, &at, NULL), MARU_E_RANGE);
    player_seek(player, MARU_HOUR);
    wait_for(player, PLAYER_PAUSED);
    player_free(player);
    player_free(NULL);
    trial_free(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_plays_by_the_clock),
        cmocka_unit_test(it_goes_where_it_is_sent),
        cmocka_unit_test(what_is_done_to_it_is_its_history),
        cmocka_unit_test(watchers_are_told_twenty_times_a_second),
        cmocka_unit_test(it_stops_where_time_ends),
        cmocka_unit_test(a_plant_that_drowns_fails_and_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
