"""VROOM through pyvroom: its own moves at the deepest exploration, and no time to give it: it stops by itself."""

import math
import sys

sys.path = sys.path[1:] + sys.path[:1]

import numpy  # noqa: E402
from common import arguments, write  # noqa: E402

import vroom  # noqa: E402

instance, out, objective, seconds, seed, _ = arguments()
SCALE = 1_000
size = len(instance.rows)


def up(value):
    return math.ceil(value * SCALE - 1e-6)


ways = numpy.array([[up(instance.distance(i, j)) for j in range(size)] for i in range(size)], dtype=numpy.uint32)
problem = vroom.Input()
problem.set_durations_matrix("car", ways)
depot = instance.rows[0]
for number in range(instance.vehicles):
    fixed = 10_000 * SCALE if objective == "vehicles-first" else 0
    problem.add_vehicle(
        vroom.Vehicle(
            number,
            start=0,
            end=0,
            profile="car",
            capacity=[instance.capacity],
            time_window=vroom.TimeWindow(int(depot[4] * SCALE), int(depot[5] * SCALE)),
            costs=vroom.VehicleCosts(fixed=fixed),
        )
    )


def windows(row):
    return [vroom.TimeWindow(up(row[4]), int(row[5] * SCALE))]


if instance.pairs:
    for pickup, delivery in instance.pickups():
        a, b = instance.rows[pickup], instance.rows[delivery]
        problem.add_shipment(
            vroom.ShipmentStep(pickup, location=pickup, service=up(a[6]), time_windows=windows(a)),
            vroom.ShipmentStep(delivery, location=delivery, service=up(b[6]), time_windows=windows(b)),
            amount=[int(a[3])],
        )
else:
    for i in range(1, size):
        row = instance.rows[i]
        problem.add_job(
            vroom.Job(i, location=i, service=up(row[6]), delivery=[int(row[3])], time_windows=windows(row))
        )
solution = problem.solve(exploration_level=5, nb_threads=1)
routes = {}
for step in solution.routes.itertuples():
    if step.type not in ("start", "end"):
        routes.setdefault(step.vehicle_id, []).append(int(step.location_index))
write(out, instance, list(routes.values()))
