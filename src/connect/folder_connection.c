#include "connect/folder_connection.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/status.h"
#include "base/text.h"
#include "io/clock.h"
#include "io/files.h"

// The folder is looked through every few seconds, and at once when inotify says that something has come: on a share of another machine
// inotify says nothing. Whatever is in it is remembered with its size and time of change; what stays as it is long enough is taken, the
// oldest first, so that of two files with the same samples the newer one counts.
//
// All is done relative to the open folder, and links are not followed: nobody who may put files in gets others read or moved.

enum { SCAN_US = 2000000, MAX_TRY_NAMES = 10000, MAX_WHY_BYTES = 1 << 16, NAME_BYTES = 256 };

struct seen { // a file
    char name[NAME_BYTES];
    off_t n_bytes;
    struct timespec changed;
    maru_time since_us; // it has been like this
    bool is_whole;      // it was renamed into the folder
    bool is_there;      // in the look that is going on
};

struct watched {
    struct connection connection; // first
    char root[WATCHED_MAX_PATH_BYTES], path[WATCHED_MAX_PATH_BYTES];
    struct samples_hints hints;
    maru_time settle_us;
    bool is_file_in_name;
    void (*add_korean)(struct text *out, const char *sentence);

    int folder, done, refused, notify; // -1: not open
    struct seen *seen;                 // (n)
    size_t n;
};

// ---- the folder

static maru_status refuse(maru_error *err, const char *what, const char *path) {
    char reason[128];
    return fail(err, MARU_E_IO, "%s %.150s: %s", what, path,
                strerror_r(errno, reason, sizeof reason));
}

static bool is_inside(const char *path, const char *root) {
    const size_t n = strlen(root);
    return strncmp(path, root, n) == 0 && (path[n] == '\0' || path[n] == '/' || root[n - 1] == '/');
}

