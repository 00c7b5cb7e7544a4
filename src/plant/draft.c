#include "plant/draft.h"

#include <assert.h>
#include <stdarg.h>
#include <string.h>

#include "base/alloc.h"
#include "base/digest.h"
#include "base/status.h"
#include "plant/dialect/sheet.h"
#include "plant/faults.h"

// Tables grow by doubling. Names are found through a hash table whose seed is a digest of all the
// input: names chosen to collide would have to collide under a seed that they change themselves. No
// order and no result depends on the hash: ids are given by first appearance.

static const size_t row_bytes[N_DRAFT_TABLE] = {
    [TABLE_PLANT] = sizeof(struct draft_plant),
    [TABLE_PRODUCT] = sizeof(struct draft_product),
    [TABLE_STEP] = sizeof(struct draft_step),
    [TABLE_GROUP] = sizeof(struct draft_group),
    [TABLE_SETUP] = sizeof(struct draft_setup),
    [TABLE_CALENDAR] = sizeof(struct draft_calendar),
    [TABLE_RELEASE] = sizeof(struct draft_release),
    [TABLE_STOCK] = sizeof(struct draft_stock),
    [TABLE_MOVE] = sizeof(struct draft_move),
    [TABLE_RULE] = sizeof(struct draft_rule),
    [TABLE_PLACE] = sizeof(struct draft_place),
    [TABLE_RAIL] = sizeof(struct draft_rail),
    [TABLE_CYCLE] = sizeof(struct draft_cycle),
    [TABLE_ATTACH] = sizeof(struct draft_attach),
};

static bool names_grow(struct draft_names *names);

void draft_init(struct draft *draft, const maru_file *files, size_t n_file, maru_faults *faults) {
    *draft = (struct draft){
        .faults = faults, .file = files, .n_file = n_file, .start = PLANT_DEFAULT_START};
    arena_init(&draft->arena, PLANT_MAX_DRAFT_BYTES);
    struct digest digest;
    digest_init(&digest);
    for (size_t i = 0; i < n_file; i++) {
        digest_bytes(&digest, files[i].bytes, files[i].n_bytes);
    }
    draft->names.seed = digest.lane[0];
    draft->is_used = alloc_new(n_file > 0 ? n_file : 1, sizeof *draft->is_used);
    draft->is_short = !draft->is_used || !names_grow(&draft->names);
}

void draft_fini(struct draft *draft) {
    for (int t = 0; t < N_DRAFT_TABLE; t++) {
        alloc_free(draft->rows[t].row);
    }
    alloc_free(draft->area.item);
    alloc_free(draft->location.item);
    alloc_free(draft->setup.item);
    alloc_free(draft->route.item);
    alloc_free(draft->names.name);
    alloc_free(draft->names.slot);
    alloc_free(draft->values);
    alloc_free(draft->sheet);
    alloc_free(draft->is_used);
    arena_fini(&draft->arena);
}

bool draft_grow(void **array, uint32_t n, uint32_t *cap, size_t size) {
    if (n < *cap) {
        return true;
    }
    const uint32_t more = *cap > 0 ? *cap * 2 : 16;
    void *grown = more > *cap ? alloc_resize(*array, more, size) : NULL;
    if (grown) {
        *array = grown;
        *cap = more;
    }
    return grown != NULL;
}

void *draft_add(struct draft *draft, enum draft_table table) {
    struct draft_rows *rows = &draft->rows[table];
    if (rows->n >= PLANT_MAX_ROWS) {
        draft->limit = "a table has more than 1000000 rows";
        return NULL;
    }
    if (!draft_grow(&rows->row, rows->n, &rows->cap, row_bytes[table])) {
        draft->is_short = true;
        return NULL;
    }
    rows->n++;
    void *row = draft_row(draft, table, rows->n - 1);
    memset(row, 0, row_bytes[table]);
    return row;
}

void *draft_row(const struct draft *draft, enum draft_table table, uint32_t row) {
    assert(row < draft->rows[table].n);
    return (char *)draft->rows[table].row + row * row_bytes[table];
}

maru_status draft_status(const struct draft *draft, maru_error *err) {
    if (draft->limit) {
        return fail_at(err, MARU_E_LIMIT, draft->limit_file, draft->limit_row, 0, "%s",
                       draft->limit);
    }
    if (draft->arena.is_full) {
        return arena_refusal(&draft->arena, err);
    }
    if (draft->is_short || faults_is_short(draft->faults)) {
        return fail(err, MARU_E_MEMORY, "out of memory");
    }
    return MARU_OK;
}

// Names

static uint64_t name_hash(uint64_t seed, const char *bytes, size_t n) {
    uint64_t h = seed ^ n * UINT64_C(0x9E3779B97F4A7C15);
    for (size_t i = 0; i < n; i++) {
        h = (h ^ (unsigned char)bytes[i]) * UINT64_C(0x100000001B3);
        h ^= h >> 29;
    }
    h *= UINT64_C(0xBF58476D1CE4E5B9);
    return h ^ h >> 32;
}

