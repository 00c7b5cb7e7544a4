#include "scene/hall.h"

#include <math.h>

// A block of an area, on the upper side of the central aisle; the lower side is its mirror image.
//
//          bay         bay
//     |1| aisle |3| |5| aisle |7|
//     |1|       |3| |5|       |7|       rows: slots with their fronts flush to the aisle
//     |1|       |3| |5|       |7|
//     ---------- central aisle -----------> x
//
// Slots fill the rows one after the other, so that a group stands together. How long rows may be is
// the one thing to choose: short rows make a long hall, long rows a deep one. Lengths from one slot
// up to all of them are tried, and the smallest hall that is not too long for its width is taken.

static const double central_m = 5, bay_m = 3, gap_m = 0.4, chase_m = 1, apron_m = 1, area_gap_m = 2,
                    rim_m = 0.5, wall_m = 2.5;
static const double longest_shape = 1.8; // length to width that costs nothing

struct row {
    uint32_t n_slot;
    double length_m, depth_m;
};

struct block {
    double width_m, height_m;
    uint32_t n_row;
};

// Rows of one area, at most `longest` each as far as slots can be parted, all about as long.
static uint32_t count_rows(const struct hall_slot *slot, uint32_t n, double longest,
                           double *each_m) {
    double sum = 0;
    for (uint32_t i = 0; i < n; i++) {
        sum += slot[i].width_m + gap_m;
    }
    double rows = ceil(sum / longest);
    rows = rows < 1 ? 1 : rows > n ? n : rows;
    *each_m = sum / rows;
    return (uint32_t)rows;
}

// The row of the slot whose middle is `middle_m` behind the start of the first row.
static uint32_t row_at(double middle_m, double each_m, uint32_t n_row) {
    const double row = floor(middle_m / each_m);
    return row < n_row ? (uint32_t)row : n_row - 1;
}

// How wide and high a block becomes; row[] is filled when given.
static struct block measure(const struct hall_slot *slot, uint32_t n, double longest,
                            struct row *row) {
    struct block block = {0};
    double each = 0;
    block.n_row = count_rows(slot, n, longest, &each);
    double at = 0;
    struct row now = {0};
    uint32_t r = 0;
    for (uint32_t i = 0; i <= n; i++) {
        const double step = i < n ? slot[i].width_m + gap_m : 0;
        const uint32_t next = i < n ? row_at(at + step / 2, each, block.n_row) : block.n_row;
        for (; r < next; r++) { // the rows that end here
            block.width_m += now.depth_m + (r % 2 == 0 ? bay_m : r + 1 < block.n_row ? chase_m : 0);
            block.height_m = now.length_m > block.height_m ? now.length_m : block.height_m;
            if (row) {
                row[r] = now;
            }
            now = (struct row){0};
        }
        if (i < n) {
            now.n_slot++;
            now.length_m += step;
            now.depth_m = slot[i].depth_m > now.depth_m ? slot[i].depth_m : now.depth_m;
            at += step;
        }
    }
    return block;
}

// The first slot behind those of the area of `first`.
static uint32_t end_of_area(const struct hall *hall, uint32_t first) {
    uint32_t end = first;
    while (end < hall->n_slot && hall->slot[end].area == hall->slot[first].area) {
        end++;
    }
    return end;
}

struct sides { // what both sides of the central aisle have taken up so far
    double length_m[2], height_m[2];
};

// Blocks go to the side that is shorter so far.
static int side_for(struct sides *sides, const struct block *block, double *x) {
    const int side = sides->length_m[1] < sides->length_m[0] ? 1 : 0;
    *x = sides->length_m[side] > 0 ? sides->length_m[side] + area_gap_m : 0;
    sides->length_m[side] = *x + block->width_m;
    if (block->height_m > sides->height_m[side]) {
        sides->height_m[side] = block->height_m;
    }
    return side;
}

static double hall_length(const struct sides *s) {
    return (s->length_m[0] > s->length_m[1] ? s->length_m[0] : s->length_m[1]) + 2 * wall_m;
}

static double hall_width(const struct sides *s) {
    return s->height_m[0] + s->height_m[1] + central_m + 2 * apron_m + 2 * wall_m;
}

static double cost_of(const struct hall *hall, double longest) {
    struct sides sides = {0};
    for (uint32_t first = 0; first < hall->n_slot;) {
        const uint32_t end = end_of_area(hall, first);
        const struct block block = measure(hall->slot + first, end - first, longest, NULL);
        double x = 0;
        side_for(&sides, &block, &x);
        first = end;
    }
    const double length = hall_length(&sides), width = hall_width(&sides);
    const double shape = length > width ? length / width : width / length;
    return length * width * (shape > longest_shape ? shape / longest_shape : 1);
}

