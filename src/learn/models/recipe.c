// Columns of numbers give one feature each, columns of words one for each word that enough training rows have. A column without two
// different values among the training rows gives none, since nothing can be learnt from it.
//
//     n_column  { name  unit  kind  n_word { word } }  n_combination  { kind  a  b }    texts as blocks of bytes, counts of 32 bits
//
// Features are not written: they follow from the columns, and from the combinations behind them.

#include "learn/models/recipe.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"

struct draft {
    const struct recipe_input *in;
    struct arena *arena;
    struct recipe_column *column;
    uint32_t n_column, n_feature;
    uint64_t *count; // of the words of one column
};

static bool has_two_numbers(const struct recipe_input *in, const double *number) {
    double first = (double)NAN;
    for (uint32_t i = 0; i < in->n_row; i++) {
        const double x = number[in->row[i]];
        if (isfinite(x) && isnan(first)) {
            first = x;
        }
        if (isfinite(x) && x != first) {
            return true;
        }
    }
    return false;
}

static void count_words(struct draft *draft, const struct frame_column *column) {
    memset(draft->count, 0, ((size_t)column->words.n + 1) * sizeof *draft->count);
    for (uint32_t i = 0; i < draft->in->n_row; i++) {
        const uint32_t word = column->word[draft->in->row[i]];
        if (word != FRAME_NO_WORD) {
            draft->count[word]++;
        }
    }
}

// The most frequent words, at most RECIPE_MAX_WORDS, equal ones in the order in which the table has them.
static maru_status choose_words(struct draft *draft, const struct frame_column *column,
                                struct recipe_column *out, maru_error *err) {
    const char **word = arena_take(draft->arena, RECIPE_MAX_WORDS, sizeof *word);
    if (!word) {
        return arena_refusal(draft->arena, err);
    }
    count_words(draft, column);
    while (out->n_word < RECIPE_MAX_WORDS) {
        uint32_t best = 0;
        for (uint32_t w = 1; w < column->words.n; w++) {
            best = draft->count[w] > draft->count[best] ? w : best;
        }
        if (column->words.n == 0 || draft->count[best] < RECIPE_LEAST_ROWS) {
            break;
        }
        draft->count[best] = 0;
        word[out->n_word] =
            arena_text(draft->arena, column->words.name[best], strlen(column->words.name[best]));
        if (!word[out->n_word++]) {
            return arena_refusal(draft->arena, err);
        }
    }
    out->word = word;
    // Of two words that are all there is, one says it.
    out->n_word = out->n_word == 2 && column->words.n == 2 ? 1 : out->n_word;
    return MARU_OK;
}

static maru_status add_column(struct draft *draft, const struct frame_column *column,
                              maru_error *err) {
    struct recipe_column *out = &draft->column[draft->n_column];
    *out = (struct recipe_column){.kind = column->kind};
    if (column->kind == FRAME_WORD) {
        const maru_status st = choose_words(draft, column, out, err);
        if (st != MARU_OK) {
            return st;
        }
    }
    const bool is_used =
        column->kind == FRAME_WORD
            ? out->n_word > 0 && column->words.n > 1
            : column->kind == FRAME_NUMBER && has_two_numbers(draft->in, column->number);
    if (!is_used) {
        return MARU_OK;
    }
    out->name = arena_text(draft->arena, column->name, strlen(column->name));
    out->unit = arena_text(draft->arena, column->unit, strlen(column->unit));
    if (!out->name || !out->unit) {
        return arena_refusal(draft->arena, err);
    }
    draft->n_column++;
    draft->n_feature += column->kind == FRAME_WORD ? out->n_word : 1;
    return MARU_OK;
}

