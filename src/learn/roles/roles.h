// What the columns of a spreadsheet are: what is to be explained, when and on what it was made, what may be a cause, and what only looks
// like one since it was written after the verdict.
//
// All of it is guessed from names and values, each with its reason, and whoever knows better says so.
#ifndef LEARN_ROLES_H
#define LEARN_ROLES_H

#include "learn/roles/role_list.h"
#include "signal/frame.h"

enum role {
#define X(name, english, korean) ROLE_##name,
    ROLES(X)
#undef X
        N_ROLE
};

enum role_reason {
#define X(name, english, korean) REASON_##name,
    ROLE_REASONS(X)
#undef X
        N_ROLE_REASON
};

struct column_role {
    uint8_t role;   // enum role
    uint8_t reason; // enum role_reason
    double share;   // what the reason is about, 0 to 1; NaN where it has no number
};

// How the target says that a unit is bad.
enum target_form {
    TARGET_NONE,   // no column looks like one
    TARGET_WORD,   // bad where the word is bad
    TARGET_FLAG,   // bad where the number is not the good one
    TARGET_COUNT,  // so many bad or good ones of so many: a row is many units
    TARGET_LIMITS, // a number outside of its limits
    TARGET_NUMBER, // a number without limits: larger or smaller is better
    N_TARGET_FORM
};

struct target {
    uint8_t form; // enum target_form
    uint32_t column;
    uint32_t of_column;               // COUNT: of how many
    bool of_is_rest;                  // COUNT: of_column counts the good ones instead
    bool is_good_count;               // COUNT: the column counts the good ones
    double good;                      // FLAG: the number that is good
    double lower, upper;              // LIMITS; NaN: none on this side
    uint32_t low_column, high_column; // LIMITS of each row, UINT32_MAX: none
    bool *is_bad_word;                // WORD: (words of the column)
    bool is_low_bad;                  // NUMBER
    bool is_guessed;                  // which value is bad is a guess: it is the rarer one
};

struct roles {
    struct arena arena;
    uint32_t n_column;
    struct column_role *column; // (n_column)
    struct target target;
    uint32_t time_column, lot_column; // UINT32_MAX: none
    double *bad; // (n_row): 0 good, 1 bad, for COUNT the share, for NUMBER the value; NaN: unknown
    double *weight;                    // (n_row): units of a row, NULL: 1 each
    uint64_t n_good, n_bad, n_unknown; // rows; of COUNT and NUMBER, n_good and n_bad are 0
};

// What somebody knows better; NULL and 0: guess.
struct role_hint {
    const char *column;
    uint8_t role; // enum role
};
struct roles_hints {
    const char *target, *bad; // a column's name; a word or number that is bad
    double lower, upper;      // of the target; NaN: none are said
    const struct role_hint *hint;
    size_t n_hint;
};

// Look at a table.
//   memory  roles_fini; the frame outlives them
//   errors  MARU_E_INPUT: a hint names no column, or the target has one class only; MARU_E_LIMIT, MARU_E_MEMORY
//   cost    linear in the cells
MARU_MUST_USE maru_status roles_find(const struct frame *frame, const struct roles_hints *hints,
                                     struct roles *out, maru_error *err);
void roles_fini(struct roles *roles); // accepts an all-zero one

// Words of a person.
//   memory  static
const char *column_role_name(enum role role, bool is_korean);
const char *role_reason_text(enum role_reason reason, bool is_korean);

#endif
