"""Instances for the peers' drivers, and solutions in VRPLIB's .sol form.

Usage of every driver: DRIVER INSTANCE OUT {solomon,lilim} {distance,vehicles-first} SECONDS SEED [BINARY]
"""

import math
import sys


class Instance:
    """Rows as published: number, x, y, demand, ready, due, service, pickup, delivery."""

    def __init__(self, path, form):
        rows = []
        with open(path, encoding="utf-8") as text:
            for line in text:
                try:
                    fields = [float(f) for f in line.split()]
                except ValueError:
                    continue
                if fields:
                    rows.append(fields)
        self.vehicles, self.capacity = int(rows[0][0]), int(rows[0][1])
        self.rows = rows[1:]
        self.pairs = form == "lilim"
        self.index = {int(r[0]): i for i, r in enumerate(self.rows)}

    def distance(self, i, j):
        a, b = self.rows[i], self.rows[j]
        return math.hypot(a[1] - b[1], a[2] - b[2])

    def pickups(self):
        """(pickup, delivery) as row indices."""
        return [(i, self.index[int(r[8])]) for i, r in enumerate(self.rows) if i and int(r[8])]


def arguments():
    path, out, form, objective, seconds, seed = sys.argv[1:7]
    return Instance(path, form), out, objective, float(seconds), int(seed), sys.argv[7:]


def write(out, instance, routes):
    """Routes of row indices."""
    with open(out, "w", encoding="utf-8") as text:
        for number, route in enumerate((r for r in routes if r), 1):
            stops = " ".join(str(int(instance.rows[i][0])) for i in route)
            text.write(f"Route #{number}: {stops}\n")
