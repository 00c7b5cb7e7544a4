#include "study/models/cards/map_card.h"

#include <math.h>
#include <stdio.h>

#include "study/json_writer.h"
#include "study/models/cards/card.h"
#include "study/words/numerals.h"

// ---- text

static void add_line(struct text *out, enum lang lang, enum word id, const char *const *arguments) {
    words_add(out, lang, id, arguments);
    text_addz(out, "\n");
}

static struct numeral share_text(double value) {
    static const struct numeral none = {.text = ""};
    return isnan(value) ? none : numeral_percent(value, 1);
}

static void add_figure(struct table *table, const char *name, const struct map_figure *figure) {
    char interval[160] = "";
    if (!isnan(figure->low)) {
        snprintf(interval, sizeof interval, "%s ~ %s", share_text(figure->low).text,
                 share_text(figure->high).text);
    }
    table_add(table, STYLE_PLAIN, name);
    table_add(table, STYLE_STRONG, share_text(figure->value).text);
    table_add(table, STYLE_PLAIN, interval);
    table_add(table, STYLE_DIM, share_text(figure->constant).text);
}

static void add_figures(struct text *out, const struct map_model *map, enum lang lang,
                        struct look look) {
    struct table table;
    table_init(&table);
    table_column(&table, ALIGN_LEFT, word(lang, W_FIGURE));
    table_column(&table, ALIGN_RIGHT, word(lang, W_VALUE));
    table_column(&table, ALIGN_RIGHT, word(lang, W_INTERVAL_95));
    table_column(&table, ALIGN_RIGHT, word(lang, W_CARD_CONSTANT));
    add_figure(&table, card_figure_name(CARD_ACCURACY, lang == LANG_KO), &map->accuracy);
    add_figure(&table, card_figure_name(CARD_MACRO_F1, lang == LANG_KO), &map->macro_f1);
    table_print(&table, look, out);
    table_fini(&table);
}

static void add_classes(struct text *out, const struct map_model *map, enum lang lang,
                        struct look look) {
    struct table table;
    table_init(&table);
    table_column(&table, ALIGN_LEFT, word(lang, W_MAPS_PATTERN));
    table_column(&table, ALIGN_RIGHT, word(lang, W_MAPS_TRAIN));
    table_column(&table, ALIGN_RIGHT, word(lang, W_MAPS_TEST));
    table_column(&table, ALIGN_RIGHT, word(lang, W_MAPS_F1));
    table_column(&table, ALIGN_RIGHT, word(lang, W_INTERVAL_95));
    for (uint32_t k = 0; k < map->n_class; k++) {
        const struct map_class *class = &map->class[k];
        char interval[160] = "";
        if (!isnan(class->f1.low)) {
            snprintf(interval, sizeof interval, "%s ~ %s", share_text(class->f1.low).text,
                     share_text(class->f1.high).text);
        }
        table_add(&table, STYLE_PLAIN, class->name);
        table_add(&table, STYLE_PLAIN, numeral_count(class->n_train).text);
        table_add(&table, STYLE_PLAIN, numeral_count(class->n_test).text);
        table_add(&table, STYLE_STRONG, share_text(class->f1.value).text);
        table_add(&table, STYLE_PLAIN, interval);
    }
    table_print(&table, look, out);
    table_fini(&table);
}

static void add_warnings(struct text *out, const struct map_model *map, enum lang lang,
                         struct look look) {
    for (uint32_t i = 0; i < N_CARD_WARNING; i++) {
        if (map->warnings >> i & 1) {
            card_add_warning(out, look, card_warning_text((enum card_warning)i, lang == LANG_KO));
        }
    }
}

