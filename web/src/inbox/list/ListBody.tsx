import { useInbox } from "../InboxContext";
import { ErrorPane } from "../../parts/ErrorPane";
import { useDelayed } from "../../parts/useDelayed";
import { ListEmpty } from "./ListEmpty";
import { ListGrid } from "./ListGrid";
import { ListSkeleton } from "./ListSkeleton";
import { SearchFurther } from "./SearchFurther";

/** Nothing for 200 ms, then the rows' own shape; old rows stay while new ones load. */
export function ListBody() {
  const { list, scope } = useInbox();
  const slow = useDelayed(list.loading, 200);
  if (list.error && list.rows.length === 0) {
    return <ErrorPane what={scope.kind === "search" ? "search" : "list"} error={list.error} retry={() => void list.refetch()} />;
  }
  if (list.loading) return slow ? <ListSkeleton /> : null;
  if (list.rows.length === 0 && list.hasNextPage) return <SearchFurther />;
  if (list.rows.length === 0) return <ListEmpty />;
  return <ListGrid />;
}
