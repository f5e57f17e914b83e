"""`centigan report`: one page of a run that needs nothing else, read by a browser. The browser's part is skipped without
Chromium."""
import html
import json
import pathlib
import re
import shutil
import subprocess

from cli import CliTest, main, TINY

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
SECTIONS = ["data", "samples", "curves", "numbers", "nearest", "truncation", "interpolation", "timelapse", "student",
            "settings"]
COMPARED = ["runs", "sheets", "numbers", "curves", "settings"]

# Shows a page in a frame as wide as a phone and writes down what a test wants to know of it.
PROBE = """<!doctype html><meta charset="utf-8"><body style="margin:0">
<iframe id="f" style="border:0;width:%dpx;height:2000px" srcdoc="%s"></iframe>
<script>
document.getElementById("f").onload = () => {
  const page = document.getElementById("f").contentDocument, width = page.documentElement.clientWidth;
  const all = [...page.body.querySelectorAll("*")].filter(e => !e.closest("svg") || e.tagName === "svg");
  const found = {
    scroll: page.documentElement.scrollWidth, width: width,
    wide: all.filter(e => e.getBoundingClientRect().right > width + 1).map(e => e.outerHTML.slice(0, 120)),
    sections: [...page.querySelectorAll("section")].map(e => e.id),
    broken: [...page.images].filter(i => i.naturalWidth === 0).length, images: page.images.length,
    charts: [...page.querySelectorAll(".chart svg")].filter(s => s.getBoundingClientRect().height > 50).length,
    dead: [...page.querySelectorAll("nav a")].filter(a => !page.querySelector(a.getAttribute("href"))).length,
    empty: [...page.querySelectorAll("section")].filter(s => s.getBoundingClientRect().height < 40).map(s => s.id)};
  document.body.innerHTML = "<pre>" + JSON.stringify(found).replace(/</g, "&lt;") + "</pre>";
};
</script>"""


def addresses(page):
    """What a browser would fetch, and what it would run."""
    found = re.findall(r"""\s(?:src|href|action|data|srcset|poster)\s*=\s*["']?([^"'\s>]{0,40})""", page)
    outside = [a for a in found if not a.startswith(("data:image/png;base64,", "#"))]
    return outside + re.findall(r"https?:|@import|<script|<link|<iframe|<object|url\((?!#)", page)


