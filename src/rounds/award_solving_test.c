#include "rounds/award_solving.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "pool/round/round_check.h"
#include "pool/round/trial_round.h"

// ---- every award, one after the other

struct brute {
    const struct round *round;
    struct round_floors floors;
    struct round_award award;
    int64_t best_worth, best_short;
    uint64_t n_best;
};

static void weigh(struct brute *b) {
    b->award.worth = 0;
    for (uint32_t a = 0; a < b->round->n_application; a++) {
        b->award.worth += round_got_worth(b->round, &b->award, a);
    }
    b->award.bound = b->award.worth;
    const int64_t is_short = round_count_short(b->round, &b->floors, &b->award);
    if (round_check(b->round, &b->award, NULL) != MARU_OK) {
        return;
    }
    if (b->n_best == 0 || is_short < b->best_short ||
        (is_short == b->best_short && b->award.worth > b->best_worth)) {
        b->best_short = is_short;
        b->best_worth = b->award.worth;
        b->n_best = 0;
    }
    b->n_best += is_short == b->best_short && b->award.worth == b->best_worth;
}

static void try_application(struct brute *b, uint32_t a);

static void try_lines(struct brute *b, uint32_t a, uint32_t k) {
    const struct round_application *it = &b->round->application[a];
    if (k == it->n_line) {
        try_application(b, a + 1);
        return;
    }
    const struct round_line *line = &b->round->line[it->first_line + k];
    for (uint32_t gpus = line->least; gpus <= line->gpus; gpus++) {
        b->award.gpus[it->first_line + k] = gpus;
        try_lines(b, a, k + 1);
    }
    b->award.gpus[it->first_line + k] = 0;
}

static void try_application(struct brute *b, uint32_t a) {
    if (a == b->round->n_application) {
        weigh(b);
        return;
    }
    b->award.site[a] = ROUND_NONE;
    try_application(b, a + 1);
    for (uint32_t s = 0; s < b->round->n_site; s++) {
        b->award.site[a] = s;
        try_lines(b, a, 0);
    }
    b->award.site[a] = ROUND_NONE;
}

static void solve(const struct round *round, struct round_award *award, uint32_t *n_tied) {
    maru_error err = {0};
    assert_int_equal(round_award_init(round, award, &err), MARU_OK);
    if (award_solve(round, NULL, NULL, award, n_tied, &err) != MARU_OK) {
        fail_msg("%s", err.text);
    }
    if (round_check(round, award, &err) != MARU_OK) {
        fail_msg("%s", err.text);
    }
}

static void test_small_rounds_are_solved_as_by_trying_all(void **state) {
    (void)state;
    uint32_t n_short = 0, n_any = 0;
    for (uint64_t seed = 1; seed <= 150; seed++) {
        static struct trial_round trial;
        trial_any(&trial, seed, 4);
        struct brute brute = {.round = &trial.round};
        struct round_award award;
        assert_int_equal(round_award_init(&trial.round, &brute.award, NULL), MARU_OK);
        round_floors(&trial.round, &brute.floors);
        try_application(&brute, 0);
        solve(&trial.round, &award, NULL);
        const int64_t is_short = round_count_short(&trial.round, &brute.floors, &award);
        if (!award.is_exact || award.worth != brute.best_worth || is_short != brute.best_short) {
            fail_msg("seed %llu: worth %lld, short %lld; all say %lld, %lld",
                     (unsigned long long)seed, (long long)award.worth, (long long)is_short,
                     (long long)brute.best_worth, (long long)brute.best_short);
        }
        n_short += is_short > 0;
        n_any += award.worth > 0;
        round_award_fini(&award);
        round_award_fini(&brute.award);
    }
    assert_true(n_short > 3 && n_any > 100); // the rounds tried say something
}

// ---- every award of larger rounds, without those that cannot be and those that cannot be better
//
// What is used is counted here in sums of its own: neither rows (round_room.h) nor the solver have a part in it.

