// What is written for SQLite, as PostgreSQL reads it.
#ifndef STORE_BACKEND_DIALECT_H
#define STORE_BACKEND_DIALECT_H

#include <stddef.h>

#include "base/text.h"

// Append a statement: `?` and `?2` become `$1` and `$2`; a plain `?` is one more than the largest before it,
// as in SQLite. All else is common to both already.
//   out     the largest number, 0: there is none
//   errors  out->status
size_t dialect_add_statement(struct text *out, const char *sql);

// Append the statements of a migration. Of CREATE TABLE and ALTER TABLE the types are translated (INTEGER,
// REAL, TEXT, BLOB) and STRICT and WITHOUT ROWID are left out; text is compared by its bytes, as in
// SQLite. A trigger that only refuses gets the function that PostgreSQL wants; emptying a table (TRUNCATE)
// is refused where deleting is.
//   errors  MARU_E_INPUT: a trigger of another shape, or a text without an end
MARU_MUST_USE maru_status dialect_add_migration(struct text *out, const char *sql, maru_error *err);

#endif
