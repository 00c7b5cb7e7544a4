// The known name that a wrong one was probably meant to be.
#ifndef SIM_GUESS_H
#define SIM_GUESS_H

#include <stddef.h>

struct guess {
    const char *bytes; // the wrong name
    size_t n;
    const char *name;  // the nearest known name so far, NULL: none is near
    unsigned distance; // in halves of an edit
};

// Start guessing for n bytes.
struct guess guess_for(const char *bytes, size_t n);

// Offer one known name (0-terminated); of equally near ones the first stays.
void guess_offer(struct guess *guess, const char *name);

#endif