// The slot that holds the name, or the free one where it belongs.
static uint32_t name_slot(const struct draft_names *names, const char *bytes, size_t n,
                          uint64_t hash) {
    const uint32_t mask = names->n_slot - 1;
    for (uint32_t slot = (uint32_t)hash & mask;; slot = (slot + 1) & mask) {
        const uint32_t id = names->slot[slot];
        if (id == 0) {
            return slot;
        }
        const struct draft_name *name = &names->name[id];
        if (name->hash == hash && strncmp(name->text, bytes, n) == 0 && name->text[n] == '\0') {
            return slot;
        }
    }
}

static bool names_grow(struct draft_names *names) {
    if (!draft_grow((void **)&names->name, names->n, &names->cap, sizeof *names->name)) {
        return false;
    }
    if (names->n == 0) {
        names->name[names->n++] = (struct draft_name){.text = ""};
    }
    if (names->n_slot > 0 && names->n < names->n_slot / 2) {
        return true;
    }
    const uint32_t n_slot = names->n_slot > 0 ? names->n_slot * 2 : 1024;
    uint32_t *slot = alloc_new(n_slot, sizeof *slot);
    if (!slot) {
        return false;
    }
    for (uint32_t id = 1; id < names->n; id++) {
        uint32_t at = (uint32_t)names->name[id].hash & (n_slot - 1);
        while (slot[at] != 0) {
            at = (at + 1) & (n_slot - 1);
        }
        slot[at] = id;
    }
    alloc_free(names->slot);
    names->slot = slot;
    names->n_slot = n_slot;
    return true;
}

uint32_t draft_find(const struct draft *draft, const char *bytes, size_t n) {
    const struct draft_names *names = &draft->names;
    if (n == 0 || names->n_slot == 0) {
        return 0;
    }
    return names->slot[name_slot(names, bytes, n, name_hash(names->seed, bytes, n))];
}

uint32_t draft_name(struct draft *draft, const char *bytes, size_t n) {
    struct draft_names *names = &draft->names;
    if (n == 0) {
        return 0;
    }
    if (!names_grow(names)) {
        draft->is_short = true;
        return 0;
    }
    const uint64_t hash = name_hash(names->seed, bytes, n);
    const uint32_t slot = name_slot(names, bytes, n, hash);
    if (names->slot[slot] == 0) {
        names->name[names->n] = (struct draft_name){.text = bytes, .hash = hash};
        names->slot[slot] = names->n++;
    }
    return names->slot[slot];
}

uint32_t *draft_ids(struct draft *draft) {
    const size_t n = draft->names.n;
    uint32_t *ids = arena_take(&draft->arena, n, sizeof *ids);
    if (ids) {
        memset(ids, 0xFF, n * sizeof *ids);
    }
    draft->is_short = draft->is_short || !ids;
    return ids;
}

const char *draft_text(const struct draft *draft, uint32_t name) {
    return name > 0 && name < draft->names.n ? draft->names.name[name].text : "";
}

// Faults

static void add_at(struct draft *draft, maru_severity severity, struct source *at, uint32_t column,
                   const char *right, const char *format, va_list args) MARU_PRINTF(6, 0);

static void add_at(struct draft *draft, maru_severity severity, struct source *at, uint32_t column,
                   const char *right, const char *format, va_list args) {
    const struct sheet *sheet = &draft->sheet[at->sheet];
    struct fault_place place = {.file = sheet->file, .row = at->line, .column = column};
    if (column > 0) {
        place.header = column <= sheet->n_header ? sheet->header[column - 1].bytes : NULL;
        place.value = column <= at->n_cell ? at->cell[column - 1].bytes : NULL;
    }
    faults_add(draft->faults, severity, &place, right, format, args);
}

void draft_fault(struct draft *draft, maru_severity severity, struct source *at, int field,
                 const char *right, const char *format, ...) {
    const uint32_t column = field >= 0 ? draft->sheet[at->sheet].column_of[field] : 0;
    va_list args;
    va_start(args, format);
    add_at(draft, severity, at, column, right, format, args);
    va_end(args);
    if (severity == MARU_FAULT && field >= 0) {
        at->bad |= FIELD_BIT(field);
    }
}

void draft_fault_column(struct draft *draft, struct source *at, int field, uint32_t column,
                        const char *right, const char *format, ...) {
    va_list args;
    va_start(args, format);
    add_at(draft, MARU_FAULT, at, column, right, format, args);
    va_end(args);
    at->bad |= FIELD_BIT(field);
}

void draft_fault_file(struct draft *draft, maru_severity severity, const char *file, uint32_t row,
                      uint32_t column, const char *header, const char *right, const char *format,
                      ...) {
    const struct fault_place place = {.file = file, .row = row, .column = column, .header = header};
    va_list args;
    va_start(args, format);
    faults_add(draft->faults, severity, &place, right, format, args);
    va_end(args);
}
