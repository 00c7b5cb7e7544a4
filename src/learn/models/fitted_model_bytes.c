// A model as bytes, in the order of the functions below, numbers low byte first (base/binary.h):
//
//     "MARUMODL"  version  goal  texts  classes  recipe  predictor  source  doubt  references  wander  card
//     errors  dependences  digest of all this
//
// What is read is checked against itself: a predictor that asks other columns than the recipe gives, a calibration that falls, bins that
// do not add up are refused. The digest keeps damage out, the checks keep lies out.

#include "learn/models/fitted_model.h"

#include <math.h>
#include <string.h>

#include "base/sealed.h"
#include "base/status.h"

enum { MAX_KNOTS = 1 << 24 };

static const char its_name[] = "MARUMODL";

struct reader {
    struct binary in;
    struct arena *arena;
};

static bool read_flag(struct reader *r) {
    const uint8_t flag = binary_u8(&r->in);
    r->in.is_bad = r->in.is_bad || flag > 1;
    return flag == 1;
}

// ---- doubt: calibration, threshold, intervals

static void write_calibration(const struct calibration *c, struct text *out) {
    binary_add_u8(out, c->kind);
    binary_add_double(out, c->slope);
    binary_add_double(out, c->offset);
    binary_add_u32(out, c->n_knot);
    for (uint32_t i = 0; i < c->n_knot; i++) {
        binary_add_double(out, c->margin[i]);
        binary_add_double(out, c->probability[i]);
    }
    binary_add_u32(out, c->n_row);
    binary_add_u32(out, c->n_yes);
}

static void read_calibration(struct reader *r, struct calibration *c) {
    c->kind = binary_u8(&r->in);
    c->slope = binary_double(&r->in);
    c->offset = binary_double(&r->in);
    c->n_knot = binary_count(&r->in, MAX_KNOTS, 16);
    double *margin = arena_take(r->arena, (size_t)c->n_knot + 1, sizeof *margin);
    double *probability = arena_take(r->arena, (size_t)c->n_knot + 1, sizeof *probability);
    if (!margin || !probability) {
        r->in.is_bad = true;
        c->n_knot = 0;
        return;
    }
    for (uint32_t i = 0; i < c->n_knot; i++) {
        margin[i] = binary_double(&r->in);
        probability[i] = binary_double(&r->in);
    }
    c->margin = margin;
    c->probability = probability;
    c->n_row = binary_u32(&r->in);
    c->n_yes = binary_u32(&r->in);
}

static void write_conformal(const struct conformal *c, struct text *out) {
    binary_add_u8(out, c->kind);
    binary_add_u32(out, c->n);
    binary_add_double(out, c->below[0]);
    binary_add_double(out, c->above[0]);
}

// Without categories; widths are at least 0 or endless, as they are for one answer on both sides.
static void read_conformal(struct reader *r, double level, struct conformal *c) {
    double *width = arena_take(r->arena, 2, sizeof *width);
    bool *is_own = arena_take(r->arena, 1, sizeof *is_own);
    c->kind = binary_u8(&r->in);
    c->level = level;
    c->n = binary_u32(&r->in);
    const double below = binary_double(&r->in), above = binary_double(&r->in);
    if (!width || !is_own || c->kind >= N_CONFORMAL_KIND || isnan(below) || isnan(above)) {
        r->in.is_bad = true;
        return;
    }
    width[0] = below;
    width[1] = above;
    c->below = &width[0];
    c->above = &width[1];
    c->is_own = is_own;
}

static void write_sets(const struct conformal_sets *s, struct text *out) {
    binary_add_u8(out, s->kind);
    binary_add_u32(out, s->n);
    for (uint32_t k = 0; k < s->n_class; k++) {
        binary_add_double(out, s->bound[k]);
        binary_add_u8(out, s->is_own[k]);
    }
}

