#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares conc with other languages on the same work.

    tests/bench/run.py [WORKLOAD[/CASE]...] [--peers conc,python,lua] [--runs 5]
                       [--peers-dir FOLDER] [--json FILE]

The workloads, the file `cases` and how to read the figures are explained in tests/bench/README.md.
"""
import argparse
import glob
import json
import math
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
MADE = os.path.join(TOP, "build", "bench")

# A peer: the names that its program may have in a workload's folder, and how one is run. Only those
# that the machine has take part.
PEERS = {
    "conc": (["conc.conc"], "{conc} {source}"),
    "python": (["python.py"], "/usr/bin/python3 {source}"),
    "python-mp": (["python-mp.py"], "/usr/bin/python3 {source}"),  # multiprocessing
    "pypy": (["python.py"], "pypy3 {source}"),
    "lua": (["lua.lua"], "lua5.4 {source}"),
    "luajit": (["luajit.lua", "lua.lua"], "luajit {source}"),
    "luajit-int": (["luajit.lua", "lua.lua"], "luajit -joff {source}"),  # its interpreter alone
    "ruby": (["ruby.rb"], "ruby {source}"),
    "node": (["node.js"], "node {source}"),
    "go": (["go.go"], "{made}"),
    "c": (["c.c"], "{made}"),
    "c-spin": (["c-spin.c"], "{made}"),  # looks for a while before it waits
}
COMPILERS = {
    "go": "go build -o {made} {source}",
    "c": "gcc -O2 -pthread -o {made} {source} -lm -luv",
    "c-spin": "gcc -O2 -pthread -o {made} {source}",
}


class Failed(Exception):
    """A run that counts for nothing, and why."""


def compiled(compiler, source, made):
    """Makes the program `made`, unless it is newer than its source already."""
    if not os.path.exists(made) or os.path.getmtime(made) < os.path.getmtime(source):
        os.makedirs(os.path.dirname(made), exist_ok=True)
        words = compiler.format(source=source, made=made).split()
        subprocess.run(words, check=True, env=dict(os.environ, GO111MODULE="off"))
    return made


def command(workload, peer, options):
    """The words that run the peer's program of the workload; None where there is none."""
    names, how = PEERS[peer]
    folders = [os.path.join(f, workload) for f in (HERE, options.peers_dir) if f]
    paths = [os.path.join(folder, name) for folder in folders for name in names]
    source = next((p for p in paths if os.path.exists(p)), None)
    if not source:
        return None
    made = os.path.join(MADE, workload, peer)
    if peer in COMPILERS:
        if not shutil.which(COMPILERS[peer].split()[0]):
            return None
        compiled(COMPILERS[peer], source, made)
    words = how.format(source=source, made=made, conc=options.conc).split()
    return words if shutil.which(words[0]) else None


def cases(workload, options):
    """[(name, arguments, operations or None)] of a workload, from its file `cases`."""
    paths = [os.path.join(f, workload, "cases") for f in (HERE, options.peers_dir) if f]
    path = next((p for p in paths if os.path.exists(p)), None)
    if not path:
        sys.exit("bench: %s has no file `cases`" % workload)
    found = []
    with open(path) as f:
        for line in f:
            line = line.split("#")[0].strip()
            if line:
                name, rest = re.match(r"(?:([\w.-]+):)?(.*)", line).groups()
                words, _, operations = rest.partition(";")
                words = words.replace("{tmp}", MADE)
                found.append((name, words.split(), int(operations) if operations else None))
    return found


def run_once(words, timeout):
    """One run: {"output", "wall", "cpu", "peak"}, in seconds and MB."""
    read_end, write_end = os.pipe()
    launch = [os.path.join(MADE, "launch"), str(write_end)]
    process = subprocess.Popen(launch + words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True, start_new_session=True,
                               pass_fds=[write_end])
    os.close(write_end)
    with os.fdopen(read_end) as report:
        try:
            out, err = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # the session that was started for it
            process.communicate()
            raise Failed("over %g s" % timeout) from None
        account = report.read().split()
    if not account or account[0] != "0":
        last = (err.strip().splitlines() or ["no message"])[-1]
        raise Failed("status %s: %s" % (account[0] if account else "?", last[:100]))
    status, wall, user, system, peak = map(float, account)
    # A line "@name figure" is a figure that the program took itself, and no result.
    output = " ".join(line for line in out.strip().splitlines() if not line.startswith("@"))
    return {"output": output, "wall": wall, "cpu": user + system, "peak": peak / 1024}


def measure(workload, words, options):
    """Runs one case of a workload in all peers, in turn: {peer: {"runs": [...], "error": ...}}."""
    rows = {}
    for peer in options.peers:
        try:
            start = command(workload, peer, options)
            if start:
                rows[peer] = {"words": start + words, "runs": []}
        except subprocess.CalledProcessError:
            rows[peer] = {"runs": [], "error": "does not compile"}
    for turn in range(options.warmup + options.runs):
        for peer, row in rows.items():
            spent = sum(run["wall"] for run in row["runs"])
            if "error" in row or spent > options.budget:
                continue
            try:
                done = run_once(row["words"], options.timeout)
                if turn >= options.warmup or done["wall"] > options.budget:
                    row["runs"].append(done)
            except Failed as why:
                row["error"] = str(why)
    compare(rows)
    return rows


