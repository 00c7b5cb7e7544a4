// The maru command: find the verb, read its options, run it.
//
// Exit status: 0 good, 1 the answer is no or the work was stopped, 2 usage, 3 bad input, 4 a limit
// was reached.

#include "base/alloc.h"
#include "cli/verb.h"
#include "io/executor/shepherd.h"
#include "io/terminal.h"

#include <stdlib.h>
#include <string.h>

// The language is wanted before anything can be refused, so it is looked for first.
static enum lang find_language(int argc, char **argv) {
    enum lang lang = words_language(getenv("LC_ALL"), getenv("LC_MESSAGES"), getenv("LANG"));
    for (int i = 1; i < argc; i++) {
        const char *value = strncmp(argv[i], "--lang=", 7) == 0              ? argv[i] + 7
                            : strcmp(argv[i], "--lang") == 0 && i + 1 < argc ? argv[i + 1]
                                                                             : "";
        lang = strcmp(value, "ko") == 0 ? LANG_KO : strcmp(value, "en") == 0 ? LANG_EN : lang;
    }
    return lang;
}

static int run_verb(struct call *call, struct common *common, int argc, char **argv) {
    maru_error err = {0};
    for (int i = 0; i < argc; i++) { // so that a refusal of what stands before it is JSON too
        call->json = call->json || strcmp(argv[i], "--json") == 0;
    }
    const maru_status st = args_read(&call->args, call->lang, argc, argv, &err);
    call->quiet = common->quiet;
    if (st != MARU_OK) {
        return verb_refuse(call, &err);
    }
    if (common->lang && strcmp(common->lang, "ko") != 0 && strcmp(common->lang, "en") != 0) {
        return verb_refuse_word(call, MARU_E_USAGE, W_BAD_VALUE,
                                (const char *const[]){"lang", common->lang, "ko | en", NULL});
    }
    if (common->help) {
        struct text page;
        text_init(&page, 1 << 20);
        verb_add_help(&page, call->verb, call->lang, call->look);
        const int status = verb_print(call, &page, EXIT_GOOD);
        text_fini(&page);
        return status;
    }
    if (call->args.n_word < call->verb->min_words || call->args.n_word > call->verb->max_words) {
        return verb_refuse_word(
            call, MARU_E_USAGE, call->args.n_word < call->verb->min_words ? W_TOO_FEW : W_TOO_MANY,
            (const char *const[]){call->verb->name, call->verb->synopsis, NULL});
    }
    return call->verb->run(call);
}

int main(int argc, char **argv) {
    if (argc == 3 &&
        strcmp(argv[1], "shepherd") == 0) { // not for people: who tends a job of the pool
        return shepherd_main(argv[2]);
    }
    const char *no_colors = getenv("NO_COLOR");
    const char *terminal = getenv("TERM");
    struct call call = {
        .lang = find_language(argc, argv),
        .look = {.colors = terminal_is_there() && !(no_colors && *no_colors) &&
                           !(terminal && strcmp(terminal, "dumb") == 0),
                 .columns = terminal_columns()},
    };
    const char *name = argc > 1 ? argv[1] : "help";
    name = strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 ? "help" : name;
    name = strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0 ? "version" : name;
    call.verb = verb_find(name);
    if (!call.verb) {
        return verb_refuse_name(&call, name);
    }
    struct option option[ARGS_MAX_OPTIONS];
    if (call.verb->n_option > 0) {
        memcpy(option, call.verb->option, call.verb->n_option * sizeof option[0]);
    }
    memcpy(option + call.verb->n_option, verb_common, sizeof verb_common);
    struct common *common = alloc_new(1, call.verb->n_value_bytes);
    if (!common) {
        return verb_refuse(&call, &(maru_error){.code = MARU_E_MEMORY, .text = "no memory"});
    }
    call.args = (struct args){.option = option,
                              .n_option = call.verb->n_option + VERB_COMMON,
                              .values = common,
                              .takes_command = call.verb->takes_command};
    const int status = run_verb(&call, common, argc > 2 ? argc - 2 : 0, argv + 2);
    alloc_free(common);
    return status;
}
