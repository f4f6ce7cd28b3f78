/** A sheet from below, within the thumb's reach. */
import type { ComponentChildren } from "preact";

import { Dialog } from "../../ui/dialog.tsx";

export const Sheet = ({ title, onClose, children }: { title: string; onClose: () => void; children: ComponentChildren }) => (
  <Dialog title={title} class="sheet" onClose={onClose}>
    <div class="body">{children}</div>
  </Dialog>
);
