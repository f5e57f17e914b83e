"""Operators of third parties: a plugin built out of tree, and libraries that must be refused or found out."""
import atexit
import functools
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time

from cli import CliTest, PROGRAM, SMILEYS, TINY, folder_hash, main

SAMPLE = SMILEYS.parent / "custom_op"
BAD = pathlib.Path(os.environ["CENTIGAN_PLUGINS"])

# What CENTIGAN_TEST_PLUGIN makes bad_library.so do while it is loaded.
MISBEHAVIOUR = {
    "throws": "throws while it is loaded: no licence found",
    "aborts": r"dies by signal 6 \(SIGABRT\)",
    "crashes": r"dies by signal 11 \(SIGSEGV\)",
    "exits": r"ends the process \(exit code 3\)",
    "hangs": "does not end within 20 s",
    "redefines": "defines centigan::diffaug, which is defined already",
    "adds": "defines centigan::posterize in a namespace that is not its own",
    "replaces": "changes centigan::brightness, which is not its own",
    "twice": "defines acme::swirl, which is defined already",
    "replaces acme": "changes acme::swirl, which is not its own",
    "": "registers no operator",
}

# Proofs that an operator of bad_operators.so fails, with the reason.
FOUND_OUT = {
    "no_gradient": [("Autograd kernel", "gradients may stop"), ("gradient", "no gradient")],
    "once": [("gradgradcheck", "")],
    "wrong_gradient": [("gradcheck", "difference quotient")],
    "writes": [("input untouched", "written to")],
    "aliases": [("input untouched", "memory")],
    "crashes": [("empty batch", r"signal 11")],
    "hangs": [("empty batch", "does not end within")],
    "counts": [("same draws, same bits", "the second time")],
    "mixes_pictures": [("picture by picture", "alone")],
    "ignores_strides": [("any layout", "channels-last")],
    "reads_first_columns": [("any layout", "wider u")],
    "widens": [("shape and type kept", "Float becomes .* Double")],
    "only_float": [("gradcheck", "only float32")],
    "schema": [("schema", "is not \\(Tensor x, Tensor u\\)")],
    "draws": [("draws", "-1 columns")],
}


@functools.cache
def built_sample():
    """The sample plugin, built out of tree; goes away with this process."""
    build = pathlib.Path(tempfile.mkdtemp(prefix="centigan-plugin-"))
    atexit.register(shutil.rmtree, build, ignore_errors=True)
    for command in (["cmake", "-S", SAMPLE, "-B", build, f"-DCENTIGAN_TORCH={os.environ['CENTIGAN_TORCH']}"],
                    ["cmake", "--build", build]):
        process = subprocess.run(list(map(str, command)), capture_output=True, text=True)
        if process.returncode != 0:
            raise RuntimeError(process.stdout + process.stderr)
    return build / "libacme_swirl.so"


class PluginTest(CliTest):
    def setUp(self):
        super().setUp()
        self.swirl = built_sample()

    def rows(self, *arguments, code=0):
        process = self.run_program("plugins", *arguments, "--json")
        self.assertEqual(process.returncode, code, process.stderr)
        return [json.loads(line) for line in process.stdout.splitlines()]


class Good(PluginTest):
    def test_list_shows_ours_and_theirs(self):
        rows = {row["operator"]: row for row in self.rows("list", self.swirl)}
        self.assertEqual(rows["acme::swirl"], {"operator": "acme::swirl", "draws": "2", "kernels": "CPU Meta Autograd",
                                               "from": str(self.swirl),
                                               "schema": "acme::swirl(Tensor x, Tensor u) -> Tensor"})
        self.assertEqual((rows["centigan::translation"]["draws"], rows["centigan::diffaug"]["draws"]), ("2", "-"))
        table = self.good("plugins", "list", self.swirl)
        self.assertRegex(table, r"(?m)^acme::swirl +2 +CPU Meta Autograd +\S+libacme_swirl.so +acme::swirl\(Tensor x")
        self.assertNotIn("acme", self.good("plugins", "list"))

    def test_check_proves_every_promise(self):
        rows = self.rows("check", self.swirl)
        self.assertEqual({row["result"] for row in rows if row["proof"] != "CUDA kernel"}, {"yes"})
        self.assertEqual([row["result"] for row in rows if row["proof"] == "CUDA kernel"], ["not there"])
        self.assertIn("1 of 1 operators are proven", self.good("plugins", "check", self.swirl))

    def test_the_documentation_shows_the_table_as_it_is(self):
        page = (SMILEYS.parents[1] / "docs/plugins.md").read_text()
        self.assertIn(self.good("plugins", "check", self.swirl), page)

    def test_a_file_given_twice_is_loaded_once(self):
        (self.folder / "link.so").symlink_to(self.swirl)
        text = self.good("plugins", "list", self.swirl, "link.so", f"{self.swirl},link.so")
        self.assertEqual(len(re.findall(r"^acme::swirl ", text, re.M)), 1)


