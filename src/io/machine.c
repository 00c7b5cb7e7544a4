#include "io/machine.h"

#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "base/number.h"
#include "io/files.h"

// A service or a container has a control group with a limit of its own. Of version 2 the group that the process sees as its root is
// asked, of version 1 the one of memory; the word "max" is no limit.

static uint64_t limit_of(const char *path) {
    struct text text;
    int64_t limit = 0;
    text_init(&text, 64);
    const bool is_read = files_read(path, &text, NULL) == MARU_OK && text.n_bytes > 0;
    const size_t n = is_read ? strcspn(text.bytes, "\n") : 0;
    const bool is_limit = n > 0 && number_int64(text.bytes, n, &limit) && limit > 0;
    text_fini(&text);
    return is_limit ? (uint64_t)limit : UINT64_MAX;
}

uint64_t machine_memory_bytes(void) {
    const long n_page = sysconf(_SC_PHYS_PAGES);
    const long page_bytes = sysconf(_SC_PAGE_SIZE);
    uint64_t least = n_page > 0 && page_bytes > 0 ? (uint64_t)n_page * (uint64_t)page_bytes : 0;
    static const char *const path[] = {"/sys/fs/cgroup/memory.max",
                                       "/sys/fs/cgroup/memory/memory.limit_in_bytes"};
    for (size_t i = 0; i < sizeof path / sizeof *path; i++) {
        const uint64_t limit = limit_of(path[i]);
        least = limit < least ? limit : least;
    }
    return least;
}
