#include "io/workbook/workbook.h"

#include <string.h>

#include "base/alloc.h"
#include "base/number.h"
#include "base/status.h"
#include "io/workbook/workbook_inside.h"

// A workbook is a zip whose parts are XML. Those that matter:
//
//     xl/workbook.xml               names of the sheets, each with the id of a relation; which calendar
//     xl/_rels/workbook.xml.rels    id -> path of the part
//     xl/sharedStrings.xml          texts, named by their number
//     xl/styles.xml                 number formats, named by their number; styles, which name a format
//     xl/worksheets/sheet1.xml      rows and cells (workbook_cells.c), in blocks (workbook_blocks.c)
//
// Parts come out of the zip in workbook_zip.c and go through workbook_xml.c.

bool workbook_make_room(void **table, uint32_t n, uint32_t *cap, size_t size) {
    if (n < *cap) {
        return true;
    }
    const uint32_t grown = *cap > 0 ? *cap * 2 : 64;
    void *made = alloc_resize(*table, grown, size);
    if (made) {
        *table = made;
        *cap = grown;
    }
    return made != NULL;
}

// ---- shared strings

struct strings {
    struct workbook_job *job;
    struct text text;
    bool is_in_text, is_phonetic;
};

static maru_status strings_begin(void *context, const char *name, const char **attribute) {
    struct strings *s = context;
    (void)attribute;
    s->is_phonetic = s->is_phonetic || strcmp(name, "rPh") == 0;
    s->is_in_text = strcmp(name, "t") == 0 && !s->is_phonetic;
    if (strcmp(name, "si") == 0) {
        text_clear(&s->text);
    }
    return MARU_OK;
}

static maru_status strings_end(void *context, const char *name) {
    struct strings *s = context;
    struct workbook_job *job = s->job;
    s->is_in_text = false;
    s->is_phonetic = s->is_phonetic && strcmp(name, "rPh") != 0;
    if (strcmp(name, "si") != 0) {
        return MARU_OK;
    }
    if (job->n_string >= WORKBOOK_MAX_STRINGS) {
        return fail(job->err, MARU_E_LIMIT, "a workbook has at most %d texts",
                    WORKBOOK_MAX_STRINGS);
    }
    void *table = job->string;
    if (!workbook_make_room(&table, job->n_string, &job->cap_string, sizeof *job->string)) {
        return fail(job->err, MARU_E_MEMORY, "no memory");
    }
    job->string = table;
    const char *bytes =
        arena_text(&job->arena, s->text.bytes ? s->text.bytes : "", s->text.n_bytes);
    if (!bytes) {
        return arena_refusal(&job->arena, job->err);
    }
    job->string[job->n_string++] = (struct workbook_string){bytes, (uint32_t)s->text.n_bytes};
    return MARU_OK;
}

static maru_status strings_text(void *context, const char *bytes, size_t n) {
    struct strings *s = context;
    if (s->is_in_text) {
        text_add(&s->text, bytes, n);
    }
    return s->text.status == MARU_OK
               ? MARU_OK
               : fail(s->job->err, s->text.status, "a cell has more than %d bytes",
                      WORKBOOK_MAX_CELL_BYTES);
}

static maru_status read_strings(struct workbook_job *job, const char *path) {
    struct strings s = {.job = job};
    const struct workbook_handler handler = {strings_begin, strings_end, strings_text, &s};
    bool is_there = false; // a workbook of numbers has none
    text_init(&s.text, WORKBOOK_MAX_CELL_BYTES);
    const maru_status st = workbook_read_part(job, path, &handler, &is_there);
    text_fini(&s.text);
    return st;
}

// ---- styles

struct styles {
    struct workbook_job *job;
    bool is_in_cells; // <cellXfs>: those that cells name
};

static uint32_t whole_of(const char **attribute, const char *name) {
    const char *text = workbook_attribute(attribute, name);
    int64_t number = 0;
    return text && number_int64(text, strlen(text), &number) && number >= 0 && number < UINT32_MAX
               ? (uint32_t)number
               : UINT32_MAX;
}