enum { DEEP_APPLICATIONS = 10, DEEP_STEPS = 4000000 };

struct deep {
    struct brute brute;
    int64_t used[TRIAL_SITES][TRIAL_TYPES][TRIAL_QUARTERS], watts[TRIAL_SITES][TRIAL_QUARTERS];
    int64_t class_[TRIAL_GROUPS], region[TRIAL_GROUPS], institution[TRIAL_APPLICATIONS];
    int64_t worth,
        could[DEEP_APPLICATIONS + 1]; // of all from an application on, had each what it asks for
    int64_t could_class[DEEP_APPLICATIONS + 1][TRIAL_GROUPS],
        could_region[DEEP_APPLICATIONS + 1][TRIAL_GROUPS];
    uint32_t n_step;
};

static void count_deep(struct deep *d, uint32_t a, int64_t sign) {
    const struct round *round = d->brute.round;
    const struct round_application *it = &round->application[a];
    const uint32_t site = d->brute.award.site[a];
    for (uint32_t k = it->first_line; k < it->first_line + it->n_line; k++) {
        const struct round_line *line = &round->line[k];
        const int64_t gpus = sign * d->brute.award.gpus[k];
        for (uint32_t q = line->from; q <= line->last; q++) {
            d->used[site][line->type][q] += gpus;
            d->watts[site][q] += gpus * round->type[line->type].watts;
            d->class_[it->class_] += gpus;
            d->region[it->region] += gpus;
            d->institution[it->institution] += gpus;
            d->worth += gpus * round_worth(round, it, site);
        }
    }
}

static bool is_allowed(const struct deep *d, uint32_t a) {
    const struct round *round = d->brute.round;
    const struct round_application *it = &round->application[a];
    const uint32_t site = d->brute.award.site[a];
    const int64_t offered = round_offered(round);
    bool is_good = round_is_eligible(round, it) && round_may_stand(round, it, site);
    for (uint32_t q = 0; q < round->rules.n_quarter; q++) {
        const size_t at = round_site_at(round, site, q);
        for (uint32_t t = 0; t < round->n_type; t++) {
            is_good =
                is_good && d->used[site][t][q] <= round->stock[round_stock_at(round, site, t, q)];
        }
        is_good = is_good && (round->cooling_watts[at] == ROUND_NO_CAP ||
                              d->watts[site][q] <= round->cooling_watts[at]);
        is_good = is_good && (round->cap_watts[at] == ROUND_NO_CAP ||
                              d->watts[site][q] * round->site[site].pue_milli <=
                                  round->cap_watts[at] * ROUND_WHOLE);
    }
    return is_good &&
           d->class_[it->class_] * ROUND_WHOLE <=
               offered * round->class_[it->class_].ceiling_milli &&
           d->region[it->region] * ROUND_WHOLE <=
               offered * round->region[it->region].ceiling_milli &&
           d->institution[it->institution] * ROUND_WHOLE <=
               offered * round->rules.institution_milli;
}

// What floors lack at least, whatever those from `a` on get.
static int64_t least_short(const struct deep *d, uint32_t a) {
    int64_t sum = 0;
    for (uint32_t i = 0; i < TRIAL_GROUPS; i++) {
        const int64_t by_class = d->brute.floors.class_[i] - d->class_[i] - d->could_class[a][i];
        const int64_t by_region = d->brute.floors.region[i] - d->region[i] - d->could_region[a][i];
        sum += (by_class > 0 ? by_class : 0) + (by_region > 0 ? by_region : 0);
    }
    return sum;
}

static void go_deep(struct deep *d, uint32_t a);

