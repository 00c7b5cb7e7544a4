#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "maru/plant.h"
#include "plant/dialect/autosched.h"
#include "plant/dialect/tables.h"
#include "plant/draft.h"
#include "plant/faults.h"
#include "plant/freeze.h"
#include "plant/resolve.h"
#include "plant/soundness.h"

// The path of a plant: tables -> dialect reader -> draft -> resolve -> check -> freeze -> check of
// loads. Every stage says all it finds, and only a draft without faults is frozen.

static void note_files(struct draft *draft) {
    for (size_t i = 0; i < draft->n_file; i++) {
        if (draft->file[i].note) {
            draft_fault_file(draft, MARU_NOTE, draft->file[i].name, 0, 0, NULL, "", "%s",
                             draft->file[i].note);
        }
        if (draft->file[i].bytes && !draft->is_used[i]) {
            draft_fault_file(draft, MARU_NOTE, draft->file[i].name, 0, 0, NULL,
                             "a table of docs/PLANT.md, or nothing: it is skipped", "unknown file");
        }
    }
}

static bool read_dialect(struct draft *draft) {
    const bool is_autosched = autosched_is(draft);
    const bool is_tables = tables_is(draft);
    if (is_autosched && is_tables) {
        draft_fault_file(draft, MARU_FAULT, NULL, 0, 0, NULL, "the tables of one dialect",
                         "both maru CSV tables and AutoSched tables are here");
        return false;
    }
    if (!is_autosched && !is_tables) {
        draft_fault_file(
            draft, MARU_FAULT, NULL, 0, 0, NULL,
            "routes.csv, tools.csv and releases.csv; or part.txt, tool.txt.1l, order.txt "
            "and route files",
            "there is no plant here");
        return false;
    }
    if (is_autosched) {
        autosched_read(draft);
    } else {
        tables_read(draft);
    }
    tables_read_beside(draft);
    return true;
}

static maru_status read_draft(struct draft *draft, maru_plant **out, maru_error *err) {
    if (draft->n_file > PLANT_MAX_FILES) {
        return fail(err, MARU_E_LIMIT, "more than 10000 files");
    }
    maru_status st = draft_status(draft, err);
    if (st != MARU_OK) {
        return st;
    }
    if (read_dialect(draft)) {
        note_files(draft);
        st = draft_status(draft, err);
        if (st == MARU_OK) {
            draft_resolve(draft);
            st = draft_status(draft, err);
        }
        if (st == MARU_OK) {
            draft_check(draft);
            st = draft_status(draft, err);
        }
    }
    if (st == MARU_OK) {
        st = faults_status(draft->faults, err);
    }
    if (st != MARU_OK) {
        return st;
    }
    maru_plant *plant = NULL;
    st = draft_freeze(draft, &plant, err);
    if (st == MARU_OK) {
        draft_check_flow(draft, plant);
        st = draft_status(draft, err);
    }
    if (st == MARU_OK) {
        st = faults_status(draft->faults, err);
    }
    if (st == MARU_OK) {
        *out = plant;
    } else {
        maru_plant_free(plant);
    }
    return st;
}

maru_status maru_plant_read(const maru_file *files, size_t n_file, maru_faults *faults,
                            maru_plant **out, maru_error *err) {
    maru_faults *own = faults ? NULL : maru_faults_new();
    if (!faults && !own) {
        return fail(err, MARU_E_MEMORY, "out of memory");
    }
    struct draft draft;
    draft_init(&draft, files, n_file, faults ? faults : own);
    const maru_status st = read_draft(&draft, out, err);
    draft_fini(&draft);
    maru_faults_free(own);
    return st;
}

void maru_plant_free(maru_plant *plant) {
    if (plant) {
        struct arena arena = plant->arena;
        arena_fini(&arena);
        alloc_free(plant);
    }
}

maru_plant_size maru_plant_sizes(const maru_plant *plant) {
    return (maru_plant_size){
        .n_product = plant->n_product,
        .n_route = plant->n_route,
        .n_step = plant->n_step,
        .n_area = plant->n_area,
        .n_group = plant->n_group,
        .n_tool = plant->n_tool,
        .n_setup = plant->n_setup,
        .n_release = plant->n_release,
        .n_stock = plant->n_stock,
        .n_calendar = plant->n_calendar,
    };
}

const char *maru_plant_name(const maru_plant *plant) { return plant->name; }
