/** What the edge keeps and this page shows: asked for once, and anew after everything that is done about it. */
import { useEffect, useState } from "preact/hooks";

import { t } from "../text/index.ts";
import { toast, toastProblem } from "../ui/toast.tsx";

export interface Known<T> {
  /** Null until it is known. */
  known: T | null;
  /** Asks anew. */
  again: () => void;
  /** Does something about it; says that it was done, or why not. Answers whether it was. */
  act: (doing: Promise<unknown>) => Promise<boolean>;
}

/** Asks whenever the key is another one. */
export function useKnown<T>(load: () => Promise<T>, key = ""): Known<T> {
  const [known, setKnown] = useState<T | null>(null);
  const again = () => void load().then(setKnown, toastProblem);
  useEffect(again, [key]);
  const act = async (doing: Promise<unknown>) => {
    try {
      await doing;
      toast(t().act.sent);
      again();
      return true;
    } catch (error) {
      toastProblem(error);
      return false;
    }
  };
  return { known, again, act };
}
