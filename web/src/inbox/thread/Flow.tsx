import { useTranslation } from "react-i18next";

import { ErrorPane } from "../../parts/ErrorPane";
import { useDelayed } from "../../parts/useDelayed";
import { typing, useStore } from "../../realtime/stores";
import { WaitingReplies } from "../outbox/WaitingReplies";
import { ThreadItemView } from "./ThreadItemView";
import { ThreadSkeleton } from "./ThreadSkeleton";
import { useFlowScroll } from "./useFlowScroll";
import { useThread } from "./useThread";

/** The words, newest at the foot; older pages join above without moving what is read. */
export function Flow({ id }: { id: string }) {
  const { t } = useTranslation();
  const thread = useThread(id);
  const older = () => {
    if (thread.hasNextPage && !thread.isFetchingNextPage) void thread.fetchNextPage();
  };
  const { scroller, below, toEnd, from, to, whole } = useFlowScroll({ newestId: thread.newestId, length: thread.items.length, older });
  const typist = useStore(typing).get(id);
  const slow = useDelayed(thread.isPending, 200);

  if (thread.error && thread.items.length === 0) {
    return <div className="flow"><ErrorPane what="thread" error={thread.error} retry={() => void thread.refetch()} /></div>;
  }
  return (
    <div className="flow-box">
      <div className="flow" ref={scroller} tabIndex={0} role="log" aria-label={t("thread.messages")} aria-busy={thread.isPending}>
        {slow ? <ThreadSkeleton /> : null}
        <div className="fill" />
        {thread.hasNextPage && from === 0 ? (
          <button type="button" className="btn sm quiet older" disabled={thread.isFetchingNextPage} onClick={older}>
            {t("thread.older")}
          </button>
        ) : null}
        {thread.items.slice(from, to).map((item) => <ThreadItemView key={item.key} item={item} />)}
        {whole ? <WaitingReplies ticket={id} /> : null}
        {whole && typist ? <p className="sys typing">{t("list.typing", { name: typist })}</p> : null}
      </div>
      {below || !whole ? (
        <button type="button" className="pill to-end" onClick={toEnd}>{t(below ? "thread.toEnd" : "thread.newest")}</button>
      ) : null}
    </div>
  );
}
