#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/status.h"
#include "io/clock.h"
#include "io/executor/slurm_inside.h"
#include "io/files.h"

// Once and once only. Before anything is submitted the launch is on disk, and that it is tried. sbatch writes its answer into the
// launch's record itself and holds the record's lock, so that this process may end at any moment: whoever comes next waits until
// that sbatch has ended, reads the answer, and where there is none asks the queue and the accounting by the job's name. Where neither
// knows it, and what was on the way has had its time to arrive, it is submitted again; and should an old message still come through,
// the claim in the launch's folder (slurm_script.h) lets one of the two jobs run.
//
// Tasks of one array are submitted by one sbatch, as one job array. Each is a launch with a record of its own, found by the array's
// name and its task, which it keeps for good: one that is lost is submitted again as the same task of an array of the same name. Their
// records have `answer`, `tried` and `lock` of that sbatch in common, as names of one file, and the disk is waited for once for all.

enum {
    MAX_SCRIPT_BYTES = 4 << 20,
    MAX_CONFIG_BYTES = 1 << 20,
    MAX_LOCKS = 64,
    UNFOUND_US = 2000000 // for so long the answer that there is no such job stands
};

// The command was refused for good: Slurm has nothing of it, and would refuse it again.
static bool is_refusal(const char *said) {
    static const char *const not_now[] = {"Unable to contact",
                                          "timed out",
                                          "Zero Bytes",
                                          "ommunication",
                                          "standby",
                                          "temporarily",
                                          "SubmitJob", // of an account, a user or a QOS, now
                                          "unge",
                                          "onnect",
                                          "Transport endpoint",
                                          "Unexpected message",
                                          "Slurm database",
                                          "DbConnection",
                                          "nvalid qos", // until it is made again
                                          NULL};
    for (size_t i = 0; not_now[i]; i++) {
        if (strstr(said, not_now[i])) {
            return false;
        }
    }
    return strstr(said, "Batch job submission failed") != NULL;
}

// As many jobs are not taken now: fewer may be. Slurm has nothing of it.
static bool is_too_many(const char *said) {
    return strstr(said, "SubmitJob") || strstr(said, "temporarily unavailable");
}

static maru_status system_refuses(const char *what, const char *path, maru_error *err) {
    char reason[128];
    return fail(err, MARU_E_IO, "cannot %s %.200s: %s", what, path,
                strerror_r(errno, reason, sizeof reason));
}

static int open_memory(const struct text *text, maru_error *err) {
    const int file = memfd_create("script", MFD_CLOEXEC);
    if (file >= 0 && files_write_all(file, text->bytes, text->n_bytes) &&
        lseek(file, 0, SEEK_SET) == 0) {
        return file;
    }
    if (file >= 0) {
        close(file);
    }
    (void)!system_refuses("write", "a script", err);
    return -1;
}

// The script of the launch's parts, where nodes find it. With is_one_of_many the disk is waited for later.
static maru_status put_part(const struct slurm_executor *slurm, const struct launch *launch,
                            bool is_one_of_many, maru_error *err) {
    char folder[SLURM_RECORD_PATH_BYTES], name[128], path[SLURM_RECORD_PATH_BYTES];
    char beside[SLURM_RECORD_PATH_BYTES];
    snprintf(name, sizeof name, "part-%s", launch->id);
    if (!slurm_path(launch->folder, ".maru", folder) || !slurm_path(folder, name, path) ||
        !slurm_path(folder, "part", beside)) {
        return fail(err, MARU_E_INPUT, "the path of the job's folder is too long");
    }
    struct text text;
    text_init(&text, MAX_SCRIPT_BYTES);
    maru_status st = files_make_folder(folder, err);
    st = st == MARU_OK ? slurm_write_part(launch, &slurm->shape, &text, err) : st;
    if (st == MARU_OK && is_one_of_many) {
        const int file = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
        const bool is_good = file >= 0 && files_write_all(file, text.bytes, text.n_bytes);
        const bool is_closed = file < 0 || close(file) == 0;
        st = is_good && is_closed && rename(beside, path) == 0 ? MARU_OK
                                                               : system_refuses("write", path, err);
    } else if (st == MARU_OK) {
        st = files_replace(path, text.bytes, text.n_bytes, err);
    }
    text_fini(&text);
    return st;
}

