#include "study/quality/sentences.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "study/quality/sentences_inside.h"

// Each section is a function that adds sentences; each sentence is one entry of sentence_list.h with its arguments, filled in both languages.

enum { TOLD_MAX_BYTES = 64 << 20, MAX_CHANGES = 8, MAX_COMMON = 6, MAX_NEXT = 3 };

static const double surely = 0.05;

static const char *const words[N_LANG][N_TOLD_WORD] = {{
#define X(id, english, korean) english,
                                                           TOLD_WORDS(X)
#undef X
                                                       },
                                                       {
#define X(id, english, korean) korean,
                                                           TOLD_WORDS(X)
#undef X
                                                       }};

static const char *const headings[N_LANG][N_TOLD_SECTION] = {{
#define X(name, english, korean) english,
                                                                 TOLD_SECTIONS(X)
#undef X
                                                             },
                                                             {
#define X(name, english, korean) korean,
                                                                 TOLD_SECTIONS(X)
#undef X
                                                             }};

const char *told_heading(enum told_section section, enum lang lang) {
    return (unsigned)section < N_TOLD_SECTION ? headings[lang][section] : "";
}

struct numeral told_number(double value) {
    const double size = fabs(value);
    if (size > 0 && (size < 1e-4 || size >= 1e9)) {
        struct numeral out;
        snprintf(out.text, sizeof out.text, "%.4g", value);
        return out;
    }
    int decimals = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : size >= 1 ? 3 : 4;
    struct numeral out = numeral(value, decimals);
    size_t n = strlen(out.text);
    while (decimals > 0 && out.text[n - 1] == '0') { // 4.100 is 4.1
        out.text[--n] = '\0';
        decimals--;
        if (decimals == 0) {
            out.text[--n] = '\0';
        }
    }
    return out;
}

struct numeral told_share(double share) {
    const double percent = 100.0 * fabs(share);
    return numeral_percent(share, percent >= 1 ? 1 : percent >= 0.1 ? 2 : percent > 0 ? 3 : 0);
}

static struct numeral p_value(double p) {
    struct numeral out;
    snprintf(out.text, sizeof out.text, p < 0.001 ? "< 0.001" : p < 0.1 ? "= %.3f" : "= %.2f", p);
    return out;
}

// ---- adding

static const char *keep(struct telling *t, const struct text *text) {
    const char *copy = arena_text(&t->told->arena, text->bytes ? text->bytes : "", text->n_bytes);
    if (!copy && t->status == MARU_OK) {
        t->status = arena_refusal(&t->told->arena, t->err);
    }
    return copy ? copy : "";
}

static struct told_sentence *add(struct telling *t, enum told_section section,
                                 enum told_mood mood) {
    struct told *told = t->told;
    if (told->n == told->cap) {
        const uint32_t cap = told->cap < 64 ? 64 : 2 * told->cap;
        struct told_sentence *more = alloc_resize(told->sentence, cap, sizeof *more);
        if (!more) {
            t->status = fail(t->err, MARU_E_MEMORY, "no memory");
            return NULL;
        }
        told->sentence = more;
        told->cap = cap;
    }
    struct told_sentence *sentence = &told->sentence[told->n++];
    *sentence = (struct told_sentence){.section = (uint8_t)section,
                                       .mood = (uint8_t)mood,
                                       .column = UINT32_MAX,
                                       .cause = UINT32_MAX,
                                       .text = {"", ""}};
    return sentence;
}

// arguments of each language.
struct told_sentence *told_say_each(struct telling *t, enum told_section section,
                                    enum told_mood mood, enum told_word id,
                                    const char *const *const arguments[N_LANG]) {
    struct told_sentence *sentence = t->status == MARU_OK ? add(t, section, mood) : NULL;
    for (int lang = 0; sentence && lang < N_LANG; lang++) {
        struct text text;
        text_init(&text, TOLD_MAX_BYTES);
        words_fill(&text, (enum lang)lang, words[lang][id], arguments[lang]);
        sentence->text[lang] = keep(t, &text);
        text_fini(&text);
    }
    return sentence;
}

struct told_sentence *told_say(struct telling *t, enum told_section section, enum told_mood mood,
                               enum told_word id, const char *const *arguments) {
    const char *const *const both[N_LANG] = {arguments, arguments};
    return told_say_each(t, section, mood, id, both);
}

