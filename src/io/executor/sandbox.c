#include "io/executor/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/status.h"
#include "io/executor/job_filter.h"
#include "io/files.h"
#include "io/machine.h"

// The environment of the job never becomes bubblewrap's own: LD_PRELOAD in it would run the tenant's code outside. Options go
// through a file in memory and not through the command line, which everybody on the machine can read.
//
// The order of options is the order of what bubblewrap does; what is covered comes first.

enum {
    MAX_OPTION_BYTES = 4 << 20,
    ARGS_FILE = 3, // in bubblewrap
    FILTER_FILE = 4,
    STATUS_FILE = 5,
    GO_FILE = 6,
    FIRST_CLOSED = 7,
    MORE_LIKELY = 500, // of oom_score_adj: where memory ends, jobs go before what tends them
    PROBE_BYTES = 4096,
};

static const char usual_path[] = "/job/bin:/usr/local/bin:/usr/bin:/bin";

static void option(struct text *out, const char *const *word) {
    for (; *word; word++) {
        text_add(out, *word, strlen(*word) + 1);
    }
}
#define OPTION(out, ...) option(out, (const char *const[]){__VA_ARGS__, NULL})

static void add_namespaces(struct text *out, const struct launch_spec *spec) {
    OPTION(out, "--unshare-user", "--disable-userns", "--uid", "1000", "--gid", "1000");
    OPTION(out, "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--hostname", spec->id);
    OPTION(out, "--unshare-cgroup-try", "--die-with-parent", "--new-session", "--cap-drop", "ALL");
    if (!spec->has_network) {
        OPTION(out, "--unshare-net");
    }
}

// /bin and its like are links into /usr, or folders of their own.
static void add_system(struct text *out) {
    static const char *const folder[] = {"/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"};
    OPTION(out, "--ro-bind", "/usr", "/usr", "--ro-bind-try", "/opt", "/opt");
    for (size_t i = 0; i < sizeof folder / sizeof *folder; i++) {
        char to[LAUNCH_MAX_NODE_BYTES];
        const ssize_t n = readlink(folder[i], to, sizeof to - 1);
        if (n > 0) {
            to[n] = '\0';
            OPTION(out, "--symlink", to, folder[i]);
        } else {
            OPTION(out, "--ro-bind-try", folder[i], folder[i]);
        }
    }
}

// Of /etc what programs need to run; no keys, no passwords, no settings of services.
static void add_etc(struct text *out, const struct launch_spec *spec) {
    static const char *const usual[] = {
        "/etc/alternatives",  "/etc/ca-certificates", "/etc/debian_version",  "/etc/ld.so.cache",
        "/etc/ld.so.conf",    "/etc/ld.so.conf.d",    "/etc/localtime",       "/etc/mime.types",
        "/etc/nsswitch.conf", "/etc/OpenCL",          "/etc/os-release",      "/etc/protocols",
        "/etc/services",      "/etc/ssl/certs",       "/etc/ssl/openssl.cnf", "/etc/timezone",
    };
    static const char *const network[] = {"/etc/gai.conf", "/etc/host.conf", "/etc/hosts",
                                          "/etc/resolv.conf"};
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
        OPTION(out, "--ro-bind-try", usual[i], usual[i]);
    }
    for (size_t i = 0; spec->has_network && i < sizeof network / sizeof *network; i++) {
        OPTION(out, "--ro-bind-try", network[i], network[i]);
    }
    char from[LAUNCH_MAX_WORD_BYTES];
    snprintf(from, sizeof from, "%s/etc/passwd", spec->state);
    OPTION(out, "--ro-bind-try", from, "/etc/passwd");
    snprintf(from, sizeof from, "%s/etc/group", spec->state);
    OPTION(out, "--ro-bind-try", from, "/etc/group");
}

// What is in memory counts as the job's; no file system there can hold more than its memory.
static void add_memory_folder(struct text *out, const struct launch_spec *spec, const char *where) {
    const uint64_t most = spec->memory_bytes ? spec->memory_bytes : machine_memory_bytes() / 2;
    char bytes[32];
    snprintf(bytes, sizeof bytes, "%llu", (unsigned long long)(most ? most : 1));
    OPTION(out, "--perms", "1777", "--size", bytes, "--tmpfs", where);
}

