/** A form on its way to the edge. Sent again unchanged after no answer it is the same command, so nothing is done twice. */
import { useRef, useState } from "preact/hooks";

import { Refused } from "../net/http.ts";
import { t } from "../text/index.ts";
import { newId } from "../ui/id.ts";
import { toast } from "../ui/toast.tsx";
import { faultOf, type Fault, type Places } from "./faults.ts";

export interface Sending {
  fault: Fault | null;
  busy: boolean;
  /** Says what is wrong before anything is sent. */
  blame: (fault: Fault | null) => void;
  /** Sends what is said under a command's id; answers whether it was taken. */
  send: (said: object, post: (command: string) => Promise<unknown>) => Promise<boolean>;
}

export function useSending(places: Places, words: Readonly<Record<string, string>>): Sending {
  const [fault, blame] = useState<Fault | null>(null);
  const [busy, setBusy] = useState(false);
  const unanswered = useRef<{ said: string; command: string } | null>(null);
  const send = async (said: object, post: (command: string) => Promise<unknown>) => {
    const text = JSON.stringify(said);
    const again = unanswered.current?.said === text ? unanswered.current : { said: text, command: newId("step") };
    unanswered.current = again;
    setBusy(true);
    try {
      await post(again.command);
      unanswered.current = null;
      blame(null);
      toast(t().act.sent);
      return true;
    } catch (error) {
      if (error instanceof Refused && !error.isPassing) unanswered.current = null;
      blame(faultOf(error, places, words));
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { fault, busy, blame, send };
}
