#include "control/equipment/e10.h"

#include <string.h>

// Tables made from the one list. A word is compared in a canonical form: ASCII letters small, blanks,
// - and _ left out; so "Non-Scheduled", "non scheduled" and "NON_SCHEDULED" are one. A state and its
// substate with : or / between must belong together.

struct word {
    const char *text;
    uint8_t substate;
};

static const uint8_t state_of[N_E10_SUBSTATE] = {
#define X(name, state, english, korean) E10_##state,
    E10_SUBSTATES(X)
#undef X
};

static const char *const state_names[2][N_E10_STATE] = {{
#define X(name, english, korean) english,
                                                            E10_STATES(X)
#undef X
                                                        },
                                                        {
#define X(name, english, korean) korean,
                                                            E10_STATES(X)
#undef X
                                                        }};

static const char *const substate_names[2][N_E10_SUBSTATE] = {{
#define X(name, state, english, korean) english,
                                                                  E10_SUBSTATES(X)
#undef X
                                                              },
                                                              {
#define X(name, state, english, korean) korean,
                                                                  E10_SUBSTATES(X)
#undef X
                                                              }};

static const struct word words[] = {
#define X(text, substate) {text, E10_SUB_##substate},
    E10_WORDS(X)
#undef X
};

enum e10_state e10_state_of(uint8_t substate) {
    return substate < N_E10_SUBSTATE ? (enum e10_state)state_of[substate] : E10_UNKNOWN;
}

const char *e10_state_name(enum e10_state state, bool is_korean) {
    return (unsigned)state < N_E10_STATE ? state_names[is_korean][state] : "";
}

const char *e10_substate_name(uint8_t substate, bool is_korean) {
    return substate < N_E10_SUBSTATE ? substate_names[is_korean][substate] : "";
}

// The canonical form; its length, or 0 when it is empty or too long.
static size_t canonical(const char *bytes, size_t n, char out[E10_MAX_WORD_BYTES]) {
    size_t n_out = 0;
    for (size_t i = 0; i < n; i++) {
        const char c = bytes[i];
        if (c == ' ' || c == '\t' || c == '-' || c == '_') {
            continue;
        }
        if (n_out == E10_MAX_WORD_BYTES - 1) {
            return 0;
        }
        out[n_out++] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    out[n_out] = '\0';
    return n_out;
}

static bool means(const char *canon, const char *name) {
    char other[E10_MAX_WORD_BYTES];
    return canonical(name, strlen(name), other) > 0 && strcmp(canon, other) == 0;
}

static bool read_state(const char *bytes, size_t n, uint8_t *substate) {
    char canon[E10_MAX_WORD_BYTES];
    if (canonical(bytes, n, canon) == 0) {
        return false;
    }
    for (uint32_t sub = 0; sub < N_E10_SUBSTATE; sub++) {
        const uint8_t state = state_of[sub];
        if (means(canon, state_names[0][state]) || means(canon, state_names[1][state])) {
            *substate = (uint8_t)sub; // the first of its state
            return true;
        }
    }
    return false;
}

static bool read_substate(const char *bytes, size_t n, uint8_t *substate) {
    char canon[E10_MAX_WORD_BYTES];
    if (canonical(bytes, n, canon) == 0) {
        return false;
    }
    for (uint32_t sub = 0; sub < N_E10_SUBSTATE; sub++) {
        if (means(canon, substate_names[0][sub]) || means(canon, substate_names[1][sub])) {
            *substate = (uint8_t)sub;
            return true;
        }
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (means(canon, words[i].text)) {
            *substate = words[i].substate;
            return true;
        }
    }
    return false;
}

bool e10_read(const char *bytes, size_t n, uint8_t *substate) {
    size_t split = 0;
    while (split < n && bytes[split] != ':' && bytes[split] != '/') {
        split++;
    }
    if (split == n) {
        return read_state(bytes, n, substate) || read_substate(bytes, n, substate);
    }
    uint8_t whole = 0, part = 0;
    if (!read_state(bytes, split, &whole) ||
        !read_substate(bytes + split + 1, n - split - 1, &part) ||
        state_of[whole] != state_of[part]) {
        return false;
    }
    *substate = part;
    return true;
}

bool e10_of_ept(int64_t ept_state, int64_t task_type, uint8_t *substate) {
    enum { EPT_IDLE, EPT_BUSY, EPT_BLOCKED };
    enum { TASK_MAINTENANCE = 4, TASK_DIAGNOSTICS = 5, TASK_LAST = 6 };
    if (ept_state < EPT_IDLE || ept_state > EPT_BLOCKED || task_type < 0 || task_type > TASK_LAST) {
        return false;
    }
    if (ept_state == EPT_BUSY) {
        const bool is_upkeep = task_type == TASK_MAINTENANCE || task_type == TASK_DIAGNOSTICS;
        *substate = is_upkeep ? E10_SUB_MAINTENANCE : E10_SUB_REGULAR;
    } else {
        *substate = ept_state == EPT_IDLE ? E10_SUB_IDLE : E10_SUB_FAILED;
    }
    return true;
}
