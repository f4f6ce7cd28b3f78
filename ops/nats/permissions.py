#!/usr/bin/env python3
"""Who may say and hear what on NATS: one table, written out as the servers' permissions.conf.

NATS wildcards stand for whole tokens, and a stream's name ends in its district (ORDERS_jiayuguan), so the right to a
stream can't be written for all districts at once. Hence this generator:

    ops/nats/permissions.py jiayuguan > ops/nats/permissions.conf
    ops/nats/permissions.py jiayuguan jiuquan > ops/nats/permissions.conf      a second district

The table follows `schemas/src/subject.rs`; `--check FILE` fails when FILE is not what the table says. What each
service can and can't do with it is tested against a real server by ops/test-nats-permissions.py.
"""

import argparse
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

DEFAULT_DISTRICTS = ["jiayuguan"]


@dataclass
class Rights:
    """Subjects a user may publish to and subscribe to, each group with the reason for it."""

    publish: list[tuple[str, list[str]]] = field(default_factory=list)
    subscribe: list[tuple[str, list[str]]] = field(default_factory=list)

    def may_publish(self, why: str, *subjects: str) -> "Rights":
        self.publish.append((why, list(subjects)))
        return self

    def may_subscribe(self, why: str, *subjects: str) -> "Rights":
        self.subscribe.append((why, list(subjects)))
        return self

    def with_inbox(self, user: str) -> "Rights":
        """Answers come to `_INBOX.<service>.…`, so that nobody overhears another's. Publishing there is the client's
        own round trip, by which it knows that everything before has arrived."""
        inbox = f"_INBOX.{user}.>"
        return self.may_subscribe("answers to its own questions", inbox).may_publish("its round trip to itself", inbox)

    def follows(self, *streams: str) -> "Rights":
        """Reads streams with short-lived pull consumers. The filter is in the request's body, where permissions do not
        look: a right to a stream is a right to all of it."""
        for stream in streams:
            self.may_publish(f"follows {stream}", *following(stream))
        return self

    def owns(self, *streams: str) -> "Rights":
        """Declares streams at start (made, or updated to what the code says) and follows them.
        Deleting is for operators only, and so is purging but where a service's table says otherwise."""
        for stream in streams:
            declaring = [f"$JS.API.STREAM.CREATE.{stream}", f"$JS.API.STREAM.UPDATE.{stream}"]
            self.may_publish(f"declares and follows {stream}", *declaring, *following(stream))
        return self

    def makes(self, *streams: str) -> "Rights":
        """Makes streams that are not there yet; one that is there stays as it is."""
        return self.may_publish("makes what is not there yet", *[f"$JS.API.STREAM.CREATE.{stream}" for stream in streams])

    def holds_lease(self, name: str, districts: list[str]) -> "Rights":
        """The bucket LEASES says which process of a district is the active one: made by whoever is first (the client
        looks at the account's limits for that), written by revision, and watched (a push consumer to the service's own
        inbox, with flow control)."""
        return self.may_publish(
            "takes, renews and watches its lease",
            *[f"$KV.LEASES.{name}.{district}" for district in districts],
            "$JS.API.INFO",
            "$JS.API.STREAM.INFO.KV_LEASES",
            "$JS.API.STREAM.CREATE.KV_LEASES",
            "$JS.API.DIRECT.GET.KV_LEASES.>",
            "$JS.API.CONSUMER.CREATE.KV_LEASES.>",
            "$JS.API.CONSUMER.INFO.KV_LEASES.*",
            "$JS.FC.KV_LEASES.>",
        )


def following(stream: str) -> list[str]:
    return [
        f"$JS.API.STREAM.INFO.{stream}",
        f"$JS.API.CONSUMER.CREATE.{stream}",
        f"$JS.API.CONSUMER.MSG.NEXT.{stream}.*",
    ]


def per_district(districts: list[str], *templates: str) -> list[str]:
    return [template.format(d=district) for district in districts for template in templates]


