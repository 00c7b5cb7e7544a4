#include "study/models/cards/card.h"

#include <math.h>
#include <stdio.h>

#include "io/clock.h"
#include "study/json_writer.h"
#include "study/models/cards/dependence_words.h"
#include "study/quality/sentences.h"
#include "study/words/korean.h"
#include "study/words/numerals.h"

enum { SUSPECTS_SHOWN = 8, CARD_TEXT_BYTES = 1 << 16, SEOUL_MIN = 540 };

// ---- numbers

static struct numeral figure_text(enum card_figure_kind kind, double value) {
    struct numeral none = {.text = ""};
    if (isnan(value)) {
        return none;
    }
    if (isinf(value)) {
        return (struct numeral){.text = "∞"};
    }
    return card_figure_is_share(kind) ? numeral_percent(value, 1) : told_number(value);
}

static void add_word(struct text *out, enum lang lang, enum word id, const char *const *arguments) {
    words_add(out, lang, id, arguments);
    text_addz(out, "\n");
}

static void add_heading(struct text *out, struct look look, enum lang lang, enum word id) {
    text_addz(out, "\n");
    table_styled(out, look, STYLE_STRONG, word(lang, id));
    text_addz(out, "\n");
}

// ---- what it is

static void add_target(struct text *out, const struct fitted_model *model, enum lang lang) {
    const enum word id =
        model->goal == MODEL_YES_NO && model->bad[0] ? W_CARD_TARGET_BAD : W_CARD_TARGET;
    add_word(out, lang, id,
             (const char *const[]){model->target,
                                   model_goal_name((enum model_goal)model->goal, lang == LANG_KO),
                                   model->card.title, model->bad, NULL});
}

static void add_rows(struct text *out, const struct fitted_model *model, enum lang lang) {
    const struct model_card *card = &model->card;
    const struct numeral train = numeral_count(card->n_train), test = numeral_count(card->n_test),
                         bad_train = numeral_count(card->n_bad_train),
                         bad_test = numeral_count(card->n_bad_test);
    const char *split = card_split_name((enum card_split)card->split, lang == LANG_KO);
    add_word(
        out, lang, model->goal == MODEL_YES_NO ? W_CARD_ROWS_BAD : W_CARD_ROWS,
        (const char *const[]){train.text, test.text, split, bad_train.text, bad_test.text, NULL});
    if (card->train_from != INT64_MIN) {
        char text[4][CLOCK_TEXT_BYTES];
        const int64_t at[] = {card->train_from, card->train_to, card->test_from, card->test_to};
        for (size_t i = 0; i < 4; i++) {
            clock_text((at[i] + SEOUL_MIN * INT64_C(60000000)) / 1000, text[i]);
            text[i][10] = '\0'; // the day
        }
        add_word(out, lang, W_CARD_TIMES,
                 (const char *const[]){text[0], text[1], text[2], text[3], NULL});
    }
    if (card->group[0]) {
        add_word(out, lang, W_CARD_GROUP, (const char *const[]){card->group, NULL});
    }
}

// ---- how good it is

static void add_figures(struct text *out, const struct fitted_model *model, enum lang lang,
                        struct look look) {
    struct table table;
    table_init(&table);
    table_column(&table, ALIGN_LEFT, word(lang, W_FIGURE));
    table_column(&table, ALIGN_RIGHT, word(lang, W_VALUE));
    table_column(&table, ALIGN_RIGHT, word(lang, W_INTERVAL_95));
    table_column(&table, ALIGN_RIGHT, word(lang, W_CARD_CONSTANT));
    for (uint32_t i = 0; i < N_CARD_FIGURE; i++) {
        const enum card_figure_kind kind = (enum card_figure_kind)i;
        const struct card_figure *figure = &model->card.figure[i];
        char interval[160] = "";
        if (isnan(figure->value)) {
            continue;
        }
        if (!isnan(figure->low)) {
            snprintf(interval, sizeof interval, "%s ~ %s", figure_text(kind, figure->low).text,
                     figure_text(kind, figure->high).text);
        }
        table_add(&table, STYLE_PLAIN, card_figure_name(kind, lang == LANG_KO));
        table_add(&table, STYLE_STRONG, figure_text(kind, figure->value).text);
        table_add(&table, STYLE_PLAIN, interval);
        table_add(&table, STYLE_DIM, figure_text(kind, figure->constant).text);
    }
    table_print(&table, look, out);
    table_fini(&table);
}

