// A model of odd rows as bytes, numbers low byte first (base/binary.h):
//
//     "MARUODDS"  version  names  recipe  columns  precision  scores held  figures  digest of all this
//
// What is read is checked against itself: columns that are moving and fixed at once, scales that are none, scores that fall are refused.

#include "learn/anomaly/odd_model.h"

#include <math.h>
#include <string.h>

#include "base/digest.h"
#include "base/status.h"

enum { VERSION = 1, HEAD_BYTES = 12, TAIL_BYTES = 16, TIMES = 8 };

static const char its_name[8] = {'M', 'A', 'R', 'U', 'O', 'D', 'D', 'S'};

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

// n doubles that follow; NULL, and bad, where so many cannot.
static double *read_doubles(struct reader *r, size_t n) {
    refuse(r, n > r->in.left / 8);
    double *value = r->in.is_bad ? NULL : arena_take(r->arena, n + 1, sizeof *value);
    refuse(r, !value);
    for (size_t i = 0; value && i < n; i++) {
        value[i] = binary_double(&r->in);
    }
    return value;
}

// ---- what rows look like

static void write_anomaly(const struct anomaly *a, struct text *out) {
    const size_t p = a->n_moving;
    binary_add_u32(out, a->n_column);
    binary_add_u32(out, a->n_row);
    binary_add_u32(out, a->n_moving);
    binary_add_u32(out, a->n_held);
    binary_add_double(out, a->shrinkage);
    for (uint32_t i = 0; i < a->n_moving; i++) {
        binary_add_u32(out, a->moving[i]);
    }
    add_doubles(out, a->center, a->n_column);
    add_doubles(out, a->scale, a->n_column);
    add_doubles(out, a->precision, p * p);
    add_doubles(out, a->held, a->n_held);
}

// Moving columns rise; the others are fixed.
static void read_columns(struct reader *r, struct anomaly *a) {
    uint32_t *moving = arena_take(r->arena, (size_t)a->n_column + 1, sizeof *moving);
    uint32_t *fixed = arena_take(r->arena, (size_t)a->n_column + 1, sizeof *fixed);
    uint32_t n_fixed = 0, next = 0;
    refuse(r, !moving || !fixed || a->n_moving > a->n_column);
    for (uint32_t i = 0; !r->in.is_bad && i < a->n_moving; i++) {
        moving[i] = binary_u32(&r->in);
        refuse(r, moving[i] < next || moving[i] >= a->n_column);
        while (!r->in.is_bad && next < moving[i]) {
            fixed[n_fixed++] = next++;
        }
        next++;
    }
    while (!r->in.is_bad && next < a->n_column) {
        fixed[n_fixed++] = next++;
    }
    a->moving = moving;
    a->fixed = fixed;
}

static void check_columns(struct reader *r, const struct anomaly *a) {
    for (uint32_t i = 0; !r->in.is_bad && i < a->n_moving; i++) {
        const uint32_t c = a->moving[i];
        refuse(r, !isfinite(a->center[c]) || !(a->scale[c] > 0) || !isfinite(a->scale[c]) ||
                      !(a->precision[(size_t)i * a->n_moving + i] > 0));
    }
    for (uint32_t c = 0; !r->in.is_bad && c < a->n_column; c++) {
        refuse(r, isinf(a->center[c]));
    }
    for (size_t i = 0; !r->in.is_bad && i < (size_t)a->n_moving * a->n_moving; i++) {
        refuse(r, !isfinite(a->precision[i]));
    }
    for (uint32_t i = 0; !r->in.is_bad && i < a->n_held; i++) {
        refuse(r, !isfinite(a->held[i]) || (i > 0 && a->held[i] < a->held[i - 1]));
    }
}

static void read_anomaly(struct reader *r, struct anomaly *a) {
    a->n_column = binary_count(&r->in, ANOMALY_MAX_COLUMNS, 16);
    a->n_row = binary_u32(&r->in);
    a->n_moving = binary_count(&r->in, ANOMALY_MAX_COLUMNS, 4);
    a->n_held = binary_count(&r->in, ODD_MAX_HELD, 8);
    a->shrinkage = binary_double(&r->in);
    refuse(r, !(a->shrinkage > 0 && a->shrinkage <= 1) || a->n_moving == 0 || a->n_held == 0);
    read_columns(r, a);
    a->center = read_doubles(r, a->n_column);
    a->scale = read_doubles(r, a->n_column);
    a->precision = read_doubles(r, (size_t)a->n_moving * a->n_moving);
    a->held = read_doubles(r, a->n_held);
    check_columns(r, a);
}

// ---- what later rows showed

static void write_figures(const struct odd_model *m, struct text *out) {
    const struct odd_figure figures[] = {m->odd, m->auc, m->bad_of_odd, m->bad_of_others};
    binary_add_double(out, m->alpha);
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        add_doubles(out, (const double[]){figures[i].value, figures[i].low, figures[i].high}, 3);
    }
    binary_add_u32(out, m->n_told);
    for (uint32_t i = 0; i < m->n_told; i++) {
        binary_add_u32(out, m->told[i].feature);
        binary_add_u32(out, m->told[i].n);
    }
    const uint32_t counts[] = {m->n_train, m->n_test, m->n_odd, m->warnings};
    const int64_t times[] = {m->train_from, m->train_to, m->test_from, m->test_to};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        binary_add_u32(out, counts[i]);
    }
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        binary_add_u64(out, (uint64_t)times[i]);
    }
}

