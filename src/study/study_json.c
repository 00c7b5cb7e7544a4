// Everything of a study as JSON: settings, means with intervals, then each replication. Keys:
// docs/OUTPUT.md.
//
// Nothing in it depends on the machine, the number of threads or the clock, so two calls can be
// compared byte by byte.

#include "plant/plant.h"
#include "study/json_writer.h"
#include "study/study.h"

static double days(maru_time us) { return (double)us / (double)MARU_DAY; }

static void add_run_header(struct json *json, const struct study *study) {
    const maru_plant_size size = maru_plant_sizes(study->plant);
    json_open_object(json, "plant");
    json_add_string(json, "name", maru_plant_name(study->plant));
    json_add_string(json, "folder", study->folder);
    json_add_count(json, "products", size.n_product);
    json_add_count(json, "routes", size.n_route);
    json_add_count(json, "steps", size.n_step);
    json_add_count(json, "groups", size.n_group);
    json_add_count(json, "tools", size.n_tool);
    json_close(json);
    json_open_object(json, "run");
    json_add_number(json, "days", days(study->until_us));
    json_add_number(json, "warmup_days", days(study->warmup_us));
    json_add_count(json, "seed", study->seed);
    json_add_count(json, "replications", study->n_run);
    json_open_object(json, "options");
    for (size_t i = 0; i < study->n_setting; i++) {
        json_add_string(json, study->setting[i].name, study->setting[i].value);
    }
    json_close(json);
    const struct run *worst = runs_worst(study->run, study->n_run);
    json_add_bool(json, "complete", worst == NULL);
    json_add_string(json, "stopped_because", worst ? worst->err.text : NULL);
    json_close(json);
}

static void add_interval(struct json *json, const char *key, struct interval interval) {
    json_open_object(json, key);
    json_add_number(json, "mean", interval.mean);
    json_add_number(json, "half_width", interval.half_width);
    json_add_number(json, "sd", interval.sd);
    json_add_count(json, "n", interval.n);
    json_close(json);
}

static void add_intervals(struct json *json, const struct study *study, const struct column *column,
                          size_t n_column, size_t index) {
    for (size_t i = 0; i < n_column; i++) {
        add_interval(json, column[i].key,
                     runs_interval(study->run, study->n_run, &column[i], index));
    }
}

static void name_class(struct json *json, const struct study *study,
                       const maru_class_result *class_) {
    json_add_string(json, "product",
                    class_->product == MARU_NONE ? NULL : study_product(study, class_->product));
    json_add_integer(json, "priority", class_->priority);
}

static void name_group(struct json *json, const maru_group_result *group) {
    json_add_string(json, "group", group->name);
    json_add_string(json, "area", group->area);
    json_add_bool(json, "is_delay", group->is_delay);
}

static void name_limit(struct json *json, const struct study *study,
                       const maru_queue_result *limit) {
    json_add_string(json, "route", study_step_route(study, limit->step));
    json_add_count(json, "step", study_step_number(study, limit->step));
    json_add_count(json, "to_step", study_step_number(study, limit->to_step));
    json_add_number(json, "limit_h", (double)limit->limit_us / (double)MARU_HOUR);
}

static void add_aggregate(struct json *json, const struct study *study, const maru_results *first) {
    json_open_object(json, "aggregate");
    json_open_object(json, "figures");
    add_intervals(json, study, figure_columns, N_FIGURE, 0);
    json_close(json);
    json_open_list(json, "classes");
    for (uint32_t i = 0; i < first->n_class; i++) {
        json_open_object(json, NULL);
        name_class(json, study, &first->class_[i]);
        add_intervals(json, study, class_columns, N_CLASS_COLUMN, i);
        json_close(json);
    }
    json_close(json);
    json_open_list(json, "groups");
    for (uint32_t i = 0; i < first->n_group; i++) {
        json_open_object(json, NULL);
        name_group(json, &first->group[i]);
        add_intervals(json, study, group_columns, N_GROUP_COLUMN, i);
        json_close(json);
    }
    json_close(json);
    json_open_list(json, "limits");
    for (uint32_t i = 0; i < first->n_queue; i++) {
        json_open_object(json, NULL);
        name_limit(json, study, &first->queue[i]);
        add_intervals(json, study, limit_columns, N_LIMIT_COLUMN, i);
        json_close(json);
    }
    json_close(json);
    json_close(json);
}

static void add_values(struct json *json, const maru_results *results, const struct column *column,
                       size_t n_column, size_t index) {
    for (size_t i = 0; i < n_column; i++) {
        json_add_number(json, column[i].key, column[i].of(results, index));
    }
}

static void add_numbers(struct json *json, const char *key, const double *values, size_t n) {
    json_open_list(json, key);
    for (size_t i = 0; i < n; i++) {
        json_add_number(json, NULL, values[i]);
    }
    json_close(json);
}

