// The tables of a study as CSV files, a row for each replication and class, group, limit or point
// in time.

#include "io/files.h"
#include "study/study.h"

#include <stdio.h>

typedef void (*add_rows)(struct text *out, const struct study *study, const struct run *run,
                         size_t replication);

enum { CSV_BYTES_MAX = INT32_MAX };

static void add_key(struct text *out, const char *key) { text_addf(out, ",%s", key); }

static void add_keys(struct text *out, const struct column *column, size_t n) {
    for (size_t i = 0; i < n; i++) {
        add_key(out, column[i].key);
    }
    text_addz(out, "\r\n");
}

// An empty cell where there is no number.
static void add_number(struct text *out, double value) {
    text_addz(out, ",");
    if (value - value == 0) {
        text_add_double(out, value);
    }
}

static void add_values(struct text *out, const maru_results *results, const struct column *column,
                       size_t n, size_t index) {
    for (size_t i = 0; i < n; i++) {
        add_number(out, column[i].of(results, index));
    }
    text_addz(out, "\r\n");
}

static void add_field(struct text *out, const char *field) {
    text_addz(out, ",");
    text_add_csv(out, field);
}

static void begin_row(struct text *out, const struct run *run, size_t replication) {
    text_addf(out, "%zu,%llu", replication, (unsigned long long)run->seed);
}

static void add_classes(struct text *out, const struct study *study, const struct run *run,
                        size_t replication) {
    for (uint32_t i = 0; i < run->results->n_class; i++) {
        const maru_class_result *class_ = &run->results->class_[i];
        begin_row(out, run, replication);
        add_field(out, study_product(study, class_->product));
        text_addf(out, ",%d", class_->priority);
        add_values(out, run->results, class_columns, N_CLASS_COLUMN, i);
    }
}

static void add_groups(struct text *out, const struct study *study, const struct run *run,
                       size_t replication) {
    (void)study;
    for (uint32_t i = 0; i < run->results->n_group; i++) {
        const maru_group_result *group = &run->results->group[i];
        begin_row(out, run, replication);
        add_field(out, group->name);
        add_field(out, group->area);
        add_field(out, group->is_delay ? "delay" : "tool");
        add_values(out, run->results, group_columns, N_GROUP_COLUMN, i);
    }
}

static void add_limits(struct text *out, const struct study *study, const struct run *run,
                       size_t replication) {
    for (uint32_t i = 0; i < run->results->n_queue; i++) {
        const maru_queue_result *limit = &run->results->queue[i];
        begin_row(out, run, replication);
        add_field(out, study_step_route(study, limit->step));
        text_addf(out, ",%u,%u", study_step_number(study, limit->step),
                  study_step_number(study, limit->to_step));
        add_number(out, (double)limit->limit_us / (double)MARU_HOUR);
        add_values(out, run->results, limit_columns, N_LIMIT_COLUMN, i);
    }
}

static void add_series(struct text *out, const struct study *study, const struct run *run,
                       size_t replication) {
    (void)study;
    const maru_results *results = run->results;
    for (uint32_t i = 0; i < results->n_point; i++) {
        const double from =
            (double)(results->from_us + (maru_time)i * results->point_us) / (double)MARU_DAY;
        begin_row(out, run, replication);
        add_number(out, from);
        add_number(out, results->wip[i]);
        add_number(out, results->released[i]);
        add_number(out, results->done[i]);
        text_addz(out, "\r\n");
    }
}

static maru_status write_table(const struct study *study, const char *folder, const char *name,
                               struct text *table, add_rows add, maru_error *err) {
    for (size_t i = 0; i < study->n_run; i++) {
        if (study->run[i].results) {
            add(table, study, &study->run[i], i);
        }
    }
    struct text path;
    text_init(&path, 1 << 16);
    files_join(&path, folder, name);
    maru_status st = table->status != MARU_OK ? table->status : path.status;
    if (st == MARU_OK) {
        st = files_replace(path.bytes, table->bytes, table->n_bytes, err);
    } else if (err) {
        *err = (maru_error){.code = st, .text = "no memory for a table"};
    }
    text_fini(&path);
    text_fini(table);
    return st;
}

maru_status study_write_csv(const struct study *study, const char *folder, maru_error *err) {
    maru_status st = files_make_folder(folder, err);
    struct text table;
    if (st == MARU_OK) {
        text_init(&table, CSV_BYTES_MAX);
        text_addz(&table, "replication,seed,product,priority");
        add_keys(&table, class_columns, N_CLASS_COLUMN);
        st = write_table(study, folder, "classes.csv", &table, add_classes, err);
    }
    if (st == MARU_OK) {
        text_init(&table, CSV_BYTES_MAX);
        text_addz(&table, "replication,seed,group,area,kind");
        add_keys(&table, group_columns, N_GROUP_COLUMN);
        st = write_table(study, folder, "groups.csv", &table, add_groups, err);
    }
    if (st == MARU_OK) {
        text_init(&table, CSV_BYTES_MAX);
        text_addz(&table, "replication,seed,route,step,to_step,limit_h");
        add_keys(&table, limit_columns, N_LIMIT_COLUMN);
        st = write_table(study, folder, "queue_times.csv", &table, add_limits, err);
    }
    if (st == MARU_OK) {
        text_init(&table, CSV_BYTES_MAX);
        text_addz(&table, "replication,seed,from_day,wip_lots,released_lots,done_lots\r\n");
        st = write_table(study, folder, "series.csv", &table, add_series, err);
    }
    return st;
}
