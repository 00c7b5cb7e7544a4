#include "io/executor/slurm_record.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/number.h"
#include "base/status.h"
#include "io/executor/slurm_text.h"
#include "io/files.h"

// Each file is one line of fields parted by blanks, a text last; each is replaced in one step, so that a line without its break is
// damage and refused. `answer` alone grows in place, since it is the standard output of sbatch: cut short it says nothing yet.

enum { FIELDS = 8, CLAIM_BYTES = 200, NAME_BYTES = 128 };
static const char *const names[] = {"launch", "tried", "answer", "stop",
                                    "end",    "said",  "lock",   "new"};

bool slurm_path(const char *folder, const char *name, char out[SLURM_RECORD_PATH_BYTES]) {
    const int n = snprintf(out, SLURM_RECORD_PATH_BYTES, "%s/%s", folder, name);
    return n > 0 && n < SLURM_RECORD_PATH_BYTES;
}

static maru_status refuse(const char *what, const char *path, maru_error *err) {
    char reason[128];
    return fail(err, MARU_E_IO, "cannot %s %.200s: %s", what, path,
                strerror_r(errno, reason, sizeof reason));
}

static maru_status too_long(const char *path, maru_error *err) {
    return fail(err, MARU_E_IO, "the path is too long: %.80s...", path);
}

static maru_status put(const char *folder, const char *name, const char *line, maru_error *err) {
    char path[SLURM_RECORD_PATH_BYTES];
    return slurm_path(folder, name, path) ? files_replace(path, line, strlen(line), err)
                                          : too_long(folder, err);
}

// A file of a launch as text; *is_there false where it is not.
static maru_status get(const char *folder, const char *name, struct text *out, bool *is_there,
                       maru_error *err) {
    char path[SLURM_RECORD_PATH_BYTES];
    text_clear(out);
    *is_there = false;
    if (!slurm_path(folder, name, path)) {
        return too_long(folder, err);
    }
    if (access(path, F_OK) != 0) {
        return errno == ENOENT ? MARU_OK : refuse("look at", path, err);
    }
    const maru_status st = files_read(path, out, err);
    *is_there = st == MARU_OK;
    return st;
}

// n numbers from the start of a line, then the rest of it without the break; false: it has another form.
static bool read_line(struct text *text, int64_t value[], size_t n, char **rest) {
    if (text->n_bytes == 0 || text->bytes[text->n_bytes - 1] != '\n') {
        return false;
    }
    text->bytes[text->n_bytes - 1] = '\0';
    char *at = text->bytes;
    for (size_t i = 0; i < n; i++) {
        const size_t digits = strcspn(at, " ");
        if (!number_int64(at, digits, &value[i])) {
            return false;
        }
        at += digits;
        at += *at == ' ';
    }
    *rest = at;
    return true;
}

static maru_status damaged(const struct slurm_record *record, const char *name, maru_error *err) {
    return fail(err, MARU_E_INPUT, "%.200s/%s is damaged", record->path, name);
}

// "=TASK:ARRAY " before the folder of one that is a task; *rest goes on behind it.
static bool read_task(struct slurm_record *out, char **rest) {
    int64_t task = 0;
    out->task = SLURM_NO_TASK;
    if ((*rest)[0] != '=') {
        return true;
    }
    const size_t n = strcspn(*rest + 1, ":");
    const char *array = *rest + 1 + n + ((*rest)[1 + n] == ':');
    const size_t n_array = strcspn(array, " ");
    if (!number_int64(*rest + 1, n, &task) || task < 0 || task > INT32_MAX || n_array == 0 ||
        n_array >= sizeof out->array || array[n_array] != ' ') {
        return false;
    }
    out->task = (int32_t)task;
    memcpy(out->array, array, n_array);
    *rest += (array - *rest) + (ptrdiff_t)n_array + 1;
    return true;
}

static maru_status read_launch(struct slurm_record *out, struct text *text, maru_error *err) {
    int64_t value[4];
    char *rest;
    if (!read_line(text, value, 4, &rest) || !read_task(out, &rest) || rest[0] != '/' ||
        value[3] < 0 || value[3] > UINT32_MAX || strlen(rest) >= sizeof out->folder) {
        return damaged(out, "launch", err);
    }
    out->made_us = value[0];
    out->limit_us = value[1];
    out->grace_us = value[2];
    out->memory_mib = (uint32_t)value[3];
    memcpy(out->folder, rest, strlen(rest) + 1);
    return MARU_OK;
}

