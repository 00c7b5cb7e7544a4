#include "io/executor/job_disk.h"

#include <fts.h>
#include <stddef.h>
#include <sys/stat.h>

// A file without bytes takes a name and an inode, of which a disk has only so many: none counts as less than LEAST_BYTES. fts(3) goes down without recursion, follows no link, and stays on one file system.

enum { BLOCK_BYTES = 512, LEAST_BYTES = 4096 };

uint64_t job_disk_bytes(const char *folder, uint64_t enough) {
    union { // fts_open's parameter is older than const
        const char *said;
        char *asked;
    } path = {folder};
    char *const paths[] = {path.asked, NULL};
    FTS *walk = fts_open(paths, FTS_PHYSICAL | FTS_XDEV | FTS_NOCHDIR, NULL);
    if (!walk) {
        return 0;
    }
    uint64_t sum = 0;
    for (const FTSENT *e = fts_read(walk); e && sum <= enough; e = fts_read(walk)) {
        if (e->fts_info != FTS_DP && e->fts_info != FTS_NS && e->fts_statp) {
            const uint64_t bytes = (uint64_t)e->fts_statp->st_blocks * BLOCK_BYTES;
            sum += bytes > LEAST_BYTES ? bytes : LEAST_BYTES;
        }
    }
    (void)fts_close(walk);
    return sum;
}
