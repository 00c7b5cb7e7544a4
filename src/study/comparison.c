#include "study/comparison.h"

#include "base/alloc.h"
#include "base/percent.h"
#include "base/status.h"
#include "plant/plant.h"

#include <math.h>
#include <string.h>

// Replication r of every variant has the same seed, so that their luck is the same and most of it
// cancels in the difference. A difference is said to be there when its 95 % interval leaves out 0.

// ---- variants as text ----

static bool is_name_byte(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == ':';
}

// Does a NAME= begin here? Blanks before it do not count; == is a comparison inside a rule.
static bool begins_pair(const char *at) {
    at += strspn(at, " ");
    size_t n = 0;
    if (maru_change_is_name(at) || strncmp(at, "rule:", strlen("rule:")) == 0) {
        n = strcspn(at, "=;"); // names of groups and products have any characters but these two
        return at[n] == '=';
    }
    while (is_name_byte(at[n])) {
        n++;
    }
    return n > 0 && at[n] == '=' && at[n + 1] != '=';
}

static void cut_end(char *text) {
    size_t n = strlen(text);
    while (n > 0 && text[n - 1] == ' ') {
        text[--n] = '\0';
    }
}

maru_status variant_parse(struct variant *variant, maru_error *err) {
    const size_t n = strlen(variant->text);
    variant->pairs = alloc_new(n + 1, 1);
    if (!variant->pairs) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    memcpy(variant->pairs, variant->text, n + 1);
    char *at = variant->pairs;
    while (*at) {
        at += strspn(at, " ");
        if (!begins_pair(at) || variant->n_setting == VARIANT_MAX_PAIRS) {
            return fail(err, MARU_E_USAGE,
                        "variant %s '%.100s': NAME=VALUE, NAME=VALUE, ... is wanted", variant->name,
                        variant->text);
        }
        char *equals = strchr(at, '='), *end = equals + 1;
        while (*end && *end != ';' && !(*end == ',' && begins_pair(end + 1))) {
            end++;
        }
        const bool is_last = *end == '\0';
        *equals = '\0';
        *end = '\0';
        char *value = equals + 1 + strspn(equals + 1, " ");
        cut_end(at);
        cut_end(value);
        if (!percent_decode(at)) { // which may be written as %3D and %3B
            return fail(err, MARU_E_USAGE, "variant %s '%.100s': no name has %%00 in it",
                        variant->name, variant->text);
        }
        variant->setting[variant->n_setting++] = (struct setting){at, value};
        at = is_last ? end : end + 1;
    }
    return MARU_OK;
}

// ---- the plant and the model ----

struct choosing { // settings, as they are told apart
    maru_change change[2 * VARIANT_MAX_PAIRS];
    size_t n_change;
};

static maru_status choose(struct choosing *choosing, struct variant *variant,
                          const struct setting *setting, size_t n, maru_error *err) {
    for (size_t i = 0; i < n; i++) {
        maru_error why = {0};
        if (strcmp(setting[i].name, "plant") == 0) {
            continue; // the caller's to open
        }
        if (maru_change_is_name(setting[i].name)) {
            if (choosing->n_change == sizeof choosing->change / sizeof choosing->change[0]) {
                return fail(err, MARU_E_LIMIT, "at most %d changes of a plant are possible",
                            2 * VARIANT_MAX_PAIRS);
            }
            choosing->change[choosing->n_change++] =
                (maru_change){setting[i].name, setting[i].value};
            continue;
        }
        const maru_status st =
            maru_options_set(variant->options, setting[i].name, setting[i].value, &why);
        if (st != MARU_OK) {
            return fail(err, st, "%.60s: %.250s", setting[i].name, why.text);
        }
    }
    return MARU_OK;
}