static maru_status read_tried(struct slurm_record *out, struct text *text, maru_error *err) {
    char *rest;
    return read_line(text, &out->tried_us, 1, &rest) ? MARU_OK : damaged(out, "tried", err);
}

static maru_status read_stop(struct slurm_record *out, struct text *text, maru_error *err) {
    int64_t value[3];
    char *rest;
    if (!read_line(text, value, 3, &rest)) {
        return damaged(out, "stop", err);
    }
    out->stop_us = value[0];
    out->stop_grace_us = value[1];
    out->stop_is_sent = value[2] != 0;
    return MARU_OK;
}

static maru_status read_end(struct slurm_record *out, struct text *text, maru_error *err) {
    int64_t value[7];
    char *rest;
    if (!read_line(text, value, 7, &rest) || value[0] < END_EXIT || value[0] > END_TAKEN ||
        value[1] < -1 || value[1] > 255) {
        return damaged(out, "end", err);
    }
    struct launch_look *look = &out->end;
    *look = (struct launch_look){.state = LAUNCH_ENDED,
                                 .end = (enum launch_end)value[0],
                                 .exit_code = (int)value[1],
                                 .submitted_us = value[2],
                                 .started_us = value[3],
                                 .ended_us = value[4],
                                 .cpu_us = value[5],
                                 .max_memory_bytes = value[6]};
    char *what = strchr(rest, ' ');
    if (!what || (size_t)(what - rest) >= sizeof look->node || strlen(what) > sizeof look->what) {
        return damaged(out, "end", err);
    }
    memcpy(look->node, rest, (size_t)(what - rest));
    memcpy(look->what, what + 1, strlen(what + 1) + 1);
    out->has_end = true;
    return MARU_OK;
}

maru_status slurm_record_read(const char *state, const char *id, struct slurm_record *out,
                              bool *is_there, maru_error *err) {
    *out = (struct slurm_record){.task = SLURM_NO_TASK};
    if (!slurm_path(state, id, out->path)) {
        return too_long(state, err);
    }
    struct text text;
    text_init(&text, SLURM_RECORD_MAX_BYTES);
    bool is_here = false;
    maru_status st = get(out->path, "launch", &text, is_there, err);
    if (st != MARU_OK || !*is_there) {
        goto done;
    }
    st = read_launch(out, &text, err);
    st = st == MARU_OK ? get(out->path, "end", &text, &is_here, err) : st;
    if (st != MARU_OK || is_here) {
        st = st == MARU_OK ? read_end(out, &text, err) : st;
        goto done;
    }
    st = get(out->path, "tried", &text, &is_here, err);
    st = st == MARU_OK && is_here ? read_tried(out, &text, err) : st;
    st = st == MARU_OK ? get(out->path, "stop", &text, &is_here, err) : st;
    st = st == MARU_OK && is_here ? read_stop(out, &text, err) : st;
    st = st == MARU_OK ? get(out->path, "answer", &text, &is_here, err) : st;
    if (st == MARU_OK && is_here && text.n_bytes > 0) {
        (void)slurm_read_number(text.bytes, text.n_bytes, &out->number);
    }
done:
    text_fini(&text);
    return st;
}

enum { LAUNCH_LINE_BYTES = SLURM_RECORD_PATH_BYTES + 512 };

// array "": a job of its own.
static maru_status write_launch(const struct launch *launch, const char *array, int32_t task,
                                int64_t now_us, char line[LAUNCH_LINE_BYTES], maru_error *err) {
    char place[SLURM_NAME_BYTES + 32] = "";
    if (array[0]) {
        snprintf(place, sizeof place, "=%" PRId32 ":%s ", task, array);
    }
    const int n =
        snprintf(line, LAUNCH_LINE_BYTES, "%" PRId64 " %" PRId64 " %" PRId64 " %u %s%s\n", now_us,
                 launch->limit_us, launch->grace_us, launch->memory_mib, place, launch->folder);
    return n > 0 && n < LAUNCH_LINE_BYTES ? MARU_OK : too_long(launch->folder, err);
}

maru_status slurm_record_make(const char *state, const struct launch *launch, int64_t now_us,
                              maru_error *err) {
    char path[SLURM_RECORD_PATH_BYTES], file[SLURM_RECORD_PATH_BYTES], line[LAUNCH_LINE_BYTES];
    if (!slurm_path(state, launch->id, path) || !slurm_path(path, "launch", file)) {
        return too_long(state, err);
    }
    if (access(file, F_OK) == 0) {
        return MARU_OK;
    }
    maru_status st = files_make_folder(path, err);
    st = st == MARU_OK ? write_launch(launch, "", SLURM_NO_TASK, now_us, line, err) : st;
    return st == MARU_OK ? put(path, "launch", line, err) : st;
}

