// The list of public data sets, and what comes of running one.

#include "study/sets/sets.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define X(name, function, english, korean) {name, function, english, korean},
static const struct learn_set sets[] = {SETS(X){0}};
#undef X

const struct learn_set *set_at(uint32_t i) {
    const struct learn_set *set = sets;
    while (set->name && i > 0) {
        set++;
        i--;
    }
    return set->name ? set : NULL;
}

const struct learn_set *set_find(const char *name) {
    for (uint32_t i = 0; set_at(i); i++) {
        if (strcmp(set_at(i)->name, name) == 0) {
            return set_at(i);
        }
    }
    return NULL;
}

void set_result_init(struct set_result *result) {
    *result = (struct set_result){0};
    text_init(&result->predictions, SETS_MAX_TEXT_BYTES);
    text_init(&result->details, SETS_MAX_TEXT_BYTES);
}

void set_result_fini(struct set_result *result) {
    text_fini(&result->predictions);
    text_fini(&result->details);
}

struct set_figure *set_add_figure(struct set_result *result, const char *english,
                                  const char *korean, double value) {
    if (result->n_figure == SETS_MAX_FIGURES) {
        return NULL;
    }
    struct set_figure *figure = &result->figure[result->n_figure++];
    snprintf(figure->english, sizeof figure->english, "%s", english);
    snprintf(figure->korean, sizeof figure->korean, "%s", korean);
    figure->value = value;
    figure->low = figure->high = figure->ordinary = figure->wanted = (double)NAN;
    return figure;
}

void set_progress(const struct set_run *run, double share, const char *what) {
    if (run->progress) {
        run->progress(run->context, share, what);
    }
}
