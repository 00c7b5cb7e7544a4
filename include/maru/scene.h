// The hall of a plant: where its tools, areas and aisles are, and all of it as a 3-D scene.
//
// Lengths are metres, z is up; angles are degrees, counterclockwise seen from above. A tool of
// heading 0 looks towards -y: its width lies along x, its depth along y.
#ifndef MARU_SCENE_H
#define MARU_SCENE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "maru/plant.h"
#include "maru/status.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MARU_NO_AISLE UINT32_MAX
#define MARU_NO_RAIL UINT32_MAX

typedef struct maru_rect {
    double x0_m, y0_m, x1_m, y1_m; // x0 <= x1, y0 <= y1
} maru_rect;

// What a tool looks like, by what its group does.
typedef enum maru_body {
    MARU_BODY_NONE,    // a delay: no tool at all
    MARU_BODY_BENCH,   // lot by lot
    MARU_BODY_CLUSTER, // wafer by wafer
    MARU_BODY_TRACK,   // lots or wafers one behind the other
    MARU_BODY_FURNACE, // batches
    MARU_BODY_GAUGE,   // a sample of the lots only: it measures
    MARU_BODY_STOCKER, // where lots of a delay wait
    MARU_N_BODY,
} maru_body;

typedef struct maru_zone { // ground of an area
    uint32_t area;
    maru_rect rect;
} maru_zone;

typedef struct maru_stocker { // stands for a whole group of the kind delay
    uint32_t group;
    double x_m, y_m, heading_deg, width_m, depth_m, height_m;
} maru_stocker;

typedef struct maru_layout { // const for everybody
    const maru_plant *plant;
    maru_rect hall;                    // everything below stands in it
    uint32_t n_tool;                   // those of the plant, delays too
    const uint8_t *body;               // maru_body (n_tool)
    const bool *is_given;              // its place comes from layout.csv (n_tool)
    const char *const *asset;          // the user's own model of it, or NULL (n_tool)
    const double *x_m, *y_m;           // centre (n_tool)
    const double *heading_deg;         // (n_tool)
    const double *width_m, *depth_m;   // (n_tool)
    const double *height_m;            // (n_tool)
    const double *port_x_m, *port_y_m; // where carriers stop, delays too (n_tool)
    const uint32_t *aisle_of;          // aisle that the port is in, or MARU_NO_AISLE (n_tool)
    uint32_t n_zone, n_aisle, n_stocker;
    const maru_zone *zone;       // (n_zone)
    const maru_rect *aisle;      // (n_aisle): the first is the central one, which all others meet
    const maru_stocker *stocker; // (n_stocker)
    // Overhead rails of rail.csv: links that carriers pass one way, between nodes.
    uint32_t n_rail_node, n_rail;
    const double *node_x_m, *node_y_m;   // (n_rail_node)
    const uint32_t *rail_from, *rail_to; // nodes (n_rail)
    const double *rail_length_m;         // (n_rail)
    const uint32_t *port_rail;           // the link nearest to the port, or MARU_NO_RAIL (n_tool)
    const double *port_along_m;          // of the point of that link nearest to it (n_tool)
} maru_layout;

// Find a place for everything: tools of layout.csv stand where it says; all others, and delays, get
// a hall of their own, east of those: areas as blocks on both sides of a central aisle, in each the
// tool groups in rows that face aisles of their own.
//   out     *out: the caller frees; the plant must outlive it; the same plant gives the same layout
//   errors  MARU_E_MEMORY, MARU_E_LIMIT
//   cost    O(tools)
MARU_MUST_USE MARU_API maru_status maru_layout_new(const maru_plant *plant, maru_layout **out,
                                                   maru_error *err);
MARU_API void maru_layout_free(maru_layout *layout);

typedef struct maru_way {
    uint32_t n_point;        // at least 1
    const double *x_m, *y_m; // (n_point)
    double length_m;
    bool is_on_rails; // all but the first and the last point are on rails
} maru_way;

// Ways of carriers in one layout, which remember how to get to where somebody went before.
typedef struct maru_ways maru_ways;

//   out      *out: the caller frees; the layout must outlive it
//   errors   MARU_E_MEMORY
//   threads  one at a time
MARU_MUST_USE MARU_API maru_status maru_ways_new(const maru_layout *layout, maru_ways **out,
                                                 maru_error *err);
MARU_API void maru_ways_free(maru_ways *ways);

// The way of a carrier from the port of one tool to that of another. Where both stand in the hall of
// their own it takes the aisles. Else it takes the rails: to the nearest link, along the links the
// shortest way that their directions allow, and from the nearest link to the port. Where no rails
// lead there, it is two legs at a right angle.
//   in      tools below n_tool
//   out     its points are valid until the next call
//   cost    O(links of the way); O(links log nodes) when nobody went to that link for some time
MARU_API maru_way maru_ways_find(maru_ways *ways, uint32_t from, uint32_t to);

// A film: what a run of the twin does in the hall, told event by event.
typedef struct maru_film maru_film;
typedef enum maru_film_event {
    MARU_FILM_TAKE, // tool takes lot
    MARU_FILM_GIVE, // lot leaves the tool
    MARU_FILM_DONE, // lot leaves the plant; its number may come again
    MARU_FILM_FAIL, // tool goes down unscheduled
    MARU_FILM_MAINTAIN,
    MARU_FILM_UP, // tool is up again
} maru_film_event;

// A film of nothing so far, from time 0 on.
//   memory  the caller frees; the layout must outlive it; NULL when there is none left
MARU_API maru_film *maru_film_new(const maru_layout *layout);
MARU_API void maru_film_free(maru_film *film);

// Tell an event. What cannot be kept is said by maru_film_end.
//   in  times never fall; tool below n_tool (of DONE: none); lot below 20 million (of FAIL,
//       MAINTAIN, UP: none)
MARU_API void maru_film_tell(maru_film *film, maru_time at_us, maru_film_event event, uint32_t tool,
                             uint32_t lot);

// Tell that the tool, which has been told to take a lot, is being set up until then, or later by as
// long as it is down before.
//   in  times never fall; tool below n_tool
MARU_API void maru_film_setup(maru_film *film, maru_time at_us, uint32_t tool, maru_time until_us);

// The film ends here; nothing is told after it.
//   errors  MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE MARU_API maru_status maru_film_end(maru_film *film, maru_time at_us, maru_error *err);

typedef enum maru_scene_format {
    MARU_SCENE_USDA, // OpenUSD as text; models of the user's own are referred to
    MARU_SCENE_USDZ, // the same packed into one file, without them: a package holds all it needs
    MARU_SCENE_GLB,  // glTF 2.0, binary; a block instead of a model of the user's own
} maru_scene_format;

// Write the hall as a scene: `put` is called once with all of it, its bytes are valid during the
// call. The same layout and film give the same bytes.
//   in      film: NULL, or an ended one of this layout, for MARU_SCENE_USDA; one minute is one time
//           code, 24 of them a second. Tools have the color of their state (SEMI E10); carriers go
//           from tool to tool at 1 m/s, or faster where their lot is taken sooner.
//   errors  what put returns, MARU_E_MEMORY, MARU_E_LIMIT
//   source  OpenUSD text, USDZ and glTF 2.0: docs/SOURCES.md
MARU_MUST_USE MARU_API maru_status maru_scene_write(const maru_layout *layout,
                                                    maru_scene_format format, const maru_film *film,
                                                    maru_put_file put, void *context,
                                                    maru_error *err);

#ifdef __cplusplus
}
#endif

#endif
