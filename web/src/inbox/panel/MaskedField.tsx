import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { keys } from "../../api/keys";
import { revealField } from "../../api/work";

interface Props {
  ticket: string;
  /** As the server names it: "fields.ID". */
  field: string;
  name: string;
  dots: string;
}

/** What a role masks, shown when it is asked for; the ticket's history tells that it was. */
export function MaskedField({ ticket, field, name, dots }: Props) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const reveal = useMutation({
    mutationFn: () => revealField(ticket, field),
    onSuccess: () => cache.invalidateQueries({ queryKey: keys.events(ticket) }),
  });
  const shown = reveal.data?.value;
  return (
    <span className="row picked">
      <span className="cut grow" role="status">{shown === undefined ? dots : Array.isArray(shown) ? shown.join(", ") : String(shown)}</span>
      {shown === undefined ? (
        <button type="button" className="link" disabled={reveal.isPending} aria-label={t("field.showNamed", { name })} onClick={() => reveal.mutate()}>{t("field.show")}</button>
      ) : (
        <button type="button" className="link" aria-label={t("field.hideNamed", { name })} onClick={() => reveal.reset()}>{t("field.hide")}</button>
      )}
      {reveal.error ? <span className="meta late-t" role="alert">{t("field.notShown", { why: reveal.error.message })}</span> : null}
    </span>
  );
}