static int open_in(const struct slurm_record *record, const char *name) {
    char path[SLURM_RECORD_PATH_BYTES];
    return slurm_path(record->path, name, path)
               ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)
               : -1;
}

static void read_said(const struct slurm_record *record, struct text *said) {
    char path[SLURM_RECORD_PATH_BYTES];
    maru_error none;
    if (!slurm_path(record->path, "said", path) || files_read(path, said, &none) != MARU_OK ||
        said->n_bytes == 0) {
        text_clear(said);
        text_addz(said, "nothing");
    }
}

// sbatch ended otherwise than with a number: a refusal, or nobody knows.
struct unanswered {
    bool is_nothing;  // Slurm has nothing of it, for sure
    bool is_too_many; // of so many
};
static maru_status no_number(const struct slurm_record *record, bool is_late,
                             struct unanswered *out, maru_error *err) {
    struct text said;
    text_init(&said, SLURM_RECORD_MAX_BYTES);
    read_said(record, &said);
    const char *text = said.bytes ? said.bytes : "";
    const char *last = strstr(text, "Batch job submission failed");
    last = last ? last : text;
    const bool is_refused = !is_late && is_refusal(text);
    const int n = (int)strcspn(last, "\n");
    out->is_too_many = !is_late && !is_refused && is_too_many(text);
    out->is_nothing = is_refused || out->is_too_many;
    const maru_status st = is_refused
                               ? fail(err, MARU_E_INPUT, "Slurm refuses the job: %.*s", n, last)
                               : fail(err, MARU_E_IO, "Slurm does not take jobs now: %.*s", n,
                                      is_late ? "no answer in time" : last);
    text_fini(&said);
    return st;
}

// ---- is it there already?

// Neither queue nor accounting have any job of this name, as was asked not long ago.
static bool is_unfound(const struct slurm_executor *slurm, const char *job,
                       const struct slurm_record *record) {
    return strcmp(slurm->unfound, job) == 0 &&
           (slurm->unfound_us - record->tried_us >= slurm->settle_us ||
            clock_unix_us() - slurm->unfound_us < UNFOUND_US);
}

// *number 0: no, and both have said so.
static maru_status find_by_name(struct slurm_executor *slurm, const struct slurm_name *name,
                                const struct slurm_record *record, uint64_t *number,
                                maru_error *err) {
    const int64_t now_us = clock_unix_us();
    struct slurm_jobs past = {0};
    *number = 0;
    if (is_unfound(slurm, name->job, record)) {
        return MARU_OK;
    }
    maru_status st = slurm_queue_refresh(&slurm->queue, &slurm->host, 0, err);
    if (st != MARU_OK) {
        return st;
    }
    size_t n = 0;
    const struct slurm_job *job = slurm_queue_find(&slurm->queue, name, &n);
    if (job) {
        *number = job->which.number;
        return MARU_OK;
    }
    st = slurm_queue_ask_name(&slurm->host, name->job, record->made_us, &past, err);
    bool is_any = false;
    for (size_t i = 0; st == MARU_OK && i < past.n; i++) {
        const struct slurm_job *row = &past.row[i];
        const bool is_named = strcmp(row->name, name->job) == 0;
        const bool is_it = row->which.task <= name->task && name->task <= row->last_task;
        is_any |= is_named;
        if (is_named && is_it && (*number == 0 || row->which.number < *number)) {
            *number = row->which.number;
        }
    }
    if (st == MARU_OK && !is_any) {
        memcpy(slurm->unfound, name->job, sizeof slurm->unfound);
        slurm->unfound_us = now_us;
    }
    slurm_jobs_fini(&past);
    return st;
}

// What sbatch would have written, for all that it handed in.
static maru_status answer_all(struct slurm_record *record, uint64_t number, maru_error *err) {
    char path[SLURM_RECORD_PATH_BYTES], line[32];
    const int n = snprintf(line, sizeof line, "%llu\n", (unsigned long long)number);
    const int file =
        slurm_path(record->path, "answer", path) ? open(path, O_WRONLY | O_CLOEXEC) : -1;
    const bool is_good = file >= 0 && ftruncate(file, 0) == 0 &&
                         pwrite(file, line, (size_t)n, 0) == n && fsync(file) == 0;
    if (file >= 0) {
        close(file);
    }
    record->number = is_good ? number : record->number;
    return is_good ? MARU_OK : system_refuses("write", path, err);
}

