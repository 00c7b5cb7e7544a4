#include "plant/dialect/smat.h"

#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/status.h"
#include "plant/dialect/smat_sheet.h"
#include "plant/draft.h"

// Two passes: rows are read and bays measured, then rows are written. A bay runs along y between
// two rows of tools, so that the middle of its tools' x tells which way each of them looks. Rows of
// a group or bay mostly stand together, so a name is compared with the last one first.

enum smat_column { GROUP, BAY, WIDTH, HEIGHT, X, Y, N_COLUMN };

static const char *const headers[N_COLUMN] = {"TOOL_GROUP", "BAY",        "WIDTH",
                                              "HEIGHT",     "POSITION_X", "POSITION_Y"};

struct piece { // a row
    const char *group, *bay;
    double width_m, height_m, x_m, y_m;
    uint32_t bay_index;
};

struct bay {
    const char *name;
    double low_m, high_m; // x of its tools
};

struct smat {
    const maru_plant *plant;
    struct arena arena;
    struct piece *piece;
    uint32_t n_piece, cap_piece;
    struct bay *bay;
    uint32_t n_bay, last_bay, cap_bay;
};

// The bay of a row, widened to take it in; false when out of memory.
static bool find_bay(struct smat *s, struct piece *piece) {
    uint32_t i = s->last_bay;
    if (i >= s->n_bay || strcmp(s->bay[i].name, piece->bay) != 0) {
        for (i = 0; i < s->n_bay && strcmp(s->bay[i].name, piece->bay) != 0; i++) {
        }
    }
    if (i == s->n_bay) {
        if (!draft_grow((void **)&s->bay, s->n_bay, &s->cap_bay, sizeof *s->bay)) {
            return false;
        }
        s->bay[s->n_bay++] = (struct bay){piece->bay, piece->x_m, piece->x_m};
    }
    struct bay *bay = &s->bay[i];
    bay->low_m = piece->x_m < bay->low_m ? piece->x_m : bay->low_m;
    bay->high_m = piece->x_m > bay->high_m ? piece->x_m : bay->high_m;
    piece->bay_index = s->last_bay = i;
    return true;
}

static maru_status take_piece(void *context, const struct smat_sheet *sheet,
                              const struct csv_row *row, maru_error *err) {
    static const struct smat_range size = {0, PLANT_MAX_BODY_M, true};
    static const struct smat_range place = {-PLANT_MAX_COORDINATE_M, PLANT_MAX_COORDINATE_M, false};
    struct smat *s = context;
    struct piece piece = {.group = smat_cell(sheet, row, GROUP)->bytes,
                          .bay = smat_cell(sheet, row, BAY)->bytes};
    double *const length[] = {&piece.width_m, &piece.height_m, &piece.x_m, &piece.y_m};
    for (uint32_t i = 0; i < 4; i++) {
        const maru_status st =
            smat_length(sheet, row, WIDTH + i, i < 2 ? &size : &place, length[i], err);
        if (st != MARU_OK) {
            return st;
        }
    }
    if (!find_bay(s, &piece) ||
        !draft_grow((void **)&s->piece, s->n_piece, &s->cap_piece, sizeof *s->piece)) {
        return fail(err, MARU_E_MEMORY, "out of memory");
    }
    s->piece[s->n_piece++] = piece;
    return MARU_OK;
}

static void add_place(struct text *out, const struct smat *s, const struct piece *piece,
                      const char *group, uint32_t number) {
    const struct bay *bay = &s->bay[piece->bay_index];
    const bool is_right = piece->x_m > (bay->low_m + bay->high_m) / 2;
    text_add_csv(out, group);
    text_addf(out, ",%u", number);
    // Seen from its front, a tool is as wide as it is along y and as deep as it is along x.
    const double cells[] = {piece->x_m, piece->y_m, is_right ? 270 : 90, piece->height_m,
                            piece->width_m};
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        text_addz(out, ",");
        text_add_double(out, cells[i]);
    }
    text_addz(out, "\n");
}

// Group of the plant with this name, PLANT_NONE when there is none; `last` is tried first.
static uint32_t find_group(const maru_plant *p, const char *name, uint32_t last) {
    if (last < p->n_group && strcmp(p->group[last].name, name) == 0) {
        return last;
    }
    for (uint32_t g = 0; g < p->n_group; g++) {
        if (strcmp(p->group[g].name, name) == 0) {
            return g;
        }
    }
    return PLANT_NONE;
}

static maru_status write_places(struct smat *s, struct text *out, struct smat_told *told,
                                maru_error *err) {
    const maru_plant *p = s->plant;
    uint32_t *n_placed = arena_take(&s->arena, p->n_group + 1, sizeof *n_placed);
    if (!n_placed) {
        return arena_refusal(&s->arena, err);
    }
    *told = (struct smat_told){.n_row = s->n_piece};
    for (uint32_t g = 0; g < p->n_group; g++) {
        told->homeless += p->group[g].is_delay ? 0 : p->group[g].n_tool;
    }
    text_addz(out, "tools,number,x,y,heading,width,depth\n");
    for (uint32_t i = 0, g = 0; i < s->n_piece; i++) {
        const struct piece *piece = &s->piece[i];
        const uint32_t found = find_group(p, piece->group, g);
        if (found == PLANT_NONE || p->group[found].is_delay) {
            told->alien++;
            continue;
        }
        g = found;
        if (n_placed[g] == p->group[g].n_tool) {
            told->spare++;
            continue;
        }
        add_place(out, s, piece, p->group[g].name, ++n_placed[g]);
        told->placed++;
        told->homeless--;
    }
    return out->status == MARU_OK ? MARU_OK
                                  : fail(err, out->status, "no room for the table of places");
}

maru_status smat_layout(const maru_plant *plant, const maru_file *equipment, struct text *out,
                        struct smat_told *told, maru_error *err) {
    struct smat s = {.plant = plant};
    struct smat_sheet sheet = {.file = equipment, .header = headers, .n_column = N_COLUMN};
    arena_init(&s.arena, PLANT_MAX_DRAFT_BYTES);
    maru_status st = smat_read(&sheet, &s.arena, take_piece, &s, err);
    if (st == MARU_OK) {
        st = write_places(&s, out, told, err);
    }
    alloc_free(s.piece);
    alloc_free(s.bay);
    arena_fini(&s.arena);
    return st;
}