class Refused(PluginTest):
    def test_libraries_that_misbehave(self):
        for kind, pattern in MISBEHAVIOUR.items():
            with self.subTest(kind):
                self.bad(2, "bad_library.so: " + pattern, "plugins", "list", self.swirl, BAD / "bad_library.so",
                         environment={"CENTIGAN_TEST_PLUGIN": kind})
        self.assertEqual(self.processes_here(), [])

    def test_files_that_are_no_plugin(self):
        (self.folder / "text.so").write_text("no library")
        (self.folder / "cut.so").write_bytes(self.swirl.read_bytes()[:3000])
        shutil.copy(self.swirl, self.folder / "copy.so")
        self.bad(2, "text.so: is no shared library", "plugins", "check", "text.so")
        self.bad(2, "cut.so: dies by signal|cut.so: cannot be loaded", "plugins", "check", "cut.so")
        self.bad(1, "missing.so: cannot open", "plugins", "check", "missing.so")
        self.bad(2, r"needs at::forgotten\(at::Tensor const&\), which LibTorch 2.*\n.*build it against LibTorch",
                 "plugins", "check", BAD / "needs_symbol.so")
        self.bad(2, "copy.so: defines the namespace acme", "plugins", "list", self.swirl, "copy.so")

    def processes_here(self):
        listing = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True).stdout
        return [line for line in listing.splitlines() if str(self.swirl) in line]

    def test_wrong_words(self):
        self.bad(2, "list or check: missing", "plugins")
        self.bad(2, "is neither list nor check", "plugins", "prove", self.swirl)
        self.bad(2, "FILE: missing", "plugins", "check")
        self.bad(2, "unexpected word", "plugins", "check", self.swirl, self.swirl)
        self.bad(1, "defines no operator that a policy could name", "plugins", "check", BAD / "bad_library.so",
                 environment={"CENTIGAN_TEST_PLUGIN": "helpers"})


class FoundOut(PluginTest):
    def test_each_broken_promise_has_its_line(self):
        rows = self.rows("check", BAD / "bad_operators.so", "--timeout", "5", code=1)
        failed = {(row["operator"], row["proof"]): row["reason"] for row in rows if row["result"] == "no"}
        for op, proofs in FOUND_OUT.items():
            for proof, reason in proofs:
                with self.subTest(f"{op}: {proof}"):
                    self.assertRegex(failed.get(("bad::" + op, proof), "not found out"), reason or ".")
        self.assertEqual({op for op, _ in failed}, {"bad::" + op for op in FOUND_OUT})
        proven = [row["proof"] for row in rows if row["operator"] == "bad::crashes" and row["result"] == "yes"]
        self.assertIn("gradgradcheck", proven)  # a crash ends only its own proof


