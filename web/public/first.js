// Before the first paint: the colours that were chosen, so that a dark page does not flash white.
try {
    const theme = localStorage.getItem('maru.theme')
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
} catch {
    // Storage may be closed to us; then the system's colours hold.
}