void map_card_add_text(struct text *out, const struct map_model *map, enum lang lang,
                       struct look look) {
    char good[32];
    snprintf(good, sizeof good, "%g", map->good_bin);
    add_line(out, lang, W_MAPS_TITLE,
             (const char *const[]){map->column[MAP_PATTERN], map->title, NULL});
    add_line(out, lang, W_MAPS_LEARNED,
             (const char *const[]){numeral_count(map->n_train).text,
                                   numeral_count(map->n_test).text,
                                   card_split_name((enum card_split)map->split, lang == LANG_KO),
                                   numeral_count(map->n_lot).text, NULL});
    if (map->n_unknown + map->n_rare > 0) {
        add_line(out, lang, W_MAPS_LEFT_OUT,
                 (const char *const[]){numeral_count(map->n_unknown).text,
                                       numeral_count(map->n_rare).text, NULL});
    }
    add_line(out, lang, W_MAPS_GOOD_BIN, (const char *const[]){map->column[MAP_BIN], good, NULL});
    text_addz(out, "\n");
    table_styled(out, look, STYLE_STRONG, word(lang, W_CARD_GOOD));
    text_addz(out, "\n");
    add_figures(out, map, lang, look);
    text_addz(out, "\n");
    add_classes(out, map, lang, look);
    if (map->warnings != 0) {
        text_addz(out, "\n");
        table_styled(out, look, STYLE_STRONG, word(lang, W_CARD_BEWARE));
        text_addz(out, "\n");
        add_warnings(out, map, lang, look);
    }
    text_addz(out, "\n");
    add_line(out, lang, W_CARD_FINGERPRINT,
             (const char *const[]){map->fingerprint, map->data, NULL});
}

// ---- JSON

static void add_figure_json(struct json *json, const char *name, const struct map_figure *figure) {
    json_open_object(json, NULL);
    json_add_string(json, "name", name);
    json_add_number(json, "value", figure->value);
    json_add_number(json, "low", figure->low);
    json_add_number(json, "high", figure->high);
    json_add_number(json, "constant", figure->constant);
    json_close(json);
}

static void add_classes_json(struct json *json, const struct map_model *map) {
    json_open_list(json, "patterns");
    for (uint32_t k = 0; k < map->n_class; k++) {
        const struct map_class *class = &map->class[k];
        json_open_object(json, NULL);
        json_add_string(json, "name", class->name);
        json_add_count(json, "n_train", class->n_train);
        json_add_count(json, "n_test", class->n_test);
        json_add_number(json, "f1", class->f1.value);
        json_add_number(json, "low", class->f1.low);
        json_add_number(json, "high", class->f1.high);
        json_close(json);
    }
    json_close(json);
}

void map_card_add_json(struct text *out, const struct map_model *map) {
    static const char *const keys[N_MAP_COLUMN] = {"lot", "wafer", "x", "y", "bin", "target"};
    struct json json;
    json_writer_init(&json, out);
    json_open_object(&json, NULL);
    json_add_string(&json, "goal", "wafer");
    for (int k = 0; k < N_MAP_COLUMN; k++) {
        json_add_string(&json, keys[k], map->column[k]);
    }
    json_add_number(&json, "good_bin", map->good_bin);
    json_add_string(&json, "data", map->title);
    json_add_string(&json, "data_fingerprint", map->data);
    json_add_string(&json, "fingerprint", map->fingerprint);
    json_add_string(&json, "version", map->version);
    json_add_count(&json, "seed", map->seed);
    json_add_count(&json, "n_train", map->n_train);
    json_add_count(&json, "n_test", map->n_test);
    json_add_count(&json, "n_lot", map->n_lot);
    json_add_count(&json, "n_unknown", map->n_unknown);
    json_add_count(&json, "n_rare", map->n_rare);
    json_add_string(&json, "split", card_split_name((enum card_split)map->split, false));
    json_open_list(&json, "figures");
    add_figure_json(&json, "accuracy", &map->accuracy);
    add_figure_json(&json, "macro_f1", &map->macro_f1);
    json_close(&json);
    add_classes_json(&json, map);
    json_open_list(&json, "warnings");
    for (uint32_t i = 0; i < N_CARD_WARNING; i++) {
        char key[64];
        if (map->warnings >> i & 1) {
            card_warning_key((enum card_warning)i, key, sizeof key);
            json_add_string(&json, NULL, key);
        }
    }
    json_close(&json);
    json_close(&json);
}
