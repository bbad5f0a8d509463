"""A worker's own copy of the tree, its build and its tests. Nothing outside its folder is written."""
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

# The assertions of the library stay on, so that a step past an end dies instead of reading what lies there.
FLAGS = "-O0 -g0 -D_GLIBCXX_ASSERTIONS"
BUILD_LIMIT = 1800
SLEEP_LIMIT = 900
MEMORY = 4 << 20  # KiB: a mutant that never stops filling a list must not take the machine with it
FILE_BLOCKS = 256 << 10  # of 1 KiB (in bash)

# Cheapest first; each with what it needs built. The tests of the chat server know nothing of what is mutated here.
TESTS = (
    ("rehearse", "parley", ["{out}/parley", "rehearse", "tests/transcripts"]),
    ("said", "parley", ["python3", "tests/said.py", "{out}/parley"]),
    ("unit", "parley_unit", ["{out}/parley_unit", "--abort", "~[room]~[adapter]"]),
    ("properties", "parley_properties", ["{out}/parley_properties", "--abort"]),
    ("restarted", "parley", ["{out}/parley", "rehearse", "--restart-every-line", "tests/transcripts"]),
)


class Trouble(Exception):
    """What keeps the whole run from going on."""


class Stopped(Exception):
    """Somebody wants the run to end."""


def files_of(top):
    """What belongs to the tree as it stands: tracked or new, changes included, nothing that git ignores."""
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=top,
                            stdout=subprocess.PIPE, check=True)
    names = {n for n in listed.stdout.decode().split("\0") if n}
    return sorted(n for n in names if Path(top, n).is_file())


def session_of(pid):
    try:
        state, _, _, session = Path("/proc", pid, "stat").read_text().rpartition(")")[2].split()[:4]
    except (OSError, ValueError):
        return None  # it has just ended
    return None if state == "Z" else int(session)


def end_session(session):
    """Ends a child and all that it started. It is not waited for yet, so the number is still its own."""
    while left := [pid for pid in os.listdir("/proc") if pid.isdecimal() and session_of(pid) == session]:
        for pid in left:
            try:
                os.kill(int(pid), signal.SIGKILL)
            except ProcessLookupError:
                pass
        time.sleep(0.005)


