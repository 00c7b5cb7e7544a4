// Where signals stand, by rules that people have written: a pattern for the names that sources give, and what becomes of asset, name
// and unit of a signal that it meets. What is stored does not change: a rule is looked at when somebody asks.
//
//     plant/*/press-*/**      levels are parted by '/'; `*` is any text of one level, `**` one or more whole levels
//     ulsan/press/{2}         {1}, {2} are what the stars stand for, in their order
#ifndef SIGNAL_PLACING_H
#define SIGNAL_PLACING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "maru/status.h"

enum {
    PLACING_MAX_RULES = 200000,
    PLACING_MAX_PATTERNS = 10000, // rules with stars
    PLACING_MAX_NAME_BYTES = 512, // of a pattern, and of what is made of one, with a 0 behind it
    PLACING_MAX_STARS = 9,
    PLACING_MAX_LEVELS = 16, // of an asset
    PLACING_MAX_BYTES = 256 << 20,
};

struct placing_rule {
    const char *pattern;             // of the source's name
    const char *asset, *name, *unit; // "": not said. With {1} to {9}
};

struct placing;

// What is wrong with a pattern, with a text that is filled in behind it, with the path of an asset; NULL: nothing.
//   memory  static
const char *placing_pattern_fault(const char *pattern);
const char *placing_fill_fault(const char *pattern, const char *text);
const char *placing_path_fault(const char *path);

// No rules. Of rules that meet a signal the first one that says where it stands (asset or name) holds, and the first one that says its
// unit. A rule that says an asset and no name leaves what a `**` at the end of its pattern stands for, else the signal's own name.
//   memory  placing_free
//   errors  MARU_E_MEMORY
MARU_MUST_USE maru_status placing_new(struct placing **out, maru_error *err);
void placing_free(struct placing *placing); // accepts NULL

// Add a rule behind the others; its texts are copied.
//   errors  MARU_E_INPUT: one of the faults above; MARU_E_LIMIT, MARU_E_MEMORY; nothing was added
MARU_MUST_USE maru_status placing_add(struct placing *placing, const struct placing_rule *rule,
                                      maru_error *err);

uint32_t placing_count(const struct placing *placing); // rules

struct placed {
    const char *asset, *name, *unit;
};
struct placing_room {
    char asset[PLACING_MAX_NAME_BYTES], name[PLACING_MAX_NAME_BYTES], unit[PLACING_MAX_NAME_BYTES];
};

// What the rules make of a signal.
//   in      placing may be NULL: no rules; *placed: as its source says it; source: n bytes
//   out     *placed, what rules say of it in `room`; what they say nothing of, or what would be too long or empty, is as it was
//   cost    some looks into a hash table, and the patterns that begin as the name does
void placing_apply(const struct placing *placing, const char *source, size_t n,
                   struct placed *placed, struct placing_room *room);

// Does the pattern meet the name? For tests and for who has one pattern only.
bool placing_meets(const char *pattern, const char *source, size_t n);

#endif