maru_status slurm_record_prepare(const char *state, const struct launch *launch, const char *array,
                                 int32_t task, int64_t now_us, maru_error *err) {
    char path[SLURM_RECORD_PATH_BYTES], file[SLURM_RECORD_PATH_BYTES], line[LAUNCH_LINE_BYTES];
    if (!slurm_path(state, launch->id, path) || !slurm_path(path, "new", file)) {
        return too_long(state, err);
    }
    const maru_status st = write_launch(launch, array, task, now_us, line, err);
    if (st != MARU_OK) {
        return st;
    }
    if (mkdir(path, 0700) != 0 && errno != EEXIST) {
        return refuse("make", path, err);
    }
    const int opened = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (opened < 0) {
        return refuse("write", file, err);
    }
    const bool is_good = files_write_all(opened, line, strlen(line));
    return close(opened) == 0 && is_good ? MARU_OK : refuse("write", file, err);
}

maru_status slurm_record_show(const struct slurm_record *record, maru_error *err) {
    char from[SLURM_RECORD_PATH_BYTES], to[SLURM_RECORD_PATH_BYTES];
    if (!slurm_path(record->path, "new", from) || !slurm_path(record->path, "launch", to)) {
        return too_long(record->path, err);
    }
    return rename(from, to) == 0 ? MARU_OK : refuse("write", to, err);
}

maru_status slurm_record_link(const struct slurm_record *record, const char *file, const char *name,
                              maru_error *err) {
    char beside[SLURM_RECORD_PATH_BYTES], to[SLURM_RECORD_PATH_BYTES];
    if (!slurm_path(record->path, "new", beside) || !slurm_path(record->path, name, to)) {
        return too_long(record->path, err);
    }
    if (link(file, to) == 0) { // nothing was there
        return MARU_OK;
    }
    const bool is_gone = errno == EEXIST && (unlink(beside) == 0 || errno == ENOENT);
    return is_gone && link(file, beside) == 0 && rename(beside, to) == 0 ? MARU_OK
                                                                         : refuse("write", to, err);
}

maru_status slurm_record_lock(const struct slurm_record *record, int *file, maru_error *err) {
    char path[SLURM_RECORD_PATH_BYTES];
    *file = -1;
    if (!slurm_path(record->path, "lock", path)) {
        return too_long(record->path, err);
    }
    const int opened = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (opened < 0) {
        return refuse("open", path, err);
    }
    if (flock(opened, LOCK_EX | LOCK_NB) != 0) {
        const bool is_held = errno == EWOULDBLOCK;
        const maru_status st = is_held ? MARU_OK : refuse("lock", path, err);
        close(opened);
        return st;
    }
    struct stat held, named;
    if (fstat(opened, &held) != 0 || stat(path, &named) != 0 || held.st_ino != named.st_ino) {
        close(opened); // it was handed in with others meanwhile, and has another lock
        return MARU_OK;
    }
    *file = opened;
    return MARU_OK;
}

maru_status slurm_record_try(struct slurm_record *record, int64_t now_us, maru_error *err) {
    char line[64];
    snprintf(line, sizeof line, "%" PRId64 "\n", now_us);
    const maru_status st = put(record->path, "tried", line, err);
    record->tried_us = st == MARU_OK ? now_us : record->tried_us;
    return st;
}

maru_status slurm_record_answer(struct slurm_record *record, uint64_t number, maru_error *err) {
    char line[64];
    snprintf(line, sizeof line, "%" PRIu64 "\n", number);
    const maru_status st = put(record->path, "answer", line, err);
    record->number = st == MARU_OK ? number : record->number;
    return st;
}

maru_status slurm_record_lost(struct slurm_record *record, maru_error *err) {
    maru_status st = slurm_record_try(record, 0, err);
    st = st == MARU_OK ? put(record->path, "answer", "", err) : st;
    record->number = st == MARU_OK ? 0 : record->number;
    return st;
}

maru_status slurm_record_stop(struct slurm_record *record, int64_t now_us, int64_t grace_us,
                              bool is_sent, maru_error *err) {
    char line[128];
    snprintf(line, sizeof line, "%" PRId64 " %" PRId64 " %d\n", now_us, grace_us, is_sent ? 1 : 0);
    const maru_status st = put(record->path, "stop", line, err);
    if (st == MARU_OK) {
        record->stop_us = now_us;
        record->stop_grace_us = grace_us;
        record->stop_is_sent = is_sent;
    }
    return st;
}

