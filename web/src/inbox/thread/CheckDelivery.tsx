import { Popover } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { Message } from "../../api/types";
import { useDeliveryActions } from "./useDeliveryActions";

/** The provider fell silent: the agent looks there and says what happened, so nothing is sent twice. */
export function CheckDelivery({ message }: { message: Message }) {
  const { t } = useTranslation();
  const { resolve } = useDeliveryActions(message);
  return (
    <div className="remedy">
      <Popover position="top-end" shadow="md" trapFocus withRoles width={280}>
        <Popover.Target>
          <button type="button" className="btn sm">{t("delivery.check")}</button>
        </Popover.Target>
        <Popover.Dropdown className="check-box">
          <p>{t("delivery.checkText")}</p>
          <div className="row">
            <button type="button" className="btn sm" disabled={resolve.isPending} onClick={() => resolve.mutate("sent")}>{t("delivery.itArrived")}</button>
            <button type="button" className="btn sm" disabled={resolve.isPending} onClick={() => resolve.mutate("failed")}>{t("delivery.itDidNot")}</button>
          </div>
        </Popover.Dropdown>
      </Popover>
    </div>
  );
}
