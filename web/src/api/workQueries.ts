import { useInfiniteQuery, useQuery } from "@tanstack/react-query";

import { listContactNotes, listTeams, readCatalogue, readContact, readTimeline } from "./work";

/** Changes now and then; a ticket that names what is not known here asks anew. */
export const useCatalogue = () => useQuery({ queryKey: ["catalogue"], queryFn: ({ signal }) => readCatalogue(signal), staleTime: 60_000 });

export const useTeams = () => useQuery({ queryKey: ["teams"], queryFn: listTeams, staleTime: 300_000, select: (page) => page.items });

export const contactKeys = { card: (id: string) => ["contact", id] as const, notes: (id: string) => ["contact-notes", id] as const, timeline: (id: string) => ["timeline", id] as const };

export const useContact = (id: string) => useQuery({ queryKey: contactKeys.card(id), queryFn: ({ signal }) => readContact(id, signal), staleTime: 30_000 });

export const useContactNotes = (id: string) =>
  useQuery({ queryKey: contactKeys.notes(id), queryFn: ({ signal }) => listContactNotes(id, signal), staleTime: 30_000, select: (page) => page.items });

export const useTimeline = (id: string, enabled: boolean) =>
  useInfiniteQuery({
    queryKey: contactKeys.timeline(id),
    queryFn: ({ pageParam, signal }) => readTimeline(id, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    enabled,
  });
