#include "io/executor/launch_record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/binary.h"
#include "base/sealed.h"
#include "base/status.h"
#include "io/files.h"

// The lock is one of an open file (F_OFD_SETLK): a process that was started by fork and exec holds it with the same open file, so it
// passes from who starts to who tends without a moment in between; and asking who holds it (F_OFD_GETLK) takes nothing.

static const char record_name[] = "MARULOOK";
static const char stop_name[] = "MARUSTOP";
enum { LOCK_MODE = 0600 };

static maru_status refuse(maru_error *err, const char *what, const char *path) {
    char reason[128];
    return fail(err, MARU_E_IO, "%s %s: %s", what, path, strerror_r(errno, reason, sizeof reason));
}

struct launch_path launch_path_of(const char *state, const char *id, const char *name) {
    struct launch_path path;
    snprintf(path.text, sizeof path.text, "%s/launches/%s%s%s", state, id, name ? "/" : "",
             name ? name : "");
    return path;
}

struct launch_path launch_lock_path(const char *state, const char *id) {
    struct launch_path path;
    snprintf(path.text, sizeof path.text, "%s/locks/%s", state, id);
    return path;
}

maru_status launch_lock(const char *state, const char *id, int *file, bool *is_mine,
                        maru_error *err) {
    const struct launch_path path = launch_lock_path(state, id);
    const int opened = open(path.text, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, LOCK_MODE);
    if (opened < 0) {
        return refuse(err, "cannot open", path.text);
    }
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    const bool held = fcntl(opened, F_OFD_SETLK, &whole) == 0;
    if (!held && errno != EAGAIN && errno != EACCES) {
        const maru_status st = refuse(err, "cannot lock", path.text);
        close(opened);
        return st;
    }
    *file = opened;
    *is_mine = held;
    return MARU_OK;
}