static void add_devices(struct text *out, const struct launch_spec *spec) {
    OPTION(out, "--proc", "/proc", "--dev", "/dev");
    for (uint32_t i = 0; i < spec->n_device; i++) {
        OPTION(out, "--dev-bind-try", spec->device[i], spec->device[i]);
    }
    if (spec->n_gpu > 0) { // where the driver's libraries look for the cards
        OPTION(out, "--ro-bind-try", "/sys/bus/pci", "/sys/bus/pci");
        OPTION(out, "--ro-bind-try", "/sys/devices", "/sys/devices");
        OPTION(out, "--ro-bind-try", "/sys/module", "/sys/module");
    }
    add_memory_folder(out, spec, "/dev/shm");
    add_memory_folder(out, spec, "/tmp");
    OPTION(out, "--remount-ro", "/dev");
}

static void add_folders(struct text *out, const struct launch_spec *spec) {
    for (uint32_t i = 0; i < spec->n_shown; i++) {
        OPTION(out, "--ro-bind", spec->shown[i], spec->shown[i]);
    }
    OPTION(out, "--dir", "/var", "--symlink", "/tmp", "/var/tmp", "--dir", "/in");
    char to[LAUNCH_MAX_NODE_BYTES + 256];
    for (uint32_t i = 0; i < spec->n_file; i++) {
        snprintf(to, sizeof to, "/in/%s", spec->file[i].name);
        OPTION(out, "--ro-bind", spec->file[i].path, to);
    }
    char from[LAUNCH_MAX_WORD_BYTES + 16];
    snprintf(from, sizeof from, "%s/script", spec->folder);
    OPTION(out, "--ro-bind-try", from, "/job/script");
    if (spec->program
            [0]) { // so that a job can be work of maru's own, with the version that runs it
        OPTION(out, "--ro-bind-try", spec->program, "/job/bin/maru");
    }
    snprintf(from, sizeof from, "%s/work", spec->folder);
    OPTION(out, "--bind", from, "/work");
    OPTION(out, "--remount-ro", "/", "--chdir", "/work");
}

static void add_variables(struct text *out, const struct launch_spec *spec) {
    char n_gpu[16];
    snprintf(n_gpu, sizeof n_gpu, "%u", spec->n_gpu);
    OPTION(out, "--clearenv", "--setenv", "PATH", usual_path, "--setenv", "HOME", "/work");
    for (uint32_t i = 0; i < spec->n_env; i++) {
        const size_t n_name = strcspn(spec->env[i], "=");
        OPTION(out, "--setenv");
        text_add(out, spec->env[i], n_name);
        text_add(out, "", 1);
        OPTION(out, spec->env[i] + n_name + (spec->env[i][n_name] == '='));
    }
    OPTION(out, "--setenv", "MARU_JOB", spec->id, "--setenv", "MARU_GPUS", n_gpu);
    OPTION(out, "--setenv", "CUDA_VISIBLE_DEVICES", spec->visible_gpus);
}

void sandbox_add_options(struct text *out, const struct launch_spec *spec) {
    add_namespaces(out, spec);
    add_system(out);
    add_etc(out, spec);
    add_devices(out, spec);
    add_folders(out, spec);
    add_variables(out, spec);
}

// ---- beginning

static maru_status refuse(maru_error *err) {
    char reason[128];
    return fail(err, MARU_E_IO, "a job cannot be begun: %s",
                strerror_r(errno, reason, sizeof reason));
}

// A file in memory with these bytes, read from its beginning.
static maru_status memory_file(const struct text *bytes, int *file, maru_error *err) {
    if (bytes->status != MARU_OK) {
        return fail(err, bytes->status, "no memory for a job");
    }
    const int made = memfd_create("job", MFD_CLOEXEC);
    if (made < 0 || !files_write_all(made, bytes->bytes ? bytes->bytes : "", bytes->n_bytes) ||
        lseek(made, 0, SEEK_SET) != 0) {
        const maru_status st = refuse(err);
        if (made >= 0) {
            close(made);
        }
        return st;
    }
    *file = made;
    return MARU_OK;
}

struct handed { // to bubblewrap: files, -1 where there is none
    int args, filter, status, go;
};

static maru_status hand_over(const struct launch_spec *spec, struct handed *files,
                             maru_error *err) {
    struct text bytes;
    text_init(&bytes, MAX_OPTION_BYTES);
    sandbox_add_options(&bytes, spec);
    maru_status st = memory_file(&bytes, &files->args, err);
    text_clear(&bytes);
    job_filter_add(&bytes);
    if (st == MARU_OK && bytes.n_bytes > 0) {
        st = memory_file(&bytes, &files->filter, err);
    }
    text_fini(&bytes);
    return st;
}

// The numbers that the program is told; what goes there is above them first, so that none is written over.
static bool place(int file, int number) {
    if (file < 0) {
        (void)close(number);
        return true;
    }
    return dup2(file, number) == number;
}