maru_status slurm_take_up(struct slurm_executor *slurm, const struct slurm_name *name,
                          struct slurm_record *record, maru_error *err) {
    uint64_t number = 0;
    const maru_status st = find_by_name(slurm, name, record, &number, err);
    if (st != MARU_OK) {
        return st;
    }
    if (number != 0) {
        return record->array[0] ? answer_all(record, number, err)
                                : slurm_record_answer(record, number, err);
    }
    const bool is_known = strcmp(slurm->unfound, name->job) == 0;
    const int64_t asked_us = is_known ? slurm->unfound_us : clock_unix_us();
    return asked_us - record->tried_us < slurm->settle_us
               ? fail(err, MARU_E_IO, "whether Slurm has taken the job is not known yet")
               : MARU_OK;
}

static void is_old_now(struct slurm_executor *slurm) {
    pthread_mutex_lock(&slurm->mutex);
    slurm_queue_is_old(&slurm->queue);
    pthread_mutex_unlock(&slurm->mutex);
}

// ---- one job

static maru_status submit(struct slurm_executor *slurm, const struct launch *launch,
                          struct slurm_record *record, int lock, maru_error *err) {
    struct slurm_options options;
    struct text text;
    int script = -1, answer = -1, said = -1, code = 0;
    bool is_late = false;
    text_init(&text, MAX_SCRIPT_BYTES);
    maru_status st = slurm_options_of(launch, &slurm->shape, &options, err);
    st = st == MARU_OK ? put_part(slurm, launch, false, err) : st;
    st = st == MARU_OK ? slurm_write_script(launch, &slurm->shape, &text, err) : st;
    st = st == MARU_OK ? slurm_record_try(record, clock_unix_us(), err) : st;
    if (st != MARU_OK) {
        goto done;
    }
    script = open_memory(&text, err);
    answer = open_in(record, "answer");
    said = open_in(record, "said");
    if (script < 0 || answer < 0 || said < 0) {
        st = system_refuses("write in", record->path, err);
        goto done;
    }
    st = slurm_run_with(&slurm->host, options.word,
                        (struct slurm_streams){script, answer, said, lock}, &code, &is_late, err);
    if (st == MARU_OK) {
        bool is_there = false;
        struct unanswered how = {false, false};
        (void)fsync(answer);
        st = slurm_record_read(slurm->state, launch->id, record, &is_there, err);
        st = st == MARU_OK && record->number == 0 ? no_number(record, is_late, &how, err) : st;
        maru_error none;
        if (how.is_nothing && slurm_record_try(record, 0, &none) != MARU_OK) {
            st = MARU_E_IO; // it is looked for first, then submitted again
        }
    }
done:
    text_fini(&text);
    for (size_t i = 0; i < 3; i++) {
        const int file = i == 0 ? script : i == 1 ? answer : said;
        if (file >= 0) {
            close(file);
        }
    }
    return st;
}

static maru_status start_as_task(struct slurm_executor *slurm, const struct launch *launch,
                                 const char *array, maru_error *err);

// What was made as a task of an array stays one.
static maru_status start_alone(struct slurm_executor *slurm, const struct launch *launch,
                               maru_error *err) {
    struct slurm_name name;
    struct slurm_record record;
    bool is_there = false;
    int lock = -1;
    maru_status st = slurm_record_make(slurm->state, launch, clock_unix_us(), err);
    st = st == MARU_OK ? slurm_record_read(slurm->state, launch->id, &record, &is_there, err) : st;
    if (st != MARU_OK || record.has_end || record.number != 0) {
        return st;
    }
    if (record.array[0]) {
        return start_as_task(slurm, launch, record.array, err);
    }
    st = slurm_name_of(slurm, launch->id, &record, &name, err);
    st = st == MARU_OK ? slurm_record_lock(&record, &lock, err) : st;
    if (st != MARU_OK || lock < 0) {
        return st != MARU_OK ? st : fail(err, MARU_E_IO, "the job is on its way to Slurm");
    }
    pthread_mutex_lock(&slurm->mutex);
    st = slurm_record_read(slurm->state, launch->id, &record, &is_there,
                           err); // now nobody writes it
    if (st == MARU_OK && is_there && record.number == 0 && record.tried_us > 0) {
        st = slurm_take_up(slurm, &name, &record, err);
    }
    pthread_mutex_unlock(&slurm->mutex);
    if (st == MARU_OK && record.number == 0) {
        st = submit(slurm, launch, &record, lock, err);
    }
    close(lock);
    is_old_now(slurm);
    return st;
}

