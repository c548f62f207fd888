import { Menu } from "@mantine/core";
import { IconChevronDown, IconTemplate } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { useApproved } from "../../api/queries";
import { usePortal } from "../../parts/Dialog";
import { Glyph } from "../../parts/Glyph";
import { gapsOf, piecesOf, type Approved, type Filled } from "./approved";
import "./composer.css";

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

function Gaps({ template, values, fill }: { template: Approved; values: Readonly<Record<string, string>>; fill: (gap: string, value: string) => void }) {
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

/** One of the provider's approved templates, and what fills its gaps. */
export function ApprovedFields({ inbox, filled, onChange }: { inbox: string; filled: Filled | null; onChange: (filled: Filled) => void }) {
  const { t } = useTranslation();
  const { data: templates, error, isPending, refetch } = useApproved(inbox);
  const language = useLanguageName();
  const portal = usePortal();
  if (error) {
    return <p className="win">{t("approved.failed", { why: error.message })} <button type="button" className="link" onClick={() => void refetch()}>{t("error.retry")}</button></p>;
  }
  if (isPending) return <p className="win" role="status">{t("approved.loading")}</p>;
  if (templates.length === 0) return <p className="win">{t("approved.none")}</p>;
  const named = ({ name, language: code }: Approved) => t("approved.named", { name: name.replaceAll("_", " "), language: language(code) });
  return (
    <>
      <Menu position="top-start" shadow="md" width="target" portalProps={portal}>
        <Menu.Target>
          <button type="button" className="btn pick">
            <Glyph of={IconTemplate} />
            <span className="cut grow">{filled ? named(filled.template) : t("approved.choose")}</span>
            <Glyph of={IconChevronDown} size="s" />
          </button>
        </Menu.Target>
        <Menu.Dropdown mah={280} style={{ overflowY: "auto" }}>
          {templates.map((one) => (
            <Menu.Item key={`${one.name} ${one.language}`} title={one.body} onClick={() => onChange({ template: one, values: {} })}>{named(one)}</Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      {filled ? <Gaps template={filled.template} values={filled.values} fill={(gap, value) => onChange({ ...filled, values: { ...filled.values, [gap]: value } })} /> : null}
    </>
  );
}