static void read_sets(struct reader *r, double level, uint32_t n_class, struct conformal_sets *s) {
    double *bound = arena_take(r->arena, (size_t)n_class + 1, sizeof *bound);
    bool *is_own = arena_take(r->arena, (size_t)n_class + 1, sizeof *is_own);
    *s = (struct conformal_sets){.kind = binary_u8(&r->in), .level = level, .n_class = n_class};
    s->n = binary_u32(&r->in);
    s->bound = bound;
    s->is_own = is_own;
    r->in.is_bad = r->in.is_bad || !bound || !is_own || s->kind >= N_CONFORMAL_SETS_KIND;
    for (uint32_t k = 0; !r->in.is_bad && k < n_class; k++) {
        bound[k] = binary_double(&r->in);
        is_own[k] = read_flag(r);
        r->in.is_bad = r->in.is_bad || isnan(bound[k]);
    }
}

static void write_doubt(const struct fitted_model *m, struct text *out) {
    binary_add_double(out, m->level);
    switch ((enum model_goal)m->goal) {
    case MODEL_YES_NO:
        write_calibration(&m->calibration, out);
        binary_add_double(out, m->miss_cost);
        binary_add_double(out, m->false_alarm_cost);
        binary_add_double(out, m->threshold);
        break;
    case MODEL_CLASS:
        write_sets(&m->sets, out);
        break;
    case MODEL_NUMBER:
        write_conformal(&m->conformal, out);
        break;
    case N_MODEL_GOAL:
    default:
        break;
    }
}

static void read_doubt(struct reader *r, struct fitted_model *m) {
    m->level = binary_double(&r->in);
    r->in.is_bad = r->in.is_bad || !(m->level > 0 && m->level < 1);
    switch ((enum model_goal)m->goal) {
    case MODEL_YES_NO:
        read_calibration(r, &m->calibration);
        m->miss_cost = binary_double(&r->in);
        m->false_alarm_cost = binary_double(&r->in);
        m->threshold = binary_double(&r->in);
        r->in.is_bad = r->in.is_bad || isnan(m->threshold) || !(m->miss_cost >= 0) ||
                       !(m->false_alarm_cost >= 0) ||
                       calibration_check(&m->calibration, NULL) != MARU_OK;
        break;
    case MODEL_CLASS:
        read_sets(r, m->level, m->n_class, &m->sets);
        break;
    case MODEL_NUMBER:
        read_conformal(r, m->level, &m->conformal);
        break;
    case N_MODEL_GOAL:
    default:
        r->in.is_bad = true;
        break;
    }
}

// ---- what training rows looked like

static void write_references(const struct fitted_model *m, struct text *out) {
    for (uint32_t f = 0; f < m->recipe.n_feature; f++) {
        const struct drift_reference *reference = &m->reference[f];
        binary_add_u32(out, reference->n_edge);
        for (uint32_t i = 0; i < reference->n_edge; i++) {
            binary_add_double(out, reference->edge[i]);
        }
        for (uint32_t i = 0; i < drift_bins_of(reference); i++) {
            binary_add_u64(out, reference->count[i]);
        }
        binary_add_double(out, reference->least);
        binary_add_double(out, reference->most);
    }
}

static void read_counts(struct reader *r, struct drift_reference *reference, uint64_t *count) {
    for (uint32_t i = 0; i < drift_bins_of(reference); i++) {
        count[i] = binary_u64(&r->in);
        r->in.is_bad = r->in.is_bad || count[i] > UINT64_C(1) << 40;
        reference->n += count[i];
    }
    reference->count = count;
}

