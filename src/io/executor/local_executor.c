#include "io/executor/local_executor.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/status.h"
#include "io/clock.h"
#include "io/executor/gpu_lookout.h"
#include "io/executor/group_home.h"
#include "io/executor/inventory.h"
#include "io/executor/job_group.h"
#include "io/executor/launch_record.h"
#include "io/executor/launch_spec.h"
#include "io/executor/sandbox.h"
#include "io/executor/shepherd.h"
#include "io/files.h"

// What is known of launches is on the disk and in locks (launch_record.h), nothing in memory: any number of these executors, in any
// number of processes, may work in one folder. To wait is to watch the folder of locks: the kernel tells when the last process that
// has a lock open for writing ends, killed or not.

enum {
    PRIVATE_MODE = 0700,
    START_MS = 20000, // a shepherd has to be at work after so long
    LEAVE_MS = 5000,  // a shepherd that has nothing more to do is gone after so long
    BUSY_MS = 5,      // how often a lock that another has is asked for
    SETTLE_US = 2000, // between the end of a process and its lock being free
    USUAL_LOG_BYTES = 64 << 20,
    WORD_BYTES = MARU_ERROR_TEXT_BYTES,
};

struct local_executor {
    struct executor executor;
    struct arena arena;
    struct local_settings settings; // with what was not said filled in
    int changes;                    // of the folder of locks
    bool is_bare;
    const char *own_program;  // the file that settings.program is
    struct gpu_lookout *gpus; // NULL: none are asked for
};

static maru_status refuse(maru_error *err, const char *what, const char *path) {
    char reason[128];
    return fail(err, MARU_E_IO, "%s %s: %s", what, path, strerror_r(errno, reason, sizeof reason));
}

static struct local_executor *local_of(struct executor *executor) {
    return (struct local_executor *)(void *)executor;
}

static void flush_folder(const char *path) {
    const int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder >= 0) {
        (void)fsync(folder);
        close(folder);
    }
}

// ---- looking

// What is on the disk of a launch.
struct kept {
    bool is_there, is_started, is_ended;
    struct launch_look look;
};

static maru_status read_kept(const struct local_executor *local, const char *id, struct kept *kept,
                             maru_error *err) {
    *kept = (struct kept){0};
    const char *state = local->settings.state;
    const struct launch_path folder = launch_path_of(state, id, NULL);
    if (access(folder.text, F_OK) != 0) {
        return errno == ENOENT ? MARU_OK : refuse(err, "cannot look at", folder.text);
    }
    kept->is_there = true;
    const struct launch_path end = launch_path_of(state, id, "end");
    maru_status st = launch_record_read(end.text, &kept->look, &kept->is_ended, err);
    if (st == MARU_OK && !kept->is_ended) {
        const struct launch_path started = launch_path_of(state, id, "started");
        st = launch_record_read(started.text, &kept->look, &kept->is_started, err);
    }
    return st;
}

static maru_status local_look(struct executor *executor, const char *id, struct launch_look *out,
                              maru_error *err) {
    const struct local_executor *local = local_of(executor);
    struct kept kept;
    bool is_tended = false;
    int64_t seen_us = 0;
    maru_status st = launch_is_tended(local->settings.state, id, &is_tended, &seen_us, err);
    st = st == MARU_OK ? read_kept(local, id, &kept, err)
                       : st; // asked after the lock: `end` comes before it is free
    if (st != MARU_OK) {
        return st;
    }
    struct launch_look look = kept.look;
    if (!kept.is_ended && is_tended) {
        look.state = LAUNCH_RUNNING;
    } else if (!kept.is_ended &&
               kept.is_started) { // its shepherd was killed, or the machine went down
        look.state = LAUNCH_ENDED;
        look.end = END_NODE;
        look.ended_us = seen_us > look.started_us ? seen_us : look.started_us;
    } else if (!kept.is_ended) {
        look = (struct launch_look){.state = LAUNCH_ABSENT};
    }
    *out = look;
    return MARU_OK;
}

