// Which rows of a table are odd, as a model that knows its columns: anomaly.h with a recipe, the share of good rows that may be called odd,
// and what later rows showed.
#ifndef LEARN_ODD_MODEL_H
#define LEARN_ODD_MODEL_H

#include "base/text.h"
#include "learn/anomaly/anomaly.h"
#include "learn/anomaly/odd_model_list.h"
#include "learn/models/recipe.h"

enum {
    ODD_MAX_BYTES = 1 << 28,
    ODD_MAX_HELD = 20000, // scores that are kept
    ODD_MAX_COLUMNS_TOLD = 10,
};

enum odd_warning {
#define X(name, key, english, korean) ODD_WARN_##name,
    ODD_WARNINGS(X)
#undef X
        N_ODD_WARNING
};

struct odd_figure {
    double value, low, high; // 95 %; NaN: not known
};

struct odd_told { // a feature that made rows odd
    uint32_t feature, n;
};

struct odd_model {
    struct arena arena;
    struct recipe recipe;
    struct anomaly anomaly; // of the recipe's features
    double alpha;           // share of good rows that may be called odd
    struct odd_figure odd;  // share of later rows that are
    const char *label;      // column that says which rows are bad, "": none; never an input
    struct odd_figure auc;  // of later rows: the odder the worse
    struct odd_figure bad_of_odd, bad_of_others;
    struct odd_told told[ODD_MAX_COLUMNS_TOLD]; // of later odd rows, most often first
    uint32_t n_told;
    uint32_t n_train, n_test, n_odd;
    int64_t train_from, train_to, test_from, test_to; // us, INT64_MIN: not known
    uint32_t warnings;                                // bit of each enum odd_warning
    const char *title, *version;                      // of the data, of the program
    char data[33], fingerprint[33];                   // of the table, of the bytes
};

// Bytes: "MARUODDS", version, everything, digest.
//   errors  what sticks to `out`
MARU_MUST_USE maru_status odd_model_write(const struct odd_model *model, struct text *out,
                                          maru_error *err);

bool odd_model_is(const void *bytes, size_t n);

// Bytes are hostile: all is checked.
//   memory  odd_model_fini
//   errors  MARU_E_INPUT: none, of another version, cut off, changed or contradicting itself; MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status odd_model_read(const void *bytes, size_t n, struct odd_model *out,
                                         maru_error *err);
void odd_model_fini(struct odd_model *model); // accepts an all-zero one

// Is a row of this verdict called odd?
bool odd_model_calls(const struct odd_model *model, const struct anomaly_verdict *verdict);

const char *odd_warning_text(enum odd_warning warning, bool is_korean);
const char *odd_warning_key(enum odd_warning warning);

#endif
