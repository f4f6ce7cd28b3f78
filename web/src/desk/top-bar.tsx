/** Where we are, what time it is there, how the line is, and the few things that are always at hand. */
import type { ComponentChildren } from "preact";

import { district, districtName } from "../app/district.ts";
import { me, signOut } from "../app/session.ts";
import { seesKept } from "../kept/kept.tsx";
import { seesMeals } from "../meals/meals.tsx";
import { seesMoney } from "../money/money.tsx";
import { day, hhmmss } from "../text/format.ts";
import { t, toggleLanguage } from "../text/index.ts";
import { tick } from "../ui/clock.ts";
import { Icon } from "../ui/glyph.tsx";
import { toggleTheme } from "../ui/theme.ts";
import { muted, toggleMute } from "./bell.ts";
import { mayPlace, seesAccounts, seesAudit, seesLetters } from "./commands.ts";
import { ConnectionState } from "./connection.tsx";
import { panel, timeline, wall, world } from "./state.ts";

export function TopBar() {
  const words = t();
  const letters = world.value.letters.length;
  const role = me.value?.role;
  return (
    <header class="top">
      <img src="/icon.svg" alt="" width="26" height="26" />
      <h1>
        {districtName()} <span>{words.app.desk}</span>
      </h1>
      <button type="button" class="search-box" onClick={() => (panel.value = "search")} aria-keyshortcuts="/">
        <Icon name="search" /> <span class="grow">{words.search.hint}</span> <kbd>/</kbd>
      </button>
      <span class="grow" />
      <Clock />
      <ConnectionState />
      {mayPlace(me.value?.role) && (
        <button type="button" class="button primary" onClick={() => (panel.value = "place")} aria-keyshortcuts="n">
          <Icon name="plus" /> {words.act.place}
        </button>
      )}
      {mayPlace(role) && (
        <Tool label={words.alarm.raise} onClick={() => (panel.value = "alarm")}>
          <Icon name="siren" />
        </Tool>
      )}
      {seesLetters(role) && (
        <Tool label={words.letters.title} onClick={() => (panel.value = "letters")}>
          <Icon name="letter" />
          {letters > 0 && <b class="count">{letters}</b>}
        </Tool>
      )}
      <Tool label={words.exceptions.title} onClick={() => (panel.value = "exceptions")}>
        <Icon name="alert" />
      </Tool>
      {seesMeals(role) && (
        <Tool label={words.meals.title} onClick={() => (panel.value = "meals")}>
          <Icon name="bowl" />
        </Tool>
      )}
      {seesMoney(role) && (
        <Tool label={words.money.title} onClick={() => (panel.value = "money")}>
          <Icon name="purse" />
        </Tool>
      )}
      {seesKept(role) && (
        <Tool label={words.kept.title} onClick={() => (panel.value = "kept")}>
          <Icon name="house" />
        </Tool>
      )}
      {seesAccounts(role) && (
        <Tool label={words.accounts.title} onClick={() => (panel.value = "accounts")}>
          <Icon name="people" />
        </Tool>
      )}
      {seesAudit(role) && (
        <Tool label={words.audit.title} onClick={() => (panel.value = "audit")}>
          <Icon name="log" />
        </Tool>
      )}
      <Tool label={words.gantt.title} pressed={timeline.value} onClick={() => (timeline.value = !timeline.value)}>
        <Icon name="chart" />
      </Tool>
      <Tool label={muted.value ? words.app.unmute : words.app.mute} onClick={toggleMute}>
        <Icon name={muted.value ? "mute" : "sound"} />
      </Tool>
      <Tool label={words.wall.title} onClick={() => (wall.value = true)}>
        <Icon name="screen" />
      </Tool>
      <Tool label={words.app.theme} onClick={toggleTheme}>
        <Icon name="moon" />
      </Tool>
      <button type="button" class="button quiet language" onClick={toggleLanguage}>
        {words.app.language}
      </button>
      <Tool label={words.help.title} onClick={() => (panel.value = "help")}>
        <Icon name="help" />
      </Tool>
      <span class="who" title={words.role[me.value?.role ?? "operator"]}>
        {me.value?.display_name}
      </span>
      <Tool label={words.app.signOut} onClick={() => void signOut()}>
        <Icon name="out" />
      </Tool>
    </header>
  );
}

function Tool(props: { label: string; onClick: () => void; pressed?: boolean; children: ComponentChildren }) {
  return (
    <button type="button" class="button quiet icon" aria-label={props.label} title={props.label} aria-pressed={props.pressed} onClick={props.onClick}>
      {props.children}
    </button>
  );
}

export function Clock() {
  const now = tick.value;
  const speed = district.value?.clock.speed ?? 1;
  return (
    <span class="clock">
      {district.value?.demo && <span class="badge warn">{t().app.demo}{speed !== 1 && ` ${t().app.speed(speed)}`}</span>}
      <span class="muted">{day(now)}</span> <time>{hhmmss(now)}</time>
    </span>
  );
}