static enum workbook_form form_of(const struct workbook_job *job, uint32_t id) {
    for (uint32_t i = 0; i < job->n_format; i++) {
        if (job->format[i].id == id) {
            return (enum workbook_form)job->format[i].form;
        }
    }
    return workbook_form_of(id);
}

static maru_status add_format(struct workbook_job *job, const char **attribute) {
    const char *code = workbook_attribute(attribute, "formatCode");
    void *table = job->format;
    if (job->n_format >= 2000) { // more are never used; each style looks through them
        return MARU_OK;
    }
    if (!workbook_make_room(&table, job->n_format, &job->cap_format, sizeof *job->format)) {
        return fail(job->err, MARU_E_MEMORY, "no memory");
    }
    job->format = table;
    job->format[job->n_format++] = (struct workbook_format){
        whole_of(attribute, "numFmtId"), (uint8_t)workbook_form_of_code(code ? code : "")};
    return MARU_OK;
}

static maru_status add_style(struct workbook_job *job, const char **attribute) {
    void *table = job->style;
    if (job->n_style >= WORKBOOK_MAX_STYLES) {
        return fail(job->err, MARU_E_LIMIT, "a workbook has at most %d styles",
                    WORKBOOK_MAX_STYLES);
    }
    if (!workbook_make_room(&table, job->n_style, &job->cap_style, 1)) {
        return fail(job->err, MARU_E_MEMORY, "no memory");
    }
    job->style = table;
    job->style[job->n_style++] = (uint8_t)form_of(job, whole_of(attribute, "numFmtId"));
    return MARU_OK;
}

static maru_status styles_begin(void *context, const char *name, const char **attribute) {
    struct styles *styles = context;
    if (strcmp(name, "cellXfs") == 0) {
        styles->is_in_cells = true;
    } else if (strcmp(name, "numFmt") == 0) {
        return add_format(styles->job, attribute);
    } else if (styles->is_in_cells && strcmp(name, "xf") == 0) {
        return add_style(styles->job, attribute);
    }
    return MARU_OK;
}

static maru_status styles_end(void *context, const char *name) {
    struct styles *styles = context;
    styles->is_in_cells = styles->is_in_cells && strcmp(name, "cellXfs") != 0;
    return MARU_OK;
}

static maru_status no_text(void *context, const char *bytes, size_t n) {
    (void)context, (void)bytes, (void)n;
    return MARU_OK;
}

static maru_status read_styles(struct workbook_job *job, const char *path) {
    struct styles styles = {.job = job};
    const struct workbook_handler handler = {styles_begin, styles_end, no_text, &styles};
    bool is_there = false;
    return workbook_read_part(job, path, &handler, &is_there);
}

// ---- sheets and where they are

struct relations {
    struct workbook_job *job;
    const char **id; // (n_sheet)
    const char *strings, *styles;
};

maru_status workbook_add_sheet(struct workbook_job *job, const char *name, bool is_hidden) {
    struct workbook *book = job->book;
    if (book->n_sheet == WORKBOOK_MAX_SHEETS) {
        return fail(job->err, MARU_E_LIMIT, "a workbook has at most %d sheets",
                    WORKBOOK_MAX_SHEETS);
    }
    const char *kept = arena_text(&book->arena, name, strlen(name));
    if (!kept) {
        return arena_refusal(&book->arena, job->err);
    }
    book->sheet[book->n_sheet++] = (struct workbook_sheet){.name = kept, .is_hidden = is_hidden};
    return MARU_OK;
}

static maru_status book_begin(void *context, const char *name, const char **attribute) {
    struct relations *r = context;
    struct workbook *book = r->job->book;
    if (strcmp(name, "workbookPr") == 0) {
        const char *is_1904 = workbook_attribute(attribute, "date1904");
        r->job->is_1904 = is_1904 && (strcmp(is_1904, "1") == 0 || strcmp(is_1904, "true") == 0);
    }
    if (strcmp(name, "sheet") != 0) {
        return MARU_OK;
    }
    const char *title = workbook_attribute(attribute, "name");
    const char *id = workbook_attribute(attribute, "id");
    const char *state = workbook_attribute(attribute, "state");
    const uint32_t n = book->n_sheet;
    const bool is_hidden = state && strcmp(state, "visible") != 0;
    const maru_status st = workbook_add_sheet(r->job, title ? title : "", is_hidden);
    if (st != MARU_OK) {
        return st;
    }
    id = id ? id : "";
    r->id[n] = arena_text(&r->job->arena, id, strlen(id));
    return r->id[n] ? MARU_OK : arena_refusal(&r->job->arena, r->job->err);
}

