import { defineConfig } from 'vite'

/** Builds the dashboard to static files: `node scripts/build-dashboard.ts`, which `npm run build` runs too. */
export default defineConfig({
  root: import.meta.dirname,
  base: '/dashboard/',
  logLevel: 'warn',
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    // Everything in files of its own: nothing inline, as the Content-Security-Policy wants it.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: { '/v1': 'http://127.0.0.1:7464', '/metrics': 'http://127.0.0.1:7464' },
  },
})