static void go_lines(struct deep *d, uint32_t a, uint32_t k) {
    const struct round_application *it = &d->brute.round->application[a];
    const struct round_line *line = &d->brute.round->line[it->first_line + k];
    if (k == it->n_line) {
        count_deep(d, a, 1);
        if (is_allowed(d, a)) {
            go_deep(d, a + 1);
        }
        count_deep(d, a, -1);
        return;
    }
    for (uint32_t gpus = line->gpus + 1; gpus-- > line->least;) {
        d->brute.award.gpus[it->first_line + k] = gpus;
        go_lines(d, a, k + 1);
    }
    d->brute.award.gpus[it->first_line + k] = 0;
}

static void go_deep(struct deep *d, uint32_t a) {
    const struct brute *b = &d->brute;
    const int64_t is_short = least_short(d, a);
    if (d->n_step++ > DEEP_STEPS || (b->n_best > 0 && is_short > b->best_short) ||
        (b->n_best > 0 && is_short == b->best_short && d->worth + d->could[a] <= b->best_worth)) {
        return;
    }
    if (a == b->round->n_application) {
        weigh(&d->brute);
        return;
    }
    for (uint32_t s = 0; s < b->round->n_site; s++) {
        d->brute.award.site[a] = s;
        go_lines(d, a, 0);
    }
    d->brute.award.site[a] = ROUND_NONE;
    go_deep(d, a + 1);
}

static void begin_deep(struct deep *d, const struct round *round) {
    *d = (struct deep){.brute = {.round = round}};
    round_floors(round, &d->brute.floors);
    for (uint32_t a = round->n_application; a-- > 0;) {
        const struct round_application *it = &round->application[a];
        const int64_t asked = round_asked(round, it);
        int64_t each = 0;
        for (uint32_t s = 0; s < round->n_site; s++) {
            const int64_t worth = round_worth(round, it, s);
            each = worth > each ? worth : each;
        }
        d->could[a] = d->could[a + 1] + asked * each;
        memcpy(d->could_class[a], d->could_class[a + 1], sizeof d->could_class[a]);
        memcpy(d->could_region[a], d->could_region[a + 1], sizeof d->could_region[a]);
        d->could_class[a][it->class_] += asked;
        d->could_region[a][it->region] += asked;
    }
    assert_int_equal(round_award_init(round, &d->brute.award, NULL), MARU_OK);
}

// Five to ten applications, so that least amounts, two sites, power and ceilings bind together.
static void test_rounds_of_ten_are_solved_as_by_trying_all(void **state) {
    (void)state;
    uint32_t n_whole = 0, n_of_ten = 0, n_short = 0;
    for (uint64_t seed = 1000; seed < 1300; seed++) {
        static struct trial_round trial;
        static struct deep deep;
        struct round_award award;
        trial_any(&trial, seed, 5 + (uint32_t)(seed % 6));
        begin_deep(&deep, &trial.round);
        go_deep(&deep, 0);
        solve(&trial.round, &award, NULL);
        const int64_t is_short = round_count_short(&trial.round, &deep.brute.floors, &award);
        const bool is_whole = deep.n_step <= DEEP_STEPS;
        if (is_whole && (!award.is_exact || award.worth != deep.brute.best_worth ||
                         is_short != deep.brute.best_short)) {
            fail_msg("seed %llu: worth %lld, short %lld; all say %lld, %lld",
                     (unsigned long long)seed, (long long)award.worth, (long long)is_short,
                     (long long)deep.brute.best_worth, (long long)deep.brute.best_short);
        }
        n_whole += is_whole;
        n_of_ten += is_whole && trial.round.n_application == 10;
        n_short += is_whole && is_short > 0;
        round_award_fini(&award);
        round_award_fini(&deep.brute.award);
    }
    assert_true(n_whole > 250 && n_of_ten > 40 && n_short > 10);
}

