"""Bad pictures and folders: named, and nothing is lost."""
import os
import shutil
import zlib

from cli import CliTest, INTERPOSE, SMILEYS, TINY, folder_hash, main, png


class BadFolders(CliTest):
    def train_fails(self, pattern, data, *more, code=1, **options):
        before = folder_hash(self.folder / data) if (self.folder / data).is_dir() else None
        self.bad(code, pattern, "train", "--data", data, "--out", "run", *TINY, *more, **options)
        self.assertFalse((self.folder / "run").exists())
        if before:
            self.assertEqual(folder_hash(self.folder / data), before)

    def test_no_pictures(self):
        (self.folder / "empty").mkdir()
        self.train_fails("empty.*no pictures", "empty")

    def test_no_folder(self):
        self.train_fails("nowhere", "nowhere")

    def test_one_picture(self):
        self.pictures(1)
        self.train_fails("1 ", "pictures")

    def test_unreadable_folder(self):
        self.pictures(4)
        self.train_fails("cannot be read", "pictures",
                         environment={"LD_PRELOAD": INTERPOSE, "CENTIGAN_FAIL_CALL": "opendir",
                                      "CENTIGAN_FAIL_SUFFIX": "pictures", "CENTIGAN_FAIL_ERRNO": "EACCES"})

    def test_unreadable_picture_under_strict(self):
        self.pictures(4)
        self.train_fails("1f600.png", "pictures", "--strict",
                         environment={"LD_PRELOAD": INTERPOSE, "CENTIGAN_FAIL_CALL": "open", "CENTIGAN_FAIL_COUNT": "0",
                                      "CENTIGAN_FAIL_SUFFIX": "1f600.png", "CENTIGAN_FAIL_ERRNO": "EACCES"})

    def test_strict_stops_at_a_bad_file(self):
        (self.pictures(4) / "text.png").write_text("this is no picture")
        self.train_fails("text.png", "pictures", "--strict")


class BadPictures(CliTest):
    def test_bad_files_are_named_and_skipped(self):
        folder = self.pictures(10)
        (folder / "text.png").write_text("this is no picture")
        (folder / "cut.png").write_bytes((SMILEYS / "1f600.png").read_bytes()[:200])
        (folder / "flipped.png").write_bytes((SMILEYS / "1f600.png").read_bytes()[:-20] + bytes(20))
        before = folder_hash(folder)
        process = self.run_program("train", "--data", folder, "--out", "run", *TINY)
        self.assertEqual(process.returncode, 0, process.stderr)
        for name in ("text.png", "cut.png", "flipped.png"):
            self.assertIn(name, process.stderr)
            self.assertIn(name, (self.folder / "run/log.txt").read_text())
        self.assertEqual(folder_hash(folder), before)

    def test_skipped_files_change_nothing(self):
        plain = self.pictures(10, "plain")
        mixed = self.folder / "mixed"
        shutil.copytree(plain, mixed)
        (mixed / "aaa.png").write_text("this is no picture")
        hashes = [self.good("inspect", "--hash", self.tiny_run(out=f"run-{data.name}", data=data))
                  for data in (plain, mixed)]
        self.assertEqual(hashes[0], hashes[1])

    def test_inspect_names_bad_files(self):
        folder = self.pictures(10)
        (folder / "text.png").write_text("this is no picture")
        process = self.run_program("inspect", folder)
        self.assertEqual(process.returncode, 1)
        self.assertIn("10 pictures", process.stdout)
        self.assertIn("skipped text.png", process.stdout)
        for path in sorted(folder.glob("1f*"))[:5]:
            path.unlink()
        process = self.bad(1, "only 5 pictures are usable", "inspect", folder)
        self.assertIn("skipped text.png", process.stdout)

    def test_any_size_is_used(self):
        folder = self.folder / "sizes"
        folder.mkdir()
        for i, (width, height) in enumerate([(16, 16), (17, 40), (300, 20), (64, 64)]):
            (folder / f"{i}.png").write_bytes(png(width, height))
        self.assertIn("4 pictures", self.good("inspect", folder))


def png_size(path):
    header = path.read_bytes()[16:24]
    return int.from_bytes(header[:4], "big"), int.from_bytes(header[4:], "big")


def png_rows(path):
    """Rows of RGB bytes of a PNG file, with the five filters undone."""
    data, at, packed = path.read_bytes(), 8, b""
    while at < len(data):
        length = int.from_bytes(data[at:at + 4], "big")
        packed += data[at + 8:at + 8 + length] if data[at + 4:at + 8] == b"IDAT" else b""
        at += 12 + length
    data, stride, rows = zlib.decompress(packed), 3 * png_size(path)[0], []
    above = bytearray(stride)
    for at in range(0, len(data), stride + 1):
        row = bytearray(data[at + 1:at + 1 + stride])
        for i in range(stride):
            a, b, c = (row[i - 3], above[i], above[i - 3]) if i >= 3 else (0, above[i], 0)
            nearest = min((abs(b - c), 0, a), (abs(a - c), 1, b), (abs(a + b - 2 * c), 2, c))[2]
            row[i] = (row[i] + (0, a, b, (a + b) // 2, nearest)[data[at]]) & 255
        rows.append(bytes(row))
        above = row
    return rows


class Preview(CliTest):
    def test_augment_writes_a_row_a_step(self):
        self.pictures(4)
        text = self.good("augment", "--data", "pictures", "--policy", "translation,cutout", "--out", "sheet.png",
                         "--resolution", "32")
        self.assertIn("row 3: cutout, p 1 [amber: holes of 0 turn up]", text)
        self.assertIn("row 4: everything", text)
        self.assertEqual(png_size(self.folder / "sheet.png"), (28 + 4 * 34, 8 + 4 * 34))

    def test_augment_has_a_row_for_each_group_of_ada_and_marks_what_leaks(self):
        self.pictures(4)
        for strength, mark in (("0.9", " [red: every rotation is as likely as the original]"), ("0.8", "")):
            text = self.good("augment", "--data", "pictures", "--policy", "brightness,ada:bgcfnc", "--out", "sheet.png",
                             "--resolution", "32", "--strength", strength)
            self.assertIn(f"row 4: ada:geom, p {strength}{mark}\n", text)
            self.assertIn("row 9: everything", text)
            bars = [row[3 * 20:3 * 26] for row in png_rows(self.folder / "sheet.png")]
            self.assertEqual(bars[8 + 3 * 34 + 10] == bytes((208, 40, 32)) * 6, bool(mark))
            self.assertEqual(bars[8 + 1 * 34 + 10], b"\xff" * 18)

    def test_augment_of_grey_and_transparent_pictures(self):
        self.pictures(4)
        for channels in (1, 4):
            text = self.good("augment", "--data", "pictures", "--policy", "color:p=0.3,cutout", "--out", "sheet.png",
                             "--resolution", "32", "--channels", channels)
            self.assertIn("row 2: brightness, p 0.3\n", text)
            self.assertEqual(png_size(self.folder / "sheet.png"), (28 + 4 * 34, 8 + 6 * 34))

    def test_strength_zero_shows_every_picture_as_it_is(self):
        self.pictures(4)
        self.good("augment", "--data", "pictures", "--strength", "0", "--out", "sheet.png", "--resolution", "32")
        width, rows = 3 * (28 + 4 * 34), png_rows(self.folder / "sheet.png")
        self.assertEqual(len(rows), 8 + 7 * 34)
        for row in range(1, 7):  # without the numbers at the left
            for y in range(32):
                self.assertEqual(rows[2 + y][84:width], rows[8 + row * 34 + y][84:width])


if __name__ == "__main__":
    main()