// ---- many, as one array

struct member { // of those that are handed in together
    const struct launch *launch;
    struct slurm_record record;
    size_t at; // in the caller's list
    bool is_told;
};
struct handing {
    struct slurm_executor *slurm;
    struct member *member; // (n)
    size_t n;
    char array[SLURM_NAME_BYTES]; // without the mark
    int held[MAX_LOCKS];          // (n_held) locks of before
    struct stat lock[MAX_LOCKS];
    size_t n_held;
    executor_see_start see;
    void *context;
};

static void tell(struct handing *h, struct member *member, maru_status st, const maru_error *err) {
    if (!member->is_told) {
        member->is_told = true;
        h->see(h->context, member->at, st, err);
    }
}

static void tell_rest(struct handing *h, maru_status st, const maru_error *err) {
    for (size_t i = 0; i < h->n; i++) {
        tell(h, &h->member[i], st, err);
    }
}

static maru_status sync_disk(const char *folder, maru_error *err) {
    const int file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool is_good = file >= 0 && syncfs(file) == 0;
    if (file >= 0) {
        close(file);
    }
    return is_good ? MARU_OK : system_refuses("write in", folder, err);
}

// Both folders: they may be on two disks.
static maru_status sync_all(const struct handing *h, maru_error *err) {
    struct stat state, launch;
    const char *folder = h->member[0].launch->folder;
    const bool is_one = stat(h->slurm->state, &state) == 0 && stat(folder, &launch) == 0 &&
                        state.st_dev == launch.st_dev;
    const maru_status st = sync_disk(h->slurm->state, err);
    return st == MARU_OK && !is_one ? sync_disk(folder, err) : st;
}

static maru_status read_again(const struct handing *h, struct member *member, bool *is_there,
                              maru_error *err) {
    return slurm_record_read(h->slurm->state, member->launch->id, &member->record, is_there, err);
}

static int32_t task_of(const struct slurm_executor *slurm, const struct launch *launch) {
    return (int32_t)(launch->place % slurm->array_size);
}

// Records of those that have none.
static maru_status make_records(struct handing *h, maru_error *err) {
    const int64_t now_us = clock_unix_us();
    maru_status st = MARU_OK;
    size_t n_new = 0;
    bool is_there = false;
    for (size_t i = 0; i < h->n && st == MARU_OK; i++) {
        struct member *member = &h->member[i];
        st = read_again(h, member, &is_there, err);
        if (st == MARU_OK && !is_there) {
            st = slurm_record_prepare(h->slurm->state, member->launch, h->array,
                                      task_of(h->slurm, member->launch), now_us, err);
            n_new++;
        }
    }
    st = st == MARU_OK && n_new > 0 ? sync_disk(h->slurm->state, err) : st;
    for (size_t i = 0; i < h->n && st == MARU_OK && n_new > 0; i++) {
        struct member *member = &h->member[i];
        if (member->record.made_us == 0) {
            st = slurm_record_show(&member->record, err);
            st = st == MARU_OK ? read_again(h, member, &is_there, err) : st;
        }
    }
    return st;
}

// Slurm has what is told now: it ended, or it has its number. Those of another array or none are started by themselves.
static void pass_over(struct handing *h) {
    for (size_t i = 0; i < h->n; i++) {
        struct member *member = &h->member[i];
        maru_error err = {0};
        if (member->record.has_end || member->record.number != 0) {
            tell(h, member, MARU_OK, &err);
        } else if (strcmp(member->record.array, h->array) != 0) {
            tell(h, member, start_alone(h->slurm, member->launch, &err), &err);
        }
    }
}

