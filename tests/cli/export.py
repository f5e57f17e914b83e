"""`centigan export`: C that compiles anywhere, a web page that a browser draws with, and what is said of mistakes. Chromium's part is
skipped without it."""
import html
import json
import re
import shutil
import subprocess
import zlib

from cli import folder_hash, main
from tiny_model import ModelTest

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
NODE = next(filter(None, map(shutil.which, ("node", "nodejs"))), None)
STRICT = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]

CPP_CALLER = """
#include "small.h"
static uint64_t arena[(SMALL_ARENA_BYTES + 7) / 8];
SMALL_ASSERT_ARENA(arena);
static int row(void *sum, uint32_t, const uint8_t *bytes, uint32_t) { *static_cast<int *>(sum) += bytes[0]; return 0; }
int main() {
  cgrt_model model;
  int sum = 0, status = cgrt_open(&model, small_cgm, sizeof small_cgm, 0);
  return status ? status : cgrt_generate(&model, arena, sizeof arena, 1, 0, nullptr, row, &sum);
}
"""

TWO_MODELS = """
#include "small.h"
#include "other.h"
int main(void) {
  cgrt_model a, b;
  return cgrt_open(&a, small_cgm, SMALL_BYTES, 0) || cgrt_open(&b, other_cgm, OTHER_BYTES, 0);
}
"""

SMALL_ARENA = """
#include "small.h"
static uint64_t arena[SMALL_ARENA_BYTES / 8 - 1];
SMALL_ASSERT_ARENA(arena);
uint64_t *arena_of(void);
uint64_t *arena_of(void) { return arena; }
"""

# Calls the modules of a page as the page does, without a browser.
CALL_MODULES = """
const fs = require("fs"), page = fs.readFileSync(process.argv[2], "utf8"), seed = Number(process.argv[3]);
const bytes = id => Buffer.from(page.match(new RegExp(`id="${id}">([^<]*)<`))[1], "base64");
for (const name of ["plain", "simd"]) {
  const c = new WebAssembly.Instance(new WebAssembly.Module(bytes(name))).exports, file = bytes("model");
  const at = c.reserve(file.length);
  new Uint8Array(c.memory.buffer).set(file, at);
  const statuses = [c.open(at, file.length), c.draw(seed, 0, 0, 256, 255, 0, 0)];
  const [width, height] = new Uint32Array(c.memory.buffer, c.info(), 2);
  fs.writeFileSync(name + ".rows", new Uint8Array(c.memory.buffer, c.picture(), width * height * 3));
  console.log(statuses.join());
}
"""

# Written into a copy of the page: what it looks like after a while.
LOOK = """<script>setTimeout(() => {
  const width = document.documentElement.clientWidth, drawn = c => c.getContext("2d").getImageData(0, 0, c.width, c.height);
  const found = {
    crc: document.getElementById("crc").textContent, module: document.getElementById("module").textContent,
    trouble: document.getElementById("trouble").textContent, hash: location.hash, width,
    scroll: document.documentElement.scrollWidth,
    wide: [...document.body.querySelectorAll("*")].filter(e => e.getBoundingClientRect().right > width + 1).map(e => e.outerHTML.slice(0, 99)),
    side: document.getElementById("picture").width,
    cells: [...document.querySelectorAll("#cells canvas")].map(c => drawn(c).data.slice(0, 64).join()),
    labels: [...document.getElementById("label").options].map(o => o.text),
    hidden: [...document.querySelectorAll("label")].filter(l => l.hidden).length};
  document.body.innerHTML = "<pre>" + JSON.stringify(found).replace(/</g, "&lt;") + "</pre>";
}, 4000)</script></body>"""