// The bound of large rounds holds for the optimum, and their answer is near it.
static void test_the_way_of_large_rounds_is_bounded_and_near(void **state) {
    (void)state;
    double lost = 0;
    uint32_t n = 0;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        static struct trial_round trial;
        struct round_award exact, large;
        struct round_floors floors;
        maru_error err = {0};
        trial_any(&trial, seed, 24);
        round_floors(&trial.round, &floors);
        solve(&trial.round, &exact, NULL);
        assert_int_equal(round_award_init(&trial.round, &large, NULL), MARU_OK);
        assert_int_equal(award_solve_large(&trial.round, NULL, NULL, &large, NULL, &err), MARU_OK);
        if (round_check(&trial.round, &large, &err) != MARU_OK) {
            fail_msg("seed %llu: %s", (unsigned long long)seed, err.text);
        }
        assert_true(exact.is_exact);
        if (large.bound < exact.worth) {
            fail_msg("seed %llu: bound %lld, an award is worth %lld", (unsigned long long)seed,
                     (long long)large.bound, (long long)exact.worth);
        }
        if (round_count_short(&trial.round, &floors, &exact) ==
                round_count_short(&trial.round, &floors, &large) &&
            exact.worth > 0) {
            assert_true(large.worth <= exact.worth);
            lost += (double)(exact.worth - large.worth) / (double)exact.worth;
            n++;
        }
        round_award_fini(&exact);
        round_award_fini(&large);
    }
    assert_true(n > 40 && lost / n < 0.005);
}

enum { MANY_SITES = 20, MANY_APPLICATIONS = 800 };

struct many_sites {
    struct round round;
    struct round_type type;
    struct round_group group;
    struct round_site site[MANY_SITES];
    struct round_application application[MANY_APPLICATIONS];
    struct round_line line[MANY_APPLICATIONS];
    int64_t stock[MANY_SITES], cap[MANY_SITES], cooling[MANY_SITES];
    char id[MANY_APPLICATIONS][8];
    const char *name[MANY_APPLICATIONS];
};

// Sites that are alike but for their power, and applications that could stand at any of them, each of 1 to 16 GPUs.
static void make_many_sites(struct many_sites *m) {
    m->type = (struct round_type){"H200", 1000, 1000};
    m->group = (struct round_group){.name = "all", .ceiling_milli = ROUND_WHOLE};
    for (uint32_t i = 0; i < MANY_SITES; i++) {
        m->site[i] = (struct round_site){"site", 1100 + 20 * i};
        m->stock[i] = 1000;
        m->cap[i] = 40000 + 3000 * (int64_t)i;
        m->cooling[i] = ROUND_NO_CAP;
    }
    for (uint32_t i = 0; i < MANY_APPLICATIONS; i++) {
        snprintf(m->id[i], sizeof m->id[i], "A%u", i);
        m->name[i] = m->id[i];
        m->application[i] = (struct round_application){.id = m->id[i],
                                                       .purpose = "",
                                                       .institution = i,
                                                       .site = ROUND_NONE,
                                                       .first_line = i,
                                                       .n_line = 1,
                                                       .points_milli = 70000};
        m->line[i] = (struct round_line){i, 0, 0, 0, 1 + random_at(3, 1, i).word[0] % 16, 1};
    }
    m->round = (struct round){.rules = {.title = "many",
                                        .seed = 1,
                                        .first_year = 2026,
                                        .first_quarter = 1,
                                        .n_quarter = 1,
                                        .institution_milli = ROUND_WHOLE,
                                        .nodes = 20000},
                              .type = &m->type,
                              .site = m->site,
                              .class_ = &m->group,
                              .region = &m->group,
                              .institution = m->name,
                              .application = m->application,
                              .line = m->line,
                              .stock = m->stock,
                              .cap_watts = m->cap,
                              .cooling_watts = m->cooling,
                              .n_type = 1,
                              .n_site = MANY_SITES,
                              .n_class = 1,
                              .n_region = 1,
                              .n_institution = MANY_APPLICATIONS,
                              .n_application = MANY_APPLICATIONS,
                              .n_line = MANY_APPLICATIONS};
}