maru_status slurm_record_end(struct slurm_record *record, const struct launch_look *look,
                             maru_error *err) {
    char line[1024];
    snprintf(line, sizeof line,
             "%d %d %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %s %s\n",
             (int)look->end, look->exit_code, look->submitted_us, look->started_us, look->ended_us,
             look->cpu_us, look->max_memory_bytes, look->node, look->what);
    const maru_status st = put(record->path, "end", line, err);
    if (st == MARU_OK) {
        record->has_end = true;
        record->end = *look;
    }
    return st;
}

maru_status slurm_record_drop(const struct slurm_record *record, maru_error *err) {
    char path[SLURM_RECORD_PATH_BYTES];
    for (size_t i = 0; i < sizeof names / sizeof names[0];
         i++) { // `launch` first: without it there is none
        if (slurm_path(record->path, names[i], path) && unlink(path) != 0 && errno != ENOENT) {
            return refuse("take away", path, err);
        }
    }
    return rmdir(record->path) == 0 || errno == ENOENT || errno == ENOTEMPTY
               ? MARU_OK
               : refuse("take away", record->path, err);
}

// A short file of the script; false where there is none. A link or what is too long is none.
static bool read_word(const struct slurm_record *record, const char *what, const char *id,
                      char bytes[CLAIM_BYTES]) {
    char name[NAME_BYTES];
    const int folder = open(record->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) {
        return false;
    }
    const int inner = openat(folder, ".maru", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    close(folder);
    if (inner < 0) {
        return false;
    }
    snprintf(name, sizeof name, "%s-%s", what, id);
    const int file = openat(inner, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    close(inner);
    if (file < 0) {
        return false;
    }
    const ssize_t n = read(file, bytes, CLAIM_BYTES - 1);
    close(file);
    bytes[n > 0 ? n : 0] = '\0';
    return n > 0;
}

uint64_t slurm_record_claim(const struct slurm_record *record, const char *id) {
    char bytes[CLAIM_BYTES];
    int64_t number = 0;
    return read_word(record, "claim", id, bytes) &&
                   number_int64(bytes, strcspn(bytes, " "), &number) && number > 0
               ? (uint64_t)number
               : 0;
}

// "NUMBER HOST.PROCESS.NANOSECONDS" and a line break; a host may have points.
int64_t slurm_record_begun_us(const struct slurm_record *record, const char *id) {
    char bytes[CLAIM_BYTES];
    int64_t at_ns = 0;
    const char *last = read_word(record, "claim", id, bytes) ? strrchr(bytes, '.') : NULL;
    return last && number_int64(last + 1, strcspn(last + 1, "\n"), &at_ns) && at_ns > 0
               ? at_ns / 1000000000 * 1000000
               : 0;
}

// "NUMBER TOKEN SECONDS c3" or s42, and a line break.
void slurm_record_left(const struct slurm_record *record, const char *id, struct slurm_left *out) {
    char bytes[CLAIM_BYTES];
    int64_t number = 0, at_s = 0, how = 0;
    *out = (struct slurm_left){.number = 0};
    if (!read_word(record, "end", id, bytes) || !strchr(bytes, '\n')) {
        return;
    }
    const char *token = strchr(bytes, ' ');
    const char *at = token ? strchr(token + 1, ' ') : NULL;
    const char *word = at ? strchr(at + 1, ' ') : NULL;
    if (!word || !number_int64(bytes, (size_t)(token - bytes), &number) || number < 1 ||
        !number_int64(at + 1, (size_t)(word - at - 1), &at_s) || at_s < 0 ||
        at_s > INT64_MAX / 1000000 || (word[1] != 'c' && word[1] != 's') ||
        !number_int64(word + 2, strcspn(word + 2, "\n"), &how) || how < 0 || how > 255) {
        return;
    }
    *out = (struct slurm_left){.number = (uint64_t)number, .at_us = at_s * 1000000};
    *(word[1] == 'c' ? &out->code : &out->signal) = (int)how;
}

maru_status slurm_record_each(const char *state, slurm_see_id see, void *context, maru_error *err) {
    DIR *dir = opendir(state);
    if (!dir) {
        return refuse("look into", state, err);
    }
    // cppcheck-suppress readdirCalled; one thread has this folder
    for (const struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
        if (entry->d_name[0] != '.' && strlen(entry->d_name) < LAUNCH_ID_BYTES &&
            !see(context, entry->d_name)) {
            break;
        }
    }
    closedir(dir);
    return MARU_OK;
}
