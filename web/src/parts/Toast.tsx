import { IconAlertCircle, IconCheck, IconX } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { useCommand } from "../keys/useCommand";
import { Glyph } from "./Glyph";
import { IconButton } from "./IconButton";
import { Kbd } from "./Kbd";
import "./toast.css";

export interface ToastMessage {
  key: number;
  /** The words; given the seconds that are left where there is a countdown. */
  text: (secondsLeft: number) => string;
  tone: "ok" | "bad";
  until: number;
  undo?: () => void;
  /** A press on "Open" leads to what the words are about. */
  open?: () => void;
  /** What else can be done about it. */
  act?: { label: string; run: () => void };
}

const SECOND = 1000;

function useSecondsLeft(until: number): number {
  const [left, setLeft] = useState(() => Math.ceil((until - Date.now()) / SECOND));
  useEffect(() => {
    const timer = setInterval(() => setLeft(Math.ceil((until - Date.now()) / SECOND)), 250);
    return () => clearInterval(timer);
  }, [until]);
  return Math.max(0, left);
}

export function Toast({ message, hide }: { message: ToastMessage; hide: () => void }) {
  const { t } = useTranslation();
  const left = useSecondsLeft(message.until);
  const undo = () => {
    message.undo?.();
    hide();
  };
  const open = () => {
    message.open?.();
    hide();
  };
  useCommand("undo", undo, message.undo !== undefined && left > 0);
  useEffect(() => {
    if (left === 0) hide();
  }, [left, hide]);
  return (
    <div className={`toast ${message.tone}`}>
      <Glyph of={message.tone === "ok" ? IconCheck : IconAlertCircle} />
      <span className="grow num">{message.text(left)}</span>
      {message.act ? (
        <button type="button" className="btn sm" onClick={() => { hide(); message.act?.run(); }}>{message.act.label}</button>
      ) : null}
      {message.undo ? (
        <button type="button" className="btn sm" onClick={undo} aria-keyshortcuts="z">
          {t("toast.undo")} <Kbd>Z</Kbd>
        </button>
      ) : message.open ? (
        <>
          <button type="button" className="btn sm" onClick={open}>{t("toast.open")}</button>
          <IconButton icon={IconX} label={t("action.close")} onClick={hide} />
        </>
      ) : (
        <IconButton icon={IconX} label={t("action.close")} onClick={hide} />
      )}
    </div>
  );
}