def dispatch(d: list[str]) -> Rights:
    rights = Rights().with_inbox("dispatch").holds_lease("dispatch", d)
    rights.may_publish("work orders: it alone decides", *per_district(d, "care.v1.{d}.order.*"))
    rights.may_publish("messages it can't handle", *per_district(d, "care.v1.{d}.dead.dispatch"))
    rights.owns(*per_district(d, "ORDERS_{d}", "DEAD_{d}"))
    rights.follows(*per_district(d, "FUNDING_{d}"))
    # Who goes to an emergency is not there for visits.
    rights.follows(*per_district(d, "ALARMS_{d}"))
    rights.may_publish("asks for the money of an order", *per_district(d, "care.v1.{d}.cmd.accounts"))
    # It declares all, so that it can start first; changing them is the owners' business.
    rights.makes(*per_district(d, "PROFILES_{d}", "PRESENCE_{d}", "GEOFENCE_{d}", "POSITIONS_{d}"))
    rights.follows(*per_district(d, "PROFILES_{d}", "PRESENCE_{d}", "GEOFENCE_{d}", "POSITIONS_{d}"))
    return rights.may_subscribe("what it is asked and told", *per_district(
        d, "care.v1.{d}.cmd.dispatch", "care.v1.{d}.position.moved", "care.v1.{d}.again.dispatch.*"))


def caregiver_location(d: list[str]) -> Rights:
    rights = Rights().with_inbox("caregiver-location").holds_lease("caregiver-location", d)
    rights.may_publish("presence, geofences, positions: its own data", *per_district(
        d, "care.v1.{d}.presence.*", "care.v1.{d}.geofence.*",
        "care.v1.{d}.position.latest.*", "care.v1.{d}.position.moved"))
    rights.may_publish("messages it can't handle", *per_district(d, "care.v1.{d}.dead.caregiver-location"))
    rights.owns(*per_district(d, "PRESENCE_{d}", "GEOFENCE_{d}", "POSITIONS_{d}", "DEAD_{d}"))
    rights.may_publish("removes a position when the shift ends", *per_district(d, "$JS.API.STREAM.PURGE.POSITIONS_{d}"))
    rights.follows(*per_district(d, "PROFILES_{d}", "ORDERS_{d}"))
    return rights.may_subscribe("what phones report, what it is asked", *per_district(
        d, "care.v1.{d}.position.report.*", "care.v1.{d}.cmd.caregiver-location", "care.v1.{d}.ask.caregiver-location.*",
        "care.v1.{d}.again.caregiver-location.*"))


def registry(d: list[str]) -> Rights:
    rights = Rights().with_inbox("registry").holds_lease("registry", d)
    rights.may_publish("profiles: its own data", *per_district(
        d, "care.v1.{d}.profile.elder.*", "care.v1.{d}.profile.caregiver.*",
        "care.v1.{d}.profile.organisation.*", "care.v1.{d}.profile.blank"))
    rights.may_publish("orders of care plans", *per_district(d, "care.v1.{d}.cmd.dispatch"))
    rights.may_publish("messages it can't handle", *per_district(d, "care.v1.{d}.dead.registry"))
    rights.may_publish("removes what was said of an erased person", *per_district(d, "$JS.API.STREAM.PURGE.PROFILES_{d}"))
    rights.owns(*per_district(d, "PROFILES_{d}"))
    rights.follows(*per_district(d, "FUNDING_{d}"))
    return rights.may_subscribe("what it is asked and told", *per_district(
        d, "care.v1.{d}.cmd.registry", "care.v1.{d}.ask.registry.*", "care.v1.{d}.again.registry.*"))


def accounts(d: list[str]) -> Rights:
    rights = Rights().with_inbox("accounts").holds_lease("accounts", d)
    rights.may_publish("how orders are paid: its own data", *per_district(
        d, "care.v1.{d}.funding.*", "care.v1.{d}.funding.standing.*", "care.v1.{d}.funding.rating.*.*"))
    rights.owns(*per_district(d, "FUNDING_{d}"))
    rights.follows(*per_district(d, "ORDERS_{d}", "PROFILES_{d}", "MEALS_{d}"))
    return rights.may_subscribe("what it is asked and told", *per_district(
        d, "care.v1.{d}.cmd.accounts", "care.v1.{d}.ask.accounts.*"))