static void add_decision(struct text *out, const struct fitted_model *model, enum lang lang) {
    if (model->goal == MODEL_YES_NO) {
        add_word(out, lang, W_CARD_THRESHOLD,
                 (const char *const[]){numeral_percent(model->threshold, 1).text,
                                       told_number(model->miss_cost).text,
                                       told_number(model->false_alarm_cost).text, NULL});
    } else {
        add_word(out, lang, W_CARD_LEVEL,
                 (const char *const[]){numeral_percent(model->level, 0).text, NULL});
    }
}

static void add_suspects(struct text *out, const struct fitted_model *model, enum lang lang,
                         struct look look) {
    const struct model_card *card = &model->card;
    if (card->n_suspect == 0) {
        return;
    }
    struct table table;
    add_heading(out, look, lang, W_CARD_SUSPECTS);
    table_init(&table);
    table_column(&table, ALIGN_LEFT, word(lang, W_QUALITY_COLUMN));
    table_column(&table, ALIGN_RIGHT, word(lang, W_CARD_SHARE));
    table_column(&table, ALIGN_RIGHT, word(lang, W_CARD_STABILITY));
    for (uint32_t i = 0; i < card->n_suspect && i < SUSPECTS_SHOWN; i++) {
        struct text name;
        text_init(&name, CARD_TEXT_BYTES);
        recipe_name_feature(&model->recipe, card->suspect[i].feature, &name);
        table_add(&table, STYLE_PLAIN, name.bytes ? name.bytes : "");
        table_add(&table, STYLE_PLAIN, numeral_percent(card->suspect[i].share, 1).text);
        table_add(&table, STYLE_DIM, numeral_percent(card->suspect[i].stability, 0).text);
        text_fini(&name);
    }
    table_print(&table, look, out);
    table_fini(&table);
}

static void add_dependences(struct text *out, const struct fitted_model *model, enum lang lang,
                            struct look look) {
    const struct model_card *card = &model->card;
    if (card->n_dependence == 0) {
        return;
    }
    add_heading(out, look, lang, W_DEPENDENCE);
    for (uint32_t i = 0; i < card->n_dependence; i++) {
        struct text sentence;
        text_init(&sentence, CARD_TEXT_BYTES);
        dependence_add_words(&sentence, model, &card->dependence[i], lang);
        text_addz(out, "  ");
        table_styled(out, look, STYLE_PLAIN, sentence.bytes ? sentence.bytes : "");
        text_addz(out, "\n");
        text_fini(&sentence);
    }
}

static void add_tries(struct text *out, const struct fitted_model *model, enum lang lang,
                      struct look look) {
    struct table table;
    add_heading(out, look, lang, W_CARD_TRIES);
    table_init(&table);
    table_column(&table, ALIGN_LEFT, "");
    table_column(&table, ALIGN_RIGHT, word(lang, W_CARD_LOSS));
    table_column(&table, ALIGN_LEFT, "");
    for (uint32_t i = 0; i < model->card.n_attempt; i++) {
        const struct card_try *attempt = &model->card.attempt[i];
        char loss[160];
        snprintf(loss, sizeof loss, "%s ± %s", told_number(attempt->loss).text,
                 told_number(attempt->se).text);
        struct text name;
        text_init(&name, CARD_TEXT_BYTES);
        sentence_add(&name, lang, attempt->name);
        table_add(&table, attempt->is_chosen ? STYLE_STRONG : STYLE_PLAIN,
                  name.bytes ? name.bytes : "");
        text_fini(&name);
        table_add(&table, STYLE_PLAIN, loss);
        table_add(&table, STYLE_GOOD, attempt->is_chosen ? "✓" : "");
    }
    table_print(&table, look, out);
    table_fini(&table);
}

void card_add_warning(struct text *out, struct look look, const char *text) {
    text_addz(out, "  ");
    table_styled(out, look, STYLE_WARN, "▲ ");
    text_addz(out, text);
    text_addz(out, "\n");
}

static void add_warnings(struct text *out, const struct fitted_model *model, enum lang lang,
                         struct look look) {
    if (model->card.warnings == 0) {
        return;
    }
    add_heading(out, look, lang, W_CARD_BEWARE);
    for (uint32_t i = 0; i < N_CARD_WARNING; i++) {
        if (model->card.warnings >> i & 1) {
            card_add_warning(out, look, card_warning_text((enum card_warning)i, lang == LANG_KO));
        }
    }
}