static bool place_all(const struct sandbox_ends *ends, const struct handed *files) {
    const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    int moved[] = {null,          ends->out,     ends->error, files->args,
                   files->filter, files->status, files->go};
    enum { N = sizeof moved / sizeof *moved };
    for (int i = 0; i < N; i++) {
        moved[i] = moved[i] < 0 ? -1 : fcntl(moved[i], F_DUPFD_CLOEXEC, N);
    }
    for (int i = 0; i < N; i++) {
        if (!place(moved[i], i)) {
            return false;
        }
    }
    return null >= 0 && close_range(FIRST_CLOSED, ~0U, CLOSE_RANGE_CLOEXEC) == 0;
}

static void be_humble(const struct launch_spec *spec) {
    const struct rlimit none = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &none);
    if (spec->disk_bytes > 0) { // no one file is larger than all of them may be
        const struct rlimit one_file = {spec->disk_bytes, spec->disk_bytes};
        (void)setrlimit(RLIMIT_FSIZE, &one_file);
    }
    const int score = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (score >= 0) {
        char number[16];
        const int n = snprintf(number, sizeof number, "%d", MORE_LIKELY);
        if (write(score, number, (size_t)n) < 0) {
            errno = 0; // where it may not be raised, it stays
        }
        close(score);
    }
    sigset_t none_blocked;
    sigemptyset(&none_blocked);
    (void)sigprocmask(SIG_SETMASK, &none_blocked, NULL);
    for (int i = 1; i < NSIG; i++) {
        (void)signal(i, SIG_DFL);
    }
}

static void join_group(const struct launch_spec *spec) {
    if (!spec->control_group[0]) {
        return;
    }
    char path[LAUNCH_MAX_WORD_BYTES];
    snprintf(path, sizeof path, "%s/%s/cgroup.procs", spec->control_group, spec->id);
    const int procs = open(path, O_WRONLY | O_CLOEXEC);
    if (procs < 0 || !files_write_all(procs, "0", 1)) {
        static const char why[] = "the job's control group cannot be joined";
        (void)!write(STDERR_FILENO, why, sizeof why - 1);
        _exit(EXIT_FAILURE);
    }
    close(procs);
}

// bubblewrap with the job behind its options; it has no environment.
static void become_sandbox(const struct launch_spec *spec, const struct handed *files) {
    const char **word = alloc_new((size_t)spec->n_argv + 12, sizeof *word);
    if (!word) {
        return;
    }
    char file[4][16];
    snprintf(file[0], sizeof file[0], "%d", ARGS_FILE);
    snprintf(file[1], sizeof file[1], "%d", FILTER_FILE);
    snprintf(file[2], sizeof file[2], "%d", STATUS_FILE);
    snprintf(file[3], sizeof file[3], "%d", GO_FILE);
    size_t n = 0;
    word[n++] = spec->bwrap;
    word[n++] = "--args";
    word[n++] = file[0];
    if (files->filter >= 0) {
        word[n++] = "--seccomp";
        word[n++] = file[1];
    }
    word[n++] = "--json-status-fd";
    word[n++] = file[2];
    word[n++] = "--block-fd";
    word[n++] = file[3];
    word[n++] = "--";
    for (uint32_t i = 0; i < spec->n_argv; i++) {
        word[n++] = spec->argv[i];
    }
    char *const no_environment[] = {NULL};
    union { // execve's parameter is older than const
        const char **said;
        char **asked;
    } words = {word};
    (void)execve(spec->bwrap, words.asked, no_environment);
}

static void set_variables(const struct launch_spec *spec, const char *home) {
    char n_gpu[16], path[LAUNCH_MAX_WORD_BYTES];
    snprintf(n_gpu, sizeof n_gpu, "%u", spec->n_gpu);
    snprintf(path, sizeof path, "%s/bin%s", spec->state, strchr(usual_path, ':'));
    bool is_set = clearenv() == 0 && setenv("PATH", path, 1) == 0 && setenv("HOME", home, 1) == 0;
    for (uint32_t i = 0; i < spec->n_env; i++) {
        char *copy = strdup(spec->env[i]);
        is_set = copy && putenv(copy) == 0 && is_set;
    }
    is_set = is_set && setenv("MARU_JOB", spec->id, 1) == 0 && setenv("MARU_GPUS", n_gpu, 1) == 0 &&
             setenv("CUDA_VISIBLE_DEVICES", spec->visible_gpus, 1) == 0;
    if (!is_set) {
        _exit(EXIT_FAILURE);
    }
}