maru_status variant_make_model(struct variant *variant, const struct setting *common, size_t n,
                               maru_error *err) {
    struct choosing choosing = {.n_change = 0};
    variant->options = maru_options_new();
    maru_status st = variant->options ? MARU_OK : fail(err, MARU_E_MEMORY, "no memory");
    st = st == MARU_OK ? choose(&choosing, variant, common, n, err) : st;
    st = st == MARU_OK ? choose(&choosing, variant, variant->setting, variant->n_setting, err) : st;
    if (st == MARU_OK && choosing.n_change > 0) {
        st = maru_plant_change(variant->plant, choosing.change, choosing.n_change,
                               &variant->changed_plant, err);
        variant->plant = variant->changed_plant;
    }
    return st == MARU_OK ? maru_model_new(variant->plant, variant->options, &variant->model, err)
                         : st;
}

void variant_fini(struct variant *variant) {
    maru_model_free(variant->model);
    maru_options_free(variant->options);
    maru_plant_free(variant->changed_plant);
    maru_plant_free(variant->own_plant);
    alloc_free(variant->pairs);
}

// ---- values ----

static const struct run *run_of(const struct comparison *comparison, size_t rep, size_t v) {
    return &comparison->run[rep * comparison->n_variant + v];
}

static const char *product_name(const maru_plant *plant, uint32_t product) {
    return product < plant->n_product ? plant->product[product].name : "";
}

// The class or group of a row in these results; MARU_NONE: it has none.
static uint32_t find_index(const struct comparison_row *row, const maru_plant *plant,
                           const maru_results *results) {
    if (row->kind == ROW_FIGURE) {
        return 0;
    }
    const uint32_t n = row->kind == ROW_CLASS ? results->n_class : results->n_group;
    for (uint32_t i = 0; i < n; i++) {
        if (row->kind == ROW_GROUP
                ? strcmp(results->group[i].name, row->group) == 0
                : results->class_[i].priority == row->priority &&
                      strcmp(product_name(plant, results->class_[i].product), row->product) == 0) {
            return i;
        }
    }
    return MARU_NONE;
}

static double value_of(const struct comparison *comparison, const struct comparison_row *row,
                       size_t rep, size_t v) {
    const maru_results *results = run_of(comparison, rep, v)->results;
    const uint32_t i = results ? find_index(row, comparison->variant[v].plant, results) : MARU_NONE;
    return i == MARU_NONE ? NAN : row->column->of(results, i);
}

struct difference comparison_of(const struct comparison *comparison,
                                const struct comparison_row *row, size_t v) {
    double a[RUNS_MAX], b[RUNS_MAX];
    size_t n = 0;
    for (size_t rep = 0; rep < comparison->n_rep && n < RUNS_MAX; rep++) {
        a[n] = value_of(comparison, row, rep, 0);
        b[n] = value_of(comparison, row, rep, v);
        n += isfinite(a[n]) && isfinite(b[n]);
    }
    struct difference out = {interval_of(a, n, 0.95), interval_of(b, n, 0.95),
                             interval_paired(a, b, n, 0.95), VERDICT_NONE};
    if (fabs(out.paired.mean) > out.paired.half_width) { // false for NaN
        const double gain = out.paired.mean * row->column->better;
        out.verdict = gain > 0 ? VERDICT_BETTER : gain < 0 ? VERDICT_WORSE : VERDICT_DIFFERENT;
    }
    return out;
}

enum column_unit comparison_unit(const struct comparison *comparison,
                                 const struct comparison_row *row) {
    const struct comparison_row cycle = {.column = &figure_columns[FIGURE_CYCLE],
                                         .kind = ROW_FIGURE};
    if (row->column->unit != UNIT_DAYS ||
        comparison_of(comparison, &cycle, 0).a.mean >= RUNS_SHORT_DAYS) {
        return row->column->unit;
    }
    return UNIT_DAYS_AS_HOURS;
}

