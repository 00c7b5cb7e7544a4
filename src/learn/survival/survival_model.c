// Answers of a model of lives. Hazards in proportion exp(risk) under a Weibull distribution are clocks that run exp(risk / shape) times as
// fast, so that each question is asked on the unit's own clock and what comes back is put on everybody's.

#include "learn/survival/survival_model.h"

#include <math.h>

#include "base/random.h"

#define RISK_MOST 20.0 // a hazard e^20 times the usual one is as good as any beyond

double survival_risk(const struct survival_model *model, const float *x) {
    double risk = 0;
    for (uint32_t i = 0; i < model->n_effect; i++) {
        const struct survival_effect *effect = &model->effect[i];
        const double value = (double)x[effect->feature];
        risk += isfinite(value) ? effect->coefficient * (value - effect->mean) : 0.0;
    }
    return risk > RISK_MOST ? RISK_MOST : risk < -RISK_MOST ? -RISK_MOST : risk;
}

static struct weibull_value slowed(struct weibull_value value, double clock) {
    return (struct weibull_value){value.value / clock, value.low / clock, value.high / clock};
}

struct survival_answer survival_ask(const struct survival_model *model, double risk, double age) {
    const struct weibull *w = &model->weibull;
    const double clock = exact_exp(risk * w->sigma); // shape = 1 / sigma
    const struct weibull_value fails = weibull_fails_within(w, age * clock, model->horizon * clock);
    const double left = model->replacement.age / clock - age;
    return (struct survival_answer){
        .risk = exact_exp(risk),
        .remaining = slowed(weibull_remaining(w, age * clock, model->level), clock),
        .surviving = {1 - fails.value, 1 - fails.high, 1 - fails.low},
        .replace_in = !model->replacement.is_planned ? (double)INFINITY
                      : left > 0                     ? left
                                                     : 0.0,
    };
}

const char *survival_warning_text(enum survival_warning warning, bool is_korean) {
#define X(name, key, english, korean) {english, korean},
    static const char *const words[][2] = {SURVIVAL_WARNINGS(X)};
#undef X
    return words[warning][is_korean];
}

const char *survival_warning_key(enum survival_warning warning) {
#define X(name, key, english, korean) key,
    static const char *const keys[] = {SURVIVAL_WARNINGS(X)};
#undef X
    return keys[warning];
}
