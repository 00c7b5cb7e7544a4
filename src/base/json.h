// JSON text in (RFC 8259): push bytes, get events; or a whole document as a tree.
//
// Strict: UTF-8 only, no byte order mark, no comments, no comma at the end, no NaN, escapes of
// surrogates in pairs. Both are for documents that come from strangers: depth and nodes are limited.
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "maru/status.h"

enum { DOCUMENT_MAX_DEPTH = 64, DOCUMENT_MAX_NODES = 1 << 20 };

enum json_kind {
    JSON_OBJECT,
    JSON_OBJECT_END,
    JSON_ARRAY,
    JSON_ARRAY_END,
    JSON_KEY,
    JSON_TEXT,
    JSON_NUMBER,
    JSON_TRUE,
    JSON_FALSE,
    JSON_NULL,
    JSON_END, // the document is whole
};

struct json_event {
    uint8_t kind;      // enum json_kind
    bool has_escapes;  // of a key or text
    const char *bytes; // a key or text between its quotes, a number as written; in the input
    size_t n;
};

struct json_reader {
    size_t at; // bytes that are behind us
    uint32_t depth;
    uint8_t wants; // what may come next: json.c
    bool is_object[DOCUMENT_MAX_DEPTH + 1];
};

void json_init(struct json_reader *reader);

// Give the next event. `bytes` is the document from its beginning, as far as it has come.
//   out     *event
//   errors  MARU_MORE: the document goes on; nothing has happened, ask again with more bytes. With
//           is_last this never comes. MARU_E_INPUT with the byte, counted from 1, as column; MARU_E_LIMIT
maru_status json_next(struct json_reader *reader, const char *bytes, size_t n, bool is_last,
                      struct json_event *event, maru_error *err);

// A key or text without its escapes.
//   in      to: event->n bytes at least
//   out     the number of bytes written; no 0 behind them
size_t json_unescape(const struct json_event *event, char *to);

// A document as a tree in one array, each node before what it holds: the children of node i begin at
// i + 1, and node i with all it holds ends before i + node[i].n_below + 1.
struct json_node {
    uint8_t kind;     // JSON_OBJECT, JSON_ARRAY, JSON_TEXT to JSON_NULL
    uint32_t n_below; // nodes inside
    uint32_t n_key;
    uint32_t n_text;
    const char *key;  // of a member, without escapes; NULL in an array
    const char *text; // without escapes; a number as written
};

struct json_tree {
    uint32_t n;
    const struct json_node *node; // (n), node 0 is the document
};

// Read a whole document.
//   memory  in the arena; keys, texts and numbers may lie in `bytes`
//   errors  MARU_E_INPUT with the byte, counted from 1, as column; MARU_E_LIMIT; MARU_E_MEMORY
//   cost    O(n)
maru_status json_read(const char *bytes, size_t n, struct arena *arena, struct json_tree *tree,
                      maru_error *err);

// The member with this key of the object at node `i`, or 0: none (node 0 is nobody's member). The
// first where there are two.
uint32_t json_member(const struct json_tree *tree, uint32_t i, const char *key, size_t n_key);

#endif
