// A model of process faults as bytes, numbers low byte first (base/binary.h):
//
//     "MARUFALT"  version  names  monitor  windows  trees  faults  confusion  figures  digest of all this
//
// What is read is checked against itself: a monitor of other columns, components without variance, trees of other features, faults that are
// none are refused.

#include <math.h>
#include <string.h>

#include "base/sealed.h"
#include "base/status.h"
#include "learn/faults/fault_model.h"

enum { VERSION = 1, TIMES = 8 };

static const char its_name[] = "MARUFALT";

struct reader {
    struct binary in;
    struct arena *arena;
};

static void refuse(struct reader *r, bool is_bad) { r->in.is_bad = r->in.is_bad || is_bad; }

// n finite doubles that follow; NULL, and bad, where so many cannot.
static double *read_doubles(struct reader *r, size_t n) {
    refuse(r, !binary_has(&r->in, n, 8));
    double *value = r->in.is_bad ? NULL : arena_take(r->arena, n + 1, sizeof *value);
    refuse(r, !value);
    if (value) {
        binary_doubles(&r->in, value, n);
    }
    return value;
}

static void read_figure(struct reader *r, struct fault_figure *out) {
    out->value = binary_double(&r->in);
    out->low = binary_double(&r->in);
    out->high = binary_double(&r->in);
}

static void add_figure(struct text *out, const struct fault_figure *figure) {
    binary_add_doubles(out, (const double[]){figure->value, figure->low, figure->high}, 3);
}

// ---- the monitor

static void write_monitor(const struct monitor *m, struct text *out) {
    const struct monitor_options *o = &m->options;
    const size_t p = m->n_variable, q = m->n_feature;
    binary_add_u32(out, m->n_variable);
    binary_add_u8(out, o->limit);
    binary_add_u8(out, o->is_smooth_only);
    binary_add_u32(out, o->n_lag);
    binary_add_u32(out, o->n_block);
    binary_add_u32(out, m->n_component);
    binary_add_u64(out, m->n_sample);
    binary_add_doubles(out, (const double[]){o->variance, o->ridge, o->lambda, o->alpha}, 4);
    binary_add_doubles(out, m->mean, p);
    binary_add_doubles(out, m->sd, p);
    binary_add_doubles(out, m->prediction, p * p * o->n_lag);
    binary_add_doubles(out, m->feature_mean, q);
    binary_add_doubles(out, m->feature_scale, q);
    binary_add_doubles(out, m->value, q);
    binary_add_doubles(out, m->vector, q * q);
    binary_add_doubles(out, m->usual, 2);
    for (int s = 0; s < N_STATISTIC; s++) {
        binary_add_doubles(out, m->limit[s], N_LIMIT);
        binary_add_u8(out, m->is_active[s]);
    }
}

static void read_options(struct reader *r, struct monitor *m) {
    struct monitor_options *o = &m->options;
    o->dynamics = MONITOR_INNOVATIONS;
    m->n_variable = m->n_feature = binary_count(&r->in, MONITOR_MAX_VARIABLES, 8);
    o->limit = binary_u8(&r->in);
    o->is_smooth_only = binary_u8(&r->in) != 0;
    o->n_lag = binary_u32(&r->in);
    o->n_block = binary_u32(&r->in);
    m->n_component = binary_u32(&r->in);
    m->n_sample = (size_t)binary_u64(&r->in);
    double *const numbers[] = {&o->variance, &o->ridge, &o->lambda, &o->alpha};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        *numbers[i] = binary_double(&r->in);
        refuse(r, !isfinite(*numbers[i]));
    }
    refuse(r, m->n_variable == 0 || o->limit >= N_LIMIT || o->n_lag < 1 ||
                  o->n_lag > MONITOR_MAX_LAG || m->n_component == 0 ||
                  m->n_component > m->n_feature || !(o->lambda > 0 && o->lambda <= 1) ||
                  !(o->alpha > 0 && o->alpha <= 0.5));
}

static void read_limits(struct reader *r, struct monitor *m) {
    for (int s = 0; s < N_STATISTIC; s++) {
        for (int k = 0; k < N_LIMIT; k++) {
            m->limit[s][k] = binary_double(&r->in);
            refuse(r, isinf(m->limit[s][k]));
        }
        m->is_active[s] = binary_u8(&r->in) != 0;
        m->n_active += m->is_active[s] ? 1 : 0;
        const double own = m->limit[s][m->options.limit];
        refuse(r, m->is_active[s] && !((isnan(own) ? m->limit[s][LIMIT_MATCHED] : own) > 0));
    }
    refuse(r, m->n_active == 0);
}