// Where all are worth the same, what the power runs is what can be awarded: that is known without any search. The bound may be above it by
// parts of GPUs, one a site, and by what prices leave.
static void test_many_sites_that_are_alike(void **state) {
    (void)state;
    static struct many_sites many;
    struct round_award award;
    maru_error err = {0};
    int64_t n_gpu = 0, got = 0;
    make_many_sites(&many);
    for (uint32_t i = 0; i < MANY_SITES; i++) {
        n_gpu += many.cap[i] * 1000 / (int64_t)(many.type.watts * many.site[i].pue_milli);
    }
    assert_int_equal(round_award_init(&many.round, &award, NULL), MARU_OK);
    assert_int_equal(award_solve_large(&many.round, NULL, NULL, &award, NULL, &err), MARU_OK);
    assert_int_equal(round_check(&many.round, &award, &err), MARU_OK);
    for (uint32_t i = 0; i < MANY_APPLICATIONS; i++) {
        got += award.gpus[i];
    }
    const double each = (double)award.worth / (double)got;
    assert_int_equal(got, n_gpu);
    assert_true((double)award.bound >= each * (double)n_gpu);
    if ((double)award.bound > 1.02 * each * (double)n_gpu) {
        fail_msg("bound %lld, the best is %.0f", (long long)award.bound, each * (double)n_gpu);
    }
    round_award_fini(&award);
}

struct patience {
    uint32_t n, most;
    double least, last;
};

static bool wait_on(void *context, double done) {
    struct patience *p = context;
    assert_true(done >= 0 && done <= 1);
    p->last = done > p->last ? done : p->last;
    return p->n++ < p->most;
}

typedef maru_status (*solver)(const struct round *round, const int64_t *limit,
                              const struct award_watch *watch, struct round_award *award,
                              uint32_t *n_tied, maru_error *err);

// Who waits can stop at any look, and changes nothing by looking.
static void test_a_solution_can_be_stopped_at_any_look(void **state) {
    (void)state;
    static const solver way[] = {award_solve, award_solve_large};
    static struct trial_round trial;
    trial_any(&trial, 7, 24);
    for (size_t w = 0; w < sizeof way / sizeof way[0]; w++) {
        struct round_award plain, watched;
        struct patience all = {.most = UINT32_MAX};
        const struct award_watch watch = {.goes_on = wait_on, .context = &all};
        assert_int_equal(round_award_init(&trial.round, &plain, NULL), MARU_OK);
        assert_int_equal(round_award_init(&trial.round, &watched, NULL), MARU_OK);
        assert_int_equal(way[w](&trial.round, NULL, NULL, &plain, NULL, NULL), MARU_OK);
        assert_int_equal(way[w](&trial.round, NULL, &watch, &watched, NULL, NULL), MARU_OK);
        assert_memory_equal(plain.gpus, watched.gpus, trial.round.n_line * sizeof *plain.gpus);
        assert_true(all.n > 10 && all.last > 0.5);
        for (uint32_t most = 0; most < all.n; most += 1 + most / 3) {
            struct patience some = {.most = most};
            struct round_award cut;
            const struct award_watch short_watch = {.goes_on = wait_on, .context = &some};
            assert_int_equal(round_award_init(&trial.round, &cut, NULL), MARU_OK);
            assert_int_equal(way[w](&trial.round, NULL, &short_watch, &cut, NULL, NULL),
                             MARU_E_STOPPED);
            assert_true(some.n <= most + 40); // GLPK looks round once more at most a node or so
            round_award_fini(&cut);
        }
        round_award_fini(&plain);
        round_award_fini(&watched);
    }
}

