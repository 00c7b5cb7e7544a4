#include "plant/dialect/autosched.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "plant/dialect/bundle.h"
#include "plant/fingerprint.h"

// A small fab in the testbed's dialect, made up here: every table once, then one thing wrong at a
// time.

static const char good[] =
    "=== part.txt\n"
    "PARTGRP\tPARTFAM\tPART\tROUTEFILE\tROUTE\n"
    "Saleable\tfam\tp1\troute_a.txt\tr_a\n"
    "=== route_a.txt\n"
    "ROUTE\tSTEP\tDESC\tSTNFAM\tPDIST\tPTIME\tPTIME2\tPTUNITS\tPTPER\tBATCHMN\tBATCHMX\tSETUP\tWHEN"
    "\tSTIME\t"
    "STUNITS\tSVESTN\tFORSTEP\tBatchInterval\tBatchIntUnits\tPartInterval\tPartIntUnits\tRWKSTEP\tR"
    "EWORK\t"
    "RWKTYPE\tStepPercent\tSTEP_CQT\tCQT\tCQTUNITS\tIGNORE\n"
    "r_a\t1\ts1\toven\tuniform\t60\t3\tmin\tper_batch\t75\t100\n"
    "r_a\t2\ts2\tlitho\tuniform\t2.5\t0.125\tmin\tper_piece\t\t\tred\tneed\t8\tmin\tyes\t4\t\t\t1."
    "5\tmin\n"
    "r_a\t3\ts3\tmet\tconstant\t10\t\tmin\tper_lot\t\t\t\t\t\t\t\t\t\t\t\t\t2\t1.5\tlot\t40\n"
    "r_a\t4\ts4\tlitho\tuniform\t30\t1.5\tmin\tper_"
    "lot\t\t\tblue\tneed\t\t\t\t\t20\tmin\t\t\t\t\t\t\t5\t2\thr\n"
    "r_a\t5\ts5\twait\tuniform\t120\t6\tmin\tper_lot\n"
    "=== tool.txt.1l\n"
    "STNFAM\tSTN\tRULE\tFWLRANK\tWAKERESRANK\tBATCHCRITF\tBATCHPER\tLTIME\tLTUNITS\tULTIME\tULTUNIT"
    "S\tSTNCAP\t"
    "STNQTY\tSTNGRP\tSTNFAMSTEP_ACTLIST\tSTNFAMLOC\tPRERULERWL\tSETUPGRP\n"
    "oven\toven\trule_HotLotFIRST\trank_HP;rank_FIFO\t\tcrit_sameroutestep\tpiece\t1.0\tmin\t1."
    "0\tmin\t\t2.0\t"
    "Heat\tx\tFab\tno\n"
    "litho\tlitho\trule_LSSU\trank_HP;rank_RSETUP;rank_CR\twake_LeastSetupTime\t\t\t1.0\tmin\t1."
    "0\tmin\t2.0\t2\t"
    "Light\tx\tFab\tno\tgas\n"
    "met\tmet\t\t\t\t\t\t\t\t\t\t\t1\tLight\tx\tFab\tno\t\n"
    "wait\tw\t\t\t\t\t\t0\tmin\t0\tmin\t\t400\tDelays\tx\tDelay\tno\n"
    "=== setup.txt\n"
    "CURSETUP\tNEWSETUP\tSTIME\tSTUNITS\tIGNORE\n"
    "red\tblue\t7\tmin\tx\n"
    "\tblue\t12\tmin\n"
    "=== setupgrp.txt\n"
    "SETUPGRP\tSETUP\tMINRUN\n"
    "gas\tblue\t7\n"
    "\tred\t7\n"
    "=== downcal.txt\n"
    "DOWNCALNAME\tDOWNCALTYPE\tMTTFDIST\tMTTF\tMTTFUNITS\tMTTRDIST\tMTTR\tMTTRUNITS\tIGNORE\n"
    "BREAK\tmttf_by_cal\texponential\t10080\tmin\texponential\t35.28\tmin\tx\n"
    "=== pmcal.txt\n"
    "PMCALNAME\tPMCALTYPE\tMTBPM\tMTBPMUNITS\tMTTRDIST\tMTTR\tMTTR2\tMTTRUNITS\tIGNORE\n"
    "MN\tmtbpm_by_cal\t30\tday\tuniform\t13.76\t2.75\thr\n"
    "PC\tmtbpm_by_pieces\t2500\tpieces\tuniform\t8.74\t1.75\thr\n"
    "=== attach.txt\n"
    "CALNAME\tCALTYPE\tRESTYPE\tRESNAME\tFOADIST\tFOA\tFOAUNITS\n"
    "BREAK\tdown\tstngrp\tLight\texponential\t10080\tmin\n"
    "MN\tpm\tstnfam\tmet\tconstant\t29.4\tday\n"
    "PC\tpm\tstnfam\toven\tconstant\t1250\t\n"
    "=== fromto.txt\n"
    "FROMLOC\tTOLOC\tDDIST\tDTIME\tDTIME2\tDUNITS\n"
    "Fab\tFab\tuniform\t7.5\t2.5\tmin\n"
    "=== order.txt\n"
    "LOT\tPART\tPRIOR\tPIECES\tSTART\tRDIST\tREPEAT\tRUNITS\tRPT#\tLOTSPERRPT\tDUE\tORDER\tHOTLOT\n"
    "L1\tp1\t10\t25\t01/01/18 00:00:00\tconstant\t51.69\tmin\t200000\t1\t02/23/18 "
    "20:07:47\tO1\tno\n"
    "L2\tp1\t20\t25\t01/02/18 00:00:00\tconstant\t2016\tmin\t\t\t\t\tyes\n"
    "=== WIP.txt\n"
    "LOT\tPART\tPRIOR\tPIECES\tSTART\tCURSTEP\tDUE\tORDER\tHOTLOT\tTRACE\n"
    "I1\tp1\t10\t25\t01/01/18 00:00:00\t3\t01/02/18 06:19:32\tO_Init\n"
    "I2\tp1\t10\t25\t01/01/2018 00:00:00\t5\t12/31/17 00:00:00\tO_Init\t\t\n"
    "=== rule.csv\n"
    "tools,rule\n"
    "litho,\"priority desc, setup, due - now\"\n"
    "met,spt\n";