class Report(CliTest):
    """One run with its student for all tests of the class: making it is what takes time."""
    made = None

    def setUp(self):
        super().setUp()
        if Report.made is None:
            self.tiny_run("--trainer.tick", "0.064", "--trainer.augment", "translation,cutout",
                          "--trainer.adapt.mode", "policy", "--data.holdout", "2", "--eval-every", "-1")
            self.good("eval", "--from", "run", "--extractor", "pixels", "--fakes", "40")
            self.good("distill", "--from", "run", "--out", "run-int8", "--kimg", "0.32", "--student.quant.calibration",
                      "64")
            self.good("export", "--from", "run-int8", "--out", "run.cgm")
            self.good("report", "run", "--extractor", "pixels")
            Report.made = pathlib.Path(str(self.folder) + "-made")
            shutil.copytree(self.folder, Report.made)
        else:
            shutil.rmtree(self.folder)
            shutil.copytree(Report.made, self.folder)

    @classmethod
    def tearDownClass(cls):
        if cls.made:
            shutil.rmtree(cls.made, ignore_errors=True)

    def page(self, name="run/report.html"):
        return (self.folder / name).read_text()

    def probe(self, page, width):
        """What a browser makes of a page in a window of that width."""
        if BROWSER is None:
            self.skipTest("no Chromium is installed (tools/setup.sh --tests)")
        path = self.folder / "probe.html"
        path.write_text(PROBE % (width, html.escape(page)))
        process = subprocess.run(
            [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             f"--user-data-dir={self.folder / 'browser'}", "--window-size=1400,2000", "--virtual-time-budget=20000",
             "--dump-dom", path.as_uri()], capture_output=True, text=True, timeout=240)
        found = re.search(r"<pre>(.*)</pre>", process.stdout, re.S)
        self.assertIsNotNone(found, process.stdout[-500:] + process.stderr[-500:])
        return json.loads(html.unescape(found.group(1)))

    def test_every_section_is_there_and_nothing_from_outside(self):
        page = self.page()
        self.assertEqual(re.findall(r'<section id="([a-z]+)">', page), SECTIONS)
        self.assertEqual(addresses(page), [])
        for text in ("8 pictures of ", "2 more are held out", "Scores of the discriminator", "held out", "r_v",
                     "Augmentation strength", "FD-pixels", "ratio(R=", "by the features of pixels", "by pixels", "C runtime",
                     "Size of the .cgm file", "Memory for a picture", "Likeness to the run (PSNR)", "ψ 0.5",
                     "Preset quickstart", "loss.r1_gamma", "prefers-color-scheme", "@media print"):
            self.assertIn(text, page)
        self.assertRegex(page, r'class="verdict (ok|check|memorising)"')
        self.assertNotIn("http-equiv", page)

    def test_a_browser_shows_it_on_a_phone_and_on_a_desk(self):
        for width in (390, 1100):
            found = self.probe(self.page(), width)
            self.assertEqual(found["wide"], [])
            self.assertLessEqual(found["scroll"], found["width"])
            self.assertEqual(found["sections"], SECTIONS)
            self.assertEqual((found["broken"], found["dead"], found["empty"]), (0, 0, []))
            self.assertGreaterEqual(found["images"], 8)
            self.assertGreaterEqual(found["charts"], 5)

    def test_runs_are_compared(self):
        self.good("train", "--data", "pictures", "--out", "other", "--config", self.folder / "run/config.txt", "--seed",
                  "1", "--loss.r1_gamma", "0.7")
        out = self.good("report", "run", "other", "run-int8")
        self.assertIn("3 runs compared in comparison.html", out)
        page = self.page("comparison.html")
        self.assertEqual(re.findall(r'<section id="([a-z]+)">', page), COMPARED)
        self.assertEqual(addresses(page), [])
        self.assertIn("loss.r1_gamma", page)
        found = self.probe(page, 390)
        self.assertEqual((found["wide"], found["broken"], found["sections"]), ([], 0, COMPARED))

    def test_classes_are_named_counted_and_shown(self):
        for name, count in (("cats", 4), ("dogs", 6)):
            self.pictures(10, "all" + name)
            (self.folder / "classes").mkdir(exist_ok=True)
            (self.folder / ("all" + name)).rename(self.folder / "classes" / name)
            for path in sorted((self.folder / "classes" / name).iterdir())[count:]:
                path.unlink()
        self.good("train", "--data", "classes", "--out", "labelled", "--model.classes", "2", *TINY, "--eval-every",
                  "-1")
        page = self.page("labelled/report.html")
        self.assertIn("2 classes", page)
        self.assertIn("Pictures a class: cats 4, dogs 6.", page)
        self.assertIn('<section id="classes">', page)
        self.assertIn("<li>cats</li><li>dogs</li>", page)
        self.assertRegex(page, r"\d+ pairs are nearly the same picture")
        self.assertRegex(page, r"<li>cats/[^<]+ and dogs/[^<]+: equal")

    def test_another_place_and_nothing_drawn(self):
        before = (self.folder / "run/report.html").read_bytes()
        out = self.good("report", "run", "--out", "page.html", "--no-draw")
        self.assertRegex(out, r"report of run in page.html, \d+\.\d MB")
        self.assertEqual((self.folder / "run/report.html").read_bytes(), before)
        self.assertEqual(re.findall(r'<section id="([a-z]+)">', self.page("page.html")), SECTIONS)

    def test_what_is_missing_is_said_on_the_page(self):
        shutil.rmtree(self.folder / "pictures")
        shutil.rmtree(self.folder / "run/report")
        (self.folder / "run.cgm").write_bytes(b"CGM\x1a damaged")
        self.good("report", "run")
        page = self.page()
        self.assertIn('<section id="notes">', page)
        self.assertIn("The training pictures cannot be shown beside samples", page)
        self.assertIn("The student cannot be shown", page)
        self.assertIn('<section id="truncation">', page)
        for path in (self.folder / "run/checkpoints").iterdir():
            path.write_bytes(path.read_bytes()[:2000])
        self.good("report", "run")
        self.assertIn("Nothing new was drawn", self.page())

    def test_other_folders_are_refused_with_a_sentence(self):
        self.bad(2, "RUN: missing", "report")
        self.bad(2, "report: nothing: is no folder", "report", "nothing")
        self.bad(2, "report: pictures: holds no run: there is no config.txt", "report", "pictures")
        self.bad(2, "report: pictures: holds no run", "report", "run", "pictures")
        self.bad(1, "nowhere", "report", "run", "--no-draw", "--out", "nowhere/page.html")
        self.bad(1, "refused by the runtime", "report", "run", "--cgm", "run/config.txt")
        (self.folder / "run/config.txt").write_text("loss.r1_gama = 1\n")
        self.bad(2, "config.txt.*line 1.*r1_gama", "report", "run")


if __name__ == "__main__":
    main()
