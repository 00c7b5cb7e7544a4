// Who tends one launch: a process of its own that lives as long as the job, holds the launch's lock as its sign of life, and writes
// how it ended. It needs nobody: maru may end, be killed or be replaced meanwhile.
#ifndef IO_EXECUTOR_SHEPHERD_H
#define IO_EXECUTOR_SHEPHERD_H

// The files that it is started with, and the word that tells its starter that the job is begun.
enum { SHEPHERD_LOCK_FILE = 3, SHEPHERD_WORD_FILE = 4, SHEPHERD_BEGUN = '+' };

// What `maru shepherd FOLDER` does. On SHEPHERD_WORD_FILE comes SHEPHERD_BEGUN once the launch is on the disk as started, or a
// sentence that says why it is not.
//   out     the exit status; returns twice, in the first process at once
int shepherd_main(const char *launch_folder);

#endif