// ---- starting

// A spec that is read has lists of its own; of one that is only written they are never touched.
static const char **list_of(const char *const *list) {
    const union {
        const char *const *said;
        const char **kept;
    } both = {list};
    return both.kept;
}

static struct launch_file *files_of(const struct launch_file *file) {
    const union {
        const struct launch_file *said;
        struct launch_file *kept;
    } both = {file};
    return both.kept;
}

// What the launch says and the settings add. Texts stay where they are.
static struct launch_spec spec_of(const struct local_executor *local, const struct launch *launch) {
    const struct local_settings *settings = &local->settings;
    const char *found = gpu_lookout_path(local->gpus); // a shepherd has no LD_LIBRARY_PATH
    struct launch_spec spec = {
        .id = launch->id,
        .folder = launch->folder,
        .bwrap = local->is_bare ? "" : settings->bwrap,
        .program = local->own_program,
        .state = settings->state,
        .visible_gpus = "",
        .nvml = found[0] ? found : settings->nvml,
        .control_group = settings->control_group,
        .argv = list_of(launch->argv),
        .env = list_of(launch->env),
        .shown = list_of(settings->shown),
        .file = files_of(launch->file),
        .n_file = (uint32_t)launch->n_file,
        .max_processes = settings->max_processes,
        .log_bytes = settings->log_bytes,
        .disk_bytes = settings->disk_bytes,
        .memory_bytes = ((uint64_t)launch->memory_mib << 20) * launch->n_part,
        .limit_us = launch->limit_us,
        .grace_us = launch->grace_us,
        .submitted_us = clock_unix_us(),
        .checkpoint_signal = launch->checkpoint_signal,
        .has_network = launch->has_network,
    };
    const uint64_t cpu_milli = (uint64_t)launch->cpu_milli * launch->n_part;
    spec.cpu_milli = cpu_milli < UINT32_MAX ? (uint32_t)cpu_milli : UINT32_MAX;
    for (; spec.argv && spec.argv[spec.n_argv]; spec.n_argv++) {
    }
    for (; spec.env && spec.env[spec.n_env]; spec.n_env++) {
    }
    for (; spec.shown && spec.shown[spec.n_shown]; spec.n_shown++) {
    }
    return spec;
}

// All parts of a job are this machine's: it gets the GPUs of all of them.
static maru_status give_gpus(const struct local_executor *local, const struct launch *launch,
                             struct arena *arena, struct launch_spec *spec, maru_error *err) {
    uint16_t gpus = 0;
    for (size_t i = 0; i < launch->n_part; i++) {
        const struct launch_part *part = &launch->part[i];
        if (part->n_gpu != __builtin_popcount(part->gpus)) {
            return fail(err, MARU_E_INPUT, "a part says which GPUs it has: as many as it asks for");
        }
        gpus |= part->gpus;
    }
    return inventory_give(local->gpus, gpus, arena, spec, err);
}

static maru_status write_spec(const struct local_executor *local, const struct launch *launch,
                              maru_error *err) {
    enum { GPUS_BYTES = 1 << 16 };
    struct launch_spec spec = spec_of(local, launch);
    struct arena arena;
    struct text bytes;
    arena_init(&arena, GPUS_BYTES);
    text_init(&bytes, LAUNCH_MAX_SPEC_BYTES);
    maru_status st = give_gpus(local, launch, &arena, &spec, err);
    st = st == MARU_OK ? launch_spec_write(&spec, &bytes, err) : st;
    const struct launch_path path = launch_path_of(local->settings.state, launch->id, "spec");
    st = st == MARU_OK ? files_replace(path.text, bytes.bytes, bytes.n_bytes, err) : st;
    text_fini(&bytes);
    arena_fini(&arena);
    return st;
}

