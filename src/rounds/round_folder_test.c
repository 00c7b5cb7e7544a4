#include "rounds/round_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "pool/round/round_check.h"
#include "pool/round/round_rules.h"
#include "rounds/award_solving.h"

static const char *const good[ROUND_FILES] = {
    "title = \"T\"\nfirst_quarter = \"2026Q3\"\nlast_quarter = \"2027Q2\"\nweight_impact = 3\n"
    "weight_readiness = 1\ninstitution_percent = \"62.5\"\n",
    "type,watts,credits_per_hour\nH200,1000,1.5\n",
    "site,pue,quarter,power_mw,cooling_mw\nUlsan,1.25,,0.1,\nUlsan,,2027Q1,0.2,\n",
    "site,type,quarter,gpus\nUlsan,H200,,64\nUlsan,H200,2027Q1,64\n",
    "class,bonus,floor_percent,ceiling_percent\nSME,2,10,\nlarge,,,50\n",
    NULL,
    "application,institution,class,region,readiness,site,type,from,until,gpus,least\n"
    "A,Hanbit,SME,Busan,4,Ulsan,H200,,,60,8\nB,Daehan,large,Seoul,5,,H200,,,60,30\n"
    "A,,,,,,H200,2027Q1,,10,0\n",
    "application,criterion,reviewer,points\nA,impact,R1,80\nA,impact,R2,70\nB,impact,R1,60.5\n"};

static maru_status read(const char *const text[ROUND_FILES], maru_faults *faults,
                        struct round_tables *tables) {
    struct round_bytes file[ROUND_FILES];
    for (int i = 0; i < ROUND_FILES; i++) {
        file[i] = (struct round_bytes){text[i], text[i] ? strlen(text[i]) : 0};
    }
    return round_tables_read(file, faults, tables, NULL);
}

static void test_tables_mean_what_they_say(void **state) {
    (void)state;
    struct round_tables tables;
    maru_faults *faults = maru_faults_new();
    assert_int_equal(read(good, faults, &tables), MARU_OK);
    const struct round *round = &tables.round;
    assert_int_equal(round->n_application, 2);
    assert_int_equal(round->application[0].n_line, 2);
    assert_int_equal(round->line[1].application, 0); // lines of an application stand together
    assert_int_equal(round->stock[0], 64);
    assert_int_equal(round->stock[2], 128);
    assert_int_equal(round->cap_watts[1], 100000);
    assert_int_equal(round->cap_watts[3], 200000);
    assert_int_equal(round->rules.institution_milli, 625);
    // (3 * mean(80, 70) + 1 * 4 * 20) / 4 + bonus 2; (3 * 60.5 + 1 * 100) / 4
    assert_int_equal(round->application[0].points_milli, 78250);
    assert_int_equal(round->application[1].points_milli, 70375);
    // 1250 W at the meter each: 80 run with 0.1 MW, but 64 are there; 128 with 0.2 MW
    assert_int_equal(round_offered(round), 64 + 64 + 128 + 128);
    round_tables_fini(&tables);
    maru_faults_free(faults);
}