const char *told_name(const struct telling *t, uint32_t column) {
    return t->q->frame->column[column].name;
}

// "a, b, c and 3 more" as a list in quotes.
void told_list_words(const struct frame_column *column, const uint32_t *word, uint32_t n,
                     struct text *out) {
    for (uint32_t i = 0; i < n && i < TOLD_LIST_MOST; i++) {
        text_addf(out, "%s\"%s\"", i > 0 ? ", " : "", column->words.name[word[i]]);
    }
    if (n > TOLD_LIST_MOST) {
        text_addf(out, " (+%u)", n - TOLD_LIST_MOST);
    }
}

// "9.95 to 10.05", or "≤ 0.03" where there is one side alone.
void told_add_range(const struct specification *spec, enum lang lang, struct text *out) {
    if (isnan(spec->lower) || isnan(spec->upper)) {
        const double only = isnan(spec->lower) ? spec->upper : spec->lower;
        text_addf(out, "%s %s", isnan(spec->lower) ? "≤" : "≥", told_number(only).text);
    } else {
        text_addf(out, "%s%s%s", told_number(spec->lower).text, lang == LANG_KO ? "~" : " to ",
                  told_number(spec->upper).text);
    }
}

// ---- how many

static void tell_trend(struct telling *t) {
    const struct trend *trend = &t->q->trend;
    if (isnan(trend->p)) {
        told_say(t, TOLD_COUNT, TOLD_UNSURE, TW_TREND_UNKNOWN, NULL);
        return;
    }
    const bool is_number = t->q->roles.target.form == TARGET_NUMBER;
    const bool is_up = trend->last > trend->first;
    const bool is_worse = is_number && t->q->roles.target.is_low_bad ? !is_up : is_up;
    const struct numeral early =
        is_number ? told_number(trend->first) : told_share(trend->early.value);
    const struct numeral late =
        is_number ? told_number(trend->last) : told_share(trend->late.value);
    const struct numeral p = p_value(trend->p);
    const char *const arguments[] = {early.text, late.text, p.text};
    if (trend->p > surely) {
        told_say(t, TOLD_COUNT, TOLD_PLAIN, TW_NO_TREND, arguments);
    } else {
        told_say(t, TOLD_COUNT, is_worse ? TOLD_BAD : TOLD_GOOD, is_worse ? TW_WORSE : TW_BETTER,
                 arguments);
    }
}

// A share with at least so many decimals.
static struct numeral share_in(double share, int decimals) {
    return decimals > 1 && fabs(share) >= 0.01 ? numeral_percent(share, decimals)
                                               : told_share(share);
}

static void tell_kinds(struct telling *t) {
    const struct quality *q = t->q;
    struct text list;
    text_init(&list, TOLD_LIST_BYTES);
    for (uint32_t i = 0; i < q->n_kind && i < TOLD_LIST_MOST; i++) {
        const struct numeral share = numeral_percent(q->kind[i].n / q->n_of_kinds, 0);
        const struct numeral n = numeral_count((uint64_t)llround(q->kind[i].n));
        text_addf(&list, "%s%s %s (%s)", i > 0 ? ", " : "", q->kind[i].name, share.text, n.text);
    }
    if (q->n_kind > TOLD_LIST_MOST) {
        text_addf(&list, ", +%u", q->n_kind - TOLD_LIST_MOST);
    }
    const char *const arguments[] = {list.bytes ? list.bytes : ""};
    if (q->n_kind > 0) {
        told_say(t, TOLD_COUNT, TOLD_PLAIN, TW_KINDS, arguments);
    }
    text_fini(&list);
}