static void test_the_lot_is_fair_among_equals(void **state) {
    (void)state;
    uint32_t n_won[6] = {0};
    enum { ROUNDS = 600 };
    for (uint64_t seed = 0; seed < ROUNDS; seed++) {
        static struct trial_round trial;
        uint32_t n_tied[6] = {0}, n = 0;
        struct round_award award;
        trial_begin(&trial, 8);
        trial.round.rules.seed = seed;
        for (int i = 0; i < 6; i++) {
            (void)trial_add(&trial, 70000, 4, 4);
        }
        solve(&trial.round, &award, n_tied);
        for (int i = 0; i < 6; i++) {
            n += award.site[i] == 0;
            n_won[i] += award.site[i] == 0;
            assert_int_equal(n_tied[i], 6);
        }
        assert_int_equal(n, 2);
        round_award_fini(&award);
    }
    double chi =
        0; // each wins 200 of 600 times; 5 degrees of freedom, 0.1 %: 20.5, times 2/3 of the variance
    for (int i = 0; i < 6; i++) {
        chi += ((double)n_won[i] - 200) * ((double)n_won[i] - 200) / 200 / (2.0 / 3) * 5 / 6;
    }
    assert_true(chi < 20.5);
}

// One of four GPUs, or two of two with the same points: both awards are worth the same, and the lot says which.
static void test_the_lot_decides_between_unlike_awards(void **state) {
    (void)state;
    uint32_t n_one = 0;
    for (uint64_t seed = 0; seed < 200; seed++) {
        static struct trial_round trial;
        struct round_award award;
        trial_begin(&trial, 4);
        trial.round.rules.seed = seed;
        (void)trial_add(&trial, 50000, 4, 4);
        (void)trial_add(&trial, 60000, 2, 2);
        (void)trial_add(&trial, 40000, 2, 2);
        solve(&trial.round, &award, NULL);
        assert_true(award.is_lot_settled && award.worth == 200000);
        n_one += award.site[0] == 0;
        round_award_fini(&award);
    }
    assert_in_range(n_one, 1, 199);
}

static void test_order_of_the_table_does_not_matter(void **state) {
    (void)state;
    static struct trial_round trial, turned;
    for (uint64_t seed = 0; seed < 40; seed++) {
        struct round_award award, other;
        trial_begin(&trial, 10);
        trial_begin(&turned, 10);
        trial.round.rules.seed = turned.round.rules.seed = seed;
        for (uint32_t i = 0; i < 8; i++) {
            const uint32_t k = 7 - i;
            (void)trial_add(&trial, 50000 + 1000 * (i % 3), 1 + i % 4, 1);
            struct round_application *it = trial_add(&turned, 50000 + 1000 * (k % 3), 1 + k % 4, 1);
            snprintf(turned.id[i], sizeof turned.id[i], "A%u", k + 1);
            it->id = turned.id[i];
        }
        solve(&trial.round, &award, NULL);
        solve(&turned.round, &other, NULL);
        assert_int_equal(award.worth, other.worth);
        for (uint32_t i = 0; i < 8; i++) {
            assert_int_equal(award.gpus[i], other.gpus[7 - i]);
        }
        round_award_fini(&award);
        round_award_fini(&other);
    }
}

static void test_nothing_to_give_and_nobody_who_asks(void **state) {
    (void)state;
    static struct trial_round trial;
    struct round_award award;
    trial_begin(&trial, 0);
    solve(&trial.round, &award, NULL);
    assert_true(award.is_exact && award.worth == 0);
    round_award_fini(&award);
    (void)trial_add(&trial, 1000, 3, 1);
    solve(&trial.round, &award, NULL);
    assert_true(award.is_exact && award.site[0] == ROUND_NONE);
    round_award_fini(&award);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small_rounds_are_solved_as_by_trying_all),
        cmocka_unit_test(test_rounds_of_ten_are_solved_as_by_trying_all),
        cmocka_unit_test(test_the_way_of_large_rounds_is_bounded_and_near),
        cmocka_unit_test(test_many_sites_that_are_alike),
        cmocka_unit_test(test_a_solution_can_be_stopped_at_any_look),
        cmocka_unit_test(test_the_lot_is_fair_among_equals),
        cmocka_unit_test(test_the_lot_decides_between_unlike_awards),
        cmocka_unit_test(test_order_of_the_table_does_not_matter),
        cmocka_unit_test(test_nothing_to_give_and_nobody_who_asks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
