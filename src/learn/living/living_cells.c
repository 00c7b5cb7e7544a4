#include "learn/living/living_cells.h"

#include <math.h>
#include <string.h>

#include "base/number.h"

uint32_t living_cell_named(const char *wanted, const char *const *name, uint32_t n) {
    uint32_t i = 0;
    while (i < n && strcmp(name[i], wanted) != 0) {
        i++;
    }
    return i < n ? i : UINT32_MAX;
}

double living_cell_number(const struct recipe_cell *cell) {
    double number = (double)NAN;
    if (!cell->word) {
        return cell->number;
    }
    return number_double(cell->word, strlen(cell->word), &number) ? number : (double)NAN;
}

uint32_t living_unit_cell(const char *unit, const char *const *name, uint32_t n) {
    const bool is_named = strcmp(unit, "lot") == 0 || strcmp(unit, "wafer") == 0;
    return is_named ? living_cell_named(unit, name, n) : UINT32_MAX;
}

const char *living_unit_of_end(const char *unit, const struct living_end *end) {
    return strcmp(unit, "lot") == 0     ? end->lot
           : strcmp(unit, "wafer") == 0 ? end->wafer
                                        : end->tool;
}
