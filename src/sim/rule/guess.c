#include "sim/rule/guess.h"

#include "plant/nearest.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

// Near is: few letters to change, swap, add or leave out, whatever their case, or one name begins
// with the other, so that "prio" finds "priority" and "remaining_time" finds "remaining". Short
// names have neighbors everywhere, so they must be nearer.

enum { GUESS_BYTES = 24, EDIT = 2, MIN_BEGINNING = 3 };
static_assert(GUESS_BYTES <= (int)NEAREST_MAX_BYTES, "nearest_distance takes it");

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

static void lower(const char *bytes, size_t n, char *out) {
    for (size_t i = 0; i < n; i++) {
        const char c = bytes[i];
        out[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
}

struct guess guess_for(const char *bytes, size_t n) {
    const unsigned edits = n <= 2 ? 1 : n <= 4 ? 2 : 3; // so many are no longer near
    return (struct guess){bytes, n, NULL, edits * EDIT};
}

void guess_offer(struct guess *guess, const char *name) {
    const size_t n = strlen(name);
    if (guess->n > GUESS_BYTES || n > GUESS_BYTES) {
        return;
    }
    char wrong[GUESS_BYTES], right[GUESS_BYTES];
    lower(guess->bytes, guess->n, wrong);
    lower(name, n, right);
    const size_t n_both = smaller(n, guess->n);
    const bool begins = n_both >= MIN_BEGINNING && memcmp(wrong, right, n_both) == 0;
    const unsigned distance = nearest_distance(wrong, guess->n, right, n);
    const unsigned counted = begins && distance > EDIT ? EDIT : distance;
    if (counted < guess->distance) {
        guess->name = name;
        guess->distance = counted;
    }
}
