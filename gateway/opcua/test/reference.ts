// Check sums as zlib 1.2.13 gives them (python3 -c 'import zlib; ...').
export const crc32: [string, number][] = [
    ['', 0],
    ['a', 0xe8b7be43],
    ['123456789', 0xcbf43926],
    ['frame 0', 0xa3bf668d],
]