static double best_length(const struct hall *hall) {
    double sum = 0, widest = 1;
    for (uint32_t i = 0; i < hall->n_slot; i++) {
        sum += hall->slot[i].width_m + gap_m;
        widest = hall->slot[i].width_m > widest ? hall->slot[i].width_m : widest;
    }
    double best = widest + gap_m, cost = INFINITY;
    for (double longest = best; longest < 1.25 * sum; longest *= 1.25) {
        const double tried = cost_of(hall, longest);
        if (tried < cost) {
            cost = tried;
            best = longest;
        }
    }
    return best;
}

struct placing {
    struct hall *hall;
    struct row *row; // scratch (n_slot)
    double x_m;      // where the block begins
    double side;     // 1 above the central aisle, -1 below
};

static maru_rect upright(double side, double x0, double x1, double y0, double y1) {
    return side > 0 ? (maru_rect){x0, y0, x1, y1} : (maru_rect){x0, -y1, x1, -y0};
}

// Put the slots of one area down, and its aisles; y is counted from the middle of the central
// aisle.
static void place_area(struct placing *p, uint32_t first, uint32_t n, double longest) {
    struct hall *hall = p->hall;
    struct hall_slot *slot = hall->slot + first;
    const struct block block = measure(slot, n, longest, p->row);
    const double floor_y = central_m / 2 + apron_m;
    double x = p->x_m;
    uint32_t i = 0;
    for (uint32_t r = 0; r < block.n_row; r++) {
        const bool is_left = r % 2 == 0;
        const double front = is_left ? x + p->row[r].depth_m : x;
        double y = 0;
        if (is_left) {
            const double other = r + 1 < block.n_row ? p->row[r + 1].length_m : 0;
            const double length = p->row[r].length_m > other ? p->row[r].length_m : other;
            hall->aisle[hall->n_aisle++] =
                upright(p->side, front, front + bay_m, central_m / 2, floor_y + length);
        }
        for (uint32_t k = 0; k < p->row[r].n_slot; k++, i++) {
            slot[i].x_m = is_left ? front - slot[i].depth_m / 2 : front + slot[i].depth_m / 2;
            slot[i].y_m = p->side * (floor_y + y + (slot[i].width_m + gap_m) / 2);
            slot[i].heading_deg = is_left ? 90 : 270;
            slot[i].aisle = hall->n_aisle - 1;
            y += slot[i].width_m + gap_m;
        }
        x += p->row[r].depth_m + (is_left ? bay_m : chase_m);
    }
    hall->zone[slot->area] = upright(p->side, p->x_m - rim_m, p->x_m + block.width_m + rim_m,
                                     central_m / 2, floor_y + block.height_m + rim_m);
}

static void move_rect(maru_rect *rect, double x, double y) {
    *rect = (maru_rect){rect->x0_m + x, rect->y0_m + y, rect->x1_m + x, rect->y1_m + y};
}

// From the middle of the central aisle's start to the corner of the hall.
static void move_all(struct hall *hall, const struct sides *sides) {
    const double x = wall_m;
    const double y = sides->height_m[1] + apron_m + central_m / 2 + wall_m;
    for (uint32_t i = 0; i < hall->n_slot; i++) {
        hall->slot[i].x_m += x;
        hall->slot[i].y_m += y;
    }
    for (uint32_t i = 0; i < hall->n_area; i++) {
        if (hall->zone[i].x1_m > hall->zone[i].x0_m) {
            move_rect(&hall->zone[i], x, y);
        }
    }
    for (uint32_t i = 0; i < hall->n_aisle; i++) {
        move_rect(&hall->aisle[i], x, y);
    }
    hall->bounds = (maru_rect){0, 0, hall_length(sides), hall_width(sides)};
}

bool hall_plan(struct hall *hall, struct arena *arena) {
    struct placing p = {.hall = hall};
    p.row = arena_take(arena, hall->n_slot + 1, sizeof *p.row);
    hall->zone = arena_take(arena, hall->n_area + 1, sizeof *hall->zone);
    hall->aisle = arena_take(arena, hall->n_slot + 2, sizeof *hall->aisle);
    if (!p.row || !hall->zone || !hall->aisle) {
        return false;
    }
    const double longest = best_length(hall);
    struct sides sides = {0};
    hall->n_aisle = 1;
    for (uint32_t first = 0; first < hall->n_slot;) {
        const uint32_t end = end_of_area(hall, first);
        const struct block block = measure(hall->slot + first, end - first, longest, NULL);
        p.side = side_for(&sides, &block, &p.x_m) == 0 ? 1 : -1;
        place_area(&p, first, end - first, longest);
        first = end;
    }
    hall->aisle[0] =
        (maru_rect){-wall_m, -central_m / 2, hall_length(&sides) - wall_m, central_m / 2};
    move_all(hall, &sides);
    return true;
}
