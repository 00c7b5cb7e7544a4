#include <pthread.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "io/workbook/workbook_inside.h"
#include "io/workers.h"

// A worksheet is nearly all rows, and nearly all of the time goes into taking their XML apart. So it is cut into blocks of rows, in
// front of a "<row", and each thread takes the next block, parses it as a document of its own, and hands over its rows when the
// blocks before it have:
//
//     <worksheet ...><sheetData><row ...>...</row> | <row ...>...</row> | <row ...>...</row></sheetData></worksheet>
//     what the file has                + what ends it
//                            what begins it + what the file has + what ends it
//
// What begins and ends a block are the names of the two elements that were open at the first cut. Each block so completed is
// well-formed only where the cut was between rows inside of these two, and not in a comment or a section of plain text: else a
// quote, a comment or an element would be left open, or closed twice. Whatever is odd (no such document, another character set than
// UTF-8, a block whose first row does not say where it is) makes the sheet be read again, in one go: what is said of it is said there.
// So the text is the same on any number of threads.

enum {
    BLOCK_BYTES = 1 << 20,
    PIECE_BYTES = 1 << 16,
    MAX_BLOCK_BYTES = 1 << 24, // without an end of a row: read in one go
    MAX_THREADS = 8,
};

struct block {
    char *bytes; // (cap), on the heap
    size_t n, cap;
    bool is_last;
};

struct blocks {
    struct workbook_job *job;
    struct archive *part;
    char begin[2 * WORKBOOK_NAME_BYTES + 8], end[2 * WORKBOOK_NAME_BYTES + 8];
    pthread_mutex_t reading; // of the part, and of these
    struct block rest;       // behind the last cut
    uint64_t n_taken;
    bool is_read;
    pthread_mutex_t telling; // of what follows
    pthread_cond_t told;
    uint64_t n_told;
    bool is_stopped, is_odd;
    maru_status status;
    uint32_t at_row, row; // the last one that began, and the last one with a value
};

// ---- cutting

static bool make_block_room(struct block *block, size_t n) {
    size_t cap = block->cap > 0 ? block->cap : BLOCK_BYTES;
    while (cap - block->n < n) {
        cap *= 2;
    }
    if (cap > block->cap) {
        char *bytes = alloc_resize(block->bytes, cap, 1);
        if (!bytes) {
            return false;
        }
        block->bytes = bytes;
        block->cap = cap;
    }
    return true;
}

static bool add_to_block(struct block *block, const char *bytes, size_t n) {
    if (!make_block_room(block, n)) {
        return false;
    }
    if (n > 0) {
        memcpy(block->bytes + block->n, bytes, n);
        block->n += n;
    }
    return true;
}

// Where the last row of these bytes begins; 0: none begins behind the first byte.
static size_t last_cut(const struct block *block) {
    static const char row[] = "<row";
    for (size_t n = block->n; n > 1;) {
        const char *at = memrchr(block->bytes + 1, '<', n - 1);
        if (!at) {
            return 0;
        }
        n = (size_t)(at - block->bytes);
        const size_t left = block->n - n;
        if (left > sizeof row && memcmp(at, row, sizeof row - 1) == 0 &&
            memchr(" \t\r\n/>", at[sizeof row - 1], 6)) {
            return n;
        }
    }
    return 0;
}

// The next bytes, up to a cut or the end. *is_odd: they are too long without one.
static maru_status fill(struct blocks *blocks, struct block *block, bool *is_odd, maru_error *err) {
    block->n = 0;
    block->is_last = false;
    if (!add_to_block(block, blocks->rest.bytes, blocks->rest.n)) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    blocks->rest.n = 0;
    for (size_t cut = 0; cut == 0;) {
        const size_t n_wanted = block->n < BLOCK_BYTES ? BLOCK_BYTES : block->n + BLOCK_BYTES;
        size_t n = 1;
        while (block->n < n_wanted && n > 0) {
            if (!make_block_room(block, PIECE_BYTES)) {
                return fail(err, MARU_E_MEMORY, "no memory");
            }
            const maru_status st = workbook_part_read(
                blocks->job, blocks->part, block->bytes + block->n, PIECE_BYTES, &n, err);
            if (st != MARU_OK) {
                return st;
            }
            block->n += n;
        }
        if (n == 0) {
            block->is_last = true;
            blocks->is_read = true;
            return MARU_OK;
        }
        cut = last_cut(block);
        if (cut > 0 && !add_to_block(&blocks->rest, block->bytes + cut, block->n - cut)) {
            return fail(err, MARU_E_MEMORY, "no memory");
        }
        block->n = cut > 0 ? cut : block->n;
        *is_odd = cut == 0 && block->n >= MAX_BLOCK_BYTES;
        if (*is_odd) {
            return MARU_OK;
        }
    }
    return MARU_OK;
}

