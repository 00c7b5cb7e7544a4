#include "io/untrusted_tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/status.h"

// Every step is one openat of one name with O_NOFOLLOW, relative to the folder that is open already, so that a path which is exchanged
// meanwhile leads nowhere else. Removal first moves every folder to the top, under a number, so that it needs no stack however deep they
// are: each folder is moved once, each file removed once.

static int open_folder(int at, const char *name) {
    return openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

// ---- one file

// The next name of a path, with a 0 behind it, and *rest behind that; NULL: there is none.
static char *next_name(char **rest) {
    char *name = *rest + strspn(*rest, "/");
    char *end = name + strcspn(name, "/");
    *rest = end + (*end == '/');
    *end = '\0';
    return *name ? name : NULL;
}

// The folder of the last name of `path`, which is left in *last; -1: a name on the way is no folder, or makes no sense.
static int walk_down(const char *folder, const char *path, char *copy, char **last) {
    snprintf(copy, TREE_MAX_PATH, "%s", path);
    char *rest = copy;
    int at = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    char *name = next_name(&rest);
    *last = name;
    while (at >= 0 && name) {
        if (strcmp(name, "..") == 0 || strcmp(name, ".") == 0) {
            close(at);
            return -1;
        }
        char *next = next_name(&rest);
        if (next) {
            const int below = open_folder(at, name);
            close(at);
            at = below;
        }
        *last = name;
        name = next;
    }
    return at;
}

maru_status tree_open_file(const char *folder, const char *path, int *file, int64_t *n_bytes,
                           maru_error *err) {
    static const char none[] = "there is no such file";
    char copy[TREE_MAX_PATH], *last = NULL;
    struct stat is;
    if (strlen(path) >= sizeof copy) {
        return fail(err, MARU_E_USAGE, none);
    }
    const int at = walk_down(folder, path, copy, &last);
    if (at < 0 || !last) {
        if (at >= 0) {
            close(at);
        }
        return fail(err, MARU_E_USAGE, none);
    }
    // without O_NONBLOCK the opening of a pipe waits
    const int opened = openat(at, last, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    close(at);
    if (opened < 0 || fstat(opened, &is) != 0 || !S_ISREG(is.st_mode)) {
        if (opened >= 0) {
            close(opened);
        }
        return fail(err, MARU_E_USAGE, none);
    }
    *file = opened;
    *n_bytes = is.st_size;
    return MARU_OK;
}

// ---- all files

struct walk {
    tree_see see;
    void *context;
    uint32_t left; // files that may still be seen
    bool is_all;
    char path[TREE_MAX_PATH];
};

static bool is_dots(const char *name) { return strcmp(name, ".") == 0 || strcmp(name, "..") == 0; }

static maru_status see_folder(struct walk *walk, int at, size_t n_path, int depth, maru_error *err);

static maru_status see_entry(struct walk *walk, int at, const char *name, size_t n_path, int depth,
                             maru_error *err) {
    struct stat is;
    const size_t n = strlen(name);
    if (is_dots(name) || (depth == 0 && name[0] == '.') || !text_is_utf8(name, n) ||
        fstatat(at, name, &is, AT_SYMLINK_NOFOLLOW) != 0) {
        return MARU_OK;
    }
    if (n_path + n + 2 > sizeof walk->path || depth >= TREE_MAX_DEPTH) {
        walk->is_all = false;
        return MARU_OK;
    }
    memcpy(walk->path + n_path, name, n + 1);
    if (S_ISREG(is.st_mode)) {
        if (walk->left == 0) {
            walk->is_all = false;
            return MARU_OK;
        }
        walk->left--;
        const struct tree_file file = {walk->path, is.st_size,
                                       (int64_t)is.st_mtim.tv_sec * 1000000 +
                                           is.st_mtim.tv_nsec / 1000};
        return walk->see(walk->context, &file, err);
    }
    const int below = S_ISDIR(is.st_mode) ? open_folder(at, name) : -1;
    if (below < 0) {
        return MARU_OK;
    }
    walk->path[n_path + n] = '/';
    return see_folder(walk, below, n_path + n + 1, depth + 1, err);
}

// Takes `at` over.
static maru_status see_folder(struct walk *walk, int at, size_t n_path, int depth,
                              maru_error *err) {
    DIR *dir = fdopendir(at);
    maru_status st = MARU_OK;
    if (!dir) {
        close(at);
        return MARU_OK;
    }
    for (const struct dirent *entry = readdir(dir); entry && st == MARU_OK; entry = readdir(dir)) {
        st = see_entry(walk, dirfd(dir), entry->d_name, n_path, depth, err);
    }
    closedir(dir);
    return st;
}

maru_status tree_each_file(const char *folder, uint32_t most, tree_see see, void *context,
                           bool *is_all, maru_error *err) {
    struct walk walk = {.see = see, .context = context, .left = most, .is_all = true};
    const int at = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const maru_status st = at >= 0 ? see_folder(&walk, at, 0, 0, err) : MARU_OK;
    *is_all = walk.is_all;
    return st;
}

// ---- how much

struct measuring {
    uint64_t n_bytes;
    uint32_t left; // entries that may still be looked at
};

// Takes `at` over.
static void measure_folder(struct measuring *measuring, int at, int depth) {
    DIR *dir = fdopendir(at);
    if (!dir) {
        close(at);
        return;
    }
    const struct dirent *entry;
    while (measuring->left > 0 && (entry = readdir(dir)) != NULL) {
        struct stat is;
        if (is_dots(entry->d_name) || fstatat(at, entry->d_name, &is, AT_SYMLINK_NOFOLLOW) != 0) {
            continue;
        }
        measuring->left--;
        measuring->n_bytes +=
            (uint64_t)is.st_blocks * 512; // st_blocks counts these, whatever the disk has
        const int below =
            S_ISDIR(is.st_mode) && depth < TREE_MAX_MEASURED ? open_folder(at, entry->d_name) : -1;
        if (below >= 0) {
            measure_folder(measuring, below, depth + 1);
        }
    }
    closedir(dir);
}

uint64_t tree_measure(const char *folder, uint32_t most) {
    struct measuring measuring = {.left = most};
    const int at = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (at >= 0) {
        measure_folder(&measuring, at, 0);
    }
    return measuring.n_bytes;
}

// ---- removal

struct removal {
    int top;
    uint64_t n_moved;
};

// Take away all that is in a folder: files go, folders move to the top. The folder itself may be the top. Takes `at` over.
static maru_status empty_folder(struct removal *removal, int at, bool is_top, bool *has_folders,
                                maru_error *err) {
    DIR *dir = fdopendir(at);
    maru_status st = MARU_OK;
    if (!dir) {
        close(at);
        return fail(err, MARU_E_IO, "%s", strerror(errno));
    }
    for (const struct dirent *entry = readdir(dir); entry && st == MARU_OK; entry = readdir(dir)) {
        struct stat is;
        char number[32];
        if (is_dots(entry->d_name) ||
            fstatat(dirfd(dir), entry->d_name, &is, AT_SYMLINK_NOFOLLOW) != 0) {
            continue;
        }
        if (!S_ISDIR(is.st_mode)) {
            (void)unlinkat(dirfd(dir), entry->d_name, 0);
            continue;
        }
        *has_folders = true;
        if (!is_top) {
            snprintf(number, sizeof number, ".gone-%llu", (unsigned long long)removal->n_moved++);
            (void)renameat(dirfd(dir), entry->d_name, removal->top, number);
        }
    }
    closedir(dir);
    return st;
}

// Empty each folder of the top, and remove it.
static maru_status empty_below(struct removal *removal, maru_error *err) {
    DIR *dir = fdopendir(dup(removal->top));
    maru_status st = MARU_OK;
    if (!dir) {
        return fail(err, MARU_E_IO, "%s", strerror(errno));
    }
    rewinddir(dir);
    for (const struct dirent *entry = readdir(dir); entry && st == MARU_OK; entry = readdir(dir)) {
        bool has_folders = false;
        const int below = is_dots(entry->d_name) ? -1 : open_folder(removal->top, entry->d_name);
        if (below >= 0) {
            (void)fchmod(below, 0700); // a job may have taken its own right away
            st = empty_folder(removal, below, false, &has_folders, err);
            (void)unlinkat(removal->top, entry->d_name, AT_REMOVEDIR);
        }
    }
    closedir(dir);
    return st;
}

maru_status tree_remove(const char *folder, maru_error *err) {
    struct removal removal = {.top = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
    if (removal.top < 0) {
        return errno == ENOENT ? MARU_OK : fail(err, MARU_E_IO, "%s: %s", folder, strerror(errno));
    }
    bool has_folders = true;
    uint64_t n_before = UINT64_MAX;
    maru_status st = MARU_OK;
    while (st == MARU_OK && has_folders && removal.n_moved != n_before) {
        n_before = removal.n_moved;
        has_folders = false;
        const int top = dup(removal.top);
        (void)lseek(top, 0, SEEK_SET);
        st = empty_folder(&removal, top, true, &has_folders, err);
        st = st == MARU_OK && has_folders ? empty_below(&removal, err) : st;
    }
    close(removal.top);
    if (st == MARU_OK && rmdir(folder) != 0) {
        st = fail(err, MARU_E_IO, "%s: %s", folder, strerror(errno));
    }
    return st;
}
