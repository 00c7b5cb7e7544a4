// What a verb of the command is, and what it gets to work with. One file a verb: verb_NAME.c.
#ifndef CLI_VERB_H
#define CLI_VERB_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/args.h"
#include "maru/plant.h"
#include "maru/status.h"
#include "study/table.h"
#include "study/words/words.h"

enum { // exit status of the command
    EXIT_GOOD = 0,
    EXIT_NO = 1,    // the answer is no, or the work was stopped
    EXIT_USAGE = 2, // the command line makes no sense
    EXIT_INPUT = 3, // bad input
    EXIT_CAP = 4,   // a limit was reached
};

struct common { // options of every verb: the first member of each verb's struct of values
    bool json, quiet, help;
    const char *lang;
};

struct call { // one call of a verb
    const struct verb *verb;
    enum lang lang;
    bool json, quiet;
    struct look look;
    struct args args; // args.values is the verb's own struct of values, with all its options read
};

struct verb {
    const char *name;
    const char *synopsis; // behind the name
    enum word purpose;
    const struct option *option; // (n_option)
    size_t n_option;
    size_t n_value_bytes; // of its struct of values
    size_t min_words, max_words;
    bool takes_command;         // behind --
    const char *const *example; // ends with NULL
    int (*run)(struct call *call);
};

extern const struct verb verb_job, verb_quality, verb_train, verb_predict, verb_models, verb_bench,
    verb_check, verb_sim, verb_compare, verb_import, verb_new, verb_scene, verb_serve, verb_tenant,
    verb_token, verb_audit, verb_alarms, verb_backup, verb_restore, verb_store, verb_fake,
    verb_round, verb_pool, verb_credits, verb_help, verb_version;

enum { VERB_COMMON = 4 };
extern const struct option verb_common[VERB_COMMON]; // options that every verb has

// The verb of this name, or NULL; the i-th, or NULL behind the last.
const struct verb *verb_find(const char *name);
const struct verb *verb_at(size_t i);

// ---- what all verbs say in the same way

// Say an error on stderr (as an object on stdout with --json); gives the exit status that belongs
// to it.
int verb_refuse(const struct call *call, const maru_error *err);

// The same for a sentence of the word list.
int verb_refuse_word(const struct call *call, maru_status status, enum word id,
                     const char *const *arguments);

// A line on stderr, unless --quiet.
void verb_note(const struct call *call, enum word id, const char *const *arguments);

// Write text to stdout; gives `status`, or the exit status of a failed write.
int verb_print(const struct call *call, const struct text *text, int status);

int verb_exit(maru_status status);

// Append a fault of a table as a line, as compilers write it, so that editors can jump there.
void verb_add_fault(struct text *out, const struct call *call, const maru_fault *fault);

// Say all faults of a table on stderr (with --json the error); gives EXIT_INPUT.
int verb_refuse_faults(const struct call *call, const maru_faults *faults, const maru_error *err);

// Append the page of one verb, or of the whole command for NULL.
void verb_add_help(struct text *out, const struct verb *verb, enum lang lang, struct look look);

// "no such verb 'simm': did you mean 'sim'?"; gives EXIT_USAGE.
int verb_refuse_name(const struct call *call, const char *name);

// Open a plant; faults are said on stderr. Gives EXIT_GOOD with *plant set, or the exit status.
int verb_open_plant(const struct call *call, const char *folder, maru_plant **plant);

#endif
