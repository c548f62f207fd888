import { useTranslation } from "react-i18next";

import type { Message } from "../../api/types";
import { CheckDelivery } from "./CheckDelivery";
import { useDeliveryActions } from "./useDeliveryActions";

/** What can be done about a reply that did not arrive, or may not have. */
export function TroubleActions({ message }: { message: Message }) {
  const { t } = useTranslation();
  const { retry } = useDeliveryActions(message);
  const state = message.delivery?.state;
  if (state === "failed") {
    return (
      <div className="remedy">
        <button type="button" className="btn sm" disabled={retry.isPending} onClick={() => retry.mutate()}>{t("delivery.retry")}</button>
      </div>
    );
  }
  return state === "uncertain" ? <CheckDelivery message={message} /> : null;
}
