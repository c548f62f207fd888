import { Menu } from "@mantine/core";
import { IconChevronDown, IconTemplate } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useApproved } from "../../api/queries";
import { Glyph } from "../../parts/Glyph";
import { filledIn, gapsOf, piecesOf, type Approved } from "./approved";
import type { ComposerState } from "./useComposer";

function useLanguageName() {
  const { i18n } = useTranslation();
  const names = new Intl.DisplayNames(i18n.language, { type: "language", fallback: "code" });
  return (code: string) => {
    try {
      return names.of(code.replace("_", "-")) ?? code;
    } catch {
      return code;
    }
  };
}

function Gaps({ template, values, fill }: { template: Approved; values: Record<string, string>; fill: (gap: string, value: string) => void }) {
  const { t } = useTranslation();
  return (
    <>
      <p className="words approved-body" dir="auto" lang={template.language.replace("_", "-")}>
        {piecesOf(template.body, values).map((piece, at) =>
          piece.gap === null ? piece.text : <mark key={at} className={values[piece.gap]?.trim() ? "gap filled" : "gap"}>{piece.text}</mark>,
        )}
      </p>
      {gapsOf(template.body).map((gap) => (
        <label key={gap} className="row gap-field">
          <span className="meta">{t("approved.gap", { gap })}</span>
          <input className="input" dir="auto" value={values[gap] ?? ""} maxLength={1024} onChange={(event) => fill(gap, event.target.value)} />
        </label>
      ))}
    </>
  );
}

/** The window has closed: what may still be said are the provider's approved templates. */
export function ApprovedForm({ composer, inbox }: { composer: ComposerState; inbox: string }) {
  const { t } = useTranslation();
  const { data: templates, error, isPending, refetch } = useApproved(inbox);
  const [chosen, choose] = useState<Approved | null>(null);
  const [values, setValues] = useState<Record<string, string>>({});
  const language = useLanguageName();
  if (error) {
    return <p className="win">{t("approved.failed", { why: error.message })} <button type="button" className="link" onClick={() => void refetch()}>{t("error.retry")}</button></p>;
  }
  if (isPending) return <p className="win" role="status">{t("approved.loading")}</p>;
  if (templates.length === 0) return <p className="win">{t("approved.none")}</p>;
  const named = ({ name, language: code }: Approved) => t("approved.named", { name: name.replaceAll("_", " "), language: language(code) });
  const ready = chosen !== null && !composer.busy && gapsOf(chosen.body).every((gap) => values[gap]?.trim());
  const send = () => {
    if (!chosen || !ready) return;
    const params = gapsOf(chosen.body).map((gap) => values[gap]?.trim() ?? "");
    composer.sendTemplate(filledIn(chosen.body, values), { name: chosen.name, language: chosen.language, params });
  };
  return (
    <div className="approved">
      <Menu position="top-start" shadow="md" width="target">
        <Menu.Target>
          <button type="button" className="btn pick">
            <Glyph of={IconTemplate} />
            <span className="cut grow">{chosen ? named(chosen) : t("approved.choose")}</span>
            <Glyph of={IconChevronDown} size="s" />
          </button>
        </Menu.Target>
        <Menu.Dropdown mah={280} style={{ overflowY: "auto" }}>
          {templates.map((one) => (
            <Menu.Item key={`${one.name} ${one.language}`} title={one.body} onClick={() => { choose(one); setValues({}); }}>{named(one)}</Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      {chosen ? <Gaps template={chosen} values={values} fill={(gap, value) => setValues({ ...values, [gap]: value })} /> : null}
      <div className="row end">
        <button type="button" className="btn primary" aria-disabled={!ready} onClick={send}>{t("approved.send")}</button>
      </div>
    </div>
  );
}