def emergency_call(d: list[str]) -> Rights:
    rights = Rights().with_inbox("emergency-call").holds_lease("emergency-call", d)
    rights.may_publish("incidents and devices: it alone decides", *per_district(
        d, "care.v1.{d}.incident.*", "care.v1.{d}.device.~takeover", "care.v1.{d}.device.blank", "care.v1.{d}.device.state.*",
        "care.v1.{d}.device.outage.*", "care.v1.{d}.device.heard.*"))
    rights.may_publish("calls to people", *per_district(d, "care.v1.{d}.call.>"))
    rights.may_publish("who is nearest?", *per_district(d, "care.v1.{d}.ask.caregiver-location.nearest"))
    rights.may_publish("by which numbers and browsers are people reached?", *per_district(
        d, "care.v1.{d}.ask.registry.contacts", "care.v1.{d}.ask.command-center.push"))
    rights.may_publish("orders the repair of a faulty device", *per_district(d, "care.v1.{d}.cmd.dispatch"))
    rights.may_publish("messages it can't handle", *per_district(d, "care.v1.{d}.dead.emergency-call"))
    rights.owns(*per_district(d, "ALARMS_{d}", "DEVICES_{d}"))
    rights.follows(*per_district(d, "PRESENCE_{d}", "POSITIONS_{d}"))
    return rights.may_subscribe("what it is asked and told", *per_district(
        d, "care.v1.{d}.cmd.emergency-call", "care.v1.{d}.ask.emergency-call.*", "care.v1.{d}.position.moved"))


def meal_delivery(d: list[str]) -> Rights:
    rights = Rights().with_inbox("meal-delivery").holds_lease("meal-delivery", d)
    rights.may_publish("meals, rounds, menus, who eats: it alone decides", *per_district(
        d, "care.v1.{d}.meal.~takeover", "care.v1.{d}.meal.blank", "care.v1.{d}.meal.order.*", "care.v1.{d}.meal.round.*",
        "care.v1.{d}.meal.sitting.*", "care.v1.{d}.diner.~takeover", "care.v1.{d}.diner.blank", "care.v1.{d}.diner.kitchen.*",
        "care.v1.{d}.diner.needs.*", "care.v1.{d}.diner.courier.*", "care.v1.{d}.diner.standing.*"))
    rights.may_publish("asks for the money of a meal, and what it would cost", *per_district(
        d, "care.v1.{d}.cmd.accounts", "care.v1.{d}.ask.accounts.quote"))
    rights.may_publish("asks that somebody looks where nobody opens", *per_district(d, "care.v1.{d}.cmd.emergency-call"))
    rights.may_publish("messages it can't handle", *per_district(d, "care.v1.{d}.dead.meal-delivery"))
    rights.owns(*per_district(d, "MEALS_{d}", "DINERS_{d}"))
    rights.follows(*per_district(d, "PROFILES_{d}"))
    return rights.may_subscribe("what it is asked and told", *per_district(
        d, "care.v1.{d}.cmd.meal-delivery", "care.v1.{d}.ask.meal-delivery.*", "care.v1.{d}.position.moved",
        "care.v1.{d}.again.meal-delivery.*"))


def command_center(d: list[str]) -> Rights:
    rights = Rights().with_inbox("command-center")
    rights.may_publish("commands and questions of the people signed in", *per_district(
        d, "care.v1.{d}.cmd.dispatch", "care.v1.{d}.cmd.caregiver-location", "care.v1.{d}.cmd.registry",
        "care.v1.{d}.cmd.accounts", "care.v1.{d}.cmd.emergency-call", "care.v1.{d}.cmd.meal-delivery",
        "care.v1.{d}.ask.caregiver-location.*", "care.v1.{d}.ask.registry.names", "care.v1.{d}.ask.registry.find",
        "care.v1.{d}.ask.registry.organisations", "care.v1.{d}.ask.registry.facilities",
        "care.v1.{d}.ask.registry.rosters", "care.v1.{d}.ask.registry.plans", "care.v1.{d}.ask.registry.erasures",
        "care.v1.{d}.ask.registry.export", "care.v1.{d}.ask.registry.caller", "care.v1.{d}.ask.registry.audit",
        "care.v1.{d}.ask.accounts.*", "care.v1.{d}.ask.emergency-call.*", "care.v1.{d}.ask.meal-delivery.*"))
    rights.may_publish("positions as phones report them", *per_district(d, "care.v1.{d}.position.report.*"))
    rights.may_publish("messages it can't handle", *per_district(d, "care.v1.{d}.dead.command-center"))
    rights.owns(*per_district(d, "DEAD_{d}"))
    rights.may_publish("has a message given up handled once more", *per_district(d, "care.v1.{d}.again.*.*"))
    # GEOFENCE only to show a message that was given up.
    rights.follows(*per_district(d, "ORDERS_{d}", "PROFILES_{d}", "PRESENCE_{d}", "POSITIONS_{d}", "GEOFENCE_{d}",
                                 "FUNDING_{d}", "ALARMS_{d}", "DEVICES_{d}", "MEALS_{d}", "DINERS_{d}"))
    return rights.may_subscribe("the live map, who is called, what it is asked, messages to be handled once more", *per_district(
        d, "care.v1.{d}.position.moved", "care.v1.{d}.call.>", "care.v1.{d}.ask.command-center.*",
        "care.v1.{d}.again.command-center.*"))