// Features follow from columns and combinations.
static maru_status add_features(struct recipe *recipe, struct arena *arena, maru_error *err) {
    struct feature *feature = arena_take(arena, (size_t)recipe->n_feature + 1, sizeof *feature);
    if (!feature) {
        return arena_refusal(arena, err);
    }
    recipe->feature = feature;
    for (uint32_t c = 0; c < recipe->n_column; c++) {
        const struct recipe_column *column = &recipe->column[c];
        if (column->kind == FRAME_NUMBER) {
            *feature++ = (struct feature){FEATURE_NUMBER, c, 0};
        }
        for (uint32_t w = 0; w < column->n_word; w++) {
            *feature++ = (struct feature){FEATURE_WORD, c, w};
        }
    }
    for (uint32_t k = 0; k < recipe->n_combination; k++) {
        *feature++ = (struct feature){FEATURE_COMBINED, k, 0};
    }
    return MARU_OK;
}

static uint32_t most_words(const struct recipe_input *in) {
    uint32_t most = 0;
    for (uint32_t i = 0; i < in->n_column; i++) {
        const struct frame_column *column = &in->frame->column[in->column[i]];
        most = column->kind == FRAME_WORD && column->words.n > most ? column->words.n : most;
    }
    return most;
}

maru_status recipe_make(const struct recipe_input *input, struct arena *arena, struct recipe *out,
                        maru_error *err) {
    struct draft draft = {.in = input, .arena = arena};
    draft.column = arena_take(arena, (size_t)input->n_column + 1, sizeof *draft.column);
    draft.count = alloc_new((size_t)most_words(input) + 1, sizeof *draft.count);
    maru_status st = !draft.column  ? arena_refusal(arena, err)
                     : !draft.count ? fail(err, MARU_E_MEMORY, "no memory")
                                    : MARU_OK;
    for (uint32_t i = 0; st == MARU_OK && i < input->n_column; i++) {
        st = add_column(&draft, &input->frame->column[input->column[i]], err);
    }
    alloc_free(draft.count);
    if (st == MARU_OK && draft.n_feature == 0) {
        st = fail(err, MARU_E_INPUT, "no column of numbers or words has two values to learn from");
    }
    if (st == MARU_OK &&
        (draft.n_feature > RECIPE_MAX_FEATURES || draft.n_column > RECIPE_MAX_COLUMNS)) {
        st = fail(err, MARU_E_LIMIT, "more than %d columns and words to learn from",
                  RECIPE_MAX_FEATURES);
    }
    if (st == MARU_OK) {
        struct recipe made = {
            .column = draft.column, .n_column = draft.n_column, .n_feature = draft.n_feature};
        st = add_features(&made, arena, err);
        *out = st == MARU_OK ? made : *out;
    }
    return st;
}

maru_status recipe_combine(const struct recipe *recipe, const struct combination *combination,
                           uint32_t n, struct arena *arena, struct recipe *out, maru_error *err) {
    if (n > RECIPE_MAX_COMBINATIONS) {
        return fail(err, MARU_E_LIMIT, "more than %d combinations", RECIPE_MAX_COMBINATIONS);
    }
    struct combination *copy = arena_take(arena, (size_t)n + 1, sizeof *copy);
    if (!copy) {
        return arena_refusal(arena, err);
    }
    for (uint32_t k = 0; k < n; k++) {
        copy[k] = combination[k];
    }
    struct recipe made = *recipe;
    made.combination = copy;
    made.n_combination = n;
    made.n_feature = recipe->n_feature - recipe->n_combination + n;
    const maru_status st = add_features(&made, arena, err);
    *out = st == MARU_OK ? made : *out;
    return st;
}

// ---- applying

void recipe_finish_row(const struct recipe *recipe, float *x) {
    const uint32_t n_simple = recipe->n_feature - recipe->n_combination;
    for (uint32_t k = 0; k < recipe->n_combination; k++) {
        x[n_simple + k] = combination_value(&recipe->combination[k], x);
    }
}