// What the shepherd says, or nothing for too long: it has the lock, and will be found by its id.
static maru_status hear_word(int from, maru_error *err) {
    char word[WORD_BYTES];
    size_t n = 0;
    const double until = clock_seconds() + START_MS / 1000.0;
    while (n < sizeof word - 1 && (n == 0 || word[0] != SHEPHERD_BEGUN)) {
        const int left_ms = (int)((until - clock_seconds()) * 1000);
        struct pollfd of = {.fd = from, .events = POLLIN};
        if (left_ms <= 0 || (poll(&of, 1, left_ms) < 0 && errno != EINTR)) {
            return fail(err, MARU_E_IO, "the process that tends a job does not answer");
        }
        const ssize_t got = of.revents ? read(from, word + n, sizeof word - 1 - n) : -1;
        if (got == 0) {
            break;
        }
        n += got > 0 ? (size_t)got : 0;
    }
    word[n] = '\0';
    if (n > 0 && word[0] == SHEPHERD_BEGUN) {
        return MARU_OK;
    }
    return fail(err, MARU_E_IO, "%s", n > 0 ? word : "the process that tends a job did not start");
}

// `program shepherd FOLDER` with the lock and the end of a pipe, in a session of its own, with nothing else of this process.
static int spawn(const char *program, const char *folder, int lock, int word, pid_t *pid) {
    // above the numbers that they get, so that none is written over
    const int lock_above = fcntl(lock, F_DUPFD_CLOEXEC, SHEPHERD_WORD_FILE + 1);
    const int word_above = fcntl(word, F_DUPFD_CLOEXEC, SHEPHERD_WORD_FILE + 1);
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    for (int i = 0; i <= STDERR_FILENO; i++) {
        posix_spawn_file_actions_addopen(&files, i, "/dev/null", O_RDWR, 0);
    }
    posix_spawn_file_actions_adddup2(&files, lock_above, SHEPHERD_LOCK_FILE);
    posix_spawn_file_actions_adddup2(&files, word_above, SHEPHERD_WORD_FILE);
    posix_spawn_file_actions_addclosefrom_np(&files, SHEPHERD_WORD_FILE + 1);
    posix_spawn_file_actions_addchdir_np(&files, "/");
    posix_spawnattr_t how;
    posix_spawnattr_init(&how);
    sigset_t set;
    sigfillset(&set);
    posix_spawnattr_setsigdefault(&how, &set);
    sigemptyset(&set);
    posix_spawnattr_setsigmask(&how, &set);
    posix_spawnattr_setflags(
        &how, (short)(POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK));
    static char name[] = "maru", verb[] = "shepherd";
    char path[LAUNCH_PATH_BYTES];
    snprintf(path, sizeof path, "%s", folder);
    char *const argv[] = {name, verb, path, NULL};
    static char plain_path[] = "PATH=/usr/local/bin:/usr/bin:/bin";
    char *const env[] = {plain_path, NULL};
    const int code = posix_spawn(pid, program, &files, &how, argv, env);
    posix_spawnattr_destroy(&how);
    posix_spawn_file_actions_destroy(&files);
    close(lock_above);
    close(word_above);
    return code;
}

static maru_status call_shepherd(const struct local_executor *local, const char *id, int lock,
                                 maru_error *err) {
    int word[2];
    if (pipe2(word, O_CLOEXEC) != 0) {
        return refuse(err, "cannot make a pipe for", id);
    }
    const struct launch_path folder = launch_path_of(local->settings.state, id, NULL);
    pid_t first = -1;
    const int code = spawn(local->settings.program, folder.text, lock, word[1], &first);
    close(word[1]);
    maru_status st = MARU_OK;
    if (code != 0) {
        errno = code;
        st = refuse(err, "cannot start", local->settings.program);
    } else {
        st = hear_word(word[0], err);
        while (waitpid(first, NULL, 0) < 0 &&
               errno == EINTR) { // it ends at once: the second of two forks tends
        }
    }
    close(word[0]);
    return st;
}

