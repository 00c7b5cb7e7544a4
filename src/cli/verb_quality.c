// maru quality FILE: what a spreadsheet says of its defects, on the terminal, as a page to print, or as JSON.
//
// Exit status 0: answered, whatever the answer is; 3: the file cannot be read, or says nothing.

#include "cli/verb.h"
#include "io/charset.h"
#include "io/files.h"
#include "io/workbook.h"
#include "study/quality/quality_page.h"
#include "wire/sheet/spreadsheet.h"

#include "base/alloc.h"
#include "base/number.h"
#include "base/status.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define FRAME_BYTES ((size_t)8 << 30)
enum { MAX_PAGE_BYTES = 256 << 20, NAME_BYTES = 512 };

struct quality_values {
    struct common common;
    const char *target, *bad, *time, *lot, *report, *sheet;
    struct option_list limits, leave_out, cause;
    uint64_t seed;
};

// ---- what the command line knows

struct hints {
    struct role_hint role[2 * ARGS_MAX_LIST + 2];
    struct quality_limit limit[ARGS_MAX_LIST];
    char name[ARGS_MAX_LIST][NAME_BYTES];
    size_t n_role, n_limit;
};

static void hint_role(struct hints *hints, const char *column, enum role role) {
    if (column) {
        hints->role[hints->n_role++] = (struct role_hint){column, (uint8_t)role};
    }
}

static bool read_side(const char *bytes, size_t n, double *out) {
    *out = (double)NAN;
    return n == 0 || number_double(bytes, n, out);
}

// "두께=1.2..1.4", "x=..5": either side may be open.
static maru_status read_limit(const char *text, struct hints *hints, maru_error *err) {
    const char *equals = strrchr(text, '=');
    const char *dots = equals ? strstr(equals, "..") : NULL;
    char *name = hints->name[hints->n_limit];
    struct quality_limit limit = {.column = name};
    if (!dots || equals == text || (size_t)(equals - text) >= NAME_BYTES ||
        !read_side(equals + 1, (size_t)(dots - equals - 1), &limit.lower) ||
        !read_side(dots + 2, strlen(dots + 2), &limit.upper) ||
        (isnan(limit.lower) && isnan(limit.upper))) {
        return fail(err, MARU_E_USAGE, "limits are written COLUMN=LOW..HIGH, not \"%s\"", text);
    }
    snprintf(name, NAME_BYTES, "%.*s", (int)(equals - text), text);
    hints->limit[hints->n_limit++] = limit;
    return MARU_OK;
}

static maru_status read_hints(const struct quality_values *values, struct hints *hints,
                              maru_error *err) {
    for (size_t i = 0; i < values->limits.n; i++) {
        const maru_status st = read_limit(values->limits.text[i], hints, err);
        if (st != MARU_OK) {
            return st;
        }
    }
    for (size_t i = 0; i < values->leave_out.n; i++) {
        hint_role(hints, values->leave_out.text[i], ROLE_REMARK);
    }
    for (size_t i = 0; i < values->cause.n; i++) {
        hint_role(hints, values->cause.text[i], ROLE_INPUT);
    }
    hint_role(hints, values->time, ROLE_TIME);
    hint_role(hints, values->lot, ROLE_LOT);
    return MARU_OK;
}

// ---- the file

struct sheet_file {
    struct text bytes;
    struct workbook workbook; // of an .xlsx
    struct charset_text utf8;
    struct frame frame;
    struct sheet_reading reading;
};

