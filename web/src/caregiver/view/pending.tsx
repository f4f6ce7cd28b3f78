/** Marks what the centre has not heard of. */
import { t } from "../../text/index.ts";

export const Pending = () => <span class="badge warn pending">{t().phone.pending}</span>;
