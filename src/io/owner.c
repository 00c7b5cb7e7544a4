#include "io/owner.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/status.h"

maru_status owner_become(const char *folder, maru_error *err) {
    struct stat its;
    if (geteuid() != 0 || stat(folder, &its) != 0 || its.st_uid == 0) {
        return MARU_OK;
    }
    // the group first: afterwards it may not be changed any more
    if (setgroups(0, NULL) != 0 || setgid(its.st_gid) != 0 || setuid(its.st_uid) != 0) {
        char reason[128];
        return fail(err, MARU_E_IO, "cannot work as the owner of %.150s: %s", folder,
                    strerror_r(errno, reason, sizeof reason));
    }
    return MARU_OK;
}

void owner_name(char *out, size_t n) {
    enum { ENTRY_BYTES = 4096 };
    char entry[ENTRY_BYTES];
    struct passwd user, *found = NULL;
    if (getpwuid_r(getuid(), &user, entry, sizeof entry, &found) == 0 && found) {
        snprintf(out, n, "%s", found->pw_name);
    } else {
        snprintf(out, n, "%u", (unsigned)getuid());
    }
}