static void read_figures(struct reader *r, struct odd_model *m) {
    struct odd_figure *const figures[] = {&m->odd, &m->auc, &m->bad_of_odd, &m->bad_of_others};
    m->alpha = binary_double(&r->in);
    refuse(r, !(m->alpha > 0 && m->alpha < 1));
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        figures[i]->value = binary_double(&r->in);
        figures[i]->low = binary_double(&r->in);
        figures[i]->high = binary_double(&r->in);
    }
    m->n_told = binary_count(&r->in, ODD_MAX_COLUMNS_TOLD, 8);
    for (uint32_t i = 0; i < m->n_told; i++) {
        m->told[i].feature = binary_u32(&r->in);
        m->told[i].n = binary_u32(&r->in);
        refuse(r, m->told[i].feature >= m->recipe.n_feature);
    }
    uint32_t *const counts[] = {&m->n_train, &m->n_test, &m->n_odd, &m->warnings};
    int64_t *const times[] = {&m->train_from, &m->train_to, &m->test_from, &m->test_to};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        *counts[i] = binary_u32(&r->in);
    }
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        const uint64_t bits = binary_u64(&r->in);
        memcpy(times[i], &bits, sizeof bits);
    }
    refuse(r, m->warnings >> N_ODD_WARNING || m->n_odd > m->n_test);
}

// ---- the whole

maru_status odd_model_write(const struct odd_model *m, struct text *out, maru_error *err) {
    const size_t from = out->n_bytes;
    text_add(out, its_name, sizeof its_name);
    binary_add_u32(out, VERSION);
    binary_add_string(out, m->label);
    binary_add_string(out, m->title);
    binary_add_string(out, m->version);
    binary_add_string(out, m->data);
    recipe_write(&m->recipe, out);
    write_anomaly(&m->anomaly, out);
    write_figures(m, out);
    if (out->status == MARU_OK) {
        struct digest digest;
        digest_init(&digest);
        digest_bytes(&digest, out->bytes + from, out->n_bytes - from);
        binary_add_u64(out, digest.lane[0]);
        binary_add_u64(out, digest.lane[1]);
    }
    return out->status == MARU_OK ? MARU_OK : fail(err, out->status, "a model with too many bytes");
}

bool odd_model_is(const void *bytes, size_t n) {
    return n >= sizeof its_name && memcmp(bytes, its_name, sizeof its_name) == 0;
}

static maru_status read_all(struct reader *r, struct odd_model *m, maru_error *err) {
    m->label = binary_string(&r->in, r->arena);
    m->title = binary_string(&r->in, r->arena);
    m->version = binary_string(&r->in, r->arena);
    const char *data = binary_string(&r->in, r->arena);
    refuse(r, strlen(data) >= sizeof m->data);
    if (!r->in.is_bad) {
        memcpy(m->data, data, strlen(data) + 1);
    }
    const maru_status st = recipe_read(&r->in, r->arena, &m->recipe, err);
    if (st != MARU_OK) {
        return st;
    }
    read_anomaly(r, &m->anomaly);
    refuse(r, m->anomaly.n_column != m->recipe.n_feature);
    read_figures(r, m);
    if (r->arena->is_full) {
        return arena_refusal(r->arena, err);
    }
    return r->in.is_bad || r->in.left > 0 ? fail(err, MARU_E_INPUT, "the model is damaged")
                                          : MARU_OK;
}

static maru_status check_frame(const unsigned char *bytes, size_t n, struct digest *digest,
                               maru_error *err) {
    if (n > ODD_MAX_BYTES) {
        return fail(err, MARU_E_LIMIT, "a model with too many bytes");
    }
    if (n < HEAD_BYTES + TAIL_BYTES || !odd_model_is(bytes, n)) {
        return fail(err, MARU_E_INPUT, "the file is no model");
    }
    struct binary version = binary_of(bytes + sizeof its_name, 4);
    const uint32_t its_version = binary_u32(&version);
    if (its_version != VERSION) {
        return fail(err, MARU_E_INPUT, "a model of version %u, and this program reads %d",
                    its_version, VERSION);
    }
    digest_init(digest);
    digest_bytes(digest, bytes, n - TAIL_BYTES);
    struct binary tail = binary_of(bytes + n - TAIL_BYTES, TAIL_BYTES);
    const uint64_t first = binary_u64(&tail), second = binary_u64(&tail);
    return first == digest->lane[0] && second == digest->lane[1]
               ? MARU_OK
               : fail(err, MARU_E_INPUT, "the model was changed or cut off");
}

maru_status odd_model_read(const void *bytes, size_t n, struct odd_model *out, maru_error *err) {
    struct digest digest;
    maru_status st = check_frame(bytes, n, &digest, err);
    if (st != MARU_OK) {
        return st;
    }
    struct odd_model made = {0};
    arena_init(&made.arena, (n + 4096) * TIMES);
    struct reader reader = {
        binary_of((const unsigned char *)bytes + HEAD_BYTES, n - HEAD_BYTES - TAIL_BYTES),
        &made.arena};
    st = read_all(&reader, &made, err);
    if (st != MARU_OK) {
        odd_model_fini(&made);
        return st;
    }
    digest_hex(&digest, made.fingerprint);
    *out = made;
    return MARU_OK;
}

void odd_model_fini(struct odd_model *model) {
    arena_fini(&model->arena);
    *model = (struct odd_model){0};
}

bool odd_model_calls(const struct odd_model *model, const struct anomaly_verdict *verdict) {
    return verdict->n_new > 0 || verdict->tail <= model->alpha;
}

const char *odd_warning_text(enum odd_warning warning, bool is_korean) {
#define X(name, key, english, korean) {english, korean},
    static const char *const words[][2] = {ODD_WARNINGS(X)};
#undef X
    return words[warning][is_korean];
}

const char *odd_warning_key(enum odd_warning warning) {
#define X(name, key, english, korean) key,
    static const char *const keys[] = {ODD_WARNINGS(X)};
#undef X
    return keys[warning];
}
