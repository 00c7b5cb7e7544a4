// A model of lives as bytes, numbers low byte first (base/binary.h):
//
//     "MARUSURV"  version  names  recipe  effects  Weibull  costs, replacement  curves  figures  digest of all this
//
// What is read is checked against itself: effects of features that the recipe has not, curves that rise, ages that fall are refused.

#include "learn/survival/survival_model.h"

#include <math.h>
#include <string.h>

#include "base/sealed.h"
#include "base/status.h"

enum { VERSION = 1, TIMES = 8 };

static const char its_name[] = "MARUSURV";

struct reader {
    struct binary in;
    struct arena *arena;
};

static void refuse(struct reader *r, bool is_bad) { r->in.is_bad = r->in.is_bad || is_bad; }

static void add_doubles(struct text *out, const double *value, size_t n) {
    for (size_t i = 0; i < n; i++) {
        binary_add_double(out, value[i]);
    }
}

static void read_value(struct reader *r, struct weibull_value *out) {
    out->value = binary_double(&r->in);
    out->low = binary_double(&r->in);
    out->high = binary_double(&r->in);
}

static void add_value(struct text *out, struct weibull_value value) {
    add_doubles(out, (const double[]){value.value, value.low, value.high}, 3);
}

// ---- what lasts

static void write_weibull(const struct weibull *w, struct text *out) {
    add_doubles(out,
                (const double[]){w->ln_scale, w->sigma, w->v_ln_scale, w->v_ln_sigma, w->cov,
                                 w->log_likelihood, w->level},
                7);
    add_value(out, w->shape);
    add_value(out, w->scale);
    binary_add_u32(out, w->n);
    binary_add_u32(out, w->n_failed);
    binary_add_u8(out, w->is_few);
}

static void read_weibull(struct reader *r, struct weibull *w) {
    double *const fields[] = {&w->ln_scale, &w->sigma,          &w->v_ln_scale, &w->v_ln_sigma,
                              &w->cov,      &w->log_likelihood, &w->level};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        *fields[i] = binary_double(&r->in);
        refuse(r, !isfinite(*fields[i]));
    }
    read_value(r, &w->shape);
    read_value(r, &w->scale);
    w->n = binary_u32(&r->in);
    w->n_failed = binary_u32(&r->in);
    w->is_few = binary_u8(&r->in) != 0;
    refuse(r, !(w->sigma >= 1e-6 && w->sigma <= 1e6) || !(fabs(w->ln_scale) <= 500) ||
                  !(w->v_ln_scale >= 0) || !(w->v_ln_sigma >= 0) || !(w->level > 0) ||
                  !(w->level < 1) || !(w->shape.value > 0) || !(w->scale.value > 0) ||
                  w->n_failed > w->n);
}

static void write_replacement(const struct survival_model *m, struct text *out) {
    const struct replacement *p = &m->replacement;
    binary_add_double(out, m->cost_planned);
    binary_add_double(out, m->cost_failure);
    binary_add_u8(out, p->is_planned);
    binary_add_u8(out, p->is_sure);
    add_doubles(out, (const double[]){p->age, p->cost_rate, p->cost_rate_to_failure, p->surviving},
                4);
    add_value(out, p->saving);
    binary_add_double(out, m->horizon);
}

static void read_replacement(struct reader *r, struct survival_model *m) {
    struct replacement *p = &m->replacement;
    m->cost_planned = binary_double(&r->in);
    m->cost_failure = binary_double(&r->in);
    p->is_planned = binary_u8(&r->in) != 0;
    p->is_sure = binary_u8(&r->in) != 0;
    p->age = binary_double(&r->in);
    p->cost_rate = binary_double(&r->in);
    p->cost_rate_to_failure = binary_double(&r->in);
    p->surviving = binary_double(&r->in);
    read_value(r, &p->saving);
    m->horizon = binary_double(&r->in);
    refuse(r, !(m->cost_planned > 0) || !(m->cost_failure > 0) || !(p->age > 0) ||
                  (p->is_planned && !isfinite(p->age)) || !(m->horizon > 0) ||
                  !isfinite(m->horizon));
}

// ---- what the columns do