static void tell_counts(struct telling *t) {
    const struct quality *q = t->q;
    double n = 0, bad = 0;
    for (uint32_t i = 0; i < q->periods.n; i++) {
        n += q->periods.period[i].n;
        bad += q->periods.period[i].bad;
    }
    if (q->roles.target.form == TARGET_NONE) {
        return;
    }
    const struct numeral n_all = numeral_count((uint64_t)llround(n));
    if (q->roles.target.form == TARGET_NUMBER) {
        const struct numeral mean = told_number(q->trend.mean);
        const char *const arguments[] = {told_name(t, q->roles.target.column), mean.text,
                                         n_all.text};
        told_say(t, TOLD_COUNT, TOLD_PLAIN, TW_MEAN, arguments);
    } else {
        const double alike = q->trend.dispersion > 1.0 ? q->trend.dispersion : 1.0;
        const struct share share =
            share_of_clusters((uint64_t)llround(bad), (uint64_t)llround(n), alike, q->level);
        const int decimals = share.high - share.low < 0.002 ? 2 : 1;
        const struct numeral n_bad = numeral_count(share.n_bad);
        const struct numeral value = share_in(share.value, decimals),
                             low = share_in(share.low, decimals),
                             high = share_in(share.high, decimals);
        const char *const arguments[] = {n_bad.text, n_all.text, value.text, low.text, high.text};
        told_say(t, TOLD_COUNT, TOLD_PLAIN, TW_BAD_COUNT, arguments);
    }
    tell_kinds(t);
    tell_trend(t);
    if (q->trend.dispersion >= 2.0) {
        const struct numeral times = numeral(q->trend.dispersion, 1);
        const char *const arguments[] = {times.text};
        told_say(t, TOLD_COUNT, TOLD_UNSURE, TW_DISPERSED, arguments);
    }
}

// ---- changes

void told_when(const struct quality *quality, uint32_t period, char out[CLOCK_TEXT_BYTES]) {
    const struct period *p = &quality->periods.period[period];
    const uint8_t unit = quality->periods.unit;
    if (quality->has_time) {
        clock_text((p->from_us + quality->offset_min * INT64_C(60000000)) / 1000, out);
        out[10] = unit == PERIOD_HOUR || unit == PERIOD_ROWS ? ' ' : '\0';
        out[16] = '\0';
    } else {
        snprintf(out, CLOCK_TEXT_BYTES, "%.20s", numeral_count((uint64_t)p->first + 1).text);
    }
}

// Columns that changed, the largest change first; gives how many.
static uint32_t find_changed(const struct quality *q, uint32_t *changed, uint32_t *n_judged) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < q->n_column; i++) {
        const struct change *change = &q->column[i].change;
        *n_judged += isnan(change->p) ? 0 : 1;
        if (change->p <= surely) {
            uint32_t at = n++;
            while (at > 0 && fabs(q->column[changed[at - 1]].change.t) < fabs(change->t)) {
                changed[at] = changed[at - 1];
                at--;
            }
            changed[at] = i;
        }
    }
    return n;
}

static void tell_change(struct telling *t, const struct quality_column *column) {
    const struct change *change = &column->change;
    char when[CLOCK_TEXT_BYTES];
    told_when(t->q, change->at, when);
    const struct numeral before = told_number(change->before), after = told_number(change->after);
    const struct numeral p = p_value(change->p);
    const char *const arguments[] = {told_name(t, column->column), when, before.text, after.text,
                                     p.text};
    struct told_sentence *sentence = told_say(
        t, TOLD_CHANGES, TOLD_BAD, t->q->has_time ? TW_CHANGED : TW_CHANGED_ROW, arguments);
    if (sentence) {
        sentence->column = column->column;
    }
}

static void tell_changes(struct telling *t) {
    const struct quality *q = t->q;
    uint32_t *changed = arena_take(&t->told->arena, (size_t)q->n_column + 1, sizeof *changed);
    uint32_t n_judged = 0;
    if (!changed) {
        t->status = arena_refusal(&t->told->arena, t->err);
        return;
    }
    const uint32_t n = find_changed(q, changed, &n_judged);
    for (uint32_t i = 0; i < n && i < MAX_CHANGES; i++) {
        tell_change(t, &q->column[changed[i]]);
    }
    const struct numeral count = numeral_count(n > MAX_CHANGES ? n - MAX_CHANGES : n_judged);
    const char *const arguments[] = {count.text};
    if (n > MAX_CHANGES) {
        told_say(t, TOLD_CHANGES, TOLD_PLAIN, TW_MORE_CHANGED, arguments);
    } else if (n == 0 && n_judged > 0) {
        told_say(t, TOLD_CHANGES, TOLD_GOOD, TW_STEADY, arguments);
    }
}

// ---- control charts