// The lock of a record that was handed in before, perhaps with others here.
static maru_status lock_one(struct handing *h, const struct member *member, maru_error *err) {
    char path[SLURM_RECORD_PATH_BYTES];
    struct stat now;
    int lock = -1;
    if (!slurm_path(member->record.path, "lock", path) || stat(path, &now) != 0) {
        return MARU_OK; // it never was
    }
    for (size_t i = 0; i < h->n_held; i++) {
        if (h->lock[i].st_ino == now.st_ino && h->lock[i].st_dev == now.st_dev) {
            return MARU_OK;
        }
    }
    if (h->n_held == MAX_LOCKS) {
        return fail(err, MARU_E_IO, "the job waits for others that are handed in");
    }
    const maru_status st = slurm_record_lock(&member->record, &lock, err);
    if (st == MARU_OK && lock < 0) {
        return fail(err, MARU_E_IO, "the job is on its way to Slurm");
    }
    if (st == MARU_OK) {
        h->lock[h->n_held] = now;
        h->held[h->n_held++] = lock;
    }
    return st;
}

// Those that may be in Slurm already are looked for, with their locks held.
static void find_tried(struct handing *h) {
    for (size_t i = 0; i < h->n; i++) {
        struct member *member = &h->member[i];
        struct slurm_name name;
        bool is_there = false;
        maru_error err = {0};
        if (member->is_told) {
            continue;
        }
        maru_status st = lock_one(h, member, &err);
        st = st == MARU_OK ? read_again(h, member, &is_there, &err) : st;
        st = st == MARU_OK
                 ? slurm_name_of(h->slurm, member->launch->id, &member->record, &name, &err)
                 : st;
        if (st == MARU_OK && member->record.number == 0 && member->record.tried_us > 0) {
            pthread_mutex_lock(&h->slurm->mutex);
            st = slurm_take_up(h->slurm, &name, &member->record, &err);
            pthread_mutex_unlock(&h->slurm->mutex);
        }
        if (st != MARU_OK || member->record.number != 0) {
            tell(h, member, st, &err);
        }
    }
}

// A file that all that are left get under this name; it is open as long as it is written to.
static maru_status give_all(const struct handing *h, const char *name, const char *bytes, int *file,
                            maru_error *err) {
    char path[SLURM_RECORD_PATH_BYTES];
    *file = -1;
    if (!slurm_path(h->slurm->state, ".hand-XXXXXX", path)) {
        return fail(err, MARU_E_IO, "the path is too long");
    }
    *file = mkostemp(path, O_CLOEXEC);
    if (*file < 0 || !files_write_all(*file, bytes, strlen(bytes))) {
        return system_refuses("write", path, err);
    }
    maru_status st = flock(*file, LOCK_EX | LOCK_NB) == 0 || strcmp(name, "lock") != 0
                         ? MARU_OK
                         : system_refuses("lock", path, err);
    for (size_t i = 0; i < h->n && st == MARU_OK; i++) {
        if (!h->member[i].is_told) {
            st = slurm_record_link(&h->member[i].record, path, name, err);
        }
    }
    unlink(path);
    return st;
}

enum { LOCK, ANSWER, SAID, TRIED, SCRIPT, N_FILE };

static maru_status give_files(const struct handing *h, int file[N_FILE], maru_error *err) {
    char now[32];
    snprintf(now, sizeof now, "%lld\n", (long long)clock_unix_us());
    maru_status st = give_all(h, "lock", "", &file[LOCK], err);
    st = st == MARU_OK ? give_all(h, "answer", "", &file[ANSWER], err) : st;
    st = st == MARU_OK ? give_all(h, "said", "", &file[SAID], err) : st;
    return st == MARU_OK ? give_all(h, "tried", now, &file[TRIED], err) : st;
}

// Options and script of those that are left, and the parts of each.
static maru_status write_scripts(const struct handing *h, struct slurm_options *options,
                                 struct text *script, maru_error *err) {
    const struct launch **launch = alloc_new(h->n, sizeof *launch);
    int32_t *task = alloc_new(h->n, sizeof *task);
    maru_status st = launch && task ? MARU_OK : fail(err, MARU_E_MEMORY, "no memory");
    struct slurm_array array = {h->array, h->slurm->state, launch, task, 0};
    for (size_t i = 0; i < h->n && st == MARU_OK; i++) {
        const struct member *member = &h->member[i];
        if (!member->is_told) {
            launch[array.n] = member->launch;
            task[array.n++] = member->record.task;
            st = put_part(h->slurm, member->launch, true, err);
        }
    }
    st = st == MARU_OK ? slurm_array_options(&array, &h->slurm->shape, options, err) : st;
    st = st == MARU_OK ? slurm_write_array(&array, &h->slurm->shape, script, err) : st;
    alloc_free(launch);
    alloc_free(task);
    return st;
}