// Each change makes one fault, at its file, row and column.
static void test_each_fault_has_its_place(void **state) {
    (void)state;
    static const struct {
        enum round_file file;
        const char *was, *is;
        uint32_t row, column;
    } wrong[] = {
        {ROUND_FILE_RULES, "weight_impact = 3", "weight_impact = -3", 4, 17},
        {ROUND_FILE_RULES, "2027Q2", "2026Q2", 1, 1},
        {ROUND_FILE_TYPES, "1000", "0", 2, 2},
        {ROUND_FILE_SITES, "1.25", "0.9", 2, 2},
        {ROUND_FILE_SITES, "0.2", "-0.2", 3, 4},
        {ROUND_FILE_SITES, "0.1,", "0.1,-1", 2, 5},
        {ROUND_FILE_SITES, "0.2", "nan", 3, 4},
        {ROUND_FILE_SITES, "0.2", "1e300", 3, 4},
        {ROUND_FILE_SUPPLY, "2027Q1,64", "2027Q1,-64", 3, 4},
        {ROUND_FILE_CLASSES, "2,10", "2,-10", 2, 3},
        {ROUND_FILE_CLASSES, ",50", ",101", 3, 4},
        {ROUND_FILE_SITES, "2027Q1", "2028Q1", 3, 3},
        {ROUND_FILE_SUPPLY, "H200,2027Q1,64", "H200,2027Q1,10000000", 3, 4},
        {ROUND_FILE_SUPPLY, "Ulsan,H200,,64", "Ulsam,H200,,64", 2, 1},
        {ROUND_FILE_CLASSES, "10,", "10,5", 2, 3},
        {ROUND_FILE_APPLICATIONS, "60,30", "60,61", 3, 11},
        {ROUND_FILE_APPLICATIONS, "large,Seoul", "lagre,Seoul", 3, 3},
        {ROUND_FILE_APPLICATIONS, "Seoul,5", "Seoul,6", 3, 5},
        {ROUND_FILE_APPLICATIONS, "A,,,,", "A,Sori,,,", 4, 2},
        {ROUND_FILE_SCORES, "60.5", "100.5", 4, 4},
        {ROUND_FILE_SCORES, "B,impact", "B,import", 4, 2},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        const char *text[ROUND_FILES];
        struct round_tables tables;
        maru_faults *faults = maru_faults_new();
        char changed[1024];
        memcpy(text, good, sizeof text);
        const char *at = strstr(good[wrong[i].file], wrong[i].was);
        assert_non_null(at);
        snprintf(changed, sizeof changed, "%.*s%s%s", (int)(at - good[wrong[i].file]),
                 good[wrong[i].file], wrong[i].is, at + strlen(wrong[i].was));
        text[wrong[i].file] = changed;
        assert_int_equal(read(text, faults, &tables), MARU_E_INPUT);
        const maru_fault *fault = maru_faults_get(faults, 0);
        if (maru_faults_count(faults, MARU_FAULT) != 1 || fault->row != wrong[i].row ||
            fault->column != wrong[i].column ||
            strcmp(fault->file, round_file_names[wrong[i].file]) != 0) {
            fail_msg("case %zu: %zu faults, %s:%u:%u %s", i, maru_faults_count(faults, MARU_FAULT),
                     fault->file, fault->row, fault->column, fault->right);
        }
        maru_faults_free(faults);
    }
}

// The award of tables with one of them changed, checked.
static void award_of(enum round_file file, const char *text, struct round_tables *tables,
                     struct round_award *award) {
    const char *all[ROUND_FILES];
    maru_faults *faults = maru_faults_new();
    maru_error err = {0};
    memcpy(all, good, sizeof all);
    all[file] = text;
    all[ROUND_FILE_SCORES] = file == ROUND_FILE_APPLICATIONS ? NULL : all[ROUND_FILE_SCORES];
    if (read(all, faults, tables) != MARU_OK) {
        fail_msg("%s", maru_faults_get(faults, 0)->right);
    }
    assert_int_equal(round_award_init(&tables->round, award, NULL), MARU_OK);
    assert_int_equal(award_solve(&tables->round, NULL, NULL, award, NULL, NULL), MARU_OK);
    if (round_check(&tables->round, award, &err) != MARU_OK) {
        fail_msg("%s", err.text);
    }
    maru_faults_free(faults);
}

static int64_t got_of(const struct round_tables *tables, const struct round_award *award) {
    int64_t sum = 0;
    for (uint32_t a = 0; a < tables->round.n_application; a++) {
        sum += round_got(&tables->round, award, a);
    }
    return sum;
}

