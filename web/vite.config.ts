/// <reference types="vitest/config" />
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

// Where `maru serve` answers while the page is worked on.
const api = process.env.MARU_API ?? 'http://127.0.0.1:7070'
const proxied = Object.fromEntries(['/v1', '/healthz', '/readyz', '/metrics'].map((path) => [path, api]))

export default defineConfig({
    plugins: [react()],
    server: { proxy: proxied },
    test: { testTimeout: 60_000 }, // machines that build at the same time are slow
    build: {
        target: 'es2022',
        // The server sends Content-Security-Policy: default-src 'self'. So no data: addresses and nothing inline.
        assetsInlineLimit: 0,
        modulePreload: { polyfill: false },
        chunkSizeWarningLimit: 900,
    },
})