class Policies(PluginTest):
    POLICY = ["--augment", "color,acme::swirl", "--loss.r1_interval", "2"]

    def train(self, out, *more):
        return ["train", "--data", "pictures", "--out", out, *TINY, *self.POLICY, "--plugin", str(self.swirl), *more]

    def test_a_preview_shows_the_step(self):
        self.pictures(4)
        flags = ["--data", "pictures", "--plugin", self.swirl, "--resolution", "32"]
        text = self.good("augment", *flags, "--policy", "color,acme::swirl", "--out", "both.png")
        self.assertIn("acme::swirl", text)
        self.good("augment", *flags, "--policy", "color", "--out", "color.png")
        self.assertNotEqual((self.folder / "both.png").read_bytes(), (self.folder / "color.png").read_bytes())

    def test_without_the_plugin_the_word_is_unknown(self):
        self.pictures(4)
        for verb in (["train", *TINY, "--augment", "acme::swirl"],
                     ["augment", "--out", "a.png", "--policy", "acme::swirl"]):
            self.bad(2, "acme::swirl.*\n.*--plugin FILE", *verb, "--data", "pictures")

    def test_two_steps_and_a_kill_give_the_bits_of_a_straight_run(self):
        self.pictures()
        flags = self.train("straight")
        flags[flags.index("--kimg") + 1] = "0.96"
        self.good(*flags)
        killed = ["run" if a == "straight" else a for a in flags]
        process = subprocess.Popen([PROGRAM, *killed], cwd=self.folder, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        self.addCleanup(process.kill)
        while process.poll() is None and not list((self.folder / "run/checkpoints").glob("*[0-9].h5")):
            time.sleep(0.02)
        process.kill()
        process.wait()
        self.bad(2, "needs it\n.*give --plugin", *killed[:killed.index("--plugin")])
        self.assertNotIn("not exact", self.run_program(*killed).stderr)
        self.assertIn("resumes from", (self.folder / "run/log.txt").read_text())
        self.assertEqual(self.good("inspect", "--hash", "run"), self.good("inspect", "--hash", "straight"))


class Runs(PluginTest):
    def train(self, *more, plugin=None):
        return self.run_program("train", "--data", "pictures", "--out", "run", *TINY, "--plugin", plugin or self.swirl,
                                *more)

    def longer(self):
        """Flags that prolong the run."""
        self.kimg = getattr(self, "kimg", 0.32) + 0.16
        flags = list(TINY)
        flags[flags.index("--kimg") + 1] = f"{self.kimg:.2f}"
        return flags

    def resumed(self, plugin):
        process = self.run_program("train", "--data", "pictures", "--out", "run", *self.longer(), "--plugin", plugin)
        self.assertEqual(process.returncode, 0, process.stderr)
        return process.stderr

    def test_a_run_remembers_its_plugin(self):
        self.pictures()
        self.assertEqual(self.train().returncode, 0)
        digest = hashlib.sha256(self.swirl.read_bytes()).hexdigest()
        config = (self.folder / "run/config.txt").read_text()
        self.assertIn(f"# plugin {self.swirl} SHA-256 {digest}\n", config)
        self.assertIn(f"\nplugin = {self.swirl}\n", config)
        log = (self.folder / "run/log.txt").read_text()
        self.assertIn(f"plugin {self.swirl}, SHA-256 {digest[:16]}: acme::swirl", log)
        self.good("generate", "--from", "run", "--seeds", "0", "--out", "drawn")
        shutil.copy(self.swirl, self.folder / "moved.so")
        self.assertNotIn("SHA-256", self.resumed("moved.so"))
        with open(self.folder / "moved.so", "ab") as file:
            file.write(b"another version")
        self.assertRegex(self.resumed("moved.so"),
                         f"resumes with plugins of SHA-256 [0-9a-f]+, was {digest[:16]}: not exact from here on")

    def test_without_the_plugin_the_hint_names_it(self):
        self.pictures()
        self.assertEqual(self.train().returncode, 0)
        config = self.folder / "run/config.txt"
        config.write_text(re.sub("trainer.augment = .*", "trainer.augment = acme::swirl", config.read_text()))
        self.bad(2, f"needs it\n.*give --plugin {self.swirl} again", "train", "--data", "pictures", "--out", "run",
                 *TINY, "--augment", "acme::swirl")

    def test_refused_plugins_leave_the_disk_as_it_was(self):
        self.pictures()
        before = folder_hash(self.folder)
        for verb in (["train", *TINY, "--out", "run"], ["augment", "--out", "a.png"]):
            self.bad(2, "needs at::forgotten", *verb, "--data", "pictures", "--plugin",
                     f"{self.swirl},{BAD / 'needs_symbol.so'}")
        self.assertEqual(folder_hash(self.folder), before)


if __name__ == "__main__":
    main()