// The lock of a launch, or word that it was begun: by somebody else who is at it now, or before.
static maru_status take_lock(const struct local_executor *local, const char *id, int *lock,
                             bool *is_begun, maru_error *err) {
    for (int waited_ms = 0; waited_ms < START_MS; waited_ms += BUSY_MS) {
        bool is_mine = false;
        struct kept kept;
        maru_status st = launch_lock(local->settings.state, id, lock, &is_mine, err);
        if (st != MARU_OK) {
            return st;
        }
        st = read_kept(local, id, &kept, err);
        *is_begun = kept.is_started || kept.is_ended;
        if (st == MARU_OK && is_mine && !*is_begun) {
            return MARU_OK;
        }
        close(*lock);
        *lock = -1;
        if (st != MARU_OK || *is_begun) {
            return st;
        }
        (void)poll(NULL, 0, BUSY_MS);
    }
    return fail(err, MARU_E_IO, "launch %s is being started by another process", id);
}

static maru_status make_launch_folder(const struct local_executor *local, const char *id,
                                      maru_error *err) {
    const struct launch_path path = launch_path_of(local->settings.state, id, NULL);
    if (mkdir(path.text, PRIVATE_MODE) == 0) {
        char all[LAUNCH_PATH_BYTES];
        snprintf(all, sizeof all, "%s/launches", local->settings.state);
        flush_folder(all);
        return MARU_OK;
    }
    return errno == EEXIST ? MARU_OK : refuse(err, "cannot make", path.text);
}

static maru_status check_paths(const struct launch *launch, maru_error *err) {
    struct stat its;
    char work[LAUNCH_PATH_BYTES];
    const int n = snprintf(work, sizeof work, "%s/work", launch->folder);
    if (n >= (int)sizeof work || lstat(work, &its) != 0 || !S_ISDIR(its.st_mode)) {
        return fail(err, MARU_E_INPUT, "the folder of the job is not there: %.200s", work);
    }
    for (size_t i = 0; i < launch->n_file; i++) {
        if (access(launch->file[i].path, R_OK) != 0) {
            return fail(err, MARU_E_INPUT, "a file of the job cannot be read: %.200s",
                        launch->file[i].path);
        }
    }
    return MARU_OK;
}

static maru_status local_start(struct executor *executor, const struct launch *launch,
                               maru_error *err) {
    const struct local_executor *local = local_of(executor);
    int lock = -1;
    bool is_begun = false;
    struct kept kept;
    maru_status st = read_kept(local, launch->id, &kept, err);
    if (st != MARU_OK || kept.is_started || kept.is_ended) {
        return st;
    }
    st = check_paths(launch, err);
    st = st == MARU_OK ? make_launch_folder(local, launch->id, err) : st;
    st = st == MARU_OK ? take_lock(local, launch->id, &lock, &is_begun, err) : st;
    if (st != MARU_OK || is_begun) {
        return st;
    }
    st = write_spec(local, launch, err);
    st = st == MARU_OK ? call_shepherd(local, launch->id, lock, err) : st;
    close(lock);
    return st;
}

// ---- stopping, forgetting, waiting

static maru_status local_stop(struct executor *executor, const char *id, int64_t grace_us,
                              maru_error *err) {
    struct launch_look look;
    maru_status st = local_look(executor, id, &look, err);
    if (st != MARU_OK || look.state != LAUNCH_RUNNING) {
        return st;
    }
    const struct launch_path path = launch_path_of(local_of(executor)->settings.state, id, "stop");
    return launch_stop_write(path.text, grace_us, err);
}

