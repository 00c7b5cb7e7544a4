// maru check PLANT: every fault of a plant, then what its releases ask of its tools.
//
// Exit status 0: sound; 1: a tool group cannot carry its releases; 3: faults.

#include "cli/verb.h"
#include "plant/plant.h"
#include "study/check.h"
#include "study/study.h"
#include "study/table.h"
#include "study/words/numerals.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOADS_SHOWN = 20, FAULTS_SHOWN = 50, BAR_CELLS = 20 };

struct check_values {
    struct common common;
    bool all;
};

// ---- terminal

static void add_faults(struct text *out, const struct call *call, const maru_faults *faults,
                       bool all) {
    const size_t n = maru_faults_kept(faults);
    const size_t n_shown = all || n < FAULTS_SHOWN ? n : FAULTS_SHOWN;
    for (size_t i = 0; i < n_shown; i++) {
        verb_add_fault(out, call, maru_faults_get(faults, i));
    }
    const size_t n_all = maru_faults_count(faults, MARU_FAULT) +
                         maru_faults_count(faults, MARU_WARNING) +
                         maru_faults_count(faults, MARU_NOTE);
    if (n_all > n_shown) {
        words_add(out, call->lang, W_AND_MORE,
                  (const char *const[]){numeral_count(n_all - n_shown).text, NULL});
        text_addz(out, "\n");
    }
    words_add(out, call->lang, W_FAULT_COUNTS,
              (const char *const[]){numeral_count(maru_faults_count(faults, MARU_FAULT)).text,
                                    numeral_count(maru_faults_count(faults, MARU_WARNING)).text,
                                    numeral_count(maru_faults_count(faults, MARU_NOTE)).text,
                                    NULL});
    text_addz(out, "\n");
}

