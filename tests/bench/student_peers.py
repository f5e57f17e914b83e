#!/usr/bin/env python3
"""A student's .cgm file drawn by the C runtime, and the same network by ONNX Runtime, LiteRT (TFLite with XNNPACK) and
ncnn, one thread, a picture at a time, in turn.

    python3 -m venv peers && peers/bin/pip install numpy torch onnx onnxruntime ai-edge-litert tensorflow-cpu ncnn pnnx
    peers/bin/python tests/bench/student_peers.py smileys.cgm [--rounds 3] [--json FILE]

Every other runtime gets the file's numbers as a float network, and where it has a quantiser also the int8 network that
this makes with calibration on 64 latents. Of the three ways to write an upsampling layer the fastest one counts. Each is
measured in a process of its own: the median time of a picture in the best of the rounds, what it adds to resident memory
from before the model is opened to the peak of drawing, and PSNR against the runtime's picture (noise off for all).
"""
import argparse
import ctypes
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

import cgm_network
import peer_networks

ROOT = pathlib.Path(__file__).resolve().parents[2]
OURS = "cgrt"

DRAW_C = """
#include <stdlib.h>
#include <string.h>
#include "cgrt.h"
struct target { uint8_t *at; };
static int take(void *user, uint32_t y, const uint8_t *row, uint32_t bytes) {
  (void)y;
  memcpy(((struct target *)user)->at, row, bytes);
  ((struct target *)user)->at += bytes;
  return 0;
}
static cgrt_model model;
static void *arena;
static size_t need;
int open_file(const void *bytes, size_t size, unsigned handover) {
  cgrt_options o = CGRT_OPTIONS_DEFAULT;
  int status = cgrt_open(&model, bytes, size, 0);
  o.handover = (uint8_t)handover;
  need = cgrt_arena_bytes(&model, &o);
  arena = aligned_alloc(8, need);
  return status;
}
unsigned side(int high) {
  cgrt_info info;
  cgrt_get_info(&model, &info);
  return high ? info.height : info.width;
}
int draw(const int16_t *latent, uint8_t *picture, unsigned label, unsigned handover) {
  cgrt_options o = CGRT_OPTIONS_DEFAULT;
  struct target to = {picture};
  o.latent = latent;
  o.noise = CGRT_NOISE_OFF;
  o.handover = (uint8_t)handover;
  return cgrt_generate(&model, arena, need, 0, label, &o, take, &to);
}
"""


