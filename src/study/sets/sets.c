// The list of public data sets, and what comes of running one.

#include "study/sets/sets.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/status.h"
#include "io/gunzip.h"

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

maru_status set_read_file(const struct set_run *run, const char *own_folder, const char *file,
                          struct text *out, maru_error *err) {
    maru_error first = {0}; // what is said of the place where the file should be
    maru_status st = MARU_E_IO;
    struct text path;
    text_init(&path, 1 << 16);
    for (uint32_t k = 0; k < 4 && st == MARU_E_IO; k++) {
        text_clear(&path);
        text_addf(&path, "%s/%s%s%s%s", run->folder, k < 2 ? own_folder : "", k < 2 ? "/" : "",
                  file, k % 2 == 0 ? "" : ".gz");
        st = path.status == MARU_OK ? gunzip_file(path.bytes, out, k == 0 ? &first : err)
                                    : fail(err, path.status, "the name is too long");
    }
    text_fini(&path);
    if (err && (st == MARU_E_IO || (st != MARU_OK && first.code == st))) {
        *err = first;
    }
    return st;
}

void set_progress(const struct set_run *run, double share, const char *what) {
    if (run->progress) {
        run->progress(run->context, share, what);
    }
}