static maru_status open_inside(const struct watched *watched, int *out, maru_error *err) {
    char wanted[2 * WATCHED_MAX_PATH_BYTES], real[PATH_MAX], root[PATH_MAX];
    snprintf(wanted, sizeof wanted, "%s/%s", watched->root, watched->path);
    if (!realpath(watched->root, root)) {
        return refuse(err, "cannot open", watched->root);
    }
    if (!realpath(wanted, real)) {
        return refuse(err, "cannot open", watched->path);
    }
    if (!is_inside(real, root)) {
        return fail(err, MARU_E_IO, "%.150s leads out of the folders that may be watched",
                    watched->path);
    }
    *out = open(real, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    return *out >= 0 ? MARU_OK : refuse(err, "cannot open", watched->path);
}

static maru_status open_within(const struct watched *watched, const char *name, int *out,
                               maru_error *err) {
    if (mkdirat(watched->folder, name, 0777) != 0 && errno != EEXIST) {
        return refuse(err, "files that are taken must be moved, but no folder can be made in",
                      watched->path);
    }
    *out = openat(watched->folder, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    return *out >= 0 ? MARU_OK : refuse(err, "cannot open", name);
}

static void close_all(struct watched *watched) {
    int *const file[] = {&watched->folder, &watched->done, &watched->refused, &watched->notify};
    for (size_t i = 0; i < sizeof file / sizeof *file; i++) {
        if (*file[i] >= 0) {
            close(*file[i]);
        }
        *file[i] = -1;
    }
    watched->n = 0;
}

static maru_status open_all(struct watched *watched, maru_error *err) {
    maru_status st = open_inside(watched, &watched->folder, err);
    st = st == MARU_OK ? open_within(watched, "done", &watched->done, err) : st;
    st = st == MARU_OK ? open_within(watched, "refused", &watched->refused, err) : st;
    watched->notify = st == MARU_OK ? inotify_init1(IN_NONBLOCK | IN_CLOEXEC) : -1;
    if (watched->notify >= 0) { // by the open folder: its path may lead elsewhere by now
        char self[64];
        snprintf(self, sizeof self, "/proc/self/fd/%d", watched->folder);
        (void)inotify_add_watch(watched->notify, self, IN_CLOSE_WRITE | IN_MOVED_TO);
    }
    return st;
}

// ---- what is in it

static bool is_table(const char *name) {
    static const char *const ending[] = {".csv", ".txt", ".tsv"};
    const size_t n = strlen(name);
    for (size_t i = 0; i < 3 && name[0] != '.' && name[0] != '~' && n > 4 && n < NAME_BYTES; i++) {
        if (strcasecmp(name + n - 4, ending[i]) == 0) {
            return true;
        }
    }
    return false;
}

static struct seen *find(struct watched *watched, const char *name) {
    for (size_t i = 0; i < watched->n; i++) {
        if (strcmp(watched->seen[i].name, name) == 0) {
            return &watched->seen[i];
        }
    }
    if (watched->n == WATCHED_MAX_FILES) {
        return NULL; // it has its turn when others are gone
    }
    struct seen *seen = &watched->seen[watched->n++];
    *seen = (struct seen){.n_bytes = -1};
    snprintf(seen->name, sizeof seen->name, "%s", name);
    return seen;
}

static bool is_same(const struct seen *seen, const struct stat *about) {
    return seen->n_bytes == about->st_size && seen->changed.tv_sec == about->st_mtim.tv_sec &&
           seen->changed.tv_nsec == about->st_mtim.tv_nsec;
}

static void see(struct watched *watched, const char *name, bool is_whole) {
    struct stat about;
    struct seen *seen = NULL;
    if (is_table(name) && fstatat(watched->folder, name, &about, AT_SYMLINK_NOFOLLOW) == 0 &&
        S_ISREG(about.st_mode)) {
        seen = find(watched, name);
    }
    if (!seen) {
        return;
    }
    if (!is_same(seen, &about)) {
        seen->n_bytes = about.st_size;
        seen->changed = about.st_mtim;
        seen->since_us = clock_unix_us();
        seen->is_whole = false;
    }
    seen->is_whole = seen->is_whole || is_whole;
    seen->is_there = true;
}

static maru_status look_through(struct watched *watched, maru_error *err) {
    const int copy = openat(watched->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *list = copy >= 0 ? fdopendir(copy) : NULL;
    struct stat about;
    if (!list || fstat(watched->folder, &about) != 0 || about.st_nlink == 0) {
        const maru_status st =
            list ? fail(err, MARU_E_IO, "the folder %.150s was removed", watched->path)
                 : refuse(err, "cannot open", watched->path);
        if (list) {
            closedir(list);
        } else if (copy >= 0) {
            close(copy);
        }
        return st;
    }
    for (size_t i = 0; i < watched->n; i++) {
        watched->seen[i].is_there = false;
    }
    for (const struct dirent *entry = readdir(list); entry; entry = readdir(list)) {
        see(watched, entry->d_name, false);
    }
    closedir(list);
    size_t n = 0;
    for (size_t i = 0; i < watched->n; i++) {
        if (watched->seen[i].is_there) {
            watched->seen[n++] = watched->seen[i];
        }
    }
    watched->n = n;
    return MARU_OK;
}

static void hear(struct watched *watched) {
    union {
        struct inotify_event event; // for its alignment
        char bytes[16 << 10];
    } buffer;
    ssize_t n = 0;
    while (watched->notify >= 0 &&
           (n = read(watched->notify, buffer.bytes, sizeof buffer.bytes)) > 0) {
        for (size_t at = 0; at < (size_t)n;) {
            struct inotify_event event;
            memcpy(&event, buffer.bytes + at, sizeof event);
            if (event.len > 0 && (event.mask & IN_MOVED_TO)) {
                see(watched, buffer.bytes + at + sizeof event, true);
            }
            at += sizeof event + event.len;
        }
    }
}

// ---- away with a file

// Move it; where there is one of this name, NAME.2.csv and so on.
static maru_status move(const struct watched *watched, const char *name, int to,
                        char moved[NAME_BYTES + 16], maru_error *err) {
    const char *dot = strrchr(name, '.');
    snprintf(moved, NAME_BYTES + 16, "%s", name);
    for (int i = 2; i < MAX_TRY_NAMES; i++) {
        if (renameat2(watched->folder, name, to, moved, RENAME_NOREPLACE) == 0) {
            return fsync(to) == 0 && fsync(watched->folder) == 0
                       ? MARU_OK
                       : refuse(err, "cannot write to the disk of", watched->path);
        }
        if (errno != EEXIST) {
            break;
        }
        snprintf(moved, NAME_BYTES + 16, "%.*s.%d%s", (int)(dot - name), name, i, dot);
    }
    return refuse(err, "taken, but it cannot be moved away:", name);
}

static void add_line(const struct watched *watched, struct text *out, const char *place,
                     const char *sentence) {
    text_addz(out, place);
    watched->add_korean(out, sentence);
    text_addz(out, "\r\n");
    text_addz(out, place);
    text_addz(out, sentence);
    text_addz(out, "\r\n");
}

// What was wrong with it, beside it as NAME.csv.txt, with the mark by which Windows knows UTF-8. Without it the events tell all the same.
static void explain(const struct watched *watched, int folder, const char *moved,
                    const struct measured_file *file, const maru_error *problem) {
    char name[NAME_BYTES + 32], place[64] = "";
    struct text out;
    text_init(&out, MAX_WHY_BYTES);
    text_addz(&out, "\xEF\xBB\xBF");
    if (problem->code != MARU_OK) {
        if (problem->row > 0) {
            snprintf(place, sizeof place, "(%u, %u) ", problem->row, problem->column);
        }
        add_line(watched, &out, place, problem->text);
    }
    for (uint64_t i = 0; i < file->n_fault && i < MEASURED_MAX_FAULTS; i++) {
        snprintf(place, sizeof place, "(%u, %u) ", file->fault[i].line, file->fault[i].column);
        add_line(watched, &out, place, file->fault[i].why);
    }
    snprintf(name, sizeof name, "%s.txt", moved);
    const int to =
        openat(folder, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (to >= 0) {
        const bool is_written = files_write_all(to, out.bytes, out.n_bytes);
        close(to);
        if (!is_written) {
            (void)unlinkat(folder, name, 0);
        }
    }
    text_fini(&out);
}

static void tell(struct watched *watched, const struct seen *seen, const struct measured_file *file,
                 const maru_error *problem) {
    struct text detail;
    text_init(&detail, EVENT_MAX_DETAIL_BYTES);
    text_addz(&detail, "{\"file\":");
    text_add_json(&detail, seen->name);
    text_addf(&detail, ",\"rows\":%llu,\"samples\":%llu,\"refused\":%llu,\"text\":",
              (unsigned long long)file->n_row, (unsigned long long)file->n_sample,
              (unsigned long long)file->n_fault);
    text_add_json(&detail, problem->text);
    text_addz(&detail, "}");
    // at the file's own time, so that one that is taken twice is told once
    const struct event event = {.at_us = (maru_time)seen->changed.tv_sec * 1000000 +
                                         seen->changed.tv_nsec / 1000,
                                .kind = "file",
                                .source = watched->connection.name,
                                .name = problem->code == MARU_OK ? "taken" : "refused",
                                .lot = "",
                                .wafer = "",
                                .recipe = "",
                                .step = "",
                                .detail = detail.status == MARU_OK ? detail.bytes : "{}"};
    connection_take_event(&watched->connection, &event);
    text_fini(&detail);
}

// ---- taking a file

// All of it, as it was looked at. MARU_MORE: it has changed meanwhile, or is gone.
static maru_status read_whole(const struct watched *watched, const struct seen *seen,
                              struct text *out, maru_error *err) {
    struct stat about;
    const int file =
        openat(watched->folder, seen->name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (file < 0) {
        return errno == ENOENT ? MARU_MORE : refuse(err, "cannot open", seen->name);
    }
    char part[1 << 16];
    ssize_t n = 0;
    while (out->status == MARU_OK && (n = read(file, part, sizeof part)) > 0) {
        text_add(out, part, (size_t)n);
    }
    maru_status st = out->status;
    if (st == MARU_E_LIMIT) {
        st = fail(err, st, "a file of measurements has at most %d bytes", MEASURED_MAX_BYTES);
    } else if (st != MARU_OK) {
        st = fail(err, st, "no memory");
    } else if (n < 0) {
        st = refuse(err, "cannot read", seen->name);
    } else if (fstat(file, &about) != 0 || !is_same(seen, &about)) {
        st = MARU_MORE;
    }
    close(file);
    return st;
}

static maru_status put_in(struct watched *watched, const struct seen *seen,
                          const struct text *bytes, struct measured_file *file, maru_error *err) {
    char within[NAME_BYTES];
    const char *dot = strrchr(seen->name, '.');
    snprintf(within, sizeof within, "%.*s", watched->is_file_in_name ? (int)(dot - seen->name) : 0,
             seen->name);
    const struct measured_options options = {
        .hints = watched->hints, .within = within, .now = clock_unix_us()};
    return measured_take(bytes->bytes ? bytes->bytes : "", bytes->n_bytes, &options,
                         watched->connection.intake, file, err);
}

// MARU_E_IO, MARU_E_MEMORY: it stays, for another time.
static maru_status take(struct watched *watched, const struct seen *seen, maru_error *err) {
    struct measured_file file = {0};
    struct text bytes;
    char moved[NAME_BYTES + 16];
    maru_error problem = {0};
    text_init(&bytes, MEASURED_MAX_BYTES);
    maru_status st = read_whole(watched, seen, &bytes, &problem);
    st = st == MARU_OK ? put_in(watched, seen, &bytes, &file, &problem) : st;
    if (st == MARU_MORE) {
        st = MARU_OK;
    } else if (st == MARU_E_IO || st == MARU_E_MEMORY) {
        (void)connection_commit(
            &watched->connection); // what it has brought already does not come twice
        st = fail(err, st, "%s", problem.text);
    } else {
        tell(watched, seen, &file, &problem);
        const int to = st == MARU_OK ? watched->done : watched->refused;
        const bool is_clean = st == MARU_OK && file.n_fault == 0;
        if (st != MARU_OK) {
            intake_refuse(watched->connection.intake, problem.text);
        }
        st = connection_commit(&watched->connection)
                 ? move(watched, seen->name, to, moved, err)
                 : fail(err, MARU_E_IO, "what had come could not be kept");
        if (st == MARU_OK && !is_clean) {
            explain(watched, to, moved, &file, &problem);
        }
    }
    measured_fini(&file);
    text_fini(&bytes);
    return st;
}

static int by_age(const void *a, const void *b) {
    const struct seen *x = a, *y = b;
    if (x->changed.tv_sec != y->changed.tv_sec) {
        return x->changed.tv_sec < y->changed.tv_sec ? -1 : 1;
    }
    if (x->changed.tv_nsec != y->changed.tv_nsec) {
        return x->changed.tv_nsec < y->changed.tv_nsec ? -1 : 1;
    }
    return strcmp(x->name, y->name);
}

// Those that are as they will be; *next_us: when another may be.
static maru_status take_ready(struct watched *watched, maru_time *next_us, maru_error *err) {
    maru_status st = MARU_OK;
    qsort(watched->seen, watched->n, sizeof *watched->seen, by_age);
    for (size_t i = 0; st == MARU_OK && i < watched->n; i++) {
        const struct seen *seen = &watched->seen[i];
        const maru_time ready_us = seen->is_whole ? 0 : seen->since_us + watched->settle_us;
        if (atomic_load(&watched->connection.is_stopping)) {
            break;
        }
        if (ready_us <= clock_unix_us()) {
            st = take(watched, seen, err);
        } else if (ready_us < *next_us) {
            *next_us = ready_us;
        }
    }
    return st;
}

// ---- the thread

static maru_status watch(struct watched *watched, maru_error *err) {
    struct connection *connection = &watched->connection;
    maru_status st = open_all(watched, err);
    if (st == MARU_OK) {
        connection_is_up(connection);
        st = connection_commit(connection)
                 ? MARU_OK
                 : fail(err, MARU_E_IO, "what had come could not be kept");
    }
    while (st == MARU_OK && !atomic_load(&connection->is_stopping)) {
        st = look_through(watched, err);
        hear(watched);
        maru_time next_us = clock_unix_us() + SCAN_US;
        st = st == MARU_OK ? take_ready(watched, &next_us, err) : st;
        if (st == MARU_OK) {
            (void)connection_wait(connection, watched->notify, POLLIN, next_us);
        }
    }
    close_all(watched);
    return st;
}

static void *run(void *context) {
    struct watched *watched = context;
    while (!atomic_load(&watched->connection.is_stopping)) {
        maru_error err = {0};
        if (watch(watched, &err) != MARU_OK) {
            connection_is_down(&watched->connection, err.text);
        }
    }
    return NULL;
}

// ---- opening

maru_status watched_check(const struct watched_options *options, maru_error *err) {
    const char *at = options->path;
    if (options->root[0] == '\0') {
        return fail(err, MARU_E_USAGE,
                    "this server watches no folders: start it with --folders FOLDER");
    }
    bool is_plain = at[0] != '\0' && at[0] != '/' && strlen(at) < WATCHED_MAX_PATH_BYTES;
    while (is_plain && *at) {
        const size_t n = strcspn(at, "/");
        is_plain = !(n == 2 && at[0] == '.' && at[1] == '.');
        at += n + (at[n] == '/');
    }
    return is_plain ? MARU_OK
                    : fail(err, MARU_E_USAGE,
                           "a folder within the server's --folders is wanted, such as line1/aoi");
}

static maru_status prepare(struct watched *watched, struct signals *signals,
                           const struct watched_options *options, maru_error *err) {
    maru_status st = watched_check(options, err);
    st = st == MARU_OK ? connection_init(&watched->connection, signals, options->name, err) : st;
    watched->connection.recalled_us = 0; // files wait for us, and may be of any time
    watched->folder = watched->done = watched->refused = watched->notify = -1;
    snprintf(watched->root, sizeof watched->root, "%s", options->root);
    snprintf(watched->path, sizeof watched->path, "%s", options->path);
    watched->hints = options->hints;
    watched->settle_us = options->settle_s * 1000000;
    watched->is_file_in_name = options->is_file_in_name;
    watched->add_korean = options->add_korean;
    watched->seen = alloc_new(WATCHED_MAX_FILES, sizeof *watched->seen);
    return st != MARU_OK || watched->seen ? st : fail(err, MARU_E_MEMORY, "no memory");
}

static void release(struct watched *watched) {
    connection_fini(&watched->connection);
    alloc_free(watched->seen);
    alloc_free(watched);
}

maru_status watched_open(struct signals *signals, const struct watched_options *options,
                         struct watched **out, maru_error *err) {
    struct watched *watched = alloc_new(1, sizeof *watched);
    if (!watched) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    maru_status st = prepare(watched, signals, options, err);
    st = st == MARU_OK ? connection_start(&watched->connection, run, watched, err) : st;
    if (st != MARU_OK) {
        release(watched);
        return st;
    }
    *out = watched;
    return MARU_OK;
}

void watched_close(struct watched *watched) {
    if (watched) {
        connection_stop(&watched->connection);
        release(watched);
    }
}

void watched_look_at(struct watched *watched, struct connection_look *out) {
    connection_look_at(&watched->connection, out);
}
