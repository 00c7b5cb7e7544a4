#include "target.h"

#include "wire/secs/item_text.h"

#include <string.h>

// The bytes of one SECS-II item, decoded, written again and shown as text; and the same bytes read as
// the text of an item.
//
// Properties: what was decoded and written is the same by value and no longer; written again it is the
// same byte by byte; its text reads back to a text that is the same; no prefix of a good item is good.

enum { MAX_BYTES = 1 << 26, MAX_PREFIX_BYTES = 200 };

static const struct secs_item *decode_again(const struct text *bytes, struct arena *arena) {
    const struct secs_item *root = NULL;
    must(bytes->status == MARU_OK);
    must(secs_decode((const uint8_t *)bytes->bytes, bytes->n_bytes, arena, &root, NULL) == MARU_OK);
    return root;
}

static void check_written(const struct secs_item *root, size_t n, struct arena *arena) {
    struct text once, twice;
    text_init(&once, MAX_BYTES);
    text_init(&twice, MAX_BYTES);
    secs_put_item(&once, root);
    const struct secs_item *again = decode_again(&once, arena);
    must(once.n_bytes <= n && again->span == root->span);
    must(secs_is_same(root, again, SECS_BY_VALUE) && secs_is_same(again, root, SECS_LOOSELY));
    secs_put_item(&twice, again);
    must(once.n_bytes == twice.n_bytes && memcmp(once.bytes, twice.bytes, once.n_bytes) == 0);
    text_fini(&once);
    text_fini(&twice);
}

static void check_text(const struct secs_item *root, struct arena *arena) {
    struct text shown, bytes, again;
    text_init(&shown, MAX_BYTES);
    text_init(&bytes, MAX_BYTES);
    text_init(&again, MAX_BYTES);
    secs_print(root, false, &shown);
    must(shown.status == MARU_OK);
    must(secs_read_text(shown.bytes, shown.n_bytes, &bytes, NULL) == MARU_OK);
    const struct secs_item *other = decode_again(&bytes, arena);
    must(secs_is_same(root, other, SECS_BY_VALUE));
    secs_print(other, false, &again);
    must(strcmp(shown.bytes, again.bytes) == 0);
    text_clear(&again);
    secs_print(root, true, &again);
    must(again.status == MARU_OK);
    text_fini(&shown);
    text_fini(&bytes);
    text_fini(&again);
}

static void read_as_text(const uint8_t *text, size_t n, struct arena *arena) {
    struct text bytes;
    text_init(&bytes, MAX_BYTES);
    maru_error err = {0};
    if (secs_read_text((const char *)text, n, &bytes, &err) == MARU_OK) {
        const struct secs_item *root = decode_again(&bytes, arena);
        check_written(root, bytes.n_bytes, arena);
        check_text(root, arena);
    } else {
        must(bytes.n_bytes == 0 && err.text[0] != '\0' && err.row > 0);
    }
    text_fini(&bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    struct arena arena;
    arena_init(&arena, MAX_BYTES);
    const struct secs_item *root = NULL;
    maru_error err = {0};
    const maru_status st = secs_decode(bytes, n, &arena, &root, &err);
    must(st == MARU_OK || (err.text[0] != '\0' && !root && arena.used_bytes == 0));
    if (root) {
        check_written(root, n, &arena);
        check_text(root, &arena);
        for (size_t k = 1; k < n && k < MAX_PREFIX_BYTES; k++) {
            must(secs_decode(bytes, k, &arena, &root, NULL) != MARU_OK);
        }
    }
    read_as_text(bytes, n, &arena);
    arena_fini(&arena);
    return 0;
}