static void read_reference(struct reader *r, struct drift_reference *reference) {
    reference->n_edge = binary_count(&r->in, DRIFT_MAX_BINS, 8);
    double *edge = arena_take(r->arena, (size_t)reference->n_edge + 1, sizeof *edge);
    uint64_t *count = arena_take(r->arena, (size_t)reference->n_edge + 4, sizeof *count);
    if (!edge || !count) {
        r->in.is_bad = true;
        return;
    }
    for (uint32_t i = 0; i < reference->n_edge; i++) {
        edge[i] = binary_double(&r->in);
        r->in.is_bad = r->in.is_bad || !isfinite(edge[i]) || (i > 0 && !(edge[i] > edge[i - 1]));
    }
    reference->edge = edge;
    read_counts(r, reference, count);
    reference->least = binary_double(&r->in);
    reference->most = binary_double(&r->in);
}

static void read_references(struct reader *r, struct fitted_model *m) {
    struct drift_reference *reference =
        arena_take(r->arena, (size_t)m->recipe.n_feature + 1, sizeof *reference);
    r->in.is_bad = r->in.is_bad || !reference;
    for (uint32_t f = 0; !r->in.is_bad && f < m->recipe.n_feature; f++) {
        read_reference(r, &reference[f]);
    }
    m->reference = reference;
}

static void write_wander(const struct fitted_model *m, struct text *out) {
    const struct wander *w = &m->wander;
    binary_add_u32(out, w->first);
    binary_add_u32(out, w->n_word);
    for (uint32_t k = 0; k <= w->n_word; k++) {
        binary_add_u64(out, w->n_row[k]);
        for (uint32_t f = 0; f < m->recipe.n_feature; f++) {
            binary_add_double(out, w->level[(size_t)k * m->recipe.n_feature + f]);
        }
    }
    for (uint32_t f = 0; f < m->recipe.n_feature; f++) {
        binary_add_double(out, w->spread[f]);
        binary_add_double(out, w->spell[f]);
    }
}

// The words of one column, all of them; or none.
static bool are_words(const struct recipe *recipe, uint32_t first, uint32_t n_word) {
    const struct feature *feature = recipe->feature;
    return n_word == 0 ? first == 0
                       : first < recipe->n_feature && feature[first].form == FEATURE_WORD &&
                             feature[first].word == 0 &&
                             recipe->column[feature[first].column].n_word == n_word;
}

static bool is_within(double value, double least, double most) {
    return value >= least && value <= most;
}

static void read_wander(struct reader *r, struct fitted_model *m) {
    enum { MOST_SCORE = 16 };
    const double most_rows = 1e12;
    const uint32_t n_feature = m->recipe.n_feature;
    struct wander w = {.first = binary_u32(&r->in), .n_word = binary_u32(&r->in)};
    if (r->in.is_bad || !are_words(&m->recipe, w.first, w.n_word)) {
        r->in.is_bad = true;
        return;
    }
    uint64_t *n_row = arena_take(r->arena, (size_t)w.n_word + 1, sizeof *n_row);
    double *level = arena_take(r->arena, ((size_t)w.n_word + 1) * n_feature, sizeof *level);
    double *spread = arena_take(r->arena, n_feature, sizeof *spread);
    double *spell = arena_take(r->arena, n_feature, sizeof *spell);
    r->in.is_bad = !n_row || !level || !spread || !spell;
    for (uint32_t k = 0; !r->in.is_bad && k <= w.n_word; k++) {
        n_row[k] = binary_u64(&r->in);
        r->in.is_bad = r->in.is_bad || n_row[k] > UINT64_C(1) << 40;
        for (uint32_t f = 0; !r->in.is_bad && f < n_feature; f++) {
            double *one = &level[(size_t)k * n_feature + f];
            *one = binary_double(&r->in);
            r->in.is_bad = r->in.is_bad || !is_within(*one, -MOST_SCORE, MOST_SCORE);
        }
    }
    for (uint32_t f = 0; !r->in.is_bad && f < n_feature; f++) {
        spread[f] = binary_double(&r->in);
        spell[f] = binary_double(&r->in);
        r->in.is_bad = r->in.is_bad || !is_within(spread[f], 0, MOST_SCORE * MOST_SCORE) ||
                       !is_within(spell[f], 1, most_rows);
    }
    w.n_row = n_row;
    w.level = level;
    w.spread = spread;
    w.spell = spell;
    m->wander = w;
}

