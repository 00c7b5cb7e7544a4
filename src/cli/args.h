// Options of a command line, read by one table a verb.
//
// An option is --name value, --name=value or, where it has a letter, -o value. Values are strict:
// the whole of it must be a number of the asked kind. A name that is not in the table is refused
// with the nearest one that is.
#ifndef CLI_ARGS_H
#define CLI_ARGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "maru/status.h"
#include "study/words/words.h"

enum { ARGS_MAX_LIST = 64, ARGS_MAX_WORDS = 16, ARGS_MAX_OPTIONS = 64 };

enum option_kind {
    OPTION_FLAG,  // bool, no value
    OPTION_TEXT,  // const char *
    OPTION_COUNT, // uint64_t between lowest and highest
    OPTION_SPAN,  // maru_time: "365" and "365 d" are days; h, min, s, week too
    OPTION_TIME,  // maru_time of a job: as OPTION_SPAN and 90m, 12:30:00, but never a plain number
    OPTION_SHARE, // double above 0, below 1: "1 %" or "0.01"
    OPTION_REAL,  // double above 0
    OPTION_LIST,  // struct option_list: may be given many times
};

struct option_list {
    size_t n;
    const char *text[ARGS_MAX_LIST];
};

struct option {
    const char *name;
    char letter; // 0: none
    enum option_kind kind;
    size_t offset;        // where in the verb's values
    const char *shape;    // what stands for the value in help: "DAYS"
    const char *standard; // value when not given, read like one that is; NULL: the zero of its kind
    enum word meaning;
    uint64_t lowest, highest; // OPTION_COUNT
};

struct args {
    const struct option *option; // (n_option)
    size_t n_option;
    void *values;                     // what offsets point into
    uint64_t given;                   // bit i: option i was given
    const char *word[ARGS_MAX_WORDS]; // what is not an option
    size_t n_word;
    bool takes_command;   // what stands behind -- is a command of its own, else more words
    char *const *command; // (n_command)
    size_t n_command;
};

// Set the standards, then read argv[0 .. argc).
//   errors  MARU_E_USAGE with one sentence in `lang`
MARU_MUST_USE maru_status args_read(struct args *args, enum lang lang, int argc, char **argv,
                                    maru_error *err);

// True when the option of this name was given.
bool args_given(const struct args *args, const char *name);

// Give an option that was not given: what an environment or a file says. A flag is true or false; an
// option that the table has not, or that was given, is left alone.
//   errors  MARU_E_USAGE with one sentence in `lang`
MARU_MUST_USE maru_status args_set(struct args *args, enum lang lang, const char *name,
                                   const char *value, maru_error *err);

// Read a span: a number and a unit, days when there is none.
bool args_span(const char *text, maru_time *out);

// The name nearest to `wanted`, or NULL when none is near. names: `n` of them, each `stride` bytes
// after the last.
const char *args_nearest(const char *wanted, const void *names, size_t n, size_t stride);

#endif
