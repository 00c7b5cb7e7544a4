// What must hold for any bundle of tables, of either dialect.
#ifndef FUZZ_PLANT_PROPERTY_H
#define FUZZ_PLANT_PROPERTY_H

#include "target.h"

#include "base/arena.h"
#include "base/text.h"
#include "plant/dialect/bundle.h"
#include "plant/fingerprint.h"

#include <string.h>

enum { MAX_BUNDLE_BYTES = 1 << 26 };

static inline maru_plant *read_bundle(const char *text, size_t n, bool is_good) {
    struct arena arena;
    struct bundle bundle;
    arena_init(&arena, MAX_BUNDLE_BYTES);
    must(bundle_read(text, n, &arena, &bundle, NULL) == MARU_OK);
    maru_faults *faults = maru_faults_new();
    maru_plant *plant = NULL;
    maru_error err = {0};
    const maru_status st = maru_plant_read(bundle.file, bundle.n_file, faults, &plant, &err);
    must(st == MARU_OK || st == MARU_E_INPUT || st == MARU_E_LIMIT);
    must((st == MARU_OK) == (plant != NULL));
    must((st == MARU_E_INPUT) == (maru_faults_count(faults, MARU_FAULT) > 0) || st == MARU_E_LIMIT);
    must(st == MARU_OK || (err.code == st && err.text[0] != '\0'));
    for (size_t i = 0; i < maru_faults_kept(faults); i++) {
        const maru_fault *f = maru_faults_get(faults, i);
        must(f->wrong[0] != '\0' && text_is_utf8(f->value, strlen(f->value)));
        must(f->column == 0 || f->row > 0);
    }
    must(!is_good || st == MARU_OK);
    maru_faults_free(faults);
    arena_fini(&arena);
    return plant;
}

static inline void must_be_same(const maru_plant *a, const maru_plant *b) {
    struct digest x, y;
    digest_init(&x);
    digest_init(&y);
    plant_digest(a, &x);
    plant_digest(b, &y);
    plant_digest_places(a, &x);
    plant_digest_places(b, &y);
    must(x.lane[0] == y.lane[0] && x.lane[1] == y.lane[1]);
}

// Faults are said, or the plant freezes; and what is written of it reads back as the same plant.
static inline void plant_property(const char *text, size_t n) {
    maru_plant *plant = read_bundle(text, n, false);
    if (!plant) {
        return;
    }
    struct text written;
    text_init(&written, MAX_BUNDLE_BYTES);
    must(maru_plant_write(plant, bundle_put, &written, NULL) == MARU_OK);
    maru_plant *again = read_bundle(written.bytes, written.n_bytes, true);
    must_be_same(plant, again);
    maru_plant_free(plant);
    maru_plant_free(again);
    text_fini(&written);
}

#endif