struct numeral comparison_change(struct difference difference, bool with_sign) {
    const double ratio = difference.b.mean / difference.a.mean, percent = 100 * (ratio - 1);
    struct numeral out = with_sign ? numeral_signed(percent, 1) : numeral(fabs(percent), 1);
    if (isfinite(percent) && fabs(percent) < 300) {
        memcpy(out.text + strlen(out.text), " %", 3);
    } else if (isfinite(percent)) {
        out.text[0] = '\0';
        const char times[] = "×";
        memcpy(out.text, times, sizeof times);
        const struct numeral factor = numeral(ratio, 1);
        memcpy(out.text + sizeof times - 1, factor.text, sizeof out.text - sizeof times);
    }
    return out;
}

// ---- rows ----

static void add_row(struct comparison *comparison, struct comparison_row row) {
    bool has_value = false;
    for (size_t v = 0; v < comparison->n_variant && !has_value; v++) {
        has_value = isfinite(comparison_of(comparison, &row, v).paired.mean);
    }
    if (has_value && comparison->n_row < COMPARISON_MAX_ROWS) {
        comparison->row[comparison->n_row++] = row;
    }
}

// How much the queue of a group differs from that of the first variant, at most over the variants.
static double queue_change(const struct comparison *comparison, const char *group) {
    const struct comparison_row row = {
        .column = &group_columns[GROUP_QUEUE], .group = group, .kind = ROW_GROUP};
    double most = 0;
    for (size_t v = 1; v < comparison->n_variant; v++) {
        const struct difference difference = comparison_of(comparison, &row, v);
        if (difference.verdict != VERDICT_NONE) {
            most = fmax(most, fabs(difference.paired.mean));
        }
    }
    return most;
}

static void add_group_rows(struct comparison *comparison, const maru_results *first) {
    double last = INFINITY;
    for (size_t k = 0; k < COMPARISON_GROUPS; k++) {
        const char *best = NULL;
        double best_change = 0.05; // less cannot be seen in lots with one decimal
        for (uint32_t i = 0; i < first->n_group; i++) {
            const double change = queue_change(comparison, first->group[i].name);
            if (change > best_change && change < last) {
                best = first->group[i].name;
                best_change = change;
            }
        }
        if (!best) {
            return;
        }
        add_row(comparison, (struct comparison_row){.column = &group_columns[GROUP_QUEUE],
                                                    .group = best,
                                                    .kind = ROW_GROUP});
        last = best_change;
    }
}

void comparison_choose_rows(struct comparison *comparison) {
    const maru_results *first = NULL;
    for (size_t rep = 0; rep < comparison->n_rep && !first; rep++) {
        first = run_of(comparison, rep, 0)->results;
    }
    if (!first) {
        return;
    }
    for (size_t i = 0; i < N_FIGURE; i++) {
        add_row(comparison,
                (struct comparison_row){.column = &figure_columns[i], .kind = ROW_FIGURE});
    }
    const uint32_t regular = regular_class(first); // is among the figures
    for (uint32_t i = 0; i < first->n_class; i++) {
        const maru_class_result *class_ = &first->class_[i];
        if (i != regular) {
            add_row(comparison, (struct comparison_row){
                                    .column = &class_columns[CLASS_CYCLE],
                                    .product = product_name(comparison->plant, class_->product),
                                    .priority = class_->priority,
                                    .kind = ROW_CLASS});
        }
    }
    add_group_rows(comparison, first);
}

void comparison_add_row_name(struct text *out, const struct comparison *comparison,
                             const struct comparison_row *row, enum lang lang) {
    (void)comparison;
    if (row->kind == ROW_FIGURE) {
        text_addz(out, word(lang, row->column->name));
    } else if (row->kind == ROW_GROUP) {
        words_add(out, lang, W_ROW_GROUP, (const char *const[]){row->group, NULL});
    } else {
        words_add(out, lang, W_ROW_CLASS,
                  (const char *const[]){row->product[0] ? row->product : word(lang, W_ALL_PRODUCTS),
                                        numeral(row->priority, 0).text, NULL});
    }
}

