// Public data sets, each with the protocol by which others have measured on it: a row of docs/RESULTS.md, made by `maru bench learn`.
//
// A set reads its files, follows its protocol and asks the same learn/ and train/ that a factory's own data go through. What it
// chooses, it chooses inside the training part; the test part is looked at once, for the figures.
#ifndef STUDY_SETS_H
#define STUDY_SETS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "maru/status.h"
#include "study/sets/set_list.h"

enum { SETS_MAX_FIGURES = 128, SETS_MAX_TEXT_BYTES = 256 << 20 };

struct set_run {
    const char *name;   // of the set
    const char *folder; // with its files, as their publisher names them
    uint64_t seed;
    uint32_t n_seed;   // runs that are averaged, at least 1
    uint32_t n_thread; // results do not depend on it
    bool
        is_short; // a few seconds that show that it works; the figures are not those of the protocol
    void (*progress)(void *context, double share, const char *what); // NULL: nobody looks
    void *context;
};

// A figure beside what others reach. NaN: not known, or nothing was asked for.
struct set_figure {
    char english[64], korean[96]; // "macro F1", "매크로 F1"
    double value, low, high;      // 95 %
    double ordinary, wanted;
    bool is_less_better;
};

struct set_result {
    uint32_t n_figure;
    struct set_figure figure[SETS_MAX_FIGURES];
    struct text
        predictions; // what somebody else can score; its first line is a header unless the set's judges want none
    struct text
        details; // CSV with more of each prediction, such as intervals; empty: there is none
};

struct learn_set {
    const char *name;
    maru_status (*run)(const struct set_run *run, struct set_result *result, maru_error *err);
    const char *english, *korean; // what it is
};

// The set of a name, or NULL; the i-th, or NULL behind the last.
const struct learn_set *set_find(const char *name);
const struct learn_set *set_at(uint32_t i);

void set_result_init(struct set_result *result);
void set_result_fini(struct set_result *result);

// The next figure, to be filled in by the caller; all its numbers are NaN.
//   errors  NULL: there are SETS_MAX_FIGURES already
struct set_figure *set_add_figure(struct set_result *result, const char *english,
                                  const char *korean, double value);

// Read a file of a set: from the set's own folder below run->folder, or from run->folder itself; packed by gzip or not, with .gz behind its
// name or not.
//   errors  MARU_E_IO: it is in neither; of gunzip_file
MARU_MUST_USE maru_status set_read_file(const struct set_run *run, const char *own_folder,
                                        const char *file, struct text *out, maru_error *err);

// Say how far a run is.
void set_progress(const struct set_run *run, double share, const char *what);

#define X(name, function, english, korean)                                                         \
    maru_status function(const struct set_run *run, struct set_result *result, maru_error *err);
SETS(X)
#undef X

#endif
