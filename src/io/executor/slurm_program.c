#include "io/executor/slurm_program.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/status.h"
#include "io/files.h"

// Named by what is in it. A copy that a kill has left without its mode is made again.

enum { MAX_PROGRAM_BYTES = 1 << 30, PROGRAM_MODE = 0755 };

static bool is_there(const char *path, size_t n) {
    struct stat is;
    return stat(path, &is) == 0 && S_ISREG(is.st_mode) && (size_t)is.st_size == n &&
           access(path, X_OK) == 0;
}

static maru_status put(const struct text *bytes, const char *folder, const char *path,
                       maru_error *err) {
    maru_status st = files_make_folder(folder, err);
    st = st == MARU_OK ? files_replace(path, bytes->bytes, bytes->n_bytes, err) : st;
    if (st == MARU_OK && chmod(path, PROGRAM_MODE) != 0) {
        char reason[128];
        st = fail(err, MARU_E_IO, "cannot write %.200s: %s", path,
                  strerror_r(errno, reason, sizeof reason));
    }
    return st;
}

maru_status slurm_program_put(const char *state, const char *program, char *folder, size_t cap,
                              maru_error *err) {
    struct text bytes, path;
    struct digest digest;
    char hex[33];
    text_init(&bytes, MAX_PROGRAM_BYTES);
    text_init(&path, cap + sizeof "/maru");
    maru_status st = files_read(program, &bytes, err);
    if (st == MARU_OK) {
        digest_init(&digest);
        digest_bytes(&digest, bytes.bytes, bytes.n_bytes);
        digest_hex(&digest, hex);
        const int n = snprintf(folder, cap, "%s/.programs/%s", state, hex);
        text_addf(&path, "%s/maru", folder);
        st = n < 0 || (size_t)n >= cap ? fail(err, MARU_E_INPUT, "the folder's path is too long")
                                       : path.status;
    }
    if (st == MARU_OK && !is_there(path.bytes, bytes.n_bytes)) {
        st = put(&bytes, folder, path.bytes, err);
    }
    text_fini(&bytes);
    text_fini(&path);
    return st;
}
