#include "target.h"

#include <string.h>

#include "pool/round/round_check.h"
#include "pool/round/round_greedy.h"
#include "pool/round/round_rules.h"
#include "rounds/round_folder.h"

// A round, its files one behind the other with a line "%%" between, no bytes for one that is not there: read, or refused with faults that have a place. What is read can be
// awarded by the rules, however odd its numbers; its rules read back the same; the award is written as a table that reads back.

static size_t part(const uint8_t *data, size_t n, size_t from) {
    for (size_t i = from; i + 2 < n; i++) {
        if (data[i] == '%' && data[i + 1] == '%' && data[i + 2] == '\n') {
            return i;
        }
    }
    return n;
}

static void see_rules(const struct round_rules *rules) {
    struct round_rules again;
    struct text one, two;
    text_init(&one, 1 << 20);
    text_init(&two, 1 << 20);
    round_rules_write(&one, rules);
    must(round_rules_read(&again, one.bytes, one.n_bytes, NULL) == MARU_OK);
    round_rules_write(&two, &again);
    must(strcmp(one.bytes, two.bytes) == 0);
    text_fini(&one);
    text_fini(&two);
}

static void see_award(const struct round *round, const struct round_award *award) {
    struct round_award again;
    maru_faults *faults = maru_faults_new();
    uint32_t rank[64] = {0};
    struct text table;
    text_init(&table, 1 << 22);
    award_table_write(&table, round, award, rank);
    must(round_award_init(round, &again, NULL) == MARU_OK);
    must(award_table_read(table.bytes, table.n_bytes, round, faults, &again, NULL) == MARU_OK);
    must(again.worth == award->worth);
    round_award_fini(&again);
    text_fini(&table);
    maru_faults_free(faults);
}

static void award(const struct round *round) {
    struct round_award award;
    uint32_t order[64];
    if (round->n_application > 64 || round_award_init(round, &award, NULL) != MARU_OK) {
        return;
    }
    must(round_rank(round, order, NULL) == MARU_OK);
    must(round_greedy(round, NULL, order, round->n_application, &award, NULL) == MARU_OK);
    award.bound = award.worth;
    must(round_check(round, &award, NULL) == MARU_OK);
    see_award(round, &award);
    round_award_fini(&award);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    struct round_bytes file[ROUND_FILES] = {{NULL, 0}};
    struct round_tables tables;
    maru_faults *faults = maru_faults_new();
    maru_error err = {0};
    size_t from = 0;
    for (int i = 0; i < ROUND_FILES && from < n; i++) {
        const size_t end = part(data, n, from);
        file[i] = (struct round_bytes){end > from ? (const char *)data + from : NULL, end - from};
        from = end < n ? end + 3 : n;
    }
    if (round_tables_read(file, faults, &tables, &err) == MARU_OK) {
        see_rules(&tables.round.rules);
        award(&tables.round);
        round_tables_fini(&tables);
    } else {
        must(err.code != MARU_OK && err.text[0] != '\0');
    }
    maru_faults_free(faults);
    return 0;
}
