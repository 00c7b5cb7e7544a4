// SECS-II items (SEMI E5): the body of a message as a flat list of items in the order of its bytes.
//
// An item is followed by what it holds, and then by what stands behind it; `span` says how far that
// is. So one pointer is enough to walk a tree: the first inner item is item + 1, the next one beside
// an item is item + item->span. Values stay where they came, big-endian, and are read with the
// functions below, whatever their width.
#ifndef WIRE_SECS_ITEM_H
#define WIRE_SECS_ITEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"
#include "maru/status.h"

// Name, format code (octal, as in E5), bytes of one value. C2 is text whose first two bytes say its
// encoding; it is kept as bytes.
#define SECS_KINDS(X)                                                                              \
    X(L, 000, 0)                                                                                   \
    X(B, 010, 1)                                                                                   \
    X(BOOLEAN, 011, 1)                                                                             \
    X(A, 020, 1)                                                                                   \
    X(J, 021, 1)                                                                                   \
    X(C2, 022, 1)                                                                                  \
    X(I8, 030, 8)                                                                                  \
    X(I1, 031, 1)                                                                                  \
    X(I2, 032, 2)                                                                                  \
    X(I4, 034, 4)                                                                                  \
    X(F8, 040, 8)                                                                                  \
    X(F4, 044, 4)                                                                                  \
    X(U8, 050, 8)                                                                                  \
    X(U1, 051, 1)                                                                                  \
    X(U2, 052, 2)                                                                                  \
    X(U4, 054, 4)

enum secs_kind {
#define SECS_KIND(name, code, width) SECS_##name,
    SECS_KINDS(SECS_KIND)
#undef SECS_KIND
        N_SECS_KIND
};

enum {
    SECS_MAX_DEPTH = 64,             // lists inside each other
    SECS_MAX_ITEMS = 1 << 20,        // in one body
    SECS_MAX_LENGTH = (1 << 24) - 1, // what three length bytes can say
    SECS_HEAD_BYTES = 4,             // format byte and three of length
};

struct secs_item {
    uint8_t kind;         // enum secs_kind
    uint32_t n;           // values; of a list: items
    uint32_t span;        // items: itself and all that it holds
    const uint8_t *bytes; // (n * width of the kind), big-endian, in the body; NULL for a list
};

// How strictly two values are the same.
enum secs_sameness {
    SECS_BY_VALUE, // numbers of any width and kind; A and J; else the kinds must agree
    SECS_LOOSELY,  // B and BOOLEAN are numbers, too, and so is text that is a whole number
};

// "U4".
//   memory  static
const char *secs_kind_name(enum secs_kind kind);
bool secs_kind_named(const char *name, size_t n, enum secs_kind *kind);

// Bytes of one value; 0 for a list.
uint32_t secs_kind_width(enum secs_kind kind);

// Take a body apart: no item, or one and nothing behind it.
//   out     the root, or NULL where the body is empty
//   memory  items in the arena; values stay in `bytes`, which must live as long
//   errors  MARU_E_INPUT with the offset + 1 as column, MARU_E_LIMIT, MARU_E_MEMORY; the arena is
//           untouched unless the body is good
//   cost    O(n), two passes
//   source  SEMI E5, clause on data items: format byte, one to three length bytes, body
MARU_MUST_USE maru_status secs_decode(const uint8_t *bytes, size_t n, struct arena *arena,
                                      const struct secs_item **root, maru_error *err);

// Inner item k of a list; NULL where there is none. Accepts NULL.
//   cost  O(k)
const struct secs_item *secs_child(const struct secs_item *list, uint32_t k);

// Is it a list of exactly n? Of at least one value of text (A, J or C2)? Accept NULL.
bool secs_is_list(const struct secs_item *item, uint32_t n);
bool secs_is_text(const struct secs_item *item);

// Value k as a whole number (I, U, B, BOOLEAN as 0 or 1, F where it is whole and exact); false where it
// is none or lies outside int64. Accepts NULL.
bool secs_integer(const struct secs_item *item, uint32_t k, int64_t *value);

// Value k as a double (rounded where it has more than 53 bits). Accepts NULL.
bool secs_number(const struct secs_item *item, uint32_t k, double *value);

// Do both hold the same? NaN is itself. Either may be NULL: nothing is the same as nothing.
//   cost  O(items and values)
bool secs_is_same(const struct secs_item *a, const struct secs_item *b, enum secs_sameness how);

// ---- writing: appends to `out`, whose status says in the end whether all went well. Each length is
// written in as few bytes as it fits in; a length above SECS_MAX_LENGTH sets MARU_E_LIMIT.

// The format byte and length bytes of an item; gives their number.
size_t secs_head(enum secs_kind kind, uint32_t length, uint8_t head[SECS_HEAD_BYTES]);

void secs_put_list(struct text *out, uint32_t n); // its n items follow
void secs_put_bytes(struct text *out, enum secs_kind kind, const void *bytes, size_t n);
void secs_put_ascii(struct text *out, const char *zero_terminated);
void secs_put_byte(struct text *out, uint8_t byte); // B
void secs_put_boolean(struct text *out, bool value);

// One value of an I, U, B or F kind; a whole number that does not fit sets MARU_E_RANGE.
void secs_put_integer(struct text *out, enum secs_kind kind, int64_t value);
void secs_put_double(struct text *out, enum secs_kind kind, double value); // F4 or F8

// An item with all that it holds, as it is but for its length bytes.
void secs_put_item(struct text *out, const struct secs_item *item);

#endif
