#include "sim/state.h"

#include "base/alloc.h"
#include "sim/trial.h"

#include <stdlib.h>

// One block: saved and loaded it is the same, damaged it is refused, grown it goes on the same, and
// a fork has nothing in common with its origin but the past.

enum { DAYS = 30 };

// A plant whose state is small, so that each byte of it can be tried.
static const char tiny_settings[] = "max_lot=16";

struct bytes {
    unsigned char *at;
    size_t n;
};

static struct bytes saved(const maru_sim *sim) {
    struct bytes bytes = {.n = maru_sim_bytes(sim)};
    bytes.at = malloc(bytes.n);
    assert_non_null(bytes.at);
    maru_sim_save(sim, bytes.at);
    return bytes;
}

static maru_sim *loaded(const maru_model *model, struct bytes bytes) {
    maru_sim *sim = NULL;
    maru_error err = {0};
    if (maru_sim_load(model, bytes.at, bytes.n, &sim, &err) != MARU_OK) {
        fail_msg("a saved state is refused: %s", err.text);
    }
    return sim;
}

static void require_refused(const maru_model *model, struct bytes bytes, const char *what,
                            size_t which) {
    maru_sim *sim = NULL;
    maru_error err = {0};
    if (maru_sim_load(model, bytes.at, bytes.n, &sim, &err) != MARU_E_INPUT) {
        fail_msg("%s %zu is not refused", what, which);
    }
    assert_null(sim);
    assert_true(err.code == MARU_E_INPUT && err.text[0]);
}

// ---- saving and loading

static void saving_and_loading_change_nothing(void **state) {
    (void)state;
    static const char *const settings[] = {NULL, "cascade_entry=when_free; failure_job=resume",
                                           "queue_rule=qts; qts_pilot_days=20; load=105"};
    uint64_t counter = 0;
    for (size_t i = 0; i < 3; i++) {
        struct trial t = trial_new(trial_full, settings[i], 5), whole = t;
        assert_int_equal(maru_sim_new(t.model, 5, &whole.sim, NULL), MARU_OK);
        trial_run(whole.sim, DAYS * MARU_DAY);
        for (maru_time now = 0; now < DAYS * MARU_DAY;) {
            now += (maru_time)trial_random(1, &counter, 3 * MARU_DAY);
            now = now < DAYS * MARU_DAY ? now : DAYS * MARU_DAY;
            trial_run(t.sim, now);
            const struct bytes before = saved(t.sim);
            maru_sim *copy = loaded(t.model, before);
            const struct bytes after = saved(copy);
            assert_int_equal(before.n, after.n);
            assert_memory_equal(before.at, after.at, before.n);
            assert_string_equal(trial_digest(copy), trial_digest(t.sim));
            maru_sim_free(t.sim); // the copy goes on instead
            t.sim = copy;
            free(before.at);
            free(after.at);
        }
        assert_string_equal(trial_digest(t.sim), trial_digest(whole.sim));
        maru_sim_free(whole.sim);
        trial_free(&t);
    }
}

// Bytes may stand at any address.
static void a_state_may_lie_anywhere(void **state) {
    (void)state;
    struct trial t = trial_new(trial_line, tiny_settings, 1);
    const struct bytes bytes = saved(t.sim);
    unsigned char *room = malloc(bytes.n + 8);
    assert_non_null(room);
    for (size_t off = 0; off < 8; off++) {
        memcpy(room + off, bytes.at, bytes.n);
        maru_sim_free(loaded(t.model, (struct bytes){room + off, bytes.n}));
    }
    free(room);
    free(bytes.at);
    trial_free(&t);
}

static void every_changed_byte_is_refused(void **state) {
    (void)state;
    struct trial t = trial_new(trial_line, tiny_settings, 1);
    trial_run(t.sim, MARU_DAY);
    const struct bytes bytes = saved(t.sim);
    for (size_t i = 0; i < bytes.n; i++) {
        const unsigned char flip = (unsigned char)(1 << (i % 8));
        bytes.at[i] ^= flip;
        require_refused(t.model, bytes, "a flipped bit in byte", i);
        bytes.at[i] ^= flip;
    }
    maru_sim_free(loaded(t.model, bytes));
    free(bytes.at);
    trial_free(&t);
}

static void every_prefix_is_refused(void **state) {
    (void)state;
    struct trial t = trial_new(trial_line, tiny_settings, 1);
    trial_run(t.sim, MARU_DAY);
    const struct bytes bytes = saved(t.sim);
    for (size_t n = 0; n < bytes.n; n += n < 1000 || n > bytes.n - 200 ? 1 : 17) {
        unsigned char *part = malloc(n + (n == 0)); // no byte more, so that a sanitizer sees
        assert_non_null(part);
        memcpy(part, bytes.at, n);
        require_refused(t.model, (struct bytes){part, n}, "a prefix of bytes", n);
        free(part);
    }
    unsigned char *longer = calloc(bytes.n + 64, 1);
    assert_non_null(longer);
    memcpy(longer, bytes.at, bytes.n);
    for (size_t n = bytes.n + 1; n <= bytes.n + 64; n++) {
        require_refused(t.model, (struct bytes){longer, n}, "bytes behind the end, up to", n);
    }
    free(longer);
    free(bytes.at);
    trial_free(&t);
}

