"""`centigan pack`, and training from a pack."""
import os
import random
import shutil

from cli import CliTest, INTERPOSE, TINY, main, png


def longer(flags, kimg):
    """The same flags with another length."""
    place = flags.index("--kimg") + 1
    return [*flags[:place], kimg, *flags[place + 1:]]


class Packs(CliTest):
    def packed(self, *more):
        data = self.pictures(12)
        self.good("pack", "--data", data, "--out", "set.h5", *more)
        return data

    def test_training_is_the_same_from_folder_memory_and_file(self):
        data = self.packed()
        self.assertIn("pack of 12 pictures of 128x128, 3 channels", self.good("inspect", "set.h5"))
        hashes = set()
        for out, more in (("a", ["--data", data]), ("b", ["--data", "set.h5"]),
                          ("c", ["--data", "set.h5", "--data.memory", "0"])):
            log = self.good("train", "--out", out, *more, *TINY)
            hashes.add(self.good("inspect", "--hash", out))
            self.assertEqual("read while it is trained on" in log, False)  # 9 KB are less than a MiB
        self.good("train", "--out", "d", "--data", "set.h5", "--data.memory", "-1", *TINY)
        hashes.add(self.good("inspect", "--hash", "d"))
        self.assertEqual(len(hashes), 1)

    def test_a_streamed_run_that_was_stopped_is_one_that_was_not(self):
        self.packed("--resolution", "16")
        train = ["train", "--data", "set.h5", "--data.memory", "-1", "--trainer.lr_decay_start", "1"]
        self.assertIn("read while it is trained on", self.good(*train, "--out", "whole", *TINY))
        self.good(*train, "--out", "parts", *longer(TINY, "0.16"))
        self.good(*train, "--out", "parts", *TINY)
        self.assertEqual(*(self.good("inspect", "--hash", out) for out in ("parts", "whole")))

    def test_a_run_on_the_folder_goes_on_with_its_pack(self):
        data = self.packed("--resolution", "16")
        self.good("train", "--data", data, "--out", "run", *TINY)
        self.assertIn("resumes from", self.good("train", "--data", "set.h5", "--out", "run", *longer(TINY, "0.4")))

    def test_a_changed_pack_under_a_run_is_refused(self):
        self.packed("--resolution", "16")
        self.good("train", "--data", "set.h5", "--out", "run", *TINY)
        self.good("pack", "--data", "pictures", "--out", "set.h5", "--resolution", "16", "--fit", "pad", "--subset", "11")
        self.bad(2, "holds a run on other pictures", "train", "--data", "set.h5", "--out", "run", *longer(TINY, "0.4"))

    def test_damage_is_named(self):
        self.packed("--resolution", "16")
        whole = (self.folder / "set.h5").read_bytes()
        (self.folder / "cut.h5").write_bytes(whole[:-10])
        for verb in (["train", "--out", "run", *TINY, "--data"], ["inspect"], ["eval", "--extractor", "pixels", "--fake", "pictures", "--real"]):
            self.bad(1, "cut.h5: length differs", *verb, "cut.h5")
        draw = random.Random(3)
        for _ in range(40):
            damaged = bytearray(whole)
            damaged[draw.randrange(len(whole))] ^= 1 << draw.randrange(8)
            (self.folder / "bad.h5").write_bytes(damaged)
            process = self.run_program("inspect", "bad.h5")
            self.assertIn(process.returncode, (0, 1))

    def test_what_cannot_be_meant(self):
        data = self.pictures(8)
        (data / "small.png").write_bytes(png(16, 16))
        self.bad(2, "the pictures have several sizes, such as 128x128 and 16x16", "pack", "--data", data, "--out", "set.h5")
        self.bad(2, '"big" is no size from 1 to 4096', "pack", "--data", data, "--out", "set.h5", "--resolution", "big")
        self.bad(2, "--data: missing", "pack", "--out", "set.h5")
        self.bad(2, "--out", "pack", "--data", data)
        self.bad(1, "the folder cannot be read", "pack", "--data", "nowhere", "--out", "set.h5")
        self.assertFalse((self.folder / "set.h5").exists())
        self.good("pack", "--data", data, "--out", "set.h5", "--resolution", "24x16", "--channels", "1")
        self.assertIn("9 pictures of 24x16, 1 channels", self.good("inspect", "set.h5"))

    def test_a_full_disk_leaves_the_old_pack(self):
        data = self.packed("--resolution", "16")
        before = (self.folder / "set.h5").read_bytes()
        found = set()
        for call, at in (("open", 1), ("open", 2), ("open", 3), ("open", 4), ("write", 1), ("write", 3)):
            process = self.run_program("pack", "--data", data, "--out", "set.h5", "--resolution", "8", environment={
                "LD_PRELOAD": INTERPOSE, "CENTIGAN_FAIL_CALL": call, "CENTIGAN_FAIL_SUFFIX": "set.h5",
                "CENTIGAN_FAIL_AT": str(at), "CENTIGAN_FAIL_COUNT": "0", "CENTIGAN_FAIL_ERRNO": "ENOSPC"})
            self.assertEqual(process.returncode, 1, process.stderr)
            self.assertEqual((self.folder / "set.h5").read_bytes(), before)
            found |= {text for text in ("HDF5 cannot write", "cannot be written: ") if text in process.stderr}
        self.assertEqual(len(found), 2, found)
        self.assertEqual(sorted(os.listdir(self.folder)), ["pictures", "set.h5"])
        self.bad(1, "set.h5", "pack", "--data", data, "--out", "set.h5", environment={
            "LD_PRELOAD": INTERPOSE, "CENTIGAN_FREE_BYTES": "1000"})


if __name__ == "__main__":
    main()
