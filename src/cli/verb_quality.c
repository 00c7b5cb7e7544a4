// maru quality FILE: what a spreadsheet says of its defects, on the terminal, as a page to print, or as JSON.
//
// Exit status 0: answered, whatever the answer is; 3: the file cannot be read, or says nothing.

#include "cli/verb.h"
#include "io/files.h"
#include "study/quality/quality_json.h"
#include "study/quality/quality_page.h"

#include "base/status.h"

#include <stddef.h>
#include <string.h>

#define FRAME_BYTES ((size_t)8 << 30)
enum { MAX_PAGE_BYTES = 256 << 20 };

struct quality_values {
    struct common common;
    const char *target, *bad, *time, *lot, *tool, *report, *sheet;
    const char *separator, *decimal, *dates;
    struct option_list limits, leave_out, cause, kind;
    uint64_t seed, first_line;
    bool keep_totals;
};

// ---- what the command line knows

static maru_status take_list(struct quality_hints *hints, const char *name,
                             const struct option_list *list, maru_error *err) {
    maru_status st = MARU_OK;
    for (size_t i = 0; st == MARU_OK && i < list->n; i++) {
        st = quality_hints_take(hints, name, list->text[i], err);
    }
    return st;
}

static maru_status take_texts(const struct quality_values *values, struct quality_hints *hints,
                              maru_error *err) {
    const struct {
        const char *name, *value;
    } one[] = {{"target", values->target},       {"bad", values->bad},
               {"time", values->time},           {"lot", values->lot},
               {"tool", values->tool},           {"sheet", values->sheet},
               {"separator", values->separator}, {"decimal", values->decimal},
               {"dates", values->dates}};
    maru_status st = MARU_OK;
    for (size_t i = 0; st == MARU_OK && i < sizeof one / sizeof one[0]; i++) {
        st = quality_hints_take(hints, one[i].name, one[i].value ? one[i].value : "", err);
    }
    return st;
}

// What makes no sense is the command line's fault, not the file's.
static maru_status read_hints(const struct quality_values *values, struct quality_hints *hints,
                              maru_error *err) {
    maru_error why = {0};
    hints->seed = values->seed;
    hints->sheet.first_line = (uint32_t)values->first_line;
    hints->sheet.keeps_totals = values->keep_totals;
    maru_status st = take_list(hints, "limits", &values->limits, &why);
    st = st == MARU_OK ? take_list(hints, "leave-out", &values->leave_out, &why) : st;
    st = st == MARU_OK ? take_list(hints, "cause", &values->cause, &why) : st;
    st = st == MARU_OK ? take_list(hints, "kind", &values->kind, &why) : st;
    st = st == MARU_OK ? take_texts(values, hints, &why) : st;
    return st == MARU_OK ? st : fail(err, st == MARU_E_INPUT ? MARU_E_USAGE : st, "%s", why.text);
}

// ---- telling

// A text in lines of at most `columns`, each behind an indent.
static void add_wrapped(struct text *out, const char *text, size_t columns) {
    size_t used = 2;
    const char *at = text;
    while (*at) {
        const size_t n = strcspn(at, " ");
        char part[256];
        snprintf(part, sizeof part, "%.*s", (int)(n < sizeof part ? n : sizeof part - 1), at);
        const size_t width = table_width(part);
        if (columns > 0 && used + width + 1 > columns && used > 2) {
            text_addz(out, "\n  ");
            used = 2;
        }
        text_addz(out, " ");
        text_add(out, at, n);
        used += width + 1;
        at += n + strspn(at + n, " ");
    }
    text_addz(out, "\n");
}

static void add_terminal(struct text *out, const struct call *call, const struct told *told) {
    static const enum table_style style[] = {STYLE_PLAIN, STYLE_GOOD, STYLE_BAD, STYLE_WARN};
    static const char *const mark[] = {"·", "✓", "▲", "?"};
    uint8_t section = N_TOLD_SECTION;
    for (uint32_t i = 0; i < told->n; i++) {
        const struct told_sentence *sentence = &told->sentence[i];
        if (sentence->section != section) {
            text_addz(out, section == N_TOLD_SECTION ? "" : "\n");
            section = sentence->section;
            table_styled(out, call->look, STYLE_STRONG,
                         told_heading((enum told_section)section, call->lang));
            text_addz(out, "\n");
        }
        text_addz(out, " ");
        table_styled(out, call->look, style[sentence->mood], mark[sentence->mood]);
        struct text safe;
        text_init(&safe, MAX_PAGE_BYTES);
        for (const char *at = sentence->text[call->lang]; *at;
             at++) { // nothing that moves the cursor
            const char c = (unsigned char)*at < 0x20 || *at == 0x7F ? '?' : *at;
            text_add(&safe, &c, 1);
        }
        add_wrapped(out, safe.bytes ? safe.bytes : "", call->look.columns);
        text_fini(&safe);
    }
}