struct read {
    maru_plant *plant;
    maru_faults *faults;
    maru_status status;
};

static struct read read_text(const char *text, size_t n) {
    struct read r = {.faults = maru_faults_new()};
    struct arena arena;
    struct bundle bundle;
    arena_init(&arena, 1 << 20);
    assert_int_equal(bundle_read(text, n, &arena, &bundle, NULL), MARU_OK);
    r.status = maru_plant_read(bundle.file, bundle.n_file, r.faults, &r.plant, NULL);
    arena_fini(&arena);
    return r;
}

static void read_free(struct read *r) {
    maru_plant_free(r->plant);
    maru_faults_free(r->faults);
}

static void print_all(const maru_faults *faults) {
    for (size_t i = 0; i < maru_faults_kept(faults); i++) {
        const maru_fault *f = maru_faults_get(faults, i);
        print_message("  %d %s:%u:%u %s '%s': %s; %s\n", (int)f->severity, f->file, f->row,
                      f->column, f->header, f->value, f->wrong, f->right);
    }
}

static void reads_every_table(void **state) {
    (void)state;
    struct read r = read_text(good, strlen(good));
    print_all(r.faults);
    assert_int_equal(maru_faults_kept(r.faults), 0);
    const maru_plant *p = r.plant;
    assert_non_null(p);
    assert_string_equal(p->product[0].family, "fam");
    assert_string_equal(p->route[0].file, "route_a.txt");
    assert_string_equal(p->group[0].ranking, "priority desc, fifo");
    assert_string_equal(p->group[1].ranking, "priority desc, setup, due - now");
    assert_string_equal(p->group[1].ranking_at.file, "rule.csv");
    assert_string_equal(p->group[2].ranking, "spt");
    assert_null(p->group[3].ranking);
    assert_true(p->group[0].reserves_hot && !p->group[1].reserves_hot);
    assert_true(p->group[1].avoids_setup && p->group[1].is_cascade && p->group[1].wakes_by_setup);
    assert_true(p->group[3].is_delay && !p->group[0].is_delay);
    assert_string_equal(p->setup[0].name, "blue");
    assert_int_equal(p->setup[0].min_run, 7);
    assert_int_equal(p->setup[0].n_change, 2);
    assert_int_equal(p->setup[1].n_change, 0);
    assert_int_equal(p->change[0].from, 1);
    assert_int_equal(p->change[1].time_us, INT64_C(720000000));
    assert_int_equal(p->step[1].interval_us, 90000000);
    assert_int_equal(p->step[3].interval_us, INT64_C(1200000000));
    assert_int_equal(p->step[1].keep_for, 3);
    assert_int_equal(p->step[1].setup_time.a, INT64_C(480000000));
    assert_true(p->step[2].rework == 0.015 && p->step[2].sampling == 0.4);
    assert_int_equal(p->step[2].rework_to, 1);
    assert_int_equal(p->step[3].queue_to, 4);
    assert_int_equal(p->n_downtime, 4); // the break of Light twice: litho and met
    assert_true(p->downtime[0].by_wafers && p->downtime[0].first.a == 1250);
    assert_int_equal(p->downtime[2].kind, DOWN_FAILURE);
    assert_int_equal(p->downtime[3].first.a, INT64_C(2540160000000));
    assert_int_equal(p->downtime[3].duration.a, INT64_C(39636000000));
    assert_int_equal(p->release[1].start_us, INT64_C(86400000000));
    assert_true(p->release[1].n_release == UINT64_MAX && p->release[1].is_hot);
    assert_true(p->release[1].due_after_us == INT64_MAX);
    assert_false(p->stock[0].start_known);
    assert_int_equal(p->stock[1].due_us, INT64_C(-86400000000));
    read_free(&r);
}