// The folder of a launch and what is in it: plain files.
static maru_status remove_folder(const char *path, maru_error *err) {
    DIR *dir = opendir(path);
    if (!dir) {
        return errno == ENOENT ? MARU_OK : refuse(err, "cannot look into", path);
    }
    maru_status st = MARU_OK;
    // cppcheck-suppress readdirCalled; one thread has this folder
    for (const struct dirent *e = readdir(dir); st == MARU_OK && e; e = readdir(dir)) {
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0 &&
            unlinkat(dirfd(dir), e->d_name, 0) != 0 && errno != ENOENT) {
            st = refuse(err, "cannot remove", path);
        }
    }
    closedir(dir);
    if (st == MARU_OK && rmdir(path) != 0 && errno != ENOENT) {
        st = refuse(err, "cannot remove", path);
    }
    return st;
}

// Nobody tends it: a shepherd that has kept the end is about to leave, and is waited for.
static maru_status wait_for_leaving(const struct local_executor *local, const char *id,
                                    maru_error *err) {
    for (int waited_ms = 0;; waited_ms += BUSY_MS) {
        bool is_tended = false;
        int64_t seen_us = 0;
        struct kept kept = {0};
        maru_status st = launch_is_tended(local->settings.state, id, &is_tended, &seen_us, err);
        if (st != MARU_OK || !is_tended) {
            return st;
        }
        st = read_kept(local, id, &kept, err);
        if (st != MARU_OK) {
            return st;
        }
        if (!kept.is_ended || waited_ms >= LEAVE_MS) {
            return fail(err, MARU_E_RANGE, "launch %s still runs", id);
        }
        (void)poll(NULL, 0, BUSY_MS);
    }
}

static maru_status local_forget(struct executor *executor, const char *id, maru_error *err) {
    const struct local_executor *local = local_of(executor);
    maru_status st = wait_for_leaving(local, id, err);
    const struct launch_path folder = launch_path_of(local->settings.state, id, NULL);
    const struct launch_path lock = launch_lock_path(local->settings.state, id);
    if (st == MARU_OK) { // of a lost launch; the folder goes last, so that it can be asked again
        job_group_remove(local->settings.control_group, id);
    }
    st = st == MARU_OK ? remove_folder(folder.text, err) : st;
    if (st == MARU_OK && unlink(lock.text) != 0 && errno != ENOENT) {
        st = refuse(err, "cannot remove", lock.text);
    }
    return st;
}

static maru_status local_wait(struct executor *executor, int64_t longest_us, maru_error *err) {
    const struct local_executor *local = local_of(executor);
    enum { MOST_MS = 3600 * 1000, EVENTS_BYTES = 1 << 16 };
    const int64_t longest_ms = longest_us / 1000 < MOST_MS ? (longest_us + 999) / 1000 : MOST_MS;
    struct pollfd of = {.fd = local->changes, .events = POLLIN};
    const int n = poll(&of, 1, (int)longest_ms);
    if (n < 0 && errno != EINTR) {
        return refuse(err, "cannot watch", local->settings.state);
    }
    if (n > 0) {
        const struct timespec settle = {.tv_nsec = SETTLE_US * 1000L};
        (void)nanosleep(&settle, NULL);
        char events[EVENTS_BYTES];
        while (read(local->changes, events, sizeof events) > 0) {
        }
    }
    return MARU_OK;
}

static maru_status local_each_node(struct executor *executor, executor_see_node see, void *context,
                                   maru_error *err) {
    const struct local_executor *local = local_of(executor);
    struct executor_node node;
    const maru_status st = inventory_look(local->gpus, local->settings.gpu_type, &node, err);
    return st == MARU_OK ? see(context, &node, err) : st;
}

maru_status local_executor_each_gpu(struct executor *executor, local_see_gpu see, void *context,
                                    maru_error *err) {
    const struct local_executor *local = local_of(executor);
    gpu_lookout_renew(local->gpus);
    const uint32_t n = gpu_lookout_count(local->gpus);
    maru_status st = MARU_OK;
    for (uint32_t i = 0; st == MARU_OK && i < n; i++) {
        struct gpu_look gpu;
        gpu_lookout_look(local->gpus, i, &gpu);
        st = see(context, i, &gpu, err);
    }
    return st;
}

