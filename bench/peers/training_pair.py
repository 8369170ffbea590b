"""Two processes of one program at the same time as one JSON line: python bench/peers/training_pair.py ONE OTHER

`threads` becomes "1+1", and the windows the sums of the two in turn: steps a second of both together.
"""

import json
import sys

one, other = (json.load(open(path)) for path in sys.argv[1:3])
one["threads"] = f"{one['threads']}+{other['threads']}"
one["windows"] = [a + b for a, b in zip(one["windows"], other["windows"])]
print(json.dumps(one), flush=True)
