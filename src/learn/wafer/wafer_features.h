// What a wafer map looks like, in numbers with names: densities, projections, neighbors, connected regions, thin lines.
//
// Turning a map by a quarter or mirroring it changes none of them; they are shares and lengths relative to the wafer, so that maps of any
// size compare.
#ifndef LEARN_WAFER_FEATURES_H
#define LEARN_WAFER_FEATURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "learn/wafer/wafer_map.h"
#include "maru/status.h"

enum {
    WAFER_N_RING = 10,
    WAFER_N_EDGE = 32,  // sectors of the edge, in order of their share
    WAFER_N_MIDDLE = 8, // sectors between center and edge, in order of their share
    WAFER_N_WAVE = 4,
    WAFER_N_SHARE = 10, // of a projection: distances of a line from the center
    WAFER_N_SCALE = 3,
    WAFER_N_FIELD = 15, // of a region
    WAFER_N_REGION = 3,
    WAFER_N_FEATURE = 2 + WAFER_N_RING + WAFER_N_EDGE / 2 + WAFER_N_MIDDLE + WAFER_N_WAVE + 3 +
                      3 * WAFER_N_SHARE + 3 + 4 + 4 + 4 * WAFER_N_SCALE +
                      2 * (3 + WAFER_N_REGION * WAFER_N_FIELD),
    WAFER_FEATURE_NAME_BYTES = 128,
};

// The features of a map. What a map does not have (a third region) is 0.
//   out     feature (WAFER_N_FEATURE), finite
//   memory  taken for the call: about 30 bytes a place
//   errors  MARU_E_MEMORY
//   cost    O(places): 0.3 ms for 1000 places
//   source  M.-J. Wu, J.-S. R. Jang, J.-L. Chen, IEEE Trans. Semiconductor Manufacturing 28 (2015) 1-12, doi
//           10.1109/TSM.2014.2364237 (Radon projections, geometry of the largest region); P. A. P. Moran, Biometrika 37 (1950) 17-23
MARU_MUST_USE maru_status wafer_features(const struct wafer_map *map, float *feature,
                                         maru_error *err);

// What a feature is, in words: "region 1: its length".
void wafer_feature_name(uint32_t feature, bool is_korean, char out[WAFER_FEATURE_NAME_BYTES]);

#endif
