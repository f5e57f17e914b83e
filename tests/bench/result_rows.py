"""Files of results, a JSON line a row, which a comparison goes on with: what compare_methods.py and compare_biggan.py
share. A row is what was asked for, with what came out of it."""
import concurrent.futures
import json
import statistics


def finished(path):
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def is_done(row, results):
    return any(all(result[key] == row[key] for key in row) for result in results)


def run_missing(path, rows, run, jobs):
    """Appends run(row) to the file for every row that it lacks, in their order."""
    path.parent.mkdir(parents=True, exist_ok=True)
    missing = [row for row in rows if not is_done(row, finished(path))]
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for result in pool.map(run, missing):
            with open(path, "a") as file:
                file.write(json.dumps(result, ensure_ascii=False) + "\n")
            print(f"{result['method']}, seed {result['seed']}: FID {result['fid']:.1f}", flush=True)


def flags(settings):
    return [word for key, value in settings.items() for word in ("--" + key, str(value))]


def last_line(path):
    return json.loads(path.read_text().splitlines()[-1])


def measured(path, digits):
    """What `centigan eval --json` wrote: the numbers by name, and what they belong to."""
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    numbers = {line["metric"].split("(")[0].lower(): round(line["value"], digits) for line in lines}
    return numbers, {"recipe": lines[0]["recipe"].rsplit("=", 1)[0], "version": lines[0]["version"]}


def spread(group, key, digits, factor=1):
    """Mean and standard deviation over seeds."""
    values = [factor * result[key] for result in group]
    deviation = f" ± {statistics.stdev(values):.{digits}f}" if len(values) > 1 else ""
    return f"{statistics.mean(values):.{digits}f}{deviation}"