static void is_the_same_after_import(void **state) {
    (void)state;
    struct read direct = read_text(good, strlen(good));
    struct text text;
    text_init(&text, 1 << 20);
    assert_int_equal(maru_plant_write(direct.plant, bundle_put, &text, NULL), MARU_OK);
    struct read again = read_text(text.bytes, text.n_bytes);
    print_all(again.faults);
    assert_non_null(again.plant);
    struct digest a, b;
    digest_init(&a);
    digest_init(&b);
    plant_digest(direct.plant, &a);
    plant_digest(again.plant, &b);
    assert_memory_equal(&a, &b, sizeof a);
    text_fini(&text);
    read_free(&direct);
    read_free(&again);
}

struct bad_case {
    const char *from, *to;
    maru_severity severity;
    const char *file;
    uint32_t row, column;
    const char *says;
};

static const struct bad_case cases[] = {
    {"\t60\t3\tmin", "\t60\t61\tmin", MARU_FAULT, "route_a.txt", 2, 7, "half-width"},
    {"\t60\t3\tmin", "\t60\t\tmin", MARU_FAULT, "route_a.txt", 2, 7, "half-width"},
    {"\t60\t3\tmin", "\t60\t3\tmn", MARU_FAULT, "route_a.txt", 2, 8, "unknown unit"},
    {"\t60\t3\tmin", "\t60\t3\t", MARU_FAULT, "route_a.txt", 2, 8, "unit is missing"},
    {"\t60\t3\tmin", "\t6O\t3\tmin", MARU_FAULT, "route_a.txt", 2, 6, "not a number"},
    {"oven\tuniform\t60", "oven\tnormal\t60", MARU_FAULT, "route_a.txt", 2, 5, "distribution"},
    {"1.5\tlot", "1.5\twafer", MARU_FAULT, "route_a.txt", 4, 24, "whole lots"},
    {"\tper_batch", "\tper_carrier", MARU_FAULT, "route_a.txt", 2, 9, "per_lot"},
    {"route_a.txt\tr_a", "route_b.txt\tr_a", MARU_FAULT, "part.txt", 2, 4, "no such file"},
    {"route_a.txt\tr_a", "route_a.txt\tr_b", MARU_FAULT, "part.txt", 2, 5, "did you mean r_a?"},
    {"r_a\t3", "r_a\t4", MARU_FAULT, "route_a.txt", 4, 2, "without gaps"},
    {"min\tyes\t4", "min\tyes\t", MARU_FAULT, "route_a.txt", 3, 16, "FORSTEP"},
    {"\t\t1.5\tmin\n", "\t\t\t\t3\n", MARU_FAULT, "route_a.txt", 3, 23, "empty"},
    {"\t\t1.5\tmin\n", "\t\t5.5\tmin\n", MARU_FAULT, "route_a.txt", 3, 20, "above the time"},
    {"\t20\tmin\t\t\t\t", "\t\t\t0.5\tmin\t\t", MARU_FAULT, "route_a.txt", 5, 20, "PTPER"},
    {"rank_HP;rank_FIFO", "rank_HP;rank_FOFI", MARU_FAULT, "tool.txt.1l", 2, 4, "rank_FOFI"},
    {"rule_LSSU", "rule_LSU", MARU_FAULT, "tool.txt.1l", 3, 3, "rule_LSSU"},
    {"no\tgas", "no\tgaz", MARU_FAULT, "tool.txt.1l", 3, 18, "setup group"},
    {"2.0\t2\t", "3.0\t2\t", MARU_FAULT, "tool.txt.1l", 3, 12, "from 1 to 2"},
    {"BREAK\tdown", "BROKE\tdown", MARU_FAULT, "attach.txt", 2, 1, "no calendar"},
    {"BREAK\tdown", "BREAK\tpm", MARU_FAULT, "attach.txt", 2, 2, "other type"},
    {"stngrp\tLight", "stngrp\tLigth", MARU_FAULT, "attach.txt", 2, 4, "did you mean Light?"},
    {"stnfam\toven", "stnfam\toben", MARU_FAULT, "attach.txt", 4, 4, "did you mean oven?"},
    {"29.4\tday", "29.4\t", MARU_FAULT, "attach.txt", 3, 6, "wafers"},
    {"29.4\tday", "29\t", MARU_FAULT, "attach.txt", 3, 6, "type of the calendar"},
    {"2500\tpieces", "2500\tday", MARU_FAULT, "pmcal.txt", 3, 3, "type of the calendar"},
    {"mtbpm_by_pieces", "mtbpm_by_lots", MARU_FAULT, "pmcal.txt", 3, 2, "mtbpm_by_pieces"},
    {"PC\tmtbpm", "MN\tmtbpm_by_cal\t30\tday\t\t1\t\thr\nPC\tmtbpm", MARU_FAULT, "pmcal.txt", 3, 1,
     "stands above"},
    {"02/23/18", "02/30/18", MARU_FAULT, "order.txt", 2, 11, "no such date"},
    {"02/23/18", "02/23/17", MARU_FAULT, "order.txt", 2, 11, "before it starts"},
    {"51.69\tmin", "0\tmin", MARU_FAULT, "order.txt", 2, 7, "between releases"},
    {"\t25\t01/01/18 00:00:00\t3\t", "\t25\t01/01/18 00:00:00\t6\t", MARU_FAULT, "WIP.txt", 2, 6,
     "no such step"},
    {"\tO_Init\n", "\tO_Init\t\t\tx\n", MARU_FAULT, "WIP.txt", 2, 11, "without a column"},
    {"\tIGNORE\nr_a", "\tNOTES\nr_a", MARU_NOTE, "route_a.txt", 1, 29, "unknown column"},
    {"=== part.txt", "=== parts.txt", MARU_FAULT, "part.txt", 0, 0, "missing"},
    {"=== fromto.txt", "=== from.txt", MARU_NOTE, "from.txt", 0, 0, "unknown file"},
    {"MN\tpm\tstnfam\tmet\tconstant\t29.4\tday\n", "", MARU_NOTE, "pmcal.txt", 2, 1,
     "not attached"},
    {"=== WIP.txt", "=== tools.csv", MARU_FAULT, "", 0, 0, "both"},
};

