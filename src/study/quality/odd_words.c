#include "study/quality/odd_words.h"

#include <math.h>

#include "study/quality/odd_list.h"
#include "study/quality/sentences.h"

// The tail counts the row itself with those held out that lie as far: k others make it (k + 1) / (n + 1).

enum odd_sentence {
#define X(id, english, korean) ODD_##id,
    ODD_SENTENCES(X)
#undef X
        N_ODD_SENTENCE
};

static const char *const sentences[N_LANG][N_ODD_SENTENCE] = {{
#define X(id, english, korean) english,
                                                                  ODD_SENTENCES(X)
#undef X
                                                              },
                                                              {
#define X(id, english, korean) korean,
                                                                  ODD_SENTENCES(X)
#undef X
                                                              }};

static void say(struct text *out, enum lang lang, enum odd_sentence which,
                const char *const *arguments) {
    words_fill(out, lang, sentences[lang][which], arguments);
    text_addz(out, "\n");
}

static void say_verdict(struct text *out, enum lang lang, const struct odd_row *row) {
    const struct anomaly_verdict *v = row->verdict;
    if (v->n_new > 0) {
        say(out, lang, ODD_CHANGED, (const char *const[]){NULL});
        return;
    }
    if (isnan(v->tail)) {
        say(out, lang, ODD_NOTHING, (const char *const[]){NULL});
        return;
    }
    const uint32_t n = row->anomaly->n_held;
    const uint64_t k = (uint64_t)llround(v->tail * (n + 1.0)) - 1;
    const struct numeral of = numeral_count(n), as_far = numeral_count(k);
    if (k == 0) {
        say(out, lang, v->tail <= row->alpha ? ODD_RAREST : ODD_FEW,
            (const char *const[]){of.text, NULL});
    } else {
        say(out, lang, v->tail <= row->alpha ? ODD_RARE : ODD_LIKE_OTHERS,
            (const char *const[]){as_far.text, of.text, NULL});
    }
}

static void say_cause(struct text *out, enum lang lang, const struct odd_row *row,
                      const struct anomaly_cause *cause) {
    const struct numeral value = told_number(cause->value);
    const struct numeral expected = told_number(cause->expected), sd = told_number(cause->sd);
    const char *const name = row->name[cause->column];
    if (!cause->is_new) {
        say(out, lang, ODD_EXPECTED,
            (const char *const[]){name, value.text, expected.text, sd.text, NULL});
    } else if (isnan(cause->expected)) {
        say(out, lang, ODD_NEVER, (const char *const[]){name, value.text, NULL});
    } else {
        say(out, lang, ODD_ALWAYS, (const char *const[]){name, value.text, expected.text, NULL});
    }
}

void odd_words_add(struct text *out, enum lang lang, const struct odd_row *row) {
    say_verdict(out, lang, row);
    const bool is_odd = row->verdict->n_new > 0 || row->verdict->tail <= row->alpha;
    for (uint32_t i = 0; i < row->n_cause && is_odd; i++) {
        say_cause(out, lang, row, &row->cause[i]);
    }
}
