import { IconAlertCircle, IconX } from "@tabler/icons-react";
import type { FormEvent } from "react";
import { useTranslation } from "react-i18next";

import type { Inbox } from "../api/types";
import { findContacts } from "../api/work";
import { ApprovedFields } from "../inbox/composer/ApprovedFields";
import { Dialog } from "../parts/Dialog";
import { FindField } from "../parts/FindField";
import { Glyph } from "../parts/Glyph";
import { IconButton } from "../parts/IconButton";
import { Labelled } from "../parts/Labelled";
import { Select } from "../parts/Select";
import { recipientsOf } from "./recipients";
import { starting, type Parent } from "./store";
import { TemplateField } from "./TemplateField";
import { useStart } from "./useStart";
import "./start.css";

const close = () => starting.set(null);

/** Writes to somebody first: from which inbox, to whom, and what; perhaps as a part of another ticket. */
export function StartDialog({ inboxes, parent }: { inboxes: readonly Inbox[]; parent: Parent | null }) {
  const { t } = useTranslation();
  const { wish, change, begin, inbox, templates, ticketTemplates, template, ready, send, fault } = useStart(inboxes, parent, close);
  const title = parent ? t("start.child", { number: parent.number }) : t("start.title");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready) send.mutate();
  };
  const said = send.error && !fault ? send.error.message : null;
  const faultOf = (field: typeof fault) => (fault === field ? send.error?.message : undefined);
  return (
    <Dialog open onClose={close} label={title} side="middle">
      <header>
        <h2 className="grow">{title}</h2>
        <IconButton icon={IconX} label={t("action.close")} onClick={close} />
      </header>
      <form className="start" onSubmit={submit}>
        <Labelled label={t("start.from")} fault={faultOf("inbox_id")}>
          {(aria) => <Select {...aria} value={wish.inbox_id} options={inboxes.map((one) => ({ value: one.id, label: one.address ? `${one.name} · ${one.address}` : one.name }))} onChange={(inbox_id) => change({ inbox_id, filled: null })} />}
        </Labelled>
        {ticketTemplates.length > 0 ? <TemplateField templates={ticketTemplates} chosen={template} fault={faultOf("template_id")} onChoose={begin} /> : null}
        <div className="two">
          <Labelled label={t("start.to")} hint={inbox ? t("start.toHint", { family: inbox.family_name }) : undefined} fault={faultOf("recipient")}>
            {(aria) => <FindField {...aria} first required name={`recipient ${inbox?.channel ?? ""}`} value={wish.recipient} onChange={(recipient) => change({ recipient })} find={async (q, signal) => recipientsOf((await findContacts(q, signal)).items, inbox?.channel ?? "")} onPick={({ address, name }) => change({ recipient: address, name })} />}
          </Labelled>
          <Labelled label={t("start.name")} fault={faultOf("name")}>
            {(aria) => <input {...aria} className="input" value={wish.name} maxLength={200} onChange={(event) => change({ name: event.target.value })} />}
          </Labelled>
        </div>
        {inbox?.capabilities.subject ? (
          <Labelled label={t("start.subject")} fault={faultOf("subject")}>
            {(aria) => <input {...aria} className="input" value={wish.subject} maxLength={500} onChange={(event) => change({ subject: event.target.value })} />}
          </Labelled>
        ) : null}
        {templates ? (
          <div className="approved" role="group" aria-label={t("start.template")}>
            <ApprovedFields inbox={wish.inbox_id} filled={wish.filled} onChange={(filled) => change({ filled })} />
          </div>
        ) : (
          <Labelled label={t("start.text")} fault={faultOf("text")}>
            {(aria) => <textarea {...aria} className="input text" required rows={8} value={wish.text} onChange={(event) => change({ text: event.target.value })} />}
          </Labelled>
        )}
        {said ? <p className="notice bad" role="alert"><Glyph of={IconAlertCircle} />{t("start.notSent", { why: said })}</p> : null}
        <footer>
          <span className="grow" />
          <button type="button" className="btn" onClick={close}>{t("action.cancel")}</button>
          <button type="submit" className="btn primary" disabled={!ready}>{t("composer.send")}</button>
        </footer>
      </form>
    </Dialog>
  );
}
