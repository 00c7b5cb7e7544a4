// A model of any kind, opened from its bytes: what it is, its card, what it says of a table. Verbs, jobs and the API use this alone. A
// kind is one row in model_file.c and one file model_file_NAME.c.
#ifndef STUDY_MODEL_FILE_H
#define STUDY_MODEL_FILE_H

#include "signal/frame.h"
#include "study/models/predictions.h"
#include "study/table.h"
#include "study/words/words.h"

struct model_file;

enum { MODEL_FILE_MAX_WARNINGS = 32, MODEL_FILE_NAME_BYTES = 256 };

// Open a model.
//   memory  model_file_close; nothing stays in `bytes`
//   errors  MARU_E_INPUT: no model, of another version, cut off, changed or contradicting itself; MARU_E_LIMIT, MARU_E_MEMORY
//   threads any number on one file
MARU_MUST_USE maru_status model_file_open(const void *bytes, size_t n, struct model_file **out,
                                          maru_error *err);
void model_file_close(struct model_file *file); // accepts NULL

// The figure by which a model is told in one line, from rows that it had never seen.
struct model_headline {
    const char *name, *name_ko;        // NULL: there is none
    double value, low, high, constant; // 95 %; NaN: not known, or without meaning
    bool is_less_better, is_share;
};

struct model_facts {
    const char *goal;            // as training takes it: "yes-no", "number", "life", "odd", ...
    const char *kind;            // "trees", "linear", ...
    const char *target, *unit;   // "": none
    const char *title, *version; // of the data, of the program
    const char *data, *fingerprint;
    struct model_headline headline;
    const char
        *warning[MODEL_FILE_MAX_WARNINGS]; // (n_warning) as in the card's JSON, such as "no_better"
    uint32_t n_warning;
    bool is_better; // surely better than answering the same each time
};

// What it is.
//   memory  all texts last as long as the file
struct model_facts model_file_facts(const struct model_file *file);

// Its card, for people and for programs.
void model_file_add_text(const struct model_file *file, enum lang lang, struct look look,
                         struct text *out);
void model_file_add_json(const struct model_file *file, struct text *out);

// The model for other programs.
//   errors  MARU_E_INPUT: this kind has no ONNX; what sticks to `out`
MARU_MUST_USE maru_status model_file_onnx(const struct model_file *file, struct text *out,
                                          maru_error *err);

struct model_question {
    const struct frame *frame;
    enum predictions_form form;
    bool wants_why; // also what made each answer, where the kind can tell
    enum lang lang;
};

struct model_said {
    uint32_t n;                          // rows, units or maps that were answered
    uint32_t n_outside;                  // of them with a value outside of what the model has seen
    uint32_t n_column, n_lacking;        // of the model; of these the table lacks
    char lacking[MODEL_FILE_NAME_BYTES]; // the first of them, "": none
};

// What it says of a table, as text.
//   out     text: appended; said may be NULL
//   errors  MARU_E_INPUT: the table has no column of the model; what sticks to `text`; MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status model_file_predict(const struct model_file *file,
                                             const struct model_question *question,
                                             struct text *text, struct model_said *said,
                                             maru_error *err);

// The answer for one row of a table; what has no meaning for the kind is NaN, false or NULL.
struct model_row_answer {
    double value, low, high;
    bool has_alarm, is_alarm;
    const char *class_name; // lasts as long as the file
    char
        outside[MODEL_FILE_NAME_BYTES]; // first column outside of what the model has seen, "": none
};

// Answer rows one by one.
//   out     answer (frame->n_row)
//   errors  MARU_E_INPUT: this kind answers no single rows (lives, maps), or the table has no column of the model; MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status model_file_answer(const struct model_file *file,
                                            const struct frame *frame,
                                            struct model_row_answer *answer, maru_error *err);

// The model itself where it answers rows with trees or weights (yes-no, class, number); NULL for another kind.
const struct fitted_model *model_file_fitted(const struct model_file *file);

#endif