// Where the recipe's column is in a frame, UINT32_MAX: nowhere, or of another kind. Whole numbers may stand for words: a small table of
// tools 1, 2 and 3 is read as numbers where a large one is read as words. So may a text: words of a few rows may all differ.
static uint32_t find_column(const struct recipe_column *column, const struct frame *frame) {
    const uint32_t at = frame_find(frame, column->name);
    const uint8_t kind = at == UINT32_MAX ? (uint8_t)FRAME_EMPTY : frame->column[at].kind;
    const bool is_word_too = kind == FRAME_NUMBER || kind == FRAME_TEXT;
    return kind == column->kind || (is_word_too && column->kind == FRAME_WORD) ? at : UINT32_MAX;
}

static float number_at(const struct frame_column *column, uint32_t row, struct recipe_fit *fit) {
    const float x = (float)column->number[row];
    fit->n_odd += isinf(x) != 0;
    return isinf(x) ? NAN : x;
}

// The words of a frame's column as those of the recipe: n_word for one that is none of them.
static maru_status match_words(const struct recipe_column *column, const struct frame_column *from,
                               uint32_t **out, maru_error *err) {
    uint32_t *match = alloc_new((size_t)from->words.n + 1, sizeof *match);
    if (!match) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    for (uint32_t w = 0; w < from->words.n; w++) {
        match[w] = column->n_word;
    }
    for (uint32_t w = 0; w < column->n_word; w++) {
        const uint32_t at = names_find(&from->words, column->word[w], strlen(column->word[w]));
        if (at != UINT32_MAX) {
            match[at] = w;
        }
    }
    *out = match;
    return MARU_OK;
}

struct target_rows { // one column of the recipe in x
    const uint32_t *row;
    uint32_t n_row, n_feature;
    float *x; // at the column's first feature
};

static void put_numbers(const struct target_rows *to, const struct frame_column *from,
                        struct recipe_fit *fit) {
    for (uint32_t i = 0; i < to->n_row; i++) {
        to->x[(size_t)i * to->n_feature] = number_at(from, to->row ? to->row[i] : i, fit);
    }
}

bool recipe_is_new_word(const struct recipe_column *column, uint32_t word) {
    return word == column->n_word && column->n_word > 1;
}

static void put_words(const struct target_rows *to, const struct frame_column *from,
                      const uint32_t *match, const struct recipe_column *column,
                      struct recipe_fit *fit) {
    for (uint32_t i = 0; i < to->n_row; i++) {
        const uint32_t word = from->word[to->row ? to->row[i] : i];
        const bool is_there = word != FRAME_NO_WORD;
        fit->n_new_word += is_there && recipe_is_new_word(column, match[word]);
        for (uint32_t w = 0; w < column->n_word; w++) {
            to->x[(size_t)i * to->n_feature + w] = !is_there ? NAN : match[word] == w ? 1.0F : 0.0F;
        }
    }
}

uint32_t recipe_word_of_number(const struct recipe_column *column, double number) {
    struct text text;
    uint32_t found = column->n_word;
    text_init(&text, 64);
    text_add_double(&text, number);
    for (uint32_t w = 0; text.bytes && w < column->n_word; w++) {
        found = strcmp(text.bytes, column->word[w]) == 0 ? w : found;
    }
    text_fini(&text);
    return found;
}

static void put_numbers_as_words(const struct target_rows *to, const struct frame_column *from,
                                 const struct recipe_column *column, struct recipe_fit *fit) {
    for (uint32_t i = 0; i < to->n_row; i++) {
        const double number = from->number[to->row ? to->row[i] : i];
        const bool is_there = isfinite(number);
        const uint32_t word = is_there ? recipe_word_of_number(column, number) : column->n_word;
        fit->n_new_word += is_there && recipe_is_new_word(column, word);
        for (uint32_t w = 0; w < column->n_word; w++) {
            to->x[(size_t)i * to->n_feature + w] = !is_there ? NAN : word == w ? 1.0F : 0.0F;
        }
    }
}

static void put_missing(const struct target_rows *to, uint32_t n) {
    for (uint32_t i = 0; i < to->n_row; i++) {
        for (uint32_t w = 0; w < n; w++) {
            to->x[(size_t)i * to->n_feature + w] = NAN;
        }
    }
}

