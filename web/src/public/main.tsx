/** What everyone may read without signing in: the services with their prices, and how organisations do. */
import "../style/tokens.css";
import "../style/base.css";
import "../style/desk.css";
import "../ui/theme.ts";

import { render } from "preact";

import { Catalogue } from "../money/catalogue.tsx";
import { QualityRoom } from "../money/quality.tsx";
import { t, toggleLanguage } from "../text/index.ts";
import { Toasts } from "../ui/toast.tsx";

function Page() {
  const words = t().money;
  return (
    <main class="public">
      <header class="row">
        <h1 class="grow">{words.publicTitle}</h1>
        <button type="button" class="button quiet" onClick={toggleLanguage}>
          {t().app.language}
        </button>
      </header>
      <Catalogue />
      <h2>{words.rooms.quality}</h2>
      <QualityRoom />
      <Toasts />
    </main>
  );
}

render(<Page />, document.getElementById("app") as HTMLElement);
