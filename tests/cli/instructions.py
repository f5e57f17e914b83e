"""What a picture is said to take on a Cortex-M7 before it is drawn (`centigan inspect`, budgets), against what `centigan simulate` counts.
Skipped without the cross compiler and the emulator."""
import json
import os
import re
import shutil
import subprocess
import unittest

from cli import CliTest, main

TOOLS = all(map(shutil.which, ("arm-none-eabi-gcc", "qemu-system-arm")))
TOLERANCE = 0.02

# A student of the quickstart, one of which no layer has been counted for the costs, and one whose convolutions are packed.
SHAPES = {"quickstart": "128 128 21 8 3 64 c64 u64 c64 p48 c48 r p32 c32 r",
          "other": "80 72 13 8 3 72 c56 u72 c40 u64 c36 r p28 c20 r",
          "packed": "32 48 5 4 3 64 c64 u48 c40 p32 c24 r p20 c12 r"}


@unittest.skipUnless(TOOLS, "no arm-none-eabi-gcc or qemu-system-arm is installed (tools/setup.sh --tests)")
class Instructions(CliTest):
    def planned_and_counted(self, *words):
        subprocess.run([os.environ["MAKE_MODEL"], self.folder / "model.cgm", *words], check=True, capture_output=True)
        planned = re.search(r"about (\d+) instructions a picture", self.good("inspect", "model.cgm"))[1]
        self.good("simulate", "model.cgm", "--device", "stm32h743", "--json", "report.json")
        return int(planned), json.loads((self.folder / "report.json").read_text())["instructions"]

    def test_plans_are_what_is_counted(self):
        models = {name: ["student", name] for name in ("E32-S", "E32", "E64")}
        models.update({name: ["shape", *words.split()] for name, words in SHAPES.items()})
        for name, words in models.items():
            planned, counted = self.planned_and_counted(*words)
            print(f"{name}: planned {planned}, counted {counted}, {100 * (planned / counted - 1):+.2f} %")
            self.assertLess(abs(planned / counted - 1), TOLERANCE, name)


if __name__ == "__main__":
    main()