// ---- parsing

// What begins and ends a document around rows. False: names that are too long.
static bool tell_frame(struct blocks *blocks, const struct workbook_xml *xml) {
    struct text text;
    bool is_told = xml->is_utf8;
    for (int k = 0; k < 2; k++) {
        const char *outer = xml->open[0];
        const char *inner = xml->open[1];
        is_told = is_told && outer[0] != '\0' && inner[0] != '\0';
        text_init(&text, sizeof blocks->begin - 1);
        if (k == 0) {
            text_addf(&text, "<%s><%s>", outer, inner);
        } else {
            text_addf(&text, "</%s></%s>", inner, outer);
        }
        is_told = is_told && text.status == MARU_OK;
        if (is_told) {
            memcpy(k == 0 ? blocks->begin : blocks->end, text.bytes, text.n_bytes + 1);
        }
        text_fini(&text);
    }
    return is_told;
}

// The cells of one block; the first one says what the others are framed with.
static maru_status parse_block(struct blocks *blocks, const struct block *block, bool is_first,
                               struct workbook_cells *cells, maru_error *err) {
    const struct workbook_handler handler = workbook_cells_handler(cells);
    struct workbook_xml xml;
    maru_status st = workbook_xml_open(&xml, &handler, err);
    if (st == MARU_OK && !is_first) {
        st = workbook_xml_add(&xml, blocks->begin, strlen(blocks->begin), false);
    }
    st = st == MARU_OK ? workbook_xml_add(&xml, block->bytes, block->n, block->is_last) : st;
    if (st == MARU_OK && is_first && !block->is_last && !tell_frame(blocks, &xml)) {
        st = fail(err, MARU_E_INPUT, "the workbook is damaged: its XML is wrong");
    }
    if (st == MARU_OK && !block->is_last) {
        st = workbook_xml_add(&xml, blocks->end, strlen(blocks->end), true);
    }
    workbook_xml_close(&xml);
    return st;
}

// ---- telling, in order

// The rows of the next block. False: nothing more is to be done.
static bool take_cells(struct blocks *blocks, struct workbook_cells *cells, bool is_first,
                       maru_error *err) {
    const bool is_placed = is_first || cells->first_row == 0 ||
                           (cells->is_placed && cells->first_row > blocks->at_row);
    blocks->is_odd = !is_placed;
    if (is_placed) {
        blocks->at_row = cells->at_row > 0 ? cells->at_row : blocks->at_row;
        blocks->status = workbook_take_rows(blocks->job->book, &cells->rows, &blocks->row, err);
    }
    return is_placed && blocks->status == MARU_OK;
}

static void tell(struct blocks *blocks, uint64_t number, struct workbook_cells *cells,
                 maru_status st, maru_error *err) {
    pthread_mutex_lock(&blocks->telling);
    while (!blocks->is_stopped && blocks->n_told < number) {
        pthread_cond_wait(&blocks->told, &blocks->telling);
    }
    if (!blocks->is_stopped) {
        if (st == MARU_OK) {
            blocks->is_stopped = !take_cells(blocks, cells, number == 0, err);
        } else {
            blocks->is_stopped = true;
            blocks->is_odd = st == MARU_E_INPUT; // said when it is read in one go
            blocks->status = st;
        }
        if (blocks->is_stopped && blocks->status != MARU_OK && blocks->job->err) {
            *blocks->job->err = *err;
        }
        blocks->n_told = number + 1;
    }
    pthread_cond_broadcast(&blocks->told);
    pthread_mutex_unlock(&blocks->telling);
}