class Export(ModelTest):
    def compile(self, *arguments, compiler="gcc"):
        return subprocess.run([compiler, *arguments], cwd=self.folder, capture_output=True, text=True)

    def compiled(self, *arguments, **options):
        process = self.compile(*arguments, **options)
        self.assertEqual((process.returncode, process.stderr), (0, ""))

    def picture(self, *arguments):
        subprocess.run(["./draw", *arguments], cwd=self.folder, check=True)
        header, _, rest = (self.folder / arguments[1]).read_bytes().partition(b"\n255\n")
        return header, rest

    def test_c_is_complete_and_clean_for_every_compiler(self):
        self.good("export", "--from", "run", "--format", "c", "--out", "small.c")
        expected = self.raw("--seed", "5000000007")
        for compiler in filter(shutil.which, ("gcc", "clang")):
            for standard in ("-std=c99", "-std=c11"):
                self.compiled(standard, "-O2", *STRICT, "small.c", "small_example.c", "-o", "draw", compiler=compiler)
                self.assertEqual(self.picture("5000000007", "a.ppm"), (b"P6\n16 16", expected))
        (self.folder / "caller.cpp").write_text(CPP_CALLER)
        self.compiled("-c", "small.c")
        for compiler in filter(shutil.which, ("g++", "clang++")):
            for standard in ("-std=c++98", "-std=c++17"):
                text = CPP_CALLER.replace("nullptr", "0") if standard == "-std=c++98" else CPP_CALLER
                (self.folder / "caller.cpp").write_text(text)
                more = ["-Wno-long-long", "-Wno-c++11-long-long"] if standard == "-std=c++98" else []
                self.compiled(standard, *STRICT, *more, "caller.cpp", "small.o", "-o", "caller", compiler=compiler)
                self.assertEqual(subprocess.run(["./caller"], cwd=self.folder).returncode, 0)

    def test_a_small_arena_does_not_compile(self):
        self.good("export", "--from", "model.cgm", "--out", "small.c")
        (self.folder / "arena.c").write_text(SMALL_ARENA)
        for language in ("c99", "c11", "c++98", "c++17"):
            flags = ["-x", "c++" if "++" in language else "c", "-std=" + language, "-fsyntax-only", "arena.c"]
            process = self.compile(*flags)
            self.assertNotEqual(process.returncode, 0, language)
            self.assertRegex(process.stderr, "too.small", language)
        (self.folder / "arena.c").write_text(SMALL_ARENA.replace("/ 8 - 1", "/ 8"))
        self.compiled(*STRICT, "-std=c99", "-fsyntax-only", "arena.c")

    def test_two_models_share_a_runtime(self):
        for name in ("small", "other"):
            self.good("export", "--from", "model.cgm", "--out", name + ".c")
        (self.folder / "main.c").write_text(TWO_MODELS)
        self.compiled("-c", "other.c", "-DCGRT_NO_RUNTIME", *STRICT, "-std=c99")
        self.compiled("main.c", "small.c", "other.o", "-o", "both", "-std=c99", *STRICT)
        self.assertEqual(subprocess.run(["./both"], cwd=self.folder).returncode, 0)

    def test_a_finished_model_is_as_good_as_its_run(self):
        self.good("export", "--from", "model.cgm", "--out", "again.c")
        array = re.search(r"again_cgm\[AGAIN_BYTES\] = \{\n(.*)\n\};", (self.folder / "again.c").read_text(), re.S).group(1)
        numbers = bytes(int(n) for n in array.replace("\n", "").rstrip(",").split(","))
        self.assertEqual(numbers, (self.folder / "model.cgm").read_bytes())
        (self.folder / "long.cgm").write_bytes(numbers + b"more")
        self.good("export", "--from", "long.cgm", "--out", "again.c")
        self.assertIn(f"#define AGAIN_BYTES {len(numbers)}\n", (self.folder / "again.h").read_text())

    def test_classes_and_one_channel(self):
        data = self.folder / "pets"
        for i, path in enumerate(sorted((self.folder / "pictures").glob("*.png"))):
            (data / ("cat" if i % 2 else "dog")).mkdir(parents=True, exist_ok=True)
            shutil.copy(path, data / ("cat" if i % 2 else "dog"))
        self.tiny_run("--model.classes", "2", "--model.channels", "1", out="grey", data=data)
        self.good("export", "--from", "grey", "--out", "grey.cgm")
        self.good("export", "--from", "grey.cgm", "--out", "small.c")
        self.assertIn("#define SMALL_LABEL_DOG 1u\n", (self.folder / "small.h").read_text())
        self.compiled("-std=c99", *STRICT, "small.c", "small_example.c", "-o", "draw")
        drawn = self.picture("3", "a.pgm", "1")
        self.assertEqual(drawn, (b"P5\n16 16", self.raw("--seed", "3", "--label", "dog", "--format", "grey8",
                                                        model="grey.cgm")))
        self.good("export", "--from", "grey.cgm", "--out", "page.html")
        found = self.look("#seed=3&label=1")
        self.assertEqual(found["labels"], ["by seed", "cat", "dog", "drawn at random"])
        rows = self.raw("--seed", "3", "--label", "dog", model="grey.cgm")
        self.assertEqual(found["crc"], format(zlib.crc32(rows), "08x"))

    # The page

    def look(self, fragment="", width=1100):
        """What a browser makes of page.html."""
        if BROWSER is None:
            self.skipTest("no Chromium is installed (tools/setup.sh --tests)")
        copy = self.folder / "copy.html"
        copy.write_text((self.folder / "page.html").read_text().replace("</body>", LOOK))
        process = subprocess.run(
            [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             f"--user-data-dir={self.folder / 'browser'}", f"--window-size={width},1600",
             "--virtual-time-budget=20000", "--dump-dom", copy.as_uri() + fragment],
            capture_output=True, text=True, timeout=240)
        found = re.search(r"<pre>(.*)</pre>", process.stdout, re.S)
        self.assertIsNotNone(found, process.stdout[-500:] + process.stderr[-500:])
        return json.loads(html.unescape(found.group(1)))

    def test_the_page_needs_nothing_else(self):
        self.good("export", "--from", "run", "--format", "web", "--out", "page.html")
        page = (self.folder / "page.html").read_text()
        self.assertEqual(re.findall(r"https?:|@import|<link|<iframe|fetch\(|XMLHttp|import\(|url\((?!#)", page), [])
        self.assertEqual(re.findall(r'(?:src|href)="(?!#)[^"]*', page), [])

    def test_a_browser_draws_the_same_bytes(self):
        self.good("export", "--from", "model.cgm", "--out", "page.html")
        for fragment, flags, module in (
                ("", [], "WebAssembly with vectors"), ("#module=plain", [], "WebAssembly"),
                ("#seed=9223372036854775807&trunc=0.5", ["--seed", "9223372036854775807", "--trunc", "0.5"], None),
                ("#seed=7&quality=0&module=plain", ["--seed", "7", "--quality", "0"], "WebAssembly")):
            found, rows = self.look(fragment), self.raw(*flags)
            self.assertEqual(found["trouble"], "")
            self.assertEqual(found["crc"], format(zlib.crc32(rows), "08x"), fragment)
            self.assertEqual(found["side"], 8 if "quality" in fragment else 16)
            self.assertEqual(len(set(found["cells"])), 16)
            if module:
                self.assertEqual(found["module"], module)

    def test_it_reads_on_a_phone(self):
        self.good("export", "--from", "model.cgm", "--out", "page.html")
        for width in (390, 1100):
            found = self.look(width=width)
            self.assertEqual((found["wide"], found["scroll"] <= found["width"]), ([], True), width)
            self.assertEqual(found["hidden"], 1)  # no classes, nothing to choose

    def test_modules_draw_the_same_bytes_without_a_browser(self):
        if NODE is None:
            self.skipTest("no Node is installed (tools/setup.sh --tests)")
        self.good("export", "--from", "model.cgm", "--out", "page.html")
        (self.folder / "call.js").write_text(CALL_MODULES)
        process = subprocess.run([NODE, "call.js", "page.html", "11"], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(process.stdout, "0,0\n0,0\n", process.stderr)
        rows = self.raw("--seed", "11")
        for name in ("plain", "simd"):
            self.assertEqual((self.folder / (name + ".rows")).read_bytes(), rows, name)

    # Others

    def test_weights_of_a_run(self):
        out = self.good("export", "--from", "run", "--out", "weights.safetensors")
        self.assertRegex(out, r"weights.safetensors: \d\d+ tensors of run")
        self.assertIn("G_ema", self.good("inspect", "weights.safetensors"))

    def test_mistakes(self):
        before = folder_hash(self.folder)
        for pattern, words in (
                (r"model.txt: is no name for what is exported\n  hint: end it in .cgm, .c, .html, .safetensors",
                 ["run", "--out", "model.txt"]),
                ("is no name for the format web\n  hint: end it in .html", ["run", "--out", "a.c", "--format", "web"]),
                ("is not one of", ["run", "--out", "a.c", "--format", "cpp"]),
                ("model.cgm: is a finished model, of which cgm", ["model.cgm", "--out", "b.cgm"]),
                ("model.cgm: is a finished model, of which safetensors", ["model.cgm", "--out", "b.safetensors"]),
                (r'a"b: is no name that C can include', ["model.cgm", "--out", 'a"b.c'])):
            self.bad(2, pattern, "export", "--from", *words)
        self.bad(1, "nothing.cgm", "export", "--from", "nothing.cgm", "--out", "a.c")
        (self.folder / "bad.cgm").write_bytes((self.folder / "model.cgm").read_bytes()[:500])
        for out in ("a.c", "a.html"):
            self.bad(1, "bad.cgm: refused by the runtime", "export", "--from", "bad.cgm", "--out", out)
            self.bad(1, "nowhere", "export", "--from", "model.cgm", "--out", "nowhere/" + out)
        (self.folder / "bad.cgm").unlink()
        self.assertEqual(folder_hash(self.folder), before)


if __name__ == "__main__":
    main()