static void tell_rate_chart(struct telling *t) {
    const struct quality_chart *chart = &t->q->rate_chart;
    const bool has_time = t->q->has_time, is_number = t->q->roles.target.form == TARGET_NUMBER;
    const struct numeral beyond = numeral_count(chart->n_beyond);
    const struct numeral judged = numeral_count(chart->n_judged);
    const struct numeral first = numeral_count(chart->n_reference);
    if (chart->n_reference == 0 || chart->n_judged == 0 || is_number) { // a number is a column, too
        return;
    }
    if (chart->since == UINT32_MAX) {
        const char *const arguments[] = {judged.text, first.text};
        told_say(t, TOLD_CHARTS, TOLD_GOOD, TW_RATE_IN, arguments);
        return;
    }
    char when[CLOCK_TEXT_BYTES];
    told_when(t->q, chart->since, when);
    const char *const arguments[] = {when, beyond.text, judged.text, first.text};
    told_say(t, TOLD_CHARTS, TOLD_BAD, has_time ? TW_RATE_OUT : TW_RATE_OUT_ROW, arguments);
}

static void tell_chart(struct telling *t, uint32_t i) {
    const struct quality_chart *chart = &t->q->chart[i];
    const struct numeral beyond = numeral_count(chart->n_beyond);
    const struct numeral judged = numeral_count(chart->n_judged);
    const struct numeral first = numeral_count(chart->n_reference);
    const struct numeral lower = told_number(chart->lower[0]), upper = told_number(chart->upper[0]);
    char when[CLOCK_TEXT_BYTES];
    told_when(t->q, chart->since, when);
    const char *const arguments[] = {told_name(t, t->q->column[i].column),
                                     when,
                                     beyond.text,
                                     judged.text,
                                     lower.text,
                                     upper.text,
                                     first.text};
    struct told_sentence *sentence = told_say(
        t, TOLD_CHARTS, TOLD_BAD, t->q->has_time ? TW_CHART_OUT : TW_CHART_OUT_ROW, arguments);
    if (sentence) {
        sentence->column = t->q->column[i].column;
    }
}

// The column with the most points beyond its limits of those that are not told; n_column: there is none.
static uint32_t next_chart(const struct quality *q, const bool *is_told) {
    uint32_t best = q->n_column;
    for (uint32_t i = 0; i < q->n_column; i++) {
        if (q->chart[i].is_out && !is_told[i] &&
            (best == q->n_column || q->chart[i].n_beyond > q->chart[best].n_beyond)) {
            best = i;
        }
    }
    return best;
}

static void tell_charts(struct telling *t) {
    const struct quality *q = t->q;
    bool *is_told = arena_take(&t->told->arena, (size_t)q->n_column + 1, sizeof *is_told);
    const struct numeral n_chart = numeral_count(q->n_chart);
    tell_rate_chart(t);
    if (!is_told) {
        t->status = arena_refusal(&t->told->arena, t->err);
    } else if (q->n_chart_out > 0) {
        uint32_t n = 0;
        for (uint32_t i = next_chart(q, is_told); i < q->n_column && n < MAX_CHANGES; n++) {
            tell_chart(t, i);
            is_told[i] = true;
            i = next_chart(q, is_told);
        }
        const struct numeral more = numeral_count(q->n_chart_out - n);
        const char *const arguments[] = {more.text};
        if (q->n_chart_out > n) {
            told_say(t, TOLD_CHARTS, TOLD_PLAIN, TW_CHARTS_MORE, arguments);
        }
    } else if (q->n_chart > 0 && q->n_chart_weak == 0) {
        uint32_t i = 0;
        while (q->chart[i].n_reference == 0) {
            i++;
        }
        const struct numeral first = numeral_count(q->chart[i].n_reference);
        const char *const arguments[] = {n_chart.text, first.text};
        told_say(t, TOLD_CHARTS, TOLD_GOOD, TW_CHARTS_IN, arguments);
    }
    if (q->n_chart_weak > 0) {
        const struct numeral weak = numeral_count(q->n_chart_weak);
        const char *const arguments[] = {weak.text, n_chart.text};
        told_say(t, TOLD_CHARTS, TOLD_PLAIN, TW_CHARTS_CHANCE, arguments);
    }
}

// ---- capability

