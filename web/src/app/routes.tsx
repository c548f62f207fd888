import { createBrowserRouter, Navigate } from "react-router";

import { InboxPage } from "../inbox/InboxPage";
import { Gate } from "./Gate";
import { PageError } from "./PageError";

export const router = createBrowserRouter(
  [
    {
      element: <Gate />,
      errorElement: <PageError />,
      children: [
        { path: "/:kind/:key/:ticket?", element: <InboxPage /> },
        { path: "*", element: <Navigate to="/view/mine" replace /> },
      ],
    },
  ],
  { basename: "/app" },
);