// ---- in one sentence ----

static void add_tools(struct text *out, const char *group, const char *value, enum lang lang) {
    const bool is_one = strcmp(value + 1, "1") == 0;
    const char *const arguments[] = {group, value[0] == '+' || value[0] == '-' ? value + 1 : value,
                                     NULL};
    words_add(out, lang,
              value[0] == '+'   ? is_one ? W_CHANGE_TOOL_MORE : W_CHANGE_TOOLS_MORE
              : value[0] == '-' ? is_one ? W_CHANGE_TOOL_LESS : W_CHANGE_TOOLS_LESS
                                : W_CHANGE_TOOLS,
              arguments);
}

// What a setting does, as somebody would say it.
static void add_setting(struct text *out, const struct setting *setting, enum lang lang) {
    const char *colon = strchr(setting->name, ':');
    if (!colon || !maru_change_is_name(setting->name)) {
        text_addf(out, "%s=%s", setting->name, setting->value);
        return;
    }
    const char *const arguments[] = {colon + 1, setting->value, NULL};
    if (setting->name[0] == 't') {
        add_tools(out, colon + 1, setting->value, lang);
    } else if (setting->name[0] == 'd') {
        words_add(out, lang, strcmp(colon, ":*") == 0 ? W_CHANGE_DOWNTIME_ALL : W_CHANGE_DOWNTIME,
                  arguments);
    } else {
        words_add(out, lang, setting->name[0] == 'r' ? W_CHANGE_RELEASES : W_CHANGE_PRIORITY,
                  arguments);
    }
}

// "B (rule=cr)", and where it changes the plant: "one more tool in Litho".
static void add_subject(struct text *out, const struct variant *variant, enum lang lang) {
    if (!variant->changed_plant || variant->n_setting == 0) {
        words_add(out, lang, W_VARIANT_SUBJECT,
                  (const char *const[]){variant->name, variant->text, NULL});
        return;
    }
    for (size_t i = 0; i < variant->n_setting; i++) {
        text_addz(out, i == 0 ? "" : i + 1 < variant->n_setting ? ", " : word(lang, W_CHANGE_AND));
        add_setting(out, &variant->setting[i], lang);
    }
}

void comparison_add_sentence(struct text *out, const struct comparison *comparison, size_t v,
                             enum lang lang) {
    const struct comparison_row row = {.column = &figure_columns[FIGURE_CYCLE], .kind = ROW_FIGURE};
    const struct difference difference = comparison_of(comparison, &row, v);
    const enum column_unit unit = comparison_unit(comparison, &row);
    const double scale = unit_scale(unit), mean = difference.paired.mean * scale;
    const double half = difference.paired.half_width * scale;
    const char *const unit_name = word(lang, unit_word(unit));
    const struct numeral n = numeral_count(difference.paired.n);
    struct text subject;
    text_init(&subject, 1 << 14);
    add_subject(&subject, &comparison->variant[v], lang);
    const char *const who = subject.bytes ? subject.bytes : "";
    if (difference.paired.n < 2) {
        words_add(out, lang, W_SENTENCE_TOO_FEW, (const char *const[]){who, NULL});
    } else if (difference.verdict == VERDICT_NONE) {
        words_add(out, lang, W_SENTENCE_NONE,
                  (const char *const[]){who, numeral_signed(mean - half, 2).text,
                                        numeral_signed(mean + half, 2).text, unit_name, n.text,
                                        NULL});
    } else {
        words_add(out, lang, mean < 0 ? W_SENTENCE_SHORTER : W_SENTENCE_LONGER,
                  (const char *const[]){who, numeral(fabs(mean) - half, 2).text,
                                        numeral(fabs(mean) + half, 2).text, unit_name,
                                        comparison_change(difference, false).text, NULL});
    }
    text_fini(&subject);
}
