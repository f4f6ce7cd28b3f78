"""OR-Tools routing: guided local search from the cheapest insertions."""

import math
import sys

sys.path = sys.path[1:] + sys.path[:1]

from common import arguments, write  # noqa: E402

from ortools.constraint_solver import pywrapcp, routing_enums_pb2  # noqa: E402

instance, out, objective, seconds, seed, _ = arguments()
SCALE = 10_000
size = len(instance.rows)
ways = [[math.ceil(instance.distance(i, j) * SCALE - 1e-6) for j in range(size)] for i in range(size)]
manager = pywrapcp.RoutingIndexManager(size, instance.vehicles, 0)
routing = pywrapcp.RoutingModel(manager)
service = [int(row[6] * SCALE) for row in instance.rows]


def way(i, j):
    return ways[manager.IndexToNode(i)][manager.IndexToNode(j)]


def spent(i, j):
    return way(i, j) + service[manager.IndexToNode(i)]


routing.SetArcCostEvaluatorOfAllVehicles(routing.RegisterTransitCallback(way))
if objective == "vehicles-first":
    routing.SetFixedCostOfAllVehicles(10_000 * SCALE)
horizon = int(instance.rows[0][5] * SCALE)
routing.AddDimension(routing.RegisterTransitCallback(spent), horizon, horizon, False, "time")
load = routing.RegisterUnaryTransitCallback(lambda i: int(instance.rows[manager.IndexToNode(i)][3]))
routing.AddDimension(load, 0, instance.capacity, True, "load")
time = routing.GetDimensionOrDie("time")
for i in range(1, size):
    row = instance.rows[i]
    time.CumulVar(manager.NodeToIndex(i)).SetRange(math.ceil(row[4] * SCALE), int(row[5] * SCALE))
if instance.pairs:
    for pickup, delivery in instance.pickups():
        a, b = manager.NodeToIndex(pickup), manager.NodeToIndex(delivery)
        routing.AddPickupAndDelivery(a, b)
        routing.solver().Add(routing.VehicleVar(a) == routing.VehicleVar(b))
        routing.solver().Add(time.CumulVar(a) <= time.CumulVar(b))
parameters = pywrapcp.DefaultRoutingSearchParameters()
parameters.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
parameters.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
parameters.time_limit.FromMilliseconds(int(seconds * 1000))
solution = routing.SolveWithParameters(parameters)
routes = []
if solution:
    for vehicle in range(instance.vehicles):
        at, route = routing.Start(vehicle), []
        while not routing.IsEnd(at):
            if manager.IndexToNode(at):
                route.append(manager.IndexToNode(at))
            at = solution.Value(routing.NextVar(at))
        routes.append(route)
write(out, instance, routes)
