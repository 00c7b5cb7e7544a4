/** One rem in CSS pixels: text grows with the screen, and what is measured in pixels must grow with it. */
export const rem = (): number => parseFloat(getComputedStyle(document.documentElement).fontSize)