static bool ends_with(const char *text, const char *end) {
    const size_t n = strlen(text);
    const size_t n_end = strlen(end);
    return n >= n_end && strcmp(text + n - n_end, end) == 0;
}

// The path of a part from a target: from the root, or beside xl/workbook.xml.
static const char *path_of(struct relations *r, const char *target) {
    struct text path;
    text_init(&path, 4096);
    text_addz(&path, target[0] == '/' ? "" : "xl/");
    text_addz(&path, target[0] == '/' ? target + 1 : target);
    const char *made =
        path.status == MARU_OK ? arena_text(&r->job->book->arena, path.bytes, path.n_bytes) : NULL;
    text_fini(&path);
    return made;
}

static maru_status relations_begin(void *context, const char *name, const char **attribute) {
    struct relations *r = context;
    struct workbook *book = r->job->book;
    if (strcmp(name, "Relationship") != 0) {
        return MARU_OK;
    }
    const char *id = workbook_attribute(attribute, "Id");
    const char *type = workbook_attribute(attribute, "Type");
    const char *target = workbook_attribute(attribute, "Target");
    if (!id || !type || !target) {
        return MARU_OK;
    }
    const char *path = path_of(r, target);
    if (!path) {
        return fail(r->job->err, MARU_E_LIMIT, "the workbook has a path that is too long");
    }
    r->strings = ends_with(type, "/sharedStrings") ? path : r->strings;
    r->styles = ends_with(type, "/styles") ? path : r->styles;
    for (uint32_t i = 0; ends_with(type, "/worksheet") && i < book->n_sheet; i++) {
        if (strcmp(r->id[i], id) == 0) {
            book->sheet[i].path = path;
        }
    }
    return MARU_OK;
}

static maru_status no_end(void *context, const char *name) {
    (void)context, (void)name;
    return MARU_OK;
}

static maru_status read_book(struct workbook_job *job, struct relations *r) {
    const struct workbook_handler of_book = {book_begin, no_end, no_text, r};
    const struct workbook_handler of_relations = {relations_begin, no_end, no_text, r};
    bool is_there = false;
    r->id = (const char **)arena_take(&job->arena, WORKBOOK_MAX_SHEETS, sizeof *r->id);
    if (!r->id) {
        return arena_refusal(&job->arena, job->err);
    }
    maru_status st = workbook_read_part(job, "xl/workbook.xml", &of_book, &is_there);
    if (st == MARU_OK && !is_there) {
        return fail(job->err, MARU_E_INPUT,
                    "this zip is no workbook: save it as .xlsx, .ods or CSV");
    }
    st = st == MARU_OK
             ? workbook_read_part(job, "xl/_rels/workbook.xml.rels", &of_relations, &is_there)
             : st;
    if (st == MARU_OK && !is_there) {
        st = fail(job->err, MARU_E_INPUT, "a part of the workbook is missing: %s",
                  "xl/_rels/workbook.xml.rels");
    }
    return st;
}

static maru_status choose(struct workbook_job *job, const char *name) {
    struct workbook *book = job->book;
    for (uint32_t i = 0; i < book->n_sheet; i++) {
        const struct workbook_sheet *sheet = &book->sheet[i];
        if (!sheet->path || (name ? strcmp(sheet->name, name) != 0 : sheet->is_hidden)) {
            continue;
        }
        text_clear(&book->csv);
        book->n_cell = 0;
        book->n_without_value = 0;
        book->chosen = i;
        const maru_status st = workbook_read_sheet(job, sheet->path);
        if (st != MARU_OK || book->n_cell > 0 || name) {
            return st;
        }
    }
    return MARU_OK;
}

// ---- all of it

static const char ole[8] = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";