static void states_of_other_models_are_refused(void **state) {
    (void)state;
    static const struct {
        const char *tables, *settings;
    } others[] = {
        {trial_flood, NULL},      {trial_line, "batch_start=full"}, {trial_line, "load=101"},
        {trial_line, "rule=edd"}, {trial_line, "max_lot=300"},      {trial_full, NULL},
    };
    struct trial t = trial_new(trial_line, NULL, 1);
    const struct bytes bytes = saved(t.sim);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        struct trial other = trial_new(others[i].tables, others[i].settings, 1);
        require_refused(other.model, bytes, "the state of another model than", i);
        // nor can one be forked into the other
        maru_error err = {0};
        assert_int_equal(maru_sim_fork(t.sim, other.sim, &err), MARU_E_USAGE);
        trial_free(&other);
    }
    struct trial same = trial_new(trial_line, NULL, 77); // another seed is no other model
    maru_sim_free(loaded(same.model, bytes));
    trial_free(&same);
    free(bytes.at);
    trial_free(&t);
}

// ---- growing

static void a_grown_twin_goes_on_the_same(void **state) {
    (void)state;
    uint64_t counter = 0;
    struct trial t = trial_new(trial_full, NULL, 9), grown = t, early = t;
    assert_int_equal(maru_sim_new(t.model, 9, &grown.sim, NULL), MARU_OK);
    assert_int_equal(maru_sim_new(t.model, 9, &early.sim, NULL), MARU_OK);
    const uint32_t room = t.sim->s.head->n_lot_room;
    assert_int_equal(state_grow(early.sim, 3 * room, NULL), MARU_OK); // larger from the start
    uint32_t more = room;
    for (int day = 1; day <= DAYS; day++) {
        const maru_time now = day * MARU_DAY;
        trial_run(grown.sim, now - (maru_time)trial_random(1, &counter, MARU_DAY));
        const struct head before = *grown.sim->s.head;
        more += (uint32_t)trial_random(1, &counter, 40);
        assert_int_equal(state_grow(grown.sim, more, NULL), MARU_OK);
        const struct head *after = grown.sim->s.head;
        assert_int_equal(after->n_lot_room, more);
        assert_int_equal(after->n_free, before.n_free + more - before.n_lot_room);
        assert_int_equal(after->n_in_plant, before.n_in_plant);
        assert_int_equal(after->n_event, before.n_event);
        trial_run(grown.sim, now);
    }
    trial_run(t.sim, DAYS * MARU_DAY);
    trial_run(early.sim, DAYS * MARU_DAY);
    assert_string_equal(trial_digest(early.sim), trial_digest(t.sim));
    assert_string_equal(trial_digest(grown.sim), trial_digest(t.sim));
    maru_sim_free(grown.sim);
    maru_sim_free(early.sim);
    trial_free(&t);
}

// A flood makes the twin grow by itself; with room from the start it is the same.
static void growing_by_itself(void **state) {
    (void)state;
    struct trial t = trial_new(trial_flood, NULL, 2), roomy = t;
    assert_int_equal(maru_sim_new(t.model, 2, &roomy.sim, NULL), MARU_OK);
    assert_int_equal(state_grow(roomy.sim, 5000, NULL), MARU_OK);
    trial_run(t.sim, 15 * MARU_DAY);
    trial_run(roomy.sim, 15 * MARU_DAY);
    assert_true(t.sim->s.head->n_lot_room > 1500);
    assert_int_equal(roomy.sim->s.head->n_lot_room, 5000);
    assert_string_equal(trial_digest(t.sim), trial_digest(roomy.sim));
    // and what has grown can be saved, loaded, and forked into a smaller one
    const struct bytes bytes = saved(t.sim);
    maru_sim *copy = loaded(t.model, bytes), *fork = NULL;
    assert_int_equal(maru_sim_new(t.model, 3, &fork, NULL), MARU_OK);
    assert_int_equal(maru_sim_fork(t.sim, fork, NULL), MARU_OK);
    trial_run(t.sim, 20 * MARU_DAY);
    trial_run(copy, 20 * MARU_DAY);
    trial_run(fork, 20 * MARU_DAY);
    assert_string_equal(trial_digest(t.sim), trial_digest(copy));
    assert_string_equal(trial_digest(t.sim), trial_digest(fork));
    maru_sim_free(copy);
    maru_sim_free(fork);
    maru_sim_free(roomy.sim);
    free(bytes.at);
    trial_free(&t);
}

// ---- forking