def district(d: list[str]) -> Rights:
    """All services in one process: the union of theirs, by way of the same table."""
    rights = Rights().with_inbox("district")
    for part in (dispatch(d), caregiver_location(d), registry(d), accounts(d), emergency_call(d), meal_delivery(d),
                 command_center(d)):
        rights.publish += [group for group in part.publish if "_INBOX" not in group[1][0]]
        rights.subscribe += [group for group in part.subscribe if "_INBOX" not in group[1][0]]
    return rights


SERVICES = {
    "dispatch": dispatch,
    "caregiver-location": caregiver_location,
    "registry": registry,
    "accounts": accounts,
    "emergency-call": emergency_call,
    "meal-delivery": meal_delivery,
    "command-center": command_center,
    "district": district,
}
# Those who are asked must be able to answer: one message to the reply subject of each request, within the time.
ANSWERS = {"dispatch", "caregiver-location", "registry", "accounts", "emergency-call", "meal-delivery",
           "command-center", "district"}


def block(groups: list[tuple[str, list[str]]], indent: str) -> list[str]:
    lines, seen = [], set()
    for why, subjects in groups:
        fresh = [subject for subject in subjects if subject not in seen]
        seen.update(fresh)
        if fresh:
            lines.append(f"{indent}# {why}")
            lines += [f'{indent}"{subject}"' for subject in fresh]
    return lines


def render(districts: list[str]) -> str:
    lines = [
        "# Users of the account CARE and what each may do. Generated by ops/nats/permissions.py: change the table there.",
        f"# Districts: {', '.join(districts)}.",
        "# The public keys ($…_NKEY), made by ops/make-secrets.sh.",
        'include "identities/nats-identities.conf"',
        "users: [",
    ]
    for name, table in SERVICES.items():
        rights = table(districts)
        lines += ["  {", f"    nkey: ${name.upper().replace('-', '_')}_NKEY", "    permissions: {"]
        for verb, groups in (("publish", rights.publish), ("subscribe", rights.subscribe)):
            lines += [f"      {verb}: {{ allow: [", *block(groups, " " * 8), "      ] }"]
        if name in ANSWERS:
            lines.append('      allow_responses: { max: 1, expires: "30s" }')
        lines += ["    }", "  }"]
    lines += [
        "  # People who look after the system (backup, purge, inspection); no service runs as this user.",
        '  { nkey: $OPS_NKEY, permissions: { publish: ">", subscribe: ">" } }',
        "]",
    ]
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("districts", nargs="*", default=DEFAULT_DISTRICTS, metavar="DISTRICT")
    parser.add_argument("--check", type=Path, metavar="FILE", help="fail when FILE differs from the table")
    arguments = parser.parse_args()
    for name in arguments.districts:
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", name):
            parser.error(f"{name!r} is not a district's id: 1 to 64 letters, digits, '-' and '_'")
    text = render(arguments.districts)
    if arguments.check is None:
        sys.stdout.write(text)
        return 0
    if arguments.check.read_text() == text:
        return 0
    print(f"{arguments.check} is out of date: run ops/nats/permissions.py > {arguments.check}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
