import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate } from "react-router";

import { changeView, createView, deleteView } from "../api/calls";
import { keys } from "../api/keys";
import type { NewView } from "../api/types";
import { pathOf } from "../app/scope";
import { isComplete } from "./conditions";
import type { Editing } from "./store";

const EMPTY: NewView = { name: "", reach: "personal", team_id: null, scope: "open", all_of: [], any_of: [], sort: "activity", columns: [], position: null };

function formOf(what: Editing): NewView {
  if (what.kind === "new") return EMPTY;
  const { name, reach, team_id, scope, all_of, any_of, sort, columns, position } = what.view;
  return { name, reach, team_id: team_id || null, scope, all_of, any_of, sort, columns, position };
}

/** What is written of a view, and its saving; a new one is opened at once. */
export function useViewForm(what: Editing, done: () => void) {
  const cache = useQueryClient();
  const navigate = useNavigate();
  const [form, setForm] = useState(() => formOf(what));
  const [key] = useState(() => crypto.randomUUID());
  const settled = async () => {
    await cache.invalidateQueries({ queryKey: keys.views });
    void cache.invalidateQueries({ queryKey: keys.lists });
    done();
  };
  const save = useMutation({
    mutationFn: () => (what.kind === "new" ? createView(key, form) : changeView(what.view.id, { ...form, version: what.view.version })),
    onSuccess: async (view) => {
      await settled();
      void navigate(pathOf({ kind: "saved", key: view.id }));
    },
  });
  const drop = useMutation({
    mutationFn: async () => {
      if (what.kind === "change") await deleteView(what.view.id);
    },
    onSuccess: async () => {
      await settled();
      void navigate("/view/mine");
    },
  });
  const conditions = [...(form.all_of ?? []), ...(form.any_of ?? [])];
  const ready = form.name.trim() !== "" && conditions.length > 0 && conditions.every(isComplete) && !save.isPending;
  const change = (more: Partial<NewView>) => setForm((now) => ({ ...now, ...more }));
  return { form, change, ready, save, drop, fault: save.error ?? drop.error };
}
