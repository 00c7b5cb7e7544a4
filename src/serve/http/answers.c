#include "serve/http/answers.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"

// A hash table of chains under one lock, which is held for as long as it takes to follow a chain. What was asked
// for least lately goes first; one that is held goes when it is released. Whether the thing itself is still
// there, and whose it is, is not decided here: who asks has looked into the store before.

enum { N_CHAIN = 1024, MAX_BYTES_OF_ONE = ANSWERS_MAX_BYTES / 4 };

struct entry {
    struct kept_answer answer; // first: the outside knows only this
    char key[ANSWERS_KEY_BYTES];
    uint64_t used;
    size_t n_holder;
    bool is_out; // no longer in a chain
    struct entry *next;
};

struct answers {
    pthread_mutex_t lock;
    struct entry *chain[N_CHAIN];
    uint64_t now; // counts uses
    size_t n, n_bytes;
};

static size_t chain_of(const char *key) { // FNV-1a
    uint64_t hash = UINT64_C(14695981039346656037);
    for (; *key; key++) {
        hash = (hash ^ (unsigned char)*key) * UINT64_C(1099511628211);
    }
    return (size_t)(hash % N_CHAIN);
}

static void free_entry(struct entry *entry) {
    MHD_destroy_response(entry->answer.response); // those that are being sent keep it for as long
    alloc_free(entry);
}

// Out of its chain, which `link` is part of; with the lock held.
static void take_out(struct answers *answers, struct entry **link) {
    struct entry *entry = *link;
    *link = entry->next;
    entry->is_out = true;
    answers->n--;
    answers->n_bytes -= entry->answer.n_bytes;
    if (entry->n_holder == 0) {
        free_entry(entry);
    }
}

static void drop_oldest(struct answers *answers) {
    struct entry **oldest = NULL;
    for (size_t i = 0; i < N_CHAIN; i++) {
        for (struct entry **link = &answers->chain[i]; *link; link = &(*link)->next) {
            oldest = !oldest || (*link)->used < (*oldest)->used ? link : oldest;
        }
    }
    if (oldest) {
        take_out(answers, oldest);
    }
}

static struct entry **find(struct answers *answers, const char *key) {
    struct entry **link = &answers->chain[chain_of(key)];
    while (*link && strcmp((*link)->key, key) != 0) {
        link = &(*link)->next;
    }
    return link;
}

maru_status answers_new(struct answers **out, maru_error *err) {
    struct answers *answers = alloc_new(1, sizeof *answers);
    if (!answers) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    pthread_mutex_init(&answers->lock, NULL);
    *out = answers;
    return MARU_OK;
}

void answers_free(struct answers *answers) {
    if (answers) {
        while (answers->n > 0) {
            drop_oldest(answers);
        }
        pthread_mutex_destroy(&answers->lock);
        alloc_free(answers);
    }
}

struct kept_answer *answers_hold(struct answers *answers, const char *key) {
    pthread_mutex_lock(&answers->lock);
    struct entry *entry = *find(answers, key);
    if (entry) {
        entry->used = ++answers->now;
        entry->n_holder++;
    }
    pthread_mutex_unlock(&answers->lock);
    return entry ? &entry->answer : NULL;
}

void answers_release(struct answers *answers, struct kept_answer *kept) {
    struct entry *entry = (struct entry *)kept;
    if (entry) {
        pthread_mutex_lock(&answers->lock);
        const bool is_last = --entry->n_holder == 0 && entry->is_out;
        pthread_mutex_unlock(&answers->lock);
        if (is_last) {
            free_entry(entry);
        }
    }
}

struct kept_answer *answers_keep(struct answers *answers, const char *key,
                                 const struct kept_answer *answer) {
    struct entry *entry = alloc_new(1, sizeof *entry);
    if (!entry || strlen(key) >= sizeof entry->key) {
        alloc_free(entry);
        return NULL;
    }
    entry->answer = *answer;
    entry->n_holder = 1;
    snprintf(entry->key, sizeof entry->key, "%s", key);
    pthread_mutex_lock(&answers->lock);
    struct entry **link = find(answers, key);
    if (*link) { // two asked at the same time
        take_out(answers, link);
    }
    entry->used = ++answers->now;
    entry->is_out = answer->n_bytes > MAX_BYTES_OF_ONE;
    if (!entry->is_out) {
        while (answers->n > 0 && (answers->n >= ANSWERS_MAX_KEPT ||
                                  answers->n_bytes + answer->n_bytes > ANSWERS_MAX_BYTES)) {
            drop_oldest(answers);
        }
        link = &answers->chain[chain_of(key)];
        entry->next = *link;
        *link = entry;
        answers->n++;
        answers->n_bytes += answer->n_bytes;
    }
    pthread_mutex_unlock(&answers->lock);
    return &entry->answer;
}
