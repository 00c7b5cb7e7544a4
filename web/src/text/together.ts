/** Keeps a number and its unit on one line, and what is said right behind a unit with it: "93 %가". */
export const together = (text: string): string => text.replace(/\b([np]) ([=<]) (?=\d)/g, '$1\u00a0$2\u00a0').replace(/(\d) (?=[%℃℉°µ])/g, '$1\u00a0').replace(/%(?=\p{L})/gu, '%\u2060')