// ---- opening

static void local_close(struct executor *executor) {
    struct local_executor *local = local_of(executor);
    if (local->changes >= 0) {
        close(local->changes);
    }
    gpu_lookout_close(local->gpus);
    arena_fini(&local->arena);
    alloc_free(local);
}

static const struct executor_kind kind = {
    .name = "local",
    .start = local_start,
    .look = local_look,
    .stop = local_stop,
    .forget = local_forget,
    .each_node = local_each_node,
    .wait = local_wait,
    .close = local_close,
};

const char *local_executor_groups(const struct executor *executor) {
    return ((const struct local_executor *)(const void *)executor)->settings.control_group;
}

bool local_executor_is_bare(const struct executor *executor) {
    return ((const struct local_executor *)(const void *)executor)->is_bare;
}

static const char *kept_text(struct local_executor *local, const char *text, const char *usual) {
    const char *its = text ? text : usual;
    return its ? arena_text(&local->arena, its, strlen(its)) : NULL;
}

static maru_status copy_shown(struct local_executor *local, const char *const *shown,
                              maru_error *err) {
    size_t n = 0;
    while (shown && shown[n]) {
        n++;
    }
    if (n > LAUNCH_MAX_SHOWN) {
        return fail(err, MARU_E_INPUT, "jobs are shown at most %d folders", LAUNCH_MAX_SHOWN);
    }
    const char **copy = arena_take(&local->arena, n + 1, sizeof *copy);
    if (!copy) {
        return arena_refusal(&local->arena, err);
    }
    for (size_t i = 0; i < n; i++) {
        copy[i] = kept_text(local, shown[i], NULL);
        if (!copy[i]) {
            return arena_refusal(&local->arena, err);
        }
        if (copy[i][0] != '/') {
            return fail(err, MARU_E_INPUT, "a folder shown to jobs is an absolute path, not %.150s",
                        copy[i]);
        }
    }
    local->settings.shown = copy;
    return MARU_OK;
}

static maru_status copy_settings(struct local_executor *local, const struct local_settings *said,
                                 maru_error *err) {
    enum { LONGEST_STATE = LAUNCH_PATH_BYTES - 256 };
    if (!said->state || said->state[0] != '/' || strlen(said->state) > LONGEST_STATE) {
        return fail(err, MARU_E_INPUT, "the folder of launches is an absolute path");
    }
    struct local_settings *own = &local->settings;
    *own = *said;
    own->state = kept_text(local, said->state, NULL);
    own->program = kept_text(local, said->program, "/proc/self/exe");
    own->bwrap = kept_text(local, said->bwrap, "/usr/bin/bwrap");
    own->nvml = kept_text(local, said->nvml, "libnvidia-ml.so.1");
    own->gpu_type = kept_text(local, said->gpu_type, "");
    own->control_group = kept_text(local, said->control_group, "");
    if (!own->state || !own->program || !own->bwrap || !own->nvml || !own->gpu_type ||
        !own->control_group) {
        return arena_refusal(&local->arena, err);
    }
    own->log_bytes = said->log_bytes ? said->log_bytes : USUAL_LOG_BYTES;
    own->max_processes = said->max_processes ? said->max_processes : LOCAL_MAX_PROCESSES;
    return copy_shown(local, said->shown, err);
}

static maru_status make_folders(const char *state, maru_error *err) {
    maru_status st = files_make_folder(state, err);
    static const char *const name[] = {"launches", "locks", "etc", "bin"};
    for (size_t i = 0; st == MARU_OK && i < sizeof name / sizeof *name; i++) {
        char path[LAUNCH_PATH_BYTES];
        snprintf(path, sizeof path, "%s/%s", state, name[i]);
        if (mkdir(path, PRIVATE_MODE) != 0 && errno != EEXIST) {
            st = refuse(err, "cannot make", path);
        }
    }
    return st;
}

