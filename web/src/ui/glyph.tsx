/** The drawn vocabulary in lists and badges. */
import type { Priority, StageName } from "../contract.ts";
import type { CaregiverState } from "../store/derive.ts";
import { ORDER, PERSON, type Shape } from "./shapes.ts";

function Drawn({ shape, color }: { shape: Shape; color: string }) {
  return (
    <svg class="glyph" viewBox="0 0 24 24" aria-hidden="true" style={{ color: `var(--${color})` }}>
      <path
        d={shape.path}
        fill={shape.fill ? "currentColor" : "none"}
        fill-rule="evenodd"
        stroke={shape.fill ? "none" : "currentColor"}
        stroke-width="3"
        stroke-linecap="round"
        stroke-dasharray={shape.dash?.join(" ")}
      />
    </svg>
  );
}

export const PersonGlyph = ({ state }: { state: CaregiverState }) => <Drawn shape={PERSON[state]} color={state} />;

export const OrderGlyph = ({ stage, priority }: { stage: StageName; priority: Priority }) => (
  <Drawn shape={ORDER[stage]} color={stage === "at_desk" ? "danger" : priority} />
);

const LINES: Record<string, string> = {
  search: "M10.500 4a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13ZM15.500 15.500 20 20",
  plus: "M12 5v14M5 12h14",
  close: "M6 6l12 12M18 6 6 18",
  moon: "M19 14.500A7.500 7.500 0 0 1 9.500 5a7.500 7.500 0 1 0 9.500 9.500Z",
  screen: "M4 5h16v11H4ZM9 20h6M12 16v4",
  help: "M9 9a3 3 0 1 1 4.500 2.600c-1 .6-1.500 1.200-1.500 2.400M12 17.500v.2",
  sound: "M5 9.500v5h3.500L13 18V6L8.500 9.500ZM16 9a4 4 0 0 1 0 6M18.500 6.500a8 8 0 0 1 0 11",
  mute: "M5 9.500v5h3.500L13 18V6L8.500 9.500ZM16.500 10l4 4M20.500 10l-4 4",
  chart: "M4 6h7M4 12h12M8 18h12",
  bowl: "M3 11h18a9 9 0 0 1-6 8.500V21H9v-1.500A9 9 0 0 1 3 11ZM9 7V4M12 7V3M15 7V4",
  letter: "M4 6h16v12H4ZM4 7l8 6 8-6",
  siren: "M7 18v-6a5 5 0 0 1 10 0v6M4.500 20h15M12 4V2.500M5 6 4 5M19 6l1-1",
  alert: "M12 4 21 19.500H3ZM12 10v4.500M12 17v.2",
  people: "M9 11a3.200 3.200 0 1 0 0-6.400A3.200 3.200 0 0 0 9 11ZM3.500 19c0-3 2.500-5 5.500-5s5.500 2 5.500 5M16 11a2.600 2.600 0 1 0-1-5M16.500 14c2.400.300 4 2.200 4 5",
  house: "M3 11.500 12 4l9 7.500M5.500 10v10h13V10M10 20v-6h4v6",
  purse: "M4 8h16v11H4ZM4 8l3-4h10l3 4M15.500 13.500h.1",
  log: "M6 4h12v16H6ZM9 8.500h6M9 12h6M9 15.500h4",
  fit: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
  minus: "M5 12h14",
  back: "M14 6l-6 6 6 6",
  out: "M14 5h5v14h-5M4 12h10M11 8.500l3.500 3.500L11 15.500",
  check: "M5 12.500l4.500 4.500L19 7.500",
  more: "M6 12h.1M12 12h.1M18 12h.1",
  pin: "M12 21s6.500-6 6.500-11a6.500 6.500 0 1 0-13 0c0 5 6.500 11 6.500 11ZM12 12.200a2.200 2.200 0 1 0 0-4.400 2.200 2.200 0 0 0 0 4.400Z",
  cloud: "M7 18a4 4 0 0 1-.5-8A5.500 5.500 0 0 1 17 9.500 4.200 4.200 0 0 1 17 18Z",
};

/** A line icon; decorative, the control around it carries the name. */
export const Icon = ({ name }: { name: keyof typeof LINES & string }) => (
  <svg class="glyph" viewBox="0 0 24 24" aria-hidden="true">
    <path d={LINES[name] ?? ""} fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" />
  </svg>
);
