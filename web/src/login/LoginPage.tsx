import { useQueryClient } from "@tanstack/react-query";
import { IconAlertCircle } from "@tabler/icons-react";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { signIn } from "../api/calls";
import { isProblem, Problem } from "../api/problem";
import { enter } from "../app/enter";
import { LanguageMenu } from "../app/LanguageMenu";
import { Glyph } from "../parts/Glyph";
import { Mark } from "../parts/Mark";
import "./login.css";

type Fault = "login.wrong" | "login.tooMany" | "error.silent" | "login.failed";

function faultOf(error: unknown): Fault {
  if (isProblem(error, 401) || isProblem(error, 422)) return "login.wrong";
  if (isProblem(error, 429)) return "login.tooMany";
  return error instanceof Problem && error.silent ? "error.silent" : "login.failed";
}

function useSignIn() {
  const cache = useQueryClient();
  const [fault, setFault] = useState<Fault | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setFault(null);
    try {
      const session = await signIn(String(form.get("email")).trim(), String(form.get("password")));
      enter(cache, session);
    } catch (error) {
      setFault(faultOf(error));
      setBusy(false);
    }
  };
  return { fault, busy, submit };
}

export function LoginPage() {
  const { t } = useTranslation();
  const { fault, busy, submit } = useSignIn();
  return (
    <main className="login">
      <form onSubmit={(event) => void submit(event)} aria-labelledby="login-title">
        <Mark size={40} />
        <h1 id="login-title">{t("login.title")}</h1>
        <div>
          <label className="label" htmlFor="email">{t("login.email")}</label>
          <input className="input" id="email" name="email" type="email" autoComplete="username" required autoFocus />
        </div>
        <div>
          <label className="label" htmlFor="password">{t("login.password")}</label>
          <input className="input" id="password" name="password" type="password" autoComplete="current-password" required aria-describedby={fault ? "login-fault" : undefined} />
        </div>
        {fault ? (
          <p className="notice bad" role="alert" id="login-fault">
            <Glyph of={IconAlertCircle} />
            {t(fault)}
          </p>
        ) : null}
        <button type="submit" className="btn primary" disabled={busy}>{t("login.submit")}</button>
        <LanguageMenu />
      </form>
    </main>
  );
}
