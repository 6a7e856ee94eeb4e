"""Fashion Studio: from a folder of garment photographs to a trustworthy labelled data set."""

import os

# Read by OpenMP when torch is loaded, so before anything here imports it. By default its threads spin while
# they wait for each other; beside a training, a forward pass of 40 ms then took 20 s.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
