#include "target.h"

#include "wire/secs/equipment.h"
#include "wire/secs/gem_ask.h"

// The table of a tool.
//
// Properties: it is refused with a line, or with a limit, or it makes a session and an equipment whose rows
// name only rows that there are; what a host would tell the tool of it is one whole item each.

enum { MAX_BYTES = 1 << 26 };

static void check_item(struct text *bytes) {
    struct arena arena;
    arena_init(&arena, MAX_BYTES);
    const struct secs_item *root = NULL;
    must(bytes->status == MARU_OK);
    must(secs_decode((const uint8_t *)bytes->bytes, bytes->n_bytes, &arena, &root, NULL) ==
         MARU_OK);
    must(root);
    arena_fini(&arena);
    text_clear(bytes);
}

static void check_profile(const struct profile *p) {
    struct text body;
    text_init(&body, MAX_BYTES);
    gem_put_reports(&body, p, 0, p->n_report);
    check_item(&body);
    gem_put_links(&body, p, 0, p->n_event);
    check_item(&body);
    for (uint32_t i = 0; i < p->n_trace; i++) {
        gem_put_trace(&body, p, &p->trace[i], p->trace[i].n_total);
        check_item(&body);
    }
    for (uint32_t i = 0; i < p->n_variable; i++) {
        must(profile_variable_at(p, p->variable[i].id) == i);
        if (p->variable[i].value) {
            text_add(&body, (const char *)p->variable[i].value, p->variable[i].n_value);
            check_item(&body);
        }
    }
    for (uint32_t i = 0; i < p->n_event; i++) {
        must(profile_event_at(p, p->event[i].id) == i);
    }
    text_fini(&body);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    struct profile *profile = NULL;
    maru_error err = {0};
    const maru_status st = profile_read((const char *)bytes, n, &profile, &err);
    if (st != MARU_OK) {
        must(!profile && err.text[0] != '\0');
        return 0;
    }
    check_profile(profile);
    struct equipment *tool = NULL;
    must(equipment_new(profile, &tool, NULL) == MARU_OK);
    equipment_free(tool);
    profile_free(profile);
    return 0;
}
