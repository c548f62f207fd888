import { useMutation, useQueryClient } from "@tanstack/react-query";
import { IconMailOff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { liftSuppression } from "../../api/calls";
import { keys } from "../../api/keys";
import { useMe } from "../../api/queries";
import type { Suppression } from "../../api/types";
import { useToast } from "../../app/ToastProvider";
import { useFormat } from "../../i18n/format";
import { Glyph } from "../../parts/Glyph";

const TOAST_MS = 6_000;

interface Props {
  ticketId: string;
  suppressed: Suppression;
}

/** Why nothing is sent to the customer's address, and the way to write there again. */
export function SuppressedNotice({ ticketId, suppressed }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const cache = useQueryClient();
  const toast = useToast();
  const admin = useMe().role === "admin";
  const { address, kind, reason, until } = suppressed;
  const tell = (tone: "ok" | "bad", text: string) => toast({ tone, until: Date.now() + TOAST_MS, text: () => text });
  const lift = useMutation({
    mutationFn: () => liftSuppression(suppressed.id),
    onSuccess: () => tell("ok", t("suppressed.lifted", { address })),
    onError: (error) => tell("bad", t("suppressed.notLifted", { why: error.message })),
    onSettled: () => cache.invalidateQueries({ queryKey: keys.ticket(ticketId) }),
  });
  return (
    <div className="notice warn">
      <Glyph of={IconMailOff} />
      <span className="grow">
        {t(`suppressed.${kind}`, { address })} {reason ? t("suppressed.said", { reason }) : null} {until ? t("suppressed.until", { date: format.day(until, new Date()) }) : null}
      </span>
      {admin || kind === "bounced" ? (
        <button type="button" className="link" disabled={lift.isPending} onClick={() => lift.mutate()}>{t("suppressed.lift")}</button>
      ) : null}
    </div>
  );
}
