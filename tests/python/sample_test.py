"""Runs samples/ops_from_python/gan_step.py for a few steps."""
import os
import subprocess
import sys

try:
    import torch  # noqa: F401
except Exception as error:
    print(f"skipped: import torch: {error}")
    sys.exit(77)

sample = os.path.join(os.path.dirname(__file__), "..", "..", "samples", "ops_from_python", "gan_step.py")
run = subprocess.run([sys.executable, sample, os.environ["CENTIGAN_LIB"], "3"], capture_output=True, text=True)
print(run.stdout, run.stderr)
assert run.returncode == 0 and run.stdout.count("step") == 3, "the sample must print one line a step"