// ---- the card

static void write_figures(const struct model_card *card, struct text *out) {
    for (uint32_t i = 0; i < N_CARD_FIGURE; i++) {
        const struct card_figure *figure = &card->figure[i];
        binary_add_double(out, figure->value);
        binary_add_double(out, figure->low);
        binary_add_double(out, figure->high);
        binary_add_double(out, figure->constant);
    }
}

static void read_figures(struct reader *r, struct model_card *card) {
    for (uint32_t i = 0; i < N_CARD_FIGURE; i++) {
        struct card_figure *figure = &card->figure[i];
        figure->value = binary_double(&r->in);
        figure->low = binary_double(&r->in);
        figure->high = binary_double(&r->in);
        figure->constant = binary_double(&r->in);
    }
}

static void write_attempts(const struct model_card *card, struct text *out) {
    binary_add_u32(out, card->n_attempt);
    for (uint32_t i = 0; i < card->n_attempt; i++) {
        binary_add_string(out, card->attempt[i].name);
        binary_add_double(out, card->attempt[i].loss);
        binary_add_double(out, card->attempt[i].se);
        binary_add_u8(out, card->attempt[i].is_chosen);
    }
}

static void read_attempts(struct reader *r, struct model_card *card) {
    card->n_attempt = binary_count(&r->in, MODEL_MAX_TRIES, 25);
    struct card_try *attempt = arena_take(r->arena, (size_t)card->n_attempt + 1, sizeof *attempt);
    r->in.is_bad = r->in.is_bad || !attempt;
    for (uint32_t i = 0; !r->in.is_bad && i < card->n_attempt; i++) {
        attempt[i].name = binary_string(&r->in, r->arena);
        attempt[i].loss = binary_double(&r->in);
        attempt[i].se = binary_double(&r->in);
        attempt[i].is_chosen = read_flag(r);
    }
    card->attempt = attempt;
}

static void write_lists(const struct model_card *card, struct text *out) {
    binary_add_u32(out, card->n_suspect);
    for (uint32_t i = 0; i < card->n_suspect; i++) {
        binary_add_u32(out, card->suspect[i].feature);
        binary_add_double(out, card->suspect[i].share);
        binary_add_double(out, card->suspect[i].stability);
    }
    binary_add_u32(out, card->n_drift);
    binary_add_u32(out, card->n_drifting);
    for (uint32_t i = 0; i < card->n_drift; i++) {
        binary_add_u32(out, card->drift[i].feature);
        binary_add_double(out, card->drift[i].index);
    }
    binary_add_u32(out, card->n_reliability);
    for (uint32_t i = 0; i < card->n_reliability; i++) {
        const struct reliability_bin *bin = &card->reliability[i];
        binary_add_double(out, bin->low);
        binary_add_double(out, bin->high);
        binary_add_double(out, bin->mean);
        binary_add_u64(out, bin->came_true.n_bad);
        binary_add_u64(out, bin->came_true.n);
    }
}

static void read_lists(struct reader *r, uint32_t n_feature, struct model_card *card) {
    card->n_suspect = binary_count(&r->in, MODEL_MAX_SUSPECTS, 20);
    for (uint32_t i = 0; i < card->n_suspect; i++) {
        card->suspect[i].feature = binary_u32(&r->in);
        card->suspect[i].share = binary_double(&r->in);
        card->suspect[i].stability = binary_double(&r->in);
        r->in.is_bad = r->in.is_bad || card->suspect[i].feature >= n_feature;
    }
    card->n_drift = binary_count(&r->in, MODEL_MAX_SUSPECTS, 12);
    card->n_drifting = binary_u32(&r->in);
    for (uint32_t i = 0; i < card->n_drift; i++) {
        card->drift[i].feature = binary_u32(&r->in);
        card->drift[i].index = binary_double(&r->in);
        r->in.is_bad = r->in.is_bad || card->drift[i].feature >= n_feature;
    }
    card->n_reliability = binary_count(&r->in, MODEL_MAX_BINS, 40);
    for (uint32_t i = 0; i < card->n_reliability; i++) {
        struct reliability_bin *bin = &card->reliability[i];
        bin->low = binary_double(&r->in);
        bin->high = binary_double(&r->in);
        bin->mean = binary_double(&r->in);
        const uint64_t n_bad = binary_u64(&r->in), n = binary_u64(&r->in);
        r->in.is_bad = r->in.is_bad || n_bad > n || n > UINT32_MAX;
        bin->came_true = share_of(r->in.is_bad ? 0 : n_bad, r->in.is_bad ? 0 : n, 0.95);
    }
}