// Who the job is, by name.
static maru_status write_names(const char *state, maru_error *err) {
    static const struct {
        const char *name, *text;
    } file[] = {
        {"passwd", "job:x:1000:1000:job:/work:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n"},
        {"group", "job:x:1000:\nnogroup:x:65534:\n"}};
    for (size_t i = 0; i < sizeof file / sizeof *file; i++) {
        char path[LAUNCH_PATH_BYTES];
        snprintf(path, sizeof path, "%s/etc/%s", state, file[i].name);
        if (access(path, F_OK) == 0) {
            continue;
        }
        const maru_status st = files_replace(path, file[i].text, strlen(file[i].text), err);
        if (st != MARU_OK) {
            return st;
        }
    }
    return MARU_OK;
}

// The file of the program, and STATE/bin/maru, which is it for jobs that run bare. One that cannot be found is no command in jobs.
static maru_status find_program(struct local_executor *local, maru_error *err) {
    char own[LAUNCH_PATH_BYTES], link[LAUNCH_PATH_BYTES];
    const char *found = realpath(local->settings.program, own);
    local->own_program = kept_text(local, found ? own : "", NULL);
    snprintf(link, sizeof link, "%s/bin/maru", local->settings.state);
    if (!local->own_program) {
        return arena_refusal(&local->arena, err);
    }
    if (found && unlink(link) != 0 && errno != ENOENT) {
        return refuse(err, "cannot remove", link);
    }
    return found && symlink(own, link) != 0 && errno != EEXIST ? refuse(err, "cannot make", link)
                                                               : MARU_OK;
}

static maru_status open_groups(struct local_executor *local, maru_error *err) {
    char folder[GROUP_HOME_BYTES];
    const maru_status st = group_home_open(local->settings.control_group, folder, err);
    if (st == MARU_OK) {
        local->settings.control_group = kept_text(local, folder, NULL);
    }
    return st == MARU_OK && !local->settings.control_group ? arena_refusal(&local->arena, err) : st;
}

static maru_status watch_locks(struct local_executor *local, maru_error *err) {
    char path[LAUNCH_PATH_BYTES];
    snprintf(path, sizeof path, "%s/locks", local->settings.state);
    local->changes = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (local->changes < 0 || inotify_add_watch(local->changes, path, IN_CLOSE_WRITE) < 0) {
        return refuse(err, "cannot watch", path);
    }
    return MARU_OK;
}

static maru_status try_sandbox(struct local_executor *local, maru_error *err) {
    const maru_status st = sandbox_try(local->settings.bwrap, err);
    local->is_bare = st != MARU_OK && local->settings.allow_bare;
    return local->is_bare ? MARU_OK : st;
}

maru_status local_executor_open(const struct local_settings *settings, struct executor **out,
                                maru_error *err) {
    enum { SETTINGS_BYTES = 1 << 20 };
    struct local_executor *local = alloc_new(1, sizeof *local);
    if (!local) {
        return fail(err, MARU_E_MEMORY, "no memory for jobs");
    }
    local->executor.kind = &kind;
    local->changes = -1;
    arena_init(&local->arena, SETTINGS_BYTES);
    maru_status st = copy_settings(local, settings, err);
    st = st == MARU_OK ? make_folders(local->settings.state, err) : st;
    st = st == MARU_OK ? write_names(local->settings.state, err) : st;
    st = st == MARU_OK ? find_program(local, err) : st;
    st = st == MARU_OK ? open_groups(local, err) : st;
    st = st == MARU_OK ? watch_locks(local, err) : st;
    st = st == MARU_OK ? try_sandbox(local, err) : st;
    if (st == MARU_OK && local->settings.nvml[0]) {
        st = gpu_lookout_open(local->settings.nvml, local->settings.gpu_patience_ms, &local->gpus,
                              err);
    }
    if (st != MARU_OK) {
        local_close(&local->executor);
        return st;
    }
    *out = &local->executor;
    return MARU_OK;
}
