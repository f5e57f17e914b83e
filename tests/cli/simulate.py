"""`centigan simulate`: the same picture from emulated microcontrollers, numbers that add up, and what is said where a tool is missing or
a model does not fit. What needs the cross compiler and the emulator is skipped without them."""
import json
import os
import pathlib
import shutil
import signal
import struct
import subprocess
import time
import unittest

from cli import PROGRAM, folder_hash, main
from tiny_model import ModelTest, padded_to

TOOLS = all(map(shutil.which, ("arm-none-eabi-gcc", "qemu-system-arm")))
ROOT = pathlib.Path(__file__).resolve().parents[2]
DEVICES = ("stm32f746", "stm32h743", "rp2040", "cortex-m55")


def gone(pid):
    """No such process, or one that only waits to be collected by whoever inherited it."""
    for _ in range(100):
        try:
            if pathlib.Path("/proc", pid, "stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except FileNotFoundError:
            return True
        time.sleep(0.1)
    return False


class SimulateTest(ModelTest):
    def setUp(self):
        super().setUp()
        self.temporary = self.folder / "tmp"
        self.temporary.mkdir(exist_ok=True)
        self.environment = {"TMPDIR": str(self.temporary)}

    def simulate(self, *arguments):
        if not TOOLS:
            self.skipTest("no arm-none-eabi-gcc or qemu-system-arm is installed (tools/setup.sh --tests)")
        text = self.good("simulate", "model.cgm", "--json", "report.json", *arguments, environment=self.environment)
        self.assertEqual(list(self.temporary.iterdir()), [])
        return text, json.loads((self.folder / "report.json").read_text())


class Simulate(SimulateTest):
    def fakes(self, gcc="exit 0", qemu="exit 0"):
        """A PATH in which stand-ins come first."""
        folder = self.folder / "fakes"
        folder.mkdir(exist_ok=True)
        for name, text in (("arm-none-eabi-gcc", gcc), ("qemu-system-arm", qemu)):
            (folder / name).write_text("#!/bin/sh\n" + text + "\n")
            (folder / name).chmod(0o755)
        return {**self.environment, "PATH": f"{folder}:{os.environ['PATH']}"}

    def test_every_device_draws_the_same_and_adds_up(self):
        self.good("run", "model.cgm", "--seed", "3", "--out", "here.png")
        for device in DEVICES:
            text, report = self.simulate("--device", device, "--seed", "3", "--out", "there.png")
            self.assertIn("picture: the same bytes as on this machine", text)
            self.assertIn("not measured on a board", text)
            self.assertEqual((self.folder / "here.png").read_bytes(), (self.folder / "there.png").read_bytes(), device)
            self.assertEqual(report["device"], device)
            self.assertEqual(report["model_bytes"], (self.folder / "model.cgm").stat().st_size)
            self.assertEqual(report["flash_bytes"],
                             report["model_bytes"] + report["code_bytes"] + report["constant_bytes"])
            self.assertEqual(report["ram_bytes"], report["arena_bytes"] + report["stack_bytes"] + report["static_bytes"])
            self.assertIn(f"arena_bytes = {report['arena_bytes']}\n", (self.folder / "model.txt").read_text())
            self.assertLess(report["stack_bytes"], 1024)
            self.assertLess(report["static_bytes"], 64)
            self.assertEqual(sum(layer["macs"] for layer in report["layers"]), report["macs"])
            self.assertEqual(sum(layer["instructions"] for layer in report["layers"]), report["instructions"])
            self.assertGreater(report["instructions"], report["macs"] / 4)
            self.assertLess(report["instructions"], report["macs"] * 40)
            self.assertLess(report["least_seconds"], report["most_seconds"])
            self.assertEqual("--wide-rows would draw" in text, device.startswith("stm32"))

    def test_numbers_are_repeatable(self):
        first, second = (self.simulate("--device", "stm32f746")[1] for _ in range(2))
        self.assertEqual(first, second)

    def test_options_reach_the_device(self):
        _, plain = self.simulate("--device", "stm32f746")
        for words in (["--format", "rgb565", "--seed", "9223372036854775807"], ["--format", "grey8", "--trunc", "0.4"],
                      ["--handover", "0"], ["--handover", "auto"], ["--wide-rows"], ["--quality", "0"]):
            text, report = self.simulate("--device", "stm32f746", *words)
            if "--quality" in words:
                self.assertLess(report["model_bytes"], plain["model_bytes"])
                self.assertLess(report["macs"], plain["macs"])
            if "--wide-rows" in words:
                self.assertGreater(report["arena_bytes"], plain["arena_bytes"])
                self.assertLess(report["instructions"], plain["instructions"])
                self.assertNotIn("would draw", text)
        self.assertEqual(self.simulate("--device", "stm32f746", "--handover", "auto")[1]["arena_bytes"],
                         plain["arena_bytes"])

    def test_the_firmware_can_be_kept_and_built_by_hand(self):
        self.simulate("--device", "rp2040", "--keep", "firmware")
        for script, there in (("build.sh", "firmware.elf"), ("run.sh", "firmware.elf")):
            process = subprocess.run(["sh", "firmware/" + script], cwd=self.folder, capture_output=True, text=True)
            self.assertEqual(process.returncode, 0, process.stdout + process.stderr)
            self.assertTrue((self.folder / "firmware" / there).exists())
        self.assertIn("status 0", process.stdout + process.stderr)
        self.bad(2, "firmware: is there already and not empty", "simulate", "model.cgm", "--device", "rp2040", "--keep",
                 "firmware")

    def test_this_machine_needs_no_tools(self):
        text = self.good("simulate", "model.cgm", "--device", "host", "--json", "report.json", "--out", "a.png",
                         environment={"PATH": ""})
        self.assertRegex(text, r"ms a picture on one thread, the best of \d+")
        report = json.loads((self.folder / "report.json").read_text())
        self.assertGreater(report["milliseconds"], 0)
        self.good("run", "model.cgm", "--out", "b.png")
        self.assertEqual((self.folder / "a.png").read_bytes(), (self.folder / "b.png").read_bytes())

    def test_devices_are_listed(self):
        table = self.good("simulate", "--device", "list")
        for device in (*DEVICES, "host"):
            self.assertIn(device, table)
        self.assertRegex(table, r"stm32f746 +Cortex-M7 +216 MHz +1024 KB +320 KB")

    def test_missing_tools_are_named_with_their_package(self):
        self.bad(1, "arm-none-eabi-gcc: is not installed\n  hint: install it: apt-get install gcc-arm-none-eabi",
                 "simulate", "model.cgm", "--device", "rp2040", environment={"PATH": ""})
        fakes = self.fakes()
        (self.folder / "fakes/qemu-system-arm").unlink()
        self.bad(1, "qemu-system-arm: is not installed.*\n.*apt-get install qemu-system-arm", "simulate", "model.cgm",
                 "--device", "rp2040", environment={**fakes, "PATH": str(self.folder / "fakes")})

    def test_what_does_not_fit_is_said_with_a_way_out(self):
        model = (self.folder / "model.cgm").read_bytes()
        (self.folder / "large.cgm").write_bytes(padded_to(model, 2 * 1024 * 1024 + 800))
        self.bad(1, r"large.cgm: does not fit into the flash of rp2040: 800 bytes of 2097152 bytes are missing\n"
                    r"  hint: --quality 0 \(8x8\) takes \d+ bytes less; or distill a smaller student", "simulate",
                 "large.cgm", "--device", "rp2040", environment=self.environment)
        if TOOLS:  # the code is what does not fit any more
            (self.folder / "large.cgm").write_bytes(padded_to(model, 1024 * 1024 - 1600))
            self.bad(1, r"large.cgm: does not fit into the flash of stm32f746: \d{4,5} bytes of 1048576", "simulate",
                     "large.cgm", "--device", "stm32f746", environment=self.environment)
        wide = ["--model.lite.widths", "8,8,8,16,88", "--model.lite.d_widths", "8,8,8,8,8", "--model.lite.z_dim", "16",
                "--model.lite.w_dim", "16", "--model.lite.rgb_first", "4", "--model.lite.level_convs", "0"]
        self.good("train", "--data", "pictures", "--out", "wide", "--preset", "quickstart", "--resolution", "64", *wide,
                  "--kimg", "0.128", "--batch", "8")
        self.good("export", "--from", "wide", "--out", "wide.cgm")
        self.bad(1, r"wide.cgm: does not fit into the RAM of stm32f746: \d+ bytes of 327680 bytes are missing\n"
                    r"  hint: --handover 0 takes \d+ bytes; or distill", "simulate", "wide.cgm", "--device", "stm32f746",
                 "--handover", "4", environment=self.environment)
        self.assertEqual(list(self.temporary.iterdir()), [])

    def test_tools_that_fail_are_a_sentence(self):
        self.bad(1, "the build of the firmware: arm-none-eabi-gcc: error: boom", "simulate", "model.cgm", "--device",
                 "rp2040", environment=self.fakes(gcc="echo 'x.c:1: error: boom'; exit 1"))
        self.bad(1, r'the firmware: ends with "fault" \(exit code 1\)', "simulate", "model.cgm", "--device", "rp2040",
                 environment=self.fakes(qemu="echo calibration 5; echo fault; exit 1"))
        self.bad(1, "the picture of rp2040 differs from this machine's", "simulate", "model.cgm", "--device", "rp2040",
                 environment=self.fakes(qemu="printf 'calibration 5\\npicture\\n00ff\\nstatus 0\\n'"))
        self.assertEqual(list(self.temporary.iterdir()), [])

    def test_a_signal_ends_all_of_it(self):
        environment = {**os.environ, **self.fakes(qemu="echo $$ > ../running; exec sleep 300")}
        process = subprocess.Popen([PROGRAM, "simulate", "model.cgm", "--device", "rp2040"], cwd=self.folder,
                                   env=environment, stderr=subprocess.PIPE, text=True)
        running = self.temporary / "running"
        for _ in range(600):
            if running.exists() and running.read_text().strip():
                break
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 1, errors)
        self.assertIn("the firmware: was interrupted\n  hint: ", errors)
        self.assertTrue(gone(running.read_text().strip()))
        running.unlink()
        self.assertEqual(list(self.temporary.iterdir()), [])

    def test_mistakes(self):
        before = folder_hash(self.folder)
        for pattern, words in (("FILE: missing", ["--device", "rp2040"]), ("--device: missing", ["model.cgm"]),
                               ("rp2404 is no device that is known here\n  hint: did you mean rp2040",
                                ["model.cgm", "--device", "rp2404"]),
                               ("--quality: is not in model.cgm", ["model.cgm", "--device", "rp2040", "--quality", "5"]),
                               ("cat is no class of model.cgm", ["model.cgm", "--device", "rp2040", "--label", "cat"]),
                               ("handover", ["model.cgm", "--device", "rp2040", "--handover", "low"])):
            self.bad(2, pattern, "simulate", *words, environment=self.environment)
        self.bad(1, "refused by the runtime", "simulate", "run/config.txt", "--device", "rp2040")
        self.bad(1, "nowhere/centigan-simulate-.*cannot be made", "simulate", "model.cgm", "--device", "rp2040",
                 environment={**self.fakes(), "TMPDIR": "nowhere"})
        shutil.rmtree(self.folder / "fakes")
        self.assertEqual(folder_hash(self.folder), before)


