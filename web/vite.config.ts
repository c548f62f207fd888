/// <reference types="vitest/config" />
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

import { mockGateway } from "./dev/mock.ts";

// `npm run dev` talks to a running gateway; its address comes from PARLEY_DEV_API.
const api = process.env.PARLEY_DEV_API ?? "http://127.0.0.1:8080";
const mocked = process.env.PARLEY_DEV_MOCK === "1";

export default defineConfig({
  base: "/app/",
  plugins: [react(), mocked && mockGateway()],
  build: {
    outDir: "../gateway/static/app",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    reportCompressedSize: true,
  },
  server: {
    host: "127.0.0.1",
    proxy: mocked ? {} : { "/api": { target: api, ws: true } },
  },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/testing/setup.ts"],
    testTimeout: 60_000, // a machine that is busy is no fault of a test
  },
});
