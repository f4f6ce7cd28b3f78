"""vrp-cli of reinterpretcat/vrp: reads the published forms itself; only its answer is turned into .sol.

Its published forms know one objective, fewest vehicles first.
"""

import re
import subprocess
import sys
import tempfile

from common import arguments, write

instance, out, objective, seconds, seed, rest = arguments()
form = "lilim" if instance.pairs else "solomon"
with tempfile.NamedTemporaryFile("r", suffix=".txt") as answer:
    command = [rest[0], "solve", form, sys.argv[1], "-o", answer.name, "-t", str(int(seconds)), "--parallelism", "1,1"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    text = answer.read()
routes = []
for line in text.splitlines():
    found = re.match(r"\s*route[^:]*:(.*)", line, re.IGNORECASE)
    if found:
        routes.append([instance.index[int(n)] for n in found.group(1).split()])
write(out, instance, routes)