static void write_card(const struct model_card *card, struct text *out) {
    binary_add_string(out, card->title);
    binary_add_string(out, card->version);
    binary_add_string(out, card->data);
    binary_add_u64(out, card->seed);
    const uint32_t counts[] = {card->n_row,     card->n_train,     card->n_test,
                               card->n_unknown, card->n_bad_train, card->n_bad_test};
    for (uint32_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        binary_add_u32(out, counts[i]);
    }
    const int64_t times[] = {card->train_from, card->train_to, card->test_from, card->test_to};
    for (uint32_t i = 0; i < sizeof times / sizeof *times; i++) {
        binary_add_u64(out, (uint64_t)times[i]);
    }
    binary_add_u8(out, card->split);
    binary_add_string(out, card->group);
    binary_add_u32(out, card->warnings);
    write_figures(card, out);
    write_attempts(card, out);
    write_lists(card, out);
}

static void read_card(struct reader *r, uint32_t n_feature, struct model_card *card) {
    card->title = binary_string(&r->in, r->arena);
    card->version = binary_string(&r->in, r->arena);
    const char *data = binary_string(&r->in, r->arena);
    r->in.is_bad = r->in.is_bad || strlen(data) >= sizeof card->data;
    if (!r->in.is_bad) {
        memcpy(card->data, data, strlen(data) + 1);
    }
    card->seed = binary_u64(&r->in);
    uint32_t *counts[] = {&card->n_row,     &card->n_train,     &card->n_test,
                          &card->n_unknown, &card->n_bad_train, &card->n_bad_test};
    for (uint32_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        *counts[i] = binary_u32(&r->in);
    }
    int64_t *times[] = {&card->train_from, &card->train_to, &card->test_from, &card->test_to};
    for (uint32_t i = 0; i < sizeof times / sizeof *times; i++) {
        const uint64_t bits = binary_u64(&r->in);
        memcpy(times[i], &bits, sizeof bits);
    }
    card->split = binary_u8(&r->in);
    card->group = binary_string(&r->in, r->arena);
    card->warnings = binary_u32(&r->in);
    r->in.is_bad = r->in.is_bad || card->split >= N_CARD_SPLIT || card->warnings >> N_CARD_WARNING;
    read_figures(r, card);
    read_attempts(r, card);
    read_lists(r, n_feature, card);
}

// ---- errors on rows that it had not learned from

static void write_errors(const struct model_errors *errors, struct text *out) {
    binary_add_u32(out, errors->n_row);
    binary_add_double(out, errors->spell);
    binary_add_u32(out, errors->n);
    for (uint32_t i = 0; i < errors->n; i++) {
        binary_add_double(out, errors->sorted[i]);
    }
}

