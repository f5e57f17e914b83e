"""A student for a budget: `centigan search`, from the elastic student to the exported file."""
import json
import signal
import subprocess
import time

from cli import PROGRAM, CliTest, folder_hash, main

BUDGET = "flash=22K,ram=3K,instructions=700K"
SHORT = ["--step", "2", "--elastic-kimg", "0.16", "--float-kimg", "0.16", "--kimg", "0.16", "--population", "6",
         "--generations", "2", "--latents", "8", "--student.quant.calibration", "64"]
SEARCH = ["search", "--from", "run", "--out", "found", "--budget", BUDGET, *SHORT]


def judged(folder):
    """The settings of a search, and the students it looked at."""
    lines = [json.loads(line) for line in (folder / "search.jsonl").read_text().splitlines()]
    return lines[0], lines[1:]


class Search(CliTest):
    def setUp(self):
        super().setUp()
        self.tiny_run()

    def test_a_student_is_found_that_keeps_the_budget(self):
        text = self.good(*SEARCH)
        settings, students = judged(self.folder / "found")
        self.assertEqual(settings["budget"], BUDGET)
        self.assertEqual(len(students), 18)
        for student in students:
            self.assertLessEqual(student["flash"], 22 * 1024)
            self.assertLessEqual(student["ram"], 3 * 1024)
            self.assertLessEqual(student["instructions"], 700_000)
        best = min(students, key=lambda student: student["distance"])
        self.assertIn("the best of 18 students:", text)
        self.assertRegex(text, r"budget +- +22528 +3072 +700000\n")
        self.assertIn(f"search: found: {best['file_bytes']} bytes of file, {best['flash']} of flash, "
                      f"{best['ram']} of RAM, {best['instructions']} instructions a picture", text)
        self.good("export", "--from", "found", "--out", "found.cgm")
        self.assertEqual((self.folder / "found.cgm").stat().st_size, best["file_bytes"])
        manifest = (self.folder / "found.txt").read_text()
        self.assertIn(f"arena_bytes = {best['ram'] - 512}\n", manifest)
        self.assertRegex(manifest, rf"quality\d\.macs = {best['macs']}\n")
        self.good("run", "found.cgm", "--seeds", "0-3", "--out", "sheet.png")
        self.good("generate", "--from", "found-elastic", "--seeds", "0-3", "--out", "drawn")
        before = folder_hash(self.folder / "found" / "checkpoints")
        self.assertIn("is finished", self.good(*SEARCH))
        self.assertEqual(folder_hash(self.folder / "found" / "checkpoints"), before)

    def test_what_was_stopped_goes_on(self):
        self.assertIn("saved", self.good(*SEARCH, "--time-limit", "0.01s"))
        self.assertTrue((self.folder / "found-elastic").exists())
        longer = [*SEARCH[:-6], "--generations", "400", *SEARCH[-4:]]
        process = subprocess.Popen([PROGRAM, *longer], cwd=self.folder, text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        log = self.folder / "found" / "search.jsonl"
        until = time.monotonic() + 200
        while process.poll() is None and time.monotonic() < until and not (log.exists() and len(log.read_text().splitlines()) > 7):
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        text = process.communicate(timeout=200)[0]
        self.assertEqual(process.returncode, 1, text)
        self.assertRegex(text, r"search: stopped after \d+ students; the same command goes on")
        before = log.read_text()
        self.good(*SEARCH)
        self.assertTrue(log.read_text().startswith(before) or before.startswith(log.read_text()))
        self.assertTrue((self.folder / "found" / "quantised.txt").exists())

    def test_mistakes(self):
        before = folder_hash(self.folder)
        given = ["search", "--from", "run", "--out", "found"]
        self.bad(2, "--budget: missing", *given)
        self.bad(2, "--out: missing", "search", "--from", "run", "--budget", BUDGET)
        self.bad(2, "lots is no amount", *given, "--budget", "flash=lots")
        self.bad(2, "rom=3K: is no part of a budget", *given, "--budget", "rom=3K")
        self.bad(2, r"even the smallest student needs \d+ bytes of flash, and the budget is 17408", *given, "--budget",
                 "flash=17K")
        self.bad(2, r"even the smallest student needs \d+ bytes of RAM", *given, "--budget", "ram=600")
        self.bad(2, r"even the smallest student needs \d+ instructions a picture", *given, "--budget",
                 "instructions=1K")
        self.bad(2, "population: 2 is too small", *given, "--budget", BUDGET, "--population", "2")
        self.bad(2, "step: 0 is too small", *given, "--budget", BUDGET, "--step", "0")
        self.bad(2, "run: is there already and holds no search", "search", "--from", "run", "--out", "run", "--budget",
                 BUDGET)
        self.bad(2, "no such (setting|flag)|unknown|did you mean", *given, "--budget", BUDGET, "--generation", "3")
        self.bad(1, "nothing", "search", "--from", "nothing", "--out", "found", "--budget", BUDGET)
        text = self.good(*SEARCH, "--dry-run")
        self.assertRegex(text, r"width16: 2, 4, 6, 8\n")
        self.assertRegex(text, r"smallest +\d+ +\d+ +\d+ +\d+\n")
        self.assertEqual(folder_hash(self.folder), before)


if __name__ == "__main__":
    main()
