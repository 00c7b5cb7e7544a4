// The main of a fuzz target in the normal build: every file of the folders given goes through the
// target once, so that what a fuzzer has found stays found. A target that is wrong aborts. Prints
// how many files ran; none is a failure.

#include "target.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_FILE_BYTES = 1 << 20 };

// Each file gets a block of its exact size, so that a sanitizer sees a read behind its end.
static int replay_file(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        return 1;
    }
    static uint8_t buffer[MAX_FILE_BYTES];
    const size_t n = fread(buffer, 1, sizeof buffer, file);
    const int is_bad = ferror(file) || fgetc(file) != EOF;
    fclose(file);
    uint8_t *bytes = malloc(n > 0 ? n : 1);
    if (is_bad || !bytes) {
        fprintf(stderr, "%s: cannot be read, or is over %d bytes\n", path, MAX_FILE_BYTES);
        free(bytes);
        return 1;
    }
    memcpy(bytes, buffer, n);
    LLVMFuzzerTestOneInput(bytes, n);
    free(bytes);
    return 0;
}

static int replay_folder(const char *folder, unsigned *n_file) {
    DIR *dir = opendir(folder);
    if (!dir) {
        perror(folder);
        return 1;
    }
    int n_bad = 0;
    for (const struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
        if (entry->d_name[0] == '.') {
            continue;
        }
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        n_bad += replay_file(path);
        *n_file += 1;
    }
    closedir(dir);
    return n_bad;
}

int main(int argc, char **argv) {
    unsigned n_file = 0;
    int n_bad = 0;
    for (int i = 1; i < argc; i++) {
        n_bad += replay_folder(argv[i], &n_file);
    }
    printf("%u files\n", n_file);
    return n_file == 0 || n_bad > 0;
}