static void write_effects(const struct survival_model *m, struct text *out) {
    binary_add_u8(out, m->recipe.n_column > 0);
    if (m->recipe.n_column > 0) {
        recipe_write(&m->recipe, out);
    }
    binary_add_u32(out, m->n_effect);
    for (uint32_t i = 0; i < m->n_effect; i++) {
        const struct survival_effect *e = &m->effect[i];
        binary_add_u32(out, e->feature);
        add_doubles(
            out,
            (const double[]){e->coefficient, e->mean, e->step, e->ratio, e->low, e->high, e->p}, 7);
        binary_add_u8(out, e->changes_with_age);
    }
}

static maru_status read_effects(struct reader *r, struct survival_model *m, maru_error *err) {
    if (binary_u8(&r->in) != 0) {
        const maru_status st = recipe_read(&r->in, r->arena, &m->recipe, err);
        if (st != MARU_OK) {
            return st;
        }
    }
    m->n_effect = binary_count(&r->in, COX_MAX_COLUMNS, 61);
    struct survival_effect *effect = arena_take(r->arena, (size_t)m->n_effect + 1, sizeof *effect);
    refuse(r, !effect);
    for (uint32_t i = 0; !r->in.is_bad && i < m->n_effect; i++) {
        struct survival_effect *e = &effect[i];
        e->feature = binary_u32(&r->in);
        e->coefficient = binary_double(&r->in);
        e->mean = binary_double(&r->in);
        e->step = binary_double(&r->in);
        e->ratio = binary_double(&r->in);
        e->low = binary_double(&r->in);
        e->high = binary_double(&r->in);
        e->p = binary_double(&r->in);
        e->changes_with_age = binary_u8(&r->in) != 0;
        refuse(r, e->feature >= m->recipe.n_feature || !isfinite(e->coefficient) ||
                      !isfinite(e->mean));
    }
    m->effect = effect;
    return MARU_OK;
}

// ---- what the lives showed

static void write_curves(const struct survival_model *m, struct text *out) {
    binary_add_u32(out, m->n_curve);
    for (uint32_t k = 0; k < m->n_curve; k++) {
        const struct survival_curve *curve = &m->curve[k];
        binary_add_string(out, curve->name);
        binary_add_u32(out, curve->n);
        binary_add_u32(out, curve->n_failed);
        add_doubles(
            out, (const double[]){curve->median.value, curve->median.low, curve->median.high}, 3);
        binary_add_u32(out, curve->n_point);
        for (uint32_t i = 0; i < curve->n_point; i++) {
            const struct survival_point *p = &curve->point[i];
            add_doubles(out, (const double[]){p->age, p->surviving, p->low, p->high}, 4);
        }
    }
}

static void read_points(struct reader *r, struct survival_curve *curve) {
    curve->n_point = binary_count(&r->in, SURVIVAL_MAX_STEPS, 32);
    struct survival_point *point = arena_take(r->arena, (size_t)curve->n_point + 1, sizeof *point);
    refuse(r, !point);
    double age = 0, surviving = 1;
    for (uint32_t i = 0; !r->in.is_bad && i < curve->n_point; i++) {
        point[i].age = binary_double(&r->in);
        point[i].surviving = binary_double(&r->in);
        point[i].low = binary_double(&r->in);
        point[i].high = binary_double(&r->in);
        refuse(r, !(point[i].age > age) || !isfinite(point[i].age) ||
                      !(point[i].surviving <= surviving) || !(point[i].surviving >= 0));
        age = point[i].age;
        surviving = point[i].surviving;
    }
    curve->point = point;
}

static void read_curves(struct reader *r, struct survival_model *m) {
    m->n_curve = binary_count(&r->in, SURVIVAL_MAX_CURVES, 44);
    struct survival_curve *curve = arena_take(r->arena, (size_t)m->n_curve + 1, sizeof *curve);
    refuse(r, !curve);
    for (uint32_t k = 0; !r->in.is_bad && k < m->n_curve; k++) {
        curve[k].name = binary_string(&r->in, r->arena);
        curve[k].n = binary_u32(&r->in);
        curve[k].n_failed = binary_u32(&r->in);
        curve[k].median.value = binary_double(&r->in);
        curve[k].median.low = binary_double(&r->in);
        curve[k].median.high = binary_double(&r->in);
        refuse(r, curve[k].n_failed > curve[k].n);
        read_points(r, &curve[k]);
    }
    m->curve = curve;
}