// Rules and wishes that nobody meant seriously still have one award, and it keeps all that can be kept.
static void test_odd_rounds_have_an_award(void **state) {
    (void)state;
    static const char *const quarters = "first_quarter = \"2026Q3\"\nlast_quarter = \"2027Q2\"\n";
    static const char head[] =
        "application,institution,class,region,readiness,site,type,from,until,gpus,least\n";
    char text[1024];
    static const struct {
        enum round_file file;
        const char *text;
        int64_t least, most; // GPU quarters that are awarded
        int64_t short_sme;   // that its floor lacks
        uint32_t is_rule;    // quarters stand in front
        uint32_t is_head;    // names of columns do
    } odd[] = {
        // nothing there; no site has power, or cooling
        {ROUND_FILE_SUPPLY, "site,type,quarter,gpus\n", 0, 0, 0, false, false},
        {ROUND_FILE_SITES, "site,pue,power_mw\nUlsan,1.25,0\n", 0, 0, 0, false, false},
        {ROUND_FILE_SITES, "site,pue,cooling_mw\nUlsan,1.25,0\n", 0, 0, 0, false, false},
        // 30 can be cooled: 120 quarters, of which Hanbit may have 75 in steps of 4 and 2; Daehan's least is above its ceiling
        {ROUND_FILE_SITES, "site,pue,cooling_mw\nUlsan,1.25,0.03\n", 74, 74, 0, false, false},
        // no weight counts: the bonus of SMEs does, and 4 GPUs are left to Daehan, to whom 30 are of use
        {ROUND_FILE_RULES, "weight_impact = 0\nweight_readiness = 0\n", 260, 260, 0, true, false},
        // nobody has so many points: a floor asks for nothing that nobody may have
        {ROUND_FILE_RULES, "weight_impact = 3\nleast_points = 99\n", 0, 0, 0, true, false},
        // no institution may have as much as is useful to it
        {ROUND_FILE_RULES, "weight_impact = 3\ninstitution_percent = \"0.1\"\n", 0, 0, 38, true,
         false},
        // two floors that are more than all: as little short as can be, all 64 in each quarter and the 10 that are asked for later
        {ROUND_FILE_CLASSES, "class,bonus,floor_percent,ceiling_percent\nSME,,90,\nlarge,,90,\n",
         276, 276, INT64_MAX, false, false},
        // one name is one institution: two applications share its 62.5 % of 384
        {ROUND_FILE_APPLICATIONS,
         "A,Hanbit,SME,Busan,4,,H200,,,60,0\nB,Hanbit,large,Seoul,5,,H200,,,60,0\n", 240, 240,
         INT64_MAX, false, true},
        // more than there is at any time
        {ROUND_FILE_APPLICATIONS,
         "A,Hanbit,SME,Busan,4,,H200,,,10000000,10000000\nB,Sori,SME,Seoul,5,,H200,,,8,0\n", 32, 32,
         INT64_MAX, false, true},
        // nobody asks
        {ROUND_FILE_APPLICATIONS, "", 0, 0, 0, false, true},
    };
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        struct round_tables tables;
        struct round_award award;
        snprintf(text, sizeof text, "%s%s%s", odd[i].is_rule ? quarters : "",
                 odd[i].is_head ? head : "", odd[i].text);
        award_of(odd[i].file, text, &tables, &award);
        const int64_t got = got_of(&tables, &award);
        if (got < odd[i].least || got > odd[i].most || !award.is_exact ||
            (odd[i].short_sme != INT64_MAX && award.short_class[0] != odd[i].short_sme)) {
            fail_msg("case %zu: %lld awarded, %lld short", i, (long long)got,
                     (long long)award.short_class[0]);
        }
        round_award_fini(&award);
        round_tables_fini(&tables);
    }
}