// What sbatch says holds for all.
static maru_status run_sbatch(struct handing *h, struct member *first,
                              const struct slurm_options *options, const int file[N_FILE],
                              maru_error *err) {
    struct unanswered how = {false, false};
    bool is_late = false, is_there = false;
    int code = 0;
    maru_status st =
        slurm_run_with(&h->slurm->host, options->word,
                       (struct slurm_streams){file[SCRIPT], file[ANSWER], file[SAID], file[LOCK]},
                       &code, &is_late, err);
    if (st != MARU_OK) {
        return st;
    }
    (void)fsync(file[ANSWER]);
    st = read_again(h, first, &is_there, err);
    if (st != MARU_OK || first->record.number != 0) {
        const uint32_t most = h->slurm->array_size, n = h->slurm->n_together;
        h->slurm->n_together = n > most / 2 ? most : n * 2;
        return st;
    }
    st = no_number(&first->record, is_late, &how, err);
    maru_error none;
    int zero = -1;
    if (how.is_nothing && give_all(h, "tried", "0\n", &zero, &none) != MARU_OK) {
        st = MARU_E_IO; // they are looked for first, then submitted again
    }
    if (zero >= 0) {
        close(zero);
    }
    if (how.is_too_many && h->slurm->n_together > 1) {
        h->slurm->n_together /= 2;
    }
    return st;
}

static maru_status submit_all(struct handing *h, struct member *first, maru_error *err) {
    struct slurm_options *options = alloc_new(1, sizeof *options);
    struct text script;
    int file[N_FILE] = {-1, -1, -1, -1, -1};
    text_init(&script, MAX_SCRIPT_BYTES);
    maru_status st =
        options ? write_scripts(h, options, &script, err) : fail(err, MARU_E_MEMORY, "no memory");
    st = st == MARU_OK ? give_files(h, file, err) : st;
    st = st == MARU_OK ? sync_all(h, err) : st;
    if (st == MARU_OK) {
        file[SCRIPT] = open_memory(&script, err);
        st = file[SCRIPT] >= 0 ? run_sbatch(h, first, options, file, err) : MARU_E_IO;
    }
    for (size_t i = 0; i < N_FILE; i++) {
        if (file[i] >= 0) {
            close(file[i]);
        }
    }
    text_fini(&script);
    alloc_free(options);
    return st;
}

// All of one array, of one kind.
static void start_together(struct handing *h) {
    maru_error err = {0};
    maru_status st = make_records(h, &err);
    if (st == MARU_OK) {
        pass_over(h);
        find_tried(h);
    }
    struct member *first = NULL;
    for (size_t i = 0; st == MARU_OK && i < h->n && !first; i++) {
        first = h->member[i].is_told ? NULL : &h->member[i];
    }
    st = first ? submit_all(h, first, &err) : st;
    tell_rest(h, st, &err);
    for (size_t i = 0; i < h->n_held; i++) {
        close(h->held[i]);
    }
    if (first) {
        is_old_now(h->slurm);
    }
}

struct one {
    maru_status status;
    maru_error *err;
};

static void see_one(void *context, size_t i, maru_status status, const maru_error *err) {
    struct one *one = context;
    (void)i;
    one->status = status;
    if (one->err && status != MARU_OK) {
        *one->err = *err;
    }
}

static maru_status start_as_task(struct slurm_executor *slurm, const struct launch *launch,
                                 const char *array, maru_error *err) {
    struct one one = {MARU_E_IO, err};
    struct handing *h = alloc_new(1, sizeof *h);
    struct member *member = alloc_new(1, sizeof *member);
    if (!h || !member) {
        one.status = fail(err, MARU_E_MEMORY, "no memory");
    } else {
        *member = (struct member){.launch = launch};
        *h = (struct handing){
            .slurm = slurm, .member = member, .n = 1, .see = see_one, .context = &one};
        snprintf(h->array, sizeof h->array, "%s", array);
        start_together(h);
    }
    alloc_free(member);
    alloc_free(h);
    return one.status;
}