static bool is_stopped(struct blocks *blocks) {
    pthread_mutex_lock(&blocks->telling);
    const bool is = blocks->is_stopped;
    pthread_mutex_unlock(&blocks->telling);
    return is;
}

// One block from its bytes to its rows. False: there is no other one.
static bool do_block(struct blocks *blocks, struct block *block) {
    struct workbook_cells cells;
    maru_error err = {0};
    bool is_odd = false;
    pthread_mutex_lock(&blocks->reading);
    if (blocks->is_read || is_stopped(blocks)) {
        pthread_mutex_unlock(&blocks->reading);
        return false;
    }
    const uint64_t number = blocks->n_taken++;
    maru_status st = fill(blocks, block, &is_odd, &err);
    blocks->is_read = blocks->is_read || st != MARU_OK || is_odd;
    pthread_mutex_unlock(&blocks->reading);
    workbook_cells_init(&cells, blocks->job, &err);
    st = is_odd ? MARU_E_INPUT : st;
    st = st == MARU_OK ? parse_block(blocks, block, number == 0, &cells, &err) : st;
    tell(blocks, number, &cells, st, &err);
    workbook_cells_fini(&cells);
    return true;
}

static void work(void *context, size_t index) {
    struct block block = {0};
    (void)index;
    while (do_block(context, &block)) {
    }
    alloc_free(block.bytes);
}

// ---- the sheet

static maru_status read_in_one_go(struct workbook_job *job, const char *path) {
    struct workbook_cells cells;
    uint32_t row = 0;
    bool is_there = false;
    workbook_cells_init(&cells, job, job->err);
    const struct workbook_handler handler = workbook_cells_handler(&cells);
    maru_status st = workbook_read_part(job, path, &handler, &is_there);
    st = st == MARU_OK ? workbook_take_rows(job->book, &cells.rows, &row, job->err) : st;
    workbook_cells_fini(&cells);
    return st;
}

static maru_status read_in_blocks(struct workbook_job *job, struct archive *part, bool *is_odd) {
    struct blocks blocks = {.job = job, .part = part};
    struct block first = {0};
    pthread_mutex_init(&blocks.reading, NULL);
    pthread_mutex_init(&blocks.telling, NULL);
    pthread_cond_init(&blocks.told, NULL);
    (void)do_block(&blocks, &first); // what begins the others comes from it
    alloc_free(first.bytes);
    const size_t n_core = workers_cores();
    const size_t n_thread = n_core < MAX_THREADS ? n_core : MAX_THREADS;
    if (!blocks.is_read && !blocks.is_stopped) {
        const maru_status st = workers_run(n_thread, n_thread, work, NULL, &blocks, job->err);
        blocks.status = st == MARU_OK ? blocks.status : st;
    }
    alloc_free(blocks.rest.bytes);
    pthread_cond_destroy(&blocks.told);
    pthread_mutex_destroy(&blocks.telling);
    pthread_mutex_destroy(&blocks.reading);
    *is_odd = blocks.is_odd;
    return blocks.status;
}

maru_status workbook_read_sheet(struct workbook_job *job, const char *path) {
    struct workbook *book = job->book;
    const uint64_t n_unpacked = job->n_unpacked;
    struct archive *part = NULL;
    bool is_odd = false;
    maru_status st = workbook_part_open(job, path, &part);
    if (st == MARU_OK && !part) {
        return fail(job->err, MARU_E_INPUT, "a part of the workbook is missing: %s", path);
    }
    st = st == MARU_OK ? read_in_blocks(job, part, &is_odd) : st;
    workbook_part_close(part);
    if (is_odd) {
        text_clear(&book->csv);
        book->n_cell = 0;
        book->n_without_value = 0;
        job->n_unpacked = n_unpacked;
        st = read_in_one_go(job, path);
    }
    if (st == MARU_OK && book->n_cell > 0) {
        text_add(&book->csv, "\n", 1);
    }
    return st;
}