static void tell_capability(struct telling *t) {
    const struct quality *q = t->q;
    bool has_any = false;
    for (uint32_t i = 0; i < q->n_column; i++) {
        const struct quality_column *column = &q->column[i];
        if (!column->has_capability) {
            continue;
        }
        const struct capability *c = &column->capability;
        const struct indices *of = isnan(c->within.cpk.value) ? &c->overall : &c->within;
        const struct numeral cpk = numeral(of->cpk.value, 2), low = numeral(of->cpk.low, 2);
        const struct numeral high = numeral(of->cpk.high, 2), out = told_share(c->below + c->above);
        struct text range[N_LANG];
        for (int lang = 0; lang < N_LANG; lang++) {
            text_init(&range[lang], TOLD_LIST_BYTES);
            told_add_range(&column->specification, (enum lang)lang, &range[lang]);
        }
#define ARGUMENTS(lang)                                                                            \
    {                                                                                              \
        told_name(t, column->column), cpk.text, low.text, high.text, out.text,                     \
            range[lang].bytes ? range[lang].bytes : ""                                             \
    }
        const char *const en[] = ARGUMENTS(LANG_EN), *const ko[] = ARGUMENTS(LANG_KO);
#undef ARGUMENTS
        const char *const *const both[N_LANG] = {en, ko};
        struct told_sentence *sentence = told_say_each(t, TOLD_CAPABILITY,
                                                       of->cpk.value >= 1.33  ? TOLD_GOOD
                                                       : of->cpk.value >= 1.0 ? TOLD_UNSURE
                                                                              : TOLD_BAD,
                                                       TW_CAPABLE, both);
        if (sentence) {
            sentence->column = column->column;
        }
        if (c->is_non_normal) {
            told_say_each(t, TOLD_CAPABILITY, TOLD_UNSURE, TW_NOT_NORMAL, both);
        }
        for (int lang = 0; lang < N_LANG; lang++) {
            text_fini(&range[lang]);
        }
        has_any = true;
    }
    if (!has_any) {
        told_say(t, TOLD_CAPABILITY, TOLD_PLAIN, TW_NO_LIMITS, NULL);
    }
}

// ---- causes

// "When x is above 82.1"
static void begin_cause(const struct telling *t, const struct cause *cause, enum lang lang,
                        struct text *out) {
    static const enum told_word id[N_CAUSE_HOW] = {
        [CAUSE_ABOVE] = TW_ABOVE,     [CAUSE_AT_MOST] = TW_AT_MOST,
        [CAUSE_BETWEEN] = TW_BETWEEN, [CAUSE_OUTSIDE] = TW_OUTSIDE,
        [CAUSE_ONE_OF] = TW_ONE_OF,   [CAUSE_NONE_OF] = TW_NONE_OF,
        [CAUSE_MISSING] = TW_MISSING, [CAUSE_NOT_MISSING] = TW_NOT_MISSING};
    struct text list;
    text_init(&list, TOLD_LIST_BYTES);
    told_list_words(&t->q->frame->column[cause->column], cause->word, cause->n_word, &list);
    const struct numeral low = told_number(cause->low), high = told_number(cause->high);
    const bool is_word = cause->how == CAUSE_ONE_OF || cause->how == CAUSE_NONE_OF;
    const char *const first = is_word                       ? (list.bytes ? list.bytes : "")
                              : cause->how == CAUSE_AT_MOST ? high.text
                                                            : low.text;
    const char *const arguments[] = {told_name(t, cause->column), first, high.text};
    words_fill(out, lang, words[lang][id[cause->how]], arguments);
    text_fini(&list);
}

static struct numeral size_of(const struct telling *t, double value) {
    return t->q->roles.target.form == TARGET_NUMBER ? told_number(value) : told_share(value);
}

