/** What was typed or scanned at the door as the proof it is. Pure. */
import type { Proof } from "./contract.ts";

/** A box's label: ten characters, without those that are taken for each other. */
const LABEL = /^[2-9A-HJKMNP-Z]{10}$/i;

/** Whether a scanned text can be a box's label; whatever else lies before the camera is not. */
export const isLabel = (text: string): boolean => LABEL.test(text.trim());

/** Four digits are the elder's code, anything else the box's label. */
export function proofOf(text: string): Proof {
  const said = text.trim();
  return /^\d{4}$/.test(said) ? { proof: "code", code: said } : { proof: "scan", label: said.toUpperCase() };
}
