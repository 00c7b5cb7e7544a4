#include "target.h"

#include "wire/json/floor_event.h"

#include <string.h>

// Bytes as an event of a floor. Property: what is read at all may be kept, and comes back from its bytes.

enum { MAX_BYTES = 1 << 22 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    struct arena arena;
    struct event event, back;
    arena_init(&arena, MAX_BYTES);
    if (floor_event_read((const char *)bytes, n, "MES", 7, &arena, &event, NULL) == MARU_OK) {
        struct text text;
        text_init(&text, MAX_BYTES);
        must(event_check(&event, NULL) == MARU_OK);
        event_write(&text, &event);
        struct packed_bytes from = {(const uint8_t *)text.bytes,
                                    (const uint8_t *)text.bytes + text.n_bytes};
        must(event_next(&from, &back, NULL) == MARU_OK && from.at == from.end);
        for (int i = 0; i < N_EVENT_TEXT; i++) {
            must(strcmp(event.text[i], back.text[i]) == 0);
        }
        text_fini(&text);
    }
    arena_fini(&arena);
    return 0;
}