static void read_monitor(struct reader *r, struct monitor *m) {
    read_options(r, m);
    const size_t p = m->n_variable, q = m->n_feature;
    m->mean = read_doubles(r, p);
    m->sd = read_doubles(r, p);
    m->prediction = read_doubles(r, p * p * (r->in.is_bad ? 0 : m->options.n_lag));
    m->feature_mean = read_doubles(r, q);
    m->feature_scale = read_doubles(r, q);
    m->value = read_doubles(r, q);
    m->vector = read_doubles(r, q * q);
    const double *usual = read_doubles(r, 2);
    for (size_t j = 0; j < p && !r->in.is_bad; j++) {
        refuse(r, m->sd[j] < 0 || m->feature_scale[j] < 0);
    }
    for (size_t k = 0; k < m->n_component && !r->in.is_bad; k++) {
        refuse(r, !(m->value[k] > 0));
    }
    if (!r->in.is_bad) {
        memcpy(m->usual, usual, sizeof m->usual);
        read_limits(r, m);
    }
}

// ---- names

static void write_windows(const struct fault_model *m, struct text *out) {
    binary_add_u32(out, m->n_window);
    for (uint32_t w = 0; w < m->n_window; w++) {
        binary_add_u32(out, m->window[w]);
    }
}

static void read_windows(struct reader *r, struct fault_model *m) {
    m->n_window = binary_count(&r->in, TRAILING_MAX_WINDOWS, 4);
    for (uint32_t w = 0; w < m->n_window; w++) {
        m->window[w] = binary_u32(&r->in);
        refuse(r, m->window[w] < 2 || m->window[w] > TRAILING_MAX_LENGTH);
    }
    refuse(r, 2 * m->n_column * (1 + N_TRAILING_KIND * m->n_window) > TRAILING_MAX_FEATURES);
}

static maru_status write_trees(const struct fault_model *m, struct text *out, maru_error *err) {
    const uint32_t n = m->trees.n_fault;
    binary_add_u8(out, n > 0);
    if (n == 0) {
        return MARU_OK;
    }
    const maru_status st = fault_trees_write(&m->trees, out, err);
    for (uint32_t k = 0; k < n; k++) {
        binary_add_u32(out, m->class_fault[k]);
    }
    for (uint32_t i = 0; i < n * n; i++) {
        binary_add_u32(out, m->confusion[i]);
    }
    return st;
}

// n numbers that follow; NULL, and bad, where so many cannot.
static uint32_t *read_counts(struct reader *r, size_t n) {
    refuse(r, !binary_has(&r->in, n, 4));
    uint32_t *value = r->in.is_bad ? NULL : arena_take(r->arena, n + 1, sizeof *value);
    refuse(r, !value);
    for (size_t i = 0; value && i < n; i++) {
        value[i] = binary_u32(&r->in);
    }
    return value;
}

static maru_status read_trees(struct reader *r, struct fault_model *m, maru_error *err) {
    if (binary_u8(&r->in) == 0) {
        return MARU_OK;
    }
    const maru_status st = fault_trees_read(&r->in, &m->trees, err);
    if (st != MARU_OK) {
        return st;
    }
    const uint32_t n = m->trees.n_fault;
    refuse(r, m->trees.n_feature != 2 * m->n_column * (1 + N_TRAILING_KIND * m->n_window));
    m->class_fault = read_counts(r, n);
    m->confusion = read_counts(r, (size_t)n * n);
    return MARU_OK;
}

// ---- faults

static void write_told(const struct fault_told *t, struct text *out) {
    binary_add_string(out, t->name);
    const uint32_t counts[] = {t->n_row, t->n_run, t->n_missed, t->n_tried, t->taken_for};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        binary_add_u32(out, counts[i]);
    }
    binary_add_u8(out, t->is_learnt);
    binary_add_u8(out, t->is_by_run);
    add_figure(out, &t->detected);
    add_figure(out, &t->named);
    binary_add_doubles(out, (const double[]){t->delay, t->taken, t->unknown, t->unseen}, 4);
}

static void read_told(struct reader *r, uint32_t n_fault, struct fault_told *t) {
    t->name = binary_string(&r->in, r->arena);
    uint32_t *const counts[] = {&t->n_row, &t->n_run, &t->n_missed, &t->n_tried, &t->taken_for};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        *counts[i] = binary_u32(&r->in);
    }
    t->is_learnt = binary_u8(&r->in) != 0;
    t->is_by_run = binary_u8(&r->in) != 0;
    read_figure(r, &t->detected);
    read_figure(r, &t->named);
    double *const numbers[] = {&t->delay, &t->taken, &t->unknown, &t->unseen};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        *numbers[i] = binary_double(&r->in);
    }
    refuse(r, t->n_missed > t->n_run || t->n_run > t->n_row ||
                  (t->taken_for >= n_fault && t->taken_for != FAULT_NONE));
}

static void read_faults(struct reader *r, struct fault_model *m) {
    enum { LEAST_BYTES = 8 + 20 + 2 + 48 + 32 };
    m->n_fault = binary_count(&r->in, DIAGNOSIS_MAX_FAULTS, LEAST_BYTES - 7);
    struct fault_told *told = arena_take(r->arena, (size_t)m->n_fault + 1, sizeof *told);
    refuse(r, !told);
    for (uint32_t k = 0; k < m->n_fault && !r->in.is_bad; k++) {
        read_told(r, m->n_fault, &told[k]);
    }
    for (uint32_t k = 0; k < m->trees.n_fault && !r->in.is_bad; k++) {
        refuse(r, m->class_fault[k] >= m->n_fault);
    }
    m->told = told;
}

