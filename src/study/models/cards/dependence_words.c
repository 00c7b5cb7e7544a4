// A curve goes one way when its ends are apart by most of its range; what lies within a tenth of the range of an end is that end still. Else
// its highest or its lowest inner point is what is told, whichever stands out more from the ends.

#include "study/models/cards/dependence_words.h"

#include <math.h>

#include "study/quality/sentences.h"

enum { NAME_BYTES = 1 << 16 };

// ---- the form

static double least_of(double a, double b) { return a < b ? a : b; }
static double most_of(double a, double b) { return a > b ? a : b; }

struct curve curve_of(const struct dependence_point *point, uint32_t n, double least) {
    static const double near_an_end = 0.1, one_way = 0.7;
    uint32_t low = 0, high = 0;
    for (uint32_t i = 1; i < n; i++) {
        low = point[i].value < point[low].value ? i : low;
        high = point[i].value > point[high].value ? i : high;
    }
    const double first = point[0].value, last = point[n - 1].value;
    const double range = point[high].value - point[low].value;
    if (!(range > least)) {
        return (struct curve){CURVE_FLAT, 0, n - 1};
    }
    if (fabs(last - first) < one_way * range) {
        const bool is_peak =
            point[high].value - most_of(first, last) > least_of(first, last) - point[low].value;
        const uint32_t at = is_peak ? high : low;
        return (struct curve){is_peak ? CURVE_PEAK : CURVE_VALLEY, at, at};
    }
    struct curve curve = {last > first ? CURVE_RISE : CURVE_FALL, 0, n - 1};
    while (curve.from + 1 < n && fabs(point[curve.from + 1].value - first) <= near_an_end * range) {
        curve.from++;
    }
    while (curve.to > curve.from + 1 &&
           fabs(point[curve.to - 1].value - last) <= near_an_end * range) {
        curve.to--;
    }
    return curve;
}

// ---- the sentence

struct telling {
    const struct fitted_model *model;
    const struct card_dependence *of;
    enum lang lang;
    struct text name, answer; // of the column, of what is answered
};

static struct numeral value_of(const struct telling *t, uint32_t point) {
    const double value = t->of->point[point].value;
    return t->model->goal == MODEL_NUMBER ? told_number(value) : told_share(value);
}

static struct numeral place_of(const struct telling *t, uint32_t point) {
    return told_number(t->of->point[point].at);
}

// Below this nothing is told: a tenth of a share, or of half an interval.
static double least_change(const struct telling *t) {
    static const double tenth = 0.1, thousandth = 0.001;
    if (t->model->goal == MODEL_NUMBER) {
        const double half =
            t->model->conformal.above ? t->model->conformal.above[0] : (double)INFINITY;
        return isfinite(half) ? tenth * half : 0;
    }
    double most = 0;
    for (uint32_t i = 0; i < t->of->n_point; i++) {
        most = most_of(most, t->of->point[i].value);
    }
    return most_of(tenth * most, thousandth);
}

static void name_answer(struct telling *t) {
    switch ((enum model_goal)t->model->goal) {
    case MODEL_YES_NO:
        words_add(&t->answer, t->lang, W_DEPENDENCE_BAD, NULL);
        break;
    case MODEL_CLASS:
        words_add(&t->answer, t->lang, W_DEPENDENCE_CLASS,
                  (const char *const[]){t->model->class_name[t->of->of_class], NULL});
        break;
    case MODEL_NUMBER:
    case N_MODEL_GOAL:
    default:
        text_addz(&t->answer, t->model->target);
        break;
    }
}

static void tell_one_way(struct text *out, const struct telling *t, const struct curve *curve) {
    const bool is_below = curve->from > 0, is_above = curve->to + 1 < t->of->n_point;
    words_add(out, t->lang, curve->form == CURVE_RISE ? W_DEPENDENCE_RISE : W_DEPENDENCE_FALL,
              (const char *const[]){t->name.bytes, t->answer.bytes, place_of(t, curve->from).text,
                                    place_of(t, curve->to).text, value_of(t, curve->from).text,
                                    value_of(t, curve->to).text, NULL});
    if (is_below || is_above) {
        words_add(out, t->lang,
                  is_below && is_above ? W_DEPENDENCE_BEYOND
                  : is_below           ? W_DEPENDENCE_BELOW
                                       : W_DEPENDENCE_ABOVE,
                  NULL);
    }
}

static void tell_bend(struct text *out, const struct telling *t, const struct curve *curve) {
    const uint32_t last = t->of->n_point - 1;
    words_add(out, t->lang, curve->form == CURVE_PEAK ? W_DEPENDENCE_PEAK : W_DEPENDENCE_VALLEY,
              (const char *const[]){t->name.bytes, t->answer.bytes, place_of(t, curve->from).text,
                                    value_of(t, curve->from).text, place_of(t, 0).text,
                                    value_of(t, 0).text, place_of(t, last).text,
                                    value_of(t, last).text, NULL});
}

static void tell(struct text *out, const struct telling *t) {
    const struct curve curve = curve_of(t->of->point, t->of->n_point, least_change(t));
    const bool is_word = t->model->recipe.feature[t->of->feature].form == FEATURE_WORD;
    if (curve.form == CURVE_FLAT) {
        double low = t->of->point[0].value, high = low;
        for (uint32_t i = 1; i < t->of->n_point; i++) {
            low = least_of(low, t->of->point[i].value);
            high = most_of(high, t->of->point[i].value);
        }
        const bool is_number = t->model->goal == MODEL_NUMBER;
        words_add(out, t->lang, W_DEPENDENCE_FLAT,
                  (const char *const[]){t->name.bytes, t->answer.bytes,
                                        (is_number ? told_number(low) : told_share(low)).text,
                                        (is_number ? told_number(high) : told_share(high)).text,
                                        NULL});
    } else if (is_word) {
        words_add(out, t->lang, W_DEPENDENCE_WORD,
                  (const char *const[]){t->name.bytes, t->answer.bytes, value_of(t, 1).text,
                                        value_of(t, 0).text, NULL});
    } else if (curve.form == CURVE_RISE || curve.form == CURVE_FALL) {
        tell_one_way(out, t, &curve);
    } else {
        tell_bend(out, t, &curve);
    }
}

void dependence_add_words(struct text *out, const struct fitted_model *model,
                          const struct card_dependence *dependence, enum lang lang) {
    struct telling t = {.model = model, .of = dependence, .lang = lang};
    text_init(&t.name, NAME_BYTES);
    text_init(&t.answer, NAME_BYTES);
    recipe_name_feature(&model->recipe, dependence->feature, &t.name);
    name_answer(&t);
    text_addz(&t.name, "");
    text_addz(&t.answer, "");
    if (t.name.status == MARU_OK && t.answer.status == MARU_OK && t.name.bytes && t.answer.bytes) {
        tell(out, &t);
    }
    text_fini(&t.answer);
    text_fini(&t.name);
}