// No world of its own: the script is where it is.
static void become_bare(const struct launch_spec *spec) {
    char work[LAUNCH_MAX_WORD_BYTES + 16], script[LAUNCH_MAX_WORD_BYTES + 16];
    snprintf(work, sizeof work, "%s/work", spec->folder);
    snprintf(script, sizeof script, "%s/script", spec->folder);
    (void)setsid();
    if (fcntl(STATUS_FILE, F_SETFD, FD_CLOEXEC) == 0 && chdir(work) == 0) {
        set_variables(spec, work);
        for (uint32_t i = 0; i < spec->n_argv; i++) {
            spec->argv[i] = strcmp(spec->argv[i], "/job/script") == 0 ? script : spec->argv[i];
        }
        union {
            const char **said;
            char **asked;
        } words = {spec->argv};
        (void)execvp(words.asked[0], words.asked);
    }
    char reason[128];
    const char *why = strerror_r(errno, reason, sizeof reason);
    if (!files_write_all(STATUS_FILE, why, strlen(why))) {
        _exit(EXIT_FAILURE);
    }
}

static void close_file(int file) {
    if (file >= 0) {
        close(file);
    }
}

// The first process of the job: a child that becomes bubblewrap, or the job.
static void become_job(const struct launch_spec *spec, const struct sandbox_ends *ends,
                       const struct handed *files, pid_t shepherd) {
    be_humble(spec);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == shepherd && place_all(ends, files)) {
        join_group(spec);
        if (spec->bwrap[0]) {
            become_sandbox(spec, files);
        } else {
            become_bare(spec);
        }
    }
    _exit(EXIT_FAILURE);
}

static bool make_pipes(int status[2], int go[2]) {
    if (pipe2(status, O_CLOEXEC) != 0) {
        return false;
    }
    if (pipe2(go, O_CLOEXEC) != 0) {
        close(status[0]);
        close(status[1]);
        return false;
    }
    return true;
}

maru_status sandbox_start(const struct launch_spec *spec, const struct sandbox_ends *ends,
                          struct sandbox_begun *begun, maru_error *err) {
    const bool is_boxed = spec->bwrap[0] != '\0';
    int status[2], go[2];
    if (!make_pipes(status, go)) {
        return refuse(err);
    }
    struct handed files = {-1, -1, status[1], is_boxed ? go[0] : -1};
    maru_status st = is_boxed ? hand_over(spec, &files, err) : MARU_OK;
    const pid_t shepherd = getpid();
    const pid_t child = st == MARU_OK ? fork() : -1;
    if (child == 0) {
        become_job(spec, ends, &files, shepherd);
    }
    if (st == MARU_OK && child < 0) {
        st = refuse(err);
    }
    close_file(files.args);
    close_file(files.filter);
    close(status[1]);
    close(go[0]);
    if (st != MARU_OK || !is_boxed) {
        close(go[1]);
    }
    if (st != MARU_OK) {
        close(status[0]);
        return st;
    }
    *begun = (struct sandbox_begun){.pid = child, .status = status[0], .go = is_boxed ? go[1] : -1};
    return MARU_OK;
}

// ---- trying

maru_status sandbox_try(const char *bwrap, maru_error *err) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return refuse(err);
    }
    const pid_t child = fork();
    if (child == 0) {
        if (dup2(ends[1], STDERR_FILENO) == STDERR_FILENO) {
            (void)execl(bwrap, bwrap, "--unshare-user", "--disable-userns", "--unshare-pid",
                        "--unshare-net", "--unshare-ipc", "--ro-bind", "/", "/", "--proc", "/proc",
                        "--dev", "/dev", "--die-with-parent", "--", "true", (char *)NULL);
        }
        _exit(EXIT_FAILURE);
    }
    close(ends[1]);
    char said[PROBE_BYTES];
    size_t n = 0;
    for (ssize_t got = 1;
         child > 0 && got > 0 && n<sizeof said - 1; n += got> 0 ? (size_t)got : 0) {
        got = read(ends[0], said + n, sizeof said - 1 - n);
    }
    close(ends[0]);
    said[n] = '\0';
    n = strcspn(said, "\n");
    while (n > 0 &&
           (said[n - 1] == ' ' || said[n - 1] == '.')) { // it ends some of its sentences twice
        n--;
    }
    said[n] = '\0';
    int status = 0;
    if (child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) &&
        WEXITSTATUS(status) == 0) {
        return MARU_OK;
    }
    return fail(
        err, MARU_E_IO,
        "jobs cannot be isolated here: %.120s. Install bubblewrap and allow user namespaces "
        "(in a container: without its seccomp and AppArmor profiles), or let jobs run bare: maru "
        "serve --bare-jobs",
        said[0] ? said : "bubblewrap (bwrap) does not start");
}