def compare(rows):
    """Marks the peers whose result differs from that of the most."""
    outputs = [run["output"] for row in rows.values() for run in row["runs"]]
    right = statistics.mode(outputs) if outputs else None
    for row in rows.values():
        wrong = [run["output"] for run in row["runs"] if run["output"] != right]
        if wrong:
            row["error"] = "gives %s, others %s" % (wrong[0][:60], right[:60])


def median(row, figure):
    return statistics.median(run[figure] for run in row["runs"])


def table(title, rows, operations):
    """The case as a Markdown table, the fastest peer first."""
    shown = sorted((p for p in rows if rows[p]["runs"]), key=lambda p: median(rows[p], "wall"))
    lines = ["### " + title, "",
             "| peer | wall s | least–most | cpu s | peak MB | ns/op | / python | runs |",
             "|---|---:|---:|---:|---:|---:|---:|---:|"]
    for peer in shown:
        row = rows[peer]
        walls = [run["wall"] for run in row["runs"]]
        each = "%.1f" % (median(row, "wall") / operations * 1e9) if operations else ""
        ratio = ratio_to("python", peer, rows)
        lines.append("| %s | %.3f | %.3f–%.3f | %.3f | %.1f | %s | %s | %d |" % (
            peer, median(row, "wall"), min(walls), max(walls), median(row, "cpu"),
            median(row, "peak"), each, "%.2f" % ratio if ratio else "", len(walls)))
    lines += ["", *("%s: %s" % (p, row["error"]) for p, row in rows.items() if "error" in row)]
    return "\n".join(lines).rstrip() + "\n"


def ratio_to(base, peer, rows):
    """The peer's wall time as a share of the base's; None where one of them has none."""
    if any(p not in rows or not rows[p]["runs"] for p in (base, peer)):
        return None
    return median(rows[peer], "wall") / median(rows[base], "wall")


def summary(results):
    """All cases, conc's wall time as a share of each peer's, and the geometric means."""
    peers = [p for p in PEERS if p != "conc" and any(p in rows for _, rows in results)]
    lines = ["### conc's wall time / the peer's", "", "| case | conc s | " + " | ".join(peers) + " |",
             "|---|---:" + "|---:" * len(peers) + "|"]
    shares = {peer: [] for peer in peers}
    for title, rows in results:
        if not rows.get("conc", {}).get("runs"):
            continue
        cells = []
        for peer in peers:
            share = ratio_to(peer, "conc", rows)
            cells.append("%.2f" % share if share else "")
            shares[peer] += [share] if share else []
        lines.append("| %s | %.3f | %s |" % (title, median(rows["conc"], "wall"), " | ".join(cells)))
    means = ["%.2f" % math.exp(statistics.fmean(map(math.log, s))) if s else ""
             for s in shares.values()]
    return "\n".join(lines + ["| geometric mean | | %s |" % " | ".join(means)]) + "\n"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workloads", nargs="*", metavar="WORKLOAD[/CASE]")
    parser.add_argument("--conc", default=os.path.join(TOP, "build/release/conc"))
    parser.add_argument("--peers", default=",".join(PEERS), help="comma-separated; default: all")
    parser.add_argument("--peers-dir", help="a further folder of workloads with peers' programs")
    parser.add_argument("--runs", type=int, default=5, help="counted runs of each peer (5)")
    parser.add_argument("--warmup", type=int, default=1, help="runs before them (1)")
    parser.add_argument("--timeout", type=float, default=60, help="seconds for one run (60)")
    parser.add_argument("--budget", type=float, default=15,
                        help="no further run of a peer that took so many seconds in a case (15)")
    parser.add_argument("--json", help="also write every run to this file")
    options = parser.parse_args()
    options.peers = options.peers.split(",")
    unknown = set(options.peers) - set(PEERS)
    if unknown:
        parser.error("no such peer: " + ", ".join(sorted(unknown)))
    options.conc = os.path.abspath(options.conc)
    if not options.workloads:
        mine = glob.glob(os.path.join(HERE, "*", "conc.conc"))
        options.workloads = sorted(os.path.basename(os.path.dirname(p)) for p in mine)
    return options


def main():
    options = arguments()
    compiled(COMPILERS["c"], os.path.join(HERE, "launch.c"), os.path.join(MADE, "launch"))
    results = []
    for wanted in options.workloads:
        workload, _, only = wanted.partition("/")
        for name, words, operations in cases(workload, options):
            if only and name != only:
                continue
            title = workload + ("/" + name if name else "")
            rows = measure(workload, words, options)
            results.append((title, rows))
            print(table(title + " `" + " ".join(words) + "`", rows, operations), flush=True)
            if options.json:  # after each case: a run that is cut short loses nothing
                with open(options.json, "w") as f:
                    json.dump(dict(results), f, indent=1)
    if len(results) > 1:
        print(summary(results))
    return 1 if any("error" in row for _, rows in results for row in rows.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
