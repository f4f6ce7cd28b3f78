"""Rounds of boxes for the peers' drivers: who carries, what is carried, ways in whole seconds; answers as turns.

Usage of every driver: DRIVER FOLDER SECONDS SEED. The folder holds `instance.json` and `ways.i32` (rows from, columns
to); `answer.json` is put beside: for each carrier with anything to do its number and its turns, each a load and whether
it is handed over.
"""

import json
import pathlib
import sys

import numpy


class Instance:
    """What `loadtest meals` wrote down; loads and carriers of one group belong together."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        with open(self.folder / "instance.json", encoding="utf-8") as text:
            whole = json.load(text)
        self.carriers, self.loads, self.lateness = whole["carriers"], whole["loads"], whole["lateness"]
        places = whole["places"]
        self.ways = numpy.fromfile(self.folder / "ways.i32", dtype=numpy.int32).reshape(places, places)

    def write(self, routes):
        with open(self.folder / "answer.json", "w", encoding="utf-8") as text:
            json.dump(routes, text)


def arguments():
    folder, seconds, seed = sys.argv[1:4]
    return Instance(folder), float(seconds), int(seed)