static void read_errors(struct reader *r, struct model_errors *errors) {
    errors->n_row = binary_u32(&r->in);
    errors->spell = binary_double(&r->in);
    errors->n = binary_count(&r->in, MODEL_MAX_ERRORS, 8);
    double *sorted = arena_take(r->arena, (size_t)errors->n + 1, sizeof *sorted);
    r->in.is_bad = r->in.is_bad || !sorted || errors->n > errors->n_row ||
                   !is_within(errors->spell, 1, fmax(errors->n_row, 1));
    for (uint32_t i = 0; !r->in.is_bad && i < errors->n; i++) {
        sorted[i] = binary_double(&r->in);
        r->in.is_bad =
            !isfinite(sorted[i]) || sorted[i] < (i > 0 ? sorted[i - 1] : 0.0) || r->in.is_bad;
    }
    errors->sorted = sorted;
}

// ---- how answers go with features

static void write_dependences(const struct model_card *card, struct text *out) {
    binary_add_u32(out, card->n_dependence);
    for (uint32_t i = 0; i < card->n_dependence; i++) {
        const struct card_dependence *dependence = &card->dependence[i];
        binary_add_u32(out, dependence->feature);
        binary_add_u32(out, dependence->of_class);
        binary_add_u32(out, dependence->n_point);
        for (uint32_t p = 0; p < dependence->n_point; p++) {
            binary_add_double(out, dependence->point[p].at);
            binary_add_double(out, dependence->point[p].value);
        }
    }
}

static void read_dependence(struct reader *r, const struct fitted_model *m,
                            struct card_dependence *out) {
    out->feature = binary_u32(&r->in);
    out->of_class = binary_u32(&r->in);
    out->n_point = binary_count(&r->in, MODEL_MAX_POINTS, 16);
    const bool is_class = m->goal == MODEL_CLASS;
    r->in.is_bad = r->in.is_bad || out->feature >= m->recipe.n_feature || out->n_point < 2 ||
                   (is_class ? out->of_class >= m->n_class : out->of_class != UINT32_MAX);
    for (uint32_t p = 0; !r->in.is_bad && p < out->n_point; p++) {
        out->point[p].at = binary_double(&r->in);
        out->point[p].value = binary_double(&r->in);
        r->in.is_bad = r->in.is_bad || !isfinite(out->point[p].at) ||
                       !isfinite(out->point[p].value) ||
                       (p > 0 && !(out->point[p].at > out->point[p - 1].at));
    }
}

static void read_dependences(struct reader *r, struct fitted_model *m) {
    struct model_card *card = &m->card;
    card->n_dependence = binary_count(&r->in, MODEL_MAX_DEPENDENCES, 44);
    struct card_dependence *dependence =
        arena_take(r->arena, (size_t)card->n_dependence + 1, sizeof *dependence);
    r->in.is_bad = r->in.is_bad || !dependence;
    for (uint32_t i = 0; !r->in.is_bad && i < card->n_dependence; i++) {
        read_dependence(r, m, &dependence[i]);
    }
    card->dependence = dependence;
}

// ---- the whole

static void write_classes(const struct fitted_model *m, struct text *out) {
    binary_add_u32(out, m->n_class);
    for (uint32_t k = 0; k < m->n_class; k++) {
        binary_add_string(out, m->class_name[k]);
    }
}

static void read_classes(struct reader *r, struct fitted_model *m) {
    m->n_class = binary_count(&r->in, CONFORMAL_MAX_CLASSES, 8);
    const char **name = arena_take(r->arena, (size_t)m->n_class + 1, sizeof *name);
    r->in.is_bad = r->in.is_bad || !name || (m->goal == MODEL_CLASS) != (m->n_class >= 2);
    for (uint32_t k = 0; !r->in.is_bad && k < m->n_class; k++) {
        name[k] = binary_string(&r->in, r->arena);
    }
    m->class_name = name;
}