static void forks_are_equal_and_apart(void **state) {
    (void)state;
    struct trial t = trial_new(trial_full, NULL, 4);
    maru_sim *fork = NULL, *luckless = NULL;
    assert_int_equal(maru_sim_new(t.model, 0, &fork, NULL), MARU_OK);
    assert_int_equal(maru_sim_new(t.model, 0, &luckless, NULL), MARU_OK);
    trial_run(t.sim, 11 * MARU_DAY);
    const struct bytes before = saved(t.sim);
    assert_int_equal(maru_sim_fork(t.sim, fork, NULL), MARU_OK);
    assert_int_equal(maru_sim_fork(t.sim, luckless, NULL), MARU_OK);
    maru_sim_reseed(luckless, 12345);
    assert_string_equal(trial_digest(fork), trial_digest(t.sim));
    const struct bytes of_fork = saved(fork);
    assert_int_equal(before.n, of_fork.n);
    assert_memory_equal(before.at, of_fork.at, before.n);
    free(of_fork.at);
    trial_run(fork, DAYS * MARU_DAY);
    trial_run(luckless, DAYS * MARU_DAY);
    maru_sim_reset_statistics(fork);
    const struct bytes after = saved(t.sim); // nothing of this has touched the origin
    assert_int_equal(before.n, after.n);
    assert_memory_equal(before.at, after.at, before.n);
    trial_run(t.sim, DAYS * MARU_DAY);
    assert_memory_equal(fork->s.head->trace, t.sim->s.head->trace, 16);
    assert_string_not_equal(trial_digest(luckless), trial_digest(t.sim));
    assert_int_equal(maru_sim_fork(t.sim, fork, NULL), MARU_OK); // again, over what it was
    assert_string_equal(trial_digest(fork), trial_digest(t.sim));
    free(before.at);
    free(after.at);
    maru_sim_free(fork);
    maru_sim_free(luckless);
    trial_free(&t);
}

// A fork is made while memory is not asked for.
static void forks_ask_for_no_memory(void **state) {
    (void)state;
    struct trial t = trial_new(trial_full, NULL, 4);
    maru_sim *fork = NULL;
    assert_int_equal(maru_sim_new(t.model, 0, &fork, NULL), MARU_OK);
    trial_run(t.sim, MARU_DAY);
    alloc_fail_after(0);
    const maru_status status = maru_sim_fork(t.sim, fork, NULL);
    alloc_fail_after(UINT64_MAX);
    assert_int_equal(status, MARU_OK);
    maru_sim_free(fork);
    trial_free(&t);
}

// ---- without memory

static void the_kth_allocation_fails(void **state) {
    (void)state;
    struct trial t = trial_new(trial_flood, NULL, 1);
    trial_run(t.sim, 4 * MARU_DAY); // it has grown: a fresh one is smaller
    char digest[33];
    memcpy(digest, trial_digest(t.sim), sizeof digest);
    const struct bytes bytes = saved(t.sim);
    enum { NEW, LOAD, FORK, GROW, N_CALL };
    for (int call = 0; call < N_CALL; call++) {
        maru_sim *small = NULL;
        assert_int_equal(maru_sim_new(t.model, 8, &small, NULL), MARU_OK);
        const struct bytes small_before = saved(small);
        maru_status status = MARU_E_MEMORY;
        uint64_t k = 0;
        for (; status != MARU_OK; k++) {
            maru_sim *made = NULL;
            maru_error err = {0};
            alloc_fail_after(k);
            switch (call) {
            case NEW:
                status = maru_sim_new(t.model, 1, &made, &err);
                break;
            case LOAD:
                status = maru_sim_load(t.model, bytes.at, bytes.n, &made, &err);
                break;
            case FORK:
                status = maru_sim_fork(t.sim, small, &err);
                break;
            default:
                status = state_grow(t.sim, t.sim->s.head->n_lot_room + 1, &err);
                break;
            }
            alloc_fail_after(UINT64_MAX);
            assert_true(status == MARU_OK || (status == MARU_E_MEMORY && err.text[0]));
            assert_true((made != NULL) == (status == MARU_OK && call <= LOAD));
            if (status != MARU_OK) { // all is as it was
                const struct bytes now = saved(small);
                assert_int_equal(now.n, small_before.n);
                assert_memory_equal(now.at, small_before.at, now.n);
                free(now.at);
                assert_string_equal(trial_digest(t.sim), digest);
            }
            maru_sim_free(made);
        }
        assert_true(k > 1);
        free(small_before.at);
        maru_sim_free(small);
    }
    trial_run(t.sim, 5 * MARU_DAY);
    free(bytes.at);
    maru_sim_free(NULL);
    trial_free(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(saving_and_loading_change_nothing),
        cmocka_unit_test(a_state_may_lie_anywhere),
        cmocka_unit_test(every_changed_byte_is_refused),
        cmocka_unit_test(every_prefix_is_refused),
        cmocka_unit_test(states_of_other_models_are_refused),
        cmocka_unit_test(a_grown_twin_goes_on_the_same),
        cmocka_unit_test(growing_by_itself),
        cmocka_unit_test(forks_are_equal_and_apart),
        cmocka_unit_test(forks_ask_for_no_memory),
        cmocka_unit_test(the_kth_allocation_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
