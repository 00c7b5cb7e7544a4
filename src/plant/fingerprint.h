// Are two frozen plants the same? A digest of everything that a twin can see.
#ifndef PLANT_FINGERPRINT_H
#define PLANT_FINGERPRINT_H

#include "base/digest.h"
#include "plant/plant.h"

// Add every field of the model, derived ones too, but not where it was read (files and rows), and
// not where its tools stand: that no run depends on.
void plant_digest(const maru_plant *plant, struct digest *digest);

// Add where its tools stand.
void plant_digest_places(const maru_plant *plant, struct digest *digest);

#endif