class Cgrt:
    """The C runtime as a shared library; layer by layer, its fastest schedule on a desktop."""
    HANDOVER = 200

    def __init__(self, path):
        self.library = ctypes.CDLL(str(pathlib.Path(path).with_suffix(".so")))
        file = path.read_bytes()
        self.words = np.zeros(len(file) // 8 + 1, np.uint64)  # aligned to 8
        self.words.view(np.uint8)[:len(file)] = np.frombuffer(file, np.uint8)
        if self.library.open_file(self.words.ctypes.data_as(ctypes.c_void_p), ctypes.c_size_t(len(file)), self.HANDOVER):
            sys.exit(f"{path}: the runtime does not open it")
        self.side = self.library.side(1), self.library.side(0)

    def draw(self, x):
        picture = np.empty((*self.side, 3), np.uint8)
        latent = (x * 128).astype(np.int16)
        self.library.draw(latent.ctypes.data_as(ctypes.c_void_p), picture.ctypes.data_as(ctypes.c_void_p), 0, self.HANDOVER)
        return picture


def build_runtime(folder):
    (folder / "draw.c").write_text(DRAW_C)
    sources = sorted(str(path) for path in (ROOT / "runtime/src").glob("*.c"))
    subprocess.run(["cc", "-O3", "-shared", "-fPIC", f"-I{ROOT}/runtime/include", *sources, str(folder / "draw.c"), "-o",
                    str(folder / "student.so")], check=True)


def memory_kb(field):
    for line in open("/proc/self/status"):
        if line.startswith(field):
            return int(line.split()[1])
    return 0


def milliseconds(runner, inputs, seconds=1.0):
    """Median time of a picture."""
    times, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 10:
        begun = time.perf_counter()
        runner.draw(inputs[len(times) % len(inputs)])
        times.append(1000 * (time.perf_counter() - begun))
    return statistics.median(times)


def work(name, path, cgm, pictures):
    """In a process of its own: opens, draws, prints one line of JSON; keeps pictures for comparison."""
    network = cgm_network.read_cgm(cgm)
    inputs = [row[0] for row in peer_networks.calibration(network, 16)]
    opener = Cgrt if name == OURS else peer_networks.PEERS[name][1]
    if name != OURS:
        __import__({peer_networks.Onnx: "onnxruntime", peer_networks.LiteRt: "ai_edge_litert.interpreter",
                    peer_networks.Ncnn: "ncnn"}[opener])
    open("/proc/self/clear_refs", "w").write("5")  # the peak starts anew
    before = memory_kb("VmRSS")
    runner = opener(pathlib.Path(path))
    drawn = np.stack([np.array(runner.draw(x), np.float32) for x in inputs])
    memory = memory_kb("VmHWM") - before
    np.save(pictures, drawn)
    print(json.dumps({"ms": milliseconds(runner, inputs), "memory_kb": memory}))


def measure(name, path, cgm, pictures):
    done = subprocess.run([sys.executable, __file__, str(cgm), "--worker", name, str(path), str(pictures)], text=True,
                          capture_output=True)
    return json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 else {"error": done.stderr.strip()[-300:]}


def psnr(a, b):
    a = np.clip(np.round(a), 0, 255)
    return float(10 * np.log10(255 ** 2 / max(np.mean((np.broadcast_to(a, b.shape) - b) ** 2), 1e-9)))


def make_files(network, folder, names):
    """(name, form) -> file, for what could be made."""
    files = {}
    for name in names:
        for form in peer_networks.FORMS:
            path = peer_networks.file_of(folder, name, form)
            try:
                peer_networks.PEERS[name][0](network, form, path)
                files[name, form] = path
            except Exception as error:  # a peer that cannot do it is told, not hidden
                print(f"{name}, {form}: not made: {str(error).strip().splitlines()[-1] if str(error) else error!r}", flush=True)
    return files


def compare(arguments, folder):
    network = cgm_network.read_cgm(arguments.cgm)
    (folder / "student.cgm").write_bytes(arguments.cgm.read_bytes())
    build_runtime(folder)
    files = {(OURS, ""): folder / "student.cgm", **make_files(network, folder, arguments.peers.split(";"))}
    results = {key: [] for key in files}
    for turn in range(arguments.rounds):
        for key, path in files.items():
            results[key].append(measure(key[0], path, arguments.cgm, folder / f"{key[0]}{key[1]}.npy"))
    rows = []
    ours = np.load(folder / f"{OURS}.npy")
    for (name, form), rounds in results.items():
        good = [r for r in rounds if "ms" in r]
        if not good:
            print(f"{name}, {form}: {rounds[0]['error']}", flush=True)
            continue
        quality = psnr(np.load(folder / f"{name}{form}.npy"), ours)
        rows.append({"runtime": name, "form": form, "ms": min(r["ms"] for r in good), "psnr": quality,
                     "memory_kb": min(r["memory_kb"] for r in good), "file_bytes": size_of(files[name, form])})
    return rows


def size_of(path):
    parts = [path] if path.exists() else [path.with_suffix(".ncnn.param"), path.with_suffix(".ncnn.bin")]
    return sum(part.stat().st_size for part in parts)


def table(rows):
    ours = next(row for row in rows if row["runtime"] == OURS)
    lines = ["| runtime | upsampling as | ms a picture | times cgrt | memory KB | file bytes | PSNR against cgrt |",
             "| --- | --- | ---: | ---: | ---: | ---: | ---: |"]
    for name in dict.fromkeys(row["runtime"] for row in rows):
        row = min((row for row in rows if row["runtime"] == name), key=lambda row: row["ms"])
        quality = "" if name == OURS else f"{row['psnr']:.1f} dB"
        lines.append(f"| {name} | {row['form']} | {row['ms']:.3f} | {row['ms'] / ours['ms']:.2f} | {row['memory_kb']} | "
                     f"{row['file_bytes']} | {quality} |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cgm", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", default=";".join(peer_networks.PEERS), help="names, separated by semicolons")
    parser.add_argument("--json", type=pathlib.Path, help="every variant, one object a line")
    parser.add_argument("--worker", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.worker:
        return work(arguments.worker[0], arguments.worker[1], arguments.cgm, arguments.worker[2])
    with tempfile.TemporaryDirectory(prefix="centigan-peers-") as folder:
        rows = compare(arguments, pathlib.Path(folder))
    if arguments.json:
        arguments.json.write_text("".join(json.dumps(row) + "\n" for row in rows))
    print(table(rows))


if __name__ == "__main__":
    main()
