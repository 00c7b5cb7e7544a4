// The tables of a plant on their way into a folder.
#ifndef CLI_WRITTEN_H
#define CLI_WRITTEN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "cli/verb.h"
#include "maru/plant.h"
#include "plant/dialect/smat.h"

enum { WRITTEN_MAX_FILES = 64, WRITTEN_NAME_BYTES = 64 };

struct written {
    const char *folder;
    const struct smat_told *hall; // NULL: no hall was put into the plant
    size_t n_file;
    struct {
        char name[WRITTEN_NAME_BYTES];
        size_t n_bytes, n_row; // rows below the first line
    } file[WRITTEN_MAX_FILES];
};

// Make the folder; one that has something in it is refused unless forced.
MARU_MUST_USE maru_status written_begin(struct written *written, bool force, maru_error *err);

// A maru_put_file: write one table into the folder.
maru_status written_put(void *written, const maru_file *file, maru_error *err);

// Say what was written; gives the exit status.
int written_tell(const struct written *written, const struct call *call);

#endif
