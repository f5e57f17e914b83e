"""From a run to the chip: distill, export, draw; and what is said of damaged models."""
import hashlib
import pathlib
import re
import shutil
import struct
import subprocess

from cli import CliTest, folder_hash, main

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHORT = ["--kimg", "0.32", "--student.quant.calibration", "64"]

DRAW_ON_A_CHIP = """
#include <stdio.h>
#include "model.h"
static uint64_t arena[MODEL_ARENA_BYTES / 8 + 1];
static int put_row(void *user, uint32_t y, const uint8_t *row, uint32_t bytes) {
  (void)user, (void)y;
  return fwrite(row, 1, bytes, stdout) != bytes;
}
int main(void) {
  cgrt_model opened;
  uint64_t seed;
  int status = cgrt_open(&opened, model_cgm, sizeof model_cgm, 0);
  for (seed = 0; status == CGRT_OK && seed < 4; ++seed)
    status = cgrt_generate(&opened, arena, sizeof arena, seed, 0, NULL, put_row, NULL);
  return status;
}
"""


def png_size(path):
    return struct.unpack(">II", path.read_bytes()[16:24])


class Pipeline(CliTest):
    """One student for all tests of the class: making it is what takes time."""
    made = None

    def setUp(self):
        super().setUp()
        if Pipeline.made is None:
            self.tiny_run()
            self.good("distill", "--from", "run", "--out", "student", *SHORT)
            self.good("export", "--from", "student", "--out", "model.cgm")
            Pipeline.made = pathlib.Path(str(self.folder) + "-made")
            shutil.copytree(self.folder, Pipeline.made)
        else:
            shutil.rmtree(self.folder)
            shutil.copytree(Pipeline.made, self.folder)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.made, ignore_errors=True)

    def raw(self, *arguments):
        self.good("run", "model.cgm", *arguments, "--raw", "rows")
        return (self.folder / "rows").read_bytes()

    def test_the_model_draws_what_its_manifest_says(self):
        manifest = dict(line.split(" = ") for line in (self.folder / "model.txt").read_text().splitlines()
                        if " = " in line)
        for seed in range(4):
            rows = self.raw("--seed", seed)
            self.assertEqual(len(rows), 16 * 16 * 3)
            self.assertEqual(hashlib.sha256(rows).hexdigest(), manifest[f"picture_sha256.seed{seed}"])

    def test_sheets_folders_and_formats(self):
        self.good("run", "model.cgm", "--seeds", "0-8", "--out", "sheet.png")
        self.assertEqual(png_size(self.folder / "sheet.png"), (48, 48))
        self.good("run", "model.cgm", "--seeds", "0-8", "--out", "drawn")
        self.assertEqual(len(list((self.folder / "drawn").glob("seed*.png"))), 9)
        self.assertEqual(len(self.raw("--seeds", "0-3")), 4 * 768)
        self.assertEqual(len(self.raw("--format", "rgb565")), 512)
        self.assertEqual(len(self.raw("--format", "grey8")), 256)
        self.assertNotEqual(self.raw("--trunc", "0.5"), self.raw())
        self.assertEqual(len(self.raw("--quality", "0")), 8 * 8 * 3)
        for name in ("rgb565", "grey8"):
            self.good("run", "model.cgm", "--format", name, "--out", name + ".png")
            self.assertEqual(png_size(self.folder / (name + ".png")), (16, 16))

    def test_each_of_several_pictures_is_that_of_its_seed(self):
        for name in ("rgb888", "rgb565", "grey8"):
            self.good("run", "model.cgm", "--format", name, "--seeds", "0-5", "--out", "many-" + name)
            for seed in (0, 3, 5):
                self.good("run", "model.cgm", "--format", name, "--seed", str(seed), "--out", "one.png")
                many = self.folder / f"many-{name}" / f"seed{seed:05}.png"
                self.assertEqual(many.read_bytes(), (self.folder / "one.png").read_bytes(), name)

    def test_what_the_file_lacks_is_said(self):
        self.bad(2, "model.cgm", "run", "model.cgm", "--quality", "5", "--out", "a.png")
        for label in ("-1", "3", "cat", "random"):
            self.bad(2, "is no class of model.cgm", "run", "model.cgm", "--label", label, "--out", "a.png")
        self.assertFalse((self.folder / "a.png").exists())

    def test_inspect_lists_layers_and_costs(self):
        page = self.good("inspect", "model.cgm")
        for text in ("16x16", "bytes of arena", "multiplications a picture", "layer 0: map, level 0, 16 -> 16", "up3"):
            self.assertIn(text, page)

    def test_damaged_files_are_refused(self):
        good = (self.folder / "model.cgm").read_bytes()
        damaged = [good[:0], good[:3], good[:95], good[:200], good[:len(good) // 2]]
        damaged += [good[:at] + bytes([good[at] ^ 1]) + good[at + 1:] for at in (0, 5, 30, 100, 300, len(good) - 9)]
        for content in damaged:
            (self.folder / "bad.cgm").write_bytes(content)
            self.bad(1, "bad.cgm: refused by the runtime", "run", "bad.cgm", "--out", "a.png")
            self.bad(1, "bad.cgm: refused by the runtime", "inspect", "bad.cgm")
        self.assertFalse((self.folder / "a.png").exists())

    def test_a_finished_student_is_not_trained_again(self):
        before = self.good("inspect", "--hash", "student")
        text = self.good("distill", "--from", "run", "--out", "student", *SHORT)
        self.assertIn("is finished", text)
        self.assertEqual(self.good("inspect", "--hash", "student"), before)

    def test_students_draw_like_runs(self):
        self.good("generate", "--from", "student", "--seeds", "0-3", "--out", "drawn")
        self.assertEqual(len(list((self.folder / "drawn").glob("seed*.png"))), 4)

    def test_weights_of_students_are_exported(self):
        self.assertIn("tensors of student", self.good("export", "--from", "student", "--out", "weights.safetensors"))
        self.assertIn("G_ema.", self.good("inspect", "weights.safetensors"))

    def test_mistakes(self):
        before = folder_hash(self.folder)
        self.bad(2, "student already", "distill", "--from", "student", "--out", "grandchild", *SHORT)
        self.bad(1, "nothing", "distill", "--from", "nothing", "--out", "student2")
        self.bad(2, "--out: missing", "distill", "--from", "run")
        aside = ["distill", "--from", "run", "--out", "student2"]
        self.bad(2, "E33 is not a student", *aside, "--preset", "E33")
        self.bad(2, "rom=5K: is no part of a budget", *aside, "--budget", "rom=5K")
        self.bad(2, "bytes of RAM, and the budget is 1024", *aside, "--budget", "ram=1K")
        self.bad(2, "copy does not fit", *aside, "--init", "copy", "--student.widths", "8,8,8")
        self.bad(2, "distill: init: prune does not fit: only one of both demodulates", *aside, "--init", "prune",
                 "--student.widths", "8,8,8", "--student.demodulate", "false")
        self.bad(2, "loss.distill.w: -1 is out of range", *aside, "--terms.w", "-1", *SHORT)
        self.assertEqual(folder_hash(self.folder), before)

    def test_files_have_the_promised_bytes(self):
        most = len((self.folder / "model.cgm").read_bytes()) * 4 // 5
        text = self.good("distill", "--from", "run", "--out", "packed", "--weight-bytes", str(most), *SHORT)
        self.assertRegex(text, r"(?m)^layer +bits +bytes")
        promised = int(re.search(r"the file has (\d+) bytes", text)[1])
        self.assertLessEqual(promised, most)
        self.good("export", "--from", "packed", "--out", "packed.cgm")
        self.assertEqual(len((self.folder / "packed.cgm").read_bytes()), promised)
        self.assertRegex((self.folder / "packed/config.txt").read_text(), r"lite.quant.bits = [468]+(,[468])+")

    def test_students_of_another_grammar_are_fitted(self):
        text = self.good("distill", "--from", "run", "--out", "plain", "--student.demodulate", "false", "--student.start-dense", "false",
                         "--student.widths", "8,8,6", "--student.level-convs", "0,1", "--float-kimg", "0.064", *SHORT)
        self.assertIn("the student's start: fit", text)
        self.assertIn("a picture takes", self.good("export", "--from", "plain", "--out", "plain.cgm"))

    def test_every_compiler_draws_the_same_bytes(self):
        (self.folder / "main.c").write_text(DRAW_ON_A_CHIP)
        self.good("export", "--from", "model.cgm", "--out", "model.c")
        expected = self.raw("--seeds", "0-3")
        sources = [str(path) for path in sorted((ROOT / "runtime/src").glob("*.c"))]
        for compiler in (["gcc", "-O0"], ["gcc", "-O3"], ["clang", "-O2"]):
            if shutil.which(compiler[0]) is None:
                continue
            for runtime in ([], ["-DCGRT_NO_RUNTIME", *sources]):  # in model.c, or as its own files
                subprocess.run([*compiler, "-std=c99", "-I", str(ROOT / "runtime/include"), "model.c", "main.c", *runtime,
                                "-o", "draw"], cwd=self.folder, check=True)
                drawn = subprocess.run(["./draw"], cwd=self.folder, check=True, capture_output=True).stdout
                self.assertEqual(drawn, expected, compiler)

    def test_classes_reach_the_chip(self):
        data = self.folder / "pets"
        for i, path in enumerate(sorted((self.folder / "pictures").glob("*.png"))):
            (data / ("cat" if i % 2 else "dog house")).mkdir(parents=True, exist_ok=True)
            shutil.copy(path, data / ("cat" if i % 2 else "dog house"))
        self.tiny_run("--model.classes", "2", out="pets-run", data=data)
        self.good("distill", "--from", "pets-run", "--out", "pets-student", *SHORT)
        self.good("export", "--from", "pets-student", "--out", "model.cgm")
        self.assertIn("class 1: dog house", self.good("inspect", "model.cgm"))
        cat, dog = self.raw("--label", "cat"), self.raw("--label", "dog house")
        self.assertNotEqual(cat, dog)
        self.assertEqual(dog, self.raw("--label", "1"))
        self.assertEqual(self.raw("--seeds", "0-1"), cat + self.raw("--seed", "1", "--label", "1"))
        self.assertIn(self.raw("--label", "random"), (cat, dog))
        self.bad(2, "dog hose is no class of model.cgm\n  hint: did you mean dog house", "run", "model.cgm", "--label",
                 "dog hose", "--out", "a.png")
        self.good("export", "--from", "model.cgm", "--format", "c", "--out", "model.c")
        header = (self.folder / "model.h").read_text()
        for line in ("#define MODEL_CLASSES 2\n", "#define MODEL_LABEL_CAT 0u\n", "#define MODEL_LABEL_DOG_HOUSE 1u\n"):
            self.assertIn(line, header)
        named = (self.folder / "model.cgm").read_bytes()
        (self.folder / "bad.cgm").write_bytes(named.replace(b"dog", b"dig"))
        self.bad(1, "the names of the classes are damaged", "run", "bad.cgm", "--out", "a.png")

    def test_a_time_limit_ends_both_parts(self):
        text = self.good("distill", "--from", "run", "--out", "late", *SHORT, "--time-limit", "0.01s")
        self.assertRegex(text, r"time limit: stopped at [\d.]+ kimg and saved")
        self.assertIn("trained integers", self.good("distill", "--from", "run", "--out", "late", *SHORT))


if __name__ == "__main__":
    main()