static maru_status open_file(const char *path, const char *sheet, struct sheet_file *file,
                             maru_error *err) {
    struct sheet_hints hints = sheet_no_hints();
    text_init(&file->bytes, FRAME_BYTES);
    maru_status st = files_read(path, &file->bytes, err);
    const struct text *text = &file->bytes;
    if (st == MARU_OK && workbook_is(text->bytes, text->n_bytes)) {
        st = workbook_read(text->bytes, text->n_bytes, sheet, FRAME_BYTES, &file->workbook, err);
        text = &file->workbook.csv;
        hints.separator = ',';
    } else if (st == MARU_OK && sheet) {
        st = fail(err, MARU_E_USAGE, "only an .xlsx has sheets");
    }
    st = st == MARU_OK ? charset_decode(text->bytes, text->n_bytes, &file->utf8, err) : st;
    return st == MARU_OK ? sheet_to_frame(file->utf8.bytes, file->utf8.n, &hints, FRAME_BYTES,
                                          &file->frame, &file->reading, err)
                         : st;
}

static void close_file(struct sheet_file *file) {
    frame_fini(&file->frame);
    sheet_reading_fini(&file->reading);
    charset_fini(&file->utf8);
    workbook_fini(&file->workbook);
    text_fini(&file->bytes);
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

static int answer(const struct call *call, const struct quality *quality, const struct told *told) {
    const struct quality_values *values = call->args.values;
    const char *title = last_name(call->args.word[0]);
    struct text out;
    maru_error err = {0};
    text_init(&out, MAX_PAGE_BYTES);
    if (values->report) {
        quality_page(&out, quality, told, title, call->lang);
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
        quality_json(&out, quality, told, title);
    } else if (!call->quiet) {
        add_terminal(&out, call, told);
    }
    const int status = verb_print(call, &out, EXIT_GOOD);
    text_fini(&out);
    if (values->report) {
        verb_note(call, W_REPORT_WRITTEN, (const char *const[]){values->report, NULL});
    }
    return status;
}

static maru_status look(const struct call *call, struct sheet_file *file, struct quality *quality,
                        struct told *told, maru_error *err) {
    const struct quality_values *values = call->args.values;
    struct hints *hints = alloc_new(1, sizeof *hints);
    struct quality_options options = quality_usual();
    if (!hints) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    maru_status st = read_hints(values, hints, err);
    st = st == MARU_OK ? open_file(call->args.word[0], values->sheet, file, err) : st;
    if (st == MARU_OK) {
        options.reading = &file->reading;
        options.seed = values->seed;
        options.roles.target = values->target;
        options.roles.bad = values->bad;
        options.roles.hint = hints->role;
        options.roles.n_hint = hints->n_role;
        options.limit = hints->limit;
        options.n_limit = hints->n_limit;
        st = quality_find(&file->frame, &options, quality, err);
    }
    st = st == MARU_OK ? told_find(quality, told, err) : st;
    alloc_free(hints);
    return st;
}

static int run_quality(struct call *call) {
    struct sheet_file file = {0};
    struct quality quality = {0};
    struct told told = {0};
    maru_error err = {0};
    const maru_status st = look(call, &file, &quality, &told, &err);
    const int status = st == MARU_OK ? answer(call, &quality, &told) : verb_refuse(call, &err);
    told_fini(&told);
    quality_fini(&quality);
    close_file(&file);
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
    {"limits", 'l', OPTION_LIST, offsetof(struct quality_values, limits), "COLUMN=LOW..HIGH", NULL,
     W_HELP_LIMITS, 0, 0},
    {"leave-out", 'x', OPTION_LIST, offsetof(struct quality_values, leave_out), "COLUMN", NULL,
     W_HELP_LEAVE_OUT, 0, 0},
    {"cause", 'c', OPTION_LIST, offsetof(struct quality_values, cause), "COLUMN", NULL,
     W_HELP_CAUSE, 0, 0},
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

const struct verb verb_quality = {.name = "quality",
                                  .synopsis =
                                      "FILE.csv|FILE.xlsx [--report FILE.html] [--target COLUMN]",
                                  .purpose = W_QUALITY_PURPOSE,
                                  .option = options,
                                  .n_option = sizeof options / sizeof options[0],
                                  .n_value_bytes = sizeof(struct quality_values),
                                  .min_words = 1,
                                  .max_words = 1,
                                  .example = examples,
                                  .run = run_quality};
