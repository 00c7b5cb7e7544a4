#include "study/quality/quality_asking.h"

#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "study/quality/quality_json.h"
#include "study/quality/quality_page.h"

// Roles of columns and roles of people are called the same, so that a handler of requests cannot know both: it knows this.

struct quality_asking {
    struct quality_hints hints;
};

maru_status quality_asking_new(struct quality_asking **out, maru_error *err) {
    struct quality_asking *asking = alloc_new(1, sizeof *asking);
    if (!asking) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    quality_hints_init(&asking->hints);
    *out = asking;
    return MARU_OK;
}

void quality_asking_free(struct quality_asking *asking) {
    if (asking) {
        quality_hints_fini(&asking->hints);
        alloc_free(asking);
    }
}

maru_status quality_asking_take(struct quality_asking *asking, const char *name, const char *value,
                                size_t n, maru_error *err) {
    const char *copy = arena_text(&asking->hints.arena, value, n);
    if (!copy) {
        return arena_refusal(&asking->hints.arena, err);
    }
    if (strlen(copy) != n) {
        return fail(err, MARU_E_INPUT, "a hint has a zero byte");
    }
    return quality_hints_take(&asking->hints, name, copy, err);
}

maru_status quality_asking_answer(const struct quality_asking *asking,
                                  const struct quality_sheet *sheet, struct text *out,
                                  maru_error *err) {
    struct quality_answer answer = {0};
    const maru_status st =
        quality_ask(sheet->bytes, sheet->n, &asking->hints, sheet->cap_bytes, &answer, err);
    if (st == MARU_OK && sheet->format == QUALITY_PAGE) {
        quality_page(out, &answer.quality, &answer.told, sheet->title, sheet->lang);
    } else if (st == MARU_OK) {
        quality_json(out, &answer, sheet->title);
    }
    quality_answer_fini(&answer);
    return st;
}
