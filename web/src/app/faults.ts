/** What the edge refused about a form, laid at the field it is about. Pure. */
import { Refused } from "../net/http.ts";
import { explain } from "./problems.ts";

export interface Fault {
  /** The field's name; empty where it is about the whole. */
  field: string;
  /** What is wrong and what to do. */
  text: string;
}

/** Which field is meant, by the pointer into what was sent or, where the refusal names no member, by its code. */
export type Places = Readonly<Record<string, string>>;

export function faultOf(error: unknown, places: Places, words: Readonly<Record<string, string>>): Fault {
  if (!(error instanceof Refused)) return { field: "", text: explain(error) };
  const { code, pointer = "" } = error.problem;
  const within = Object.keys(places).filter((place) => place.startsWith("/") && (pointer === place || pointer.startsWith(`${place}/`)));
  const closest = within.sort((a, b) => b.length - a.length)[0] ?? code;
  return { field: places[closest] ?? "", text: words[code] ?? explain(error) };
}
