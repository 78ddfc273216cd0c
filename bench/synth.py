"""Making a synthetic register, beside the physical limits of the same run: the same random numbers, the same bytes.

`python -m bench.synth [HOUSEHOLDS]` prints one line of JSON. The ratio is of processor time.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from fupin.synthetic.make import Order
from fupin.synthetic.write import write

DRAWS = 60
"""Random numbers that a person and its share of a household take, about."""


def main(households: int = 100_000) -> dict[str, float]:
    """Seconds of a run as csv, of writing the same bytes, of drawing as many random numbers."""
    with tempfile.TemporaryDirectory() as folder:
        started, used = time.perf_counter(), time.process_time()
        written = write(Order(households), Path(folder), "csv")
        made, own = time.perf_counter() - started, time.process_time() - used
        data = [path.read_bytes() for path in written.files]
        started, used = time.perf_counter(), time.process_time()
        for place, body in enumerate(data):
            (Path(folder) / f"again-{place}").write_bytes(body)
        copied = time.perf_counter() - started
    started = time.perf_counter()
    generator = np.random.default_rng(1)
    for _ in range(DRAWS):
        generator.random(written.persons)
    drawn, peers = time.perf_counter() - started, time.process_time() - used
    return {
        "households": households,
        "persons": written.persons,
        "seconds": round(made, 2),
        "seconds_a_million_households": round(made / households * 1_000_000, 1),
        "seconds_same_bytes": round(copied, 2),
        "seconds_same_random_numbers": round(drawn, 2),
        "processor_seconds": round(own, 2),
        "ratio": round(own / max(peers, 1e-9), 1),
    }


if __name__ == "__main__":
    print(json.dumps(main(*(int(text) for text in sys.argv[1:2]))))