static maru_status put_column(const struct recipe_column *column, const struct frame *frame,
                              const struct target_rows *to, struct recipe_fit *fit,
                              maru_error *err) {
    const uint32_t at = find_column(column, frame);
    if (at == UINT32_MAX) {
        fit->missing = fit->missing ? fit->missing : column->name;
        put_missing(to, column->kind == FRAME_NUMBER ? 1 : column->n_word);
        return MARU_OK;
    }
    fit->n_found++;
    if (column->kind == FRAME_NUMBER) {
        put_numbers(to, &frame->column[at], fit);
        return MARU_OK;
    }
    if (frame->column[at].kind == FRAME_NUMBER) {
        put_numbers_as_words(to, &frame->column[at], column, fit);
        return MARU_OK;
    }
    uint32_t *match = NULL;
    const maru_status st = match_words(column, &frame->column[at], &match, err);
    if (st == MARU_OK) {
        put_words(to, &frame->column[at], match, column, fit);
    }
    alloc_free(match);
    return st;
}

maru_status recipe_apply(const struct recipe *recipe, const struct frame *frame,
                         const uint32_t *row, uint32_t n_row, float *x, struct recipe_fit *fit,
                         maru_error *err) {
    struct recipe_fit found = {0};
    uint32_t at = 0;
    for (uint32_t c = 0; c < recipe->n_column; c++) {
        const struct recipe_column *column = &recipe->column[c];
        const struct target_rows to = {row, n_row, recipe->n_feature, x + at};
        const maru_status st = put_column(column, frame, &to, &found, err);
        if (st != MARU_OK) {
            return st;
        }
        at += column->kind == FRAME_NUMBER ? 1 : column->n_word;
    }
    if (found.n_found == 0) {
        return fail(err, MARU_E_INPUT,
                    "the table has none of the columns of the model, such as \"%s\"",
                    found.missing);
    }
    for (uint32_t i = 0; i < n_row; i++) {
        recipe_finish_row(recipe, x + (size_t)i * recipe->n_feature);
    }
    *fit = found;
    return MARU_OK;
}

static void name_simple(const struct recipe *recipe, const struct feature *f, struct text *out) {
    const struct recipe_column *column = &recipe->column[f->column];
    text_addz(out, column->name);
    if (f->form == FEATURE_WORD) {
        text_addf(out, " = %s", column->word[f->word]);
    } else if (column->unit[0]) {
        text_addf(out, " [%s]", column->unit);
    }
}

static void name_combined(const struct recipe *recipe, const struct combination *of,
                          struct text *out) {
    struct text part[2];
    const struct combination pair = {of->kind, 0, 1};
    for (int i = 0; i < 2; i++) {
        text_init(&part[i], out->max_bytes);
        name_simple(recipe, &recipe->feature[i == 0 ? of->a : of->b], &part[i]);
    }
    const char *const name[2] = {part[0].bytes ? part[0].bytes : "",
                                 part[1].bytes ? part[1].bytes : ""};
    combination_name(&pair, name, out);
    text_fini(&part[0]);
    text_fini(&part[1]);
}

void recipe_name_feature(const struct recipe *recipe, uint32_t feature, struct text *out) {
    const struct feature *f = &recipe->feature[feature];
    if (f->form == FEATURE_COMBINED) {
        name_combined(recipe, &recipe->combination[f->column], out);
    } else {
        name_simple(recipe, f, out);
    }
}

// ---- bytes

void recipe_write(const struct recipe *recipe, struct text *out) {
    binary_add_u32(out, recipe->n_column);
    for (uint32_t c = 0; c < recipe->n_column; c++) {
        const struct recipe_column *column = &recipe->column[c];
        binary_add_string(out, column->name);
        binary_add_string(out, column->unit);
        binary_add_u8(out, column->kind);
        binary_add_u32(out, column->n_word);
        for (uint32_t w = 0; w < column->n_word; w++) {
            binary_add_string(out, column->word[w]);
        }
    }
    binary_add_u32(out, recipe->n_combination);
    for (uint32_t k = 0; k < recipe->n_combination; k++) {
        binary_add_u8(out, (uint8_t)recipe->combination[k].kind);
        binary_add_u32(out, recipe->combination[k].a);
        binary_add_u32(out, recipe->combination[k].b);
    }
}