class NoisyModel(SimulateTest):
    more = ["--model.lite.noise", "true"]

    def test_pixel_options_are_those_of_run(self):
        pictures = []
        for words in ([], ["--noise", "off"], ["--noise", "fixed"], ["--format", "rgb565"], ["--format", "rgb565", "--dither"]):
            self.good("run", "model.cgm", "--seed", "5", "--out", "here.png", *words)
            for device in ("host", "stm32f746"):
                self.simulate("--device", device, "--seed", "5", "--out", "there.png", *words)
                self.assertEqual((self.folder / "here.png").read_bytes(), (self.folder / "there.png").read_bytes(), (words, device))
            pictures.append((self.folder / "here.png").read_bytes())
        self.assertEqual(len(set(pictures)), len(pictures))
        self.bad(2, "--noise", "simulate", "model.cgm", "--device", "host", "--noise", "loud")


class BoardSample(ModelTest):
    """samples/stm32f746g-disco with the tiny model."""

    def setUp(self):
        super().setUp()
        self.sample = self.folder / "disco"
        shutil.copytree(ROOT / "samples/stm32f746g-disco", self.sample)

    def make(self, *targets):
        return subprocess.run(["make", "-C", self.sample, *targets], capture_output=True, text=True)

    def export(self):
        self.good("export", "--from", "model.cgm", "--out", "disco/model.c")

    @unittest.skipUnless(shutil.which("make"), "no make is installed")
    def test_without_a_model_it_says_what_to_do(self):
        process = self.make("picture.elf")
        self.assertNotEqual(process.returncode, 0)
        self.assertIn("model.c is missing: centigan export --from FILE.cgm --out model.c", process.stderr)

    @unittest.skipUnless(shutil.which("make") and TOOLS, "no make or arm-none-eabi-gcc is installed")
    def test_it_builds_for_the_board(self):
        self.export()
        process = self.make()
        self.assertEqual(process.returncode, 0, process.stdout + process.stderr)
        self.assertNotIn("warning", process.stdout + process.stderr)
        image = (self.sample / "picture.bin").read_bytes()
        stack, reset, *faults = struct.unpack("<7I", image[:28])
        self.assertEqual(stack, 0x20000000 + 320 * 1024)
        for handler in (reset, *faults[:5]):
            self.assertEqual(handler % 2, 1)  # Thumb
            self.assertLess(handler, 0x08000000 + len(image))
            self.assertGreater(handler, 0x08000000)
        self.assertIn((self.folder / "model.cgm").read_bytes()[:64], image)

    @unittest.skipUnless(shutil.which("make") and shutil.which("cc"), "no make or cc is installed")
    def test_what_it_sends_is_what_run_draws(self):
        self.export()
        self.assertEqual(self.make("desktop").returncode, 0)
        sent = subprocess.run([self.sample / "desktop"], capture_output=True, check=True).stdout
        raw = self.raw("--seeds", "0-3")
        size = len(raw) // 4
        for seed, part in enumerate(sent.split(b"P6\n")[1:]):
            head, pixels, foot = part[:part.index(b"255\n") + 4], *(part[part.index(b"255\n") + 4:][cut] for cut in (slice(size), slice(size, None)))
            self.assertEqual(pixels, raw[seed * size:(seed + 1) * size])
            self.assertEqual((head, foot), (b"16 16\n255\n", b"# seed %d status 0 clocks 0\n" % seed))
        (self.folder / "sent").write_bytes(b"half a row" + sent[30:])  # begun while a picture is on its way
        process = subprocess.run(["python3", self.sample / "receive.py", "sent", "--out", "got"], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(process.returncode, 0, process.stderr)
        self.assertEqual([path.name for path in sorted((self.folder / "got").iterdir())], [f"{seed:06}.png" for seed in (1, 2, 3)])
        self.good("eval", "--real", "got", "--fake", "got", "--extractor", "pixels", "--metrics", "fid")


if __name__ == "__main__":
    main()