// A bar of BAR_CELLS for 100 %, by eighths of a cell; what is above goes on with another mark.
static void add_bar(struct text *out, double load) {
    static const char *const part[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    const double shown = load < 2 ? load : 2;
    const int eighths = (int)(shown * BAR_CELLS * 8 + 0.5);
    for (int i = 0; i < eighths / 8; i++) {
        text_addz(out, i < BAR_CELLS ? "█" : "▓");
    }
    text_addz(out, eighths < BAR_CELLS * 8 ? part[eighths % 8] : "");
}

static void add_loads(struct text *out, const struct call *call, const struct check *check,
                      bool all) {
    struct table table;
    struct text bar;
    table_init(&table);
    text_init(&bar, 1 << 10);
    table_column(&table, ALIGN_LEFT, word(call->lang, W_GROUP));
    table_column(&table, ALIGN_LEFT, word(call->lang, W_AREA));
    static const enum word title[] = {W_TOOLS,      W_VISITS,    W_LOAD_PROCESS,
                                      W_LOAD_SETUP, W_LOAD_DOWN, W_LOAD};
    for (size_t k = 0; k < sizeof title / sizeof title[0]; k++) {
        table_column(&table, ALIGN_RIGHT, word(call->lang, title[k]));
    }
    table_column(&table, ALIGN_LEFT, "");
    const uint32_t n_shown = all || check->n_load < LOADS_SHOWN ? check->n_load : LOADS_SHOWN;
    for (uint32_t i = 0; i < n_shown; i++) {
        const maru_group_load *load = &check->load[i];
        const enum table_style style = load->load > 1      ? STYLE_BAD
                                       : load->load > 0.95 ? STYLE_WARN
                                                           : STYLE_PLAIN;
        table_add(&table, style, load->group);
        table_add(&table, STYLE_DIM, load->area);
        table_add(&table, STYLE_PLAIN, numeral_count(load->n_tool).text);
        table_add(&table, STYLE_PLAIN, numeral(load->visits_per_day, 1).text);
        table_add(&table, STYLE_PLAIN, numeral_percent(load->processing, 1).text);
        table_add(&table, STYLE_PLAIN, numeral_percent(load->setup, 1).text);
        table_add(&table, STYLE_PLAIN, numeral_percent(load->down, 1).text);
        table_add(&table, style, numeral_percent(load->load, 1).text);
        text_clear(&bar);
        add_bar(&bar, load->load);
        text_addf(&bar, "%s%s", load->load > 1 ? " ◀ " : "",
                  load->load > 1 ? word(call->lang, W_OVER) : "");
        table_add(&table, style, bar.bytes ? bar.bytes : "");
    }
    table_print(&table, call->look, out);
    if (n_shown < check->n_load) {
        text_addz(out, "  ");
        words_add(out, call->lang, W_AND_MORE,
                  (const char *const[]){numeral_count(check->n_load - n_shown).text, NULL});
        text_addz(out, "\n");
    }
    text_fini(&bar);
    table_fini(&table);
}

static void add_text(struct text *out, const struct call *call, const struct check *check,
                     bool all) {
    add_faults(out, call, check->faults, all);
    if (!check->plant) {
        return;
    }
    const maru_plant_size size = maru_plant_sizes(check->plant);
    text_addz(out, "\n");
    study_add_heading(out, check->plant, call->args.word[0], call->look);
    text_addz(out, ": ");
    words_add(out, call->lang, W_PLANT_SIZE,
              (const char *const[]){
                  numeral_count(size.n_product).text, numeral_count(size.n_step).text,
                  numeral_count(size.n_group).text,
                  numeral_count(study_tools(check->plant, false)).text,
                  numeral_count(size.n_release).text, numeral_count(size.n_stock).text, NULL});
    text_addz(out, "\n\n");
    table_styled(out, call->look, STYLE_STRONG, word(call->lang, W_LOADS_TITLE));
    text_addz(out, "\n");
    add_loads(out, call, check, all);
    text_addz(out, "\n");
    if (check->n_over > 0) {
        words_add(out, call->lang, W_CANNOT_CARRY,
                  (const char *const[]){numeral_count(check->n_over).text, check->load[0].group,
                                        numeral_percent(check->load[0].load, 1).text, NULL});
    } else if (check->n_load > 0) {
        words_add(out, call->lang, W_CAN_CARRY,
                  (const char *const[]){check->load[0].group,
                                        numeral_percent(check->load[0].load, 1).text, NULL});
    }
    text_addz(out, "\n");
    if (size.n_setup > 0) {
        text_addf(out, "%s\n", word(call->lang, W_SETUPS_EXTRA));
    }
}

static int run_check(struct call *call) {
    const struct check_values *values = call->args.values;
    const char *folder = call->args.word[0];
    struct check check;
    maru_error err = {0};
    struct text out;
    text_init(&out, INT32_MAX);
    int status = EXIT_GOOD;
    if (check_folder(&check, folder, &err) != MARU_OK) {
        status = verb_refuse(call, &err);
    } else {
        if (call->json) {
            check_add_json(&out, &check, folder);
        } else {
            add_text(&out, call, &check, values->all);
        }
        status = verb_print(call, &out,
                            !check.plant       ? EXIT_INPUT
                            : check.n_over > 0 ? EXIT_NO
                                               : EXIT_GOOD);
    }
    text_fini(&out);
    check_fini(&check);
    return status;
}

static const struct option options[] = {
    {"all", 'a', OPTION_FLAG, offsetof(struct check_values, all), NULL, NULL, W_HELP_ALL_GROUPS, 0,
     0},
};
static const char *const examples[] = {"maru check examples/minifab",
                                       "maru check my-fab --all --json", NULL};

const struct verb verb_check = {.name = "check",
                                .synopsis = "PLANT [--all]",
                                .purpose = W_CHECK_PURPOSE,
                                .option = options,
                                .n_option = sizeof options / sizeof options[0],
                                .n_value_bytes = sizeof(struct check_values),
                                .min_words = 1,
                                .max_words = 1,
                                .example = examples,
                                .run = run_check};