// ---- figures

static void write_figures(const struct fault_model *m, struct text *out) {
    const struct fault_figure *const figures[] = {&m->false_alarms, &m->detected, &m->named,
                                                  &m->unknown, &m->unseen};
    const uint32_t counts[] = {m->n_normal, m->n_normal_tried, m->n_run, m->n_left_out,
                               m->warnings};
    binary_add_double(out, m->alpha);
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        add_figure(out, figures[i]);
    }
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        binary_add_u32(out, counts[i]);
    }
}

static void read_figures(struct reader *r, struct fault_model *m) {
    struct fault_figure *const figures[] = {&m->false_alarms, &m->detected, &m->named, &m->unknown,
                                            &m->unseen};
    uint32_t *const counts[] = {&m->n_normal, &m->n_normal_tried, &m->n_run, &m->n_left_out,
                                &m->warnings};
    m->alpha = binary_double(&r->in);
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        read_figure(r, figures[i]);
    }
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        *counts[i] = binary_u32(&r->in);
    }
    refuse(r, !(m->alpha > 0 && m->alpha <= 0.5) || m->warnings >> N_FAULT_WARNING ||
                  m->n_normal_tried > m->n_normal);
}

// ---- the whole

maru_status fault_model_write(const struct fault_model *m, struct text *out, maru_error *err) {
    const size_t from = sealed_begin(out, its_name, VERSION);
    const char *const names[] = {m->target, m->normal,  m->unit, m->order,
                                 m->title,  m->version, m->data};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        binary_add_string(out, names[i]);
    }
    binary_add_u32(out, m->n_column);
    for (uint32_t c = 0; c < m->n_column; c++) {
        binary_add_string(out, m->column[c]);
    }
    write_monitor(&m->monitor, out);
    write_windows(m, out);
    const maru_status st = write_trees(m, out, err);
    binary_add_u32(out, m->n_fault);
    for (uint32_t k = 0; k < m->n_fault; k++) {
        write_told(&m->told[k], out);
    }
    write_figures(m, out);
    return st == MARU_OK ? sealed_end(out, from, err) : st;
}

bool fault_model_is(const void *bytes, size_t n) { return sealed_is(bytes, n, its_name); }

static void read_names(struct reader *r, struct fault_model *m) {
    const char **const names[] = {&m->target, &m->normal, &m->unit,
                                  &m->order,  &m->title,  &m->version};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        *names[i] = binary_string(&r->in, r->arena);
    }
    const char *data = binary_string(&r->in, r->arena);
    refuse(r, strlen(data) >= sizeof m->data);
    if (!r->in.is_bad) {
        memcpy(m->data, data, strlen(data) + 1);
    }
    m->n_column = binary_count(&r->in, MONITOR_MAX_VARIABLES, 1);
    const char **column = arena_take(r->arena, (size_t)m->n_column + 1, sizeof *column);
    refuse(r, !column || m->n_column == 0);
    for (uint32_t c = 0; c < m->n_column && !r->in.is_bad; c++) {
        column[c] = binary_string(&r->in, r->arena);
    }
    m->column = column;
}

static maru_status read_all(struct reader *r, struct fault_model *m, maru_error *err) {
    read_names(r, m);
    read_monitor(r, &m->monitor);
    refuse(r, m->monitor.n_variable != m->n_column);
    read_windows(r, m);
    const maru_status st =
        r->in.is_bad ? fail(err, MARU_E_INPUT, "the model is damaged") : read_trees(r, m, err);
    if (st != MARU_OK) {
        return r->arena->is_full ? arena_refusal(r->arena, err) : st;
    }
    read_faults(r, m);
    read_figures(r, m);
    if (r->arena->is_full) {
        return arena_refusal(r->arena, err);
    }
    return binary_is_end(&r->in) ? MARU_OK : fail(err, MARU_E_INPUT, "the model is damaged");
}

maru_status fault_model_read(const void *bytes, size_t n, struct fault_model *out,
                             maru_error *err) {
    struct fault_model made = {0};
    struct reader reader = {.arena = &made.arena};
    if (n > DIAGNOSIS_MAX_BYTES) {
        return fail(err, MARU_E_LIMIT, "a model with too many bytes");
    }
    arena_init(&made.arena, (n + 4096) * TIMES);
    maru_status st = sealed_open(bytes, n, its_name, VERSION, &reader.in, made.fingerprint, err);
    st = st == MARU_OK ? read_all(&reader, &made, err) : st;
    if (st != MARU_OK) {
        fault_model_fini(&made);
        return st;
    }
    *out = made;
    return MARU_OK;
}

void fault_model_fini(struct fault_model *model) {
    fault_trees_fini(&model->trees);
    arena_fini(&model->arena);
    *model = (struct fault_model){0};
}
