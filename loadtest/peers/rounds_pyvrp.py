"""PyVRP on rounds of one trip each: every kitchen is a depot with carriers of its own, rounds end at the last door.

Kitchens have nothing to do with each other then, and PyVRP finds more in many small problems than in one with ways that
must not be used: each gets its share of the time.
"""

import sys

# this file's folder holds one named like the library it drives: look for the library elsewhere first
sys.path = sys.path[1:] + sys.path[:1]

import numpy  # noqa: E402
from rounds import arguments  # noqa: E402

from pyvrp import Client, Depot, Location, ProblemData, VehicleType, solve  # noqa: E402
from pyvrp.stop import MaxRuntime  # noqa: E402

instance, seconds, seed = arguments()


def kitchen(group):
    """Rounds of one kitchen, as turns of its carriers."""
    own = [number for number, carrier in enumerate(instance.carriers) if carrier["group"] == group]
    loads = [number for number, load in enumerate(instance.loads) if load["group"] == group]
    first = instance.carriers[own[0]]
    places = [first["start"]] + [instance.loads[number]["door"] for number in loads]
    # the last place is the end of every round: no way from anywhere
    ways = numpy.zeros((len(places) + 1, len(places) + 1), dtype=numpy.int64)
    ways[:-1, :-1] = instance.ways[numpy.ix_(places, places)]
    numpy.fill_diagonal(ways, 0)
    carriers = VehicleType(
        len(own), capacity=[first["boxes"]], start_depot=0, end_depot=1, tw_early=first["from"], tw_late=first["until"]
    )

    def client(number):
        load = instance.loads[loads[number]]
        return Client(
            number + 1,
            delivery=[load["boxes"]],
            service_duration=load["at_door"],
            tw_early=load["opens"],
            tw_late=min(load["closes"], load["expires"]),
        )

    data = ProblemData(
        [Location(0, 0) for _ in range(len(places) + 1)],
        [client(number) for number in range(len(loads))],
        [Depot(0), Depot(len(places))],
        [carriers],
        [ways],
        [ways],
    )
    share = seconds * len(loads) / len(instance.loads)
    for route in solve(data, MaxRuntime(share), seed=seed, collect_stats=False).best.routes():
        doors = [loads[visit.idx] for visit in route.schedule() if visit.is_client()]
        yield [own.pop(), [[load, False] for load in doors] + [[load, True] for load in doors]]


instance.write([route for group in sorted({load["group"] for load in instance.loads}) for route in kitchen(group)])
