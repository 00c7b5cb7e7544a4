// Cells of tables as people and spreadsheets write them: numbers of many countries, no value, words of a header.
#ifndef WIRE_CSV_CELLS_H
#define WIRE_CSV_CELLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/csv.h"
#include "maru/status.h"
#include "wire/csv/moment.h"

// How numbers are written.
struct cell_signs {
    char decimal;   // . or ,
    char thousands; // , . ' space, or 0: none
};

// Is the cell one of these words, or does it contain one? Words are in small letters, cells in any.
bool cell_is_one_of(const char *cell, size_t n, const char *const *words, size_t n_word);
bool cell_has_any(const char *cell, size_t n, const char *const *words, size_t n_word);

// A cell that says that there is no value: "", "-", "N/A", "#DIV/0!", 결측.
bool cell_is_missing(const char *cell, size_t n);

// A word of headers over times: time, date, 일시.
bool cell_says_time(const char *cell, size_t n);

// "(mm)", "[℃]"
bool cell_is_bracketed(const char *cell, size_t n);

// All of the cell as a number. Thousands are taken where they stand in groups of three alone: 1,234.5 and not 12,34.5.
bool cell_number(struct cell_signs signs, const char *cell, size_t n, double *number);

// A date in one cell and the time of day in another.
bool cell_day_and_clock(const struct csv_field *day, const struct csv_field *clock,
                        enum moment_form form, int32_t offset_min, maru_time *at_us);

// What the cells of a table say of the signs in its numbers; all zero at the start.
struct cell_evidence {
    uint32_t comma_decimal, point_decimal, comma_group, point_group, blank_group, quote_group;
};
void cell_weigh(const char *cell, size_t n, struct cell_evidence *evidence);

// The signs that fit best. decimal: . or , where it is known, else 0. True: 1,234 could be one or a thousand.
bool cell_signs_of(const struct cell_evidence *evidence, char decimal, struct cell_signs *signs);

#endif