void card_add_text(struct text *out, const struct fitted_model *model, enum lang lang,
                   struct look look) {
    struct text target;
    text_init(&target, CARD_TEXT_BYTES);
    add_target(&target, model, lang);
    table_styled(out, look, STYLE_STRONG, target.bytes ? target.bytes : "");
    text_fini(&target);
    add_rows(out, model, lang);
    add_heading(out, look, lang, W_CARD_GOOD);
    add_figures(out, model, lang, look);
    add_decision(out, model, lang);
    add_suspects(out, model, lang, look);
    add_dependences(out, model, lang, look);
    add_tries(out, model, lang, look);
    add_warnings(out, model, lang, look);
    text_addz(out, "\n");
    add_word(out, lang, W_CARD_FINGERPRINT,
             (const char *const[]){model->fingerprint, model->card.data, NULL});
}

// ---- JSON

static void add_key(struct text *out, const char *name) { // AUC -> auc
    for (const char *at = name; *at; at++) {
        const char c = *at >= 'A' && *at <= 'Z' ? (char)(*at - 'A' + 'a') : *at;
        text_add(out, &c, 1);
    }
}

static void add_figures_json(struct json *json, const struct model_card *card) {
#define X(name, is_less, is_share, english, korean) #name,
    static const char *const names[] = {CARD_FIGURES(X)};
#undef X
    json_open_list(json, "figures");
    for (uint32_t i = 0; i < N_CARD_FIGURE; i++) {
        const struct card_figure *figure = &card->figure[i];
        if (isnan(figure->value)) {
            continue;
        }
        struct text key;
        text_init(&key, 64);
        add_key(&key, names[i]);
        json_open_object(json, NULL);
        json_add_string(json, "name", key.bytes ? key.bytes : "");
        json_add_number(json, "value", figure->value);
        json_add_number(json, "low", figure->low);
        json_add_number(json, "high", figure->high);
        json_add_number(json, "constant", figure->constant);
        json_close(json);
        text_fini(&key);
    }
    json_close(json);
}

static void add_feature_json(struct json *json, const struct fitted_model *model,
                             uint32_t feature) {
    struct text name;
    text_init(&name, CARD_TEXT_BYTES);
    recipe_name_feature(&model->recipe, feature, &name);
    json_add_string(json, "feature", name.bytes ? name.bytes : "");
    text_fini(&name);
}

static void add_dependence_json(struct json *json, const struct fitted_model *model,
                                const struct card_dependence *dependence) {
    static const char *const keys[N_LANG] = {[LANG_EN] = "en", [LANG_KO] = "ko"};
    json_open_object(json, NULL);
    add_feature_json(json, model, dependence->feature);
    json_add_bool(json, "is_word", model->recipe.feature[dependence->feature].form == FEATURE_WORD);
    json_add_string(json, "class",
                    model->goal == MODEL_CLASS ? model->class_name[dependence->of_class] : NULL);
    json_open_list(json, "points");
    for (uint32_t p = 0; p < dependence->n_point; p++) {
        json_open_object(json, NULL);
        json_add_number(json, "at", dependence->point[p].at);
        json_add_number(json, "value", dependence->point[p].value);
        json_close(json);
    }
    json_close(json);
    json_open_object(json, "words");
    for (int lang = 0; lang < N_LANG; lang++) {
        struct text sentence;
        text_init(&sentence, CARD_TEXT_BYTES);
        dependence_add_words(&sentence, model, dependence, (enum lang)lang);
        json_add_string(json, keys[lang], sentence.bytes ? sentence.bytes : "");
        text_fini(&sentence);
    }
    json_close(json);
    json_close(json);
}

static void add_dependences_json(struct json *json, const struct fitted_model *model) {
    json_open_list(json, "dependence");
    for (uint32_t i = 0; i < model->card.n_dependence; i++) {
        add_dependence_json(json, model, &model->card.dependence[i]);
    }
    json_close(json);
}