class Shop:
    def __init__(self, number, folder, seed, stop):
        self.folder = Path(folder, f"worker-{number}")
        self.tree, self.out, self.tmp = self.folder / "tree", self.folder / "out", self.folder / "tmp"
        self.log = self.folder / "log.txt"
        self.stop = stop
        self.cpu = 0.0
        self.seconds = {}
        # The compiler's results of the unchanged tree are kept, so that taking a mutant back costs nothing, and shared:
        # below the common folder every path is taken as relative.
        self.env = {**os.environ, "TMPDIR": str(self.tmp), "RC_PARAMS": f"seed={seed}",
                    "CCACHE_DIR": str(Path(folder, "ccache")), "CCACHE_BASEDIR": str(folder), "CCACHE_DEPEND": "1"}

    def copy(self, top, names):
        """Makes the copy equal to the tree. What is equal stays untouched, so that little is built again."""
        self.tree.mkdir(parents=True, exist_ok=True)
        for name in names:
            from_file, to = Path(top, name), self.tree / name
            content = from_file.read_bytes()
            if not to.is_file() or to.read_bytes() != content:
                to.parent.mkdir(parents=True, exist_ok=True)
                to.write_bytes(content)
            shutil.copymode(from_file, to)
        kept = set(names)
        for path in [p for p in self.tree.rglob("*") if p.is_file() or p.is_symlink()]:
            if path.relative_to(self.tree).as_posix() not in kept:
                path.unlink()

    def run(self, command, limit, more=None):
        """The exit code; none: it took too long. What it printed is in the log."""
        self.tmp.mkdir(parents=True, exist_ok=True)
        with open(self.log, "wb") as log:
            # A session of its own holds whatever it starts, which ends with it. A group would not: builds and shells
            # make groups of their own.
            child = subprocess.Popen(command, cwd=self.tree, env={**self.env, **(more or {})}, stdout=log,
                                     stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True)
            until, over = time.monotonic() + limit, False
            while not os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG):
                over = time.monotonic() > until
                if over or self.stop.is_set():
                    break
                time.sleep(0.01)
            end_session(child.pid)
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = code = os.waitstatus_to_exitcode(status)
            self.cpu = usage.ru_utime + usage.ru_stime
        if self.stop.is_set():
            raise Stopped()
        return None if over else code

    def said(self, lines=15):
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])

    def configure(self):
        code = self.run(["cmake", "-S", str(self.tree), "-B", str(self.out), "-G", "Ninja", "-DPARLEY_TESTS=ON",
                         "-DCMAKE_BUILD_TYPE=Mutation", f"-DCMAKE_CXX_FLAGS_MUTATION={FLAGS}"], BUILD_LIMIT)
        if code != 0:
            raise Trouble("the unchanged tree cannot be configured:\n" + self.said())

    def build(self, targets, jobs, mutated):
        more = {"CCACHE_READONLY": "1"} if mutated else {}
        return self.run(["cmake", "--build", str(self.out), "-j", str(jobs), "--target", *targets], BUILD_LIMIT, more)

    def test(self, name, command, cpu):
        """As run(), but a hang is told by the processor's time: a busy machine must not look like a mutant that hangs.
        The clock ends only what sleeps for ever."""
        argv = [part.format(out=self.out) for part in command]
        shell = f'ulimit -c 0 -v {MEMORY} -f {FILE_BLOCKS}; ulimit -H -t {cpu + 5}; ulimit -S -t {cpu}; exec "$@"'
        started = time.monotonic()
        code = self.run(["bash", "-c", shell, name, *argv], SLEEP_LIMIT)
        self.seconds[name] = time.monotonic() - started
        shutil.rmtree(self.tmp, ignore_errors=True)
        return None if code in (-signal.SIGXCPU, -signal.SIGKILL) else code

    def baseline(self, jobs):
        """Builds the unchanged tree and tests it; how long each test took is the measure of a hang."""
        self.configure()
        if self.build(dict.fromkeys(target for _, target, _ in TESTS), jobs, mutated=False) != 0:
            raise Trouble("the unchanged tree does not build:\n" + self.said())
        limits = {}
        for name, _, command in TESTS:
            code = self.test(name, command, SLEEP_LIMIT)
            if code != 0:
                how = "hangs" if code is None else f"fails (exit {code})"
                raise Trouble(f"the unchanged tree {how} in {name}:\n" + self.said())
            limits[name] = max(10, round(6 * self.cpu))
        return limits

    def judge(self, mutant, text, limits):
        """What becomes of a mutant: ("killed", by what), ("survived", "") or ("not viable", why)."""
        path = self.tree / mutant.file
        path.write_text(mutant.apply(text), encoding="utf-8")
        try:
            built = set()
            for name, target, command in TESTS:
                if target not in built and self.build([target], 1, mutated=True) != 0:
                    return "not viable", self.first_error()
                built.add(target)
                code = self.test(name, command, limits[name])
                if code is None:
                    return "killed", f"{name}, which hung"
                if code != 0:
                    return "killed", f"{name}{self.witness(code)}"
            return "survived", ""
        finally:
            path.write_text(text, encoding="utf-8")

    def first_error(self):
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        error = next((line for line in lines if "error:" in line), lines[-1] if lines else "")
        return error.split("error:")[-1].strip()[:100]

    def witness(self, code):
        """Which test noticed, as far as its output tells."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        for at, line in enumerate(lines):
            if ".chat:" in line:
                return " (" + line.split(".chat:")[0].split("transcripts/")[-1] + ".chat)"
            if line.startswith("-----") and at + 1 < len(lines):
                return f" ({lines[at + 1].strip()})"
        return f" (signal {-code})" if code < 0 else f" (exit {code})"
