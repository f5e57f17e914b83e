"""Classes and data sets of all kinds: folders, archives, CIFAR's files, subsets, labels on the command line."""
import random
import shutil
import zipfile

from cli import CliTest, SMILEYS, TINY, main

SMALL = ["--preset", "low-shot-256", "--model", "stylegan2", "--resolution", "16", "--model.stylegan2.channel_base", "64",
         "--model.stylegan2.channel_max", "8", "--model.stylegan2.mapping_layers", "2", "--model.stylegan2.z_dim", "8",
         "--model.stylegan2.w_dim", "8", "--model.stylegan2.mbstd_group_size", "2", "--batch", "4", "--trainer.pieces", "1",
         "--kimg", "0.032", "--save-every", "0.016", "--eval-every", "-1", "--model.precision", "float32"]


class ClassTest(CliTest):
    def classes(self, name="data"):
        """cat: 8 smileys, dog: 6."""
        for i, path in enumerate(sorted(SMILEYS.glob("*.png"))[:14]):
            folder = self.folder / name / ("cat" if i < 8 else "dog")
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, folder)
        return self.folder / name

    def archive(self, folder, name, method=zipfile.ZIP_DEFLATED):
        with zipfile.ZipFile(self.folder / name, "w", method) as file:
            for path in sorted(folder.rglob("*.png")):
                file.write(path, path.relative_to(folder))
        return self.folder / name


class Classes(ClassTest):
    def test_names_go_from_folders_to_pictures(self):
        data = self.classes()
        self.assertIn("2 classes: cat (8), dog (6)", self.good("inspect", data))
        log = self.good("train", "--data", data, "--out", "run", "--model.classes", "2", *SMALL)
        self.assertIn("2 classes: cat (8), dog (6)", log)
        self.assertIn("2 classes: cat, dog", self.good("inspect", "run"))
        def draw(labels, seeds="0-3"):
            self.good("generate", "--from", "run", "--seeds", seeds, "--noise", "const", "--raw", "x.npy",
                      *(["--labels", labels] if labels else []))
            return (self.folder / "x.npy").read_bytes()[128:]
        self.assertEqual(draw("dog"), draw("1"))
        self.assertNotEqual(draw("cat"), draw("dog"))
        self.assertEqual(draw("cat,dog"), draw(""))
        self.assertEqual(draw("cat,dog,1,0"), draw("cat,dog,dog,cat"))
        out = self.good("eval", "--from", "run", "--extractor", "pixels", "--metrics", "fid", "--fakes", "20", "--per-class")
        self.assertRegex(out, r"(?s)FD-pixels\(class=cat\)\[pixels/none;rs=none;n=8:10;.*\(k=5,class=dog\)\[.*n=6:10;")
        draws = ["generate", "--from", "run", "--seeds", "0-3", "--out", "out", "--labels"]
        self.bad(2, '"dgo" is none of the 2 classes\n  hint: did you mean dog', *draws, "dgo")
        self.bad(2, '"2" is none of the 2 classes', *draws, "2")
        self.bad(2, "names 5 classes for 4 pictures", *draws, "0,1,0,1,0")
        self.assertFalse((self.folder / "out").exists())

    def test_bad_labels_and_empty_classes(self):
        data = self.classes()
        train = ["train", "--data", data, "--out", "run", *SMALL, "--model.classes"]
        self.bad(2, "model.classes: is 5, and the pictures have 2 classes", *train, "5")
        (data / "emu").mkdir()
        self.bad(1, "emu: is a class without a picture", *train, "3")
        (data / "dataset.json").write_text('{"labels": [["cat/1f600.png", 0]]}')
        self.bad(1, "dataset.json: has no label for", *train, "2")
        self.bad(1, "nowhere.json", *train, "2", "--data.labels", "nowhere.json")
        self.assertFalse((self.folder / "run").exists())

    def test_changed_labels_under_a_run(self):
        data = self.classes()
        train = ["train", "--data", data, "--out", "run", "--model.classes", "2"]
        self.good(*train, *SMALL)
        picture = next((data / "cat").glob("*.png"))
        picture.rename(data / "dog" / picture.name)
        self.bad(2, "holds a run on other pictures", *train, *SMALL)


class Archives(ClassTest):
    def test_an_archive_trains_as_its_folder(self):
        data = self.classes()
        hashes = set()
        for name, method in (("s.zip", zipfile.ZIP_STORED), ("d.zip", zipfile.ZIP_DEFLATED)):
            run = self.tiny_run(out="run-" + name, data=self.archive(data, name, method))
            hashes.add(self.good("inspect", "--hash", run))
        hashes.add(self.good("inspect", "--hash", self.tiny_run(out="run", data=data)))
        self.assertEqual(len(hashes), 1)

    def test_cut_archives_are_refused(self):
        whole = self.archive(self.classes(), "x.zip").read_bytes()
        (self.folder / "cut.zip").write_bytes(whole[:-100])
        self.bad(1, "cut.zip: its directory at the end is missing", "train", "--data", "cut.zip", "--out", "run", *TINY)
        self.bad(1, "cut.zip: its directory", "inspect", "cut.zip")
        self.assertFalse((self.folder / "run").exists())

    def test_subset_and_holdout_by_share(self):
        data = self.archive(self.classes(), "x.zip")
        log = self.good("train", "--data", data, "--out", "run", *TINY, "--subset", "0.8", "--holdout", "25%",
                        "--split-seed", "3")
        self.assertIn("11 pictures of 14 are used", log)
        self.assertIn("3 of 11 pictures are held out", log)


class Cifar(ClassTest):
    def test_binary_files(self):
        draw = random.Random(1)
        records = b"".join(bytes([i % 10]) + draw.randbytes(3072) for i in range(20))
        folder = self.folder / "cifar"
        folder.mkdir()
        (folder / "data_batch_1.bin").write_bytes(records)
        (folder / "test_batch.bin").write_bytes(records[:3073])
        names = "airplane automobile bird cat deer dog frog horse ship truck".split()
        (folder / "batches.meta.txt").write_text("\n".join(names))
        self.assertIn("10 classes: airplane (2), automobile (2)", self.good("inspect", folder))
        self.good("train", "--data", folder, "--out", "run", *SMALL, "--model.classes", "10", "--data.balance")
        self.assertIn("10 classes: " + ", ".join(names), self.good("inspect", "run"))
        (folder / "data_batch_1.bin").write_bytes(records[:-1])
        self.bad(1, "ends inside record 19", "train", "--data", folder, "--out", "run2", *SMALL, "--model.classes", "10")


if __name__ == "__main__":
    main()
