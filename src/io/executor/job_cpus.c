#include "io/executor/job_cpus.h"

#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <unistd.h>

// Byte c of the file is processor c, locked by who uses it (F_OFD_SETLK): for itself by a job that asks for whole processors, shared
// among those that ask for parts. The kernel gives locks back when a shepherd ends, however it ends. Where too few are free nobody
// is held to any: the scheduler of the pool has counted, and a job must run. A program may still choose others for itself, which only a
// control group forbids.

enum { MARKS_MODE = 0600 };

static bool mark(int file, size_t cpu, short type) {
    struct flock one = {.l_type = type, .l_whence = SEEK_SET, .l_start = (off_t)cpu, .l_len = 1};
    return fcntl(file, F_OFD_SETLK, &one) == 0;
}

int job_cpus_take(const char *path, uint32_t cpu_milli) {
    const int n_wanted = (int)(cpu_milli / 1000) + (cpu_milli % 1000 > 0);
    const short type = cpu_milli % 1000 > 0 ? F_RDLCK : F_WRLCK;
    cpu_set_t all, own;
    CPU_ZERO(&own);
    if (n_wanted == 0 || sched_getaffinity(0, sizeof all, &all) != 0 ||
        n_wanted >= CPU_COUNT(&all)) {
        return -1;
    }
    const int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, MARKS_MODE);
    const size_t first =
        (size_t)getpid() % CPU_SETSIZE; // so that parts are not all of the first one
    for (size_t i = 0; file >= 0 && i < CPU_SETSIZE && CPU_COUNT(&own) < n_wanted; i++) {
        const size_t cpu = (first + i) % CPU_SETSIZE;
        if (CPU_ISSET(cpu, &all) && mark(file, cpu, type)) {
            CPU_SET(cpu, &own);
        }
    }
    if (file >= 0 && (CPU_COUNT(&own) < n_wanted || sched_setaffinity(0, sizeof own, &own) != 0)) {
        close(file); // with what was marked
        return -1;
    }
    return file;
}