static const char *last_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static int tell(const struct call *call, const struct quality_answer *answer) {
    const struct quality_values *values = call->args.values;
    const char *title = last_name(call->args.word[0]);
    struct text out;
    maru_error err = {0};
    text_init(&out, MAX_PAGE_BYTES);
    if (values->report) {
        quality_page(&out, &answer->quality, &answer->told, title, call->lang);
        const maru_status st = out.status != MARU_OK
                                   ? fail(&err, out.status, "the report is too large")
                                   : files_replace(values->report, out.bytes, out.n_bytes, &err);
        if (st != MARU_OK) {
            text_fini(&out);
            return verb_refuse(call, &err);
        }
        text_clear(&out);
    }
    if (call->json) {
        quality_json(&out, answer, title);
    } else if (!call->quiet) {
        add_terminal(&out, call, &answer->told);
    }
    const int status = verb_print(call, &out, EXIT_GOOD);
    text_fini(&out);
    if (values->report) {
        verb_note(call, W_REPORT_WRITTEN, (const char *const[]){values->report, NULL});
    }
    return status;
}

static maru_status look(const struct call *call, const struct quality_hints *hints,
                        struct quality_answer *answer, maru_error *err) {
    struct text bytes;
    text_init(&bytes, FRAME_BYTES);
    maru_status st = files_read(call->args.word[0], &bytes, err);
    if (st == MARU_OK) {
        st = quality_ask(bytes.bytes, bytes.n_bytes, hints, FRAME_BYTES, answer, err);
    }
    text_fini(&bytes);
    return st;
}

static int run_quality(struct call *call) {
    struct quality_hints hints;
    struct quality_answer answer = {0};
    maru_error err = {0};
    quality_hints_init(&hints);
    maru_status st = read_hints(call->args.values, &hints, &err);
    st = st == MARU_OK ? look(call, &hints, &answer, &err) : st;
    const int status = st == MARU_OK ? tell(call, &answer) : verb_refuse(call, &err);
    quality_answer_fini(&answer);
    quality_hints_fini(&hints);
    return status;
}

static const struct option options[] = {
    {"target", 't', OPTION_TEXT, offsetof(struct quality_values, target), "COLUMN", NULL,
     W_HELP_TARGET, 0, 0},
    {"bad", 'b', OPTION_TEXT, offsetof(struct quality_values, bad), "VALUE", NULL, W_HELP_BAD, 0,
     0},
    {"time", 0, OPTION_TEXT, offsetof(struct quality_values, time), "COLUMN", NULL,
     W_HELP_TIME_COLUMN, 0, 0},
    {"lot", 0, OPTION_TEXT, offsetof(struct quality_values, lot), "COLUMN", NULL, W_HELP_LOT_COLUMN,
     0, 0},
    {"tool", 0, OPTION_TEXT, offsetof(struct quality_values, tool), "COLUMN", NULL,
     W_HELP_TOOL_COLUMN, 0, 0},
    {"limits", 'l', OPTION_LIST, offsetof(struct quality_values, limits), "COLUMN=LOW..HIGH", NULL,
     W_HELP_LIMITS, 0, 0},
    {"leave-out", 'x', OPTION_LIST, offsetof(struct quality_values, leave_out), "COLUMN", NULL,
     W_HELP_LEAVE_OUT, 0, 0},
    {"cause", 'c', OPTION_LIST, offsetof(struct quality_values, cause), "COLUMN", NULL,
     W_HELP_CAUSE, 0, 0},
    {"kind", 'k', OPTION_LIST, offsetof(struct quality_values, kind), "COLUMN=KIND", NULL,
     W_HELP_KIND, 0, 0},
    {"separator", 0, OPTION_TEXT, offsetof(struct quality_values, separator), "SIGN", NULL,
     W_HELP_SEPARATOR, 0, 0},
    {"decimal", 0, OPTION_TEXT, offsetof(struct quality_values, decimal), "SIGN", NULL,
     W_HELP_DECIMAL, 0, 0},
    {"dates", 0, OPTION_TEXT, offsetof(struct quality_values, dates), "FORM", NULL, W_HELP_DATES, 0,
     0},
    {"first-line", 0, OPTION_COUNT, offsetof(struct quality_values, first_line), "N", NULL,
     W_HELP_FIRST_LINE, 1, FRAME_MAX_ROWS},
    {"keep-totals", 0, OPTION_FLAG, offsetof(struct quality_values, keep_totals), NULL, NULL,
     W_HELP_KEEP_TOTALS, 0, 0},
    {"sheet", 0, OPTION_TEXT, offsetof(struct quality_values, sheet), "NAME", NULL, W_HELP_SHEET, 0,
     0},
    {"report", 'r', OPTION_TEXT, offsetof(struct quality_values, report), "FILE.html", NULL,
     W_HELP_REPORT, 0, 0},
    {"seed", 0, OPTION_COUNT, offsetof(struct quality_values, seed), "N", "1", W_HELP_SEED, 0,
     UINT64_MAX},
};
static const char *const examples[] = {
    "maru quality defects.csv --report defects.html",
    "maru quality press.csv --target result --bad NG --limits thickness=1.2..1.4", NULL};

const struct verb verb_quality = {
    .name = "quality",
    .synopsis = "FILE.csv|FILE.xlsx|FILE.ods [--report FILE.html] [--target COLUMN]",
    .purpose = W_QUALITY_PURPOSE,
    .option = options,
    .n_option = sizeof options / sizeof options[0],
    .n_value_bytes = sizeof(struct quality_values),
    .min_words = 1,
    .max_words = 1,
    .example = examples,
    .run = run_quality};
