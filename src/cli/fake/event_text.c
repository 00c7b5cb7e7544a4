#include "cli/fake/event_text.h"

#include "plant/plant.h"

// Members that say nothing are left out.

static void add_text(struct text *out, const char *key, const char *value) {
    text_addf(out, ",\"%s\":", key);
    text_add_json(out, value);
}

static void add_step(struct text *out, const maru_plant *plant, uint32_t step) {
    const struct plant_step *its = &plant->step[step];
    char recipe[LIFE_NAME_BYTES];
    life_recipe(plant, step, recipe);
    add_text(out, "route", plant->route[its->route].name);
    text_addf(out, ",\"step\":%u", step - plant->route[its->route].first_step + 1);
    if (its->name && its->name[0]) {
        add_text(out, "step_name", its->name);
    }
    add_text(out, "recipe", recipe);
    add_text(out, "group", plant->group[its->group].name);
}

static void add_lot(struct text *out, const struct life_event *event, maru_time due_us) {
    add_text(out, "lot", event->lot);
    add_text(out, "product", event->product);
    text_addf(out, ",\"wafers\":%u", event->wafers);
    if (event->kind == LIFE_LOT_FINISHED) {
        text_addf(out, ",\"scrap\":%u", event->scrap);
    }
    if (event->kind == LIFE_LOT_RELEASED) {
        text_addf(out, ",\"priority\":%d", (int)event->priority);
        if (event->due_us != INT64_MAX) {
            text_addf(out, ",\"due_us\":%lld,\"plant_due_us\":%lld", (long long)due_us,
                      (long long)event->due_us);
        }
    }
}

void event_text_add(struct text *out, const maru_plant *plant, const struct life_event *event,
                    uint64_t n, maru_time at_us, maru_time due_us) {
    char text[LIFE_MAX_TEXT_BYTES];
    text_addf(out, "{\"n\":%llu,\"event\":\"%s\",\"at_us\":%lld,\"plant_us\":%lld",
              (unsigned long long)n, life_event_name(event->kind), (long long)at_us,
              (long long)event->at_us);
    if (event->lot) {
        add_lot(out, event, due_us);
    }
    if (event->step != MARU_NONE) {
        add_step(out, plant, event->step);
    }
    if (event->tool != MARU_NONE) {
        life_tool_name(plant, event->tool, text);
        add_text(out, "tool", text);
    }
    if (event->kind == LIFE_TOOL_STATE) {
        add_text(out, "state", life_state_word(event->state));
    }
    if (event->code != 0) {
        life_alarm_text(event->code, text);
        text_addf(out, ",\"code\":%d", event->code);
        add_text(out, "text", text);
    }
    text_addz(out, "}");
}
