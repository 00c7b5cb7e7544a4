// maru import DIR -o OUT: a plant of any dialect, written as maru CSV tables; with --hall its tools
// stand where a hall of SMAT2022 has them.

#include "base/status.h"
#include "cli/verb.h"
#include "cli/written.h"
#include "io/folder.h"
#include "study/words/numerals.h"

#include <stddef.h>
#include <string.h>

struct import_values {
    struct common common;
    const char *out, *hall;
    bool force;
};

struct hall { // tables of a hall of SMAT2022, as the plant's
    struct text layout, rails;
    struct smat_told told;
};

// The places and rails of a hall instead of the plant's own.
static maru_status put_without_places(void *context, const maru_file *file, maru_error *err) {
    const bool is_hall =
        strcmp(file->name, "layout.csv") == 0 || strcmp(file->name, "rail.csv") == 0;
    return is_hall ? MARU_OK : written_put(context, file, err);
}

static const maru_file *find_file(const struct folder *folder, const char *name) {
    for (size_t i = 0; i < folder->n_file; i++) {
        if (strcmp(folder->file[i].name, name) == 0) {
            return &folder->file[i];
        }
    }
    return NULL;
}

// Read a hall, and make the tables that belong to it. Gives EXIT_GOOD or the exit status.
static int read_hall(const struct call *call, const maru_plant *plant, struct hall *hall) {
    const struct import_values *values = call->args.values;
    maru_error err = {0};
    struct folder folder;
    maru_status st = folder_open(&folder, values->hall, &err);
    if (st != MARU_OK) {
        return verb_refuse(call, &err);
    }
    const maru_file *equipment = find_file(&folder, "equipment.csv");
    const maru_file *address = find_file(&folder, "address.csv");
    const maru_file *rail = find_file(&folder, "rail.csv");
    int status = EXIT_GOOD;
    if (!equipment) {
        status = verb_refuse_word(call, MARU_E_INPUT, W_HALL_MISSING,
                                  (const char *const[]){values->hall, NULL});
    } else if (!address != !rail) {
        status = verb_refuse_word(
            call, MARU_E_INPUT, W_HALL_HALF,
            (const char *const[]){values->hall, address ? "rail.csv" : "address.csv",
                                  address ? "address.csv" : "rail.csv", NULL});
    } else {
        st = smat_layout(plant, equipment, &hall->layout, &hall->told, &err);
        if (st == MARU_OK && rail) {
            st = smat_rails(address, rail, &hall->rails, &hall->told, &err);
        }
    }
    folder_close(&folder);
    return st == MARU_OK ? status : verb_refuse(call, &err);
}

static maru_status put_table(struct written *written, const char *name, const struct text *text,
                             maru_error *err) {
    const maru_file file = {.name = name, .bytes = text->bytes, .n_bytes = text->n_bytes};
    return written_put(written, &file, err);
}

static maru_status write_all(const maru_plant *plant, struct written *written,
                             const struct hall *hall, maru_error *err) {
    if (!written->hall) {
        return maru_plant_write(plant, written_put, written, err);
    }
    maru_status st = maru_plant_write(plant, put_without_places, written, err);
    st = st == MARU_OK ? put_table(written, "layout.csv", &hall->layout, err) : st;
    return st == MARU_OK && hall->told.has_rails ? put_table(written, "rail.csv", &hall->rails, err)
                                                 : st;
}

static int run_import(struct call *call) {
    const struct import_values *values = call->args.values;
    if (!values->out) {
        return verb_refuse_word(call, MARU_E_USAGE, W_OUT_MISSING, (const char *const[]){NULL});
    }
    maru_plant *plant = NULL;
    int status = verb_open_plant(call, call->args.word[0], &plant);
    if (status != EXIT_GOOD) {
        return status;
    }
    maru_error err = {0};
    struct written written = {.folder = values->out};
    struct hall hall = {0};
    text_init(&hall.layout, FOLDER_MAX_FILE_BYTES);
    text_init(&hall.rails, FOLDER_MAX_FILE_BYTES);
    if (values->hall) {
        written.hall = &hall.told;
        status = read_hall(call, plant, &hall);
        if (status != EXIT_GOOD) {
            goto done;
        }
    }
    maru_status st = written_begin(&written, values->force, &err);
    if (st == MARU_OK) {
        st = write_all(plant, &written, &hall, &err);
    }
    status = st == MARU_OK ? written_tell(&written, call) : verb_refuse(call, &err);
done:
    text_fini(&hall.layout);
    text_fini(&hall.rails);
    maru_plant_free(plant);
    return status;
}

static const struct option options[] = {
    {"out", 'o', OPTION_TEXT, offsetof(struct import_values, out), "FOLDER", NULL, W_HELP_OUT, 0,
     0},
    {"hall", 0, OPTION_TEXT, offsetof(struct import_values, hall), "FOLDER", NULL, W_HELP_HALL, 0,
     0},
    {"force", 'f', OPTION_FLAG, offsetof(struct import_values, force), NULL, NULL, W_HELP_FORCE, 0,
     0},
};
static const char *const examples[] = {"maru import smt2020/HVLM -o hvlm",
                                       "maru import smt2020/LVHM --hall smat2022 -o fab", NULL};

const struct verb verb_import = {.name = "import",
                                 .synopsis = "PLANT -o FOLDER [--hall FOLDER] [--force]",
                                 .purpose = W_IMPORT_PURPOSE,
                                 .option = options,
                                 .n_option = sizeof options / sizeof options[0],
                                 .n_value_bytes = sizeof(struct import_values),
                                 .min_words = 1,
                                 .max_words = 1,
                                 .example = examples,
                                 .run = run_import};
