#!/usr/bin/env python3
"""One page about a student: what it draws, what it costs, and what other runtimes take for the same network.

    .venv/bin/python tests/bench/student_page.py --teacher runs/smileys --student runs/student \\
        [--float runs/student-float] [--fakes 5000] [--device stm32f746] [--peers peers/bin/python] --out page.md

Teacher, float student (where distillation made one) and int8 student are measured by `centigan eval` against the pictures
that the teacher was trained on, with the same seeds; the student is exported, and what the C runtime draws is measured once
more; `centigan simulate` counts bytes and instructions on an emulated microcontroller and measures this machine. `--peers`
names a Python with the other runtimes (student_peers.py tells how it is made). Pictures and measurements are kept beside the
page, in a folder PAGE.parts: the script may be stopped, and goes on.
"""
import argparse
import json
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
COLUMNS = {"fid": "FID", "fd-effnetlite0": "FD-effnetlite0", "kid": "KID x 1000", "precision": "precision", "recall": "recall",
           "diversity": "diversity x 1000", "nearest-count": "different nearest", "near-duplicates": "near-duplicates",
           "authenticity": "authenticity"}
THOUSANDTHS = ("kid", "diversity")


def kept(path, make):
    """Makes a file unless it is there, under another name until it is whole."""
    if not path.exists():
        part = path.with_suffix(".part" + path.suffix)
        make(part)
        part.rename(path)
    return path


def measured(arguments, name, *draw):
    """{metric: value} of `centigan eval` for the pictures that the verb and flags `draw` make."""
    drawn = kept(arguments.parts / f"{name}-pictures", lambda part: arguments.run(
        *draw, "--seeds", f"0-{arguments.fakes - 1}", "--out", part))
    path = kept(arguments.parts / f"{name}.jsonl", lambda part: arguments.run(
        "eval", "--fake", drawn, "--real-from", arguments.teacher, "--metrics", arguments.metrics, "--json", part,
        "--sheet", arguments.parts / f"{name}.png"))
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    return {plain(line["metric"]): line["value"] for line in lines}


def plain(metric):
    """Perceptual distances carry the name of their network."""
    return re.sub(r"^(lpips|pd)(-custom:\w+|-inception-2015-12-05|-effnetlite0|-vgg16)?(?=-real$|-cluster$|$)", "diversity", metric)


def quality(arguments):
    runs = {"teacher": arguments.teacher, "float student": arguments.float, "int8 student": arguments.student}
    result = {name: measured(arguments, name.replace(" ", "-"), "generate", "--from", run) for name, run in runs.items() if run}
    result["as the C runtime draws it"] = measured(arguments, "runtime", "run", arguments.cgm)
    return result


def quality_table(rows):
    names = [metric for metric in COLUMNS if any(metric in values for values in rows.values())]
    lines = ["| | " + " | ".join(COLUMNS[name] for name in names) + " |", "| --- |" + " ---: |" * len(names)]
    for row, values in rows.items():
        cells = [f"{values[name] * (1000 if name in THOUSANDTHS else 1):.4g}" if name in values else "" for name in names]
        lines.append(f"| {row} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def change(rows):
    """The Fréchet distance of the student next to that of the float teacher."""
    metric = next(name for name in ("fid", "fd-effnetlite0") if name in rows["teacher"])
    teacher, student = (rows[name][metric] for name in ("teacher", "int8 student"))
    return f"The student's Fréchet distance differs from the teacher's by {100 * (student / teacher - 1):+.1f} %."


def diversity(rows):
    real = rows["teacher"].get("diversity-real")
    return f"\n\nDiversity: mean perceptual distance (`pd` or `lpips` of eval) of 1,000 pairs; of the training pictures {1000 * real:.4g}." if real else ""


def costs(arguments):
    def simulated(device):
        path = kept(arguments.parts / f"{device}.json", lambda part: arguments.run(
            "simulate", arguments.cgm, "--device", device, "--json", part))
        return json.loads(path.read_text())
    return simulated(arguments.device), simulated("host")


def cost_table(board, host):
    rows = {"flash (model, code, constants)": f"{board['flash_bytes']:,} bytes of {board['flash_limit']:,}",
            "RAM (arena, stack, model object)": f"{board['ram_bytes']:,} bytes of {board['ram_limit']:,}",
            "multiplications a picture": f"{board['macs']:,}",
            f"instructions a picture, {board['device']}": f"{board['instructions']:,}",
            f"time there at {board['mhz']} MHz": f"{board['least_seconds']:.2f} to {board['most_seconds']:.2f} s, not measured on a board",
            "time on this CPU, one thread, in this RAM": f"{host['milliseconds']:.3f} ms"}
    return "\n".join(["| | |", "| --- | ---: |"] + [f"| {name} | {value} |" for name, value in rows.items()])


def peers(arguments):
    if not arguments.peers:
        return "Not measured in this run (`--peers`)."
    path = kept(arguments.parts / "peers.md", lambda part: part.write_text(subprocess.run(
        [arguments.peers, ROOT / "tests/bench/student_peers.py", arguments.cgm], check=True, text=True,
        capture_output=True).stdout))
    return path.read_text().strip()


def page(arguments):
    rows = quality(arguments)
    board, host = costs(arguments)
    return f"""# A student beside its teacher

Made by `tests/bench/student_page.py`; {arguments.fakes:,} pictures each against those that the teacher was trained on.

## What it draws

{quality_table(rows)}

{change(rows)}{diversity(rows)}

## What it costs

{cost_table(board, host)}

## The same network elsewhere

One thread, a picture at a time, in turn.

{peers(arguments)}
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("teacher", "student"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--float", help="run of the float student")
    parser.add_argument("--fakes", type=int, default=5000)
    parser.add_argument("--metrics", default="fid,kid,prdc,nearest,diversity")
    parser.add_argument("--device", default="stm32f746")
    parser.add_argument("--peers", help="a Python with the other runtimes")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--centigan", default=str(ROOT / "build/release/bin/centigan"))
    arguments = parser.parse_args()
    arguments.run = lambda *words: subprocess.run([arguments.centigan, *map(str, words), "--quiet"], check=True)
    arguments.parts = arguments.out.with_suffix(".parts")
    arguments.parts.mkdir(parents=True, exist_ok=True)
    arguments.cgm = kept(arguments.parts / "student.cgm", lambda part: arguments.run("export", "--from", arguments.student, "--out", part))
    arguments.out.write_text(page(arguments))


if __name__ == "__main__":
    main()
