#include "plant/faults.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/status.h"

// The kept faults stand in the order they were found, their texts in an arena. Each severity has
// its own limit, so that a thousand notes cannot hide a fault.

enum { N_SEVERITY = MARU_FAULT + 1, FAULTS_MAX_BYTES = 8 << 20 };

struct maru_faults {
    maru_fault *kept; // (n_kept)
    size_t n_kept, cap;
    size_t count[N_SEVERITY], kept_of[N_SEVERITY];
    struct arena arena;
    bool is_short;
};

maru_faults *maru_faults_new(void) {
    maru_faults *faults = alloc_new(1, sizeof *faults);
    if (faults) {
        arena_init(&faults->arena, FAULTS_MAX_BYTES);
    }
    return faults;
}

void maru_faults_free(maru_faults *faults) {
    if (faults) {
        arena_fini(&faults->arena);
        alloc_free(faults->kept);
        alloc_free(faults);
    }
}

size_t maru_faults_count(const maru_faults *faults, maru_severity severity) {
    return (unsigned)severity < N_SEVERITY ? faults->count[severity] : 0;
}

size_t maru_faults_kept(const maru_faults *faults) { return faults->n_kept; }

const maru_fault *maru_faults_get(const maru_faults *faults, size_t index) {
    return index < faults->n_kept ? &faults->kept[index] : NULL;
}

bool faults_is_short(const maru_faults *faults) { return faults->is_short; }

// At most `max` bytes, cut between characters, "..." behind what was cut.
static const char *keep_text(maru_faults *faults, const char *text, size_t max) {
    const char *const from = text ? text : "";
    size_t n = strlen(from);
    if (n <= max) {
        return arena_text(&faults->arena, from, n);
    }
    n = max - 3;
    while (n > 0 && ((unsigned char)from[n] & 0xC0) == 0x80) {
        n--;
    }
    char *kept = arena_take(&faults->arena, n + 4, 1);
    if (kept) {
        memcpy(kept, from, n);
        memcpy(kept + n, "...", 4);
    }
    return kept;
}

static bool grow(maru_faults *faults) {
    if (faults->n_kept < faults->cap) {
        return true;
    }
    const size_t cap = faults->cap > 0 ? faults->cap * 2 : 16;
    maru_fault *kept = alloc_resize(faults->kept, cap, sizeof *kept);
    if (kept) {
        faults->kept = kept;
        faults->cap = cap;
    }
    return kept != NULL;
}

void faults_add(maru_faults *faults, maru_severity severity, const struct fault_place *place,
                const char *right, const char *format, va_list args) {
    faults->count[severity]++;
    if (faults->kept_of[severity] >= FAULTS_MAX_KEPT) {
        return;
    }
    char wrong[2 * FAULTS_MAX_TEXT_BYTES];
    vsnprintf(wrong, sizeof wrong, format, args);
    const maru_fault fault = {
        .severity = severity,
        .file = keep_text(faults, place->file, FAULTS_MAX_NAME_BYTES),
        .row = place->row,
        .column = place->column,
        .header = keep_text(faults, place->header, FAULTS_MAX_NAME_BYTES),
        .value = keep_text(faults, place->value, FAULTS_MAX_VALUE_BYTES),
        .wrong = keep_text(faults, wrong, FAULTS_MAX_TEXT_BYTES),
        .right = keep_text(faults, right, FAULTS_MAX_TEXT_BYTES),
    };
    if (!fault.file || !fault.header || !fault.value || !fault.wrong || !fault.right ||
        !grow(faults)) {
        faults->is_short = true;
        return;
    }
    faults->kept[faults->n_kept++] = fault;
    faults->kept_of[severity]++;
}

maru_status faults_status(const maru_faults *faults, maru_error *err) {
    if (faults->is_short) {
        return fail(err, MARU_E_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < faults->n_kept; i++) {
        const maru_fault *f = &faults->kept[i];
        if (f->severity == MARU_FAULT) {
            const char *quote = f->value[0] != '\0' ? "'" : "";
            return fail_at(err, MARU_E_INPUT, f->file, f->row, f->column, "%s%s%s%s%s: %s", quote,
                           f->value, quote, quote[0] != '\0' ? ": " : "", f->wrong, f->right);
        }
    }
    return MARU_OK;
}
