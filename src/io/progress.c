#include "io/progress.h"

#include <stdio.h>
#include <unistd.h>

// Cells are filled by eighths, so that the bar moves smoothly. Line wrap is off while the line is
// written.

enum { BAR_CELLS = 24 };

static const char *const part_of_cell[] = {" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};

void progress_open(struct progress *progress, bool wanted) {
    *progress = (struct progress){.is_shown = wanted && isatty(STDERR_FILENO) == 1};
}

void progress_draw(struct progress *progress, double share, const char *words) {
    if (!progress->is_shown) {
        return;
    }
    share = share > 0 ? share : 0;
    share = share < 1 ? share : 1;
    const int eighths = (int)(share * BAR_CELLS * 8);
    char bar[BAR_CELLS * 4 + 1];
    int n = 0;
    for (int cell = 0; cell < BAR_CELLS; cell++) {
        const int left = eighths - cell * 8;
        const char *glyph = left >= 8 ? "█" : left > 0 ? part_of_cell[left] : "·";
        n += snprintf(bar + n, sizeof bar - (size_t)n, "%s", glyph);
    }
    fprintf(stderr, "\r\033[?7l%s %3d %%  %s\033[K\033[?7h", bar, (int)(share * 100), words);
    fflush(stderr);
    progress->is_drawn = true;
}

void progress_close(struct progress *progress) {
    if (progress->is_drawn) {
        fprintf(stderr, "\r\033[K");
        fflush(stderr);
        progress->is_drawn = false;
    }
}
