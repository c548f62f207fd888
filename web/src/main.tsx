import "@mantine/core/styles/default-css-variables.layer.css";
import "@mantine/core/styles/baseline.layer.css";
import "@mantine/core/styles/global.layer.css";
import "@mantine/core/styles/UnstyledButton.layer.css";
import "@mantine/core/styles/Popover.layer.css";
import "@mantine/core/styles/Menu.layer.css";
import "./theme/fonts.css";
import "./theme/tokens.css";
import "./theme/base.css";

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { I18nextProvider } from "react-i18next";

import { App } from "./app/App";
import { preferredLanguage, shared, startI18n } from "./i18n";

const root = document.getElementById("root");
if (!root) throw new Error("The page has no #root");
await startI18n(preferredLanguage());
createRoot(root).render(
  <StrictMode>
    <I18nextProvider i18n={shared}>
      <App />
    </I18nextProvider>
  </StrictMode>,
);

// The page for when nothing answers; the app itself is never kept.
if (import.meta.env.PROD && "serviceWorker" in navigator) {
  window.addEventListener("load", () => void navigator.serviceWorker.register(`${import.meta.env.BASE_URL}sw.js`).catch(() => undefined));
}
