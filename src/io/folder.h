// A plant in a folder on disk: its tables are read into memory and handed to the reader
// (maru_plant_open).
#ifndef IO_FOLDER_H
#define IO_FOLDER_H

#include "maru/plant.h"

enum {
    FOLDER_MAX_FILES = 10000,
    FOLDER_MAX_FILE_BYTES = 64 << 20, // one table
    FOLDER_MAX_BYTES = 256 << 20,     // all tables of a folder
};

// The tables of a folder, by name.
struct folder {
    maru_file *file; // (n_file) views of table[]
    size_t n_file;
    struct folder_table *table; // (n_table), what is owned
    size_t n_table, cap;
};

// Read the regular files of `path` that end in .csv, .txt or .1l, sorted by name; hidden ones,
// links, devices and all others are left alone (links are said in a note). Tables ending in .csv
// that are not UTF-8 become so (io/charset.h).
//   memory  folder_close gives all back, also after an error
//   errors  MARU_E_IO, MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status folder_open(struct folder *folder, const char *path, maru_error *err);
void folder_close(struct folder *folder);

#endif
