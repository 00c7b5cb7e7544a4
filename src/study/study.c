#include "study/study.h"

#include "base/alloc.h"
#include "plant/plant.h"
#include "study/table.h"

#include <stdlib.h>
#include <string.h>

void study_add_title(struct text *out, const maru_plant *plant, const char *folder) {
    const char *name = maru_plant_name(plant);
    if (strcmp(name, "plant") != 0) {
        text_addz(out, name);
        return;
    }
    size_t end = strlen(folder);
    while (end > 1 && folder[end - 1] == '/') {
        end--;
    }
    size_t begin = end;
    while (begin > 0 && folder[begin - 1] != '/') {
        begin--;
    }
    const bool is_plain = end > begin && folder[begin] != '.';
    text_add(out, is_plain ? folder + begin : name, is_plain ? end - begin : strlen(name));
}

const char *study_product(const struct study *study, uint32_t product) {
    return product < study->plant->n_product ? study->plant->product[product].name : "";
}

static bool has_one_priority(const maru_results *results) {
    for (uint32_t i = 1; i < results->n_class; i++) {
        if (results->class_[i].priority != results->class_[0].priority) {
            return false;
        }
    }
    return true;
}

void study_add_class(struct text *out, const struct study *study, const maru_results *results,
                     size_t index, enum lang lang) {
    const maru_class_result *class_ = &results->class_[index];
    text_addz(out, class_->product == MARU_NONE ? word(lang, W_ALL_PRODUCTS)
                                                : study_product(study, class_->product));
    if (!has_one_priority(results)) {
        text_addf(out, " · %d", class_->priority);
    }
}

const char *study_step_route(const struct study *study, uint32_t step) {
    return step < study->plant->n_step ? study->plant->route[study->plant->step[step].route].name
                                       : "";
}

uint32_t study_step_number(const struct study *study, uint32_t step) {
    return step < study->plant->n_step
               ? step - study->plant->route[study->plant->step[step].route].first_step + 1
               : 0;
}

void study_add_limit(struct text *out, const struct study *study, const maru_queue_result *limit) {
    text_addf(out, "%s %u → %u", study_step_route(study, limit->step),
              study_step_number(study, limit->step), study_step_number(study, limit->to_step));
}

void study_add_span(struct text *out, double hours, enum lang lang) {
    const bool is_short = hours < 1, is_long = hours >= 48;
    const double value = is_short ? hours * 60 : is_long ? hours / 24 : hours;
    words_add(out, lang,
              is_short  ? W_MINUTES
              : is_long ? W_DAYS_LONG
                        : W_HOURS,
              (const char *const[]){numeral(value, is_short ? 0 : 1).text, NULL});
}

uint32_t study_tools(const maru_plant *plant, bool of_delays) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < plant->n_group; i++) {
        n += plant->group[i].is_delay == of_delays ? plant->group[i].n_tool : 0;
    }
    return n;
}

void study_add_sentence(struct text *out, const struct study *study, enum lang lang) {
    const maru_results *results = runs_first(study->run, study->n_run);
    if (!results || results->bottleneck >= results->n_group) {
        text_addz(out, word(lang, W_NO_BOTTLENECK));
        return;
    }
    const size_t i = results->bottleneck;
    const struct interval busy =
        runs_interval(study->run, study->n_run, &group_columns[GROUP_UTILIZATION], i);
    const struct interval queue =
        runs_interval(study->run, study->n_run, &group_columns[GROUP_QUEUE], i);
    const struct interval wait =
        runs_interval(study->run, study->n_run, &group_columns[GROUP_WAIT], i);
    const bool is_one = results->group[i].n_tool == 1;
    struct text name, waiting;
    text_init(&name, 1 << 12);
    text_init(&waiting, 1 << 10);
    table_add_safe(&name, results->group[i].name);
    study_add_span(&waiting, wait.mean, lang);
    words_add(out, lang, is_one ? W_BOTTLENECK_ONE : W_BOTTLENECK,
              (const char *const[]){results->group[i].name,
                                    numeral_count(results->group[i].n_tool).text,
                                    numeral_percent(busy.mean, 1).text, numeral(queue.mean, 1).text,
                                    waiting.bytes ? waiting.bytes : "", NULL});
    text_fini(&waiting);
    text_fini(&name);
}

struct ranked {
    uint32_t group;
    bool is_delay;
    double utilization;
};

static int by_utilization(const void *left, const void *right) {
    const struct ranked *a = left, *b = right;
    if (a->is_delay != b->is_delay) {
        return a->is_delay ? 1 : -1;
    }
    if (a->utilization != b->utilization) {
        return a->utilization < b->utilization ? 1 : -1;
    }
    return a->group < b->group ? -1 : a->group > b->group;
}

bool study_order_groups(const struct study *study, uint32_t **order) {
    const maru_results *results = runs_first(study->run, study->n_run);
    const uint32_t n = results ? results->n_group : 0;
    struct ranked *ranked = alloc_new(n, sizeof *ranked);
    uint32_t *out = alloc_new(n, sizeof *out);
    if (!ranked || !out) {
        alloc_free(ranked);
        alloc_free(out);
        return false;
    }
    for (uint32_t i = 0; i < n; i++) {
        const struct interval busy =
            runs_interval(study->run, study->n_run, &group_columns[GROUP_UTILIZATION], i);
        ranked[i] = (struct ranked){i, results->group[i].is_delay, busy.n > 0 ? busy.mean : -1};
    }
    qsort(ranked, n, sizeof *ranked, by_utilization);
    for (uint32_t i = 0; i < n; i++) {
        out[i] = ranked[i].group;
    }
    alloc_free(ranked);
    *order = out;
    return true;
}