// How many tasks Slurm takes as one array.
static maru_status ask_array_size(struct slurm_executor *slurm, maru_error *err) {
    static const char *const word[] = {"scontrol", "show", "config", NULL};
    static const char key[] = "\nMaxArraySize";
    struct slurm_said said;
    if (slurm->array_size > 0) {
        return MARU_OK;
    }
    slurm_said_init(&said, MAX_CONFIG_BYTES);
    const maru_status st = slurm_run(&slurm->host, word, &said, err);
    if (st == MARU_OK) {
        const char *at = said.out.bytes ? strstr(said.out.bytes, key) : NULL;
        const char *digits = at ? at + strcspn(at, "0123456789") : "0";
        const unsigned long most = strtoul(digits, NULL, 10);
        slurm->array_size = most < 2                 ? 1
                            : most < SLURM_MAX_TASKS ? (uint32_t)most
                                                     : SLURM_MAX_TASKS;
        slurm->n_together = slurm->array_size;
    }
    slurm_said_fini(&said);
    return st;
}

static bool is_of(const struct slurm_executor *slurm, const struct launch *first,
                  const struct launch *other) {
    return slurm_is_same(first, other) &&
           first->place / slurm->array_size == other->place / slurm->array_size;
}

static int by_place(const void *a, const void *b) {
    const struct member *x = a, *y = b;
    return (x->launch->place > y->launch->place) - (x->launch->place < y->launch->place);
}

// From *at on all that may go with it and are not told yet, in the order of their tasks.
static void collect(struct handing *h, const struct launch *launch, size_t n, size_t at,
                    bool *is_taken) {
    for (size_t i = at; i < n && h->n < h->slurm->n_together; i++) {
        if (!is_taken[i] && is_of(h->slurm, &launch[at], &launch[i])) {
            is_taken[i] = true;
            h->member[h->n++] = (struct member){.launch = &launch[i], .at = i};
        }
    }
    qsort(h->member, h->n, sizeof *h->member, by_place);
}

// NAME of the first tasks, NAME.1000 of those from 1000 on.
static void name_array(struct handing *h) {
    const uint32_t place = h->member[0].launch->place;
    const uint32_t from = place - place % h->slurm->array_size;
    snprintf(h->array, sizeof h->array, from > 0 ? "%s.%u" : "%s", h->member[0].launch->array,
             (unsigned)from);
}

static maru_status check(const struct slurm_executor *slurm, const struct launch *launch,
                         maru_error *err) {
    const maru_status st = launch_check(launch, err);
    return st == MARU_OK ? slurm_check(launch, &slurm->shape, err) : st;
}

// Those that stand alone, and those that can never run so.
static void start_others(struct slurm_executor *slurm, const struct launch *launch, size_t n,
                         bool *is_taken, struct handing *h) {
    for (size_t i = 0; i < n; i++) {
        maru_error err = {0};
        maru_status st = check(slurm, &launch[i], &err);
        const bool is_task = launch[i].array && launch[i].array[0];
        st = st == MARU_OK && is_task ? ask_array_size(slurm, &err) : st;
        if (st != MARU_OK || !is_task || slurm->array_size < 2) {
            is_taken[i] = true;
            h->see(h->context, i, st == MARU_OK ? start_alone(slurm, &launch[i], &err) : st, &err);
        }
    }
}

void slurm_start_all(struct executor *executor, const struct launch *launch, size_t n,
                     executor_see_start see, void *context) {
    struct slurm_executor *slurm = (struct slurm_executor *)executor;
    struct handing h = {.slurm = slurm, .see = see, .context = context};
    bool *is_taken = alloc_new(n + 1, sizeof *is_taken);
    h.member = alloc_new(n + 1, sizeof *h.member);
    if (!is_taken || !h.member) {
        maru_error err = {0};
        const maru_status st = fail(&err, MARU_E_MEMORY, "no memory");
        for (size_t i = 0; i < n; i++) {
            see(context, i, st, &err);
        }
        n = 0;
    }
    start_others(slurm, launch, n, is_taken, &h);
    for (size_t i = 0; i < n; i++) {
        if (!is_taken[i]) {
            h.n = h.n_held = 0;
            collect(&h, launch, n, i, is_taken);
            name_array(&h);
            start_together(&h);
        }
    }
    alloc_free(h.member);
    alloc_free(is_taken);
}

maru_status slurm_start(struct executor *executor, const struct launch *launch, maru_error *err) {
    struct one one = {MARU_E_IO, err};
    slurm_start_all(executor, launch, 1, see_one, &one);
    return one.status;
}
