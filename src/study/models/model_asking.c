#include "study/models/model_asking.h"

#include <math.h>

#include "base/alloc.h"
#include "base/status.h"
#include "study/models/model_wish.h"
#include "study/quality/quality_file.h"
#include "study/words/numerals.h"

// Roles of columns and roles of people are called the same, so that a server's file cannot know both: it knows this.

maru_status model_asking_count_rows(const char *bytes, size_t n, size_t cap_bytes, uint64_t *n_row,
                                    maru_error *err) {
    struct quality_hints hints;
    struct quality_file file = {0};
    quality_hints_init(&hints);
    const maru_status st = quality_file_open(bytes, n, &hints, cap_bytes, &file, err);
    if (st == MARU_OK) {
        *n_row = file.frame.n_row;
    }
    quality_file_close(&file);
    quality_hints_fini(&hints);
    return st;
}

// ---- training

struct model_asking {
    struct model_wish wish;
};

maru_status model_asking_new(struct model_asking **out, maru_error *err) {
    struct model_asking *asking = alloc_new(1, sizeof *asking);
    if (!asking) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    model_wish_init(&asking->wish);
    *out = asking;
    return MARU_OK;
}

void model_asking_free(struct model_asking *asking) {
    if (asking) {
        model_wish_fini(&asking->wish);
        alloc_free(asking);
    }
}

maru_status model_asking_take(struct model_asking *asking, const char *name, const char *value,
                              maru_error *err) {
    return model_wish_take(&asking->wish, name, value, err);
}

maru_status model_asking_train(const struct model_asking *asking,
                               const struct asked_training *training, struct text *model,
                               maru_error *err) {
    const struct model_training its = {.wish = &asking->wish,
                                       .bytes = training->bytes,
                                       .n_bytes = training->n,
                                       .title = training->title,
                                       .version = MARU_VERSION,
                                       .n_thread = 1,
                                       .cap_bytes = training->cap_bytes,
                                       .progress = training->progress,
                                       .context = training->context};
    return model_train(&its, model, err);
}

// With three digits that count.
static struct numeral told(double value, bool is_share) {
    if (is_share) {
        return numeral_percent(value, 1);
    }
    const double size = fabs(value);
    return numeral(value, size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3);
}

void model_facts_add_sentence(struct text *out, const struct model_facts *facts, enum lang lang) {
    const struct model_headline *h = &facts->headline;
    if (!h->name) {
        words_add(out, lang, W_MODEL_TRAINED,
                  (const char *const[]){facts->target, facts->kind, NULL});
        return;
    }
    const struct numeral value = told(h->value, h->is_share), low = told(h->low, h->is_share),
                         high = told(h->high, h->is_share),
                         constant = told(h->constant, h->is_share);
    const char *name = lang == LANG_KO ? h->name_ko : h->name;
    words_add(out, lang, isnan(h->constant) ? W_MODEL_TRAINED_ALONE : W_MODEL_TRAINED_BESIDE,
              (const char *const[]){name, value.text, low.text, high.text, constant.text, NULL});
}

// ---- predictions

maru_status model_asking_predict(const struct asked_predictions *asked, struct text *out,
                                 maru_error *err) {
    struct quality_hints hints;
    struct quality_file file = {0};
    quality_hints_init(&hints);
    hints.sheet.allows_one_row = true;
    maru_status st = quality_hints_take(&hints, "sheet", asked->sheet, err);
    st = st == MARU_OK
             ? quality_file_open(asked->bytes, asked->n, &hints, asked->cap_bytes, &file, err)
             : st;
    if (st == MARU_OK) {
        const struct model_question question = {.frame = &file.frame,
                                                .form = asked->form,
                                                .wants_why = asked->wants_why,
                                                .lang = asked->lang};
        st = model_file_predict(asked->file, &question, out, NULL, err);
    }
    quality_file_close(&file);
    quality_hints_fini(&hints);
    return st;
}