static void tell_cause(struct telling *t, uint32_t number) {
    const struct cause *cause = &t->q->causes.cause[number];
    const struct cause_part *early = &cause->early, *later = &cause->later;
    const bool is_number = t->q->roles.target.form == TARGET_NUMBER;
    const struct numeral in = size_of(t, early->in.value), out = size_of(t, early->out.value);
    const struct numeral in_low = size_of(t, early->in.low), in_high = size_of(t, early->in.high);
    const struct numeral out_low = size_of(t, early->out.low),
                         out_high = size_of(t, early->out.high);
    const struct numeral n = numeral_count(early->in.n);
    struct text begin[N_LANG];
    for (int lang = 0; lang < N_LANG; lang++) {
        text_init(&begin[lang], TOLD_LIST_BYTES);
        begin_cause(t, cause, (enum lang)lang, &begin[lang]);
    }
#define ARGUMENTS(lang)                                                                            \
    {                                                                                              \
        begin[lang].bytes ? begin[lang].bytes : "", in.text, out.text, in_low.text, in_high.text,  \
            out_low.text, out_high.text, n.text                                                    \
    }
    const char *const en[] = ARGUMENTS(LANG_EN), *const ko[] = ARGUMENTS(LANG_KO);
#undef ARGUMENTS
    const char *const *const both[N_LANG] = {en, ko};
    const enum told_mood mood = cause->verdict == CAUSE_HOLDS ? TOLD_BAD : TOLD_UNSURE;
    struct told_sentence *sentence =
        told_say_each(t, TOLD_CAUSES, mood, is_number ? TW_MEAN_INSTEAD : TW_SHARE_INSTEAD, both);
    if (sentence) {
        sentence->column = cause->column;
        sentence->cause = number;
    }
    const struct numeral later_in = size_of(t, later->in.value);
    const struct numeral later_out = size_of(t, later->out.value);
    const char *const then[] = {later_in.text, later_out.text};
    told_say(t, TOLD_CAUSES, mood,
             cause->verdict == CAUSE_HOLDS     ? TW_HOLDS
             : cause->verdict == CAUSE_TOO_FEW ? TW_TOO_FEW
                                               : TW_FAILS,
             then);
    if (cause->n_companion > 0) {
        struct text list;
        text_init(&list, TOLD_LIST_BYTES);
        for (uint32_t i = 0; i < cause->n_companion && i < TOLD_LIST_MOST; i++) {
            text_addf(&list, "%s\"%s\"", i > 0 ? ", " : "", told_name(t, cause->companion[i]));
        }
        const char *const names[] = {list.bytes ? list.bytes : ""};
        told_say(t, TOLD_CAUSES, TOLD_PLAIN, TW_COMPANIONS, names);
        text_fini(&list);
    }
    for (int lang = 0; lang < N_LANG; lang++) {
        text_fini(&begin[lang]);
    }
}

static void tell_causes(struct telling *t) {
    const struct causes *causes = &t->q->causes;
    if (t->q->roles.target.form == TARGET_NONE) {
        return;
    }
    if (causes->n_holding == 0) {
        const struct numeral columns = numeral_count(causes->searched.n_column);
        const struct numeral cuts = numeral_count(causes->searched.n_cut);
        const char *const arguments[] = {columns.text, cuts.text};
        told_say(t, TOLD_CAUSES, TOLD_PLAIN, TW_NOTHING_HOLDS, arguments);
    }
    for (uint32_t i = 0; i < causes->n_cause; i++) {
        tell_cause(t, i);
    }
}

static void tell_common(struct telling *t) {
    const struct causes *causes = &t->q->causes;
    uint32_t n = 0;
    for (uint32_t i = 0; i < causes->n_common; i++) {
        const struct cause_common *common = &causes->common[i];
        bool has_worse = false;
        for (uint32_t k = 0; k < common->n_level && n < MAX_COMMON; k++) {
            const struct cause_level *level = &common->level[k];
            if (!(level->p <= surely) || !level->is_worse) {
                continue;
            }
            double sum = 0, n_all = 0;
            for (uint32_t j = 0; j < common->n_level; j++) {
                const struct share *other = &common->level[j].early;
                sum += j == k || other->n == 0 ? 0 : other->value * (double)other->n;
                n_all += j == k ? 0 : (double)other->n;
            }
            const struct numeral value = size_of(t, level->early.value);
            const struct numeral low = size_of(t, level->early.low);
            const struct numeral high = size_of(t, level->early.high);
            const struct numeral rest = size_of(t, n_all > 0 ? sum / n_all : (double)NAN);
            const struct numeral p = p_value(level->p);
            const char *const arguments[] = {
                told_name(t, common->column),
                t->q->frame->column[common->column].words.name[level->word],
                value.text,
                low.text,
                high.text,
                rest.text,
                p.text};
            const bool is_number = t->q->roles.target.form == TARGET_NUMBER;
            struct told_sentence *sentence = told_say(
                t, TOLD_COMMON, TOLD_BAD, is_number ? TW_LEVEL_MEAN : TW_LEVEL_WORSE, arguments);
            if (sentence) {
                sentence->column = common->column;
            }
            has_worse = true;
            n++;
        }
        if (!has_worse && t->q->roles.column[common->column].role == ROLE_TOOL) {
            const struct numeral count = numeral_count(common->n_level);
            const char *const arguments[] = {told_name(t, common->column), count.text};
            told_say(t, TOLD_COMMON, TOLD_GOOD, TW_LEVELS_ALIKE, arguments);
        }
    }
}

