#include "study/rounds/round_filling.h"

#include <string.h>

#include "base/status.h"
#include "io/files.h"

// What is handed in is read as a part of the whole round first, so that each fault is found before anything is written.

static const char *const example[ROUND_FILES] = {
    [ROUND_FILE_RULES] =
        "title = \"Example round\"\nseed = 20260101\nfirst_quarter = \"2026Q3\"\n"
        "last_quarter = \"2027Q2\"\nweight_impact = 50\nweight_readiness = 30\n"
        "weight_priority = 20\nleast_points = 40\ninstitution_percent = 50\nsite = \"prefer\"\n"
        "site_bonus = 2\nidle_percent = 5\nwarn_days = 14\nreclaim_days = 14\n",
    [ROUND_FILE_TYPES] = "type,watts,credits_per_hour\nH200,1300,1\nB200,1800,1.6\n",
    [ROUND_FILE_SITES] = "site,pue,quarter,power_mw,cooling_mw\nEast,1.25,,0.2,\n"
                         "East,,2027Q1,0.4,\nWest,1.4,,0.1,0.08\n",
    [ROUND_FILE_SUPPLY] = "site,type,quarter,gpus\nEast,H200,2026Q3,96\nEast,B200,2027Q1,64\n"
                          "West,H200,2026Q3,48\n",
    [ROUND_FILE_CLASSES] = "class,bonus,floor_percent,ceiling_percent\nlarge,0,0,40\nSME,2,0,\n"
                           "start-up,3,15,\nuniversity,0,20,\npublic,0,0,\n",
    [ROUND_FILE_REGIONS] = "region,bonus,floor_percent,ceiling_percent\ncapital,0,0,70\n"
                           "south-east,3,0,\nsouth-west,3,0,\n",
    [ROUND_FILE_APPLICATIONS] =
        "application,institution,class,region,purpose,readiness,priority,site,type,from,until,gpus,"
        "least\n"
        "A-001,Hanbit University,university,capital,language model,5,4,East,H200,,,32,16\n"
        "A-002,Mirae Robotics,start-up,south-east,robot vision,4,5,East,H200,,,16,8\n"
        "A-003,Daehan Motors,large,south-east,driving,5,3,,H200,,,64,32\n"
        "A-003,,,,,,,,B200,2027Q1,,32,0\n"
        "A-004,Namdo Agri,SME,south-west,crop images,3,4,West,H200,,,8,4\n"
        "A-005,National Weather Lab,public,capital,forecasts,4,4,West,H200,2026Q4,,40,24\n"
        "A-006,Sori AI,start-up,capital,speech,2,5,,H200,,,16,8\n",
    [ROUND_FILE_SCORES] = "application,criterion,reviewer,points\nA-001,impact,R1,82\n"
                          "A-001,impact,R2,78\nA-002,impact,R1,75\nA-003,impact,R1,70\n"
                          "A-004,impact,R2,66\nA-005,impact,R1,74\nA-006,impact,R2,71\n",
};

maru_status round_new_folder(const char *folder, bool force, maru_error *err) {
    bool is_empty = false;
    maru_status st = files_is_empty(folder, &is_empty, err);
    if (st == MARU_OK && !is_empty && !force) {
        st = fail(err, MARU_E_INPUT, "there is something in this folder already");
    }
    st = st == MARU_OK ? files_make_folder(folder, err) : st;
    for (int i = 0; st == MARU_OK && i < ROUND_FILES; i++) {
        struct text text;
        text_init(&text, 1 << 16);
        text_addz(&text, example[i]);
        st = round_folder_write(folder, round_file_names[i], &text, err);
        text_fini(&text);
    }
    return st;
}

static size_t first_line(const struct text *text) {
    const char *end = memchr(text->bytes ? text->bytes : "", '\n', text->n_bytes);
    size_t n = end ? (size_t)(end - text->bytes) : text->n_bytes;
    return n > 0 && text->bytes[n - 1] == '\r' ? n - 1 : n;
}

// Both tables as one: the second without its first line.
static maru_status join(struct text *all, const struct text *more, maru_error *err) {
    const size_t n = first_line(more);
    if (all->n_bytes > 0 &&
        (n != first_line(all) || n == 0 || memcmp(all->bytes, more->bytes, n) != 0)) {
        return fail(err, MARU_E_INPUT, "the first line has to be that of applications.csv");
    }
    if (all->n_bytes > 0 && all->bytes[all->n_bytes - 1] != '\n') {
        text_addz(all, "\n");
    }
    const char *rest = memchr(more->bytes, '\n', more->n_bytes);
    const char *from = all->n_bytes == 0 ? more->bytes
                       : rest            ? rest + 1
                                         : more->bytes + more->n_bytes;
    text_add(all, from, (size_t)(more->bytes + more->n_bytes - from));
    return all->status == MARU_OK ? MARU_OK : fail(err, all->status, "no memory");
}

// How many applications there are with these ones.
static maru_status count(const char *folder, const struct text *applications, maru_faults *faults,
                         uint32_t *n, maru_error *err) {
    struct text text[ROUND_FILES];
    struct round_bytes file[ROUND_FILES] = {{NULL, 0}};
    struct round_tables tables;
    maru_status st = MARU_OK;
    for (int i = 0; i < ROUND_FILES; i++) {
        bool has = i == ROUND_FILE_APPLICATIONS;
        text_init(&text[i], ROUNDS_MAX_FILE_BYTES);
        if (st == MARU_OK && i != ROUND_FILE_APPLICATIONS && i != ROUND_FILE_SCORES) {
            st = round_folder_file(folder, round_file_names[i], &text[i], &has, err);
        }
        const struct text *from = i == ROUND_FILE_APPLICATIONS ? applications : &text[i];
        if (has) {
            file[i] = (struct round_bytes){from->bytes ? from->bytes : "", from->n_bytes};
        }
    }
    st = st == MARU_OK ? round_tables_read(file, faults, &tables, err) : st;
    if (st == MARU_OK) {
        *n = tables.round.n_application;
        round_tables_fini(&tables);
    }
    for (int i = 0; i < ROUND_FILES; i++) {
        text_fini(&text[i]);
    }
    return st;
}

maru_status round_apply_folder(const char *folder, const char *file, maru_faults *faults,
                               struct round_applied *out, maru_error *err) {
    struct text all, more;
    bool has = false;
    uint32_t n_before = 0, n_added = 0, n_all = 0;
    text_init(&all, ROUNDS_MAX_FILE_BYTES);
    text_init(&more, ROUNDS_MAX_FILE_BYTES);
    const char *name = round_file_names[ROUND_FILE_APPLICATIONS];
    maru_status st = round_folder_file(folder, name, &all, &has, err);
    st = st == MARU_OK ? files_read(file, &more, err) : st;
    st = st == MARU_OK ? count(folder, &more, faults, &n_added, err) : st;
    st = st == MARU_OK && has ? count(folder, &all, faults, &n_before, err) : st;
    st = st == MARU_OK ? join(&all, &more, err) : st;
    st = st == MARU_OK ? count(folder, &all, faults, &n_all, err) : st;
    if (st == MARU_OK && n_all != n_before + n_added) {
        st = fail(err, MARU_E_INPUT, "an application of this file is there already");
    }
    st = st == MARU_OK ? round_folder_write(folder, name, &all, err) : st;
    if (st == MARU_OK) {
        *out = (struct round_applied){n_added, n_all};
    }
    text_fini(&all);
    text_fini(&more);
    return st;
}
