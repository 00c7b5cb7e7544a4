#include "pool/round/round_why.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "pool/round/round_check.h"
#include "pool/round/round_greedy.h"
#include "pool/round/trial_round.h"

static bool has_least(const struct round *round, uint32_t a) {
    const struct round_application *it = &round->application[a];
    bool has = false;
    for (uint32_t i = it->first_line; i < it->first_line + it->n_line; i++) {
        has = has || round->line[i].least > 0;
    }
    return has;
}

static bool gets_more(const struct round *round, const struct round_award *award,
                      const int64_t *limit, uint32_t a, const struct round_why *why) {
    struct round_room room;
    struct round_award trial;
    bool is_more = false;
    assert_int_equal(round_room_init(&room, round, limit, NULL), MARU_OK);
    assert_int_equal(round_award_init(round, &trial, NULL), MARU_OK);
    round_award_copy(round, award, &trial);
    for (uint32_t i = 0; i < round->n_line; i++) {
        const uint32_t site = award->site[round->line[i].application];
        if (site != ROUND_NONE) {
            round_room_take(&room, &round->line[i], site, award->gpus[i]);
        }
    }
    if (why->state == WHY_PART) {
        const int64_t before = round_got(round, award, a);
        round_room_fill(&room, &trial, a);
        is_more = round_got(round, &trial, a) > before;
        uint32_t line =
            round->application[a].first_line; // all of what was tried, on the line that was tried
        while (award->gpus[line] == round->line[line].gpus) {
            line++;
        }
        is_more = is_more && trial.gpus[line] == round->line[line].gpus;
    } else {
        const uint32_t line =
            round->application[a]
                .first_line; // where no line has a least amount, this one was tried
        is_more = round_room_give(&room, &trial, a, why->site) &&
                  (has_least(round, a) || trial.gpus[line] > 0);
    }
    round_room_fini(&room);
    round_award_fini(&trial);
    return is_more;
}

// Limits raised by what lacks are enough, and one of them raised by one less is not.
static void test_what_lacks_is_what_it_takes(void **state) {
    (void)state;
    uint32_t n_seen[WHY_STATES] = {0};
    for (uint64_t seed = 1; seed <= 150; seed++) {
        static struct trial_round trial;
        static int64_t limit[4096];
        uint32_t order[TRIAL_APPLICATIONS];
        struct round_award award;
        struct round_reasons reasons;
        trial_any(&trial, seed, 12);
        const struct round *round = &trial.round;
        assert_int_equal(round_award_init(round, &award, NULL), MARU_OK);
        assert_int_equal(round_rank(round, order, NULL), MARU_OK);
        assert_int_equal(round_greedy(round, NULL, order, 12, &award, NULL), MARU_OK);
        award.bound = award.worth;
        assert_int_equal(round_check(round, &award, NULL), MARU_OK);
        assert_int_equal(round_reasons_init(&reasons, round, &award, NULL), MARU_OK);
        for (uint32_t a = 0; a < round->n_application; a++) {
            struct round_why why;
            round_why(&reasons, a, &why);
            n_seen[why.state]++;
            if (why.state != WHY_PART && why.state != WHY_ROOM) {
                continue;
            }
            assert_true(why.n_lack > 0); // a greedy award leaves nothing that somebody could have
            round_limits(round, limit);
            for (uint32_t i = 0; i < why.n_lack; i++) {
                limit[why.lack[i].row] += why.lack[i].amount;
            }
            if (!gets_more(round, &award, limit, a, &why)) {
                fail_msg("seed %llu, application %u, state %d, lacks %u, more %u",
                         (unsigned long long)seed, a, why.state, why.n_lack, why.more);
            }
            for (uint32_t i = 0; i < why.n_lack; i++) {
                limit[why.lack[i].row]--;
                assert_false(gets_more(round, &award, limit, a, &why));
                limit[why.lack[i].row]++;
            }
        }
        round_reasons_fini(&reasons);
        round_award_fini(&award);
    }
    for (int i = 0; i < WHY_STATES; i++) {
        assert_true(n_seen[i] > 10);
    }
}

static void test_rows_are_numbered_without_gaps(void **state) {
    (void)state;
    static struct trial_round trial;
    trial_any(&trial, 7, 12);
    uint32_t n_kind[ROW_KINDS] = {0};
    for (uint32_t i = 0; i < round_n_row(&trial.round); i++) {
        n_kind[round_row_at(&trial.round, i).kind]++;
    }
    const uint32_t n_place = trial.round.n_site * trial.round.rules.n_quarter;
    assert_int_equal(n_kind[ROW_STOCK], n_place * trial.round.n_type);
    assert_int_equal(n_kind[ROW_POWER], n_place);
    assert_int_equal(n_kind[ROW_COOLING], n_place);
    assert_int_equal(n_kind[ROW_CLASS], TRIAL_GROUPS);
    assert_int_equal(n_kind[ROW_REGION], TRIAL_GROUPS);
    assert_int_equal(n_kind[ROW_INSTITUTION], trial.round.n_institution);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_lacks_is_what_it_takes),
        cmocka_unit_test(test_rows_are_numbered_without_gaps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
