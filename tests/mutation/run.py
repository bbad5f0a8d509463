"""Many mutants, several workers, one report."""
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from mutation.operators import OPERATORS
from mutation.shop import Shop, Stopped, Trouble, files_of

NEEDED = 90.0
# So many in a row that do not compile are no chance: the disk is full, or the compiler is gone.
MOST_NOT_VIABLE = 40


class Report:
    """What is printed is also kept in a file, line by line, so that an interrupted run leaves what it knew."""

    def __init__(self, path):
        path.parent.mkdir(parents=True, exist_ok=True)
        self.file = path.open("w", encoding="utf-8")
        self.lock = threading.Lock()

    def __call__(self, text=""):
        with self.lock:
            print(text, flush=True)
            self.file.write(text + "\n")
            self.file.flush()


class Run:
    def __init__(self, options, say, folder, reasons):
        self.options, self.say, self.reasons = options, say, reasons
        self.texts = {}
        self.stop = threading.Event()
        self.shops = [Shop(n, folder, options.seed, self.stop) for n in range(options.jobs)]
        self.lock = threading.Condition()
        self.results = []  # (mutant, status, why, seconds)
        self.busy = self.viable = self.in_a_row = 0
        self.trouble = None
        self.limits = {}

    def copy(self, top):
        """The tree as it is now; everything that follows looks at the copies, whatever happens to the tree."""
        names = files_of(top)
        self.shops[0].copy(top, names)
        for shop in self.shops[1:]:
            shop.copy(self.shops[0].tree, names)
        return self.shops[0].tree

    def baseline(self):
        """The first copy is built and tested alone; the others find its results in the compiler's cache."""
        started = time.monotonic()
        self.limits = self.shops[0].baseline(self.options.jobs)
        with ThreadPoolExecutor(self.options.jobs) as pool:
            list(pool.map(lambda shop: shop.baseline(1), self.shops[1:]))
        took = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in self.shops[0].seconds.items())
        self.say(f"unchanged: builds and passes in {time.monotonic() - started:.0f} s ({took})")

    def work(self, shop, order):
        try:
            while (mutant := self.next(order)) is not None:
                started = time.monotonic()
                status, why = shop.judge(mutant, self.texts[mutant.file], self.limits)
                self.take(mutant, status, why, time.monotonic() - started)
        except Stopped:
            pass
        except Exception as e:  # whatever it is, the others must not wait for this one
            self.trouble = self.trouble or e
            self.stop.set()
        finally:
            with self.lock:
                self.lock.notify_all()

    def next(self, order):
        """The mutants judged are always the first of the order, whoever is faster: one that does not compile makes
        room for one more."""
        with self.lock:
            while self.viable + self.busy >= self.options.count and self.busy and not self.stop.is_set():
                self.lock.wait(0.2)
            if self.stop.is_set() or self.viable >= self.options.count:
                return None
            mutant = next(order, None)
            self.busy += mutant is not None
            return mutant

    def take(self, mutant, status, why, seconds):
        with self.lock:
            self.busy -= 1
            self.viable += status != "not viable"
            self.in_a_row = self.in_a_row + 1 if status == "not viable" else 0
            self.results.append((mutant, status, why, seconds))
            number = f"{self.viable:3}" if status != "not viable" else "   "
            self.lock.notify_all()
            if self.in_a_row > MOST_NOT_VIABLE:
                self.trouble = Trouble(f"{self.in_a_row} mutants in a row do not compile; the last one: {why}")
                self.stop.set()
        said = {"killed": f"killed by {why}", "survived": "SURVIVED", "not viable": f"not viable: {why}"}[status]
        if status == "survived" and mutant.content in self.reasons:
            said = "survived, for a reason"
        self.say(f"{number} {mutant.id}  {said}  {seconds:.1f} s")

    def all(self, order):
        threads = [threading.Thread(target=self.work, args=(shop, order)) for shop in self.shops]
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():
                thread.join(0.2)
        if self.trouble:
            raise self.trouble


def table(say, title, names, results, reasons):
    width = max(len(n) for n in [title, *names])
    say(f"\n{title:{width}}  mutants  killed  survived  explained  not viable")
    for name in names:
        mine = [r for r in results if name in (r[0].operator, r[0].file)]
        alive = [m for m, status, *_ in mine if status == "survived"]
        killed = sum(status == "killed" for _, status, *_ in mine)
        explained = sum(m.content in reasons for m in alive)
        if mine:
            say(f"{name:{width}}  {killed + len(alive):7}  {killed:6}  {len(alive):8}  {explained:9}  "
                f"{len(mine) - killed - len(alive):10}")


def close(say, run, stale):
    """Tables, survivors and the figure; true: enough were killed."""
    results, reasons = run.results, run.reasons
    table(say, "operator", list(OPERATORS), results, reasons)
    table(say, "file", sorted({m.file for m, *_ in results}), results, reasons)
    alive = [m for m, status, *_ in results if status == "survived"]
    for m in alive:
        say(f"\nsurvived: {m.id}")
        say(m.diff(run.texts[m.file]))
        if m.content in reasons:
            say("reason: " + reasons[m.content])
    for line in stale:
        say(f"stale: no mutant of the tree is this any more, the reason can go: {line}")
    killed = sum(status == "killed" for _, status, *_ in results)
    count = killed + len(alive)
    explained = sum(m.content in reasons for m in alive)
    share = 100 * killed / count if count else 0.0
    both = 100 * (killed + explained) / count if count else 0.0
    seconds = [s for _, status, _, s in results if status != "not viable"]
    say()
    say(f"figure: seconds a mutant {sum(seconds) / len(seconds) if seconds else 0:.1f}, "
        f"not viable {len(results) - count}")
    say(f"figure: survivors with a reason {explained}, without one {count - killed - explained}; "
        f"killed or explained {both:.1f} %")
    say(f"figure: mutants {count}, killed {killed} ({share:.1f} %), survived {len(alive)}")
    return share >= NEEDED
