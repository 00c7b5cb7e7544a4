#include "base/json.h"

#include <string.h>

#include "base/status.h"
#include "base/text.h"

// A machine of few states over one position. What may come next is kept as one small number, what the
// containers around are as one bit each; so nothing calls itself, and depth costs nothing.
//
//     wants   value, or the end of an array that is empty   ->  value    ->  comma or end
//             key, or the end of an object that is empty    ->  key      ->  value
//             (behind a comma) value or key, no end
//
// An event is only given when its last byte is certain: a number may go on until a byte that is none of
// its own, so at the end of what has come it waits, unless these are the last bytes. Blanks are stepped
// over for good only together with an event, so MORE changes nothing.

enum wants {
    A_VALUE,
    A_VALUE_OR_END,
    A_KEY,
    A_KEY_OR_END,
    A_COMMA_OR_END,
    NOTHING,
};

struct look {
    const char *bytes;
    size_t n, at;
    bool is_last;
    maru_error *err;
};

void json_init(struct json_reader *reader) { memset(reader, 0, sizeof *reader); }

static maru_status wrong(const struct look *look, const char *what) {
    return fail_at(look->err, MARU_E_INPUT, NULL, 0, (uint32_t)look->at + 1, "%s", what);
}

static maru_status cut_off(const struct look *look) {
    return look->is_last ? wrong(look, "the JSON ends too early") : MARU_MORE;
}

static void skip_blanks(struct look *look) {
    while (look->at < look->n && (look->bytes[look->at] == ' ' || look->bytes[look->at] == '\t' ||
                                  look->bytes[look->at] == '\n' || look->bytes[look->at] == '\r')) {
        look->at++;
    }
}

// ---- texts

