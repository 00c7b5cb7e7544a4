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
        cmocka_unit_test(test_rules_read_back_the_same),
        cmocka_unit_test(test_an_award_reads_back_the_same),
        cmocka_unit_test(test_a_record_shows_each_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
