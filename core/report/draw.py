"""The child process that draws: specs as JSON on standard input, pictures in base64 as JSON on standard output.

It imports nothing of ours, so that it starts quickly and may die alone.
"""

import base64
import json
import sys

import vl_convert

VEGA_LITE = "5.20"
PNG_SCALE = 2


def main() -> None:
    """Draws every job it is given."""
    jobs = json.load(sys.stdin)
    drawn = {}
    for name, job in jobs.items():
        if job["form"] == "png":
            picture = vl_convert.vegalite_to_png(job["spec"], vl_version=VEGA_LITE, scale=PNG_SCALE)
        else:
            picture = vl_convert.vegalite_to_svg(job["spec"], vl_version=VEGA_LITE).encode()
        drawn[name] = base64.b64encode(picture).decode()
    json.dump(drawn, sys.stdout)


if __name__ == "__main__":
    main()