bool workbook_is(const char *bytes, size_t n) {
    return (n >= sizeof ole && memcmp(bytes, ole, sizeof ole) == 0) ||
           (n >= 4 && memcmp(bytes, "PK\x03\x04", 4) == 0);
}

// The first part of an .ods is its type, not packed (ODF 1.3 part 2, 3.3); 30 bytes of a zip stand before it.
const char *workbook_ending(const char *bytes, size_t n) {
    static const char type[] = "mimetypeapplication/vnd.oasis.opendocument";
    if (n >= sizeof ole && memcmp(bytes, ole, sizeof ole) == 0) {
        return "xls";
    }
    return n >= 30 + sizeof type && memcmp(bytes + 30, type, sizeof type - 1) == 0 ? "ods" : "xlsx";
}

// Older workbooks, and encrypted ones of any age, are a file system of their own (OLE2), with names in UTF-16.
static maru_status refuse_old(const char *bytes, size_t n, maru_error *err) {
    static const char name[] = "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e";
    return memmem(bytes, n, name, sizeof name)
               ? fail(err, MARU_E_INPUT, "the workbook is encrypted: save it without a password")
               : fail(err, MARU_E_INPUT,
                      "this is an .xls of before 2007: save it as .xlsx, .ods or CSV");
}

static maru_status read_xlsx(struct workbook_job *job, const char *sheet) {
    struct relations r = {.job = job};
    maru_status st = read_book(job, &r);
    st = st == MARU_OK && r.strings ? read_strings(job, r.strings) : st;
    st = st == MARU_OK && r.styles ? read_styles(job, r.styles) : st;
    return st == MARU_OK ? choose(job, sheet) : st;
}

static maru_status refuse_empty(const struct workbook_job *job, const char *sheet) {
    const struct workbook *book = job->book;
    if (!sheet) {
        return fail(job->err, MARU_E_INPUT, "no sheet of the workbook has a value");
    }
    for (uint32_t i = 0; i < book->n_sheet; i++) {
        if (strcmp(book->sheet[i].name, sheet) == 0) {
            return fail(job->err, MARU_E_INPUT, "the sheet '%s' has no value", sheet);
        }
    }
    return fail(job->err, MARU_E_INPUT, "the workbook has no sheet '%s'", sheet);
}

static maru_status run(struct workbook_job *job, const char *sheet) {
    struct workbook *book = job->book;
    bool is_open = false;
    book->sheet = arena_take(&book->arena, WORKBOOK_MAX_SHEETS, sizeof *book->sheet);
    maru_status st = book->sheet ? MARU_OK : arena_refusal(&book->arena, job->err);
    st = st == MARU_OK ? workbook_is_opendocument(job, &is_open) : st;
    if (st == MARU_OK) {
        st = is_open ? workbook_read_opendocument(job, sheet) : read_xlsx(job, sheet);
    }
    return st == MARU_OK && book->n_cell == 0 ? refuse_empty(job, sheet) : st;
}

maru_status workbook_read(const char *bytes, size_t n, const char *sheet, size_t cap_bytes,
                          struct workbook *workbook, maru_error *err) {
    if (n >= sizeof ole && memcmp(bytes, ole, sizeof ole) == 0) {
        return refuse_old(bytes, n, err);
    }
    if (!workbook_is(bytes, n)) {
        return fail(err, MARU_E_INPUT, "this is no workbook");
    }
    struct workbook made = {0};
    struct workbook_job job = {.bytes = bytes, .n = n, .book = &made, .err = err};
    arena_init(&made.arena, cap_bytes);
    arena_init(&job.arena, cap_bytes);
    text_init(&made.csv, cap_bytes);
    const maru_status st = run(&job, sheet);
    if (st == MARU_OK) {
        *workbook = made;
    } else {
        workbook_fini(&made);
    }
    alloc_free(job.string);
    alloc_free(job.format);
    alloc_free(job.style);
    arena_fini(&job.arena);
    return st;
}

void workbook_fini(struct workbook *workbook) {
    text_fini(&workbook->csv);
    arena_fini(&workbook->arena);
    *workbook = (struct workbook){0};
}
