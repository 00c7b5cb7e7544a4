#include "plant/nearest.h"

#include <string.h>

// Optimal string alignment distance (Damerau-Levenshtein without repeated edits of a part), three
// rows of its matrix.

enum { EDIT = 2, CASE_EDIT = 1 };

static unsigned min3(unsigned a, unsigned b, unsigned c) {
    const unsigned ab = a < b ? a : b;
    return ab < c ? ab : c;
}

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c; }

static unsigned change_cost(char a, char b) {
    if (a == b) {
        return 0;
    }
    return lower(a) == lower(b) ? CASE_EDIT : EDIT;
}

unsigned nearest_distance(const char *a, size_t n_a, const char *b, size_t n_b) {
    unsigned row[3][NEAREST_MAX_BYTES + 1];
    for (size_t j = 0; j <= n_b; j++) {
        row[0][j] = (unsigned)j * EDIT;
    }
    for (size_t i = 1; i <= n_a; i++) {
        unsigned *const now = row[i % 3];
        const unsigned *const last = row[(i + 2) % 3];
        const unsigned *const before = row[(i + 1) % 3];
        now[0] = (unsigned)i * EDIT;
        for (size_t j = 1; j <= n_b; j++) {
            now[j] = min3(last[j] + EDIT, now[j - 1] + EDIT,
                          last[j - 1] + change_cost(a[i - 1], b[j - 1]));
            const bool is_swap = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (is_swap && before[j - 2] + EDIT < now[j]) {
                now[j] = before[j - 2] + EDIT;
            }
        }
    }
    return row[n_a % 3][n_b];
}

uint32_t nearest_name(struct draft *draft, uint32_t name, const uint32_t *of_name) {
    const char *text = draft_text(draft, name);
    const size_t n = strlen(text);
    if (n > NEAREST_MAX_BYTES) {
        return 0;
    }
    uint32_t best = 0;
    unsigned best_distance = (unsigned)(EDIT * (n / 3 > 1 ? n / 3 : 1)) + 1;
    for (uint32_t id = 1; id < draft->names.n && draft->nearest_work < NEAREST_MAX_WORK; id++) {
        draft->nearest_work++;
        if (of_name[id] == PLANT_NONE) {
            continue;
        }
        const char *other = draft_text(draft, id);
        const size_t n_other = strlen(other);
        if (n_other > NEAREST_MAX_BYTES) {
            continue;
        }
        draft->nearest_work += n * n_other;
        const unsigned distance = nearest_distance(text, n, other, n_other);
        if (distance < best_distance) {
            best = id;
            best_distance = distance;
        }
    }
    return best;
}
