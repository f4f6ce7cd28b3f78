"""OR-Tools routing on whole rounds: every load a pickup and a delivery by one carrier, several trips, several kitchens,
hard ages, soft windows. Guided local search. None of its own first solutions is done with two thousand pairs within
minutes, so it is given one for nothing: every courier takes the nearest doors of a kitchen, trip by trip.
"""

import sys

sys.path = sys.path[1:] + sys.path[:1]

import numpy  # noqa: E402
from rounds import arguments  # noqa: E402

from ortools.constraint_solver import pywrapcp, routing_enums_pb2  # noqa: E402

LEFT_OUT = 1_000_000

instance, seconds, seed = arguments()
loads, carriers = instance.loads, instance.carriers
# nodes: pickup and door of each load, then where each carrier begins, then the end of everything
places = [load[end] for load in loads for end in ("from", "door")] + [c["start"] for c in carriers]
stay = numpy.array([load[time] for load in loads for time in ("loading", "at_door")] + [0] * (len(carriers) + 1))
size = len(places) + 1
end = size - 1
ways = numpy.zeros((size, size), dtype=numpy.int64)
ways[:end, :end] = instance.ways[numpy.ix_(places, places)]
starts = [2 * len(loads) + number for number in range(len(carriers))]
manager = pywrapcp.RoutingIndexManager(size, len(carriers), starts, [end] * len(carriers))
routing = pywrapcp.RoutingModel(manager)
routing.SetArcCostEvaluatorOfAllVehicles(routing.RegisterTransitMatrix(ways.tolist()))
spent = routing.RegisterTransitMatrix((ways + stay[:, None]).tolist())
horizon = max(carrier["until"] for carrier in carriers)
routing.AddDimension(spent, horizon, horizon, False, "time")
boxes = [sign * load["boxes"] for load in loads for sign in (1, -1)] + [0] * (len(carriers) + 1)
weighed = routing.RegisterUnaryTransitVector(boxes)
routing.AddDimensionWithVehicleCapacity(weighed, 0, [c["boxes"] for c in carriers], True, "load")
time = routing.GetDimensionOrDie("time")
for vehicle, carrier in enumerate(carriers):
    time.CumulVar(routing.Start(vehicle)).SetRange(carrier["from"], carrier["until"])
    time.CumulVar(routing.End(vehicle)).SetMax(carrier["until"])
for number, load in enumerate(loads):
    a, b = manager.NodeToIndex(2 * number), manager.NodeToIndex(2 * number + 1)
    time.CumulVar(a).SetRange(max(load["ready"], 0), load["expires"])
    time.CumulVar(b).SetRange(load["opens"], load["expires"])
    time.SetCumulVarSoftUpperBound(b, load["closes"], instance.lateness)
    routing.AddPickupAndDelivery(a, b)
    routing.solver().Add(routing.VehicleVar(a) == routing.VehicleVar(b))
    routing.solver().Add(time.CumulVar(a) <= time.CumulVar(b))
    # as with ours: a load may be left out, at a price beyond any way
    routing.AddDisjunction([manager.NodeToIndex(2 * number)], LEFT_OUT)
    routing.AddDisjunction([manager.NodeToIndex(2 * number + 1)], LEFT_OUT)


def nearest_doors():
    """Rounds of nodes: whoever is free first goes on from the kitchen with most boxes left within reach."""
    left = {}
    for number, load in enumerate(loads):
        left.setdefault(load["from"], set()).add(number)
    rounds, free = [[] for _ in carriers], [c["from"] for c in carriers]
    at = [c["start"] for c in carriers]
    while any(left.values()):
        who = min(range(len(carriers)), key=free.__getitem__)
        kitchen = at[who] if left.get(at[who]) else max(left, key=lambda k: len(left[k]))
        now = free[who] + int(instance.ways[at[who], kitchen])
        taken, place, room = [], kitchen, carriers[who]["boxes"]
        while left[kitchen] and room > 0:
            door = min(left[kitchen], key=lambda n: instance.ways[place, loads[n]["door"]])
            left[kitchen].remove(door)
            taken.append(door)
            place, room = loads[door]["door"], room - loads[door]["boxes"]
        now = max(now, max(loads[n]["ready"] for n in taken)) + sum(loads[n]["loading"] for n in taken)
        place, kept = kitchen, []
        for n in taken:
            there = max(now + int(instance.ways[place, loads[n]["door"]]), loads[n]["opens"])
            # too old at the door, or after work: left out for now
            if there <= loads[n]["expires"] and there + loads[n]["at_door"] <= carriers[who]["until"]:
                kept.append(n)
                now, place = there + loads[n]["at_door"], loads[n]["door"]
        rounds[who] += [2 * n for n in kept] + [2 * n + 1 for n in kept]
        free[who], at[who] = now, min(left, key=lambda k: instance.ways[place, k])
        free[who] += int(instance.ways[place, at[who]])
    return rounds


parameters = pywrapcp.DefaultRoutingSearchParameters()
parameters.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
parameters.time_limit.FromMilliseconds(int(seconds * 1000))
routing.CloseModelWithParameters(parameters)
first = routing.ReadAssignmentFromRoutes(nearest_doors(), True)
if first is None:
    sys.exit("the nearest doors make no plan: somebody would be too late")
solution = routing.SolveFromAssignmentWithParameters(first, parameters)
answer = []
for vehicle in range(len(carriers)) if solution else []:
    at, turns = solution.Value(routing.NextVar(routing.Start(vehicle))), []
    while not routing.IsEnd(at):
        node = manager.IndexToNode(at)
        turns.append([node // 2, node % 2 == 1])
        at = solution.Value(routing.NextVar(at))
    if turns:
        answer.append([vehicle, turns])
instance.write(answer)
