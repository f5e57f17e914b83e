#!/usr/bin/env python3
"""Makes compress/src/kernel_costs.h again: instructions of the runtime's kernels on a Cortex-M4 or M7, 8-bit rows.

    ninja -C build/dev centigan cgrt_make_model print_work
    tests/bench/kernel_costs.py build/dev/bin [--write]

Students of many shapes are drawn by `centigan simulate --device stm32h743`, which counts the instructions of every layer;
`print_work` says what the kernels had to do for each. Costs are the non-negative least squares of relative errors. Prints
them and the errors; with --write the header is replaced.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
HEADER = ROOT / "compress/src/kernel_costs.h"
TERMS = 6

# latent, style, flags (1 gain, 4 demodulation, 8 noise, 16 dense start), bits, colours, layers; hand-overs
SHAPES = [
    ("32 32 9 8 3", "48 c48 u48 u32 c32 p16 c16 r", (0, 1, 2, 3)),  # E32-S
    ("32 64 9 8 3", "96 c96 u80 c80 u56 c56 p32 c32 r", (0, 1, 2, 3)),  # E32
    ("64 64 9 8 3", "112 c112 u96 c96 u80 c80 r p48 c48 r p24 c24 r", (0, 1, 2)),  # E64
    ("128 128 21 8 3", "64 c64 u64 c64 p48 c48 r p32 c32 r", (0, 1, 2, 3)),
    ("16 48 13 8 3", "24 c32 u40 c24 u16 c8 r p8 c8 r", (0, 1, 2, 3)),
    ("24 40 13 8 1", "64 c20 p28 c36 p12 c44 r u12 c12 r", (0, 1, 2, 3)),
    ("8 96 21 8 1", "16 c16 c16 p64 c16 p32 u24 c12 r", (0, 1, 2, 3)),
    ("100 20 4 8 3", "32 c32 u8 c64 u64 p8 c16 r", (0, 1, 2, 3)),
    ("48 64 5 8 3", "40 c40 u40 c40 c40 u28 c28 r u20 c20 r p12 c12 r", (0, 1, 2, 3)),
    ("32 32 21 8 3", "160 c160 c128 p8 c8 r", (0,)),
    ("64 16 5 8 3", "200 c96 c200 p200 c16 r p8 r", (0, 1)),
    ("32 32 5 4 3", "48 c48 u48 c48 u32 c32 r p16 c16 r", (0, 1, 2, 3)),
    ("32 32 9 4 3", "20 c64 p32 c20 p16 c12 r u8 c8 r", (1, 2, 3)),
    ("32 32 5 6 3", "48 c48 u48 c48 u32 c32 r p16 c16 r", (0, 1, 2, 3)),
    ("32 32 9 6 3", "20 c64 p32 c20 p16 c12 r u8 c8 r", (1, 2, 3)),
    ("32 64 5 8 3", "30 c30 u22 c18 u14 c10 r p14 c6 r", (1, 3)),
    ("16 32 9 8 3", "10 c18 p26 c34 p18 c22 r u6 c10 r", (1, 3)),
    ("32 64 1 8 1", "33 c17 u21 c27 p15 c9 r p13 c7 r", (1, 3)),
]


def run(*words):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, words))}: {done.stdout}{done.stderr}")
    return done.stdout


def work_of(programs, model, handover):
    """A dictionary {(kernel, term): amount} for each layer; the last is what is done once."""
    lines = run(programs / "print_work", model, handover).splitlines()
    pairs = ([field.split(":") for field in line.split()[1:]] for line in lines)
    return [{(int(k), int(i)): float(amount) for k, i, amount in layer} for layer in pairs]


def counts_of(programs, model, handover):
    """Instructions of each layer by its index, those beside layers under -1."""
    report = model.with_suffix(".json")
    run(programs / "centigan", "simulate", model, "--device", "stm32h743", "--handover", handover, "--json", report)
    counts = {}
    for layer in json.loads(report.read_text())["layers"]:
        first = layer["name"].split()[0]
        counts[int(first) if first.isdigit() else -1] = layer["instructions"]
    return counts


def measured(programs, folder):
    """Rows of the system: (model, handover, work, instructions)."""
    rows = []
    for number, (words, layers, handovers) in enumerate(SHAPES):
        model = folder / f"shape{number}.cgm"
        run(programs / "cgrt_make_model", model, "shape", *words.split(), *layers.split())
        for handover in handovers:
            work = work_of(programs, model, handover)
            counts = counts_of(programs, model, handover)
            rows += [(number, handover, work[k], count) for k, count in counts.items()]
    return rows


def solve(matrix, right):
    """Gaussian elimination with pivoting; a little is added to the diagonal for terms that cannot be told apart."""
    size = len(right)
    rows = [list(matrix[i]) + [right[i]] for i in range(size)]
    for i in range(size):
        rows[i][i] *= 1 + 1e-9
    for i in range(size):
        best = max(range(i, size), key=lambda r: abs(rows[r][i]))
        rows[i], rows[best] = rows[best], rows[i]
        for r in range(i + 1, size):
            factor = rows[r][i] / rows[i][i]
            if factor:
                rows[r] = [a - factor * b for a, b in zip(rows[r], rows[i])]
    found = [0.0] * size
    for i in reversed(range(size)):
        found[i] = (rows[i][size] - sum(rows[i][j] * found[j] for j in range(i + 1, size))) / rows[i][i]
    return found


def fit(rows):
    """Costs {(kernel, term): instructions}: the term of the most negative cost is left out until none is negative."""
    terms = sorted({term for _, _, work, _ in rows for term in work})
    while True:
        scaled = [[work.get(term, 0.0) / count for term in terms] for _, _, work, count in rows]
        size = [sum(row[j] ** 2 for row in scaled) ** 0.5 for j in range(len(terms))]
        scaled = [[value / size[j] for j, value in enumerate(row)] for row in scaled]
        matrix = [[sum(row[i] * row[j] for row in scaled) for j in range(len(terms))] for i in range(len(terms))]
        right = [sum(row[i] for row in scaled) for i in range(len(terms))]
        found = solve(matrix, right)
        worst = min(range(len(terms)), key=lambda j: found[j])
        if found[worst] >= 0:
            return {term: value / size[j] for j, (term, value) in enumerate(zip(terms, found))}
        del terms[worst]


def header(costs):
    kernels = enumerators()
    lines = [
        "// Instructions of the runtime's kernels on a Cortex-M4 or M7: counted in qemu-system-arm, gcc 12.2 -O2, 8-bit rows.",
        "// Written by tests/bench/kernel_costs.py --write; the terms are those of instructions.h.", "#pragma once", "",
        '#include "centigan/compress/instructions.h"', "", "namespace centigan {", "",
        "constexpr double kKernelCosts[kDspKernels][kWorkTerms] = {"]
    values = ["    {" + ", ".join(f"{costs.get((k, i), 0):.4g}" for i in range(TERMS)) + "}," for k in range(len(kernels))]
    width = max(map(len, values))
    lines += [f"{value:{width}}  // {name}" for value, name in zip(values, kernels)]
    return "\n".join(lines + ["};", "", "}  // namespace centigan", ""])


def enumerators():
    text = (ROOT / "compress/include/centigan/compress/instructions.h").read_text()
    body = text.split("enum DspKernel {")[1].split("kDspKernels")[0]
    return [word.strip() for word in body.split(",") if word.strip()]


def print_errors(rows, costs):
    names = enumerators()
    pictures, kernels = {}, {}
    for number, handover, work, count in rows:
        planned = sum(amount * costs.get(term, 0) for term, amount in work.items())
        sums = pictures.setdefault((number, handover), [0, 0])
        sums[0], sums[1] = sums[0] + planned, sums[1] + count
        first = min(work, default=(0, 0))[0]
        kernels.setdefault(names[first], []).append(100 * (planned / count - 1))
    for name, errors in kernels.items():
        print(f"{name:12} {len(errors):3} layers, errors {min(errors):6.1f} % to {max(errors):5.1f} %")
    for (number, handover), (planned, count) in pictures.items():
        print(f"shape {number} hand-over {handover}: {count:12,} counted, {100 * (planned / count - 1):+.2f} %")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", type=pathlib.Path)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = measured(options.programs, pathlib.Path(folder))
    costs = fit(rows)
    print_errors(rows, costs)
    print(header(costs))
    if options.write:
        HEADER.write_text(header(costs))


if __name__ == "__main__":
    main()
