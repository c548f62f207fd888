import { useMe } from "../../api/queries";
import type { Ticket } from "../../api/types";
import { isOpen } from "../../app/scope";
import { useMay } from "../../app/useMay";
import { useCommand } from "../../keys/useCommand";
import { isFinal } from "../status";
import { useChangeTicket } from "../useChangeTicket";
import { useNeighbours } from "../useNeighbours";

/** What the keys and the header do to the open ticket. */
export function useTicketCommands(ticket: Ticket | undefined) {
  const me = useMe().id;
  const may = useMay()("change") && ticket !== undefined;
  const change = useChangeTicket();
  const { goOn } = useNeighbours();

  /** Solves and goes on to the next ticket; a solved one is opened again and stays. */
  const solve = () => {
    if (!ticket || isFinal(ticket.status)) return;
    const open = isOpen(ticket);
    change.mutate({ id: ticket.id, patch: { status: open ? "solved" : "open", version: ticket.version } });
    if (open) goOn();
  };
  const take = () => {
    if (ticket && ticket.assignee?.id !== me) change.mutate({ id: ticket.id, patch: { assignee_id: me } });
  };
  useCommand("solve", solve, may);
  useCommand("assignMe", take, may);
  return { solve };
}
