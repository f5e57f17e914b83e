#!/usr/bin/env python3
"""Trains the quickstart's networks with each method of docs/methods.md and compares them by their Fréchet distance.

    python3 tests/bench/compare_methods.py                     # every row that is not in the results yet
    python3 tests/bench/compare_methods.py --only "CHAIN,APA"   # some of them
    python3 tests/bench/compare_methods.py --table             # the table of what there is, in Markdown

One row is a method and a seed: a training run of `lite` at 32 px on samples/smileys and `centigan eval` of it. Every
finished row appends one line to the results file and is skipped from then on, so the script may be stopped at any time.
"""
import argparse
import os
import pathlib
import statistics
import subprocess
import tempfile
import time

from result_rows import finished, flags, last_line, measured, run_missing, spread

ROOT = pathlib.Path(__file__).resolve().parents[2]
RESULTS = ROOT / "docs/results/methods-smileys.jsonl"
ADAPTIVE = {"trainer.adapt.mode": "policy", "trainer.adapt.kimg": "10"}

# Settings beside those of the quickstart, whose policy is translation,cutout.
METHODS = {
    "no augmentation": {"trainer.augment": ""},
    "DiffAugment": {},
    "adaptive DiffAugment": ADAPTIVE,
    "ADA (bgc)": {"trainer.augment": "ada:bgc", **ADAPTIVE},
    "LeCam 0.1": {"loss.lecam": "0.1"},
    "CR 1": {"loss.cr": "1"},
    "CR 10": {"loss.cr": "10"},
    "bCR 1": {"loss.cr": "1", "loss.bcr": "1"},
    "zCR": {"loss.zcr_d": "5", "loss.zcr_g": "0.5"},
    "APA": {"loss.apa": "0.8", "loss.apa_kimg": "10"},
    "AugSelf": {"loss.augself": "1"},
    "CHAIN": {"loss.chain": "20"},
    "AdvAug": {"loss.advaug": "1"},
    "R2": {"loss.r2_gamma": "0.3"},
    "relativistic": {"loss.objective": "relativistic"},
}


def rows(arguments):
    for seed in range(arguments.seeds):
        for method in arguments.only.split(",") if arguments.only else METHODS:
            yield {"method": method, "settings": METHODS[method], "kimg": arguments.kimg, "seed": seed}


def run_row(row, arguments):
    """Trains and measures in a temporary folder -> the row with what came out."""
    environment = dict(os.environ, OMP_NUM_THREADS="1")
    with tempfile.TemporaryDirectory(prefix="centigan-methods-") as folder:
        run, numbers = folder + "/run", folder + "/eval.jsonl"
        begun = time.time()
        subprocess.run([arguments.centigan, "train", "--data", ROOT / "samples/smileys", "--out", run, "--preset",
                        "quickstart", "--kimg", str(row["kimg"]), "--seed", str(row["seed"]), "--threads", "1", "--quiet",
                        *flags(row["settings"])], check=True, env=environment)
        trained = time.time() - begun
        subprocess.run([arguments.centigan, "eval", "--from", run, "--json", numbers, "--sheet", folder + "/sheet.png",
                        "--quiet"], check=True, env=environment, stdout=subprocess.DEVNULL)
        last = last_line(pathlib.Path(run) / "stats.jsonl")
        values, origin = measured(pathlib.Path(numbers), 4)
    return {**row, **values, **origin, "train_seconds": round(trained, 1),
            "peak_mb": round(last["Resources/peak_mb"])}


def table(results, kimg):
    """Mean and standard deviation over seeds, best first."""
    groups = {}
    for result in results:
        if result["kimg"] == kimg:
            groups.setdefault(result["method"], []).append(result)
    lines = ["| method | settings | seeds | Fréchet distance | precision | coverage | nearest of 100 |",
             "| --- | --- | ---: | ---: | ---: | ---: | ---: |"]
    for method, group in sorted(groups.items(), key=lambda item: statistics.mean(r["fid"] for r in item[1])):
        settings = " ".join(f"`{key}={value}`" for key, value in group[0]["settings"].items())
        lines.append(f"| {method} | {settings} | {len(group)} | {spread(group, 'fid', 1)} | {spread(group, 'precision', 2)} "
                     f"| {spread(group, 'coverage', 2)} | {spread(group, 'nearest-count', 0)} |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="names of methods, separated by commas")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--kimg", type=float, default=30)
    parser.add_argument("--jobs", type=int, default=1, help="runs side by side, of one thread each")
    parser.add_argument("--results", type=pathlib.Path, default=RESULTS)
    parser.add_argument("--table", action="store_true")
    parser.add_argument("--centigan", default=str(ROOT / "build/release/bin/centigan"))
    arguments = parser.parse_args()
    if not arguments.table:
        run_missing(arguments.results, rows(arguments), lambda row: run_row(row, arguments), arguments.jobs)
    print(table(finished(arguments.results), arguments.kimg))


if __name__ == "__main__":
    main()