static void write_figures(const struct survival_model *m, struct text *out) {
    add_doubles(out,
                (const double[]){m->group_p, m->concordance.value, m->concordance.low,
                                 m->concordance.high, m->coverage.value, m->coverage.low,
                                 m->coverage.high, m->level},
                8);
    binary_add_u32(out, m->n_life);
    binary_add_u32(out, m->n_failed);
    binary_add_u32(out, m->n_left_out);
    binary_add_u32(out, m->warnings);
    binary_add_u64(out, m->seed);
}

static void read_figures(struct reader *r, struct survival_model *m) {
    m->group_p = binary_double(&r->in);
    m->concordance.value = binary_double(&r->in);
    m->concordance.low = binary_double(&r->in);
    m->concordance.high = binary_double(&r->in);
    m->coverage.value = binary_double(&r->in);
    m->coverage.low = binary_double(&r->in);
    m->coverage.high = binary_double(&r->in);
    m->level = binary_double(&r->in);
    m->n_life = binary_u32(&r->in);
    m->n_failed = binary_u32(&r->in);
    m->n_left_out = binary_u32(&r->in);
    m->warnings = binary_u32(&r->in);
    m->seed = binary_u64(&r->in);
    refuse(r, !(m->level > 0 && m->level < 1) || m->n_failed > m->n_life ||
                  m->warnings >> N_SURVIVAL_WARNING);
}

// ---- the whole

maru_status survival_model_write(const struct survival_model *m, struct text *out,
                                 maru_error *err) {
    const size_t from = sealed_begin(out, its_name, VERSION);
    const char *const names[] = {m->age,   m->counted_in, m->ended, m->group,
                                 m->title, m->version,    m->data};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        binary_add_string(out, names[i]);
    }
    write_effects(m, out);
    write_weibull(&m->weibull, out);
    write_replacement(m, out);
    write_curves(m, out);
    write_figures(m, out);
    return sealed_end(out, from, err);
}

bool survival_model_is(const void *bytes, size_t n) { return sealed_is(bytes, n, its_name); }

static maru_status read_all(struct reader *r, struct survival_model *m, maru_error *err) {
    const char **const names[] = {&m->age,   &m->counted_in, &m->ended,
                                  &m->group, &m->title,      &m->version};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        *names[i] = binary_string(&r->in, r->arena);
    }
    const char *data = binary_string(&r->in, r->arena);
    refuse(r, strlen(data) >= sizeof m->data || !m->age[0]);
    if (!r->in.is_bad) {
        memcpy(m->data, data, strlen(data) + 1);
    }
    const maru_status st = read_effects(r, m, err);
    if (st != MARU_OK) {
        return st;
    }
    read_weibull(r, &m->weibull);
    read_replacement(r, m);
    read_curves(r, m);
    read_figures(r, m);
    if (r->arena->is_full) {
        return arena_refusal(r->arena, err);
    }
    return r->in.is_bad || r->in.left > 0 ? fail(err, MARU_E_INPUT, "the model is damaged")
                                          : MARU_OK;
}

maru_status survival_model_read(const void *bytes, size_t n, struct survival_model *out,
                                maru_error *err) {
    struct survival_model made = {0};
    struct reader reader = {.arena = &made.arena};
    if (n > SURVIVAL_MAX_BYTES) {
        return fail(err, MARU_E_LIMIT, "a model with too many bytes");
    }
    arena_init(&made.arena, (n + 4096) * TIMES);
    maru_status st = sealed_open(bytes, n, its_name, VERSION, &reader.in, made.fingerprint, err);
    st = st == MARU_OK ? read_all(&reader, &made, err) : st;
    if (st != MARU_OK) {
        survival_model_fini(&made);
        return st;
    }
    *out = made;
    return MARU_OK;
}

void survival_model_fini(struct survival_model *model) {
    arena_fini(&model->arena);
    *model = (struct survival_model){0};
}
