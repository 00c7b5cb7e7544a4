#include "plant/dialect/smat.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/digest.h"
#include "base/status.h"
#include "plant/dialect/smat_sheet.h"
#include "plant/draft.h"
#include "plant/rail/rail_join.h"

// Nodes first, into a hash table by their names; then each link finds both of its ends there. Places
// are rounded to the millimetre, which is what makes two ends one, and what a table is read by.

enum address_column { NAME, X, Y, N_ADDRESS };
enum rail_column { FROM, TO, N_RAIL };

static const char *const address_headers[N_ADDRESS] = {"NAME", "POSITION_X", "POSITION_Y"};
static const char *const rail_headers[N_RAIL] = {"FROM_NODE", "TO_NODE"};

enum { N_SLOT = 4 * 65536 }; // a power of two, above twice SMAT_MAX_ROWS

struct address {
    const char *name;
    double x_m, y_m;
    uint32_t node; // of all at this place
};

struct rails {
    struct arena arena;
    struct address *address; // (n_address)
    uint32_t n_address, cap_address;
    uint32_t *slot; // (N_SLOT): address + 1, 0 = free
    uint64_t seed;
    struct rail_join places; // what addresses are at
    struct rail_join links;  // which there have been
    struct text *out;
    struct smat_told *told;
};

// The slot of a name, or the free one where it belongs.
static uint32_t find_slot(const struct rails *r, const struct csv_field *name) {
    struct digest digest;
    digest_init(&digest);
    digest_u64(&digest, r->seed);
    digest_bytes(&digest, name->bytes, name->n);
    uint32_t s = (uint32_t)digest.lane[0] & (N_SLOT - 1);
    while (r->slot[s] != 0 && strcmp(r->address[r->slot[s] - 1].name, name->bytes) != 0) {
        s = (s + 1) & (N_SLOT - 1);
    }
    return s;
}

static maru_status take_address(void *context, const struct smat_sheet *sheet,
                                const struct csv_row *row, maru_error *err) {
    static const struct smat_range range = {-PLANT_MAX_COORDINATE_M, PLANT_MAX_COORDINATE_M, false};
    struct rails *r = context;
    const struct csv_field *name = smat_cell(sheet, row, NAME);
    struct address address = {.name = name->bytes};
    maru_status st = smat_length(sheet, row, X, &range, &address.x_m, err);
    st = st == MARU_OK ? smat_length(sheet, row, Y, &range, &address.y_m, err) : st;
    if (st != MARU_OK) {
        return st;
    }
    const uint32_t s = find_slot(r, name);
    if (r->slot[s] != 0) {
        return fail_at(err, MARU_E_INPUT, sheet->file->name, row->line, sheet->column[NAME],
                       "a node of this name stands above");
    }
    if (!draft_grow((void **)&r->address, r->n_address, &r->cap_address, sizeof *r->address)) {
        return fail(err, MARU_E_MEMORY, "out of memory");
    }
    address.x_m = round(address.x_m * 1000) / 1000;
    address.y_m = round(address.y_m * 1000) / 1000;
    address.node = rail_join_node(&r->places, address.x_m, address.y_m);
    r->address[r->n_address++] = address;
    r->slot[s] = r->n_address;
    return MARU_OK;
}

static maru_status take_link(void *context, const struct smat_sheet *sheet,
                             const struct csv_row *row, maru_error *err) {
    struct rails *r = context;
    const struct address *end[N_RAIL] = {0};
    for (uint32_t i = 0; i < N_RAIL; i++) {
        const uint32_t found = r->slot[find_slot(r, smat_cell(sheet, row, i))];
        if (found == 0) {
            return fail_at(err, MARU_E_INPUT, sheet->file->name, row->line, sheet->column[i],
                           "%s is no NAME of address.csv", sheet->header[i]);
        }
        end[i] = &r->address[found - 1];
    }
    // A pair of nodes is a point of a plane, too; each that comes again finds the first.
    const uint32_t n_link = r->links.n_node;
    if (end[FROM]->node == end[TO]->node ||
        rail_join_node(&r->links, end[FROM]->node, end[TO]->node) < n_link) {
        r->told->useless++;
        return MARU_OK;
    }
    for (uint32_t i = 0; i < N_RAIL; i++) {
        const struct plant_rail_node *node = &r->places.node[end[i]->node];
        text_addz(r->out, i > 0 ? "," : "");
        text_add_double(r->out, node->x_m);
        text_addz(r->out, ",");
        text_add_double(r->out, node->y_m);
    }
    text_addz(r->out, "\n");
    r->told->n_link++;
    return MARU_OK;
}

static maru_status read_both(struct rails *r, const maru_file *address, const maru_file *rail,
                             maru_error *err) {
    r->slot = arena_take(&r->arena, N_SLOT, sizeof *r->slot);
    if (!r->slot || !rail_join_init(&r->places, &r->arena, SMAT_MAX_ROWS, r->seed) ||
        !rail_join_init(&r->links, &r->arena, SMAT_MAX_ROWS, r->seed)) {
        return arena_refusal(&r->arena, err);
    }
    struct smat_sheet nodes = {.file = address, .header = address_headers, .n_column = N_ADDRESS};
    struct smat_sheet links = {.file = rail, .header = rail_headers, .n_column = N_RAIL};
    text_addz(r->out, "x1,y1,x2,y2\n");
    maru_status st = smat_read(&nodes, &r->arena, take_address, r, err);
    st = st == MARU_OK ? smat_read(&links, &r->arena, take_link, r, err) : st;
    return st == MARU_OK && r->out->status != MARU_OK
               ? fail(err, r->out->status, "no room for the table of rails")
               : st;
}

maru_status smat_rails(const maru_file *address, const maru_file *rail, struct text *out,
                       struct smat_told *told, maru_error *err) {
    struct rails r = {.out = out, .told = told};
    struct digest digest;
    digest_init(&digest);
    digest_bytes(&digest, address->bytes, address->n_bytes);
    r.seed = digest.lane[0];
    told->has_rails = true;
    told->n_link = told->useless = 0;
    arena_init(&r.arena, PLANT_MAX_DRAFT_BYTES);
    const maru_status st = read_both(&r, address, rail, err);
    alloc_free(r.address);
    arena_fini(&r.arena);
    return st;
}