static int hex_digit(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    const char low = (char)(c | 0x20);
    return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

// Four digits behind \u; false: these are none.
static bool read_unit(const char *digit, uint32_t *unit) {
    *unit = 0;
    for (size_t i = 0; i < 4; i++) {
        const int value = hex_digit(digit[i]);
        if (value < 0) {
            return false;
        }
        *unit = *unit << 4 | (uint32_t)value;
    }
    return true;
}

static bool is_high(uint32_t unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
static bool is_low(uint32_t unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

// Steps over the escape at `at`, which is a backslash.
static maru_status skip_escape(struct look *look) {
    const size_t left = look->n - look->at;
    if (left < 2) {
        return cut_off(look);
    }
    const char c = look->bytes[look->at + 1];
    if (c != 'u') {
        if (c == '\0' || !strchr("\"\\/bfnrt", c)) {
            return wrong(look, "an escape that JSON does not have");
        }
        look->at += 2;
        return MARU_OK;
    }
    if (left < 6) {
        return cut_off(look);
    }
    uint32_t unit = 0;
    uint32_t low = 0;
    if (!read_unit(look->bytes + look->at + 2, &unit) || is_low(unit)) {
        return wrong(look, "an escape that is no character");
    }
    if (is_high(unit)) {
        if (left < 12) {
            return cut_off(look);
        }
        const char *second = look->bytes + look->at + 6;
        if (second[0] != '\\' || second[1] != 'u' || !read_unit(second + 2, &low) || !is_low(low)) {
            return wrong(look, "an escape that is no character");
        }
    }
    look->at += is_high(unit) ? 12 : 6;
    return MARU_OK;
}

// The text whose quote is at `at`, up to behind the quote that closes it.
static maru_status read_text(struct look *look, struct json_event *event) {
    const size_t begin = ++look->at;
    event->has_escapes = false;
    for (;;) {
        if (look->at == look->n) {
            return cut_off(look);
        }
        const unsigned char c = (unsigned char)look->bytes[look->at];
        if (c == '"') {
            break;
        }
        if (c < 0x20) {
            return wrong(look, "a control character in a JSON text");
        }
        if (c == '\\') {
            event->has_escapes = true;
            const maru_status st = skip_escape(look);
            if (st != MARU_OK) {
                return st;
            }
        } else {
            look->at++;
        }
    }
    event->bytes = look->bytes + begin;
    event->n = look->at - begin;
    if (!text_is_utf8(event->bytes, event->n)) {
        look->at = begin;
        return wrong(look, "a JSON text that is not UTF-8");
    }
    look->at++;
    return MARU_OK;
}

static size_t add_character(char *to, uint32_t code) {
    if (code < 0x80) {
        to[0] = (char)code;
        return 1;
    }
    const size_t n_more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static const unsigned char lead[] = {0, 0xC0, 0xE0, 0xF0};
    to[0] = (char)(lead[n_more] | code >> (6 * n_more));
    for (size_t i = 1; i <= n_more; i++) {
        to[i] = (char)(0x80 | (code >> (6 * (n_more - i)) & 0x3F));
    }
    return n_more + 1;
}

size_t json_unescape(const struct json_event *event, char *to) {
    static const char letter[] = "\"\\/bfnrt";
    static const char meant[] = "\"\\/\b\f\n\r\t";
    size_t n = 0;
    for (size_t i = 0; i < event->n;) {
        if (event->bytes[i] != '\\') {
            to[n++] = event->bytes[i++];
            continue;
        }
        const char c = event->bytes[i + 1];
        if (c != 'u') {
            to[n++] = meant[strchr(letter, c) - letter];
            i += 2;
            continue;
        }
        uint32_t code = 0;
        uint32_t low = 0;
        (void)read_unit(event->bytes + i + 2, &code); // looked at when the text was read
        i += 6;
        if (is_high(code)) {
            (void)read_unit(event->bytes + i + 2, &low);
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
            i += 6;
        }
        n += add_character(to + n, code);
    }
    return n;
}

// ---- numbers and words

static size_t n_digits(const struct look *look, size_t at) {
    size_t n = 0;
    while (at + n < look->n && look->bytes[at + n] >= '0' && look->bytes[at + n] <= '9') {
        n++;
    }
    return n;
}

static char byte_at(const struct look *look, size_t at) {
    return at < look->n ? look->bytes[at] : '\0';
}

// Steps over one run of digits; at least one is wanted.
static maru_status want_digits(struct look *look) {
    const size_t n = n_digits(look, look->at);
    if (n == 0) {
        return look->at == look->n ? cut_off(look) : wrong(look, "this is no JSON number");
    }
    look->at += n;
    return MARU_OK;
}

static maru_status read_number(struct look *look, struct json_event *event) {
    const size_t begin = look->at;
    look->at += byte_at(look, look->at) == '-';
    const bool is_zero = byte_at(look, look->at) == '0';
    maru_status st = want_digits(look);
    if (st == MARU_OK && is_zero && look->at - begin > 1 && look->bytes[look->at - 2] != '-') {
        look->at = begin;
        return wrong(look, "a number that begins with 0");
    }
    if (st == MARU_OK && byte_at(look, look->at) == '.') {
        look->at++;
        st = want_digits(look);
    }
    if (st == MARU_OK && (byte_at(look, look->at) | 0x20) == 'e') {
        look->at++;
        look->at += byte_at(look, look->at) == '-' || byte_at(look, look->at) == '+';
        st = want_digits(look);
    }
    if (st == MARU_OK && look->at == look->n && !look->is_last) {
        return MARU_MORE;
    }
    event->bytes = look->bytes + begin;
    event->n = look->at - begin;
    return st;
}

static maru_status read_word(struct look *look, const char *word) {
    for (; *word; word++, look->at++) {
        if (look->at == look->n) {
            return cut_off(look);
        }
        if (look->bytes[look->at] != *word) {
            return wrong(look, "this is no JSON value");
        }
    }
    return MARU_OK;
}

// ---- the document

static void after_value(struct json_reader *reader) {
    reader->wants = (uint8_t)(reader->depth > 0 ? A_COMMA_OR_END : NOTHING);
}

static maru_status open_container(struct json_reader *reader, struct look *look, bool is_object,
                                  struct json_event *event) {
    if (reader->depth == DOCUMENT_MAX_DEPTH) {
        return fail_at(look->err, MARU_E_LIMIT, NULL, 0, (uint32_t)look->at + 1,
                       "JSON nested more than %d deep", DOCUMENT_MAX_DEPTH);
    }
    look->at++;
    event->kind = is_object ? JSON_OBJECT : JSON_ARRAY;
    reader->is_object[++reader->depth] = is_object;
    reader->wants = is_object ? A_KEY_OR_END : A_VALUE_OR_END;
    return MARU_OK;
}

static maru_status close_container(struct json_reader *reader, struct look *look,
                                   struct json_event *event) {
    event->kind = reader->is_object[reader->depth] ? JSON_OBJECT_END : JSON_ARRAY_END;
    look->at++;
    reader->depth--;
    after_value(reader);
    return MARU_OK;
}

static maru_status read_value(struct json_reader *reader, struct look *look,
                              struct json_event *event) {
    const char c = look->bytes[look->at];
    maru_status st = MARU_OK;
    if (c == '{' || c == '[') {
        return open_container(reader, look, c == '{', event);
    }
    if (c == '"') {
        event->kind = JSON_TEXT;
        st = read_text(look, event);
    } else if (c == '-' || (c >= '0' && c <= '9')) {
        event->kind = JSON_NUMBER;
        st = read_number(look, event);
    } else if (c == 't' || c == 'f') {
        event->kind = c == 't' ? JSON_TRUE : JSON_FALSE;
        st = read_word(look, c == 't' ? "true" : "false");
    } else if (c == 'n') {
        event->kind = JSON_NULL;
        st = read_word(look, "null");
    } else {
        return wrong(look, "this is no JSON value");
    }
    if (st == MARU_OK) {
        after_value(reader);
    }
    return st;
}

static maru_status read_key(struct json_reader *reader, struct look *look,
                            struct json_event *event) {
    if (look->bytes[look->at] != '"') {
        return wrong(look, "a key in quotes is wanted");
    }
    event->kind = JSON_KEY;
    const maru_status st = read_text(look, event);
    if (st != MARU_OK) {
        return st;
    }
    skip_blanks(look);
    if (look->at == look->n) {
        return cut_off(look);
    }
    if (look->bytes[look->at] != ':') {
        return wrong(look, "a colon is wanted behind the key");
    }
    look->at++;
    reader->wants = A_VALUE;
    return MARU_OK;
}

static maru_status read_event(struct json_reader *reader, struct look *look,
                              struct json_event *event) {
    skip_blanks(look);
    if (reader->wants == NOTHING) {
        if (look->at < look->n) {
            return wrong(look, "there is something behind the end of the JSON");
        }
        event->kind = JSON_END;
        return look->is_last ? MARU_OK : MARU_MORE;
    }
    if (look->at == look->n) {
        return cut_off(look);
    }
    const char end = reader->is_object[reader->depth] ? '}' : ']';
    if (reader->wants == A_COMMA_OR_END && look->bytes[look->at] == ',') {
        look->at++;
        skip_blanks(look);
        if (look->at == look->n) {
            return cut_off(look);
        }
        reader->wants = reader->is_object[reader->depth] ? A_KEY : A_VALUE;
    } else if (reader->wants == A_COMMA_OR_END || reader->wants == A_KEY_OR_END ||
               reader->wants == A_VALUE_OR_END) {
        if (look->bytes[look->at] == end) {
            return close_container(reader, look, event);
        }
        if (reader->wants == A_COMMA_OR_END) {
            return wrong(look, "a comma is wanted between values");
        }
    }
    return reader->wants == A_KEY || reader->wants == A_KEY_OR_END
               ? read_key(reader, look, event)
               : read_value(reader, look, event);
}

maru_status json_next(struct json_reader *reader, const char *bytes, size_t n, bool is_last,
                      struct json_event *event, maru_error *err) {
    struct look look = {bytes, n, reader->at, is_last, err};
    struct json_event found = {0};
    const uint8_t wanted = reader->wants;
    const maru_status st = read_event(reader, &look, &found);
    if (st != MARU_OK) {
        reader->wants = wanted; // a comma that was stepped over comes again
        return st;
    }
    reader->at = look.at;
    *event = found;
    return MARU_OK;
}

// ---- trees

struct making {
    struct json_reader reader;
    const char *bytes;
    size_t n;
    struct json_node *node;
    uint32_t n_node;
    uint32_t open[DOCUMENT_MAX_DEPTH + 1]; // the node of each container around
    struct arena *arena;
    maru_error *err;
};

// A key or text as it is meant: where the input has it, or in the arena where it has escapes.
static maru_status keep_text(struct making *making, const struct json_event *event,
                             const char **text, uint32_t *n) {
    *text = event->bytes;
    *n = (uint32_t)event->n;
    if (!event->has_escapes) {
        return MARU_OK;
    }
    char *copy = arena_take(making->arena, event->n, 1);
    if (!copy) {
        return arena_refusal(making->arena, making->err);
    }
    *n = (uint32_t)json_unescape(event, copy);
    *text = copy;
    return MARU_OK;
}

// Every value begins with a byte of its own, so there are at most as many as these. Counting them all
// first would read twice; what is in texts is counted too, which only makes the array a little long.
static uint32_t most_nodes(const char *bytes, size_t n) {
    uint32_t count = 1;
    for (size_t i = 0; i < n && count <= DOCUMENT_MAX_NODES; i++) {
        count += bytes[i] == ',' || bytes[i] == '{' || bytes[i] == '[';
    }
    return count;
}

static maru_status add_node(struct making *making, const struct json_event *event,
                            const struct json_event *key) {
    struct json_node *node = &making->node[making->n_node];
    node->kind = event->kind;
    maru_status st = key ? keep_text(making, key, &node->key, &node->n_key) : MARU_OK;
    if (st == MARU_OK && (event->kind == JSON_TEXT || event->kind == JSON_NUMBER)) {
        st = keep_text(making, event, &node->text, &node->n_text);
    }
    if (event->kind == JSON_OBJECT || event->kind == JSON_ARRAY) {
        making->open[making->reader.depth] = making->n_node;
    }
    making->n_node++;
    return st;
}

static maru_status add_nodes(struct making *making) {
    struct json_event event;
    struct json_event key = {.kind = JSON_NULL};
    for (;;) {
        const uint32_t depth = making->reader.depth;
        const maru_status st =
            json_next(&making->reader, making->bytes, making->n, true, &event, making->err);
        if (st != MARU_OK || event.kind == JSON_END) {
            return st;
        }
        if (event.kind == JSON_KEY) {
            key = event;
        } else if (event.kind == JSON_OBJECT_END || event.kind == JSON_ARRAY_END) {
            const uint32_t opened = making->open[depth];
            making->node[opened].n_below = making->n_node - opened - 1;
        } else {
            const maru_status added = add_node(making, &event, key.kind == JSON_KEY ? &key : NULL);
            if (added != MARU_OK) {
                return added;
            }
            key.kind = JSON_NULL;
        }
    }
}

maru_status json_read(const char *bytes, size_t n, struct arena *arena, struct json_tree *tree,
                      maru_error *err) {
    struct making making = {.bytes = bytes, .n = n, .arena = arena, .err = err};
    const uint32_t n_most = most_nodes(bytes, n);
    if (n_most > DOCUMENT_MAX_NODES || n > UINT32_MAX) {
        return fail(err, MARU_E_LIMIT, "JSON with more than %d values", DOCUMENT_MAX_NODES);
    }
    making.node = arena_take(arena, n_most, sizeof *making.node);
    if (!making.node) {
        return arena_refusal(arena, err);
    }
    const maru_status st = add_nodes(&making);
    if (st == MARU_OK) {
        *tree = (struct json_tree){making.n_node, making.node};
    }
    return st;
}

uint32_t json_member(const struct json_tree *tree, uint32_t i, const char *key, size_t n_key) {
    if (tree->node[i].kind != JSON_OBJECT) {
        return 0;
    }
    const uint32_t end = i + tree->node[i].n_below + 1;
    for (uint32_t k = i + 1; k < end; k += tree->node[k].n_below + 1) {
        if (tree->node[k].n_key == n_key &&
            (n_key == 0 || memcmp(tree->node[k].key, key, n_key) == 0)) {
            return k;
        }
    }
    return 0;
}