static char *replaced(const struct bad_case *c, size_t *n) {
    const char *at = strstr(good, c->from);
    if (!at) {
        fail_msg("'%s' is not in the good fab", c->from);
        return NULL;
    }
    const size_t n_from = strlen(c->from), n_to = strlen(c->to);
    const size_t n_before = (size_t)(at - good);
    const size_t n_behind = strlen(good) - n_before - n_from;
    *n = n_before + n_to + n_behind;
    char *text = malloc(*n + 1);
    assert_non_null(text);
    memcpy(text, good, n_before);
    memcpy(text + n_before, c->to, n_to);
    memcpy(text + n_before + n_to, at + n_from, n_behind + 1);
    return text;
}

static bool is_it(const maru_fault *f, const struct bad_case *c) {
    return f->severity == c->severity && strcmp(f->file, c->file) == 0 && f->row == c->row &&
           f->column == c->column && (strstr(f->wrong, c->says) || strstr(f->right, c->says));
}

static void finds_each_fault_at_its_place(void **state) {
    (void)state;
    int n_bad = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t n = 0;
        char *text = replaced(&cases[i], &n);
        struct read r = read_text(text, n);
        bool is_found = false;
        for (size_t k = 0; k < maru_faults_kept(r.faults); k++) {
            is_found = is_found || is_it(maru_faults_get(r.faults, k), &cases[i]);
        }
        const bool is_fault = cases[i].severity == MARU_FAULT;
        if (!is_found || (r.status == MARU_E_INPUT) != is_fault ||
            maru_faults_count(r.faults, MARU_FAULT) > (is_fault ? 1 : 0)) {
            print_message("'%s' for '%s' gives %s and:\n", cases[i].to, cases[i].from,
                          maru_status_name(r.status));
            print_all(r.faults);
            n_bad++;
        }
        read_free(&r);
        free(text);
    }
    assert_int_equal(n_bad, 0);
}

static void takes_every_prefix(void **state) {
    (void)state;
    for (size_t n = 0; n < sizeof good; n += 7) {
        struct read r = read_text(good, n);
        assert_true((r.status == MARU_OK) == (r.plant != NULL));
        assert_true((r.status == MARU_E_INPUT) == (maru_faults_count(r.faults, MARU_FAULT) > 0));
        read_free(&r);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_table),
        cmocka_unit_test(is_the_same_after_import),
        cmocka_unit_test(finds_each_fault_at_its_place),
        cmocka_unit_test(takes_every_prefix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