// ---- next, and what cannot be told

static void tell_next(struct telling *t) {
    const struct quality *q = t->q;
    uint32_t n = 0;
    for (uint32_t i = 0; i < q->causes.n_holding && n < MAX_NEXT; i++) {
        const struct cause *cause = &q->causes.cause[i];
        const struct share *in = &cause->later.in, *out = &cause->later.out;
        const double bad = in->value * (double)in->n;
        const double gone =
            (bad - out->value * (double)in->n) / (bad + out->value * (double)out->n);
        const bool is_number = q->roles.target.form == TARGET_NUMBER;
        if (!is_number && !(gone > 0.0)) {
            continue;
        }
        const struct numeral share =
            is_number ? told_number(fabs(in->value - out->value)) : numeral_percent(gone, 0);
        const char *const arguments[] = {told_name(t, cause->column), share.text};
        told_say(t, TOLD_NEXT, TOLD_PLAIN, is_number ? TW_NEXT_KEEP : TW_NEXT_TRY, arguments);
        n++;
    }
    for (uint32_t i = 0; i < t->told->n && n < MAX_NEXT; i++) { // those that changed most
        const uint32_t column = t->told->sentence[i].column;
        for (uint32_t k = 0; t->told->sentence[i].section == TOLD_CHANGES && k < q->n_column; k++) {
            if (q->column[k].column == column && n < MAX_NEXT) {
                char when[CLOCK_TEXT_BYTES];
                told_when(q, q->column[k].change.at, when);
                const char *const arguments[] = {told_name(t, column), when};
                told_say(t, TOLD_NEXT, TOLD_PLAIN, q->has_time ? TW_NEXT_CHECK : TW_NEXT_CHECK_ROW,
                         arguments);
                n++;
            }
        }
    }
    if (n == 0) {
        told_say(t, TOLD_NEXT, TOLD_PLAIN, TW_NEXT_MEASURE, NULL);
    }
}

static void tell_doubt(struct telling *t) {
    const struct causes_searched *s = &t->q->causes.searched;
    const struct numeral n_unknown = numeral_count(t->q->roles.n_unknown);
    const char *const unknown[] = {n_unknown.text};
    told_say(t, TOLD_DOUBT, TOLD_PLAIN, TW_DOUBT_CAUSE, NULL);
    if (t->q->roles.target.form == TARGET_NONE) {
        return;
    }
    if (s->warnings & CAUSES_FEW_BAD) {
        const struct numeral n = numeral_count((uint64_t)s->n_bad_early + s->n_bad_later);
        const char *const arguments[] = {n.text};
        told_say(t, TOLD_DOUBT, TOLD_UNSURE, TW_DOUBT_FEW, arguments);
    }
    if (isfinite(s->least_half)) {
        const struct numeral least = size_of(t, s->least_half);
        const char *const arguments[] = {least.text};
        told_say(t, TOLD_DOUBT, TOLD_PLAIN, TW_DOUBT_SMALL, arguments);
    }
    if (s->warnings & CAUSES_CLUSTERED) {
        const struct numeral n = numeral_count(s->n_row);
        const char *const arguments[] = {n.text};
        told_say(t, TOLD_DOUBT, TOLD_PLAIN, TW_DOUBT_CLUSTERED, arguments);
    }
    if (t->q->roles.n_unknown > 0) {
        told_say(t, TOLD_DOUBT, TOLD_PLAIN, TW_DOUBT_UNKNOWN, unknown);
    }
}

maru_status told_find(const struct quality *quality, struct told *out, maru_error *err) {
    struct told told = {.n = 0};
    struct telling t = {quality, &told, err, MARU_OK};
    arena_init(&told.arena, TOLD_MAX_BYTES);
    told_read(&t);
    tell_counts(&t);
    tell_changes(&t);
    tell_charts(&t);
    tell_capability(&t);
    tell_causes(&t);
    tell_common(&t);
    tell_next(&t);
    tell_doubt(&t);
    if (t.status != MARU_OK) {
        told_fini(&told);
        return t.status;
    }
    *out = told;
    return MARU_OK;
}

void told_fini(struct told *told) {
    alloc_free(told->sentence);
    arena_fini(&told->arena);
    *told = (struct told){0};
}