maru_status fitted_model_write(const struct fitted_model *m, struct text *out, maru_error *err) {
    struct text predictor;
    text_init(&predictor, MODEL_MAX_BYTES);
    const maru_status st = predictor_write(m->predictor, &predictor, err);
    if (st != MARU_OK) {
        text_fini(&predictor);
        return st;
    }
    const size_t from = sealed_begin(out, its_name, MODEL_VERSION);
    binary_add_u8(out, m->goal);
    binary_add_string(out, m->target);
    binary_add_string(out, m->unit);
    binary_add_string(out, m->bad);
    write_classes(m, out);
    recipe_write(&m->recipe, out);
    binary_add_u8(out, predictor_shape_of(m->predictor).kind);
    binary_add_block(out, predictor.bytes, predictor.n_bytes);
    binary_add_block(out, m->source, m->n_source);
    write_doubt(m, out);
    write_references(m, out);
    write_wander(m, out);
    write_card(&m->card, out);
    write_errors(&m->errors, out);
    write_dependences(&m->card, out);
    text_fini(&predictor);
    return sealed_end(out, from, err);
}

static maru_status read_predictor(struct reader *r, struct fitted_model *m, maru_error *err) {
    const uint8_t kind = binary_u8(&r->in);
    size_t n;
    const void *bytes = binary_block(&r->in, &n);
    if (r->in.is_bad || kind >= N_PREDICTOR_KIND || !bytes) {
        return fail(err, MARU_E_INPUT, "the model is damaged");
    }
    const maru_status st = predictor_read((enum predictor_kind)kind, bytes, n, &m->predictor, err);
    if (st != MARU_OK) {
        return st;
    }
    const struct predictor_shape shape = predictor_shape_of(m->predictor);
    if (shape.goal != m->goal || shape.n_feature != m->recipe.n_feature ||
        shape.n_group != (m->goal == MODEL_CLASS ? m->n_class : 1)) {
        return fail(err, MARU_E_INPUT, "the model contradicts itself");
    }
    return MARU_OK;
}

static void read_source(struct reader *r, struct fitted_model *m) {
    size_t n;
    const void *bytes = binary_block(&r->in, &n);
    void *copy = arena_take(r->arena, n + 1, 1);
    r->in.is_bad = r->in.is_bad || !copy;
    if (copy && bytes) {
        memcpy(copy, bytes, n);
        m->source = copy;
        m->n_source = n;
    }
}

static maru_status read_all(struct reader *r, struct fitted_model *m, maru_error *err) {
    m->goal = binary_u8(&r->in);
    m->target = binary_string(&r->in, r->arena);
    m->unit = binary_string(&r->in, r->arena);
    m->bad = binary_string(&r->in, r->arena);
    if (m->goal >= N_MODEL_GOAL) {
        return fail(err, MARU_E_INPUT, "the model is damaged");
    }
    read_classes(r, m);
    maru_status st = recipe_read(&r->in, r->arena, &m->recipe, err);
    st = st == MARU_OK ? read_predictor(r, m, err) : st;
    if (st != MARU_OK) {
        return st;
    }
    read_source(r, m);
    read_doubt(r, m);
    read_references(r, m);
    read_wander(r, m);
    read_card(r, m->recipe.n_feature, &m->card);
    read_errors(r, &m->errors);
    read_dependences(r, m);
    if (r->arena->is_full) {
        return arena_refusal(r->arena, err);
    }
    return r->in.is_bad || r->in.left > 0 ? fail(err, MARU_E_INPUT, "the model is damaged")
                                          : MARU_OK;
}

maru_status fitted_model_read(const void *bytes, size_t n, struct fitted_model *out,
                              maru_error *err) {
    enum { TIMES = 8 };
    struct fitted_model made = {0};
    struct reader reader = {.arena = &made.arena};
    if (n > MODEL_MAX_BYTES) {
        return fail(err, MARU_E_LIMIT, "a model with too many bytes");
    }
    arena_init(&made.arena, (n + 4096) * TIMES);
    maru_status st =
        sealed_open(bytes, n, its_name, MODEL_VERSION, &reader.in, made.fingerprint, err);
    st = st == MARU_OK ? read_all(&reader, &made, err) : st;
    if (st != MARU_OK) {
        fitted_model_fini(&made);
        return st;
    }
    *out = made;
    return MARU_OK;
}