static void add_lists_json(struct json *json, const struct fitted_model *model) {
    const struct model_card *card = &model->card;
    json_open_list(json, "suspects");
    for (uint32_t i = 0; i < card->n_suspect; i++) {
        json_open_object(json, NULL);
        add_feature_json(json, model, card->suspect[i].feature);
        json_add_number(json, "share", card->suspect[i].share);
        json_add_number(json, "stability", card->suspect[i].stability);
        json_close(json);
    }
    json_close(json);
    json_add_count(json, "n_drifting", card->n_drifting);
    json_open_list(json, "drift");
    for (uint32_t i = 0; i < card->n_drift; i++) {
        json_open_object(json, NULL);
        add_feature_json(json, model, card->drift[i].feature);
        json_add_number(json, "index", card->drift[i].index);
        json_close(json);
    }
    json_close(json);
    json_open_list(json, "reliability");
    for (uint32_t i = 0; i < card->n_reliability; i++) {
        const struct reliability_bin *bin = &card->reliability[i];
        json_open_object(json, NULL);
        json_add_number(json, "said", bin->mean);
        json_add_number(json, "came_true", bin->came_true.value);
        json_add_number(json, "low", bin->came_true.low);
        json_add_number(json, "high", bin->came_true.high);
        json_add_count(json, "n", bin->came_true.n);
        json_close(json);
    }
    json_close(json);
    json_open_list(json, "tries");
    for (uint32_t i = 0; i < card->n_attempt; i++) {
        json_open_object(json, NULL);
        json_add_string(json, "name", card->attempt[i].name);
        json_add_number(json, "loss", card->attempt[i].loss);
        json_add_number(json, "se", card->attempt[i].se);
        json_add_bool(json, "is_chosen", card->attempt[i].is_chosen);
        json_close(json);
    }
    json_close(json);
}

void card_warning_key(enum card_warning warning, char *out, size_t n_bytes) {
#define X(name, english, korean) #name,
    static const char *const names[] = {CARD_WARNINGS(X)};
#undef X
    struct text key;
    text_init(&key, 64);
    add_key(&key, names[warning]);
    snprintf(out, n_bytes, "%s", key.bytes ? key.bytes : "");
    text_fini(&key);
}

static void add_warnings_json(struct json *json, const struct model_card *card) {
    json_open_list(json, "warnings");
    for (uint32_t i = 0; i < N_CARD_WARNING; i++) {
        char key[64];
        if (card->warnings >> i & 1) {
            card_warning_key((enum card_warning)i, key, sizeof key);
            json_add_string(json, NULL, key);
        }
    }
    json_close(json);
}

static void add_time(struct json *json, const char *key, int64_t at) {
    if (at == INT64_MIN) {
        json_add_string(json, key, NULL);
        return;
    }
    char text[CLOCK_TEXT_BYTES];
    clock_text(at / 1000, text);
    json_add_string(json, key, text);
}

void card_add_json(struct text *out, const struct fitted_model *model) {
    const struct model_card *card = &model->card;
    struct json json;
    json_writer_init(&json, out);
    json_open_object(&json, NULL);
    json_add_string(&json, "target", model->target);
    json_add_string(&json, "unit", model->unit);
    json_add_string(&json, "goal", model_goal_name((enum model_goal)model->goal, false));
    json_add_string(&json, "bad", model->bad);
    json_add_string(&json, "data", card->title);
    json_add_string(&json, "data_fingerprint", card->data);
    json_add_string(&json, "fingerprint", model->fingerprint);
    json_add_string(&json, "version", card->version);
    json_add_count(&json, "seed", card->seed);
    json_add_count(&json, "n_train", card->n_train);
    json_add_count(&json, "n_test", card->n_test);
    json_add_count(&json, "n_unknown", card->n_unknown);
    json_add_count(&json, "n_bad_train", card->n_bad_train);
    json_add_count(&json, "n_bad_test", card->n_bad_test);
    add_time(&json, "train_from", card->train_from);
    add_time(&json, "train_to", card->train_to);
    add_time(&json, "test_from", card->test_from);
    add_time(&json, "test_to", card->test_to);
    json_add_string(&json, "split", card_split_name((enum card_split)card->split, false));
    json_add_string(&json, "group", card->group);
    json_add_number(&json, "threshold",
                    model->goal == MODEL_YES_NO ? model->threshold : (double)NAN);
    json_add_number(&json, "level", model->level);
    add_figures_json(&json, card);
    add_lists_json(&json, model);
    add_dependences_json(&json, model);
    add_warnings_json(&json, card);
    json_close(&json);
}
