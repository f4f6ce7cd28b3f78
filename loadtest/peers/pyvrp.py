"""PyVRP: iterated local search; distances scaled to whole numbers, rounded up so that times hold in double precision."""

import math
import sys

# this file is named like the library it drives: look for the library elsewhere than here
sys.path = sys.path[1:] + sys.path[:1]

from common import arguments, write  # noqa: E402

from pyvrp import Model  # noqa: E402
from pyvrp.stop import MaxRuntime  # noqa: E402

instance, out, objective, seconds, seed, _ = arguments()
if instance.pairs:
    sys.exit("PyVRP has no pickups and deliveries")
SCALE = 10_000


def up(value):
    return math.ceil(value * SCALE - 1e-6)


model = Model()
depot = instance.rows[0]
fixed = 10_000 * SCALE if objective == "vehicles-first" else 0
places = [model.add_location(row[1], row[2]) for row in instance.rows]
model.add_depot(places[0])
model.add_vehicle_type(
    instance.vehicles, capacity=instance.capacity, fixed_cost=fixed, tw_early=up(depot[4]), tw_late=up(depot[5])
)
for row, place in zip(instance.rows[1:], places[1:]):
    model.add_client(
        place, delivery=int(row[3]), service_duration=up(row[6]), tw_early=up(row[4]), tw_late=up(row[5])
    )
for i, a in enumerate(places):
    for j, b in enumerate(places):
        if i != j:
            way = up(instance.distance(i, j))
            model.add_edge(a, b, way, way)
result = model.solve(MaxRuntime(seconds), seed=seed, display=False)
# clients are counted without the depot, which is the first row
routes = [[visit.idx + 1 for visit in route.schedule() if visit.is_client()] for route in result.best.routes()]
write(out, instance, routes)