maru_status launch_is_tended(const char *state, const char *id, bool *is_tended,
                             int64_t *last_seen_us, maru_error *err) {
    const struct launch_path path = launch_lock_path(state, id);
    const int file = open(path.text, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (file < 0 && errno == ENOENT) {
        *is_tended = false;
        *last_seen_us = 0;
        return MARU_OK;
    }
    if (file < 0) {
        return refuse(err, "cannot open", path.text);
    }
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    struct stat its;
    const bool is_known = fcntl(file, F_OFD_GETLK, &whole) == 0 && fstat(file, &its) == 0;
    const maru_status st = is_known ? MARU_OK : refuse(err, "cannot look at", path.text);
    close(file);
    if (st == MARU_OK) {
        *is_tended = whole.l_type != F_UNLCK;
        *last_seen_us = (int64_t)its.st_mtim.tv_sec * 1000000 + its.st_mtim.tv_nsec / 1000;
    }
    return st;
}

void launch_lock_touch(int file) {
    (void)futimens(file, NULL); // a hint for people: when a launch that was lost was seen last
}

maru_status launch_record_pack(struct text *out, const struct launch_look *look, maru_error *err) {
    const size_t from = sealed_begin(out, record_name, LAUNCH_RECORD_VERSION);
    binary_add_u8(out, (uint8_t)look->state);
    binary_add_u8(out, (uint8_t)look->end);
    binary_add_u32(out, (uint32_t)look->exit_code);
    binary_add_u64(out, (uint64_t)look->submitted_us);
    binary_add_u64(out, (uint64_t)look->started_us);
    binary_add_u64(out, (uint64_t)look->ended_us);
    binary_add_u64(out, (uint64_t)look->cpu_us);
    binary_add_u64(out, (uint64_t)look->max_memory_bytes);
    binary_add_u8(out, look->has_gpu_use);
    binary_add_u32(out, look->gpu_busy_milli);
    binary_add_u64(out, (uint64_t)look->gpu_energy_mj);
    binary_add_block(out, look->what, sizeof look->what);
    binary_add_block(out, look->node, sizeof look->node);
    return sealed_end(out, from, NULL) == MARU_OK
               ? MARU_OK
               : fail(err, out->status, "no memory for a record");
}

// A block of exactly n bytes with a 0 at their end, as UTF-8.
static void read_chars(struct binary *in, char *out, size_t n) {
    size_t its = 0;
    const char *bytes = binary_block(in, &its);
    if (!bytes || its != n || bytes[n - 1] != '\0' || !text_is_utf8(bytes, strlen(bytes))) {
        in->is_bad = true;
        return;
    }
    memcpy(out, bytes, n);
}

maru_status launch_record_unpack(const void *bytes, size_t n, struct launch_look *out,
                                 maru_error *err) {
    struct binary in;
    char fingerprint[33];
    if (sealed_open(bytes, n, record_name, LAUNCH_RECORD_VERSION, &in, fingerprint, NULL) !=
        MARU_OK) {
        return fail(err, MARU_E_INPUT, "what is kept of a launch was cut short or changed");
    }
    struct launch_look look = {0};
    const uint8_t state = binary_u8(&in), end = binary_u8(&in);
    look.state = (enum launch_state)state;
    look.end = (enum launch_end)end;
    look.exit_code = (int)binary_u32(&in);
    look.submitted_us = (int64_t)binary_u64(&in);
    look.started_us = (int64_t)binary_u64(&in);
    look.ended_us = (int64_t)binary_u64(&in);
    look.cpu_us = (int64_t)binary_u64(&in);
    look.max_memory_bytes = (int64_t)binary_u64(&in);
    const uint8_t has_gpu_use = binary_u8(&in);
    const uint32_t busy_milli = binary_u32(&in);
    look.has_gpu_use = has_gpu_use == 1;
    look.gpu_busy_milli = (uint16_t)busy_milli;
    look.gpu_energy_mj = (int64_t)binary_u64(&in);
    read_chars(&in, look.what, sizeof look.what);
    read_chars(&in, look.node, sizeof look.node);
    if (!binary_is_end(&in) || state > LAUNCH_UNKNOWN || end > END_FAILED || has_gpu_use > 1 ||
        busy_milli > 1000 || look.gpu_energy_mj < 0) {
        return fail(err, MARU_E_INPUT, "what is kept of a launch is no such thing");
    }
    *out = look;
    return MARU_OK;
}

maru_status launch_record_write(const char *path, const struct launch_look *look, maru_error *err) {
    struct text bytes;
    text_init(&bytes, LAUNCH_RECORD_BYTES);
    maru_status st = launch_record_pack(&bytes, look, err);
    st = st == MARU_OK ? files_replace(path, bytes.bytes, bytes.n_bytes, err) : st;
    text_fini(&bytes);
    return st;
}

// Read a small file; *is_there false where there is none.
static maru_status read_small(const char *path, struct text *bytes, bool *is_there,
                              maru_error *err) {
    *is_there = access(path, F_OK) == 0;
    if (!*is_there) {
        return errno == ENOENT ? MARU_OK : refuse(err, "cannot look at", path);
    }
    return files_read(path, bytes, err);
}

maru_status launch_record_read(const char *path, struct launch_look *out, bool *is_there,
                               maru_error *err) {
    struct text bytes;
    text_init(&bytes, LAUNCH_RECORD_BYTES);
    maru_status st = read_small(path, &bytes, is_there, err);
    if (st == MARU_OK && *is_there) {
        st = launch_record_unpack(bytes.bytes ? bytes.bytes : "", bytes.n_bytes, out, err);
    }
    text_fini(&bytes);
    return st;
}

maru_status launch_stop_write(const char *path, int64_t grace_us, maru_error *err) {
    struct text bytes;
    text_init(&bytes, LAUNCH_RECORD_BYTES);
    const size_t from = sealed_begin(&bytes, stop_name, LAUNCH_RECORD_VERSION);
    binary_add_u64(&bytes, (uint64_t)grace_us);
    maru_status st = sealed_end(&bytes, from, err);
    st = st == MARU_OK ? files_replace(path, bytes.bytes, bytes.n_bytes, err) : st;
    text_fini(&bytes);
    return st;
}

maru_status launch_stop_unpack(const void *bytes, size_t n, int64_t *grace_us, maru_error *err) {
    struct binary in;
    char fingerprint[33];
    const maru_status st =
        sealed_open(bytes, n, stop_name, LAUNCH_RECORD_VERSION, &in, fingerprint, NULL);
    const int64_t grace = st == MARU_OK ? (int64_t)binary_u64(&in) : 0;
    if (st != MARU_OK || !binary_is_end(&in) || grace < 0) {
        return fail(err, MARU_E_INPUT, "a word to stop was cut short or changed");
    }
    *grace_us = grace;
    return MARU_OK;
}

maru_status launch_stop_read(const char *path, int64_t *grace_us, bool *is_there, maru_error *err) {
    struct text bytes;
    text_init(&bytes, LAUNCH_RECORD_BYTES);
    maru_status st = read_small(path, &bytes, is_there, err);
    if (st == MARU_OK && *is_there) {
        st = launch_stop_unpack(bytes.bytes ? bytes.bytes : "", bytes.n_bytes, grace_us, err);
    }
    text_fini(&bytes);
    return st;
}
