// What the tests of this floor share: plants to lay out.
#ifndef SCENE_TRIAL_HALL_H
#define SCENE_TRIAL_HALL_H

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "plant/dialect/bundle.h"
#include "plant/fab/fab.h"
#include "plant/plant.h"

// Three areas, a delay, a Korean name, and two tools that have a place of their own.
static const char trial_small[] = "=== plant.csv\nname\n\"Hall \"\"A\"\", 마루\"\n"
                                  "=== routes.csv\n"
                                  "route,tools,time,per,batch_max,interval\n"
                                  "A,Oven,1 h,batch,50,\n"
                                  "A,노광기,1 min,wafer,,\n"
                                  "A,Track,10 min,lot,,2 min\n"
                                  "A,Rest,1 h,,,\n"
                                  "=== tools.csv\n"
                                  "tools,count,area,kind\n"
                                  "Oven,3,Heat,\n"
                                  "노광기,4,Light,\n"
                                  "Track,2,Light,\n"
                                  "Rest,9,Store,delay\n"
                                  "=== releases.csv\n"
                                  "stream,product,every\n"
                                  "s,A,3 h\n";
static const char trial_places[] = "=== layout.csv\n"
                                   "tools,number,x,y,heading,width,depth,height,asset\n"
                                   "Oven,2,10,20,30,2,3,2.5,\n"
                                   "Track,1,-4,5,,,,,\"models/a@b \"\"c\"\".usd\"\n";

// NULL where the tables are at fault.
static inline maru_plant *trial_read(const char *text, size_t n) {
    struct arena arena;
    struct bundle bundle;
    maru_plant *plant = NULL;
    arena_init(&arena, 1 << 26);
    if (bundle_read(text, n, &arena, &bundle, NULL) == MARU_OK &&
        maru_plant_read(bundle.file, bundle.n_file, NULL, &plant, NULL) != MARU_OK) {
        plant = NULL;
    }
    arena_fini(&arena);
    return plant;
}

static inline maru_plant *trial_plant(bool has_places) {
    char text[sizeof trial_small + sizeof trial_places];
    snprintf(text, sizeof text, "%s%s", trial_small, has_places ? trial_places : "");
    return trial_read(text, strlen(text));
}

static inline maru_plant *trial_fab(uint32_t n_tool) {
    const struct fab_spec spec = {
        .n_tool = n_tool, .n_product = 2, .n_step = 200, .seed = 1, .load = 0.8};
    struct text text;
    text_init(&text, 1 << 28);
    maru_plant *plant = NULL;
    if (fab_make(&spec, bundle_put, &text, NULL) == MARU_OK) {
        plant = trial_read(text.bytes, text.n_bytes);
    }
    text_fini(&text);
    return plant;
}

#endif
