#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "store/signals/inner.h"

// Samples in memory, as they came. They are sorted only when somebody needs them sorted, and mostly are already.

enum { FIRST_CAP = 16, RUN = 32 };

static maru_status no_memory(maru_error *err) { return fail(err, MARU_E_MEMORY, "no memory"); }

static maru_status make_room(struct head *head, uint32_t n, maru_error *err) {
    if (n <= head->cap - head->n) {
        return MARU_OK;
    }
    uint32_t cap = head->cap < FIRST_CAP ? FIRST_CAP : 2 * head->cap;
    cap = cap - head->n < n ? head->n + n : cap;
    struct sample *sample = alloc_resize(head->sample, cap, sizeof *sample);
    if (!sample) {
        return no_memory(err);
    }
    head->sample = sample;
    head->cap = cap;
    return MARU_OK;
}

static maru_status put(struct head *head, struct arena *text, const struct sample *sample,
                       maru_error *err) {
    maru_status st = make_room(head, 1, err);
    if (st != MARU_OK) {
        return st;
    }
    struct sample *to = &head->sample[head->n];
    *to = *sample;
    if (sample->type == SAMPLE_TEXT) {
        to->value.text = arena_text(text, sample->value.text, sample->n_text);
        if (!to->value.text) {
            return arena_refusal(text, err);
        }
    }
    head->is_unsorted = head->is_unsorted || (head->n > 0 && to[-1].at_us >= sample->at_us);
    head->n++;
    return MARU_OK;
}

void last_sample_set(struct last_sample *last, const struct sample *sample) {
    last->sample = *sample;
    if (sample->type == SAMPLE_TEXT) {
        const uint32_t most = SIGNALS_LAST_TEXT_BYTES - 1;
        uint32_t n = sample->n_text < most ? sample->n_text : most;
        while (n < sample->n_text && n > 0 && ((uint8_t)sample->value.text[n] & 0xC0) == 0x80) {
            n--; // no half characters
        }
        memcpy(last->text, sample->value.text, n);
        last->text[n] = '\0';
        last->sample.n_text = n;
        last->sample.value.text = NULL;
    }
}

static void keep_last(struct series *series, const struct sample *sample) {
    if (!series->has_last || sample->at_us >= series->last.sample.at_us) {
        series->has_last = true;
        last_sample_set(&series->last, sample);
    }
}

maru_status heads_put(struct signals *signals, const struct batch_sample *one, maru_error *err) {
    struct generation *generation = &signals->generation[signals->filling];
    struct series *series = &signals->series[one->signal - 1];
    const maru_status st =
        put(&series->head[signals->filling], &generation->text, &one->sample, err);
    if (st == MARU_OK) {
        generation->n_sample++;
        keep_last(series, &one->sample);
    }
    return st;
}

void head_free(struct head *head) {
    alloc_free(head->sample);
    *head = (struct head){0};
}

// ---- order

// Samples come nearly in order, so runs of a few are sorted by insertion, then merged from the bottom, and neighbors that are in
// order already are not touched. Stable: what came later stays behind its equals.
static void sort_run(struct sample *run, size_t n) {
    for (size_t i = 1; i < n; i++) {
        const struct sample one = run[i];
        size_t k = i;
        while (k > 0 && run[k - 1].at_us > one.at_us) {
            run[k] = run[k - 1];
            k--;
        }
        run[k] = one;
    }
}

// Merge two neighbors by way of `spare`, which has room for the first.
static void merge(struct sample *a, size_t n_a, size_t n_b, struct sample *spare) {
    const struct sample *b = a + n_a, *end = b + n_b;
    if (n_b == 0 || a[n_a - 1].at_us <= b->at_us) {
        return;
    }
    memcpy(spare, a, n_a * sizeof *a);
    for (size_t i = 0; i < n_a;) {
        *a++ = b == end || spare[i].at_us <= b->at_us ? spare[i++] : *b++;
    }
}

static uint32_t drop_replaced(struct sample *sample, uint32_t n) {
    uint32_t n_kept = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (i + 1 == n || sample[i].at_us != sample[i + 1].at_us) {
            sample[n_kept++] = sample[i];
        }
    }
    return n_kept;
}

maru_status head_sort(struct head *head, maru_error *err) {
    if (!head->is_unsorted) {
        return MARU_OK;
    }
    struct sample *spare = alloc_new(head->n, sizeof *spare);
    if (!spare) {
        return no_memory(err);
    }
    const size_t n = head->n;
    for (size_t at = 0; at < n; at += RUN) {
        sort_run(head->sample + at, n - at < RUN ? n - at : RUN);
    }
    for (size_t width = RUN; width < n; width *= 2) {
        for (size_t at = 0; at + width < n; at += 2 * width) {
            const size_t n_right = n - at - width;
            merge(head->sample + at, width, n_right < width ? n_right : width, spare);
        }
    }
    alloc_free(spare);
    head->n = drop_replaced(head->sample, head->n);
    head->is_unsorted = false;
    return MARU_OK;
}

maru_status heads_copy(struct signals *signals, int64_t signal, maru_time from_us, maru_time to_us,
                       struct head *out, struct arena *text, maru_error *err) {
    const struct series *series = &signals->series[signal - 1];
    maru_status st = MARU_OK;
    for (int i = 1; st == MARU_OK && i <= 2; i++) {
        const struct head *head = &series->head[(signals->filling + i) % 2];
        for (uint32_t k = 0; st == MARU_OK && k < head->n; k++) {
            if (head->sample[k].at_us >= from_us && head->sample[k].at_us < to_us) {
                st = put(out, text, &head->sample[k], err);
            }
        }
    }
    return st;
}