// Each is of two different features of numbers, and none is there twice.
static bool is_sound(const struct recipe *recipe, const struct combination *all, uint32_t k) {
    const struct combination *c = &all[k];
    const uint32_t n_simple = recipe->n_feature;
    bool is_new = true;
    for (uint32_t i = 0; i < k; i++) {
        is_new = is_new && (all[i].kind != c->kind || all[i].a != c->a || all[i].b != c->b);
    }
    return is_new && c->a < n_simple && c->b < n_simple && c->a != c->b &&
           recipe->feature[c->a].form == FEATURE_NUMBER &&
           recipe->feature[c->b].form == FEATURE_NUMBER;
}

// `recipe` has its simple features.
static maru_status read_combinations(struct binary *in, struct recipe *recipe, struct arena *arena,
                                     maru_error *err) {
    enum { COMBINATION_BYTES = 9 };
    struct combination all[RECIPE_MAX_COMBINATIONS];
    const uint32_t n = binary_count(in, RECIPE_MAX_COMBINATIONS, COMBINATION_BYTES);
    for (uint32_t k = 0; k < n; k++) {
        const uint8_t kind = binary_u8(in);
        all[k] = (struct combination){(enum combination_kind)kind, binary_u32(in), 0};
        all[k].b = binary_u32(in);
        if (kind >= N_COMBINATION_KIND || !is_sound(recipe, all, k)) {
            return fail(err, MARU_E_INPUT, "combination %u of the model is damaged", k + 1);
        }
    }
    return in->is_bad ? fail(err, MARU_E_INPUT, "the combinations of the model are damaged")
           : n == 0   ? MARU_OK
                      : recipe_combine(recipe, all, n, arena, recipe, err);
}

static bool read_column(struct binary *in, struct arena *arena, struct recipe_column *out) {
    out->name = binary_string(in, arena);
    out->unit = binary_string(in, arena);
    out->kind = binary_u8(in);
    out->n_word = binary_count(in, RECIPE_MAX_WORDS, 8);
    const char **word = arena_take(arena, (size_t)out->n_word + 1, sizeof *word);
    for (uint32_t w = 0; word && w < out->n_word; w++) {
        word[w] = binary_string(in, arena);
    }
    out->word = word;
    const bool is_number = out->kind == FRAME_NUMBER && out->n_word == 0;
    const bool is_word = out->kind == FRAME_WORD && out->n_word > 0;
    return word && !in->is_bad && out->name[0] && (is_number || is_word);
}

maru_status recipe_read(struct binary *in, struct arena *arena, struct recipe *out,
                        maru_error *err) {
    enum { LEAST_COLUMN_BYTES = 21 };
    struct recipe made = {.n_column = binary_count(in, RECIPE_MAX_COLUMNS, LEAST_COLUMN_BYTES)};
    struct recipe_column *column = arena_take(arena, (size_t)made.n_column + 1, sizeof *column);
    if (!column) {
        return arena_refusal(arena, err);
    }
    made.column = column;
    for (uint32_t c = 0; c < made.n_column; c++) {
        if (!read_column(in, arena, &column[c])) {
            return arena->is_full
                       ? arena_refusal(arena, err)
                       : fail(err, MARU_E_INPUT, "column %u of the model is damaged", c + 1);
        }
        made.n_feature += column[c].kind == FRAME_NUMBER ? 1 : column[c].n_word;
    }
    if (made.n_feature == 0 || made.n_feature > RECIPE_MAX_FEATURES) {
        return fail(err, MARU_E_INPUT, "the model has %u columns and words", made.n_feature);
    }
    maru_status st = add_features(&made, arena, err);
    st = st == MARU_OK ? read_combinations(in, &made, arena, err) : st;
    *out = st == MARU_OK ? made : *out;
    return st;
}