static void test_rules_read_back_the_same(void **state) {
    (void)state;
    struct round_rules rules, again;
    struct text once, twice;
    text_init(&once, 1 << 16);
    text_init(&twice, 1 << 16);
    assert_int_equal(round_rules_read(&rules, good[0], strlen(good[0]), NULL), MARU_OK);
    round_rules_write(&once, &rules);
    assert_int_equal(round_rules_read(&again, once.bytes, once.n_bytes, NULL), MARU_OK);
    round_rules_write(&twice, &again);
    assert_string_equal(once.bytes, twice.bytes);
    text_fini(&once);
    text_fini(&twice);
}

static void test_an_award_reads_back_the_same(void **state) {
    (void)state;
    struct round_tables tables;
    struct round_award award, again;
    struct lease lease[3];
    struct lease_list list = {0};
    struct text text;
    const uint32_t rank[] = {1, 2};
    maru_faults *faults = maru_faults_new();
    text_init(&text, 1 << 16);
    assert_int_equal(read(good, faults, &tables), MARU_OK);
    const struct round *round = &tables.round;
    assert_int_equal(round_award_init(round, &award, NULL), MARU_OK);
    assert_int_equal(round_award_init(round, &again, NULL), MARU_OK);
    assert_int_equal(award_solve(round, NULL, NULL, &award, NULL, NULL), MARU_OK);
    assert_int_equal(round_check(round, &award, NULL), MARU_OK);
    award_table_write(&text, round, &award, rank);
    assert_int_equal(award_table_read(text.bytes, text.n_bytes, round, faults, &again, NULL),
                     MARU_OK);
    assert_memory_equal(award.gpus, again.gpus, round->n_line * sizeof *award.gpus);
    assert_int_equal(award.worth, again.worth);
    assert_true(award.worth > 0);

    const uint32_t n = round_leases(round, &award, lease);
    text_clear(&text);
    lease_table_write(&text, round, lease, n);
    assert_int_equal(lease_table_read(text.bytes, text.n_bytes, round, faults, &list, NULL),
                     MARU_OK);
    assert_int_equal(list.n, n);
    for (uint32_t i = 0; i < n; i++) {
        assert_int_equal(list.lease[i].gpus, lease[i].gpus);
        assert_int_equal(list.lease[i].until_day, lease[i].until_day);
        assert_int_equal(list.lease[i].credits_milli, lease[i].credits_milli);
    }
    lease_list_fini(&list);
    round_award_fini(&award);
    round_award_fini(&again);
    round_tables_fini(&tables);
    maru_faults_free(faults);
    text_fini(&text);
}

// Whatever byte of a record is changed, the next reader sees it.
static void test_a_record_shows_each_change(void **state) {
    (void)state;
    struct text record;
    bool has = false;
    text_init(&record, 1 << 16);
    assert_int_equal(round_record_add(&record, "t1", "award", "R", "a, \"b\"", NULL), MARU_OK);
    assert_int_equal(round_record_add(&record, "t2", "warn", "Hanbit", "day=1", NULL), MARU_OK);
    assert_int_equal(round_record_check(&record, "warn", "Hanbit", "day=1", &has, NULL), MARU_OK);
    assert_true(has);
    assert_int_equal(round_record_check(&record, "warn", "Hanbit", "day=2", &has, NULL), MARU_OK);
    assert_false(has);
    const size_t first = strcspn(record.bytes, "\n") + 1;
    for (size_t i = first; i + 1 < record.n_bytes; i++) {
        const char was = record.bytes[i];
        record.bytes[i] = was == 'x' ? 'y' : 'x';
        assert_int_not_equal(round_record_check(&record, NULL, NULL, NULL, NULL, NULL), MARU_OK);
        record.bytes[i] = was;
    }
    text_fini(&record);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables_mean_what_they_say),
        cmocka_unit_test(test_each_fault_has_its_place),
        cmocka_unit_test(test_odd_rounds_have_an_award),
        cmocka_unit_test(test_rules_read_back_the_same),
        cmocka_unit_test(test_an_award_reads_back_the_same),
        cmocka_unit_test(test_a_record_shows_each_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