static void add_class(struct json *json, const struct study *study, const maru_results *results,
                      uint32_t i) {
    json_open_object(json, NULL);
    name_class(json, study, &results->class_[i]);
    add_values(json, results, class_columns, N_CLASS_COLUMN, i);
    json_open_list(json, "flow_histogram");
    for (uint32_t k = 0; k < results->n_flow_bin; k++) {
        json_add_count(json, NULL, results->class_[i].flow_histogram[k]);
    }
    json_close(json);
    json_close(json);
}

static void add_series(struct json *json, const maru_results *results) {
    json_open_object(json, "series");
    json_add_number(json, "interval_days", days(results->point_us));
    add_numbers(json, "wip_lots", results->wip, results->n_point);
    add_numbers(json, "released_lots", results->released, results->n_point);
    add_numbers(json, "done_lots", results->done, results->n_point);
    json_open_list(json, "queue_lots"); // a list a group, in the order of "groups"
    for (uint32_t i = 0; i < results->n_group; i++) {
        add_numbers(json, NULL, results->queue_length + (size_t)i * results->n_point,
                    results->n_point);
    }
    json_close(json);
    json_close(json);
}

static void add_results(struct json *json, const struct study *study, const maru_results *results) {
    json_add_number(json, "from_day", days(results->from_us));
    json_add_number(json, "to_day", days(results->to_us));
    json_add_string(json, "digest", results->digest);
    json_add_count(json, "events", results->n_event);
    json_add_count(json, "lot_steps", results->n_lot_step);
    json_add_count(json, "released_lots", results->n_released);
    json_add_count(json, "done_lots", results->n_out);
    json_add_number(json, "wip_mean_lots", results->wip_mean);
    json_add_count(json, "wip_now_lots", results->wip_now);
    json_add_count(json, "wip_max_lots", results->wip_max);
    json_open_object(json, "figures");
    add_values(json, results, figure_columns, N_FIGURE, 0);
    json_close(json);
    const bool has_bottleneck = results->bottleneck < results->n_group;
    json_add_string(json, "bottleneck",
                    has_bottleneck ? results->group[results->bottleneck].name : NULL);
    json_add_string(json, "bottleneck_why", has_bottleneck ? results->bottleneck_why : NULL);
    json_add_number(json, "flow_bin_width", results->flow_bin_width);
    json_open_list(json, "classes");
    for (uint32_t i = 0; i < results->n_class; i++) {
        add_class(json, study, results, i);
    }
    json_close(json);
    json_open_list(json, "groups");
    for (uint32_t i = 0; i < results->n_group; i++) {
        json_open_object(json, NULL);
        name_group(json, &results->group[i]);
        add_values(json, results, group_columns, N_GROUP_COLUMN, i);
        json_close(json);
    }
    json_close(json);
    json_open_list(json, "limits");
    for (uint32_t i = 0; i < results->n_queue; i++) {
        json_open_object(json, NULL);
        name_limit(json, study, &results->queue[i]);
        add_values(json, results, limit_columns, N_LIMIT_COLUMN, i);
        json_close(json);
    }
    json_close(json);
    add_series(json, results);
}

void study_add_figures(struct text *out, const struct study *study) {
    static const int figures[] = {FIGURE_CYCLE, FIGURE_WIP, FIGURE_OUT, FIGURE_ON_TIME};
    const maru_results *first = runs_first(study->run, study->n_run);
    struct json json;
    json_writer_init(&json, out);
    json_open_object(&json, NULL);
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++) {
        const struct column *column = &figure_columns[figures[i]];
        const struct interval interval = runs_interval(study->run, study->n_run, column, 0);
        json_open_object(&json, column->key);
        json_add_number(&json, "mean", interval.mean);
        json_add_number(&json, "half_width", interval.half_width);
        json_close(&json);
    }
    const bool has_bottleneck = first && first->bottleneck < first->n_group;
    json_add_string(&json, "bottleneck",
                    has_bottleneck ? first->group[first->bottleneck].name : NULL);
    json_close(&json);
}

void study_add_json(struct text *out, const struct study *study) {
    struct json json;
    json_writer_init(&json, out);
    json_open_object(&json, NULL);
    json_add_string(&json, "maru", maru_version());
    add_run_header(&json, study);
    const maru_results *first = runs_first(study->run, study->n_run);
    if (first) {
        add_aggregate(&json, study, first);
    }
    json_open_list(&json, "replications");
    for (size_t i = 0; i < study->n_run; i++) {
        const struct run *run = &study->run[i];
        json_open_object(&json, NULL);
        json_add_count(&json, "replication", i);
        json_add_count(&json, "seed", run->seed);
        json_add_string(&json, "status", maru_status_name(run->status));
        if (run->results) {
            add_results(&json, study, run->results);
        }
        json_close(&json);
    }
    json_close(&json);
    json_close(&json);
}
