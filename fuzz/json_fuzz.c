#include "target.h"

#include "base/json.h"
#include "base/text.h"

#include <string.h>

// Any bytes as JSON. The first byte says how many bytes are seen more at a time. Properties: pushed in
// parts it gives the same events or the same refusal as at once; MORE changes nothing; a tree is read
// exactly where the events end well, and holds as many values.

enum { MAX_TEXT_BYTES = 1 << 26 };

// All events as text in which nothing is ambiguous; gives the number of values, 0 where it was refused.
static uint32_t show_all(const char *bytes, size_t n, size_t n_more, struct text *out) {
    struct json_reader reader;
    json_init(&reader);
    size_t n_seen = n_more < n ? n_more : n;
    uint32_t n_value = 0;
    for (;;) {
        struct json_event event;
        maru_error err = {0};
        const struct json_reader before = reader;
        const maru_status st = json_next(&reader, bytes, n_seen, n_seen == n, &event, &err);
        if (st == MARU_MORE) {
            must(n_seen < n && memcmp(&before, &reader, sizeof reader) == 0);
            n_seen = n - n_seen > n_more ? n_seen + n_more : n;
            continue;
        }
        if (st != MARU_OK) {
            text_addf(out, "!%d %u %s", (int)st, err.column, err.text);
            return 0;
        }
        text_addf(out, "%d:%zu:", event.kind, event.n);
        if (event.n > 0) {
            text_add(out, event.bytes, event.n);
        }
        n_value += event.kind != JSON_KEY && event.kind != JSON_OBJECT_END &&
                   event.kind != JSON_ARRAY_END && event.kind != JSON_END;
        if (event.kind == JSON_END) {
            return n_value;
        }
    }
}

static void check_tree(const struct json_tree *tree) {
    for (uint32_t i = 0; i < tree->n; i++) {
        const struct json_node *node = &tree->node[i];
        must(node->n_below < tree->n - i);
        must(node->n_below == 0 || node->kind == JSON_OBJECT || node->kind == JSON_ARRAY);
        must(node->n_text == 0 || text_is_utf8(node->text, node->n_text));
        must(node->n_key == 0 || text_is_utf8(node->key, node->n_key));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    if (n == 0) {
        return 0;
    }
    const char *input = (const char *)bytes + 1;
    struct text whole, split;
    text_init(&whole, MAX_TEXT_BYTES);
    text_init(&split, MAX_TEXT_BYTES);
    const uint32_t n_value = show_all(input, n - 1, SIZE_MAX, &whole);
    const size_t n_more = (size_t)(bytes[0] & 31) + 1 + n / 1000; // few pushes of a long text
    must(show_all(input, n - 1, n_more, &split) == n_value);
    must(whole.n_bytes == split.n_bytes && memcmp(whole.bytes, split.bytes, whole.n_bytes) == 0);
    struct arena arena;
    arena_init(&arena, 1 << 28);
    struct json_tree tree = {0};
    must((json_read(input, n - 1, &arena, &tree, NULL) == MARU_OK) == (n_value > 0));
    must(tree.n == n_value);
    check_tree(&tree);
    arena_fini(&arena);
    text_fini(&whole);
    text_fini(&split);
    return 0;
}
